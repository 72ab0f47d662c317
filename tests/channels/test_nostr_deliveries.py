"""Deliveries to relays that are away, refuse, or give no answer: one note, which is not lost."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from syndicator.channels.nostr import Nostr
from syndicator.domain.delivery import Standing
from syndicator.http.client import AddressGuard
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.local_server import closed_port
from tests.channels.relays import OddRelay, RealRelay
from tests.channels.test_nostr import KEYS, odd, server
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

__all__ = ["odd", "server"]  # fixtures


@pytest.fixture
def story(store: Store, tmp_path: Path) -> Story:
    (tmp_path / "key").write_text(KEYS.secret_key().to_bech32())
    story = Story(store)
    story.baseline()
    return story


def posts_to(story: Story, tmp_path: Path, *relays: str) -> None:
    story.real = Nostr(
        name="wire",
        key=Secret(f"file:{tmp_path}/key"),
        relays=relays,
        session=requests.Session(),
        guard=AddressGuard(tuple(urlsplit(relay).netloc for relay in relays)),
    )


def standing(story: Story) -> Standing:
    return story.delivery.standing


def nobody() -> str:
    return f"ws://127.0.0.1:{closed_port()}"


def test_while_all_relays_are_away_the_note_waits(story: Story, server: RealRelay, tmp_path: Path) -> None:
    posts_to(story, tmp_path, nobody(), nobody())
    story.publishes()
    story.delivers_until_done()
    assert standing(story) is Standing.PENDING

    posts_to(story, tmp_path, server.address)
    story.delivers_until_done()

    assert standing(story) is Standing.SENT
    assert len(server.notes) == 1


@pytest.mark.parametrize("words", ["rate-limited: slow down", "error: the disk is full"])
def test_what_a_relay_refuses_for_now_is_sent_once_it_takes_it(
    story: Story, odd: OddRelay, tmp_path: Path, words: str
) -> None:
    posts_to(story, tmp_path, odd.address)
    odd.refuses(words)
    story.publishes()
    story.delivers_until_done()
    assert standing(story) is Standing.PENDING

    odd.answer = odd.take
    story.delivers_until_done()

    assert standing(story) is Standing.SENT
    assert len(odd.events) == 1


def test_what_a_relay_refuses_of_all_keeps_its_queue(story: Story, odd: OddRelay, tmp_path: Path) -> None:
    posts_to(story, tmp_path, odd.address)
    odd.refuses("restricted: not a member")
    story.publishes()
    story.delivers_until_done()
    assert story.channel_row.is_stopped
    assert standing(story) is Standing.PENDING

    odd.answer = odd.take
    story.store.resume_channel("wire")
    story.delivers_until_done()

    assert standing(story) is Standing.SENT
    assert len(odd.events) == 1


def test_one_relay_that_is_away_costs_no_note_and_no_second_one(
    story: Story, server: RealRelay, odd: OddRelay, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    posts_to(story, tmp_path, server.address, away := nobody())
    story.publishes()
    story.delivers()
    assert standing(story) is Standing.SENT
    assert any(away in r.getMessage() for r in caplog.records if r.levelno == logging.WARNING)

    posts_to(story, tmp_path, server.address, odd.address)  # it is back
    story.delivers_until_done()
    story.publishes(title="The bridge reopens on Monday")
    story.delivers_until_done()
    assert [event["kind"] for event in odd.events] == [1]  # the correction, which is a reply
    assert len(server.notes) == 2

    story.retracts()
    story.delivers_until_done()

    assert standing(story) is Standing.SENT
    assert server.notes == []
    assert [event["kind"] for event in odd.events][1:] == [5, 5]


def test_a_retraction_is_told_to_a_relay_that_was_away(
    story: Story, server: RealRelay, odd: OddRelay, tmp_path: Path
) -> None:
    posts_to(story, tmp_path, server.address, odd.address)
    story.publishes()
    story.delivers()
    posts_to(story, tmp_path, server.address, nobody())
    story.retracts()
    story.delivers_until_done()
    assert standing(story) is Standing.PENDING

    posts_to(story, tmp_path, server.address, odd.address)
    story.delivers_until_done()

    assert standing(story) is Standing.SENT
    assert [event["kind"] for event in odd.events] == [1, 5]


@pytest.mark.parametrize("has_it", [True, False])
def test_a_lost_answer_makes_one_note(story: Story, odd: OddRelay, tmp_path: Path, has_it: bool) -> None:
    """Whether the relay had taken the note before it hung up, or not."""
    kept: dict[str, dict[str, Any]] = {}
    is_hanging_up = True

    def answer(message: list[Any]) -> list[str | None]:
        nonlocal is_hanging_up
        if message[0] == "REQ":
            return [
                *(json.dumps(["EVENT", message[1], event]) for event in kept.values()),
                *odd.take(message),
            ]
        if not is_hanging_up or has_it:
            kept[message[1]["id"]] = message[1]
        is_over, is_hanging_up = is_hanging_up, False
        return [None] if is_over else odd.take(message)

    odd.answer = answer
    posts_to(story, tmp_path, odd.address)
    story.publishes()
    story.delivers_until_done()

    assert standing(story) is Standing.SENT
    assert story.delivery.receipt
    assert list(kept) == [story.delivery.receipt.remote_id.partition(":")[0]]
    assert len(odd.events) == (0 if has_it else 1)
