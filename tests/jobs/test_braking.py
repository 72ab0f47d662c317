"""A source that does far more at once than it ever did: it is held, told, and decided by a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.domain.article import ArticleState, Sighting
from syndicator.domain.brakes import OPEN_SPAN, Brakes, Decision, hold_warnings
from syndicator.domain.decisions import Impossible
from tests.fakes import sighting
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout


def many(story: Story, count: int, first: int = 0, **changes: str) -> list[Sighting]:
    return [sighting(f"k{n}", published=story.clock(), **changes) for n in range(first, first + count)]


def states(story: Story) -> Counter[ArticleState]:
    return Counter(article.state for article in story.articles)


def held(story: Story) -> list[str]:
    return hold_warnings(story.source_row.held)


def decides(story: Story, decision: Decision) -> None:
    story.clock.tick(minutes=1)
    story.store.decide("page", decision, story.clock())
    assert story.store.due(story.clock()).sources == ["page"]
    story.look()


@pytest.fixture
def busy(story: Story) -> Story:
    """Twenty articles that are posted."""
    story.baseline()
    story.shows(*many(story, 20))
    story.delivers_until_done()
    assert len(story.texts) == 20
    story.clock.tick(days=1)
    return story


def test_a_first_look_may_show_a_thousand(story: Story) -> None:
    story.shows(*many(story, 1000))

    assert len(story.articles) == 1000
    assert held(story) == []


def test_a_flood_is_on_file_and_in_feeds_and_not_posted(story: Story) -> None:
    story.baseline()
    story.shows(*many(story, 300))

    assert len(story.articles) == 300
    assert len(story.store.newest("all", 1000)) == 300
    assert story.deliveries == []
    [line] = held(story)
    assert line.startswith("300 new articles are in feeds, and not posted")
    assert "Bridge k0 reopens (https://ledger.example/k0)" in line


def test_a_flood_that_is_meant_is_posted(story: Story) -> None:
    story.baseline()
    story.shows(*many(story, 60))
    story.source.shows = many(story, 3, 57)  # by then the site shows others

    decides(story, Decision.ALLOW)

    assert len(story.deliveries) == 60
    assert held(story) == []
    assert story.source_row.decision == ""
    decided_once = len(story.deliveries)
    story.look()
    assert len(story.deliveries) == decided_once


def test_a_flood_that_is_a_mistake_is_never_posted(story: Story) -> None:
    story.baseline()
    story.shows(*many(story, 60))

    decides(story, Decision.FORGET)
    story.clock.tick(hours=2)
    story.publishes("another")

    assert held(story) == []
    assert len(story.deliveries) == 1


def test_what_was_retracted_while_it_was_held_is_not_posted(story: Story) -> None:
    story.baseline()
    story.shows(*many(story, 60))
    story.clock.tick(minutes=1)
    story.retracts("k5")

    decides(story, Decision.ALLOW)

    assert len(story.deliveries) == 59


def test_a_burst_of_news_is_posted(story: Story) -> None:
    story.baseline()
    story.shows(*many(story, 15))

    assert len(story.deliveries) == 15


def test_a_mass_of_withdrawals_withdraws_nothing_and_news_goes_on(busy: Story) -> None:
    busy.source.shows = []
    busy.source.gone = [f"k{n}" for n in range(20)]
    busy.publishes("fresh")

    assert states(busy) == {ArticleState.LIVE: 21}
    assert len(busy.deliveries) == 21
    assert held(busy)[0].startswith("20 withdrawals are held")
    busy.delivers_until_done()
    assert len(busy.texts) == 21


def test_withdrawals_end_by_themselves_when_the_site_is_back(busy: Story) -> None:
    before = busy.source.shows
    busy.source.shows, busy.source.gone = [], [f"k{n}" for n in range(20)]
    busy.look()
    busy.source.gone = []
    busy.clock.tick(hours=3)

    busy.shows(*before)

    assert held(busy) == []
    assert states(busy) == {ArticleState.LIVE: 20}
    busy.delivers_until_done()
    assert (len(busy.channel.shown), {a.revision for a in busy.articles}) == (20, {1})


def test_withdrawals_that_are_meant_are_done(busy: Story) -> None:
    busy.source.shows, busy.source.gone = [], [f"k{n}" for n in range(20)]
    busy.look()
    busy.source.gone = []

    decides(busy, Decision.ALLOW)

    assert states(busy) == {ArticleState.WITHDRAWN: 20}
    busy.delivers_until_done()
    assert busy.texts == []


def test_withdrawals_that_the_source_announces_are_braked_as_well(busy: Story) -> None:
    busy.shows(*(replace(each, is_withdrawn=True) for each in busy.source.shows))

    assert states(busy) == {ArticleState.LIVE: 20}
    decides(busy, Decision.ALLOW)
    assert states(busy) == {ArticleState.WITHDRAWN: 20}


def test_one_retraction_is_at_once(busy: Story) -> None:
    busy.retracts("k3")

    assert states(busy) == {ArticleState.LIVE: 19, ArticleState.WITHDRAWN: 1}


def test_one_after_the_other_as_much_may_pass_as_the_source_has_articles_for(story: Story) -> None:
    """Of sixty half may change in one look, and a third be retracted: twice that within an hour."""
    story.baseline()
    story.shows(*many(story, 30))
    story.shows(*many(story, 60))
    for number in range(25):
        story.clock.tick(minutes=1)
        story.publishes(f"k{number}", title=f"Corrected {number}")
    assert held(story) == []
    assert [article.revision for article in story.articles].count(2) == 25

    for number in range(30, 45):
        story.clock.tick(minutes=1)
        story.retracts(f"k{number}")

    assert held(story) == []
    assert states(story) == {ArticleState.LIVE: 45, ArticleState.WITHDRAWN: 15}


def test_a_mass_of_changes_changes_nothing(busy: Story) -> None:
    before = busy.source.shows
    busy.shows(*(replace(each, title="Please log in") for each in before))

    assert {article.revision for article in busy.articles} == {1}
    assert held(busy)[0].startswith("20 changes are held")
    busy.clock.tick(hours=3)
    busy.shows(*before)
    assert held(busy) == []


def test_changes_that_are_meant_are_made(busy: Story) -> None:
    busy.shows(*(replace(each, section="Region") for each in busy.source.shows))

    decides(busy, Decision.ALLOW)

    assert {(article.revision, article.section) for article in busy.articles} == {(2, "Region")}
    assert held(busy) == []
    busy.clock.tick(hours=2)
    busy.look()
    assert busy.source_row.held == {}


def test_what_is_held_is_read_again_now_and_then_and_at_once_when_it_is_allowed(busy: Story) -> None:
    busy.shows(*(replace(each, section="Region") for each in busy.source.shows))
    busy.source.shows = []
    asked = []
    for _ in range(20):
        busy.clock.tick(minutes=1)
        busy.look()
        asked.append(len(busy.source.asked_again))
    assert [minute for minute, count in enumerate(asked, 1) if count] == [15]

    decides(busy, Decision.ALLOW)

    assert len(busy.source.asked_again) == 20
    assert "read again" not in busy.source_row.memory


@pytest.mark.parametrize("way", ["alone", "with others, held as well", "announced"])
def test_what_is_withdrawn_while_its_change_was_held_is_not_asked_for_again(busy: Story, way: str) -> None:
    before = busy.source.shows
    busy.shows(*(replace(each, section="Region") for each in before))
    lost = {"alone": 1, "with others, held as well": 15, "announced": 1}[way]
    away = [replace(each, is_withdrawn=True) for each in before[:lost]]
    busy.source.shows, busy.source.gone = [], [each.key for each in away]
    if way == "announced":
        busy.source.shows, busy.source.gone = away, []
    busy.clock.tick(minutes=1)
    busy.look()
    busy.source.shows, busy.source.gone = [], []

    decides(busy, Decision.ALLOW)
    busy.source.shows = [replace(each, section="Region") for each in before[lost:]]
    busy.clock.tick(minutes=1)
    busy.look()

    assert states(busy) == {ArticleState.WITHDRAWN: lost, ArticleState.LIVE: 20 - lost}
    busy.source.shows = []
    busy.clock.tick(minutes=1)
    busy.look()
    assert not busy.source.asked_again


def test_time_may_decide(busy: Story) -> None:
    busy.brakes = Brakes(hold=timedelta(hours=6))
    busy.source.shows, busy.source.gone = [], [f"k{n}" for n in range(20)]
    busy.look()
    busy.source.gone = []
    busy.clock.tick(hours=5)
    busy.look()
    assert states(busy) == {ArticleState.LIVE: 20}

    busy.clock.tick(hours=1)
    busy.look()

    assert states(busy) == {ArticleState.WITHDRAWN: 20}


def test_what_the_declaration_allows_passes(busy: Story) -> None:
    busy.brakes = Brakes(most_withdrawn=20, most_news=100)
    busy.source.gone = [f"k{n}" for n in range(20)]
    busy.shows(*many(busy, 100, 100))

    assert states(busy) == {ArticleState.LIVE: 100, ArticleState.WITHDRAWN: 20}
    assert len(busy.deliveries) == 120


def test_a_decision_waits_for_a_look_that_works(busy: Story) -> None:
    busy.source.shows, busy.source.gone = [], [f"k{n}" for n in range(20)]
    busy.look()
    busy.source.gone, busy.source.trouble = [], RuntimeError("surprise")
    with pytest.raises(RuntimeError):
        decides(busy, Decision.ALLOW)
    assert busy.source_row.decision == "allow"

    busy.source.trouble = None
    busy.clock.tick(hours=2)
    busy.look()

    assert states(busy) == {ArticleState.WITHDRAWN: 20}
    assert busy.source_row.decision == ""


def test_what_was_allowed_is_no_measure_for_the_next_time(busy: Story) -> None:
    busy.source.shows, busy.source.gone = [], [f"k{n}" for n in range(20)]
    busy.look()
    decides(busy, Decision.ALLOW)
    busy.source.gone = []
    busy.clock.tick(days=1)
    busy.shows(*many(busy, 20, 100))
    busy.clock.tick(seconds=OPEN_SPAN.total_seconds())

    busy.source.shows, busy.source.gone = [], [f"k{n}" for n in range(100, 120)]
    busy.look()

    assert len(held(busy)) == 1


def test_there_is_nothing_to_decide_where_nothing_is_held(story: Story) -> None:
    story.baseline()

    with pytest.raises(Impossible, match="nothing is held at the source page"):
        story.store.decide("page", Decision.ALLOW, story.clock())
    with pytest.raises(Impossible, match="there is no source 'other'"):
        story.store.decide("other", Decision.ALLOW, story.clock())


def test_what_is_held_is_on_record_before_anything_is_filed(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies between two batches leaves articles on file whose posts are owed to nobody else."""
    story.baseline()

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(story.store, "settle_source", dies)
        with pytest.raises(KeyboardInterrupt):
            story.shows(*many(story, 60))
    assert len(story.articles) == 60
    story.clock.tick(minutes=5)
    story.look()
    assert held(story)[0].startswith("60 new articles")

    decides(story, Decision.ALLOW)

    assert len(story.deliveries) == 60


SID = "https://ledger.example/{path}?sid={look:032x}{number}"
ROOMS = {
    "query": SID,
    "second parameter": "https://ledger.example/{path}?id={number}&PHPSESSID=a{look:031x}",
    "path parameter": "https://ledger.example/{path};jsessionid=a{look:031x}",
    "path segment": "https://ledger.example/a{look:031x}/{path}",
    "cookieless": "https://ledger.example/(S(a{look:023x}))/{path}",
}


@pytest.mark.parametrize("form", ROOMS.values(), ids=ROOMS)
def test_a_fresh_sessions_links_are_no_new_articles(story: Story, form: str) -> None:
    """In the order of their looks: twelve articles under four sessions, one of them corrected."""
    text = "<p>Trams of line {} cross the river again, after two years of repairs.</p>"

    def session(look: int, **changes: str) -> list[Sighting]:
        return [
            sighting(
                (url := form.format(path=f"news/{n}", look=look + 1, number=n)),
                url=url,
                **{"title": f"Line {n}", "content_html": text.format(n)} | (changes if n == 3 else {}),
            )
            for n in range(12)
        ]

    for look in range(4):
        story.shows(*session(look))
        story.clock.tick(minutes=5)
    corrected = session(3, title="Line 3, mended")
    story.shows(*corrected)

    assert len(story.articles) == 12
    assert story.deliveries == []
    assert sorted(a.revision for a in story.articles) == [1] * 11 + [2]
    assert {a.url for a in story.articles} == {s.url for s in session(0)}
    assert len(story.store.known([f"page:{s.key}" for s in corrected])) == 12


def test_articles_of_one_script_that_say_other_things_are_distinct(story: Story) -> None:
    story.baseline()
    text = "<p>Sunny in the south, with some rain towards the evening in {}.</p>"
    url = "https://ledger.example/detail.php?id={}"
    same = {"title": "Weather", "content_html": text.format("the hills")}
    story.shows(
        sighting("1", **same | {"url": url.format(1)}),
        sighting("2", **same | {"url": url.format(2), "content_html": text.format("the plains")}),
        sighting("3", **same | {"url": url.format(3), "published": story.clock() - timedelta(days=1)}),
        sighting("4", **same | {"url": url.format(4), "title": "Weather tomorrow"}),
        sighting("5", **same | {"url": "https://ledger.example/other.php?id=5"}),
        sighting("6", **same | {"url": url.format(6), "content_html": "<p>Short.</p>"}),
        sighting("7", **same | {"url": url.format(7), "content_html": "<p>Short.</p>"}),
    )

    assert len(story.articles) == 7


class Killed(BaseException):
    """The end of a worker, at a point where it hurts."""


def dies_after_hold(story: Story, monkeypatch: pytest.MonkeyPatch, **pause: float) -> None:
    """A look hears the decision, puts what is held on record, and is killed before anything else."""
    hold = story.store.hold

    def held_and_killed(*args: Any) -> None:
        hold(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(story.store, "hold", held_and_killed)
        with pytest.raises(Killed):
            story.look()
    story.clock.tick(**pause)  # beyond the lease


PAUSES = [{"minutes": 3}, {"hours": 3}]


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("by_itself", [True, False])
def test_news_that_is_allowed_is_posted_although_the_first_look_that_hears_it_dies(
    story: Story, monkeypatch: pytest.MonkeyPatch, pause: dict[str, float], by_itself: bool
) -> None:
    story.baseline()
    story.shows(*many(story, 60))
    story.clock.tick(minutes=1)
    if by_itself:
        story.brakes = Brakes(hold=timedelta(seconds=30))
    else:
        story.store.decide("page", Decision.ALLOW, story.clock())

    dies_after_hold(story, monkeypatch, **pause)
    assert story.deliveries == []
    story.look()

    assert len(story.deliveries) == 60
    assert held(story) == []


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("kind", ["withdrawn", "changed"])
def test_what_is_allowed_is_done_although_the_first_look_that_hears_it_dies(
    busy: Story, monkeypatch: pytest.MonkeyPatch, kind: str, pause: dict[str, float]
) -> None:
    if kind == "withdrawn":
        busy.source.shows, busy.source.gone = [], [f"k{n}" for n in range(20)]
    else:
        busy.source.shows = [replace(s, title=f"{s.title} again") for s in busy.source.shows]
    busy.look()
    assert held(busy)
    busy.source.gone = []  # a page that is gone is told once
    busy.clock.tick(minutes=1)
    busy.store.decide("page", Decision.ALLOW, busy.clock())

    dies_after_hold(busy, monkeypatch, **pause)
    waiting = busy.source_row.held[kind]["keys"]
    busy.look()

    assert len(waiting) == 20
    if kind == "withdrawn":
        assert states(busy) == {ArticleState.WITHDRAWN: 20}
    else:
        assert {article.revision for article in busy.articles} == {2}
    assert held(busy) == []
