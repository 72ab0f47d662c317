"""docs/nginx.conf, in the real nginx: before the real server, and after it has died."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
import requests

from syndicator.documents.directory import Directory
from syndicator.ports import Document
from tests.fakes import NOON
from tests.web.test_news import STORIES, publish
from tests.web.test_web_process import ROOT, Served, answers, free_port, serving_from, until

BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")

pytestmark = pytest.mark.skipif(
    not shutil.which("nginx"), reason="nginx is not here (apt install nginx-light)"
)


@dataclass
class Front:
    folder: Path
    behind: Served
    url: str

    def get(self, path: str, **headers: str) -> requests.Response:
        """As a reader gets it; ``Accept-Encoding`` only if it is asked for."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(
            self.url + path,
            headers={"Accept-Encoding": "identity", "Host": "feeds.example.org", **named},
            timeout=10,
            allow_redirects=False,
        )


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    with serving_from(tmp_path) as behind:
        port = free_port()
        command = ["nginx", "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", "nginx.conf"]
        (tmp_path / "nginx.conf").write_text(configuration(tmp_path, port, behind.port))
        with subprocess.Popen(command) as nginx:
            until(lambda: answers(port) or nginx.poll() is not None, "nginx listening")
            yield Front(tmp_path, behind, f"http://127.0.0.1:{port}")
            nginx.terminate()
            nginx.wait(20)


def configuration(folder: Path, port: int, behind: int) -> str:
    told = (ROOT / "docs" / "nginx.conf").read_text("utf-8")
    for sample, here in {
        "/srv/syndicator/var/documents": f"{folder}/documents",
        "127.0.0.1:8000": f"127.0.0.1:{behind}",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/var/cache/nginx/syndicator": f"{folder}/cache",
    }.items():
        assert sample in told
        told = told.replace(sample, here)
    if BROTLI.exists():
        told = told.replace("# brotli_static on;", "brotli_static on;")
    return "\n".join(
        [
            f"load_module {BROTLI};" if BROTLI.exists() else "",
            "user root;" if os.getuid() == 0 else "",  # who may look into a test's folder
            f"daemon off; worker_processes 1; pid {folder}/nginx.pid; events {{}}",
            f"http {{ access_log {folder}/access.log; {told} }}",
        ]
    )


@pytest.mark.parametrize(
    ("extension", "media_type"),
    [("rss", "application/rss+xml"), ("atom", "application/atom+xml"), ("json", "application/feed+json")],
)
def test_nginx_says_what_syndicator_says(front: Front, extension: str, media_type: str) -> None:
    path = f"/feeds/all.{extension}"
    direct = requests.get(front.behind.url + path, headers={"Accept-Encoding": "identity"}, timeout=10)

    answer = front.get(path)

    assert answer.content == direct.content
    assert answer.headers["Content-Type"] == f"{media_type}; charset=utf-8"
    for name in (
        "Content-Type",
        "Last-Modified",
        "Cache-Control",
        "Vary",
        "Access-Control-Allow-Origin",
        "Access-Control-Expose-Headers",
        "X-Content-Type-Options",
    ):
        assert answer.headers[name] == direct.headers[name]


@pytest.mark.parametrize("coding", ["gzip", *(["br"] if BROTLI.exists() else [])])
def test_feeds_are_sent_compressed_as_they_were_built(front: Front, coding: str) -> None:
    answer = requests.get(
        f"{front.url}/feeds/all.rss", headers={"Accept-Encoding": coding}, timeout=10, stream=True
    )

    ending = {"gzip": "gz", "br": "br"}[coding]
    assert answer.headers["Content-Encoding"] == coding
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert answer.raw.read() == (front.folder / "documents" / f"all.rss.{ending}").read_bytes()


def test_who_has_it_is_told_so(front: Front) -> None:
    answer = front.get("/feeds/all.rss")

    assert front.get("/feeds/all.rss", if_none_match=answer.headers["ETag"]).status_code == 304
    assert front.get("/feeds/all.rss", if_modified_since=answer.headers["Last-Modified"]).status_code == 304


def test_archives_stand_in_folders(front: Front) -> None:
    archive = front.folder / "documents" / "all" / "3.rss"
    archive.parent.mkdir()
    archive.write_bytes(b"<archive/>")

    assert front.get("/feeds/all/3.rss").content == b"<archive/>"


def test_feeds_outlive_syndicator(front: Front) -> None:
    """So does the list of feeds, for a while, once somebody has asked for it."""
    front.get("/")
    front.behind.process.kill()
    front.behind.process.wait(20)

    assert front.get("/feeds/all.rss").status_code == 200
    assert front.get("/").status_code == 200
    assert front.get("/readyz").status_code == 502


def test_what_is_no_file_is_asked_for(front: Front) -> None:
    assert "all.rss" in front.get("/").text
    assert front.get("/healthz").json() == {"status": "up"}
    assert front.get("/feeds/none.rss").status_code == 404
    assert front.get("/feeds/all.rss.entries").status_code == 404
    assert front.get("/feeds/.private/board.rss").status_code == 404


def test_private_feeds_stay_private(front: Front) -> None:
    secret = "/feeds/-/correct-horse-battery/board.rss"
    assert front.get("/feeds/board.rss").status_code == 401
    for _ in range(2):  # nothing of it is kept
        assert front.get(secret).content == b"<private/>"
    assert front.get("/feeds/-/wrong/board.rss").status_code == 404

    until(lambda: "/feeds/board.rss" in (front.folder / "access.log").read_text(), "the log")
    assert "correct-horse-battery" not in (front.folder / "access.log").read_text()


def test_a_rebuilt_feed_is_served_at_once(front: Front) -> None:
    before = front.get("/feeds/all.rss").headers["ETag"]
    new = Document(extension="rss", content=b"<new/>", modified=NOON)
    Directory(front.folder / "documents").replace("all", [new])

    answer = front.get("/feeds/all.rss", if_none_match=before)

    assert (answer.status_code, answer.content) == (200, b"<new/>")


def test_news_go_through(front: Front) -> None:
    url = f"{front.url}/feeds/all.rss"
    publish(front.folder, STORIES[1:])
    first = feedparser.parse(url)
    publish(front.folder, STORIES)

    def second() -> feedparser.FeedParserDict:
        return feedparser.parse(url, etag=first.etag)

    until(lambda: second().status == 226, "the news")
    assert [each.id for each in second().entries] == [STORIES[0].guid]
