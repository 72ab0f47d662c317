"""``preview`` of a feed's entry by its address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from syndicator.domain.errors import SourceError
from syndicator.http.client import Http
from syndicator.sources.feed import FeedSource
from tests.channels.local_server import LocalServer, Reply, Request

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Herald(LocalServer):
    """A feed of two entries."""

    def answer(self, request: Request) -> Reply:
        if request.path != "/feed":
            return Reply(status=404)
        items = "".join(
            f"<item><title>{title}</title><link>{self.address}/{title.lower()}?utm_source=rss</link>"
            f"<guid isPermaLink='false'>{title}</guid><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate>"
            "<description>It is so.</description></item>"
            for title in ("Ferry", "Bridge")
        )
        return Reply(
            body=f"<rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>".encode()
        )


@pytest.fixture
def herald() -> Iterator[Herald]:
    with Herald() as server:
        yield server


@pytest.fixture
def source(herald: Herald) -> FeedSource:
    http = Http(allow=[herald.address.removeprefix("http://")])
    return FeedSource(name="herald", url=f"{herald.address}/feed", http=http)


@pytest.mark.parametrize("address", ["/bridge", "/bridge?utm_source=mail", "/bridge?utm_source=rss"])
def test_an_entry_is_found_by_its_address(herald: Herald, source: FeedSource, address: str) -> None:
    assert source.reads(herald.address + address)
    assert source.read(herald.address + address, NOW).title == "Bridge"


def test_the_feeds_own_address_shows_its_first_entry(source: FeedSource) -> None:
    assert source.read(source.url, NOW).title == "Ferry"


def test_of_an_address_that_is_not_there_the_first_is_named(herald: Herald, source: FeedSource) -> None:
    with pytest.raises(SourceError) as caught:
        source.read(f"{herald.address}/tunnel", NOW)

    assert f"{herald.address}/tunnel: is none of the 2 entries of {source.url}" in str(caught.value)
    assert f"the first is {herald.address}/ferry" in str(caught.value)


def test_another_sites_addresses_are_not_the_feeds(source: FeedSource) -> None:
    assert not source.reads("https://elsewhere.example/bridge")
