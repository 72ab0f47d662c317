"""What subscribers of notifications are sent: letters, each encrypted for one browser as its turn comes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from syndicator.domain.recipient import Letter, LetterOutcome, Reception
from syndicator.http.push_encryption import encrypted
from syndicator.http.push_replies import OTHER_KEY, Refusals, letter_outcome
from syndicator.http.push_subscriptions import PushSubscription
from syndicator.http.vapid import ApplicationServer, origin_of
from syndicator.jobs.broadcast_ports import LetterGroup
from syndicator.jobs.ports import CallbackRequest, Callbacks
from syndicator.text.push_notices import push_message

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class PushMail:
    """Of one channel, by its name. ``server``: with our key."""

    channel: str
    server: ApplicationServer
    callbacks: Callbacks

    def send(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        """Sends letters. Raises ``Misconfigured`` where many are refused for our key, and nobody takes any:
        until that is known, the first of them have not ended either."""
        ended: list[tuple[Letter, LetterOutcome]] = []
        refusals = Refusals()
        for group in self.callbacks.send(self._requests(letters, ended, refusals)):
            for request, reply in group:
                ended.append((request.about, letter_outcome(reply)))
                refusals.count(origin_of(request.url), reply)
            refusals.check()
            if refusals.are_explained:
                yield [*ended]
                ended.clear()
            else:
                yield []
        refusals.check()
        yield ended
        for line in refusals.lines:
            log.warning("channel %s: %s", self.channel, line)

    def _requests(
        self,
        letters: Iterable[Letter],
        ended: list[tuple[Letter, LetterOutcome]],
        refusals: Refusals,
    ) -> Iterator[CallbackRequest]:
        """The requests of letters; those that cannot be sent have ended."""
        for letter in letters:
            try:
                subscription = PushSubscription.kept(letter.recipient.address, letter.recipient.details)
            except ValueError as e:
                ended.append((letter, LetterOutcome(Reception.GONE, f"what is kept of it is damaged: {e}")))
                continue
            if subscription.server_key != self.server.key:
                refusals.strange += 1
                ended.append((letter, LetterOutcome(Reception.FAILED, OTHER_KEY)))
                continue
            yield self._request(letter, subscription, datetime.now(UTC))

    def _request(self, letter: Letter, subscription: PushSubscription, now: datetime) -> CallbackRequest:
        [announcement] = letter.announcements
        left = (announcement.expires or now) - now
        return CallbackRequest(
            method="POST",
            url=subscription.endpoint,
            headers={
                "Authorization": self.server.authorization(subscription.endpoint, now.timestamp()),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(max(0, int(left.total_seconds()))),
                "Urgency": announcement.payload["urgency"],
                "Topic": announcement.post,
            },
            body=encrypted(push_message(announcement.payload["notice"]), subscription.keys),
            about=letter,
        )
