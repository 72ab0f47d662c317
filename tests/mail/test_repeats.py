"""A letter that is sent again: how few there are, and how they are known."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import cast

import pytest

from syndicator.domain.capabilities import Capabilities
from syndicator.domain.post import Occasion
from syndicator.domain.recipient import Announcement, Letter, Recipient
from syndicator.mail import lines
from syndicator.mail.letters import ListPost, MailingRun
from syndicator.mail.line import Answer, Stage
from syndicator.mail.lines import OutgoingMail, hand_over_all
from syndicator.mail.list_contents import ListNames
from syndicator.mail.mailed import MailedPost
from syndicator.mail.mailing import Letterhead
from syndicator.mail.message import address
from syndicator.mail.relay import Relay
from syndicator.posts.compose import compose
from syndicator.text.rulers import GRAPHEMES
from tests.channels.contract import ARTICLE, OTHER

DATE = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
NAMES = ListNames(title="Morning", language="en", site_title="News", home="https://news.example/")


class SlowRelay:
    """One that takes everything at once but for one recipient, whose message it holds."""

    def __init__(self) -> None:
        self.is_free = threading.Event()

    @contextmanager
    def line(self) -> Iterator[SlowRelay]:
        yield self

    def hand_over(self, content: bytes, sender: str, recipient: str) -> Answer:
        if recipient == "slow@reader.example":
            self.is_free.wait(20)
        return Answer(Stage.CONTENT, 250, "")


@pytest.mark.parametrize("quick", [5, 30])
def test_what_the_relay_has_taken_is_told_soon_whoever_is_slow(
    quick: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "GROUP_WAIT_S", 0.1)
    relay = SlowRelay()
    names = ["slow", *(f"reader{number}" for number in range(quick))]
    messages = [OutgoingMail("news@news.example", f"{name}@reader.example", bytes) for name in names]

    told = 0
    for group in hand_over_all(cast(Relay, relay), messages):
        told += len(group)
        if told == quick:
            assert not relay.is_free.is_set()
            relay.is_free.set()
    assert told == quick + 1


def announcement(number: int, key: str) -> Announcement:
    post = compose(
        OTHER if number % 2 else ARTICLE, Capabilities(ruler=GRAPHEMES, unit="graphemes", text=900)
    )
    return Announcement(
        channel="morning",
        key=key,
        post=key,
        occasion=Occasion.NEWS,
        payload=ListPost(post=MailedPost.of(post)).payload,
        due=DATE,
        id=number,
    )


@pytest.mark.parametrize("keys", [("one",), ("one", "two", "three")], ids=["alert", "digest"])
def test_a_message_that_is_made_again_later_has_the_same_id_and_another_readers_has_not(
    keys: tuple[str, ...],
) -> None:
    reader = Recipient(channel="morning", address="ann@reader.example", details={"code": "a" * 16}, id=7)
    letter = Letter(recipient=reader, announcements=[announcement(n, key) for n, key in enumerate(keys, 1)])
    others = Letter(recipient=replace(reader, id=8), announcements=letter.announcements)

    def id_of(letter: Letter, date: datetime) -> str:
        """As another process makes it."""
        run = MailingRun(
            head=Letterhead(
                sender=address("news@news.example"), list_id="morning.news.example", list_title="Morning"
            ),
            names=NAMES,
            pages="https://feeds.news.example/lists/morning",
            bounces="",
            is_digest=len(keys) > 1,
            date=date,
        )
        outgoing = run.outgoing(letter)
        assert outgoing
        return str(message_from_bytes(outgoing.content())["Message-ID"])

    first, again = id_of(letter, DATE), id_of(letter, DATE + timedelta(hours=5))
    assert first == again
    assert id_of(others, DATE) != first
