"""Compressed bodies are known by their first bytes, whatever their headers say, and never become bombs."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.errors import FetchError, TooLarge
from syndicator.http.body import BodyTooLarge, gunzipped
from syndicator.http.client import Http
from tests.channels.local_server import LocalServer, Reply, Request

FEED = b"<rss version='2.0'><channel><title>The Harbour Post</title></channel></rss>"


class Server(LocalServer):
    """Answers everything with one body."""

    def __init__(self, body: bytes, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self.body, self.headers = body, headers or {}

    def answer(self, _request: Request) -> Reply:
        return Reply(body=self.body, media_type="application/xml", headers=self.headers)


def fetched(body: bytes, headers: dict[str, str] | None = None, limit: int = 1_000_000) -> bytes:
    with Server(body, headers) as server:
        return Http(allow=[server.address.removeprefix("http://")]).get(server.address, limit=limit).content


def test_a_server_that_compresses_without_saying_so_is_read() -> None:
    assert fetched(gzip.compress(FEED)) == FEED


def test_what_was_compressed_twice_is_read() -> None:
    assert fetched(gzip.compress(gzip.compress(FEED)), {"Content-Encoding": "gzip"}) == FEED
    assert fetched(gzip.compress(gzip.compress(FEED))) == FEED


@pytest.mark.slow
@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_that_does_not_say_that_it_is_one_is_cut_off(layers: int) -> None:
    bomb = bytes(20_000_000)
    for _ in range(layers):
        bomb = gzip.compress(bomb)

    with pytest.raises(TooLarge):
        fetched(bomb, limit=100_000)


def test_what_is_cut_off_is_no_body() -> None:
    with pytest.raises(FetchError, match="its end is missing"):
        fetched(gzip.compress(FEED)[:-12])
    with pytest.raises(FetchError, match="damaged"):
        fetched(gzip.compress(FEED)[:10] + b"\xff" * 30)


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.sampled_from([b"", b"\0\0", b"\x1f\x8b"]))
def test_all_members_of_a_file_are_read_and_what_follows_them_is_not(parts: list[bytes], rest: bytes) -> None:
    content = b"-" + b"".join(parts)
    members = b"".join(map(gzip.compress, (b"-", *parts)))

    assert gunzipped(members + rest, 1000) == content
    with pytest.raises(BodyTooLarge):
        gunzipped(members, len(content) - 1)


@given(st.binary(max_size=50))
def test_what_is_not_compressed_stays_as_it_is(body: bytes) -> None:
    assert body.startswith(b"\x1f\x8b") or gunzipped(body, 10) == body


@pytest.mark.slow  # very many members
def test_a_file_of_very_many_members_takes_time_in_proportion() -> None:
    members = gzip.compress(b"") * 500_000

    assert gunzipped(members, 10) == b""
