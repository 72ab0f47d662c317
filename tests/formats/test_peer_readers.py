"""Every reader gets every entry of a feed, and all of them the same.

Those that are written in JavaScript are asked all at once; they, and newsboat, are left out where they are
not installed (``.ci/run`` installs them).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.domain.changes import New, decide
from syndicator.domain.feed import Feed, Site
from syndicator.jobs.ports import Photos, Source
from syndicator.wiring import inspect_app
from tests.example_site.served import EXAMPLE, serving
from tests.formats.newsroom import FEED, SITE, articles, in_every_script, tidy, written
from tests.formats.readers import READERS, SLOW_READERS, Told, by_node, expected, without_node

pytestmark = pytest.mark.slow  # every reader reads every feed

FORMATS = ("rss", "atom", "json")

Newsroom = tuple[Site, Feed, Sequence[Article]]

#: A process for each example: few of them, and no search for a smaller one.
slowly = settings(max_examples=8, phases=[Phase.explicit, Phase.reuse, Phase.generate])

several = st.lists(articles(tidy), min_size=1, max_size=12, unique_by=lambda each: each.guid)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """The example newsroom as its own declarations read it, with drafts published and two corrections."""
    folder = tmp_path_factory.mktemp("example")
    with serving(folder) as newsroom:
        for _ in range(7):
            newsroom.publish()
        newsroom.correct("107")
        newsroom.correct("108")
        host = newsroom.url.removeprefix("http://")
        said = (EXAMPLE.parent / "syndicator.toml").read_text("utf-8").replace("127.0.0.1:8001", host)
        (folder / "syndicator.toml").write_text(said, "utf-8")
        shutil.copytree(EXAMPLE.parent / "feeds", folder / "feeds")
        declared = inspect_app(folder)
        found = [each for source in declared.sources.values() for each in filed(source, declared.photos)]
    return declared.site, declared.feeds["all"], found


def filed(source: Source, photos: Photos) -> list[Article]:
    """Everything that a source shows, as it would stand on file."""
    now = datetime.now(UTC)
    decisions = [
        decide(None, seen, now, authority="ledger.example") for seen in source.look({}, now).sightings
    ]
    new = [decision.article for decision in decisions if isinstance(decision, New)]
    return [replace(each, photo=photos.measure(each.photo)) if each.photo else each for each in new]


@pytest.fixture(params=["example", "in every script"])
def newsroom(request: pytest.FixtureRequest) -> Newsroom:
    if request.param == "example":
        site, feed, carried = request.getfixturevalue("example")
        return site, feed, carried
    return SITE, FEED, in_every_script()


def document(newsroom: Newsroom, name: str) -> bytes:
    site, feed, carried = newsroom
    return written(formats.kind(name)(), carried, feed, site)


def check(got: Sequence[Told], newsroom: Newsroom) -> None:
    """A reader got every entry, and of each what the newsroom said."""
    site, _, carried = newsroom
    assert [each["guid"] for each in got] == [each.guid for each in carried]
    for told, sent in zip(got, carried, strict=True):
        wanted = expected(sent, site)
        assert told == {about: wanted[about] for about in told}


def installed(reader: str) -> Callable[[bytes], list[Told]]:
    if reader == "newsboat" and not shutil.which("newsboat"):
        pytest.skip("there is no newsboat")
    return (READERS | SLOW_READERS)[reader][0]


@pytest.mark.parametrize(
    ("reader", "name"),
    [(reader, name) for reader, (_, names) in (READERS | SLOW_READERS).items() for name in names],
)
def test_a_reader_gets_every_entry_as_the_newsroom_said_it(
    newsroom: Newsroom, reader: str, name: str
) -> None:
    check(installed(reader)(document(newsroom, name)), newsroom)


@pytest.mark.skipif(bool(without_node()), reason=without_node())
def test_readers_in_javascript_get_every_entry_as_the_newsroom_said_it(newsroom: Newsroom) -> None:
    answers = by_node([document(newsroom, name) for name in FORMATS])

    assert [len(answer) for answer in answers] == [3, 3, 1]
    for answer in answers:
        for got in answer.values():
            check(got, newsroom)


@pytest.mark.skipif(bool(without_node()), reason=without_node())
@slowly
@given(carried=several)
def test_readers_in_javascript_get_whatever_a_newsroom_says(carried: list[Article]) -> None:
    newsroom = SITE, FEED, carried

    for answer in by_node([document(newsroom, name) for name in FORMATS]):
        for got in answer.values():
            check(got, newsroom)


@pytest.mark.parametrize("reader", SLOW_READERS)
@slowly
@given(carried=several)
def test_readers_with_a_database_get_whatever_a_newsroom_says(reader: str, carried: list[Article]) -> None:
    newsroom = SITE, FEED, carried

    for name in SLOW_READERS[reader][1]:
        check(installed(reader)(document(newsroom, name)), newsroom)


def test_the_readers_in_javascript_are_declared_and_locked() -> None:
    """Without the addresses that they came from."""
    lock = (Path(__file__).parents[1] / "peers" / "package-lock.json").read_text("utf-8")

    assert '"integrity"' in lock
    assert '"resolved"' not in lock
