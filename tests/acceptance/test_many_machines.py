"""The same on servers: PostgreSQL for the rows, Redis for the doorbells, several of each process."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.acceptance.world import NewsSite, desk, free_port, until
from tests.channels.servers import FakeMastodon


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    port = free_port()
    arguments = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as server:
        url = f"redis://127.0.0.1:{port}/0"

        def answers() -> bool:
            try:
                with redis.Redis.from_url(url) as client:
                    return bool(client.ping())
            except redis.ConnectionError:
                return False

        until(answers, "Redis answers")
        yield url
        server.terminate()


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """A database of its own on the suite's PostgreSQL."""
    url = make_url(postgres_url)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE acceptance"))
    yield url.set(database="acceptance").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text("DROP DATABASE acceptance WITH (FORCE)"))
    engine.dispose()


def test_two_workers_and_two_beats_on_servers_post_each_article_once(
    tmp_path: Path, database: str, redis_url: str
) -> None:
    with NewsSite() as site, FakeMastodon() as mastodon:
        site.publish(1, "It was always so")
        keep = f'database = "{database}"\nbroker = "{redis_url}"'
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
