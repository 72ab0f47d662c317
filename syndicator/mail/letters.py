"""Letters of a list: what a reader is sent of what is on record, and what the relay's answer means."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from syndicator.domain.post import Occasion
from syndicator.domain.recipient import Announcement, Letter, LetterOutcome, Reception
from syndicator.mail.addresses import masked, without_addresses
from syndicator.mail.bounces import Verdict, status_in, verdict_of, with_ticket
from syndicator.mail.desk import ticket_of
from syndicator.mail.line import Answer, Stage
from syndicator.mail.lines import Handed, OutgoingMail, hand_over_all
from syndicator.mail.list_contents import ListNames, alert, digest
from syndicator.mail.mailed import MailedPost
from syndicator.mail.mailing import Letterhead, Mailing, Reader, message_id_for
from syndicator.mail.relay import Relay

log = logging.getLogger(__name__)

#: Mailings that are kept ready: readers who are behind are owed others.
MAX_READY = 16


@dataclass(frozen=True, slots=True)
class ListPost:
    """A post on record. ``answers``: the post whose thread it is in."""

    post: MailedPost
    answers: str = ""

    @property
    def payload(self) -> dict[str, Any]:
        return {"post": self.post.payload, "answers": self.answers}

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> ListPost:
        return cls(MailedPost.read(payload["post"]), payload["answers"])


@dataclass(kw_only=True)
class MailingRun:
    """The messages of one run. ``date``: by the clocks of the list's zone."""

    head: Letterhead
    names: ListNames
    pages: str
    bounces: str
    is_digest: bool
    date: datetime
    _ready: dict[tuple[int, ...], tuple[Mailing | None, str, str]] = field(default_factory=dict)

    def outgoing(self, letter: Letter) -> OutgoingMail | None:
        """The message of a letter, to be made when its turn has come; ``None``: there is nothing to say."""
        mailing, base, answers = self._mailing(letter.announcements)
        if mailing is None:
            return None
        reader = letter.recipient
        ticket, domain = ticket_of(reader), self.head.sender.domain
        to = Reader(
            address=reader.address,
            message_id=message_id_for(base, ticket, domain),
            leave=f"{self.pages}/leave/{ticket}",
            leave_by_mail=with_ticket(self.bounces, ticket) if self.bounces else "",
            answers=message_id_for(answers, ticket, domain) if answers else "",
        )
        return OutgoingMail(
            sender=to.leave_by_mail or self.head.sender.addr_spec,
            recipient=reader.address,
            content=partial(mailing.message, to),
            about=letter,
        )

    def sent(
        self, relay: Relay, letters: Iterable[Letter]
    ) -> Iterator[Sequence[tuple[Letter, LetterOutcome]]]:
        """Sends letters over several lines to the relay at once, in groups as they have ended. Raises
        ``TryLater`` or ``Misconfigured``."""
        silent: list[tuple[Letter, LetterOutcome]] = []

        def messages() -> Iterator[OutgoingMail]:
            for letter in letters:
                if message := self.outgoing(letter):
                    yield message
                else:
                    silent.append((letter, LetterOutcome(Reception.DELIVERED)))

        for group in hand_over_all(relay, messages()):
            yield [
                (each.outgoing.about, outcome_of(each, relay.host, is_digest=self.is_digest))
                for each in group
            ]
        yield silent

    def _mailing(self, announcements: Sequence[Announcement]) -> tuple[Mailing | None, str, str]:
        """The mailing of announcements, the part of its id that all its messages share, and that of the one
        that it answers."""
        numbers = tuple(each.id for each in announcements)
        if numbers not in self._ready:
            if len(self._ready) >= MAX_READY:
                del self._ready[next(iter(self._ready))]
            self._ready[numbers] = self._made(announcements)
        return self._ready[numbers]

    def _made(self, announcements: Sequence[Announcement]) -> tuple[Mailing | None, str, str]:
        if not self.is_digest:
            [announcement] = announcements
            post = ListPost.read(announcement.payload)
            return Mailing(self.head, alert(post.post), self.date), announcement.key, post.answers
        posts = [ListPost.read(each.payload).post for each in _latest(announcements)]
        base = hashlib.sha256(" ".join(each.key for each in announcements).encode()).hexdigest()[:32]
        if not posts:
            return None, base, ""
        return Mailing(self.head, digest(posts, self.names, self.date.date()), self.date), base, ""


def _latest(announcements: Sequence[Announcement]) -> list[Announcement]:
    """What is to be told of each post, where several announcements are of one: the last; nothing of one that
    came and was withdrawn."""
    by_post: dict[str, list[Announcement]] = {}
    for each in announcements:
        by_post.setdefault(each.post, []).append(each)
    return [
        group[-1]
        for group in by_post.values()
        if not (
            group[-1].occasion is Occasion.RETRACTION
            and any(each.occasion is Occasion.NEWS for each in group)
        )
    ]


def outcome_of(handed: Handed, host: str, *, is_digest: bool) -> LetterOutcome:
    """What has become of a letter."""
    answer, who = handed.answer, masked(handed.outgoing.recipient)
    if answer is None:
        if is_digest:  # to have it twice does less harm than not to have it
            return LetterOutcome(Reception.FAILED, f"{host} gave no answer to the message")
        log.warning("%s gave no answer to the message to %s: it is not sent again", host, who)
        return LetterOutcome(Reception.DELIVERED)
    if answer.is_good:
        return LetterOutcome(Reception.DELIVERED)
    reason = without_addresses(f"{host} answers {answer.code} to {answer.stage}: {answer.text}")
    if answer.is_for_now:
        return LetterOutcome(Reception.FAILED, reason)
    return LetterOutcome(_reception(answer), reason)


def _reception(answer: Answer) -> Reception:
    verdict = verdict_of(status_in(answer.text), str(answer.code))
    if verdict is Verdict.DEAD:
        return Reception.GONE
    is_about_reader = verdict is Verdict.COUNTED and answer.stage is Stage.RECIPIENT
    return Reception.FAILED if is_about_reader else Reception.REFUSED
