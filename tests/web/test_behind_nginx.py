"""What `syndicator nginx` prints, in the real nginx: before the real server, and after it has died."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import feedparser
import pytest
import requests

from syndicator.cli import nginx
from syndicator.config import Declared, Fetch, Hub, Keep, Web
from syndicator.documents.directory import Directory
from syndicator.domain.errors import Misconfigured
from syndicator.domain.feed import Feed
from syndicator.jobs.ports import Document
from tests.fakes import ALL, NOON, SITE
from tests.web.house import BOARD, CITY
from tests.web.served import HUBS
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
    with serving_from(tmp_path, "30", "127.0.0.1/32") as behind:
        port = free_port()
        command = ["nginx", "-p", str(tmp_path), "-e", str(tmp_path / "error.log"), "-c", "nginx.conf"]
        (tmp_path / "nginx.conf").write_text(configuration(tmp_path, port, behind.port))
        with subprocess.Popen(command) as process:
            until(lambda: answers(port) or process.poll() is not None, "nginx listening")
            yield Front(tmp_path, behind, f"http://127.0.0.1:{port}")
            process.terminate()
            process.wait(20)


def configuration(folder: Path, port: int, behind: int) -> str:
    told = nginx.configuration(newsroom(folder, f"127.0.0.1:{behind}"))
    own = folder / "own.conf"
    own.write_text("brotli_static on;" if BROTLI.exists() else "")
    for there, here in {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/var/cache/nginx/syndicator": f"{folder}/cache",
        "/etc/nginx/syndicator.d/*.conf": str(own),
    }.items():
        assert there in told
        told = told.replace(there, here)
    return "\n".join(
        [
            f"load_module {BROTLI};" if BROTLI.exists() else "",
            "user root;" if os.getuid() == 0 else "",  # who may look into a test's folder
            f"daemon off; worker_processes 1; pid {folder}/nginx.pid; events {{}}",
            f"http {{ access_log {folder}/access.log; {told} }}",
        ]
    )


def newsroom(folder: Path, listen: str = "127.0.0.1:8000", *more: Feed, **changes: Any) -> Declared:
    """What the server behind serves, as it would be declared."""
    fields: dict[str, Any] = {
        "folder": folder,
        "site": replace(SITE, hubs=HUBS),
        "keep": Keep(documents=f"{folder}/documents"),
        "web": Web(listen=listen, public_url="https://feeds.example.org"),
        "fetch": Fetch(),
        "hub": Hub(),
        "example": None,
        "sources": {},
        "channels": {},
        "feeds": {feed.name: feed for feed in (ALL, CITY, BOARD, *more)},
    }
    return Declared(**fields | changes)


@pytest.mark.parametrize("file", ["all.rss", "all.atom", "city.json", "all/1.rss", "city/2.json"])
def test_nginx_says_what_is_declared_of_each_feed(front: Front, file: str) -> None:
    documents = Directory(front.folder / "documents")
    for feed, page in (("city", None), ("all", 1), ("city", 2)):
        kinds = [
            Document(extension=kind, content=b"<x/>", modified=NOON, page=page) for kind in ("rss", "json")
        ]
        documents.replace(feed, kinds)
    direct = requests.get(f"{front.behind.url}/feeds/{file}", timeout=10)

    whole = front.get(f"/feeds/{file}")
    same = front.get(f"/feeds/{file}", if_none_match=whole.headers["ETag"])

    assert (whole.status_code, same.status_code) == (200, 304)
    assert "X-Cache" not in whole.headers  # it did not ask the server behind
    for name in ("Cache-Control", "Link"):
        assert whole.headers[name] == same.headers[name] == direct.headers[name]


def test_names_of_any_length_are_taken(tmp_path: Path) -> None:
    """And those that mean something to nginx."""
    names = ("default", "include", "hostnames", "volatile", "a" * 63, "b" * 45, "c" * 46)
    feeds = [replace(ALL, name=name, max_age=600 + number) for number, name in enumerate(names)]
    usual = [replace(ALL, name=f"usual-{number}") for number in range(9)]
    told = nginx.configuration(newsroom(tmp_path, "127.0.0.1:8000", *feeds, *usual))

    for name in names:
        assert len(re.findall(rf"^    (?:~\^)?/{name}\$? 'max-age=6", told, re.MULTILINE)) == 1
    assert "usual-" not in told
    folder = tmp_path
    told = told.replace("/var/cache/nginx/syndicator", f"{folder}/cache").replace(
        "listen 80;", "listen 8080;"
    )
    conf = folder / "trial.conf"
    user = "user root;" if os.getuid() == 0 else ""
    conf.write_text(f"{user} pid {folder}/trial.pid; events {{}} http {{ {told} }}")
    command = ["nginx", "-t", "-p", str(folder), "-e", str(folder / "trial.log"), "-c", str(conf)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "[warn]" not in ran.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"keep": Keep(documents="s3://river-feeds/news")},
            r"^\[keep\] documents: nginx serves a folder, and s3://river-feeds/news is a bucket: put a CDN",
        ),
        ({"keep": Keep(documents="/srv/$news")}, r"^nginx cannot be told of '/srv/\$news', which has a \$"),
        (
            {"web": Web(public_url="https://example.org/rss")},
            r"^\[web\] public_url: https://example.org/rss has a path",
        ),
    ],
)
def test_what_nginx_cannot_do_is_said(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Misconfigured, match=said):
        nginx.configuration(newsroom(tmp_path, **changes))


def test_the_sample_is_that_of_the_example_newsroom(tmp_path: Path) -> None:
    """As it would be in /srv/syndicator, at an address for everybody."""
    shutil.copytree(ROOT / "feeds", tmp_path / "feeds")
    main = (ROOT / "syndicator.toml").read_text("utf-8")
    public = '[web]\npublic_url = "https://feeds.example.org"\n'
    assert main.count("[web]\n") == 1
    (tmp_path / "syndicator.toml").write_text(main.replace("[web]\n", public), "utf-8")

    command = [sys.executable, "-m", "syndicator", "-C", str(tmp_path), "nginx"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    sample = (ROOT / "docs" / "nginx.conf").read_text("utf-8")
    assert printed.replace(str(tmp_path), "/srv/syndicator") == sample


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
        "Link",
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


def test_nobody_speaks_for_others_through_it(front: Front) -> None:
    """Syndicator believes this proxy, and the proxy believes nobody."""
    statuses = [
        front.get(
            "/feeds/-/guess/board.rss",
            x_forwarded_for=f"9.9.9.{n}",
            x_real_ip=f"9.9.9.{n}",
            forwarded=f"for=9.9.9.{n}",
        ).status_code
        for n in range(12)
    ]

    assert statuses == [404] * 10 + [429] * 2
    assert front.get("/feeds/-/correct-horse-battery/board.rss").status_code == 200


def test_who_comes_through_another_proxy_is_given_all(front: Front) -> None:
    publish(front.folder, STORIES[1:])
    tag = front.get("/feeds/all.rss").headers["ETag"]
    publish(front.folder, STORIES)

    for via in {"x_forwarded_for": "9.9.9.9"}, {"forwarded": "for=9.9.9.9"}:
        assert front.get("/feeds/all.rss", a_im="feed", if_none_match=tag, **via).status_code == 200


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
