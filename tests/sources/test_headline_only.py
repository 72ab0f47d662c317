"""Articles that are a headline: a flash, whose page has a place for a text, and nothing there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from trafilatura.meta import reset_caches

from syndicator.sources.pages.extract import Select
from tests.sources.pages_of_a_site import MINUTE, Town, Watch, page, story, watching

TEASERS = "".join(
    f"<article class='card'><h3><a href='/news/{n}'>About the {n}</a></h3><p>Of {n} they said at length that "
    f"the harbour of {n} is to be dug deeper, and the quay of {n} to be built higher.</p></article>"
    for n in ("mill", "tram", "school", "clinic")
)

THEMES = {
    "a card with more to read": "<article class='post'><header><h1>{}</h1><h4><a rel='author' href='/ed'>Ed"
    "</a></h4></header><section class='gh-content'>{}</section></article><section><h2>Read more</h2>"
    f"<div class='feed'>{TEASERS}</div></section>",
    "ways around the site": "<a class='skip-link' href='#c'>Skip to content</a><article><header class="
    "'entry-header'><h1>{}</h1></header><div class='entry-content'>{}</div><footer class='entry-footer'>On"
    " Sunday by ed</footer></article><nav class='post-navigation'><h2>Post navigation</h2><a href='/x'>"
    "Next Post: The mill</a></nav>",
    "blocks without an article": "<h1>{}</h1><div class='post-content'>{}</div><h2>Latest</h2>" + TEASERS,
}
DATED = "<meta property='article:published_time' content='2026-03-01T09:00:00Z'>"


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as server:
        yield server


def flash(town: Town, around: str, text: str = "", head: str = DATED) -> None:
    town.pages["/news/1"] = page("The bridge is open again", text, head, around=around)
    town.listed = ["/news/1"]


def watch(town: Town) -> Watch:
    return watching(town, select=Select())


@pytest.mark.parametrize("around", THEMES.values(), ids=list(THEMES))
@pytest.mark.parametrize("empty", ["", "  <p>&nbsp;</p>\n"])
def test_a_headline_alone_takes_no_text_of_others(town: Town, around: str, empty: str) -> None:
    flash(town, around, empty)

    [sighting] = watch(town).look().sightings

    assert (sighting.title, sighting.summary, sighting.content_html) == ("The bridge is open again", "", "")
    assert any("has no text" in warning for warning in sighting.warnings)


@pytest.mark.parametrize("around", THEMES.values(), ids=list(THEMES))
def test_a_picture_is_something(town: Town, around: str) -> None:
    flash(town, around, "<figure><img src='/bridge.jpg' alt='A bridge'></figure>")

    [sighting] = watch(town).look().sightings

    assert "the mill" not in sighting.content_html
    assert sighting.photo
    assert sighting.photo.url == f"{town.address}/bridge.jpg"


def test_without_a_date_it_is_no_article(town: Town) -> None:
    flash(town, next(iter(THEMES.values())), head="")

    look = watch(town).look()

    assert not look.sightings
    assert any("no text found" in problem for problem in look.problems)


def test_a_text_beside_an_empty_place_is_still_found(town: Town) -> None:
    flash(
        town, "<article><h1>{}</h1><div class='entry-content'></div><div>{}</div></article>", story("bridge")
    )

    [sighting] = watch(town).look().sightings

    assert "About the bridge" in sighting.content_html


def test_a_text_that_is_not_there_for_once_stays(town: Town) -> None:
    around = next(iter(THEMES.values()))
    flash(town, around, story("bridge"))
    desk = watch(town)
    desk.look()
    flash(town, around)

    look = desk.look(6 * MINUTE)

    assert not look.sightings
    assert any("no text any more" in problem for problem in look.problems)


@pytest.mark.slow
def test_one_that_lasts_is_meant(town: Town) -> None:
    around = next(iter(THEMES.values()))
    flash(town, around, story("bridge"))
    desk = watch(town)
    desk.look()
    flash(town, around)

    shown = [s for _ in range(30) for s in desk.look(timedelta(hours=1)).sightings]

    assert [s.content_html for s in shown] == [""]


def test_caches_are_reset_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    reset_caches()

    assert not caplog.records
