"""Feeds and pages in old, wrong and broken encodings: read, and told."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from syndicator.http.client import Http, Response
from syndicator.sources.feed import FeedSource
from syndicator.sources.feeds.feed_document import Edition
from syndicator.sources.oddity import is_odd_html
from syndicator.sources.sites.article_page import ArticlePages
from syndicator.sources.sites.listing import Link

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://gazette.example/feed"
ITEM = "<item><title>{}</title><link>https://gazette.example/{}</link><description>{}</description></item>"


def edition(content: bytes, content_type: str = "") -> Edition:
    headers = CaseInsensitiveDict({"Content-Type": content_type} if content_type else {})
    return FeedSource(name="gazette", url=URL, http=Http()).edition(Response(URL, 200, headers, content), NOW)


def rss(*items: str, encoding: str = "") -> str:
    named = f' encoding="{encoding}"' if encoding else ""
    channel = f"<channel><title>t</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0"{named}?><rss version="2.0">{channel}</rss>'


@pytest.mark.parametrize("content_type", ["", "application/rss+xml; charset=utf-8", "text/xml"])
def test_one_broken_letter_leaves_the_rest_of_a_feed(content_type: str) -> None:
    items = ITEM.format("ແມ່ນ້ຳຂອງ", 1, "ຝົນຕົກ@"), ITEM.format("The café’s terrace", 2, "It’s open")
    content = rss(*items, encoding="utf-8").encode().replace(b"@", "ໜ".encode()[:2])

    read = edition(content, content_type)

    assert [s.title for s in read.sightings] == ["ແມ່ນ້ຳຂອງ", "The café’s terrace"]
    assert read.sightings[0].summary == "ຝົນຕົກ\ufffd"
    assert read.problems == [f"{URL}: 1 letter could not be read as utf-8: shown as U+FFFD"]


@pytest.mark.parametrize(
    ("label", "codec", "title"),
    [
        ("euc-kr", "cp949", "똠방각하"),
        ("x-sjis", "cp932", "①川の渡し船"),
        ("big5", "big5hkscs", "喺河邊"),
        ("iso-8859-1", "cp1252", "“Déjà vu” – €5"),
        ("utf-16", "utf-16-be", "ຂ່າວ"),
    ],
)
def test_feeds_in_old_encodings_are_read_without_a_word(label: str, codec: str, title: str) -> None:
    content = rss(ITEM.format(title, 1, title), encoding=label).encode(codec)

    read = edition(content, "application/rss+xml")

    assert [s.title for s in read.sightings] == [title]
    assert read.problems == []


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("start", ["", "\n  "])
def test_a_json_feed_may_have_a_byte_order_mark(codec: str, start: str) -> None:
    item = {"id": "1", "url": "https://gazette.example/1", "title": "ເຮືອຂ້າມຟາກ", "content_text": "x"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [item]}
    if codec == "utf-16-le" and start:
        start = "\n"

    read = edition((start + json.dumps(feed, ensure_ascii=False)).encode(codec))

    assert [s.title for s in read.sightings] == ["ເຮືອຂ້າມຟາກ"]
    assert read.problems == []


def test_an_encoding_that_does_not_exist_is_told() -> None:
    read = edition(rss(ITEM.format("Café", 1, "x"), encoding="x-unknown").encode())

    assert [s.title for s in read.sightings] == ["Café"]
    assert read.problems == [f"{URL}: its encoding 'x-unknown' is none that browsers read: read as utf-8"]


def test_a_page_tells_how_many_of_its_letters_are_broken() -> None:
    text = "강가의 시장이 다시 문을 열었다. " * 5
    markup = (
        f"<meta charset=euc-kr><title>강가의 시장</title><article><h1>강가의 시장</h1><p>{text}</p></article>"
    )
    content = markup.encode("cp949") + b"\xff<p>\xff"
    url = "https://gazette.example/1"
    pages = ArticlePages(name="gazette", article=r"/\d+$")

    sighting = pages.sighting(Link(url, url), Response(url, 200, CaseInsensitiveDict(), content), NOW)

    assert sighting.title == "강가의 시장"
    assert "2 letters could not be read as euc-kr: shown as U+FFFD" in sighting.warnings


def test_a_page_whose_bytes_hide_its_tags_is_read_apart() -> None:
    markup = "<p " + "a=1 " * 2000 + ">x"

    assert is_odd_html(markup.encode())
    assert is_odd_html(markup.encode("utf-16"))
    assert not is_odd_html("<p>ຂ່າວ".encode())
