"""``syndicator preview --html``: what a retraction leaves where a post cannot be deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from syndicator.posts.afterwards import PHOTO_STAYS
from tests.acceptance.world import NewsSite, desk
from tests.channels.servers import FakeMastodon
from tests.channels.telegram_server import FakeTelegram

pytestmark = pytest.mark.slow  # databases or processes throughout

OTHERS = """
[channels.chat]
kind = "telegram"
server = "{chat}"
chat = "@theledger"
token = "env:CHAT"
on_retraction = "notice"

[channels.page]
kind = "facebook"
page = "104500000000001"
token = "env:CHAT"
on_retraction = "notice"
"""


def test_a_notice_keeps_the_photo_that_no_edit_takes_away(tmp_path: Path) -> None:
    with (
        NewsSite() as site,
        FakeMastodon() as mastodon,
        FakeTelegram() as chat,
        desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token) as room,
    ):
        main = room.folder / "syndicator.toml"
        noticed = main.read_text().replace('kind = "mastodon"', 'kind = "mastodon"\non_retraction = "notice"')
        main.write_text(noticed + OTHERS.format(chat=chat.address))
        feed = room.folder / "feeds" / "all.toml"
        feed.write_text('title = "All"\nchannels = ["social", "chat", "page"]\n')
        room.environment["CHAT"] = chat.token
        site.publish(1, "The bridge opens")
        drawn = room.run("preview", f"{site.address}/news/1", "--html", str(tmp_path / "drawn.html"))
        assert drawn.returncode == 0, drawn.stderr
        sections = LexborHTMLParser((tmp_path / "drawn.html").read_text()).css("section")
        retracted = {
            heading.text().split()[0]: section
            for section in sections
            for heading in section.css("h2")
            if "retracted" in heading.text()
        }
        assert {name for name, section in retracted.items() if section.css("figure img")} == {"chat", "page"}
        for name, section in retracted.items():
            assert "This article has been withdrawn." in section.text()
            assert (PHOTO_STAYS in section.text()) == (name != "social")
