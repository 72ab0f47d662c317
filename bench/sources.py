"""Many sources, on the embedded default: first looks, a round of unchanged ones, memory, check.

    ./run bench sources [COUNT]

Ratios within one run: looks through the worker against a loop of the same requests without it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
COUNT = 2_000

#: Articles in each source's feed.
ARTICLES = 2

#: Seconds within which anything has happened.
DEADLINE_S = 600.0

SITE = """
[site]
title = "Bench"
url = "https://bench.example/"

[web]
listen = "127.0.0.1:{web}"

[fetch]
allow = ["127.0.0.1:{port}"]
"""

SOURCE = """
[sources.s{n}]
kind = "feed"
url = "http://127.0.0.1:{port}/{n}.rss"
every = "1h"
language = "en"
complete = false
"""


class Feeds(BaseHTTPRequestHandler):
    """A feed at each path, with an ETag."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet, or each answer waits for an acknowledgement
    started = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")

    def do_GET(self) -> None:
        if self.headers.get("If-None-Match") == '"1"':
            self.send_response(304)
            self.end_headers()
            return
        items = "".join(
            f'<item><guid isPermaLink="false">{self.path}-{n}</guid><link>https://bench.example{self.path}/{n}'
            f"</link><title>Article {n}</title><description>It is so.</description>"
            f"<pubDate>{self.started}</pubDate></item>"
            for n in range(ARTICLES)
        )
        head = "<title>Feed</title><link>https://bench.example/</link><description>All</description>"
        body = f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's
        pass


class ManyCallers(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # who finds no room tries again after a second


@contextlib.contextmanager
def feeds() -> Iterator[int]:
    server = ManyCallers(("127.0.0.1", 0), Feeds)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


def declare(folder: Path, count: int, port: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        text = SITE.format(web=probe.getsockname()[1], port=port)
    sources = "".join(SOURCE.format(n=n, port=port) for n in range(count))
    (folder / "syndicator.toml").write_text(text + sources)
    (folder / "feeds").mkdir()
    (folder / "feeds" / "all.toml").write_text('title = "All"\n')


class Record:
    """What stands in the newsroom's database."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "var" / "syndicator.db"

    def looked_at(self, since: str = "") -> int:
        if not self.file.exists():
            return 0
        with contextlib.closing(sqlite3.connect(self.file, timeout=30)) as connection:
            query = "SELECT count(*) FROM source WHERE looked_at > ? AND error = ''"
            try:
                return int(connection.execute(query, (since,)).fetchone()[0])
            except sqlite3.OperationalError:  # its tables are not made yet
                return 0

    def all_are_due(self) -> None:
        with contextlib.closing(sqlite3.connect(self.file, timeout=30)) as connection, connection:
            connection.execute("UPDATE source SET next_look = '2020-01-01 00:00:00.000000'")

    def until_built(self) -> None:
        """Wait for what the looks have brought to be in the feed: its archives take longer than they."""
        started = time.perf_counter()
        while time.perf_counter() - started < DEADLINE_S:
            with contextlib.closing(sqlite3.connect(self.file, timeout=30)) as connection:
                query = "SELECT count(*) FROM feed WHERE wants != has"
                if not connection.execute(query).fetchone()[0]:
                    return
            time.sleep(0.5)
        raise RuntimeError("the feed was not built")

    def until_looked_at(self, count: int, since: str = "") -> float:
        """Seconds until all are."""
        started = time.perf_counter()
        while self.looked_at(since) < count:
            if time.perf_counter() - started > DEADLINE_S:
                raise RuntimeError(f"{self.looked_at(since)} of {count} sources were looked at")
            time.sleep(0.1)
        return time.perf_counter() - started


def directly(port: int, count: int) -> float:
    """Seconds of bare requests, one after the other on one connection, for as many feeds."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    started = time.perf_counter()
    for n in range(count):
        connection.request("GET", f"/{n}.rss", headers={"If-None-Match": '"1"'})
        connection.getresponse().read()
    return time.perf_counter() - started


def measure(folder: Path, count: int, port: int) -> None:
    syndicator = [sys.executable, "-m", "syndicator", "-C", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    bare, record = directly(port, count), Record(folder)
    started = time.perf_counter()
    subprocess.run([*syndicator, "check"], env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    print(f"check: {time.perf_counter() - started:.1f} s (to beat: 8 s)", flush=True)
    up = subprocess.Popen([*syndicator, "up"], env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    try:
        first_s = record.until_looked_at(count)
        print(f"first looks: {first_s:.1f} s, from a cold start (to beat: 120 s)", flush=True)
        record.until_built()
        memory_before = memory(up.pid)
        since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        worker = next(p for p in psutil.Process(up.pid).children() if p.cmdline()[-1] == "worker")
        before = sum(worker.cpu_times()[:2])
        record.all_are_due()
        round_s = record.until_looked_at(count, since)
        cpu_s = sum(worker.cpu_times()[:2]) - before
        print(
            f"a round of unchanged ones: {round_s:.1f} s (to beat: 15 s), {round_s / bare:.1f} times the "
            f"bare requests; {cpu_s / count * 1e3:.1f} ms of the worker's processor each"
        )
        print(f"after first looks: {memory_before}\nafter the round:   {memory(up.pid)}")
        messages = len(list((folder / "var" / "broker" / "messages").iterdir()))
        print(f"messages left: {messages}; worker: {worker.num_threads()} threads (to beat: 300 MB)")
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)


def memory(pid: int) -> str:
    """Megabytes resident, of each process."""
    parent = psutil.Process(pid)
    held = {(p.cmdline()[-1]): p.memory_info().rss / 1e6 for p in [parent, *parent.children()]}
    return ", ".join(f"{name} {size:.0f}" for name, size in held.items()) + f": {sum(held.values()):.0f} MB"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    print(json.dumps({"python": sys.version.split()[0], "sources": count, "load": os.getloadavg()[0]}))
    with tempfile.TemporaryDirectory(prefix="syndicator-bench-") as folder, feeds() as port:
        declare(Path(folder), count, port)
        measure(Path(folder), count, port)


if __name__ == "__main__":
    main()
