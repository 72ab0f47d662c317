"""Round-ups in the console: where an article is told of, and what a round-up tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import pytest
from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import Article
from syndicator.domain.delivery import Delivery
from syndicator.posts.compose import compose
from syndicator.posts.drawing import DrawnPost
from syndicator.posts.unfetched import unfetched_scenes
from syndicator.store import Store
from tests.jobs.backlog import Backlog
from tests.web.browser import Browser, browsing
from tests.web.house import House


@dataclass
class Desk:
    """Draws as the web process does."""

    story: Backlog

    def draw(self, channel: str, article: Article) -> Sequence[DrawnPost]:
        composer = partial(compose, roundup=self.story.store.roundup(article.guid))
        return unfetched_scenes(self.story.courier(), composer, channel, article)


@pytest.fixture
def story(store: Store) -> Backlog:
    story = Backlog(store)
    story.publishes_many(12)
    story.delivers()
    return story


@pytest.fixture
def console(house: House, story: Backlog) -> Iterator[Browser]:
    house.clock = story.clock
    with browsing(house.app(draw=Desk(story).draw)) as opened:
        yield opened


def page_of(console: Browser, delivery: Delivery) -> LexborHTMLParser:
    return LexborHTMLParser(console.get(f"/console/deliveries/{delivery.id}").text)


def facts(page: LexborHTMLParser) -> dict[str, str]:
    names, texts = ([each.text() for each in page.css(f".facts {part}")] for part in ("dt", "dd"))
    return {name: " ".join(text.split()) for name, text in zip(names, texts, strict=True)}


def test_an_article_says_where_it_is_told_of(console: Browser, story: Backlog) -> None:
    receipt = story.roundup.receipt
    assert receipt
    named, counted = (page_of(console, story.of(key)) for key in ("10", "1"))
    assert facts(named)["Told in"] == f"a round-up, which is sent; it names the article: {receipt.url}"
    assert "had no room to name it" in facts(counted)["Told in"]
    assert facts(named)["Shows"] == "nothing of its own"
    assert [each.text() for each in named.css(".counts .badge")] == ["gathered"]
    assert not named.css(".actions button")


def test_a_round_up_says_what_it_tells_of(console: Browser, story: Backlog) -> None:
    story.retracts("9")
    page = page_of(console, story.roundup)
    members = [" ".join(each.text().split()) for each in page.css(".members li")]
    assert members[0] == "Bridge 10 reopens"
    assert members[1] == "Bridge 9 reopens withdrawn"
    assert members[-1] == "Bridge 1 reopens counted: no room to name it"
    assert len(members) == 10
    story.delivers()
    page = page_of(console, story.roundup)
    assert [each.text() for each in page.css(".scene .text")] == [
        text for text in story.texts if text.startswith("More news")
    ]


def test_the_list_leads_there(console: Browser, story: Backlog) -> None:
    page = LexborHTMLParser(console.get("/console/deliveries?state=gathered").text)
    links = [each.attributes["href"] for each in page.css("td a") if each.text() == "round-up"]
    assert links == [f"/console/deliveries/{story.roundup.id}"] * 10
