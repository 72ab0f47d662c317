"""From what a source shows to what is on record: nothing noticed is lost, old news is not news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.domain.article import ArticleState, Photo
from syndicator.domain.errors import PhotoError, SourceError, SourceGone
from syndicator.domain.feed import Feed, Filter
from syndicator.jobs.ports import LEASE
from syndicator.jobs.watch import RETRY_PAUSE
from syndicator.store import Store, StoreError
from tests.fakes import NOON, SITE, sighting
from tests.jobs.newsroom import Story
from tests.processes.heard import HeardBell

pytestmark = pytest.mark.slow  # databases or processes throughout

FIRST = timedelta(minutes=1)


def test_the_first_look_fills_feeds_and_posts_nothing(story: Story, tmp_path: Path) -> None:
    story.bell = HeardBell(tmp_path / "broker")
    story.shows(sighting("1"), sighting("2"))

    assert len(story.articles) == 2
    assert story.deliveries == []
    assert len(story.store.newest("all", 10)) == 2
    assert ("build", "all") in story.bell.rung


def test_a_first_look_in_several_parts_is_old_news_to_its_end(story: Story) -> None:
    story.source.is_complete = False
    story.shows(sighting("1"))
    story.source.is_complete = True
    story.shows(sighting("1"), sighting("2"))
    assert story.deliveries == []

    story.publishes("3")

    assert len(story.deliveries) == 1


def test_an_article_that_appears_later_is_news(story: Story, tmp_path: Path) -> None:
    story.bell = HeardBell(tmp_path / "broker")
    story.baseline()

    story.publishes()

    assert len(story.deliveries) == 1
    assert ("deliver", "wire") in story.bell.rung


def test_an_old_article_that_turns_up_later_is_no_news(story: Story) -> None:
    story.baseline()

    story.publishes(published=NOON - timedelta(days=3))

    assert len(story.articles) == 1
    assert story.deliveries == []


def test_an_article_without_a_date_is_dated_by_when_it_was_first_seen(story: Story) -> None:
    story.baseline()
    seen = story.clock()

    story.publishes(published=None)
    story.clock.tick(hours=1)
    story.look()

    assert story.articles[0].published == seen
    assert story.articles[0].revision == 1


def test_nothing_changes_when_nothing_has_changed(story: Story) -> None:
    story.baseline()
    story.publishes()
    before, wants = story.articles, story.store.due(story.clock())

    story.look()

    assert story.articles == before
    assert story.store.due(story.clock()) == wants


def test_a_correction_moves_what_feeds_and_deliveries_want(story: Story) -> None:
    story.baseline()
    story.publishes()

    story.clock.tick(minutes=9)
    story.publishes(title="Bridge mended")

    [article] = story.articles
    assert (article.revision, article.title) == (2, "Bridge mended")
    assert article.updated == story.clock()
    assert article.published == NOON + FIRST
    assert story.delivery.wants == 2


def test_white_space_and_unicode_form_are_no_correction(story: Story) -> None:
    story.baseline()
    story.publishes(title="Café  opens")

    story.publishes(title="Cafe\u0301 opens")

    assert story.articles[0].revision == 1


def test_a_page_with_a_clock_in_it_is_not_believed_for_ever(story: Story) -> None:
    story.baseline()
    for second in range(60):
        story.publishes(content_html=f"<p>It is now {second}</p>")

    assert story.articles[0].revision < 30


def test_one_article_under_two_addresses_is_one_article(story: Story) -> None:
    story.baseline()
    other = "https://ledger.example/en/1"

    second = sighting("x", url=other, aliases=("page:1",))
    story.shows(sighting("1"), second)

    assert len(story.articles) == 1
    assert set(story.store.known(second.names)) == set(second.names)
    assert len(second.names) == 3


@pytest.mark.parametrize(
    "moved",
    [
        {"title": "Bridge open again"},
        {"url": "https://ledger.example/2026/bridge-open-again"},  # the key stays
        {"key": "https://ledger.example/1", "url": "https://ledger.example/1"},
        {"key": "new-cms-1", "url": "https://ledger.example/1"},
        {"key": "new-cms-1", "url": "http://www.Ledger.example/1"},
        {"key": "new-cms-1", "url": "https://news.example/1"},
    ],
    ids=["title", "slug", "no key", "key", "scheme and host", "domain"],
)
def test_a_guid_is_minted_once(story: Story, moved: dict[str, Any]) -> None:
    story.site = replace(SITE, former_hosts=("ledger.example",))
    story.baseline()
    story.publishes()
    [before] = story.articles

    story.shows(replace(sighting("1", published=before.published), **moved))

    [after] = story.articles
    assert after.guid == before.guid
    assert len(story.deliveries) == 1
    assert after.url == moved.get("url", before.url)


def test_an_address_at_a_host_that_is_no_former_one_is_another_article(story: Story) -> None:
    story.baseline()
    story.publishes()

    story.shows(replace(sighting("1"), key="x", url="https://elsewhere.example/1"))

    assert len({article.guid for article in story.articles}) == 2


def test_a_second_source_neither_doubles_nor_rewrites_an_article(story: Story) -> None:
    story.baseline()
    story.publishes()
    mirrored = sighting("77", source="mirror", url="https://ledger.example/1", title="Other words")

    story.shows(mirrored, *story.source.shows)

    [article] = story.articles
    assert article.title == "Bridge 1 reopens"
    assert len(story.deliveries) == 1


def test_a_retraction_leaves_the_feed(story: Story) -> None:
    story.baseline()
    story.publishes()

    story.retracts()

    assert story.articles[0].state is ArticleState.WITHDRAWN
    assert story.store.newest("all", 10) == []


def test_an_embargoed_article_is_in_nothing_until_its_time_and_then_at_once(story: Story) -> None:
    story.baseline()
    story.publishes(embargo=story.clock() + timedelta(hours=40))
    story.delivers()
    assert story.store.newest("all", 10) == []
    assert story.texts == []

    story.clock.tick(hours=41)
    assert story.store.due(story.clock()).has_embargoes
    story.store.release_due(story.clock(), story.editor.file)
    story.delivers()

    assert len(story.store.newest("all", 10)) == 1
    assert len(story.texts) == 1


def test_a_failing_source_is_on_record_and_asked_later_and_later(story: Story) -> None:
    story.source.trouble = SourceError("500", retry_at=NOON + timedelta(hours=2))

    story.look()

    row = story.source_row
    assert (row.error, row.failures) == ("500", 1)
    assert row.next_look == NOON + timedelta(hours=2)


def test_a_source_that_has_been_gone_for_a_day_is_not_asked_again(story: Story) -> None:
    story.source.trouble = SourceGone("410")
    for _ in range(25):
        story.look()
        assert not story.source_row.is_gone
        story.clock.tick(minutes=59)
    story.clock.tick(minutes=1)
    assert story.store.due(story.clock()).sources == ["page"]
    story.look()

    story.clock.tick(days=9)

    assert story.source_row.is_gone
    assert story.store.due(story.clock()).sources == []


def test_a_source_that_was_gone_for_an_hour_is_a_failure_like_others(story: Story) -> None:
    story.source.trouble = SourceGone("410")
    story.look()
    assert (story.source_row.failures, story.source_row.error) == (1, "410")
    story.clock.tick(days=2)
    story.look()  # two answers, however long apart, are no proof
    assert not story.source_row.is_gone

    story.source.trouble = None
    story.clock.tick(hours=2)
    story.publishes()

    assert (story.source_row.failures, story.source_row.gone_since) == (0, None)
    assert len(story.articles) == 1


def test_an_outage_between_two_answers_that_it_is_gone_is_no_day_of_them(story: Story) -> None:
    for trouble in (SourceGone("410"), *[SourceError("no answer in time")] * 24, SourceGone("410")):
        story.source.trouble = trouble
        story.look()
        story.clock.tick(hours=1, minutes=1)

    assert story.source_row.error == "410"
    assert not story.source_row.is_gone


def test_a_defect_in_a_source_is_on_record_and_lets_the_row_go(story: Story) -> None:
    story.source.trouble = KeyError("surprise")

    with pytest.raises(KeyError):
        story.look()

    assert "KeyError" in story.source_row.error
    assert story.source_row.token is None


def test_a_photo_that_is_not_there_is_left_out_and_reported(story: Story) -> None:
    url = "https://ledger.example/gone.jpg"
    story.photos.trouble[url] = PhotoError("404", lasting=True)
    story.baseline()

    story.publishes(photo=Photo(url=url, alt="A tram"))

    assert story.articles[0].photo is None
    assert story.source_row.problems == [f"https://ledger.example/1: photo {url}: 404"]


def test_a_photo_that_fails_for_now_is_measured_at_a_later_look(story: Story) -> None:
    url = "https://ledger.example/p.jpg"
    story.photos.trouble[url] = PhotoError("503", lasting=False)
    story.baseline()
    story.publishes(photo=Photo(url=url))

    del story.photos.trouble[url]
    story.look()

    [article] = story.articles
    assert article.photo is not None
    assert article.photo.is_measured
    assert article.revision == 1


def test_a_new_channel_gets_no_old_news_and_a_new_feed_is_filled(story: Story) -> None:
    story.baseline()
    story.publishes()

    story.feeds = [*story.feeds, Feed(name="city", title="City", channels=("second",))]
    story.declare()
    story.look()
    story.publishes(title="Corrected")

    assert [d.channel for d in story.deliveries] == ["wire"]
    assert len(story.store.newest("city", 10)) == 1


def test_a_correction_that_changes_the_section_moves_between_feeds(story: Story) -> None:
    sport = Feed(name="sport", title="Sport", only=Filter(sections=("sport",)), channels=("fans",))
    story.feeds = [replace(story.feeds[0], only=Filter(exclude=Filter(sections=("Sport",)))), sport]
    story.declare()
    story.baseline()
    story.publishes(section="City")

    story.publishes(section="Sport")

    assert story.store.newest("all", 10) == []
    assert len(story.store.newest("sport", 10)) == 1
    assert sorted(d.channel for d in story.deliveries) == ["fans", "wire"]


def test_what_could_not_be_recorded_is_looked_for_again_soon_and_is_not_the_sources_fault(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.baseline()

    def full(*_: object) -> None:
        raise StoreError("database news.db: database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(story.store, "file", full)
        with pytest.raises(StoreError):
            story.publishes()
    row = story.source_row
    assert row.problems == ["not recorded: database news.db: database or disk is full"]
    assert (row.error, row.failures, row.token) == ("", 0, None)
    assert row.next_look == story.clock() + RETRY_PAUSE

    story.clock.tick(seconds=10)
    story.look()

    assert len(story.articles) == len(story.deliveries) == 1
    assert story.source_row.problems == []


def test_a_look_that_never_ended_is_told_at_its_source_and_tried_again(story: Story) -> None:
    story.baseline()
    assert story.store.claim_source(story.source.name, story.clock(), LEASE)  # and its worker hangs
    story.clock.tick(seconds=91)
    assert story.store.claim_source(story.source.name, story.clock(), LEASE)
    assert "did not end within 90 s" in story.source_row.error
    assert story.source_row.failures == 1


def test_a_source_that_hangs_again_is_left_alone_for_a_while(story: Story) -> None:
    story.baseline()
    for _ in range(2):
        claimed = story.store.claim_source(story.source.name, story.clock(), LEASE)
        assert claimed
        story.clock.tick(seconds=91)
    assert "did not end within 90 s" in story.source_row.error

    story.shows(sighting("1"))

    assert story.articles == []
    assert story.source_row.failures == 2
    assert story.source_row.next_look > story.clock()
    assert story.source_row.lease_until is None
    story.clock.now = story.source_row.next_look
    story.look()
    assert (story.source_row.failures, story.source_row.error, len(story.articles)) == (0, "", 1)


def test_photos_of_one_look_have_one_time_for_all(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.jobs.watch.PHOTOS_S", -1)
    story.baseline()

    story.publishes("1", photo=Photo(url="https://ledger.example/1.jpg"))

    assert len(story.articles) == 1
    assert any("no time was left" in problem for problem in story.source_row.problems)


@pytest.mark.parametrize("at", ["file", "withdraw", "settle_source"])
def test_what_a_worker_had_in_hand_when_it_died_is_read_again(
    story: Story, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """What the source knows of its pages and what is on file must not drift apart: a page that it knew
    nothing of would never be missed."""
    story.baseline()
    story.shows(sighting("0"), sighting("1"))
    story.clock.tick(minutes=2)
    looks = story.source_row.memory["looks"]

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    story.source.gone = ["0"]
    with monkeypatch.context() as patched:
        patched.setattr(Store, at, dies)
        with pytest.raises(KeyboardInterrupt):
            story.shows(sighting("1"), sighting("2"))
    assert story.source_row.memory["looks"] == looks + 1

    story.clock.tick(seconds=2 * LEASE.total_seconds())
    story.look()
    assert story.source.asked_again == ["1", "2", "0"]
    story.clock.tick(minutes=2)
    story.look()
    assert not story.source.asked_again


def test_a_hand_that_was_stopped_files_nothing_over_what_another_has_seen_since(story: Story) -> None:
    story.baseline()
    story.shows(sighting("1", title="First"))
    story.clock.tick(minutes=2)
    stopped = story.source

    class Stopped(type(stopped)):  # type: ignore[misc]  # whatever it is
        def look(self, memory: Any, now: Any) -> Any:
            seen = super().look(memory, now)
            story.clock.tick(seconds=2 * LEASE.total_seconds())
            story.source = stopped
            story.shows(sighting("1", title="Third"))
            return seen

    story.source = Stopped(shows=[sighting("1", title="Second")])
    story.look()

    [article] = story.articles
    assert article.title == "Third"
