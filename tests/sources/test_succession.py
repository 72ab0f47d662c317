"""An article whose address changes is the article that it was, whichever way the site tells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import ArticleState
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.own_id import is_selector, own_id
from syndicator.store import Store
from tests.channels.local_server import LocalServer, Reply, Request
from tests.jobs.newsroom import Story

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Piece:
    """An article of the town's site."""

    slug: str
    title: str
    number: int
    text: str = ""
    old: list[str] = field(default_factory=list)

    def page(self, head: str) -> str:
        text = (
            self.text
            or f"The council of ward {self.number} has met in the old hall, and says that {self.title}."
        )
        return (
            f"<html lang=en><head><title>{self.title}</title>{head}<meta property='article:published_time'"
            f" content='2026-03-01T11:{self.number:02}:00Z'></head><body><article><h1>{self.title}</h1>"
            f"<p>{text} {text}</p><p>More of number {self.number} will be known on Monday, they say.</p>"
            "</article></body></html>"
        )


class Town(LocalServer):
    """A site with slugs. ``ends``: what an old address answers; ``head``: what each page says of itself, of
    its ``url`` and ``number``."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self.ends: str = "redirect"
        self.head = ""

    def answer(self, request: Request) -> Reply:
        if request.path == "/":
            links = "".join(f"<li><a href='/news/{p.slug}/'>{p.title}</a></li>" for p in self.pieces)
            return Reply(body=f"<ul>{links}</ul>".encode())
        slug = request.path.strip("/").rpartition("/")[2]
        for piece in self.pieces:
            if slug == piece.slug:
                return self._page(piece)
            if slug in piece.old:
                if self.ends == "redirect":
                    return Reply(status=301, headers={"Location": f"/news/{piece.slug}/"})
                return self._page(piece) if self.ends == "canonical" else Reply(status=404)
        return Reply(status=404)

    def _page(self, piece: Piece) -> Reply:
        head = self.head.format(url=f"{self.address}/news/{piece.slug}/", number=piece.number)
        return Reply(body=piece.page(head).encode(), headers={"Content-Type": "text/html"})

    def rename(self, piece: Piece, slug: str) -> None:
        piece.old.append(piece.slug)
        piece.slug = slug


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as running:
        running.pieces = [Piece(f"story-{n}", f"Ward {n} opens its hall", n) for n in range(4)]
        yield running


@pytest.fixture
def story(store: Store) -> Story:
    return Story(store)


def paper(town: Town) -> PageSource:
    return PageSource(
        name="page",
        listings=(Listing(url=f"{town.address}/"),),
        article="/news/[^/]+/$",
        gone_after=timedelta(0),
        recheck=(5 * MINUTE,),
        http=Http(allow=[town.address.removeprefix("http://")]),
    )


def told(story: Story, town: Town) -> Story:
    story.source = paper(town)  # type: ignore[assignment]  # a real source in its stead
    story.clock.now = NOW
    town.pieces, pieces = [], town.pieces
    story.baseline()
    town.pieces = pieces
    return looked(story)


def looked(story: Story, looks: int = 1) -> Story:
    for _ in range(looks):
        story.look()
        story.clock.tick(minutes=6)
    return story


WAYS = {
    "redirect": ("redirect", ""),
    "canonical address": ("canonical", "<link rel=canonical href='{url}'>"),
    "gone, same title and date": ("404", ""),
    "gone, same id": ("404", "<link rel='shortlink' href='/?p={number}'>"),
}


@pytest.mark.parametrize(("ends", "head"), WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("looks", [1, 3])
def test_a_new_slug_makes_no_second_article(
    story: Story, town: Town, ends: str, head: str, looks: int
) -> None:
    town.ends, town.head = ends, head
    told(story, town)
    assert len(story.articles) == 4

    town.rename(town.pieces[1], "hall-of-ward-one")
    looked(story, looks)

    assert len(story.articles) == 4
    assert len(story.deliveries) == 4
    assert sum(a.url.endswith("/news/hall-of-ward-one/") for a in story.articles) == 1
    assert all(a.state is ArticleState.LIVE for a in story.articles)


@pytest.mark.parametrize(("ends", "head"), WAYS.values(), ids=WAYS)
def test_after_a_new_slug_the_end_is_the_end(story: Story, town: Town, ends: str, head: str) -> None:
    town.ends, town.head = ends, head
    told(story, town)
    town.rename(town.pieces[1], "hall-of-ward-one")
    looked(story, 2)

    del town.pieces[1]
    looked(story, 6)

    states = {a.title: a.state for a in story.articles}
    assert states.pop("Ward 1 opens its hall") is ArticleState.WITHDRAWN
    assert set(states.values()) == {ArticleState.LIVE}


@pytest.mark.parametrize("head", ["<link rel='shortlink' href='/?p={number}'>", ""])
def test_a_new_slug_and_headline_at_once_is_the_same_article(story: Story, town: Town, head: str) -> None:
    town.head = head
    told(story, town)

    town.rename(town.pieces[2], "ward-two-burns")
    town.pieces[2].title = "Ward 2 has burnt down"
    looked(story, 2)

    assert len(story.articles) == len(story.deliveries) == 4


def test_an_id_that_many_pages_have_is_none(story: Story, town: Town) -> None:
    town.head = "<link rel='shortlink' href='/?p=1'>"
    told(story, town)

    town.pieces.insert(0, Piece("story-9", "A ninth hall", 9))
    del town.pieces[1]
    looked(story, 3)

    assert len(story.articles) == 5


def test_two_that_agree_in_nothing_but_their_day_are_two(story: Story, town: Town) -> None:
    town.ends = "404"
    told(story, town)

    town.pieces[0] = Piece("other", "A bridge is built", 7)
    looked(story, 2)

    assert len(story.articles) == 5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5, deadline=None)
@given(
    st.sampled_from(sorted(WAYS)),
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=4),
)
def test_however_slugs_change_nothing_is_posted_twice(
    empty_store: Callable[[], Store], way: str, acts: list[tuple[int, bool]]
) -> None:
    with Town() as town:
        town.ends, town.head = WAYS[way]
        town.pieces = [Piece(f"story-{n}", f"Ward {n} opens its hall", n) for n in range(4)]
        story = told(Story(empty_store()), town)
        for number, (index, is_seen) in enumerate(acts):
            town.rename(town.pieces[index], f"renamed-{number}")
            town.pieces.append(town.pieces.pop(0))
            looked(story, int(is_seen))
        looked(story, 2)

        assert len(story.articles) == len(story.deliveries) == 4
        assert all(a.state is ArticleState.LIVE for a in story.articles)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<link rel=shortlink href='https://town.example/?p=13'>", "town.example/?p=13"),
        ("<link rel=shortlink href='/node/4'>", "town.example/node/4"),
        ("<link rel=shortlink href='https://wp.me/p1aB-3c'>", "wp.me/p1aB-3c"),
        ("<link rel=shortlink href='/'>", ""),
        ("<body class='single postid-13 logged-in'>", "postid-13"),
        ("<body class='page page-node-7'>", "page-node-7"),
        ("<article id=post-13></article>", "id:post-13"),
        ("<article id=post-13></article><article id=post-14></article>", ""),
        ("<article data-history-node-id=5></article>", "data-history-node-id:5"),
        ("<meta name=parsely-post-id content=x-1>", "content:x-1"),
        ("<p>nothing</p>", ""),
    ],
)
def test_ids_of_common_systems(markup: str, expected: str) -> None:
    assert own_id(LexborHTMLParser(markup), "https://town.example/a/") == expected


@pytest.mark.parametrize(
    ("selector", "markup", "expected"),
    [
        ("link[rel=shortlink]", "<link rel=shortlink href='/?p=13'>", "https://town.example/?p=13"),
        ("[data-story]", "<div data-story='s-9'>x</div>", "s-9"),
        ("article[id^=piece-]", "<article id='piece-8'></article>", "piece-8"),
        ("body[class*='story-']", "<body class='wide story-77 dark'>", "story-77"),
        ("meta[name=storyid]", "<meta name=storyid content=12>", "12"),
        (".number", "<p class=number> No. 5 </p>", "No. 5"),
        ("article:not(.teaser)", "<article id=n1></article>", "n1"),
        (".number", "<link rel=shortlink href='/?p=13'>", ""),
    ],
)
def test_a_declared_selector_wins(selector: str, markup: str, expected: str) -> None:
    assert is_selector(selector)
    assert own_id(LexborHTMLParser(markup), "https://town.example/a/", selector) == expected


@pytest.mark.parametrize("key", [r"id=(\d+)", r"/(\d+)/", "(", "", "((a)", r"/news/(\d+)-(?:x|y)"])
def test_an_expression_with_a_group_is_no_selector(key: str) -> None:
    assert not is_selector(key)


def test_a_key_may_be_a_selector(story: Story, town: Town) -> None:
    town.ends, town.head = "404", "<meta name=storyid content='s{number}'>"
    told(story, town)
    source = replace(paper(town), key="meta[name=storyid]")
    story.source = source  # type: ignore[assignment]  # a real source in its stead
    looked(story, 2)

    town.rename(town.pieces[0], "new")
    town.pieces[0].title = "Quite another headline for ward nought"
    looked(story, 2)

    assert len(story.articles) == len(story.deliveries) == 4


def test_a_key_may_be_found_in_what_looks_like_tracking(town: Town) -> None:
    source = replace(paper(town), article=r"/story", key=r"ref=([\w-]+)")
    assert source.address_of(f"{town.address}/story?ref=ferry&utm_source=x") == (
        f"{town.address}/story?ref=ferry&utm_source=x"
    )
    assert source.key_of(f"{town.address}/story?ref=ferry") == "ferry"
    assert json.dumps(source.address_of(f"{town.address}/story?a=1&utm_source=x")).endswith('a=1"')


def test_the_end_of_one_twin_is_the_end_of_the_other(story: Story) -> None:
    """Two articles of one address, filed by an earlier version."""
    from tests.fakes import sighting  # noqa: PLC0415 - beside what needs it

    story.baseline()
    old: dict[str, Any] = {"key": "https://ledger.example/old", "url": "https://ledger.example/old"}
    new = {"key": "https://ledger.example/new", "url": "https://ledger.example/new"}
    story.shows(sighting(**old), sighting(**new))
    assert len(story.articles) == 2
    story.shows(sighting(**old | {"url": new["url"]}), sighting(**new))

    story.source.shows = []
    story.source.gone = [new["key"]]
    story.look()

    assert [a.state for a in story.articles] == [ArticleState.WITHDRAWN] * 2
