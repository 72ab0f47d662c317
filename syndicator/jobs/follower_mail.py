"""What an actor sends to other servers: answers to who asks to follow, and letters."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from syndicator.domain import backoff
from syndicator.domain.recipient import Letter, LetterOutcome, Reception
from syndicator.domain.subscription import CallbackReply
from syndicator.fediverse import activities
from syndicator.fediverse.actor import Actor
from syndicator.fediverse.mentioned import is_for
from syndicator.fediverse.record import ActorStore, OwedAnswer
from syndicator.fediverse.replies import outcome
from syndicator.jobs.broadcast_ports import LetterGroup
from syndicator.jobs.double_knock import DoubleKnock, Outgoing

log = logging.getLogger(__name__)

#: Requests to follow that are answered in one go, and how long a server is tried that does not take the
#: answer.
MAX_ANSWERS, ANSWER_TRIES = 500, 12


@dataclass(frozen=True, kw_only=True)
class FollowerMail:
    """Of one actor. ``channel``: its name."""

    channel: str
    actor: Actor
    actors: ActorStore
    knock: DoubleKnock

    def tell(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        """Send letters; those that mention nobody there, where nobody follows, are passed over."""
        passed_over: list[tuple[Letter, LetterOutcome]] = []

        def outgoing() -> Iterator[Outgoing]:
            for letter in letters:
                if is_for(letter):
                    body = orjson.dumps(letter.announcements[0].payload)
                    yield Outgoing(letter.recipient.address, body, letter)
                else:
                    passed_over.append((letter, LetterOutcome(Reception.DELIVERED)))

        for group in self.knock.send(outgoing()):
            yield [(each.about, outcome(reply)) for each, reply in group]
        if passed_over:
            yield passed_over

    def answer(self, now: datetime) -> None:
        """Accept requests to follow, which wait for it on the other side."""
        owed = self.actors.owed_answers(self.channel, now, MAX_ANSWERS)
        outgoing = (
            Outgoing(
                each.inbox, orjson.dumps(activities.accept(self.actor, each.request, each.account)), each
            )
            for each in owed
        )
        for group in self.knock.send(outgoing):
            for each, reply in group:
                self._settle(each.about, reply, now)

    def _settle(self, answer: OwedAnswer, reply: CallbackReply, now: datetime) -> None:
        if reply.is_success:
            self.actors.settle_answer(answer, None)
        elif reply.status == 410 or answer.failures + 1 >= ANSWER_TRIES:
            log.warning(
                "channel %s: %s cannot follow: its server %s", self.channel, answer.account, reply.summary
            )
            self.actors.unfollow(answer.account, now, self.channel)
        else:
            then = now + backoff.RECIPIENT.wait(answer.failures + 1)
            self.actors.settle_answer(answer, max(then, reply.retry_at) if reply.retry_at else then)
