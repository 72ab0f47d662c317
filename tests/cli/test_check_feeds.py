"""``syndicator check feeds``: what partners and readers would say, from the record alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import feedparser
import pytest

from syndicator.cli.feed_report import FeedReport, Finding, inspect, oddities
from syndicator.config import load
from syndicator.domain.article import ArticleState, Photo, Sighting
from syndicator.domain.errors import SyndicatorError
from syndicator.domain.partner import Partner, Rule
from syndicator.jobs.watch import watch
from syndicator.store import Store, open_store
from syndicator.wiring import KINDS, App, assemble
from syndicator.wiring.couriers import SilentBell
from tests.config.folders import write
from tests.fakes import NOON, Clock, FakeBell, FakePhotos, FakeSource, sighting
from tests.formats.partners import NAMES, built_in

pytestmark = pytest.mark.slow  # databases or processes throughout

MAIN = """
[site]
title = "The Test"
url = "https://news.test/"
language = "en"
icon = "https://news.test/icon.png"
[web]
public_url = "https://feeds.news.test"
[sources.page]
kind = "feed"
url = "https://news.test/rss"
"""

PHOTO = Photo(url="https://news.test/a.jpg", credit="A. Camera", width=1200, height=800, length=9)

NEWSBREAK = "https://support.newsbreak.com/publisher-faq"

LATER = NOON + timedelta(hours=1)


#: Long enough for everybody.
SUMMARY = "Trams cross the river again. " * 12
TEXT = f"<p>{'Trams cross the river again. ' * 20}Every day.</p>"


def story(key: str, **changes: Any) -> Sighting:
    """An article that no partner has anything against."""
    told = {
        "url": f"https://news.test/{key}",
        "title": f"The old iron bridge reopens, part {key}",
        "summary": SUMMARY,
        "content_html": TEXT,
        "authors": ("A. Writer",),
        "photo": PHOTO,
    }
    return sighting(key, **told | changes)


class AsTheyAre(FakePhotos):
    def measure(self, photo: Photo) -> Photo:
        return photo


Open = Callable[..., App]


@pytest.fixture
def newsroom(tmp_path: Path, store: Store) -> Open:
    """A newsroom of these feeds, with these articles on record."""

    def opened(feeds: dict[str, str], *shown: Sighting, main: str = MAIN) -> App:
        declared = load(write(tmp_path, main, feeds), KINDS)
        made = assemble(declared, store, SilentBell(), Clock(LATER))
        store.declare(declared.sources, declared.feeds.values(), declared.channels, NOON)
        source = FakeSource(shows=shown)
        look(made, source, Clock())
        return made

    return opened


def look(made: App, source: FakeSource, clock: Clock) -> None:
    """A look at another source than those declared."""
    watcher = replace(
        made.watcher, sources={source.name: source}, photos=AsTheyAre(), bell=FakeBell(), clock=clock
    )
    watch(watcher, source.name)


def found(report: FeedReport) -> list[tuple[str, str, str]]:
    return [(each.verdict, each.rule, each.found) for each in report.findings]


def test_a_partners_refusals_are_told_item_by_item_with_their_source(newsroom: Open) -> None:
    made = newsroom(
        {"nb": 'title = "X"\nprofile = "newsbreak"'},
        story("1"),
        story("2", authors=()),
        story("3", photo=replace(PHOTO, credit="")),
        story("4", photo=None, content_html=""),
        story("5", language="lo"),
    )

    [report] = inspect(made, ["nb"], LATER)

    assert (report.partner, report.entries) == ("NewsBreak", 1)
    assert sorted((each.url[-1], each.rule, each.found) for each in report.findings if each.url) == [
        ("2", "byline", "none"),
        ("3", "credit", "none"),
        ("4", "image", "none"),
        ("4", "text", "none"),
        ("5", "language", "lo"),
    ]
    assert {each.source for each in report.findings} == {NEWSBREAK}
    assert report.counts == {"refused": 5}


def test_what_is_told_is_what_a_build_does(newsroom: Open) -> None:
    made = newsroom(
        {"msn": 'title = "X"\nlanguage = "en-GB"\nprofile = "msn"'},
        story("1"),
        story("2", title="Too short"),
        story("3", title="The old iron bridge " * 10),
        story("4", content_html=f"<figure><img src='https://news.test/a.jpg'></figure>{TEXT}"),
    )

    [report] = inspect(made, [], LATER)
    made.build("msn")

    assert {(each.verdict, each.rule, each.url[-1:]) for each in report.findings} == {
        ("refused", "title", "2"),
        ("trimmed", "title", "3"),
        ("trimmed", "markup", "4"),
    }
    document = made.documents.read("msn.rss")
    assert document
    entries = feedparser.parse(document).entries
    assert len(entries) == report.entries == 3
    assert max(len(entry.title) for entry in entries) <= 150
    assert not any("figure" in entry.content[0].value for entry in entries)
    [(feed, left_out, why)] = made.store.left_out()
    assert (feed, left_out.key) == ("msn", "2")
    assert why.startswith("MSN Partner Hub would refuse it: title: 9 characters")
    assert made.documents.read("msn.json") is None, "MSN takes no JSON Feed"


def test_a_whole_feed_may_be_refused(newsroom: Open) -> None:
    main = MAIN.replace("https://feeds.news.test", "http://feeds.news.test")
    feeds = {
        "msn": 'title = "X"\nprofile = "msn"',
        "flip": 'title = "Y"\nprofile = "flipboard"',
        "smart": 'title = "A very long name of a very small feed"\nprofile = "smartnews"',
    }

    made = newsroom(feeds, story("1"), main=main)
    by_name = {report.feed: report for report in inspect(made, [], LATER)}

    assert found(by_name["msn"]) == [
        ("refused", "https", "http://feeds.news.test/feeds"),
        ("refused", "language", "en"),
    ]
    assert ("advice", "entries", "1 entry") in found(by_name["flip"])
    assert ("refused", "description", "37 characters") in found(by_name["smart"])


def test_what_a_partner_finds_too_old_has_left_its_feed_and_is_told(newsroom: Open) -> None:
    feeds = {
        "msn": 'title = "X"\nlanguage = "en-GB"\nprofile = "msn"',
        "soon": 'title = "Y"\nlanguage = "en-GB"\nprofile = "msn"\nage = "30d"',
        "news": 'title = "Z"\nage = "30d"',
    }
    old, month = NOON - timedelta(days=366), NOON - timedelta(days=31)
    made = newsroom(feeds, story("1"), story("2", published=month), story("3", published=old, title="Old"))

    reports = {report.feed: report for report in inspect(made, [], LATER)}
    for name in feeds:
        made.build(name)

    too_old = [("refused", "age", "366 days old")]
    assert {name: (found(r), r.entries, r.articles) for name, r in reports.items()} == {
        "msn": (too_old, 2, 3),
        "soon": (too_old, 1, 3),  # the month-old one left because the newsroom wants it so
        "news": ([], 1, 3),
    }
    for name, report in reports.items():
        document = made.documents.read(f"{name}.rss")
        assert document
        assert len(feedparser.parse(document).entries) == report.entries


#: Everything that a profile of ours may object to in an article: who, what is changed, and what is printed.
BREAKS: list[tuple[str, dict[str, Any], str]] = [
    ("msn", {"title": "x" * 20}, "refused title: 20 characters; wanted: 21 to 150"),
    ("msn", {"title": "long " * 31}, "trimmed title: 155 characters, 21 to 150 are taken"),
    ("msn", {"content_html": ""}, "refused text: none; wanted: the whole text"),
    ("msn", {"content_html": "<p>Brief.</p>"}, "refused text: 6 characters; wanted: 450 to 500,000"),
    (
        "msn",
        {"content_html": f"<h6>At noon</h6>{TEXT}"},
        "trimmed markup: elements that are not taken: h6",
    ),
    (
        "msn",
        {"content_html": f"{'<blockquote>' * 9}{TEXT}{'</blockquote>' * 9}"},
        "advice nesting: 10 levels; wanted: at most 9",
    ),
    ("msn", {"photo": None}, "advice image: none; wanted: a photo"),
    ("msn", {"language": "lo"}, "refused language: lo; wanted: the feed's: en-GB"),
    ("smartnews", {"content_html": ""}, "refused text: none; wanted: the whole text"),
    ("smartnews", {"photo": None}, "advice image: none; wanted: a photo"),
    ("flipboard", {"photo": None}, "refused image: none; wanted: a photo"),
    (
        "flipboard",
        {"photo": replace(PHOTO, width=499)},
        "refused image: 499 pixels wide; wanted: at least 500 pixels",
    ),
    (
        "flipboard",
        {"photo": replace(PHOTO, height=499)},
        "refused image: 499 pixels high; wanted: at least 500 pixels",
    ),
    ("flipboard", {"content_html": ""}, "advice text: none; wanted: the whole text"),
    ("flipboard", {"summary": "x" * 299}, "advice summary: 299 characters; wanted: at least 300"),
    ("flipboard", {"authors": ()}, "advice byline: none; wanted: an author"),
    (
        "flipboard",
        {"url": "https://other.test/1"},
        "advice domain: other.test; wanted: the domain of [site] url",
    ),
    ("apple-news", {"title": "x" * 14}, "advice title: 14 characters; wanted: 15 to 60"),
    ("apple-news", {"title": "x" * 61}, "advice title: 61 characters; wanted: 15 to 60"),
    ("apple-news", {"summary": ""}, "refused summary: 0 characters; wanted: at least 1"),
    ("apple-news", {"content_html": ""}, "advice text: none; wanted: the whole text"),
    ("newsbreak", {"content_html": ""}, "refused text: none; wanted: the whole text"),
    ("newsbreak", {"photo": None}, "refused image: none; wanted: a photo"),
    (
        "newsbreak",
        {"photo": replace(PHOTO, credit="")},
        "refused credit: none; wanted: the photo's credit",
    ),
    ("newsbreak", {"authors": ()}, "refused byline: none; wanted: an author"),
    ("newsbreak", {"language": "lo"}, "refused language: lo; wanted: en"),
]

#: Just within every measure.
KEEPS: list[tuple[str, dict[str, Any]]] = [
    *(("msn", {"title": "x" * n}) for n in (21, 150)),
    *(("msn", {"content_html": f"<p>{'x' * n}</p>"}) for n in (450, 500_000)),
    ("msn", {"content_html": f"{'<blockquote>' * 8}{TEXT}{'</blockquote>' * 8}"}),
    ("msn", {"content_html": f"<h2>At noon</h2><ul><li>one</li></ul>{TEXT}"}),
    ("msn", {"language": "en-US"}),
    ("smartnews", {"content_html": f"<figure><img src='https://news.test/a.jpg'></figure>{TEXT}"}),
    ("flipboard", {"photo": replace(PHOTO, width=500, height=500)}),
    ("flipboard", {"summary": "x" * 300}),
    ("flipboard", {"url": "https://m.news.test/1"}),
    *(("apple-news", {"title": "x" * n}) for n in (15, 60)),
    ("apple-news", {"summary": "x"}),
    ("newsbreak", {"language": "en-US"}),
]


def partners(newsroom: Open, name: str, told: Sequence[dict[str, Any]]) -> list[tuple[int, Finding]]:
    """What is said of articles with these changes, by their numbers, in a feed which is well otherwise."""
    feeds = {name: f'title = "Rivers"\nlanguage = "en-GB"\nprofile = "{name}"'}
    others = [story(f"other-{n}") for n in range(20)]  # as many as the partner that wants the most
    changed = [{"url": f"https://news.test/{n}"} | changes for n, changes in enumerate(told)]
    made = newsroom(feeds, *others, *(story(str(n), **changes) for n, changes in enumerate(changed)))

    [report] = inspect(made, [name], LATER)

    numbers = {changes["url"]: n for n, changes in enumerate(changed)}
    return [(numbers[finding.url], finding) for finding in report.findings]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_said_of_what_is_within_every_measure_of_a_partners(newsroom: Open, name: str) -> None:
    assert partners(newsroom, name, [changes for partner, changes in KEEPS if partner == name]) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_breaks_a_partners_rule_is_told_with_the_reason_and_its_source(
    newsroom: Open, name: str
) -> None:
    broken = [(changes, printed) for partner, changes, printed in BREAKS if partner == name]

    found = partners(newsroom, name, [changes for changes, _ in broken])

    printed = {
        n: f"{told.verdict} {told.rule}: {told.found}"
        + ("" if told.verdict == "trimmed" else f"; wanted: {told.wanted}")
        for n, told in found
    }
    assert len(found) == len(broken)
    assert printed == {n: expected for n, (_, expected) in enumerate(broken)}
    assert all(told.source == getattr(built_in(name), told.rule).source for _, told in found)


@pytest.mark.slow
def test_there_is_an_article_that_breaks_each_rule_of_ours() -> None:
    on_feeds = {"formats", "entries", "description", "https", "age", "size", "namespaces", "elements"}
    rules = {
        (name, f.name)
        for name in NAMES
        for f in fields(Partner)
        if isinstance(getattr(built_in(name), f.name), Rule) and f.name not in on_feeds
    }
    always_kept = {("apple-news", "language"), ("smartnews", "language"), ("smartnews", "markup")}

    broken = {(name, printed.split()[1].removesuffix(":")) for name, _, printed in BREAKS}

    assert broken == rules - always_kept


def test_what_concerns_the_whole_feed_comes_first_and_then_what_is_refused(newsroom: Open) -> None:
    made = newsroom(
        {"flip": 'title = "X"\nprofile = "flipboard"'},
        story("1", authors=()),
        story("2", summary="Short.", photo=None),
        story("3"),
    )

    [report] = inspect(made, [], LATER)

    assert [[(each.url[-1:], each.verdict, each.rule) for each in group] for group in report.by_article] == [
        [("", "advice", "entries")],
        [("2", "refused", "image"), ("2", "advice", "summary")],
        [("1", "advice", "byline")],
    ]


def test_advice_is_no_refusal(newsroom: Open) -> None:
    made = newsroom(
        {"apple": 'title = "X"\nlanguage = "en-GB"\nprofile = "apple-news"'}, story("1", title="Short")
    )

    [report] = inspect(made, [], LATER)

    assert found(report) == [("advice", "title", "5 characters")]
    assert report.entries == 1


def test_what_validators_warn_of_is_told_of_every_feed(newsroom: Open) -> None:
    made = newsroom(
        {"all": 'title = "X"'},
        story("1", title="Rain &amp; wind"),
        story("2", summary="", content_html=""),
        story("3", content_html=f"<p>{'x' * 1_000_001}</p>"),
    )

    [report] = inspect(made, [], LATER)

    assert [(verdict, rule) for verdict, rule, _ in found(report)] == [
        ("warning", "title"),
        ("warning", "text"),
        ("warning", "size"),
    ]


def test_an_address_that_cannot_be_written_is_refused_by_everybody(newsroom: Open) -> None:
    made = newsroom({"all": 'title = "X"\nformats = ["rss"]'}, story("1", url="https://[half/1"))

    [report] = inspect(made, [], LATER)

    assert [(verdict, rule) for verdict, rule, _ in found(report)] == [("refused", "rss")]


class TestOddFeeds:
    FEEDS: ClassVar = {
        "all": 'title = "All"',
        "none": """
            title = "None"
            sections = ["Ctiy"]
            languages = ["lo"]
            [exclude]
            tags = ["adverts"]
            keywords = ["IRON BRIDGE", "tunnel"]
            """,
        "deep": 'title = "Deep"\n[[any]]\nplaces = ["Port Low"]\n[any.exclude]\nauthors = ["a. writer"]',
        "wide": 'title = "Wide"\nlanguages = ["en"]',
    }

    def test_values_that_nobody_has_are_told_with_the_nearest_one(self, newsroom: Open) -> None:
        made = newsroom(self.FEEDS, story("1", places=("Port Lowe",), tags=("rain",), language="en-GB"))

        assert list(oddities(made)) == [
            ("deep", "empty: no article on file meets its conditions"),
            ("deep", "places: no article on file has 'Port Low'; do you mean 'Port Lowe'?"),
            ("none", "empty: no article on file meets its conditions"),
            ("none", "sections: no article on file has 'Ctiy'; do you mean 'City'?"),
            ("none", "languages: no article on file has 'lo'"),
            ("none", "tags: no article on file has 'adverts'"),
            ("none", "keywords: no article on file mentions 'tunnel'"),
        ]
        assert made.store.empty_feeds() == {"deep", "none"}

    def test_while_nothing_is_on_record_nothing_is_odd_but_emptiness_itself(self, newsroom: Open) -> None:
        made = newsroom(self.FEEDS)

        assert list(oddities(made)) == []
        assert {finding for report in inspect(made, [], LATER) for finding in found(report)} == {
            ("warning", "empty", "no article is on file yet")
        }

    def test_a_feed_that_carries_nothing_is_served_and_valid(self, newsroom: Open) -> None:
        made = newsroom(self.FEEDS, story("1"))
        made.build("none")

        for name in ("rss", "atom"):
            document = made.documents.read(f"none.{name}")
            assert document
            parsed = feedparser.parse(document)
            assert not parsed.bozo
            assert (parsed.feed.title, parsed.entries) == ("None", [])

    def test_a_withdrawn_article_is_in_nothing(self, newsroom: Open) -> None:
        made = newsroom({"all": 'title = "All"'}, story("1"), story("2"))
        gone = FakeSource(shows=[], gone=["1"])
        look(made, gone, Clock(LATER))

        assert [each.key for each in made.store.on_file()] == ["2"]
        assert [report.entries for report in inspect(made, [], LATER)] == [1]

    def test_the_record_is_read_page_by_page_newest_first(self, newsroom: Open) -> None:
        times = [NOON - timedelta(hours=n // 2) for n in range(9)]
        made = newsroom(
            {"all": 'title = "All"'}, *(story(str(n), published=at) for n, at in enumerate(times))
        )

        for page in (1, 2, 4, 9, 100):
            articles = list(made.store.on_file(page))
            assert len({each.guid for each in articles}) == len(articles) == 9
            assert articles == sorted(articles, key=lambda each: (NOON - each.published, each.guid))
        assert all(each.state is ArticleState.LIVE for each in made.store.on_file())


def test_a_feed_that_is_not_declared_is_named_with_those_that_are(newsroom: Open) -> None:
    with pytest.raises(SyndicatorError, match="no feed 'al' is declared; there are: all"):
        inspect(newsroom({"all": 'title = "All"'}), ["al"], LATER)


class TestCommand:
    """As an operator types it."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        feeds = {"all": 'title = "All"', "nb": 'title = "X"\nprofile = "newsbreak"'}
        declared = load(write(tmp_path, MAIN, feeds), KINDS)
        (tmp_path / "var").mkdir()
        store = open_store(declared.keep.database)
        made = assemble(declared, store, SilentBell())
        store.declare(declared.sources, declared.feeds.values(), (), NOON)
        source = FakeSource(shows=[story("1", authors=())])
        look(made, source, Clock())
        store.engine.dispose()
        return tmp_path

    def run(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "syndicator", "-C", str(folder), "check", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    @pytest.mark.slow
    def test_it_says_what_would_be_refused_and_ends_with_one(self, folder: Path) -> None:
        done = self.run(folder, "feeds")

        assert done.returncode == 1
        assert done.stdout.splitlines() == [
            "all, 1 entry: all is well",
            "nb for NewsBreak, 0 of 1 entry: 1 refused",
            "  The old iron bridge reopens, part 1 (https://news.test/1)",
            "    refused  byline: none; wanted: an author",
            f"  byline: see {NEWSBREAK}",
            "2 feeds, 1 entry: 1 refused",
        ]

    @pytest.mark.slow
    def test_a_feed_by_name_and_json_for_scripts(self, folder: Path) -> None:
        well, refused = self.run(folder, "feeds", "all", "--json"), self.run(folder, "--json", "feeds", "nb")

        assert (well.returncode, refused.returncode) == (0, 1)
        assert json.loads(well.stdout) == [
            {"feed": "all", "partner": "", "entries": 1, "articles": 1, "findings": [], "counts": {}}
        ]
        [report] = json.loads(refused.stdout)
        assert report["counts"] == {"refused": 1}
        assert report["findings"][0]["rule"] == "byline"

    @pytest.mark.slow
    def test_check_alone_still_checks_everything_else(self, folder: Path) -> None:
        declared = self.run(folder, "--json")

        assert {"declarations", "database", "source page"} <= {
            each["what"] for each in json.loads(declared.stdout)
        }
