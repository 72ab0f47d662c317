"""Sitemaps: valid by their schemas, and by what Google asks of news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed
from syndicator.formats.news import NewsSitemap, language_code
from tests.formats import schemas
from tests.formats.newsroom import FEED, SITE, article, several, written

NAMES = {
    "": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "image": "http://www.google.com/schemas/sitemap-image/1.1",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}


def read(name: str, carried: Sequence[Article], feed: Feed = FEED) -> Any:
    return etree.fromstring(written(formats.kind(name)(), carried, feed))


def texts(root: Any, path: str) -> list[str]:
    return [each.text for each in root.findall(path, NAMES)]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sitemap", "news"])
@given(carried=several)
def test_sitemaps_meet_their_schema(name: str, carried: list[Article]) -> None:
    schemas.sitemap().assertValid(read(name, carried))


@pytest.mark.parametrize(
    "broken",
    [
        "<url/>",
        "<url><loc>https://ledger.example/1</loc><news:news/></url>",
        "<url><loc>https://ledger.example/1</loc><image:image/></url>",
        """<url><loc>https://ledger.example/1</loc><news:news>
        <news:publication><news:name>A</news:name><news:language>en-GB</news:language></news:publication>
        <news:publication_date>2026-03-01</news:publication_date><news:title>T</news:title>
        </news:news></url>""",
    ],
)
def test_the_schema_is_in_force(broken: str) -> None:
    declared = "".join(f' xmlns{":" if prefix else ""}{prefix}="{name}"' for prefix, name in NAMES.items())

    assert not schemas.sitemap().validate(etree.fromstring(f"<urlset{declared}>{broken}</urlset>"))


def test_a_sitemap_tells_when_an_article_changed_and_what_it_shows() -> None:
    root = read("sitemap", [article(url="https://ledger.example/bridge's?a=1&b=ລາວ")])

    assert texts(root, "url/loc") == ["https://ledger.example/bridge's?a=1&b=%E0%BA%A5%E0%BA%B2%E0%BA%A7"]
    assert texts(root, "url/lastmod") == ["2026-03-01T10:30:00+00:00"]
    assert texts(root, "url/image:image/image:loc") == ["https://ledger.example/photos/bridge.jpg"]


def test_news_is_dated_by_its_first_publication() -> None:
    root = read("news", [article(title="Trams & <trains>")])

    assert texts(root, ".//news:publication/news:name") == [SITE.title]
    assert texts(root, ".//news:publication/news:language") == ["en"]
    assert texts(root, ".//news:publication_date") == ["2026-03-01T09:30:00+00:00"]
    assert texts(root, ".//news:title") == ["Trams & <trains>"]


def test_news_is_two_days_old_at_most_and_has_no_archives() -> None:
    assert NewsSitemap.age == timedelta(days=2)
    assert not NewsSitemap.keeps_archives


@pytest.mark.slow
def test_news_is_a_thousand_articles_at_most() -> None:
    carried = [article(str(n), photo=None, content_html="") for n in range(1001)]

    assert texts(read("news", carried), "url/loc") == [each.url for each in carried[:1000]]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("LO", "lo"),
        ("fil-PH", "fil"),
        ("zh", "zh-cn"),
        ("zh-Hans-TW", "zh-cn"),
        ("zh-CN", "zh-cn"),
        ("zh-Hant", "zh-tw"),
        ("zh-HK", "zh-tw"),
        ("zh-TW", "zh-tw"),
        ("x-river", ""),
        ("", ""),
    ],
)
def test_languages_are_told_as_google_tells_them(tag: str, code: str) -> None:
    assert language_code(tag) == code


def test_an_article_without_a_language_is_in_its_feeds() -> None:
    silent = article(language="")

    assert texts(read("news", [silent]), ".//news:language") == ["en"]
    assert texts(read("news", [silent], replace(FEED, language="zh-Hant")), ".//news:language") == ["zh-tw"]


@pytest.mark.parametrize("name", ["sitemap", "news"])
def test_a_sitemap_of_nothing_names_the_page_where_it_will_be(name: str) -> None:
    root = read(name, [], replace(FEED, url="https://ledger.example/city/"))

    schemas.sitemap().assertValid(root)
    assert texts(root, "url/loc") == ["https://ledger.example/city/"]
    assert not texts(root, ".//news:title")
    assert texts(read(name, []), "url/loc") == [SITE.url]


@pytest.mark.parametrize("name", ["sitemap", "news"])
def test_an_address_that_no_sitemap_may_hold_is_named(name: str) -> None:
    long = article(url="https://ledger.example/" + "x" * 2040)

    with pytest.raises(ValueError, match="12 to 2048 characters, and not 2063"):
        formats.kind(name)().entry(SITE, FEED, long)


def test_no_feed_has_sitemaps_unless_it_says_so() -> None:
    assert Feed(name="x", title="X").formats == ("rss", "atom", "json")
