"""How fast a list's readers are sent an alert, against what the relay needs for such messages by itself.

    ./run bench mailing_list

10,000 readers of one list, on SQLite, an alert with a photo, signed by RSA. The relay (aiosmtpd, in a process
of its own; ``RELAY_PORT`` names another one, such as a Postfix) takes messages and drops them. By turns it is
handed the same number of ready ones, in like envelopes, by a bare client over as many connections.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from statistics import median
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import func, insert, select

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.channels.mailinglist import MailingList  # noqa: E402 - the path comes first
from syndicator.domain.photo import PhotoFile  # noqa: E402
from syndicator.domain.post import Post  # noqa: E402
from syndicator.jobs.announcements import RecordedAnnouncements  # noqa: E402
from syndicator.jobs.broadcast import Announcer, broadcast  # noqa: E402
from syndicator.mail.line import quoted  # noqa: E402
from syndicator.mail.lines import LINES  # noqa: E402
from syndicator.mail.list_contents import alert  # noqa: E402
from syndicator.mail.mailed import MailedPost  # noqa: E402
from syndicator.mail.mailing import Mailing, Reader  # noqa: E402
from syndicator.posts.compose import compose  # noqa: E402
from syndicator.secret import Secret  # noqa: E402
from syndicator.store import Store, open_store, schema  # noqa: E402
from tests.channels.contract import ARTICLE  # noqa: E402
from tests.fakes import SITE, FakeBell  # noqa: E402

READERS, TURNS = int(os.environ.get("READERS", "10000")), int(os.environ.get("TURNS", "3"))
PHOTO = PhotoFile(content=os.urandom(40_000), media_type="image/jpeg", width=1200, height=800)

#: The relay, which says how many messages it has taken when its standard input ends.
RELAY = """
import sys
from aiosmtpd.controller import Controller
class Sink:
    taken, last = 0, b""
    async def handle_DATA(self, server, session, envelope):
        self.taken, self.last = self.taken + 1, envelope.content
        return "250 taken"
sink = Sink()
controller = Controller(sink, hostname="127.0.0.1", port=int(sys.argv[1]), data_size_limit=None)
controller.start()
print("ready", flush=True)
sys.stdin.read()
controller.stop()
print(sink.taken, flush=True)
"""


@contextmanager
def relay() -> Iterator[int]:
    """The relay's port: one of our own (``RELAY_PORT`` names another one)."""
    if declared := os.environ.get("RELAY_PORT"):
        yield int(declared)
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", RELAY, str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - ours
        assert process.stdout  # noqa: S101 - it is a pipe
        assert process.stdin  # noqa: S101 - likewise
        process.stdout.readline()
        yield port
        process.stdin.close()
        print(f"the relay took {process.stdout.read().decode().strip()} messages in all")


def hand_over(port: int, message: bytes, todo: SimpleQueue[str | None]) -> None:
    """A bare client: what there is to say, and a wait for each answer."""
    end = quoted(message)
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = line.makefile("rb")

        def ask(request: bytes) -> None:
            line.sendall(request)
            while (answer := answers.readline())[3:4] == b"-":
                pass
            assert answer[:1] in b"23", answer  # noqa: S101 - it is a bench

        ask(b"")
        ask(b"EHLO bench.example\r\n")
        while (address := todo.get()) is not None:
            ask(f"MAIL FROM:<bounces+{address.replace('@', '-')}@news.example>\r\n".encode())
            ask(f"RCPT TO:<{address}>\r\n".encode())
            ask(b"DATA\r\n")
            ask(end)


def by_itself(port: int, message: bytes) -> float:
    """Seconds that the relay needs for as many messages."""
    todo: SimpleQueue[str | None] = SimpleQueue()
    for n in range(READERS):
        todo.put(address_of(n))
    for _ in range(LINES):
        todo.put(None)
    threads = [threading.Thread(target=hand_over, args=(port, message, todo)) for _ in range(LINES)]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begin


def address_of(n: int) -> str:
    return f"reader{n}@{os.environ.get('READERS_DOMAIN', 'reader.example')}"


def list_of(store: Store, port: int, folder: Path) -> MailingList:
    key = generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "dkim.pem").write_bytes(pem)
    announcements = RecordedAnnouncements(channel="alerts", store=store, bell=FakeBell(), clock=now)
    return MailingList(
        name="alerts",
        sender="Example News <news@news.example>",
        relay=f"smtp://127.0.0.1:{port}",
        bounces="bounces@news.example",
        dkim={"bench": Secret(f"file:{folder}/dkim.pem")},
        session=requests.Session(),
        site=SITE,
        announcements=announcements,
    )


def fill(store: Store) -> None:
    moment = now() - timedelta(days=1)
    rows: list[dict[str, Any]] = [
        {
            "channel": "alerts",
            "address": address_of(n),
            "host": "reader.example",
            "state": "active",
            "details": {"code": "abcdefghijklmnop"},
            "has": 0,
            "failures": 0,
            "reason": "",
            "created": moment,
            "changed": moment,
        }
        for n in range(READERS)
    ]
    with store.writing() as connection:
        connection.execute(insert(schema.channel).values(name="alerts"))
        connection.execute(insert(schema.recipient), rows)


def post_of(channel: MailingList) -> Post:
    return compose(ARTICLE, channel.capabilities, photo=PHOTO)


def ready(channel: MailingList) -> bytes:
    """One of those messages: a relay reads headers and parts, and takes its time for them."""
    head, contents = channel._letterhead(), alert(MailedPost.of(post_of(channel)))
    reader = Reader(
        address=address_of(1), message_id="1@news.example", leave=f"{channel.pages}/leave/1-abcdefghijklmnop"
    )
    return Mailing(head, contents, now()).message(reader)


def now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    with tempfile.TemporaryDirectory() as name, relay() as port:
        folder = Path(name)
        store = open_store(f"sqlite:///{folder}/syndicator.db")
        channel = list_of(store, port, folder)
        fill(store)
        message = ready(channel)
        told, alone = [], []
        for turn in range(TURNS):
            alone.append(by_itself(port, message))
            channel.send(post_of(channel), key=f"bench {turn}")
            told.append(tell(store, channel))
            print(f"turn {turn + 1}: {told[-1]:.1f} s; the relay by itself {alone[-1]:.1f} s")
        store.engine.dispose()
        took, needed = median(told), median(alone)
        print(f"{READERS:,} readers were sent it in {took:.1f} s ({READERS / took:.0f} a second)")
        print(
            f"the relay by itself needs {needed:.1f} s: {took / needed:.2f} times that (to be: 1.5 at most)"
        )


def tell(store: Store, channel: MailingList) -> float:
    """Seconds until all readers have what was put on record last."""
    begin, spent = time.perf_counter(), os.times()
    broadcast(Announcer(channels={"alerts": channel}, store=store, bell=FakeBell(), clock=now), "alerts")
    took, then = time.perf_counter() - begin, os.times()
    table = schema.recipient
    with store.reading() as connection:
        newest = select(func.max(schema.announcement.c.id)).scalar_subquery()
        told = connection.scalar(select(func.count()).select_from(table).where(table.c.has == newest))
    assert told == READERS, f"{told} were told"  # noqa: S101 - it is a bench
    print(f"{then.user + then.system - spent.user - spent.system:.1f} s of our processor time")
    return took


if __name__ == "__main__":
    main()
