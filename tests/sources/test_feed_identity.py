"""Which entries of a feed are one article: as many articles as distinct entries, look after look."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from syndicator.domain.article import Article
from syndicator.http.client import Response
from syndicator.jobs.ports import Look
from syndicator.sources.feeds.feed_document import Edition, FeedDocuments
from syndicator.store import Store
from tests.jobs.newsroom import Story

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FEED = "https://harbour.example/notices/feed"


def item(title: str, *, link: str = "", guid: str = "", text: str = "", hour: int | None = 9) -> str:
    """An item of RSS. Without ``hour`` it has no date."""
    date = f"<pubDate>Sun, 01 Mar 2026 {hour:02}:30:00 GMT</pubDate>" if hour is not None else ""
    address = f"<link>{link.replace('&', '&amp;')}</link>" if link else ""
    own_id = f"<guid isPermaLink='false'>{guid}</guid>" if guid else ""
    words = f"<description>{text or title}</description>"
    return f"<item><title>{title}</title>{address}{own_id}{date}{words}</item>"


def rss(*items: str, home: str = "https://harbour.example/") -> bytes:
    link = f"<link>{home}</link>" if home else ""
    return (
        f"<rss version='2.0'><channel><title>Harbour</title>{link}{''.join(items)}</channel></rss>".encode()
    )


@dataclass
class Readers:
    """A feed that is read again and again, and the articles that come of it, by their names."""

    memory: Mapping[str, Any] = field(default_factory=dict)
    articles: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def look(self, document: bytes) -> list[int]:
        """The number of the article that each sighting belongs to."""
        edition = read(document, self.memory)
        self.memory, self.problems = json.loads(json.dumps(edition.identity)), [*edition.problems]
        return [self._file(sighting.names) for sighting in edition.sightings]

    def _file(self, names: tuple[str, ...]) -> int:
        number = next(
            (self.articles[n] for n in names if n in self.articles), len(set(self.articles.values()))
        )
        for name in names:
            self.articles.setdefault(name, number)
        return number

    @property
    def count(self) -> int:
        return len(set(self.articles.values()))


def read(document: bytes, memory: Mapping[str, Any] | None = None) -> Edition:
    source = FeedDocuments(name="harbour", url=FEED)
    return source.edition(Response(FEED, 200, CaseInsensitiveDict(), document), NOW, memory)


SHARED_BY_ALL: Mapping[str, Callable[[int], Mapping[str, Any]]] = {
    "one link": lambda n: {"link": "https://harbour.example/notices", "guid": f"n{n}"},
    "one link, fragments": lambda n: {"link": f"https://harbour.example/live#e{n}", "guid": f"e{n}"},
    "fragments and nothing else": lambda n: {"link": f"https://harbour.example/live#e{n}"},
    "ref": lambda n: {"link": f"https://harbour.example/story?ref={n}"},
    "ref in words": lambda n: {"link": f"https://harbour.example/story?ref=story-{'abcdefgh'[n]}"},
    "campaigns": lambda n: {"link": f"https://harbour.example/story?utm_content={n}&lang=en", "guid": "x"},
    "no link": lambda n: {"guid": f"n{n}"},
    "neither": lambda n: {},
    "one guid": lambda n: {"link": f"https://harbour.example/{n}", "guid": "N/A"},
    "one guid and one link": lambda n: {
        "link": "https://harbour.example/",
        "guid": "https://harbour.example/",
    },
    "one guid and no link": lambda n: {"guid": "0"},
    "one link and no guid": lambda n: {"link": "https://harbour.example/notices?utm_source=rss"},
    "one guid and fragments": lambda n: {"link": f"https://harbour.example/live#{n}", "guid": "live"},
}


@pytest.mark.parametrize("names", SHARED_BY_ALL.values(), ids=SHARED_BY_ALL)
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("first", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_distinct_articles_stay_distinct_as_they_come_and_go(
    names: Callable[[int], Mapping[str, Any]], first: int, *, dated: bool
) -> None:
    """First ``first`` of them, then more, in another order, and in the end the last alone."""
    items = [item(f"Notice {n}", hour=n + 1 if dated else None, **names(n)) for n in range(6)]
    readers = Readers()

    readers.look(rss(*items[:first]))
    assert readers.count == first
    readers.look(rss(*items[:5][::-1]))
    assert readers.count == 5
    readers.look(rss(*items[2:5]))
    readers.look(rss(items[4]))
    assert readers.count == 5
    readers.look(rss(items[5], items[4]))
    assert readers.count == 6
    assert readers.look(rss(*items)) == [readers.look(rss(each))[0] for each in items]
    assert readers.count == 6


@pytest.mark.parametrize("kind", ["one link", "one guid", "one link, fragments", "ref", "no link"])
def test_a_feed_of_the_latest_alone_has_an_article_each(kind: str) -> None:
    readers = Readers()

    for n in range(6):
        readers.look(rss(item(f"Notice {n}", hour=n, **SHARED_BY_ALL[kind](n))))

    assert readers.count == 6


def test_guid_or_link_or_words_may_change_and_it_stays_the_same_article() -> None:
    link = "https://harbour.example/ferry"
    readers = Readers()
    for document in (
        rss(item("Ferry stops", link=link, guid="1", hour=7)),
        rss(item("Ferry stops", link=link, guid="cms-1", hour=7)),
        rss(item("Ferry stops", link=f"{link}-stops", guid="cms-1", hour=7)),
        rss(item("Ferry goes again", link=f"{link}-stops", guid="cms-1", hour=8, text="New words")),
        rss(item("Ferry goes again", link=f"{link}-stops", guid=f"{link}-stops#1", hour=8, text="New words")),
        rss(item("Ferry sinks", link=f"{link}-stops", guid=f"{link}-stops#2", hour=9, text="Other words")),
    ):
        readers.look(document)

    assert readers.count == 1
    assert not readers.problems


def test_of_what_has_no_name_one_part_may_change() -> None:
    long_text = "The ferry stops for a week from Monday, as its engine has to be mended in the yard. {}"
    readers = Readers()
    other = item("Market moves", hour=3)
    for changed in (
        item("Ferry stops", text=long_text.format(1)),
        item("Ferry stops", text=long_text.format(2)),
        item("Ferry stops for a week", text=long_text.format(2)),
        item("Ferry stops for a week", text=long_text.format(2), hour=11),
    ):
        readers.look(rss(other, changed))

    assert readers.count == 2
    assert sum("neither an id nor an address" in line for line in readers.problems) == 1


def test_one_article_under_two_guids_with_a_counter_is_one() -> None:
    link = "https://harbour.example/news/c0ffee"
    both = [item("Ferry", link=f"{link}?utm_source=rss", guid=f"{link}#{n}") for n in (3, 0)]
    readers = Readers()

    assert readers.look(rss(both[1])) == readers.look(rss(*both)) == readers.look(rss(both[0])) == [0]


def test_versions_of_one_entry_are_one_article_and_the_latest_counts() -> None:
    entry = (
        "<entry><id>urn:1</id><title>{0}</title><link href='https://harbour.example/1'/>"
        "<published>2026-03-01T08:00:00Z</published><updated>2026-03-01T{1}:00:00Z</updated></entry>"
    )
    versions = entry.format("Old", "09") + entry.format("New", "11") + entry.format("Middle", "10")
    document = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>t</title><id>x</id>{versions}</feed>"

    [one] = read(document.encode()).sightings

    assert one.title == "New"


def test_an_item_without_a_link_has_its_permalink_or_the_channels_page_as_its_address() -> None:
    items = "<item><title>A</title><guid>https://harbour.example/a</guid></item>" + item("B", guid="b")
    items += "<item><title>C</title><guid>no address</guid></item>"
    edition = read(rss(items))
    assert [s.url for s in edition.sightings] == [
        "https://harbour.example/a",
        "https://harbour.example/",
        "https://harbour.example/",
    ]
    assert [s.is_url_shared for s in edition.sightings] == [False, True, True]
    assert any("2 of 3 entries have no address" in line for line in edition.problems)

    edition = read(rss(item("B", guid="b"), home=""))
    assert not edition.sightings
    assert "has no address" in edition.problems[0]


def test_an_item_of_json_feed_without_an_address_has_the_home_page() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "home_page_url": "https://harbour.example/notes",
        "items": [{"id": str(n), "title": f"Note {n}", "content_text": "x"} for n in (1, 2)],
    }

    edition = read(json.dumps(feed).encode())

    assert [(s.key, s.url) for s in edition.sightings] == [
        ("1", "https://harbour.example/notes"),
        ("2", "https://harbour.example/notes"),
    ]


def test_an_ordinary_feed_is_as_it_was_and_nothing_is_told() -> None:
    document = rss(
        *[
            item(f"N{n}", link=f"https://harbour.example/{n}?utm_source=rss#top", guid=f"g{n}")
            for n in range(9)
        ]
    )

    edition = read(document)

    assert [(s.key, s.url, s.aliases) for s in edition.sightings] == [
        (f"g{n}", f"https://harbour.example/{n}", ()) for n in range(9)
    ]
    assert edition.problems == []


def test_what_is_remembered_is_bounded() -> None:
    readers = Readers()
    for look in range(3):
        readers.look(
            rss(*[item(f"N{look}-{n}", link=f"https://harbour.example/#{look}-{n}") for n in range(900)])
        )

    assert readers.count == 2700
    assert len(json.dumps(readers.memory)) < 60_000


#: A few of everything, so that much is shared.
entries: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.builds(
        dict,
        title=st.sampled_from(["Ferry", "Market", "School", "Bridge"]),
        link=st.sampled_from(
            ["", "/a", "/a#1", "/a#2", "/b", "/a?ref=x", "/a?ref=y", "/a?ref=7", "/b?utm_source=r"]
        ),
        guid=st.sampled_from(["", "g", "h", "https://harbour.example/a"]),
        hour=st.sampled_from([3, 4, None]),
        text=st.sampled_from(["Short.", "x" * 50, "y" * 50]),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda e: e["title"],
)


def document_of(chosen: list[dict[str, Any]]) -> bytes:
    return rss(
        *[item(**{**e, "link": f"https://harbour.example{e['link']}" if e["link"] else ""}) for e in chosen]
    )


@pytest.mark.slow
@given(entries, st.randoms(use_true_random=False))
def test_any_mix_of_names_gives_each_entry_its_article(chosen: list[dict[str, Any]], random: Any) -> None:
    readers = Readers()
    readers.look(document_of(chosen))
    assert readers.count == len(chosen)

    for _ in range(3):
        shuffled = random.sample(chosen, len(chosen))
        numbers = readers.look(document_of(shuffled))
        assert len(set(numbers)) == len(numbers) == len(chosen)
    for _ in range(3):
        readers.look(document_of(random.sample(chosen, random.randint(1, len(chosen)))))
    assert readers.count == len(chosen)


@pytest.mark.slow
@given(entries, st.randoms(use_true_random=False))
def test_entries_that_come_one_by_one_have_an_article_each(chosen: list[dict[str, Any]], random: Any) -> None:
    readers = Readers()
    for number in range(1, len(chosen) + 1):
        readers.look(document_of(random.sample(chosen[:number], number)))
        assert readers.count == number


class Paper:
    """A source that shows editions of a feed."""

    name, every = "page", timedelta(0)

    def __init__(self) -> None:
        self.document = rss()

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        source = FeedDocuments(name=self.name, url=FEED, post_undated=True)
        response = Response(FEED, 200, CaseInsensitiveDict(), self.document)
        edition = source.edition(response, now, memory.get("identity"))
        return Look(sightings=edition.sightings, memory={"identity": edition.identity})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10, deadline=None)
@given(entries, st.randoms(use_true_random=False))
def test_each_entry_is_posted_once_on_both_databases(
    empty_store: Callable[[], Store], chosen: list[dict[str, Any]], random: Any
) -> None:
    story = Story(empty_store())
    paper = Paper()
    story.source = paper  # type: ignore[assignment]  # it shows what a feed says
    story.clock.now = NOW
    story.baseline()
    for _ in range(3):
        paper.document = document_of(random.sample(chosen, len(chosen)))
        story.look()
        story.clock.tick(minutes=6)

    articles: list[Article] = story.articles
    assert len(articles) == len(chosen)
    assert {a.title for a in articles} == {e["title"] for e in chosen}
    assert len(story.deliveries) == len(chosen)
