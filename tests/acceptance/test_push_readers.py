"""Web Push as people run it: the key is made, a reader subscribes at the web server, and is told of news."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import update

from syndicator.cli.connect import AccessWays, connect
from syndicator.store import schema
from syndicator.wiring import App, declarations, open_app
from syndicator.wiring.couriers import now
from tests.acceptance.world import NewsSite
from tests.channels.push_service import PushService
from tests.web.push_pages import ReadersBrowser
from tests.web.test_web_process import answers, free_port, until

pytestmark = pytest.mark.slow  # databases or processes throughout

ROOT = Path(__file__).parents[2]
MAIN = """
[site]
title = "The River"
url = "{site}/"
authority = "river.example"

[web]
listen = "127.0.0.1:{port}"

[fetch]
allow = ["{host}"]

[hub]
allow = ["{service}", "127.0.0.1"]

[sources.site]
kind = "page"
listings = [{{ url = "{site}/news" }}]
article = '/news/\\d+$'
key = '/news/(\\d+)$'
language = "en"

[channels.readers]
kind = "webpush"
private_key = "file:{folder}/push.key"
contact = "mailto:desk@river.example"
wait_for_page = "0s"
"""


@contextmanager
def serving(folder: Path, port: int) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "syndicator", "-C", str(folder), "web"], cwd=ROOT
    ) as process:
        try:
            until(lambda: answers(port) or process.poll() is not None, "listening")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def deliver(app: App) -> None:
    app.store.look_now("site", now())
    app.watch("site")
    app.deliver("readers")
    app.broadcast("readers")


@pytest.mark.slow  # a web server
def test_a_reader_subscribes_and_is_told_of_news_and_of_their_correction(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port, folder = free_port(), tmp_path / "declared"
    (folder / "feeds").mkdir(parents=True)
    (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["readers"]\n')
    with NewsSite() as site, PushService() as service:
        host, at = site.address.removeprefix("http://"), service.address.removeprefix("http://")
        main = MAIN.format(site=site.address, host=host, port=port, service=at, folder=folder)
        (folder / "syndicator.toml").write_text(main)
        declarations.cache_clear()
        connect(folder, "readers", AccessWays(), as_json=False)
        app = open_app(folder)
        app.watch("site")
        with serving(folder, port) as ours:
            script = requests.get(f"{ours}/push/readers/push.js", timeout=10).text
            settings = json.loads(script.rstrip().rpartition("})(")[2].removesuffix(");"))
            assert settings["address"] == f"{ours}/push/readers/subscriptions"
            assert f"application server key {settings['key']}" in capsys.readouterr().out
            reader = ReadersBrowser()
            sent = requests.post(
                settings["address"], json=reader.subscription, headers={"Origin": site.address}, timeout=10
            )
            assert sent.status_code == 201, sent.text
        _moves(app, reader, service, settings["key"])

        page = site.publish(1, "Bridge opens")
        deliver(app)
        assert [each.text.partition("\n")[0] for each in service.shown("ann")] == ["Bridge opens"]
        page.title = "Bridge opens on Monday"
        deliver(app)

        assert [each.text.partition("\n")[0] for each in service.shown("ann")] == ["Bridge opens on Monday"]
        assert service.sounds == ["/push/ann"]
        app.store.engine.dispose()


def _moves(app: App, reader: ReadersBrowser, service: PushService, key: str) -> None:
    """What is at the browser vendor's service is looked for at one of ours."""
    service.browsers["/push/ann"], service.keys["/push/ann"] = reader, key
    with app.store.writing() as connection:
        connection.execute(update(schema.recipient).values(address=f"{service.address}/push/ann"))
