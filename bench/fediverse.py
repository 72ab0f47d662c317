"""How fast followers all over the fediverse are told, against signing alone.

    ./run bench fediverse

10,000 followers on 500 servers, 25 of which never answer, on SQLite. The others are to be told within a
minute on two cores.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import uvloop
from _other_side import PostTaker, other_side, take_posts
from sqlalchemy import func, insert, select

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.callbacks import GuardedCallbacks  # noqa: E402 - the path comes first
from syndicator.fediverse.keys import signer  # noqa: E402
from syndicator.fediverse.signatures import Scheme, signed_headers  # noqa: E402
from syndicator.fediverse.signed import SignedRequest  # noqa: E402
from syndicator.http.client import AddressGuard  # noqa: E402
from syndicator.posts.compose import compose  # noqa: E402
from syndicator.store import Store, open_store, schema  # noqa: E402
from syndicator.store.actor_tables import follower  # noqa: E402
from tests.channels.actors import NAME, Newsroom, newsroom, utc_now  # noqa: E402
from tests.channels.contract import ARTICLE, KEY  # noqa: E402

FOLLOWERS, SERVERS, SILENT_SERVERS = 10_000, 500, 25
LIMIT_S = 60.0


def host(number: int) -> str:
    """An address of this machine for each server."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


SILENT = frozenset(host(number) for number in range(SILENT_SERVERS))


class Inbox(PostTaker):
    """Answers unless its server is a silent one."""

    def reply(self, path: bytes, address: str) -> bytes:  # noqa: ARG002 - a taker's
        return b"" if address in SILENT else b"202 Accepted"


def followers(room: Newsroom, port: int) -> None:
    """Rows as they are once requests to follow were answered."""
    now = utc_now()
    servers = [f"http://{host(number)}:{port}" for number in range(SERVERS)]
    recipients = [
        {
            "channel": NAME,
            "address": f"{each}/inbox",
            "host": each,
            "state": "active",
            "created": now,
            "changed": now,
        }
        for each in servers
    ]
    people = [
        {
            "channel": NAME,
            "account": f"{servers[number % SERVERS]}/users/{number}",
            "inbox": f"{servers[number % SERVERS]}/users/{number}/inbox",
            "address": f"{servers[number % SERVERS]}/inbox",
            "request": f"{number}",
            "created": now,
        }
        for number in range(FOLLOWERS)
    ]
    with room.store.writing() as connection:
        connection.execute(insert(schema.recipient), recipients)
        connection.execute(insert(follower), people)


def told(store: Store) -> int:
    table = schema.recipient
    with store.reading() as connection:
        return connection.scalar(select(func.count()).where(table.c.has > 0)) or 0


def cpu() -> float:
    times = os.times()
    return times.user + times.system


def signing(room: Newsroom) -> float:
    """Seconds of processor time that the signatures alone take."""
    sign = signer(room.store.actor_key(NAME, utc_now()).private_key)
    request = SignedRequest(
        method="POST", url="https://social.example/inbox", headers={}, body=orjson.dumps({"a": "b" * 3000})
    )
    started = cpu()
    for _ in range(SERVERS):
        signed_headers(request, Scheme.DRAFT, "https://a.example#k", sign, datetime.now(UTC))
    return cpu() - started


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, other_side(__file__) as port:
        store = open_store(f"sqlite:///{folder}/bench.db")
        allow = tuple(f"{host(number)}:{port}" for number in range(SERVERS))
        with newsroom(store, allow=allow) as room:
            followers(room, port)
            callbacks = GuardedCallbacks(AddressGuard(allow))
            room.channel = replace(room.channel, callbacks=callbacks)
            alone = signing(room)
            room.channel.send(compose(ARTICLE, room.channel.capabilities), key=KEY)
            started, began = cpu(), time.perf_counter()
            room.broadcasts()
            took, spent = time.perf_counter() - began, cpu() - started
            reached = told(store)
        store.engine.dispose()
    print(
        f"{FOLLOWERS:,} followers on {SERVERS} servers, {SILENT_SERVERS} of them silent: "
        f"{reached} told in {took:.1f} s; {spent:.2f} s of processor time, "
        f"{spent / alone:.1f} times that of the signatures"
    )
    return 0 if reached == SERVERS - SILENT_SERVERS and took < LIMIT_S else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvloop.run(take_posts(Inbox, int(sys.argv[1])))
    else:
        sys.exit(main())
