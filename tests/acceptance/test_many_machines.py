"""The same on servers: PostgreSQL for the rows, Redis for the doorbells, several of each process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests

from syndicator.store import Store
from syndicator.store.engine import connect
from tests.acceptance.world import NewsSite, desk, until
from tests.channels.servers import FakeMastodon
from tests.servers import redis_server

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with redis_server(tmp_path) as port:
        yield f"redis://127.0.0.1:{port}/0"


def test_two_workers_and_two_beats_on_servers_post_each_article_once(
    tmp_path: Path, empty_postgres: str, redis_url: str
) -> None:
    with NewsSite() as site, FakeMastodon() as mastodon:
        site.publish(1, "It was always so")
        keep = f'database = "{empty_postgres}"\nbroker = "{redis_url}"'
        with desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token, keep=keep) as running:
            running.start()
            others = [running.begin("worker"), running.begin("beat")]
            until(lambda: len(running.workers()) == 2, "a second worker runs", running)
            until(lambda: "It was always so" in running.titles(), "the first look", running)

            for number in range(2, 12):
                site.publish(number, f"Article {number}")
            until(lambda: len(mastodon.published) == 10, "all are posted", running)
            until(lambda: len(running.titles()) == 11, "and in the feed", running)

            for other in others:
                other.terminate()
                other.wait()
            running.stop()
        posted = sorted(post.text.splitlines()[0] for post in mastodon.published)
        assert posted == sorted(f"Article {number}" for number in range(2, 12))


def test_everything_may_start_at_once_on_an_empty_database(
    tmp_path: Path, empty_postgres: str, redis_url: str
) -> None:
    """Whoever comes first makes the tables; the others wait, or go on once they are there."""
    with NewsSite() as site, FakeMastodon() as mastodon:
        site.publish(1, "It was always so")
        keep = f'database = "{empty_postgres}"\nbroker = "{redis_url}"'
        with desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token, keep=keep) as running:
            # The web server comes first, and hears that there are no tables.
            started = [running.begin("web")]
            until(lambda: "no sign of life" in running.log.read_text(), "no tables", running, patience=120)
            assert requests.get(f"{running.base}/console", timeout=30).status_code == 503
            started += [running.begin(name) for name in ("worker", "beat", "worker", "beat")]
            once = [running.begin("migrate"), running.begin("check")]

            assert [process.wait(120) for process in once] == [0, 0], running.log.read_text()
            until(lambda: "It was always so" in running.titles(), "the first look", running, patience=120)
            until(running.ready, "everything is ready", running)

            store = Store(connect(empty_postgres))

            def alive() -> Counter[str]:
                return Counter(process.kind for process in store.processes(datetime.now(UTC)))

            everything = {"web": 1, "worker": 2, "beat": 2}
            until(lambda: alive() == everything, "each has its own sign of life", running, patience=120)
            until(store.readers, "who reads what is on record", running)
            store.engine.dispose()
            for process in started:
                process.terminate()
            for process in started:
                process.wait(60)
            assert "Traceback" not in running.log.read_text()
            assert "duplicate key" not in running.log.read_text()
