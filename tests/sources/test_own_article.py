"""Whose metadata they are: the page's own article is told from its teasers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest

from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.extract import Select, extract
from syndicator.sources.pages.extracted import Extracted
from syndicator.sources.sites.listing import ListingReader
from syndicator.text.language import detect
from syndicator.text.markup import parse
from syndicator.text.tracking import clean_url

URL = "https://gazette.example/news/ferry-7"
TITLE = "Ferry runs again on Monday"
TEXT = "".join(
    f"<p>Sentence {n} tells of the ferry, its crew, and all who wait on the pier.</p>" for n in range(6)
)


def ld(*things: Any) -> str:
    return (
        f'<script type="application/ld+json">{json.dumps(things[0] if len(things) == 1 else things)}</script>'
    )


def article(headline: str, author: str, **fields: Any) -> dict[str, Any]:
    return {
        "@type": "NewsArticle",
        "headline": headline,
        "author": {"@type": "Person", "name": author},
        **fields,
    }


OTHER = article(
    "Goats on the bridge", "Old Hand", url="https://gazette.example/news/goats-9", datePublished="2024-01-02"
)


def page(head: str = "", body: str = TEXT, title: str = TITLE) -> str:
    title_tag = f"<title>{title}</title>" if "<title>" not in head else ""
    return f"<html><head>{title_tag}{head}</head><body>{body}</body></html>"


def read(markup: str, url: str = URL) -> Extracted:
    return extract(markup, url, select=Select())


HEAD = f'<link rel=canonical href="{URL}"><meta property="og:title" content="{TITLE}">'


@pytest.mark.parametrize(
    "own",
    [
        article(TITLE, "Vila Deng", url=URL),
        article("Boats are back", "Vila Deng", url=f"{URL}/"),
        article("Boats are back", "Vila Deng", mainEntityOfPage=f"{URL}?amp=1"),
        article("Boats are back", "Vila Deng", mainEntityOfPage=f"{URL}/amp/"),
        article("Boats are back", "Vila Deng", mainEntityOfPage="https://amp.gazette.example/news/ferry-7"),
        article(
            "Boats are back",
            "Vila Deng",
            mainEntityOfPage={"@type": "WebPage", "url": "http://www.gazette.example/news/ferry-7"},
        ),
        article("Boats are back", "Vila Deng", mainEntityOfPage={"@id": f"{URL}#webpage"}),
        article("Boats are back", "Vila Deng", mainEntityOfPage=[{"@id": f"{URL}#webpage"}]),
        article("Boats are back", "Vila Deng", url="/news/ferry-7?utm_source=front"),
        article("Ferry runs again on Monday – Gazette", "Vila Deng"),
        article(TITLE, "Vila Deng", mainEntityOfPage="https://gazette.example/"),
        article(TITLE, "Vila Deng", mainEntityOfPage=True),
        article(TITLE, "Vila Deng", url="https://gazette.example/old-slug"),
    ],
)
@pytest.mark.parametrize("is_graph", [False, True])
def test_the_pages_own_article_is_taken_whatever_stands_before_it(
    own: dict[str, Any], is_graph: bool
) -> None:
    script = ld({"@graph": [OTHER, own, OTHER]}) if is_graph else ld(OTHER) + ld(own)

    found = read(page(HEAD + script))

    assert found.tuple("authors") == ("Vila Deng",)
    assert found.get("published") == ""


def test_an_article_that_is_referred_to_by_its_page() -> None:
    own = article("Boats are back", "Vila Deng", mainEntityOfPage={"@id": "#page"})
    script = ld({"@graph": [OTHER, own, {"@type": "WebPage", "@id": "#page", "url": URL}]})

    assert read(page(HEAD + script)).tuple("authors") == ("Vila Deng",)


@pytest.mark.parametrize(
    "others",
    [
        [OTHER],
        [
            OTHER,
            article("Rain on the hills", "Some One", mainEntityOfPage="https://gazette.example/news/rain"),
        ],
        [article("Rain on the hills", "Some One", **{"@id": "https://gazette.example/news/rain#article"})],
    ],
)
def test_where_teasers_alone_are_described_nothing_is_taken(others: list[dict[str, Any]]) -> None:
    found = read(page(HEAD + ld(*others)))

    assert (found.get("title"), found.tuple("authors"), found.get("published")) == (TITLE, (), "")
    assert any("JSON-LD" in warning for warning in found.warnings)


def test_the_only_article_without_an_address_is_the_pages_whatever_its_headline() -> None:
    found = read(page(ld(article("How to cross the river", "Vila Deng"))))

    assert (found.get("title"), found.tuple("authors")) == ("How to cross the river", ("Vila Deng",))


def test_a_number_that_articles_share_tells_none() -> None:
    other = article("Goats on the bridge", "Old Hand", url="https://gazette.example/c-10234/goats-9000001")
    url = "https://gazette.example/c-10234/ferry-9000002"

    assert read(page(ld(other)), url).tuple("authors") == ()


def test_an_articles_number_tells_it_under_any_slug() -> None:
    own = article("Boats are back", "Vila Deng", url="https://gazette.example/a/boats-are-back-4711234.html")
    url = "https://gazette.example/news/4711234"

    assert read(page(ld(OTHER, own)), url).tuple("authors") == ("Vila Deng",)


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ('<link rel=canonical href="/news/own">', "https://gazette.example/news/own"),
        ('<base href="/sub/"><link rel=canonical href="own">', "https://gazette.example/sub/own"),
        (
            '<link rel=canonical href="https://agency.example"><meta property="og:url" content="/news/own">',
            "https://gazette.example/news/own",
        ),
        (
            '<link rel=canonical href="/"><meta property="og:url" content="/news/own">',
            "https://gazette.example/news/own",
        ),
        ('<link rel="shortlink canonical" href="/news/own">', "https://gazette.example/news/own"),
        ('<link rel=canonical href="https://agency.example/x/1">', ""),
    ],
)
def test_the_address_that_a_page_gives_itself_is_one_of_its_site(head: str, canonical: str) -> None:
    assert read(page(head)).get("canonical") == canonical


@pytest.mark.parametrize(
    ("base", "folder"),
    [
        ('<base href="/">', "https://gazette.example/"),
        (
            '<base target=_blank><base href="https://cdn.gazette.example/a/">',
            "https://cdn.gazette.example/a/",
        ),
        ('<base href="javascript:x">', "https://gazette.example/news/"),
        ("", "https://gazette.example/news/"),
    ],
)
def test_addresses_are_relative_to_the_base(base: str, folder: str) -> None:
    body = (
        f'<article><h1>{TITLE}</h1>{TEXT}<p>Read <a href="b.html">all of it and more</a> today.</p></article>'
    )
    found = read(page(f'{base}<meta property="og:image" content="pier.jpg">', body))

    assert found.values["photo"] == {"url": f"{folder}pier.jpg"}
    assert f'href="{folder}b.html"' in found.get("content_html")


def links(markup: str, article: str = r"/news/[a-z-]+-\d+$") -> list[str]:
    reader = ListingReader(article=article, key=clean_url, item="li", date="")
    return [link.url for link in reader.links(parse(markup), "https://gazette.example/news/", "")]


def test_a_listings_links_are_relative_to_its_base() -> None:
    markup = (
        '<head><base href="https://gazette.example/"></head><ul><li><a href="news/ferry-7">Ferry</a></ul>'
    )

    assert links(markup) == [URL]


def test_an_address_is_matched_without_its_tracking_and_with_it() -> None:
    markup = (
        f'<ul><li><a href="{URL}?utm_source=front">1</a><li><a href="/news/goats-9?fbclid=x#top">2</a></ul>'
    )

    assert links(markup) == [URL, "https://gazette.example/news/goats-9"]
    assert links(markup, r"utm_source=front") == [URL]


H1 = f"<h1>{TITLE}</h1>"


@pytest.mark.parametrize(
    "byline",
    [
        '<p>By <a rel="author" href="/x">Vila Deng</a> and <a rel="author" href="/y">Tom Rowe</a></p>',
        '<div class="article__byline">By Vila Deng and Tom Rowe</div>',
        '<div class="Byline-x"><span>By</span> <b>Vila Deng</b>, <b>Tom Rowe</b> <time>1 March</time></div>',
        '<p class="author-name">Vila Deng, Tom Rowe</p>',
        '<div><a href="/author/vila/">Vila Deng</a>, <a href="/author/tom/">Tom Rowe</a></div>',
        '<div><a href="/autoren/vila">Vila Deng</a> und <a href="/autoren/tom">Tom Rowe</a></div>',
        '<i itemprop="author"><b itemprop="name">Vila Deng</b></i><i itemprop="author">Tom Rowe</i>',
        '<p class="vcard"><a class="fn" href="/u/1">Vila Deng</a> <a class="fn" href="/u/2">Tom Rowe</a></p>',
        '<p class="meta">1 March</p><p class="meta">By Vila Deng and Tom Rowe</p>',
        "<div>Written by<br>Vila Deng and Tom Rowe</div>",
        '<div class="byline"><p>Vila Deng and Tom Rowe</p><p>Political correspondent</p></div>',
        '<p class="byline">Von Vila Deng und Tom Rowe</p>',
    ],
)
def test_a_byline_on_the_page_names_the_authors(byline: str) -> None:
    teaser = (
        '<article><h2><a href="/news/goats-9">Goats</a></h2><a rel="author" href="/o">Old Hand</a></article>'
    )
    comment = (
        '<div id="comments"><span class="comment-author vcard"><b class="fn">Angry Reader</b></span></div>'
    )
    aside = '<aside class="sidebar"><p class="author">Most Read</p><a href="/author/x">Some Body</a></aside>'
    body = f"{aside}<main><article>{H1}{byline}{TEXT}</article>{teaser}{comment}</main>"

    found = read(page(body=body))

    assert (found.tuple("authors"), found.origins["authors"]) == (("Vila Deng", "Tom Rowe"), "byline")


@pytest.mark.parametrize(
    "around",
    [
        '<div class="related-posts"><a rel="author" href="/o">Old Hand</a></div>',
        '<article class="teaser"><p class="byline">By Old Hand</p></article>',
        '<ol class="comment-list"><li><cite class="fn author">Old Hand</cite></li></ol>',
        '<figure><img src="a.jpg"><figcaption class="author">Old Hand</figcaption></figure>',
        '<aside><a href="/author/old">Old Hand</a></aside>',
        '<blockquote><p>Well.</p><p class="author">Old Hand</p></blockquote>',
        '<p class="author-bio">Writes of the river, of all who live on it, and of what they eat there.</p>',
        '<p class="author">Read more articles</p>',
        '<p class="author-bio">Head of Marketing and Community Development</p>',
    ],
)
def test_nobody_elses_byline_is_taken(around: str) -> None:
    assert read(page(body=f"<main><article>{H1}{TEXT}</article>{around}</main>")).tuple("authors") == ()


LABEL, DATA = '<meta name="twitter:label1" content="{}">', '<meta name="twitter:data1" content="{}">'


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        (
            f"{LABEL.format('Written by')}{DATA.format('Vila Deng')}",
            ("Vila Deng",),
        ),
        (
            f"{LABEL.format('Reading time')}{DATA.format('4 minutes')}",
            (),
        ),
        ('<meta name="sailthru.author" content="Vila Deng">', ("Vila Deng",)),
        ('<meta name="DCSext.author" content="Vila Deng;Tom Rowe">', ("Vila Deng", "Tom Rowe")),
        (
            '<meta name="parsely-author" content="Vila Deng"><meta name="parsely-author" content="Tom Rowe">',
            ("Vila Deng", "Tom Rowe"),
        ),
        ('<meta name="citation_author" content="Deng, Vila">', ("Vila Deng",)),
        ('<meta name="byl" content="By Vila Deng">', ("Vila Deng",)),
        ('<meta property="article:author" content="https://social.example/vila">', ()),
        (
            ld({"@type": "NewsArticle", "headline": TITLE, "author": "Vila Deng und Tom Rowe, dpa"}),
            ("Vila Deng", "Tom Rowe", "dpa"),
        ),
    ],
)
def test_metadata_in_use_name_the_authors(head: str, authors: tuple[str, ...]) -> None:
    assert read(page(head)).tuple("authors") == authors


def test_a_link_to_somebody_in_the_text_names_no_author() -> None:
    link = '<a href="/people/tom-rowe">Tom Rowe</a>'
    text = (
        f"<p>The boat is back, and {link} is glad of it, as are all who live on the islands south of town;"
        f" {link} says that he will be the first on board, and that he will stay there until noon.</p>"
    )

    assert read(page(body=f"<article>{H1}{text}{TEXT}</article>")).tuple("authors") == ()


PUBLISHER = {"@type": "Organization", "name": "The River Gazette"}


@pytest.mark.parametrize(
    "author", [PUBLISHER, {"@type": "Person", "name": "The River Gazette"}, "vila@gazette.example"]
)
def test_a_person_comes_before_an_organisation_and_an_account(author: Any) -> None:
    head = ld({"@type": "NewsArticle", "headline": TITLE, "author": author, "publisher": PUBLISHER})

    found = read(page(head, f'<article>{H1}<p class="byline">By Vila Deng</p>{TEXT}</article>'))

    assert (found.tuple("authors"), found.warnings) == (("Vila Deng",), [])


def test_where_nobody_signs_the_organisation_is_the_author() -> None:
    head = ld({"@type": "NewsArticle", "headline": TITLE, "author": PUBLISHER, "publisher": PUBLISHER})

    assert read(page(head)).tuple("authors") == ("The River Gazette",)


@pytest.mark.parametrize("author", ["vila@gazette.example", "105092", "(Image: Getty Images)", "admin"])
def test_an_author_that_is_none_is_told(author: str) -> None:
    found = read(page(ld({"@type": "NewsArticle", "headline": TITLE, "author": author})))

    assert found.tuple("authors") == ()
    assert [warning for warning in found.warnings if author in warning and "select.author" in warning]


@pytest.mark.parametrize(
    ("head", "section"),
    [
        ('<meta property="article:section" content="Uncategorized">', ""),
        ('<meta property="article:section" content="Non classé">', ""),
        (ld({"@type": "NewsArticle", "headline": TITLE, "articleSection": ["Allgemein", "River"]}), "River"),
        (ld({"@type": "NewsArticle", "headline": TITLE, "articleSection": "Home"}), ""),
        ('<meta property="article:section" content="News">', "News"),
    ],
)
def test_a_section_that_says_nothing_is_left_out(head: str, section: str) -> None:
    assert read(page(head)).get("section") == section


def test_a_category_that_the_article_links_to_is_its_section() -> None:
    category = '<a rel="category tag" href="/c/1">{}</a>'
    footer = f"<footer>{category.format('Uncategorized')} {category.format('River')}</footer>"
    body = f"<nav>{category.format('Menu')}</nav><article>{H1}{TEXT}{footer}</article>"

    assert read(page(body=body)).get("section") == "River"


KOREAN = "강을 건너는 배가 월요일부터 다시 다닌다고 항만 사무소가 밝혔다. " * 6


@pytest.mark.parametrize("code", ["kr", "jp", "korean"])
def test_a_language_that_is_none_is_not_passed_on(code: str) -> None:
    listings = (Listing(url="https://gazette.example/"),)
    source = PageSource(name="g", listings=listings, article="/news/", http=Mock())
    markup = page(
        f'<meta property="og:locale" content="{code}">',
        f"<article><h1>배</h1><p>{KOREAN}</p></article>",
        "배",
    )

    found = source.read(URL, datetime(2026, 11, 25, tzinfo=UTC), markup.encode())

    assert found.language == "ko"
    assert code == "kr" or any(repr(code) in warning for warning in found.warnings)


def test_a_language_of_few_is_one() -> None:
    assert [detect("Ferry", tag) for tag in ("gsw", "nds-DE", "se", "xx", "en_US", "english")] == [
        "gsw",
        "nds-DE",
        "se",
        "",
        "",
        "",
    ]
