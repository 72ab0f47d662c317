"""An article that is previewed, published and delivered to a channel, each by what does it for users."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndicator.cli.preview import print_preview
from syndicator.jobs.ports import Channel, PublicPhotos
from syndicator.wiring import App, open_app
from syndicator.wiring.couriers import now
from tests.acceptance.world import NewsSite

DECLARED = """
[site]
title = "The Test"
url = "{site}/"
authority = "test.example"

[fetch]
allow = ["{host}"]
photos = ["{host}"]

[sources.site]
kind = "page"
listings = [{{ url = "{site}/news" }}]
article = '/news/\\d+$'
key = '/news/(\\d+)$'
language = "en"

[channels.here]
kind = "outbox"
folder = "nowhere"
"""


def preview_and_publish(channel: Channel, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What ``preview --json`` shows of an article for a channel, which it is then delivered to."""
    from tests.channels.photo_host import PhotoHost  # noqa: PLC0415 - which needs the contract, as this does

    with NewsSite() as site, PhotoHost() as host, _app(channel, folder, site, host) as app:
        app.watch("site")  # what was there before is no news
        page = site.publish(1, "Bridge opens")
        page.note = "The day was missing."
        print_preview(app, f"{site.address}/news/1", source="", url="", cards=None, as_json=True)
        shown: dict[str, Any] = json.loads(capsys.readouterr().out)["posts"]["here"]
        app.store.look_now("site", now())
        app.watch("site")
        app.deliver("here")
        assert app.store.standings() == {"here": {"sent": 1}}
        return shown


@contextmanager
def _app(channel: Channel, folder: Path, site: NewsSite, host: PublicPhotos) -> Iterator[App]:
    """Everything as it is declared, but for the channel, which is the one to be tried."""
    (folder / "feeds").mkdir(parents=True)
    text = DECLARED.format(site=site.address, host=site.address.removeprefix("http://"))
    (folder / "syndicator.toml").write_text(text)
    (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["here"]\n')
    app = open_app(folder)
    try:
        couriers = {"here": replace(app.couriers["here"], channel=channel)}
        yield replace(app, deliverer=replace(app.deliverer, couriers=couriers, public_photos=host))
    finally:
        app.store.engine.dispose()
