"""How fast the browsers of a large audience are told, each in a message of its own.

    ./run bench webpush

10,000 subscriptions at 500 push services, on SQLite, through **broadcast** as workers run it. First the price
of one message; then one service in twenty never answers; then one subscription in twenty is no more.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import requests
import uvloop
from _other_side import PostTaker, other_side, take_posts
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key
from sqlalchemy import func, insert, select

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.callbacks import GuardedCallbacks  # noqa: E402 - the path comes first
from syndicator.channels.webpush import WebPush  # noqa: E402
from syndicator.domain.recipient import Letter, Reception, RecipientState  # noqa: E402
from syndicator.http.client import AddressGuard  # noqa: E402
from syndicator.http.push_encryption import CURVE, PushKeys, encrypted, public_point  # noqa: E402
from syndicator.http.push_subscriptions import PushSubscription  # noqa: E402
from syndicator.http.vapid import new_private_key  # noqa: E402
from syndicator.jobs.announcements import RecordedAnnouncements  # noqa: E402
from syndicator.jobs.broadcast import Announcer, broadcast  # noqa: E402
from syndicator.jobs.broadcast_ports import Broadcaster, LetterGroup  # noqa: E402
from syndicator.posts.compose import compose  # noqa: E402
from syndicator.secret import Secret  # noqa: E402
from syndicator.store import Store, open_store, schema  # noqa: E402
from tests.channels.contract import ARTICLE  # noqa: E402
from tests.fakes import SITE, FakeBell  # noqa: E402

READERS, SERVICES = 10_000, 500
DEAD_IN = 20
MESSAGES = 2000
HOSTS = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(SERVICES)]


class Service(PostTaker):
    """Says nothing where the path has ``silent``, and 410 where it has ``gone``."""

    def reply(self, path: bytes, address: str) -> bytes:  # noqa: ARG002 - a taker's
        if b"silent" in path:
            return b""
        return b"410 Gone" if b"gone" in path else b"201 Created"


def keys() -> PushKeys:
    return PushKeys(public_point(generate_private_key(CURVE)), os.urandom(16))


def price() -> float:
    """Seconds of processor time for one encrypted message."""
    readers, message = [keys() for _ in range(MESSAGES)], b"x" * 1500
    started = time.process_time()
    for reader in readers:
        encrypted(message, reader)
    return (time.process_time() - started) / MESSAGES


@dataclass
class Timed:
    """The channel, and when the last of those who were told was on record."""

    channel: WebPush
    last: float = 0.0
    joins: bool = False

    def broadcast(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        for group in self.channel.broadcast(letters):
            yield group
            if any(outcome.reception is Reception.DELIVERED for _, outcome in group):
                self.last = time.perf_counter()


def told(folder: Path, port: int, trouble: str) -> tuple[float, float, float]:
    """Seconds until all who are there have been told, until the task has ended, and of processor time."""
    store = open_store(f"sqlite:///{folder}/bench-{trouble}.db")
    (folder / "key").write_text(new_private_key())
    now = lambda: datetime.now(UTC)  # noqa: E731 - a clock
    channel = WebPush(
        name="readers",
        private_key=Secret(f"file:{folder}/key"),
        contact="mailto:desk@ledger.example",
        session=requests.Session(),
        announcements=RecordedAnnouncements(channel="readers", store=store, bell=FakeBell(), clock=now),
        callbacks=GuardedCallbacks(AddressGuard((*HOSTS, "127.0.0.0/8"))),
        site=SITE,
    )
    subscribe(store, channel, port, trouble)
    channel.send(compose(ARTICLE, channel.capabilities), key="bench")
    timed = Timed(channel)
    channels = {"readers": cast(Broadcaster, timed)}
    announcer = Announcer(channels=channels, store=store, bell=FakeBell(), clock=now)
    started, before = time.perf_counter(), time.process_time()
    broadcast(announcer, "readers")
    ended, spent = time.perf_counter() - started, time.process_time() - before
    table = schema.announcement
    recipient = schema.recipient
    with store.reading() as connection:
        sent = connection.scalar(select(table.c.sent))
        is_dead = recipient.c.state == RecipientState.DEAD.value
        dead = connection.scalar(select(func.count()).where(is_dead))
    assert sent == READERS - READERS // DEAD_IN, sent  # noqa: S101 - what this is about
    assert dead == (READERS // DEAD_IN if trouble == "gone" else 0), dead  # noqa: S101
    return timed.last - started, ended, spent


def subscribe(store: Store, channel: WebPush, port: int, trouble: str) -> None:
    """Rows as browsers that have subscribed have them."""
    now = datetime.now(UTC)
    rows = []
    for number in range(READERS):
        host = HOSTS[number % SERVICES]
        is_dead = number % SERVICES % DEAD_IN == 0 if trouble == "silent" else number % DEAD_IN == 0
        endpoint = f"http://{host}:{port}/{trouble if is_dead else 'well'}/{number}"
        kept = PushSubscription(endpoint=endpoint, keys=keys(), server_key=channel.server_key)
        rows.append(
            {
                "channel": "readers",
                "address": endpoint,
                "host": host,
                "state": "active",
                "details": kept.details,
                "created": now,
                "changed": now,
            }
        )
    with store.writing() as connection:
        connection.execute(insert(schema.channel).values(name="readers"))
        connection.execute(insert(schema.recipient), rows)


def main() -> None:
    cost = price()
    print(f"one message of 1,500 bytes: {cost * 1e6:.0f} us of processor time to encrypt")
    with tempfile.TemporaryDirectory() as place, other_side(__file__) as port:
        for trouble, words in {
            "silent": f"one service in {DEAD_IN} never answers",
            "gone": f"one subscription in {DEAD_IN} is gone",
        }.items():
            others_s, ended_s, spent_s = told(Path(place), port, trouble)
            count = READERS - READERS // DEAD_IN
            print(f"{words}: the other {count:,} are told in {others_s:.1f} s (to beat: 60 s)")
            print(f"  it ends by itself after {ended_s:.1f} s, with {spent_s:.1f} s of processor time,")
            print(f"  of which encryption is {cost * READERS / spent_s:.0%}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvloop.run(take_posts(Service, int(sys.argv[1])))
    else:
        main()
