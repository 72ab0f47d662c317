"""Feeds as sources, from a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.domain.errors import SourceError, SourceGone
from syndicator.http.client import Http
from syndicator.jobs.ports import READ_AGAIN
from syndicator.sources.feed import FeedSource
from syndicator.sources.feeds.feed_state import MAX_REMEMBERED
from tests.channels.local_server import LocalServer, Reply, Request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:georss="http://www.georss.org/georss"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Gazette</title><language>en</language><ttl>30</ttl>
<item><title>Ferry &amp; bridge</title><link>https://gazette.example/1?utm_source=rss</link>
<guid isPermaLink="false">g1</guid><pubDate>Sun, 01 Mar 2026 11:00:00 ICT</pubDate>
<description>The ferry goes on.</description>
<content:encoded>&lt;p&gt;The ferry goes on.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</content:encoded>
<dc:creator>A. Writer</dc:creator><category>City</category><category>river</category>
<georss:featurename>Port Lowe</georss:featurename>
<media:content url="https://gazette.example/small.jpg" medium="image" width="100"/>
<media:content url="https://gazette.example/large.jpg" medium="image" width="900">
<media:credit>B. Camera</media:credit></media:content></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="lo"><title>t</title><id>x</id>
<updated>2026-03-01T10:00:00Z</updated><entry><id>urn:1</id><title>ຂ່າວ</title>
<link href="https://gazette.example/1"/><published>2026-03-01T09:00:00+07:00</published>
<updated>2026-03-01T10:00:00+07:00</updated><summary>ສັ້ນ</summary></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>t</title></channel>
<item rdf:about="https://gazette.example/1"><title>One</title><link>https://gazette.example/1</link>
<description>d</description><dc:date>2026-03-01T10:00:00Z</dc:date></item></rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1", "title": "t", "items": [
{"id": 7, "url": "https://gazette.example/7", "title": "Seven", "content_text": "a < b",
 "date_published": "2026-03-01T10:00:00Z", "author": {"name": "A. Writer"},
 "image": "https://gazette.example/7.jpg"},
{"id": "8", "url": "https://gazette.example/8", "title": "Eight", "content_text": "x", "expired": true}]}"""


class Server(LocalServer):
    def __init__(self) -> None:
        super().__init__()
        self.reply = Reply(body=RSS.encode())

    def answer(self, request: Request) -> Reply:
        return self.reply


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def source(server: Server) -> FeedSource:
    http = Http(allow=[server.address.removeprefix("http://")])
    return FeedSource(name="gazette", url=f"{server.address}/feed", timezone="Asia/Vientiane", http=http)


def test_rss_is_read_with_everything_in_it(source: FeedSource) -> None:
    [one] = source.look({}, NOW).sightings

    assert (one.key, one.url) == ("g1", "https://gazette.example/1")
    assert one.title == "Ferry & bridge"
    assert one.published == datetime(2026, 3, 1, 4, tzinfo=UTC)  # ICT is seven hours ahead
    assert one.content_html == "<p>The ferry goes on.</p>"
    assert (one.authors, one.section, one.tags) == (("A. Writer",), "City", ("City", "river"))
    assert one.places == ("Port Lowe",)
    assert one.photo
    assert (one.photo.url, one.photo.credit) == ("https://gazette.example/large.jpg", "B. Camera")


@pytest.mark.parametrize(("document", "key"), [(ATOM, "urn:1"), (RDF, "https://gazette.example/1")])
def test_atom_and_rdf_are_read(source: FeedSource, server: Server, document: str, key: str) -> None:
    server.reply = Reply(body=document.encode())

    [one] = source.look({}, NOW).sightings

    assert one.key == key
    assert one.published
    assert one.content_html


def test_json_feed_is_read_as_publishers_write_it(source: FeedSource, server: Server) -> None:
    server.reply = Reply(body=JSON.encode())

    seven, eight = source.look({}, NOW).sightings

    assert (seven.key, seven.authors, seven.content_html) == ("7", ("A. Writer",), "<p>a &lt; b</p>")
    assert eight.is_withdrawn


def test_validators_go_back_as_they_came_and_304_is_healthy(source: FeedSource, server: Server) -> None:
    stamp = "Sun, 01 Mar 2026 11:00:00 GMT"
    server.reply = Reply(body=RSS.encode(), headers={"ETag": 'W/"a-gzip"', "Last-Modified": stamp})
    memory = source.look({}, NOW).memory
    server.reply = Reply(status=304)

    look = source.look(memory, NOW)

    assert look.sightings == ()
    assert look.memory == memory
    asked = server.requests[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('W/"a-gzip"', stamp)


def test_the_same_bytes_again_are_not_read_again(source: FeedSource) -> None:
    assert source.look(source.look({}, NOW).memory, NOW).sightings == ()


def test_a_feed_is_asked_no_more_often_than_it_wants(source: FeedSource, server: Server) -> None:
    assert source.look({}, NOW).next_look == NOW + timedelta(minutes=30)  # ttl

    server.reply = Reply(body=RSS.encode(), headers={"Cache-Control": "public, max-age=7200"})
    assert source.look({}, NOW).next_look == NOW + timedelta(hours=2)

    server.reply = Reply(body=RSS.encode(), headers={"Cache-Control": "max-age=9999999"})
    assert source.look({}, NOW).next_look == NOW + timedelta(hours=24)


def test_a_busy_server_says_when_to_come_back(source: FeedSource, server: Server) -> None:
    server.reply = Reply(status=503, headers={"Retry-After": "120"})

    with pytest.raises(SourceError) as caught:
        source.look({}, NOW)

    assert caught.value.retry_at


def test_410_is_for_good(source: FeedSource, server: Server) -> None:
    server.reply = Reply(status=410)

    with pytest.raises(SourceGone):
        source.look({}, NOW)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<!DOCTYPE html><html><body>Sorry</body></html>", "answers a web page"),
        (b"<?xml version='1.0'?><rss><channel><item></rss>", "line 1"),
        (b"hello", "not XML"),
        (b"", "not a feed"),
        (b'{"items": 5}', "not a JSON Feed"),
        (b"{", "not a JSON Feed"),
    ],
)
def test_what_is_no_feed_is_named(source: FeedSource, server: Server, body: bytes, said: str) -> None:
    server.reply = Reply(body=body)

    with pytest.raises(SourceError, match=said):
        source.look({}, NOW)


def test_a_broken_edition_does_not_hide_the_mended_one(source: FeedSource, server: Server) -> None:
    server.reply = Reply(body=RSS.replace("</channel></rss>", "").encode(), headers={"ETag": '"a"'})
    look = source.look({}, NOW)

    assert len(look.sightings) == 1
    assert "not XML" in look.problems[0]
    assert not look.memory["listings"][source.url].keys() & {"etag", "modified", "digest"}


def edition(*names: str) -> Reply:
    items = "".join(
        f"<item><title>{name}</title><link>https://gazette.example/{name}</link><guid>{name}</guid></item>"
        for name in names
    )
    return Reply(body=f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode())


def test_an_edition_of_which_nothing_is_known_has_overflowed(source: FeedSource, server: Server) -> None:
    server.reply = edition("1", "2", "3")
    look = source.look({}, NOW)
    assert not any("some between" in problem for problem in look.problems)
    server.reply = edition("11", "12", "13", "14")

    look = source.look(look.memory, NOW + timedelta(hours=1))

    told = f"{source.url}: all 4 entries were new at 2026-03-01 13:00 UTC: some between may be missing"
    assert look.problems[0].startswith(told)
    again = source.look(look.memory, NOW + timedelta(hours=2))
    assert again.problems[0].startswith(told)
    server.reply = edition("15", "14", "13", "12")
    later = source.look(again.memory, NOW + timedelta(hours=3))
    assert later.problems[0].startswith(told)
    server.reply = edition("16", "15", "14", "13")
    assert source.look(later.memory, NOW + timedelta(days=2)).problems == []


@pytest.mark.slow  # thousands of entries
def test_of_a_feed_with_thousands_of_entries_a_few_hundred_are_remembered(
    source: FeedSource, server: Server
) -> None:
    """All of them are looked at all the same: what is still listed far below has not been missed."""
    server.reply = edition(*map(str, range(MAX_REMEMBERED)))
    look = source.look({}, NOW)
    server.reply = edition(*map(str, range(-MAX_REMEMBERED, MAX_REMEMBERED)))

    look = source.look(look.memory, NOW + timedelta(hours=1))

    assert len(look.sightings) == 2 * MAX_REMEMBERED
    assert len(look.memory["listings"][source.url]["items"]) == MAX_REMEMBERED
    assert look.problems == []


def test_an_edition_of_one_or_two_does_not_overflow(source: FeedSource, server: Server) -> None:
    server.reply = edition("1", "2")
    look = source.look({}, NOW)
    server.reply = edition("3", "4")

    assert source.look(look.memory, NOW).problems == []


def test_a_feed_shows_again_what_it_showed_where_that_is_asked_for(
    source: FeedSource, server: Server
) -> None:
    server.reply = replace(edition("1"), headers={"ETag": '"a"'})
    look = source.look({}, NOW)

    again = source.look({**look.memory, READ_AGAIN: ["1"]}, NOW)

    assert [sighting.key for sighting in again.sightings] == ["1"]
    assert again.memory == look.memory
    assert "If-None-Match" not in server.requests[-1].headers


def test_two_articles_under_one_guid_are_two_articles(source: FeedSource, server: Server) -> None:
    item = "<item><title>{0}</title><link>https://gazette.example/{0}</link><guid>same</guid></item>"
    body = f"<rss version='2.0'><channel>{item.format('a')}{item.format('b')}</channel></rss>"
    server.reply = Reply(body=body.encode())

    look = source.look({}, NOW)

    assert len({s.key for s in look.sightings}) == 2
    assert any("told apart" in problem for problem in look.problems)


def test_a_date_ahead_of_us_is_an_embargo_only_where_that_is_declared(
    source: FeedSource, server: Server
) -> None:
    server.reply = Reply(body=RSS.replace("2026 11:00", "2026 23:59").encode())
    [one] = source.look({}, NOW).sightings
    assert (one.published, one.embargo) == (None, None)
    assert "ahead of us" in one.warnings[0]

    [held] = replace(source, embargoes=True).look({}, NOW).sightings
    assert held.embargo == datetime(2026, 3, 1, 16, 59, tzinfo=UTC)


def test_entities_from_outside_are_not_expanded(source: FeedSource, server: Server) -> None:
    bomb = "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    item = "<item><title>t &x;</title><link>https://gazette.example/1</link></item>"
    server.reply = Reply(body=f"<?xml version='1.0'?>{bomb}<rss><channel>{item}</channel></rss>".encode())

    try:
        shown = str(source.look({}, NOW).sightings)
    except SourceError as e:
        shown = str(e)

    assert "root:" not in shown


def test_a_feed_that_is_the_name_of_a_file_is_not_that_file(
    source: FeedSource, server: Server, tmp_path: Path
) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(RSS)
    server.reply = Reply(body=str(file).encode())

    with pytest.raises(SourceError, match=r"not a feed|not XML"):
        source.look({}, NOW)
