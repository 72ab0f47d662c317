"""The seven things that a person would try, with real processes, a real site and a real server."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
import requests
from sqlalchemy import select, update

from syndicator.jobs.steady_clock import steady_time
from syndicator.store import Store, schema
from syndicator.store.engine import connect
from tests.acceptance.world import Desk, NewsSite, desk, until
from tests.channels.local_server import Trouble, closed_port, silence
from tests.channels.servers import FakeMastodon

pytestmark = pytest.mark.slow  # databases or processes throughout

#: What is left of a delivery's rest, which is minutes on the clock.
REST_LEFT = timedelta(seconds=10)


def let_rest_pass(running: Desk) -> None:
    """Most of the time passes for which what a killed worker had under way rests: on record it began so
    much earlier, by the time of day and by the steady clock."""
    steady = steady_time()
    assert steady, "Linux has such a clock"
    delivery, store = schema.delivery, Store(connect(f"sqlite:///{running.folder}/var/syndicator.db"))
    with store.writing() as connection:
        [until] = connection.scalars(select(delivery.c.next_attempt).where(delivery.c.standing == "sending"))
        assert until > datetime.now(UTC) + REST_LEFT
        connection.execute(
            update(delivery).values(
                next_attempt=datetime.now(UTC) + REST_LEFT,
                rests_until=datetime.now(UTC) + REST_LEFT,
                rests_steadily=str(steady.later(REST_LEFT.total_seconds())),
            )
        )
    store.engine.dispose()


def test_an_article_is_published_corrected_and_retracted(
    running: Desk, site: NewsSite, mastodon: FakeMastodon
) -> None:
    page = site.publish(2, "Bridge opens")
    until(lambda: len(mastodon.published) == 1, "one post, and none of the old news", running)
    until(lambda: "Bridge opens" in running.titles(), "it is in the feed", running)
    [post] = mastodon.published
    assert f"{site.address}/news/2" in post.text
    assert post.photo
    assert post.alt == "A teal day."
    parsed = feedparser.parse(running.feed("rss"))
    entry = next(e for e in parsed.entries if e.title == "Bridge opens")
    assert int(entry.enclosures[0].length) == len(site.picture)

    page.title, page.note = "Bridge opens on Friday", "The day was missing."
    until(lambda: "Friday" in mastodon.published[0].text, "the post is edited", running)
    until(lambda: "Bridge opens on Friday" in running.titles(), "the feed follows", running)
    assert len(mastodon.published) == 1

    site.retract(2)
    until(lambda: not mastodon.published, "the post is gone", running)
    until(lambda: running.titles() == ["It was always so"], "it has left the feed", running)


def test_a_worker_killed_in_mid_post_leaves_exactly_one_post(
    running: Desk, site: NewsSite, mastodon: FakeMastodon
) -> None:
    mastodon.trouble = Trouble(act=silence, at="/api/v1/statuses", method="POST", after=True)
    site.publish(2, "Bridge opens")
    until(lambda: mastodon.published, "the server has it, and does not answer", running)

    running.workers()[0].kill()
    mastodon.trouble = None
    assert running.status()["deliveries"]["social"] == {"sending": 1}, "it rests"
    let_rest_pass(running)
    until(
        lambda: running.status()["deliveries"].get("social", {}).get("sent") == 1,
        "the delivery is settled",
        running,
        patience=240,
    )

    assert len(mastodon.published) == 1


def test_an_unplugged_channel_delays_no_other_and_catches_up(
    tmp_path: Path, site: NewsSite, mastodon: FakeMastodon
) -> None:
    port = closed_port()
    channels = {"social": mastodon.address, "unplugged": f"http://127.0.0.1:{port}"}
    with desk(tmp_path, site, channels, token=mastodon.token) as running:
        running.start()
        until(lambda: "It was always so" in running.titles(), "the first look", running)
        site.publish(2, "Bridge opens")
        until(lambda: len(mastodon.published) == 1, "the other channel posts at once", running)
        until(
            lambda: next(c for c in running.status()["channel"] if c["name"] == "unplugged")["error"],
            "the operator is told",
            running,
        )
        with FakeMastodon(port) as plugged:
            until(lambda: len(plugged.published) == 1, "plugged in, it catches up", running)


def test_everything_restarts_where_it_was(running: Desk, site: NewsSite, mastodon: FakeMastodon) -> None:
    site.publish(2, "Bridge opens")
    until(lambda: len(mastodon.published) == 1, "posted", running)
    assert running.stop() == 0
    until(lambda: not running.processes(), "Ctrl-C stops all of it", running)
    assert "Traceback" not in running.log.read_text()
    assert "panic" not in running.log.read_text()

    site.publish(3, "Published while nobody looked")
    running.start()

    until(lambda: len(mastodon.published) == 2, "what was missed is posted", running)
    until(lambda: len(running.titles()) == 3, "and in the feed", running)
    assert sorted(post.text.splitlines()[0] for post in mastodon.published) == [
        "Bridge opens",
        "Published while nobody looked",
    ]


def test_no_process_is_left_when_the_parent_is_killed(running: Desk) -> None:
    assert len(running.processes()) >= 4

    running.stop(signal.SIGKILL)

    until(lambda: not running.processes(), "every child notices", running)


def test_a_broken_declaration_is_named_by_file_and_line(running: Desk) -> None:
    running.stop()
    main = running.folder / "syndicator.toml"
    text = main.read_text().replace('every = "1s"', 'evry = "1s"').replace('title = "The', 'titel = "The')
    main.write_text(text)
    line = text.splitlines().index('evry = "1s"') + 1

    answer = running.run("up")

    assert answer.returncode == 78
    assert f"syndicator.toml:{line}:" in answer.stderr
    assert "'every'" in answer.stderr
    assert "'title'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_falling_part_is_started_again_and_feeds_go_on_without_a_database(running: Desk) -> None:
    [worker] = running.workers()
    worker.kill()
    until(lambda: running.workers() not in ([], [worker]), "the worker is back", running)

    (running.folder / "var" / "syndicator.db").rename(running.folder / "var" / "away.db")

    assert requests.get(f"{running.base}/feeds/all.rss", timeout=5).status_code == 200


def test_a_secret_that_is_missing_is_told_before_there_is_anything_to_post(
    tmp_path: Path, site: NewsSite, mastodon: FakeMastodon
) -> None:
    with desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token) as running:
        del running.environment["TEST_TOKEN"]
        running.start()
        until(lambda: running.titles() == ["It was always so"], "the first look", running)
        until(lambda: running.status()["channel"][0]["is_stopped"], "the channel is stopped", running)
        assert "TEST_TOKEN is not set" in running.status()["channel"][0]["error"]
        assert running.stop() == 0

        running.environment["TEST_TOKEN"] = mastodon.token
        running.start()
        site.publish(2, "Bridge opens")
        until(lambda: mastodon.published, "it works once the secret is there", running)
