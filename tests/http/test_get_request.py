"""What a fetch sends: our headers, the caller's over them, and a site's own cookies alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from requests.structures import CaseInsensitiveDict

from syndicator.http.client import USER_AGENT, Http
from tests.channels.local_server import LocalServer, Reply, Request


class Server(LocalServer):
    """Gives every visitor the cookie ``visit=7`` for the folder of its path."""

    def answer(self, request: Request) -> Reply:
        folder = request.path.rpartition("/")[0]
        return Reply(body=b"hello", headers={"Set-Cookie": f"visit=7; Path={folder}/"})


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def http(server: Server) -> Http:
    return Http(allow=[server.address.removeprefix("http://")])


def test_the_callers_headers_replace_our_own_and_the_others_stay(server: Server, http: Http) -> None:
    http.get(f"{server.address}/a/feed", headers={"accept": "text/x-feed", "If-None-Match": '"1"'})

    sent = CaseInsensitiveDict(server.requests[0].headers)
    assert len(sent) == len(server.requests[0].headers)
    assert (sent["Accept"], sent["If-None-Match"]) == ("text/x-feed", '"1"')
    assert (sent["User-Agent"], sent["Connection"]) == (USER_AGENT, "keep-alive")
    assert "gzip" in sent["Accept-Encoding"]


def test_a_cookie_goes_back_to_where_it_is_from_and_nowhere_else(server: Server, http: Http) -> None:
    for path in ("/a/feed", "/a/feed", "/b/feed"):
        http.get(f"{server.address}{path}")

    assert [request.headers.get("Cookie") for request in server.requests] == [None, "visit=7", None]


def test_an_address_is_sent_as_one_may_be(server: Server, http: Http) -> None:
    http.get(f"{server.address}/a b/é?q=ü#part")

    assert server.requests[0].path == "/a%20b/%C3%A9"
    assert server.requests[0].query == {"q": "ü"}
