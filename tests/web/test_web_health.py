"""What machines are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from syndicator.jobs.store_ports import Outcome
from syndicator.store import Store
from tests.fakes import ALL, NOON
from tests.jobs.newsroom import Story
from tests.web.browser import Browser, browsing
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout


def metrics(browser: Browser) -> dict[tuple[str, ...], float]:
    """Every sample, by its name and the values of its labels."""
    families = text_string_to_metric_families(browser.get("/metrics").text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


def test_a_process_that_answers_is_up(browser: Browser) -> None:
    assert (browser.get("/healthz").status, browser.get("/healthz").json) == (200, {"status": "up"})


def test_it_is_ready_once_a_worker_is_alive(house: House, browser: Browser) -> None:
    assert browser.get("/readyz").status == 503

    house.store.beat("worker-1", "worker", house.clock())
    answer = browser.get("/readyz")
    assert answer.status == 200
    assert answer.json["ready"] is True
    assert {name: check["ok"] for name, check in answer.json["checks"].items()} == {
        "documents": True,
        "database": True,
        "worker": True,
    }

    house.clock.tick(seconds=31)
    answer = browser.get("/readyz")
    assert answer.status == 503
    assert answer.json["checks"]["worker"] == {"ok": False, "found": "0 alive"}


def test_a_web_server_is_no_worker(house: House, browser: Browser) -> None:
    house.store.beat("web-1", "web", house.clock())

    assert browser.get("/readyz").json["checks"]["worker"]["ok"] is False


def test_it_is_not_ready_without_documents(store: Store, house: House) -> None:
    empty = House(house.folder / "elsewhere", store)
    with browsing(empty.app()) as browser:
        assert browser.get("/readyz").json["checks"]["documents"]["ok"] is False


def test_metrics_tell_how_everything_stands(store: Store, house: House) -> None:
    story = Story(store)
    house.clock = story.clock
    story.baseline()
    story.publishes("a")
    story.delivers()
    story.publishes("b")
    story.clock.tick(seconds=90)
    story.store.beat("worker-1", "worker", story.clock())
    with browsing(house.app()) as browser:
        told = metrics(browser)

    assert told["syndicator_database_up",] == 1
    assert told["syndicator_deliveries", "wire", "sent"] == 1
    assert told["syndicator_deliveries", "wire", "pending"] == 1
    assert told["syndicator_oldest_pending_seconds", "wire"] == 90
    assert told["syndicator_feed_stale_seconds", "all"] == 90
    assert told["syndicator_source_failures", "page"] == 0
    assert told["syndicator_channel_stopped", "wire"] == 0
    assert told["syndicator_processes", "worker"] == 1
    assert told["syndicator_articles", "live"] == 2


def test_the_age_of_a_build_counts_from_its_end(store: Store, house: House) -> None:
    store.declare([], [ALL], [], NOON)
    stale = store.claim_feed("all", NOON, timedelta(minutes=1))
    assert stale is not None
    store.settle_feed(stale, Outcome(), NOON)
    house.clock.tick(seconds=40)
    with browsing(house.app()) as browser:
        assert metrics(browser)["syndicator_feed_build_age_seconds", "all"] == 40


def test_requests_for_feeds_are_counted(browser: Browser) -> None:
    tag = browser.get("/feeds/all.rss").headers["etag"]
    browser.get("/feeds/all.rss", if_none_match=tag)
    browser.get("/feeds/all.rss", if_none_match=tag)
    browser.get("/feeds/no-such.rss")

    told = metrics(browser)

    assert told["syndicator_feed_requests_total", "all", "rss", "200"] == 1
    assert told["syndicator_feed_requests_total", "all", "rss", "304"] == 2
    assert len([name for name, *_ in told if name == "syndicator_feed_requests_total"]) == 2
