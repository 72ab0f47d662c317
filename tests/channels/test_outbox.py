"""The outbox: posts as files in a folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from syndicator.channels.outbox import Outbox, cards, disk_errors
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, Refused, TryLater
from syndicator.posts.compose import compose
from syndicator.text.outbox_cards import stem_of
from tests.channels.contract import ARTICLE, CORRECTED, KEY, OTHER, OTHER_KEY, ChannelContract, picture
from tests.channels.servers import Published


@dataclass(frozen=True)
class Folder:
    """An outbox's folder, read as another program would."""

    place: Path

    @property
    def published(self) -> list[Published]:
        return [
            Published(
                remote_id=card.stem,
                text=card.text,
                photo=(self.place / card.photo).read_bytes() if card.photo else None,
                alt=card.alt,
            )
            for card in cards(self.place)
            if not card.withdrawn
        ]


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Outbox]:
    with requests.Session() as session:
        yield Outbox(name="wire", folder=tmp_path, session=session)


@pytest.fixture
def server(channel: Outbox) -> Folder:
    return Folder(channel.place)


@pytest.fixture
def secret() -> str:
    return "an outbox has none"


def page(channel: Outbox, receipt: Receipt) -> LexborHTMLParser:
    return LexborHTMLParser((channel.place / f"{receipt.remote_id}.html").read_bytes())


class TestOutbox(ChannelContract):
    def test_knows_what_it_never_posted(self, channel: Outbox) -> None:
        channel.send(self.post(channel, OTHER), key=OTHER_KEY)

        assert channel.find(self.post(channel), key=KEY) is None

    def test_a_card_shows_the_article_to_people(self, channel: Outbox) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        html = page(channel, receipt)
        [link, *_] = html.css("h1 a")
        [photo] = html.css("img")
        assert link.text() == ARTICLE.title
        assert link.attributes["href"] == ARTICLE.url
        assert (channel.place / str(photo.attributes["src"])).read_bytes() == picture().content
        assert photo.attributes["alt"] == "A tram on the bridge at dawn"
        assert html.css("html")[0].attributes["lang"] == "lo-LA"
        for part in (ARTICLE.summary, "City", "2026-03-01 09:30 UTC", "Noy S. / Example News"):
            assert part in html.text()
        assert receipt.url == (channel.place / f"{receipt.remote_id}.html").resolve().as_uri()

    def test_a_corrected_card_says_so(self, channel: Outbox) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        assert "corrected" not in page(channel, receipt).text()

        channel.edit(receipt, self.post(channel, CORRECTED))

        shown = page(channel, receipt).text()
        assert "corrected" in shown
        assert CORRECTED.note in shown

    def test_a_withdrawn_card_keeps_nothing_but_its_title_and_address(self, channel: Outbox) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        channel.delete(receipt, self.post(channel))

        [card] = cards(channel.place)
        assert card.withdrawn
        assert (card.title, card.url) == (ARTICLE.title, ARTICLE.url)
        left = {path.suffix: path.read_text() for path in channel.place.iterdir()}
        assert set(left) == {".json", ".html"}
        assert not any(ARTICLE.summary in text for text in left.values())
        assert not page(channel, receipt).css("a")

    def test_markup_in_an_article_stays_text(self, channel: Outbox) -> None:
        hostile = replace(
            ARTICLE, title="<script>alert(1)</script>", section='"><img src=x onerror=alert(1)>'
        )

        html = page(channel, channel.send(self.post(channel, hostile), key=KEY))

        assert not html.css("script")
        assert not html.css("img")
        assert html.css("h1")[0].text() == "<script>alert(1)</script>"

    def test_cards_come_latest_change_first_and_not_all(self, channel: Outbox) -> None:
        receipts = []
        for n in range(5):
            article = replace(ARTICLE, guid=f"tag:news.example,2026:{n}")
            receipts.append(channel.send(compose(article, channel.capabilities), key=f"{n}"))
            os.utime(channel.place / f"{receipts[-1].remote_id}.json", (n, n))
        channel.edit(receipts[0], self.post(channel, CORRECTED))

        assert [card.stem for card in cards(channel.place, 3)] == [receipts[n].remote_id for n in (0, 4, 3)]

    def test_a_folder_that_is_not_there_has_no_cards(self, tmp_path: Path) -> None:
        assert cards(tmp_path / "none") == []

    def test_a_damaged_card_hides_no_other(self, channel: Outbox, caplog: pytest.LogCaptureFixture) -> None:
        channel.send(self.post(channel), key=KEY)
        (channel.place / "broken.json").write_text('{"stem": 1')

        assert [card.title for card in cards(channel.place)] == [ARTICLE.title]
        assert "broken.json is no card" in caplog.text

    def test_no_half_written_file_is_left(self, channel: Outbox) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        assert {path.name for path in channel.place.iterdir()} == {
            receipt.remote_id + extension for extension in (".json", ".html", ".jpg")
        }

    def test_a_post_whose_last_file_is_missing_was_not_posted(self, channel: Outbox) -> None:
        """As after a crash between two files."""
        receipt = channel.send(self.post(channel), key=KEY)
        (channel.place / f"{receipt.remote_id}.json").unlink()

        assert channel.find(self.post(channel), key=KEY) is None
        assert channel.send(self.post(channel), key=KEY) == receipt
        assert channel.find(self.post(channel), key=KEY) == receipt

    def test_a_file_where_the_folder_should_be_is_told(self, channel: Outbox, tmp_path: Path) -> None:
        (tmp_path / "wire").write_text("")

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="mend the folder"):
                attempt()

    def test_a_full_disk_is_waited_for(self, tmp_path: Path) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("no /dev/full on this system")

        with pytest.raises(TryLater, match="the disk is full; make room"), disk_errors(tmp_path):
            Path("/dev/full").write_bytes(b"x")

    def test_other_trouble_that_passes_is_waited_for(self, tmp_path: Path) -> None:
        with pytest.raises(TryLater, match="Input/output error"), disk_errors(tmp_path):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def test_a_card_in_a_folder_of_before_is_left_to_a_person(self, channel: Outbox, tmp_path: Path) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        moved = replace(channel, folder=tmp_path / "another")

        with pytest.raises(Refused, match=f"it is in {channel.place}"):
            moved.delete(receipt, self.post(channel))
        assert [card.withdrawn for card in cards(channel.place)] == [False]

        channel.place.rename(tmp_path / "gone")
        moved.delete(receipt, self.post(channel))

    def test_a_receipt_leads_nowhere_but_into_the_folder(self, channel: Outbox, tmp_path: Path) -> None:
        outside = tmp_path / "precious.json"
        outside.write_text("{}")

        channel.delete(Receipt(remote_id="../precious"), self.post(channel))

        assert outside.read_text() == "{}"


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_key_makes_a_safe_file_name(guid: str, key: str) -> None:
    stem = stem_of(guid, key)

    assert 0 < len(stem) <= 80
    assert set(stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    assert not stem.startswith("-")


def test_different_keys_make_different_file_names() -> None:
    assert stem_of("tag:x,2026:a.b", "a.b#1") != stem_of("tag:x,2026:a/b", "a/b#1")
