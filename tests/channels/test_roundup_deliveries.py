"""Round-ups on channels of different shapes: links as addresses (Mastodon), and behind words (Telegram)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.channels.mastodon import Mastodon
from syndicator.channels.telegram import Telegram
from syndicator.domain.decisions import was_posted
from syndicator.domain.delivery import Receipt, Standing
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import impatient_session
from tests.channels.local_server import Trouble, reset, status
from tests.channels.servers import FakeMastodon
from tests.channels.telegram_server import FakeTelegram
from tests.jobs.backlog import Backlog

LAO = "ຂົວຂ້າມແມ່ນ້ຳເປີດໃຫ້ລົດແລ່ນອີກຄັ້ງ"


@pytest.fixture
def story(store: Store) -> Backlog:
    return Backlog(store)


@pytest.fixture
def mastodon(story: Backlog, tmp_path: Path) -> Iterator[FakeMastodon]:
    with FakeMastodon() as server, impatient_session() as session:
        server.now = story.clock
        (tmp_path / "token").write_text(server.token)
        story.real = Mastodon(
            name="wire", server=server.address, token=Secret(f"file:{tmp_path}/token"), session=session
        )
        yield server


@pytest.fixture
def telegram(story: Backlog, tmp_path: Path) -> Iterator[FakeTelegram]:
    with FakeTelegram() as server, impatient_session() as session:
        server.now = story.clock
        (tmp_path / "token").write_text(server.token)
        story.real = Telegram(
            name="wire",
            chat="@theledger",
            server=server.address,
            token=Secret(f"file:{tmp_path}/token"),
            session=session,
        )
        yield server


def texts(server: FakeMastodon | FakeTelegram) -> list[str]:
    return [post.text for post in server.published]


def roundup_text(server: FakeMastodon | FakeTelegram) -> str:
    [text] = [text for text in texts(server) if "ledger.example/1" in text]
    return text


def test_mastodon_shows_it_with_its_addresses(story: Backlog, mastodon: FakeMastodon) -> None:
    story.publishes_many(4)
    story.publishes("5", title=f"{LAO} @bob", language="lo")
    story.delivers()
    assert roundup_text(mastodon) == (
        "More news\n\nBridge 3 reopens\nhttps://ledger.example/3\n\n"
        "Bridge 2 reopens\nhttps://ledger.example/2\n\nBridge 1 reopens\nhttps://ledger.example/1"
    )
    assert story.roundup.receipt


@pytest.mark.parametrize("remembers_keys", [True, False])
@pytest.mark.parametrize("is_late", [False, True])
def test_mastodon_loses_an_answer(
    story: Backlog, mastodon: FakeMastodon, remembers_keys: bool, is_late: bool
) -> None:
    """It is known by its key, or looked for by the address of the first that it names."""
    object.__setattr__(story.real, "remembers_keys", remembers_keys)
    story.bound = 1
    story.publishes_many(1)
    story.delivers()
    mastodon.trouble = Trouble(reset, at="/api/v1/statuses", method="POST", after=True)
    story.publishes_many(3, first=2)
    for _ in range(4):  # the singles, too, lose their answers
        story.delivers()
    mastodon.trouble = None
    story.clock.tick(hours=3 if is_late else 0, minutes=2)
    story.delivers_until_done()
    words = " ".join(texts(mastodon)).split()
    assert {key: words.count(f"https://ledger.example/{key}") for key in "1234"} == dict.fromkeys("1234", 1)
    assert {d.standing for d in story.deliveries} == {Standing.SENT, Standing.GATHERED}


def test_mastodon_edits_a_headline_and_a_retraction_in(story: Backlog, mastodon: FakeMastodon) -> None:
    story.publishes_many(5)
    story.delivers()
    story.publishes("3", title=LAO, language="lo")
    story.retracts("2")
    story.delivers_until_done()
    assert roundup_text(mastodon) == (
        f"ຂ່າວເພີ່ມເຕີມ\n\n{LAO}\nhttps://ledger.example/3\n\nBridge 1 reopens\nhttps://ledger.example/1"
    )
    assert len(texts(mastodon)) == 3


def test_mastodon_without_edits_posts_it_again(story: Backlog, mastodon: FakeMastodon) -> None:
    object.__setattr__(story.real, "edits", False)
    story.publishes_many(5)
    story.delivers()
    story.retracts("2")
    story.delivers_until_done()
    assert "ledger.example/2" not in roundup_text(mastodon)
    assert len(texts(mastodon)) == 3


def test_mastodon_is_found_after_a_backup(story: Backlog, mastodon: FakeMastodon) -> None:
    """The record knows neither of the round-up nor that its members are out."""
    story.publishes_many(5)
    story.clock.tick(minutes=1)
    story.delivers()
    before = texts(mastodon)
    story.forgets_all_posts()
    story.store.restore(story.clock())
    story.delivers_until_done(hours=4)
    assert texts(mastodon) == before
    assert not [d for d in story.deliveries if d.standing is Standing.PENDING]
    story.clock.tick(days=1)  # until then, what has no date of its own might be out there, too
    story.publishes_many(4, first=6)
    story.delivers_until_done()
    assert len(texts(mastodon)) == len(before) + 3


def test_telegram_has_links_behind_headlines(story: Backlog, telegram: FakeTelegram) -> None:
    story.publishes_many(3)
    story.publishes("4", title=LAO, language="lo")
    story.clock.tick(minutes=1)
    story.publishes_many(2, first=5)
    story.delivers_until_done(hours=1)
    [message] = [each for each in telegram.messages.values() if each.text.startswith("More news")]
    assert message.text == f"More news\n\n{LAO}\n\nBridge 3 reopens\n\nBridge 2 reopens\n\nBridge 1 reopens"
    titles = {"4": LAO, **{key: f"Bridge {key} reopens" for key in "321"}}
    assert message.links == {title: f"https://ledger.example/{key}" for key, title in titles.items()}
    assert message.card == "https://ledger.example/4"


def test_telegram_loses_an_answer(story: Backlog, telegram: FakeTelegram) -> None:
    """Nobody can tell: it is never sent again, nor are its articles."""
    story.publishes_many(5)
    telegram.trouble = None
    account = story.store.claim_channel("wire", story.clock(), timedelta(seconds=90))
    assert account
    story.store.round_up(account, story.clock(), 0, timedelta(days=1))
    story.clock.tick(minutes=2)
    telegram.trouble = Trouble(reset, at="/bot", after=True)
    story.delivers()
    telegram.trouble = None
    story.delivers_until_done(hours=6)
    assert story.roundup.standing is Standing.UNKNOWN
    [number] = telegram.messages
    ruling = was_posted(Receipt(remote_id=str(number)))
    story.store.rule(story.roundup.id, ruling, story.clock(), event="it is there")
    story.retracts("2")
    story.delivers_until_done()
    assert "Bridge 2" not in telegram.messages[number].text
    assert "Bridge 1" in telegram.messages[number].text


def test_telegram_refuses_and_nothing_is_lost(story: Backlog, telegram: FakeTelegram) -> None:
    story.publishes_many(5)
    telegram.trouble = Trouble(status(503), at="/bot")
    story.delivers()
    telegram.trouble = None
    story.delivers_until_done(hours=3)
    words = " ".join(url for each in telegram.messages.values() for url in each.links.values()).split()
    assert {key: words.count(f"https://ledger.example/{key}") for key in "12345"} == dict.fromkeys("12345", 1)
