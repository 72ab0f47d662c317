"""Attack: strangers name addresses inside the newsroom's own network, for us to ask. Each kind of stranger
(subscribers, pages, servers that redirect) has a list of its own, and what sources may fetch is in none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest

import syndicator.http.client
import syndicator.http.connections
from syndicator.domain.article import Photo
from syndicator.domain.errors import Forbidden, PhotoError
from syndicator.domain.subscription import Intent, Mode
from syndicator.http.client import Http, is_public, is_same_host
from syndicator.http.networks import Address
from syndicator.processes.web_server import reception
from syndicator.wiring import App, declarations, open_app
from tests.channels.local_server import LocalServer, Reply, Request
from tests.web.browser import browsing
from tests.web.house import House

#: What must never be asked for because a stranger says so.
DELETE = "/admin/users/1/delete?confirm=yes"

DECLARED = """
[site]
title = "The Test"
url = "https://news.test/"
[fetch]
allow = [{allow}]
{more}
[sources.cms]
kind = "feed"
url = "http://{where}/news.rss"
"""


class Inside(LocalServer):
    """A server in the newsroom's network, which does whatever it is asked for by GET."""

    def answer(self, request: Request) -> Reply:
        return Reply(body=request.query.get("hub.challenge", "done").encode(), media_type="text/plain")


@pytest.fixture
def inside() -> Iterator[Inside]:
    with Inside() as running:
        yield running


def newsroom(folder: Path, inside: Inside, more: str = "") -> App:
    """One whose only source is inside, and listed."""
    where = inside.address.removeprefix("http://")
    allow = f'"{where}", "localhost:{where.rpartition(":")[2]}"'
    (folder / "feeds").mkdir(parents=True)
    (folder / "feeds" / "all.toml").write_text('title = "All"\n')
    (folder / "syndicator.toml").write_text(DECLARED.format(where=where, allow=allow, more=more))
    declarations.cache_clear()
    return open_app(folder)


def subscribes(house: House, made: App, callback: str) -> int:
    [address] = [topic.address for topic in made.distributor.topics.values() if topic.name == "all.rss"]
    fields = {"hub.mode": "subscribe", "hub.topic": address, "hub.callback": callback}
    kind = {"content-type": "application/x-www-form-urlencoded"}
    with browsing(house.app(hub=reception(made))) as browser:
        return browser.ask("POST", "/hub", kind, urlencode(fields).encode()).status


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_hub_asks_nobody_whom_only_sources_may_ask(
    tmp_path: Path, house: House, inside: Inside, name: str
) -> None:
    """Neither does the web server take it, nor would a worker do it."""
    made = newsroom(tmp_path / "news", inside)
    callback = inside.address.replace("127.0.0.1", name) + DELETE

    assert subscribes(house, made, callback) == 400
    intent = Intent(mode=Mode.SUBSCRIBE, topic="all.rss", callback=callback, lease=timedelta(days=1))
    made.store.file_intent(intent, name, made.declared.hub, datetime.now(UTC))
    made.distribute("all.rss")

    assert inside.requests == []


def test_callbacks_have_a_list_of_their_own(tmp_path: Path, house: House, inside: Inside) -> None:
    where = inside.address.removeprefix("http://")
    made = newsroom(tmp_path / "news", inside, f'[hub]\nallow = ["{where}"]')

    assert subscribes(house, made, inside.address + "/in") == 202
    made.distribute("all.rss")

    assert [request.path for request in inside.requests] == ["/in"]


@pytest.mark.slow
def test_a_page_names_no_photo_where_only_sources_may_ask(tmp_path: Path, inside: Inside) -> None:
    made = newsroom(tmp_path / "news", inside)

    with pytest.raises(PhotoError, match=r"list .* in \[fetch\] photos"):
        made.photos.measure(Photo(url=inside.address + DELETE))

    assert inside.requests == []


@pytest.mark.slow
def test_photos_have_a_list_of_their_own(tmp_path: Path, inside: Inside) -> None:
    where = inside.address.removeprefix("http://")
    made = newsroom(tmp_path / "news", inside, f'photos = ["{where}"]')

    with pytest.raises(PhotoError):  # it answers with something else
        made.photos.measure(Photo(url=inside.address + "/a.jpg"))

    assert [request.path for request in inside.requests] == ["/a.jpg"]


@contextmanager
def outside(leads_to: str) -> Iterator[str]:
    """A server on another address of this machine, which stands for the Internet; it redirects."""

    class Redirecting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", leads_to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.2", 0), Redirecting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.2:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.2 is taken for an address on the Internet."""

    def judged(address: Address) -> bool:
        return str(address) == "127.0.0.2" or is_public(address)

    monkeypatch.setattr(syndicator.http.client, "is_public", judged)
    monkeypatch.setattr(syndicator.http.connections, "is_public", judged)


@pytest.mark.usefixtures("internet")
def test_the_internet_leads_nobody_inside(inside: Inside) -> None:
    with outside(leads_to=inside.address + DELETE) as url:
        http = Http(allow=[inside.address.removeprefix("http://"), url.removeprefix("http://")])
        with pytest.raises(Forbidden, match=r"leads to .*private network; no address on the Internet"):
            http.get(url + "/page")

    assert inside.requests == []


@pytest.mark.usefixtures("internet")
def test_a_link_from_the_internet_does_not_either(inside: Inside) -> None:
    http = Http(allow=[inside.address.removeprefix("http://")])

    with pytest.raises(Forbidden):
        http.get(inside.address + DELETE, is_declared=False)

    assert inside.requests == []
    assert http.get(inside.address + "/news", is_declared=True).content == b"done"


def test_inside_leads_on_inside() -> None:
    """As a content management system does with its own addresses."""

    class Moving(LocalServer):
        def answer(self, request: Request) -> Reply:
            if request.path == "/old":
                return Reply(status=301, headers={"Location": "/new"})
            return Reply(body=b"here")

    with Moving() as server:
        http = Http(allow=[server.address.removeprefix("http://")])
        assert http.get(server.address + "/old").content == b"here"


@pytest.mark.parametrize(
    ("url", "is_same"),
    [
        ("http://news.test/x", True),
        ("http://NEWS.test:80/x", True),
        ("https://news.test/x", False),
        ("http://news.test:8080/x", False),
        ("http://cms.news.test/x", False),
        ("http://news.test.evil.test/", False),
        ("http://news.test@evil.test/", False),
        ("http://news.test:99999/", False),
        ("http://[news.test/", False),
    ],
)
def test_only_the_very_host_is_the_listing_s(url: str, is_same: bool) -> None:
    assert is_same_host(url, ["http://news.test/", "http://other.test/"]) is is_same
