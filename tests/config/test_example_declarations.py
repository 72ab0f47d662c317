"""The declarations of the example newsroom fit its pages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syndicator.cli.feed_report import inspect
from syndicator.config import Declared, load
from syndicator.example_site import acts
from syndicator.example_site.site import serving
from syndicator.http.client import Http
from syndicator.jobs.watch import watch
from syndicator.store import open_store
from syndicator.wiring import KINDS, assemble
from syndicator.wiring.couriers import SilentBell, now
from tests.fakes import FakeBell, FakePhotos

pytestmark = pytest.mark.slow  # the whole example is read

PLACES = {"en": {"Vang Thong", "Phou Dok"}, "lo": {"ວັງທອງ", "ພູດອກ"}}

ROOT = Path(__file__).parents[2]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def newsroom(tmp_path: Path, state: Path) -> Iterator[Declared]:
    """The example's declarations, and its site at a port of its own."""
    with serving(ROOT / "example", state, "127.0.0.1", 0) as url:
        text = (ROOT / "syndicator.toml").read_text("utf-8")
        (tmp_path / "syndicator.toml").write_text(text.replace("http://127.0.0.1:8001", url), "utf-8")
        shutil.copytree(ROOT / "feeds", tmp_path / "feeds")
        yield load(tmp_path, KINDS)


def source_of(newsroom: Declared, name: str) -> Any:
    plug = newsroom.sources[name]
    host = plug.settings["listings"][0].url.split("/")[2]
    return plug.kind(name=name, http=Http(allow=(host,)), **plug.settings)


def test_they_are_right_and_leave_nothing_to_remark() -> None:
    assert load(ROOT, KINDS).warnings == ()


@pytest.mark.parametrize(("name", "language"), [("news-en", "en"), ("news-lo", "lo")])
def test_the_sources_read_every_article_whole(newsroom: Declared, name: str, language: str) -> None:
    look = source_of(newsroom, name).look({}, datetime.now(UTC))

    assert len(look.sightings) >= 3
    assert {place for seen in look.sightings for place in seen.places} >= PLACES[language]
    assert not look.problems
    for seen in look.sightings:
        assert seen.title
        assert seen.summary
        assert seen.authors
        assert seen.tags
        assert seen.published
        assert seen.language == language
        assert not seen.warnings
        assert seen.photo is None or (seen.photo.caption and seen.photo.credit and seen.photo.alt)
        assert seen.content_html.count("<p>") >= 3
        assert seen.content_html.count(seen.summary) <= 1
        assert seen.section not in re.sub("<[^>]+>", "\n", seen.content_html).split("\n")
        assert newsroom.sources["news-lo"].settings["agency"] not in seen.content_html


def test_the_economy_feed_carries_both_languages(newsroom: Declared) -> None:
    sections = {
        seen.section
        for name in newsroom.sources
        for seen in source_of(newsroom, name).look({}, datetime.now(UTC)).sightings
    }

    assert sections >= set(newsroom.feeds["economy"].only.sections)


def test_every_feed_carries_something_and_no_value_is_misspelt(newsroom: Declared, tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/record.db")
    made = assemble(newsroom, store, SilentBell())
    store.declare(newsroom.sources, newsroom.feeds.values(), newsroom.channels, now())
    sources = {name: source_of(newsroom, name) for name in newsroom.sources}
    watcher = replace(made.watcher, sources=sources, photos=FakePhotos(), bell=FakeBell())
    for name in newsroom.sources:
        watch(watcher, name)

    reports = inspect(made, [], now())
    store.engine.dispose()

    odd = {(r.feed, f.rule, f.found) for r in reports for f in r.findings if f.verdict != "advice"}
    assert not odd
    carried = {report.feed: report.entries for report in reports}
    assert all(carried.values())
    assert carried["vang-thong"] < carried["all"]
    assert carried["apple-news"] == carried["english"]


@pytest.mark.parametrize("language", ["en", "lo"])
def test_a_correction_and_a_retraction_show_at_the_next_look(
    newsroom: Declared, state: Path, language: str
) -> None:
    source = source_of(newsroom, f"news-{language}")
    first = source.look({}, datetime.now(UTC))
    number = first.sightings[0].key

    acts.correct(ROOT / "example", state, number)
    second = source.look(first.memory, datetime.now(UTC))
    acts.retract(ROOT / "example", state, number)
    third = source.look(second.memory, datetime.now(UTC))

    assert [(seen.key, bool(seen.note)) for seen in second.sightings] == [(number, True)]
    assert list(third.gone) == [number]
