"""Pages of channels that are declared are found on the web, and none of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.channels.activitypub import ActivityPub
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.domain.errors import DeclarationError
from syndicator.fediverse.actor import Actor
from syndicator.processes.web_server import channel_routes, console_pages
from syndicator.web.context import Context
from syndicator.wiring import App, open_app
from tests.store.announced import announcements_of

DECLARED = """
[site]
title = "Example News"
url = "https://news.example/"
authority = "news.example"

[web]
public_url = "https://feeds.news.example"
"""
ACTORS = """
[channels.all]
kind = "activitypub"
handle = "news"
domain = "news.example"

[channels.city]
kind = "activitypub"
handle = "city"
title = "City news"
reactions = "ignore"
moved_to = "https://social.example/users/city"
"""


def opened(folder: Path, channels: str) -> App:
    (folder / "feeds").mkdir()
    (folder / "syndicator.toml").write_text(DECLARED + channels)
    (folder / "feeds" / "all.toml").write_text('title = "All"\n')
    return open_app(folder)


def actor_of(app: App, name: str) -> Actor:
    channel = app.couriers[name].channel
    assert isinstance(channel, ActivityPub)
    assert channel.actors is app.store
    return channel.actor


def paths(app: App) -> set[str]:
    context = Context(
        site=app.site,
        feeds=app.feeds,
        formats={},
        shelf=DirectoryShelf(app.declared.folder),
        store=app.store,
        bell=app.bell,
    )
    return {route.path for route in channel_routes(app, context)}


@pytest.mark.slow
def test_each_declared_channel_is_an_actor(tmp_path: Path) -> None:
    app = opened(tmp_path, ACTORS)

    actors = {name: actor_of(app, name) for name in app.couriers}
    assert {name: (actor.acct, actor.title) for name, actor in actors.items()} == {
        "all": ("acct:news@news.example", "Example News"),
        "city": ("acct:city@feeds.news.example", "City news"),
    }
    assert actors["all"].id == "https://feeds.news.example/ap/all"
    assert {"/.well-known/webfinger", "/ap/inbox", "/ap/{name}"} <= paths(app)
    app.store.engine.dispose()


@pytest.mark.slow
def test_followers_are_told_once_that_an_account_has_moved(tmp_path: Path) -> None:
    app = opened(tmp_path, ACTORS)
    app.store.engine.dispose()
    app = open_app(tmp_path)

    [move] = announcements_of(app.store, "city", "moved")
    assert move.payload["target"] == "https://social.example/users/city"
    assert announcements_of(app.store, "all", "moved") == []
    app.store.engine.dispose()


@pytest.mark.slow
def test_without_actors_there_is_nothing(tmp_path: Path) -> None:
    app = opened(tmp_path, "")
    assert paths(app) == set()
    app.store.engine.dispose()


@pytest.mark.parametrize("wrong", ['handle = "@news"', 'handle = "news"\ndomain = "https://news.example"'])
def test_a_name_that_cannot_be_is_told_by_its_line(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(DeclarationError, match=r"syndicator\.toml:\d+: "):
        opened(tmp_path, f'\n[channels.all]\nkind = "activitypub"\n{wrong}\n')


@pytest.mark.slow
def test_an_outbox_is_in_the_console_where_one_is_declared(tmp_path: Path) -> None:
    app = opened(tmp_path, '[channels.wall]\nkind = "outbox"\nfolder = "var/wall"\n' + ACTORS)

    assert console_pages(app) == {"wall": "/console/outbox"}
    assert "/console/outbox" in paths(app)
    app.store.engine.dispose()
