"""How fast a large audience is served, against a bare loop that posts the same body to one place.

    ./run bench hub

10,000 subscribers of one topic, on SQLite. Once all of them are well; then one in a hundred never answers.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import requests
import uvloop
from _other_side import PostTaker, other_side, take_posts
from sqlalchemy import func, insert, select

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.callbacks import GuardedCallbacks  # noqa: E402 - the path comes first
from syndicator.documents.directory import Directory  # noqa: E402
from syndicator.domain.subscription import Terms, Topic, digest  # noqa: E402
from syndicator.http.client import AddressGuard  # noqa: E402
from syndicator.jobs.distribute import Distributor, distribute  # noqa: E402
from syndicator.jobs.ports import Document  # noqa: E402
from syndicator.store import Store, open_store, schema  # noqa: E402
from syndicator.store.topics import move_topic  # noqa: E402
from tests.fakes import SITE, FakeBell  # noqa: E402

AUDIENCE = 10_000
LOOP_POSTS = 2000
TOPIC = Topic(
    name="all.rss",
    address="https://feeds.ledger.example/feeds/all.rss",
    media_type="application/rss+xml; charset=utf-8",
)
#: A feed of fifty entries in full is about as large as this.
BODY = b"<item>" + secrets.token_hex(50_000).encode() + b"</item>"
WELL, SILENT = "127.0.0.1", "127.0.0.2"


class Sink(PostTaker):
    """Answers unless it was sent to the silent address."""

    def reply(self, path: bytes, address: str) -> bytes:  # noqa: ARG002 - a taker's
        return b"" if address == SILENT else b"200 OK"


def bare(port: int) -> float:
    """Posts a second of a loop over one connection."""
    with requests.Session() as session:
        started = time.perf_counter()
        for number in range(LOOP_POSTS):
            session.post(f"http://{WELL}:{port}/{number}", data=BODY, timeout=10).raise_for_status()
        return LOOP_POSTS / (time.perf_counter() - started)


def audience(store: Store, port: int, silent: int) -> None:
    """Rows as confirmed subscribers have them."""
    now = datetime.now(UTC)
    store.declare_topics([TOPIC.name], [], now)
    rows = [
        {
            "topic": TOPIC.name,
            "callback": f"http://{SILENT if number < silent else WELL}:{port}/{number}",
            "host": SILENT if number < silent else WELL,
            "kind": "subscriber",
            "state": "active",
            "secret": "between us",
            "created": now,
            "expires": now + timedelta(days=10),
            "log": [],
        }
        for number in range(AUDIENCE)
    ]
    with store.writing() as connection:
        connection.execute(insert(schema.subscription), rows)


def serve(folder: Path, port: int, silent: int) -> tuple[float, float]:
    """Seconds until everybody who answers is served, and until the task has ended."""
    store = open_store(f"sqlite:///{folder}/bench-{silent}.db")
    documents = Directory(folder / "documents")
    documents.replace("all", [Document(extension="rss", content=BODY, modified=datetime.now(UTC))])
    audience(store, port, silent)
    distributor = Distributor(
        site=SITE,
        topics={TOPIC.name: TOPIC},
        terms=Terms(),
        store=store,
        documents=documents,
        callbacks=GuardedCallbacks(AddressGuard((WELL, SILENT))),
        bell=FakeBell(),
        clock=lambda: datetime.now(UTC),
    )
    started, began = time.perf_counter(), datetime.now(UTC)
    with store.writing() as connection:
        move_topic(connection, TOPIC.name, digest(BODY), began)
    distribute(distributor, TOPIC.name)
    ended = time.perf_counter() - started
    table = schema.subscription
    with store.reading() as connection:
        query = select(func.count(), func.max(table.c.sent_at)).where(table.c.has == digest(BODY))
        count, last = connection.execute(query).one()
    assert count == AUDIENCE - silent, count  # noqa: S101 - what this is about
    return (last - began).total_seconds(), ended


def main() -> None:
    with tempfile.TemporaryDirectory() as place, other_side(__file__) as port:
        folder = Path(place)
        before = bare(port)
        well, _ = serve(folder, port, 0)
        after = bare(port)
        loop = (before + after) / 2
        print(f"one connection in a loop: {loop:.0f} posts of {len(BODY):,} bytes a second")
        print(f"the hub, {AUDIENCE:,} subscribers, signed: {AUDIENCE / well:.0f} a second")
        print(f"  that is {AUDIENCE / well / loop:.0%} of the loop (to beat: 60%)")
        others_s, whole_s = serve(folder, port, AUDIENCE // 100)
        print(f"one in a hundred silent: the others are served in {others_s:.1f} s (to beat: 60 s)")
        print(f"  and it ends by itself after {whole_s:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvloop.run(take_posts(Sink, int(sys.argv[1])))
    else:
        main()
