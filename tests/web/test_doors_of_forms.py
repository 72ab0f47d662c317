"""Attack: requests that are torn in the middle, forged, or without measure, at each route that takes any.

The routes are those of the application itself: one that is added is attacked, too."""

from __future__ import annotations

import logging
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from syndicator.store import Store, schema
from syndicator.throttled_log import ThrottledLog
from syndicator.web.forms import MAX_FORM_BYTES
from tests.web.browser import Answer, Browser, browsing
from tests.web.house import House
from tests.web.test_web_hub import reception
from tests.web.test_web_process import ROOT, answers, free_port, until

#: Routes that take what is posted from anywhere, and why they may.
FOR_ANYBODY = {"/hub": "subscribers are programs of strangers; callbacks confirm what is asked in their name"}

#: What parameters of routes are, in these requests.
VALUES = {"id": "1", "name": "page", "action": "pause", "file": "a.jpg", "path": "x"}


def routes(house: House) -> list[Route]:
    pages = house.app(hub=reception(house.store)).app
    assert isinstance(pages, Starlette)
    found = [route for route in pages.routes if isinstance(route, Route)]
    assert len(found) + sum(isinstance(route, Mount) for route in pages.routes) == len(pages.routes)
    return found


def address(route: Route) -> str:
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: VALUES[match[1]], route.path)


def changing(house: House) -> list[str]:
    """The addresses of routes that take anything but GET and HEAD."""
    found = [address(route) for route in routes(house) if not set(route.methods or ()) <= {"GET", "HEAD"}]
    assert len(found) >= 4
    return [path for path in found if path not in FOR_ANYBODY]


@pytest.fixture
def posting(house: House) -> Iterator[Browser]:
    with browsing(house.app(hub=reception(house.store))) as opened:
        opened.get("/console")
        yield opened


def everything(store: Store) -> dict[str, list[Any]]:
    with store.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in schema.metadata.sorted_tables
        }


FORGED: list[dict[str, str]] = [
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "none"},
    {"sec_fetch_site": "same-origin", "token": ""},
    {"sec_fetch_site": "same-origin", "token": "guess"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:9999"},
    {"origin": "http://127.0.0.1:8000.evil.example"},
    {"token": ""},
    {"cookie": "console=guess", "token": "guess-else"},
]


def forge(posting: Browser, path: str, attempt: dict[str, str]) -> Answer:
    headers = {name: value for name, value in attempt.items() if name != "token"}
    token = attempt.get("token", posting.cookies["console"])
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return posting.ask("POST", path, kind | headers, f"token={token}".encode())


@pytest.mark.parametrize("attempt", FORGED)
def test_no_route_that_changes_anything_takes_a_forged_request(
    house: House, posting: Browser, attempt: dict[str, str]
) -> None:
    before = everything(house.store)
    for path in changing(house):
        assert forge(posting, path, attempt).status == 403, path

    assert everything(house.store) == before
    assert house.bell.rung == []


def test_our_own_pages_get_through(house: House, posting: Browser) -> None:
    """Or the test above would prove nothing."""
    for path in changing(house):
        assert forge(posting, path, {"sec_fetch_site": "same-origin"}).status != 403, path
        assert forge(posting, path, {"origin": "http://127.0.0.1:8000"}).status != 403, path


def test_no_route_changes_anything_because_somebody_looks(house: House, posting: Browser) -> None:
    """A picture on any page makes a browser look at any address."""
    before = everything(house.store)
    for route in routes(house):
        posting.get(address(route))
    for path in changing(house):
        assert posting.get(path).status == 405, path

    assert everything(house.store) == before
    assert house.bell.rung == []


def test_every_route_of_the_console_and_every_one_that_changes_anything_is_guarded(house: House) -> None:
    with browsing(house.app(password="x" * 20, hub=reception(house.store))) as stranger:
        for route in routes(house):
            path = address(route)
            for method in set(route.methods or ()) - {"HEAD"}:
                status = stranger.ask(method, path, {}).status
                needs = path.startswith(("/console", "/metrics")) or (
                    method != "GET" and path not in FOR_ANYBODY
                )
                assert (status == 401) is needs, (method, path, status)


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\n", 415),
        ("application/json", b"{}", 415),
        ("", b"", 415),
        ("application/x-www-form-urlencoded", b"x" * (MAX_FORM_BYTES + 1), 413),
        ("application/x-www-form-urlencoded", b"&".join([b"a=b"] * 100), 400),
        ("application/x-www-form-urlencoded", b"a=%ff", 400),
    ],
)
def test_a_body_has_a_measure_at_each_route(
    house: House, posting: Browser, kind: str, body: bytes, status: int
) -> None:
    for path in [*changing(house), *FOR_ANYBODY]:
        assert posting.ask("POST", path, {"content-type": kind}, body).status == status, path


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, Path]]:
    """A server with a hub, and its log."""
    port, log = free_port(), folder / "log"
    command = [sys.executable, "-m", "tests.web.served_with_a_log", str(folder), str(port)]
    with log.open("wb") as err, subprocess.Popen(command, cwd=ROOT, stderr=err) as process:
        until(lambda: answers(port) or process.poll() is not None, "listening")
        yield port, log
        process.kill()


@pytest.mark.parametrize("path", ["/hub", "/console/sources/page/look"])
def test_a_torn_request_is_a_line(tmp_path: Path, path: str) -> None:
    """And thirty of them are no more."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\nhub.mode=sub"
    )
    with serving(tmp_path) as (port, log):
        for _ in range(30):
            with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
                line.sendall(head.encode())
        until(lambda: "left before" in log.read_text(), "the line")
        with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b"200 OK" in line.recv(1000)
        said = log.read_text()

    assert "Traceback" not in said
    assert said.count("left before its request was whole") == 1
    assert f"POST {path!r}" in said


def test_what_is_told_seldom_says_how_often_it_was(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    throttled = ThrottledLog(clock=lambda: now[0])
    for _ in range(5):
        throttled.warn("%s again", "100 %s")
    now[0] = 61.0
    throttled.warn("%s again", "x")
    caplog.set_level(logging.WARNING)

    assert caplog.messages == ["100 %s again", "x again (4 more like it since the last such line)"]
