"""The page of a feed: what a person finds there, and that it is HTML whatever articles hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import html5lib
import pytest
from hypothesis import given
from selectolax.lexbor import LexborHTMLParser, LexborNode
from trafilatura.feeds import FeedParameters, determine_feed

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Filter
from syndicator.formats import kind
from tests.formats.newsroom import (
    FEED,
    PHOTO,
    SHORT,
    SITE,
    article,
    articles,
    either_feed,
    nasty,
    several,
    tidy,
    written,
)

ADDRESS = "https://feeds.ledger.example/feeds/all.html"


def page(*carried: Article, feed: Feed = FEED, **site: Any) -> LexborHTMLParser:
    return LexborHTMLParser(written(kind("html")(), carried, feed, replace(SITE, **site)))


def only(node: LexborHTMLParser | LexborNode, css: str) -> LexborNode:
    [found] = node.css(css)
    return found


def text(node: LexborHTMLParser | LexborNode, css: str) -> str:
    return " ".join(only(node, css).text().split())


def test_an_entry_shows_what_the_article_says() -> None:
    entry = only(page(article(note="An earlier version had the wrong year.", urgent=True)), "article")

    assert text(entry, "h3") == "Bridge 1 reopens"
    assert only(entry, "h3 a").attributes["href"] == "https://ledger.example/1"
    assert text(entry, ".p-summary") == "Trams cross the river again."
    assert text(entry, "figcaption") == "The old bridge at noon Photo: S. Keo"
    assert text(entry, ".note") == "Correction: An earlier version had the wrong year."
    assert text(entry, ".badge") == "breaking"
    assert [each.text() for each in entry.css(".p-author")] == ["Noi Vongsa", "Ben & Jo"]
    assert [each.attributes["datetime"] for each in entry.css("time")] == [
        "2026-03-01T09:30:00Z",
        "2026-03-01T10:30:00Z",
    ]
    photo = only(entry, "img").attributes
    assert (photo["src"], photo["alt"]) == (PHOTO.url, "A tram on a bridge")
    assert (photo["width"], photo["height"], photo["loading"]) == ("1200", "800", "lazy")


def test_an_entry_stands_in_its_own_language_and_direction() -> None:
    shown = page(article(language="lo", title="ຂົວເປີດຄືນ"), article("2", language="ar", title="خبر"))

    assert [(each.attributes["lang"], each.attributes["dir"]) for each in shown.css("article")] == [
        ("lo", "auto"),
        ("ar", "auto"),
    ]
    for entry in shown.css("article"):
        # "auto" goes by the first letter that stands in no element with a direction of its own: the title
        # must be the first such, and not a word of ours.
        before = only(entry, ".over")
        assert all("dir" in child.attributes for child in before.iter(include_text=False))
        assert "dir" not in only(entry, "h3").attributes


def test_a_page_speaks_the_language_of_its_feed() -> None:
    lao = page(article(language="lo"), feed=replace(FEED, language="lo-LA"))
    other = page(article(), feed=replace(FEED, language="pt"))

    assert only(lao, "html").attributes["lang"] == "lo"
    assert text(lao, "#follow") == "ຕິດຕາມຟີດນີ້"
    assert "1 ມີນາ 2026, 09:30 UTC" in text(lao, ".dt-published")
    assert only(other, "html").attributes["lang"] == "en"
    assert only(other, "h1").attributes["lang"] == "pt"


def test_a_page_tells_where_to_subscribe_the_most_important_first() -> None:
    shown = page(article(), feed=replace(FEED, formats=("atom", "rss")))

    addresses = [f"https://feeds.ledger.example/feeds/all.{extension}" for extension in ("atom", "rss")]
    assert [each.text() for each in shown.css(".addresses code")] == addresses
    assert [each.attributes["href"] for each in shown.css("head link[rel=alternate]")] == addresses
    assert [each.attributes["href"] for each in shown.css("head link[rel=hub]")] == list(SITE.hubs)
    assert only(shown, "link[rel=canonical]").attributes["href"] == ADDRESS
    links = [urljoin(ADDRESS, str(each.attributes["href"])) for each in shown.css(".addresses a")]
    assert links == addresses


def test_an_independent_reader_finds_the_feeds_of_a_page() -> None:
    document = written(kind("html")(), [article()]).decode()
    found = determine_feed(document, FeedParameters(ADDRESS, "feeds.ledger.example", ADDRESS))

    assert found == [f"https://feeds.ledger.example/feeds/all.{each}" for each in ("rss", "atom", "json")]


def test_the_lines_for_the_site_s_own_pages_are_those_of_the_page_itself() -> None:
    feed = replace(FEED, title='Rivers & "roads" <all>')
    shown = page(article(), feed=feed)

    pasted = LexborHTMLParser(f"<head>{only(shown, 'pre code').text()}</head>")

    def said(links: LexborHTMLParser) -> list[dict[str, str | None]]:
        return [dict(link.attributes) for link in links.css("link[rel=alternate]")]

    assert said(pasted) == said(shown)
    assert said(pasted)[0]["title"] == 'Rivers & "roads" <all> (RSS)'


def test_a_page_tells_what_the_feed_carries() -> None:
    chosen = replace(
        SHORT, language="en", only=Filter(sections=("City", "Sport"), exclude=Filter(authors=("Wire",)))
    )

    assert [each.text() for each in page(feed=chosen).css(".carries li")] == [
        "sections: City, Sport",
        "without author: Wire",
        "the latest 50, summaries",
    ]


def test_a_feed_without_articles_says_so() -> None:
    assert text(page(), ".empty") == "There are no articles yet."


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_no_link_leads_into_a_script_or_a_file(address: str) -> None:
    shown = page(article(url=address, photo=replace(PHOTO, url=address)), icon=address)

    assert address.encode() not in written(kind("html")(), [article(url=address)]).replace(b"&amp;", b"&")
    assert text(shown, "h3") == "Bridge 1 reopens"
    assert not shown.css("img")


@pytest.mark.slow
@given(several, either_feed, nasty, nasty)
def test_whatever_is_said_the_page_is_html_without_foreign_code(
    carried: list[Article], feed: Feed, title: str, description: str
) -> None:
    document = written(kind("html")(), carried, replace(feed, title=title, description=description))

    html5lib.HTMLParser(strict=True).parse(document.decode())  # raises at any error of syntax
    shown = LexborHTMLParser(document)
    assert len(shown.css("article")) == len(shown.css("h3")) == len(carried)
    assert [each.attributes["src"] for each in shown.css("script")] == [
        only(shown, "script").attributes["src"]
    ]
    assert not shown.css("style, iframe, object, embed, form, base, meta[http-equiv]")
    for node in shown.css("*"):
        names = set(node.attributes)
        assert not {name for name in names if name == "style" or name.startswith("on")}
        for name in names & {"href", "src"}:
            address = str(node.attributes[name])
            assert urljoin(ADDRESS, address).startswith(("https://", "http://"))


@pytest.mark.slow
@given(articles(tidy))
def test_words_arrive_as_they_are(told: Article) -> None:
    entry = only(page(told), "article")

    assert only(entry, "h3").text() == told.title
    if told.summary:
        assert only(entry, ".p-summary").text() == told.summary


def test_a_page_is_the_same_whatever_the_feed_s_extent() -> None:
    """Feeds of full texts and of summaries share the entries of their pages."""
    form = kind("html")()

    assert form.entry(SITE, FEED, article()) is form.entry(SITE, SHORT, article())
