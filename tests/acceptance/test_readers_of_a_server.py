"""A web server as people run it: readers are on record once it stops; a browser shows the page of a feed."""

from __future__ import annotations

import io
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from PIL import Image

from syndicator.documents.directory import Directory
from syndicator.formats import kind
from syndicator.jobs.ports import Document
from syndicator.store import open_store
from tests.channels.local_server import LocalServer, Reply, Request
from tests.fakes import ALL, NOON, SITE
from tests.formats.newsroom import PHOTO, article, written
from tests.web.test_web_process import answers, free_port, until

pytestmark = pytest.mark.slow  # databases or processes throughout

ROOT = Path(__file__).parents[2]

FEEDLY = "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 12 subscribers; like FeedFetcher-Google)"


class PhotoHost(LocalServer):
    """Another site, which has the photo, and remembers who was told to have sent for it."""

    def __init__(self) -> None:
        super().__init__()
        self.referrers: list[str] = []

    def answer(self, request: Request) -> Reply:
        self.referrers.append(request.headers.get("Referer", ""))
        picture = io.BytesIO()
        Image.new("RGB", (60, 40), "teal").save(picture, "JPEG")
        return Reply(body=picture.getvalue(), media_type="image/jpeg")


@contextmanager
def serving(folder: Path, page: bytes) -> Iterator[str]:
    """`syndicator web` over one feed that is built; stopped in order at the end."""
    port = free_port()
    (folder / "feeds").mkdir()
    (folder / "feeds" / "all.toml").write_text('title = "Everything"\n')
    (folder / "syndicator.toml").write_text(
        f'[site]\ntitle = "The Ledger"\nurl = "https://ledger.example/"\n[web]\nlisten = "127.0.0.1:{port}"\n'
    )
    open_store(f"sqlite:///{folder}/var/syndicator.db").engine.dispose()
    documents = [Document(extension=e, content=b"<rss/>", modified=NOON) for e in ("rss", "atom", "json")]
    documents.append(Document(extension="html", content=page, modified=NOON))
    Directory(folder / "var" / "documents").replace("all", documents)
    command = [sys.executable, "-m", "syndicator", "-C", str(folder), "web"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            until(lambda: answers(port) or process.poll() is not None, "listening")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


@pytest.mark.slow
def test_who_has_read_what_is_on_record_when_the_server_stops(tmp_path: Path) -> None:
    with serving(tmp_path, b"<!doctype html>") as url:
        for status in 200, 304, 304:
            condition = {"If-Modified-Since": "Mon, 02 Mar 2026 12:00:00 GMT"} if status == 304 else {}
            headers = {"User-Agent": FEEDLY, **condition}
            assert requests.get(f"{url}/feeds/all.rss", headers=headers, timeout=10).status_code == status

    store = open_store(f"sqlite:///{tmp_path}/var/syndicator.db")
    [row] = store.readers()
    store.engine.dispose()
    assert (row.feed, row.format, row.agent) == ("all", "rss", "Feedly")
    assert (row.whole, row.same, row.subscribers) == (1, 2, 12)


@pytest.mark.slow  # a browser
def test_a_browser_shows_the_page_with_photos_and_copies_addresses(tmp_path: Path) -> None:
    browsers = [path for name in ("chromium", "google-chrome") if (path := shutil.which(name))]
    if not browsers:
        pytest.skip("no Chromium is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with PhotoHost() as host, playwright.sync_playwright() as player:
        photo = replace(PHOTO, url=f"{host.address}/bridge.jpg")
        page = written(kind("html")(), [article(photo=photo)], ALL, SITE)
        with serving(tmp_path, page) as url:
            chromium = player.chromium.launch(executable_path=browsers[0], args=["--no-sandbox"])
            tab = chromium.new_page(timezone_id="Asia/Vientiane", locale="en-GB", color_scheme="dark")
            complaints: list[str] = []
            tab.on("console", lambda message: complaints.append(message.text))
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.goto(f"{url}/feeds/all")
            # asked from outside: within the page its own policy forbids what waits there
            width = "document.querySelector('article img').naturalWidth"
            until(lambda: tab.evaluate(width) == 60, "the photo is there")

            assert tab.url == f"{url}/feeds/all.html"
            assert tab.locator("time.dt-published").inner_text() == "1 March 2026 at 16:30"
            assert tab.locator(".addresses button.copy").count() == 3
            assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 19, 17)"
            assert complaints == []
            assert set(host.referrers) == {f"{url}/"}
            chromium.close()
