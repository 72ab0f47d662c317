"""``backlog`` and ``roundup``: declared, handed on, and told where they cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.cli.post_checks import post_mistakes
from syndicator.domain.errors import DeclarationError
from syndicator.wiring import App, declarations, inspect_app

MAIN = """
[site]
title = "The River Times"
url = "https://river.news/"

[keep]
database = "sqlite:///s.db"

[sources.wire]
kind = "feed"
url = "https://river.news/rss.xml"

[channels.box]
{settings}
"""

SETTINGS = {
    "mastodon": 'kind = "mastodon"\nserver = "https://social.example"\ntoken = "env:TOKEN"',
    "bluesky": 'kind = "bluesky"\nhandle = "river.bsky.social"\npassword = "env:TOKEN"',
    "telegram": 'kind = "telegram"\nchat = "@river"\ntoken = "env:TOKEN"',
    "webhook": 'kind = "webhook"\nurl = "https://hook.example/"\nsecret = "env:HOOK"',
    "discord": 'kind = "discord"\nwebhook = "env:HOOK"',
    "ntfy": 'kind = "ntfy"\ntopic = "river"\ntoken = "env:HOOK"',
}


def app_of(folder: Path, kind: str, keys: str) -> App:
    declarations.cache_clear()
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["box"]\n')
    (folder / "syndicator.toml").write_text(MAIN.format(settings=f"{SETTINGS[kind]}\n{keys}"))
    return inspect_app(folder)


@pytest.mark.parametrize("kind", ["mastodon", "bluesky", "telegram"])
def test_couriers_have_what_is_declared(tmp_path: Path, kind: str) -> None:
    app = app_of(tmp_path, kind, "backlog = 20\nroundup = true")
    courier = app.couriers["box"]
    assert (courier.backlog, courier.roundup, courier.rounds_up) == (20, True, True)
    assert courier.terms.has_roundups
    assert not list(post_mistakes(app))


def test_without_a_word_there_are_none(tmp_path: Path) -> None:
    courier = app_of(tmp_path, "mastodon", "").couriers["box"]
    assert (courier.backlog, courier.roundup, courier.rounds_up) == (None, False, False)


@pytest.mark.parametrize("kind", ["webhook", "discord", "ntfy"])
def test_where_there_can_be_none_is_a_mistake_with_its_line(tmp_path: Path, kind: str) -> None:
    app = app_of(tmp_path, kind, "roundup = true")
    assert not app.couriers["box"].rounds_up
    [(name, text, is_fine)] = post_mistakes(app)
    lines = (tmp_path / "syndicator.toml").read_text().splitlines()
    assert (name, is_fine) == ("box", False)
    assert f"syndicator.toml:{lines.index('roundup = true') + 1}:" in text
    assert "there is none on this channel: " in text


@pytest.mark.parametrize("keys", ["backlog = 0", "backlog = 501", 'backlog = "many"', 'roundup = "yes"'])
def test_what_cannot_be_is_a_mistake(tmp_path: Path, keys: str) -> None:
    with pytest.raises(DeclarationError, match=keys.partition(" ")[0]):
        app_of(tmp_path, "mastodon", keys)
