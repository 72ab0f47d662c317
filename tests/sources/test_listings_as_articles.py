"""Where ``article`` takes in more than articles: what says of itself that it lists them is none, and told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.sources.pages_of_a_site import CANONICAL, MINUTE, Town, page, story, watching


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as running:
        running.publish(1)
        running.publish(2)
        yield running


def with_body(markup: str, attributes: str) -> str:
    return markup.replace("<body>", f"<body {attributes}>")


def json_ld(thing: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


TEASERS = story("clinic 1") + story("brewery 2")
TOPIC = page("Topic: Harbour", TEASERS, CANONICAL.format("/topic/harbour"))
COLLECTION = {"@graph": [{"@type": "CollectionPage", "url": "/topic/harbour"}, {"@type": "WebSite"}]}
LISTINGS = {
    "wordpress, category": with_body(TOPIC, 'class="archive category category-7 hfeed"'),
    "wordpress, day": with_body(TOPIC, 'class="hfeed archive date"'),
    "wordpress, home": with_body(TOPIC, 'class="home blog custom-background"'),
    "ghost, tag": with_body(TOPIC, 'class="tag-template tag-harbour"'),
    "ghost, second page": with_body(TOPIC, 'class="paged is-head-left-logo"'),
    "ghost, author": with_body(TOPIC, 'class="author-template author-ann"'),
    "graph": page("Topic: Harbour", TEASERS, json_ld(COLLECTION)),
    "author's profile": page("Ann Vong", TEASERS, json_ld({"@type": ["WebPage", "ProfilePage"]})),
    "microdata": with_body(TOPIC, 'itemscope itemtype="https://schema.org/SearchResultsPage"'),
}


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS.keys())
def test_a_page_that_says_that_it_lists_articles_is_none(town: Town, listing: str) -> None:
    town.pages["/topic/harbour"] = listing
    town.listed.append("/topic/harbour")

    look = watching(town, article=r"/\w+/\w+$").look()

    assert {sighting.title for sighting in look.sightings} == {
        "What becomes of the market",
        "What becomes of the school",
    }
    [problem] = look.problems
    assert "/topic/harbour: is no article but a listing" in problem


def test_one_that_appears_later_is_told_and_not_filed(town: Town) -> None:
    watch = watching(town, article=r"/\w+/\w+$")
    watch.look()
    town.pages["/topic/harbour"] = LISTINGS["wordpress, category"]
    town.listed.append("/topic/harbour")

    look = watch.look(2 * MINUTE)

    assert not look.sightings
    assert any("/topic/harbour: is no article" in problem for problem in look.problems)


ARTICLE = page("The archive reopens", story("archive"))
ARTICLES = {
    "of an archive": with_body(ARTICLE, 'class="archive"'),
    "of a post in a category": with_body(ARTICLE, 'class="post-template single single-post category"'),
    "second part of a long one": with_body(ARTICLE, 'class="single single-post paged paged-2"'),
    "front page with a text": with_body(ARTICLE, 'class="home page page-id-4"'),
    "in a collection": page(
        "The archive reopens",
        story("archive"),
        json_ld({"@type": "WebPage", "isPartOf": {"@type": "CollectionPage", "url": "/topic/harbour"}}),
    ),
    "beside a collection": page(
        "The archive reopens", story("archive"), json_ld({"@type": "CollectionPage", "url": "/topic/history"})
    ),
    "that describes itself": with_body(
        page(
            "The archive reopens",
            story("archive"),
            json_ld({"@type": "NewsArticle", "headline": "The archive reopens"}),
        ),
        'class="archive category"',
    ),
    "that calls itself one": with_body(
        page("The archive reopens", story("archive"), '<meta property="og:type" content="article">'),
        'class="archive category"',
    ),
}


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES.keys())
def test_an_article_stays_one(town: Town, article: str) -> None:
    town.pages["/topic/archive"] = article
    town.listed.append("/topic/archive")

    look = watching(town, article=r"/\w+/\w+$").look()

    assert "The archive reopens" in {sighting.title for sighting in look.sightings}


@pytest.mark.parametrize("link", ["/news", "/news?utm_source=menu", "/news#top"])
def test_a_declared_listing_is_no_article(town: Town, link: str) -> None:
    town.listed.append(link)

    look = watching(town, article=r"/news").look()

    assert len(look.sightings) == 2
    assert not look.problems
