"""How many feeds per second, beside nginx with the same files in the same run.

::

    python bench/serving.py [SECONDS]

Both servers have one core, wrk the other one; rounds alternate, and the ratio is the median of the rounds'
ratios. Both send the same bytes of the same files (nginx by sendfile, with its cache of open files) and
the same headers, and keep connections. Needs nginx and wrk.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from syndicator.documents.directory import Directory
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.domain.feed import Feed, Site
from syndicator.formats.html import Html
from syndicator.jobs.ports import Document
from syndicator.store.console import Console
from syndicator.store.engine import connect
from syndicator.web import create_app
from syndicator.web.serve import serve

ROUNDS = 5
CONNECTIONS = 32

#: Bytes of a feed with fifty summaries.
FEED_BYTES = 72_000

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  gzip_static on;
  open_file_cache max=100;
  types {{ application/rss+xml rss; }}
  charset utf-8;
  charset_types application/rss+xml;
  server_tokens off;
  server {{
    listen 127.0.0.1:{port};
    location /feeds/ {{
      alias {folder}/documents/;
      add_header Cache-Control "max-age=60, stale-while-revalidate=60, stale-if-error=86400";
      add_header Vary Accept-Encoding;
      add_header Link '<https://bench.example/feeds/all.rss>; rel="self"';
      add_header Access-Control-Allow-Origin *;
      add_header Access-Control-Expose-Headers "ETag, Link";
      add_header X-Content-Type-Options nosniff;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Rss:
    extension: str = "rss"
    media_type: str = "application/rss+xml; charset=utf-8"
    keeps_archives: bool = True


class SilentBell:
    def ring(self, job: str, name: str) -> None:
        """Nothing is rung while we measure."""


def ours(folder: Path, port: int) -> None:
    """Our server, over the documents in a folder."""
    site = Site(
        title="Bench", url="https://bench.example/", feeds_url="https://bench.example/feeds", authority="b"
    )
    app = create_app(
        site=site,
        feeds={"all": Feed(name="all", title="All", formats=("rss",))},
        formats={"rss": Rss(), "html": Html()},
        shelf=DirectoryShelf(folder / "documents"),
        store=Console(connect(f"sqlite:///{folder}/none.db")),
        bell=SilentBell(),
        host="127.0.0.1",
        most_per_minute=1200,
    )
    serve(app, host="127.0.0.1", port=port)


def write_documents(folder: Path) -> None:
    words = ["river", "market", "ferry", "harvest", "council", "bridge", "school", "minister", "song"]
    pick = random.Random(1)  # noqa: S311 - text, not secrets
    text = " ".join(pick.choice(words) for _ in range(FEED_BYTES // 6))[:FEED_BYTES]
    document = Document(extension="rss", content=text.encode(), modified=datetime(2026, 3, 1, tzinfo=UTC))
    Directory(folder / "documents").replace("all", [document])


@contextmanager
def running(*command: str) -> Iterator[int]:
    """A server on the first core, once it listens; yields its process id."""
    process = subprocess.Popen(["taskset", "-c", "0", *command])  # noqa: S603, S607 - our own
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def entity_tag(url: str) -> str:
    """The entity tag at an address, as soon as a server answers there."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - http to ourselves
                return str(response.headers["ETag"])
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def measure(url: str, pid: int, seconds: int, header: str) -> tuple[float, float]:
    """Requests per second, and the server's microseconds of processor time for each. Every answer must be
    a success (wrk counts 304 as one)."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", header, url]
    before = cpu_seconds(pid)
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    cpu_s = cpu_seconds(pid) - before
    rate, count = re.search(r"Requests/sec:\s+([\d.]+)", output), re.search(r"(\d+) requests in", output)
    if not rate or not count or "Non-2xx" in output:
        raise RuntimeError(f"wrk could not measure {url}:\n{output}")
    return float(rate[1]), cpu_s * 1e6 / int(count[1])


def cpu_seconds(pid: int) -> float:
    """Seconds of processor time that a process and its children have used so far."""
    family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    fields = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split() for each in family]
    return sum(int(f[11]) + int(f[12]) for f in fields) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1000 if match else 0.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def compare(folder: Path, seconds: int) -> None:
    folder.chmod(0o755)  # started by root, nginx reads as another user
    write_documents(folder)
    ports = {"nginx": free_port(), "syndicator": free_port()}
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=ports["nginx"]))
    nginx = ("nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"))
    python = (sys.executable, __file__, "--serve", str(folder), str(ports["syndicator"]))
    with running(*nginx) as nginx_pid, running(*python) as pid:
        urls = {name: f"http://127.0.0.1:{port}/feeds/all.rss" for name, port in ports.items()}
        pids = {"nginx": nginx_pid, "syndicator": pid}
        requests = {
            "200, as it is": dict.fromkeys(urls, "X-None: 1"),
            "200, gzip": dict.fromkeys(urls, "Accept-Encoding: gzip"),
            "304": {name: f"If-None-Match: {entity_tag(url)}" for name, url in urls.items()},
        }
        print(f"{'':>14}{'requests per second':^34}|{'processor µs per request':^34}")
        columns = f"{'nginx':>12}{'syndicator':>12}{'ratio':>8}  "
        print(f"{'':>14}{columns}|{columns}")
        for label, headers in requests.items():
            measurements: dict[str, list[tuple[float, float]]] = {name: [] for name in urls}
            for _ in range(ROUNDS):
                for name, url in urls.items():
                    measurements[name].append(measure(url, pids[name], seconds, headers[name]))
            (a, x), (b, y) = (
                (median(r), median(c)) for r, c in (zip(*measurements[n], strict=True) for n in urls)
            )
            pairs = list(zip(*measurements.values(), strict=True))
            ratio = median(mine / its for (its, _), (mine, _) in pairs)
            cost = median(its / mine for (_, its), (_, mine) in pairs)
            print(f"{label:>14}{a:>12,.0f}{b:>12,.0f}{ratio:>8.0%}  |{x:>12.1f}{y:>12.1f}{cost:>8.0%}")
        print(f"\nsyndicator's web process: {resident(pid):.0f} MB resident")


def main() -> None:
    if sys.argv[1:2] == ["--serve"]:
        ours(Path(sys.argv[2]), int(sys.argv[3]))
        return
    missing = [tool for tool in ("nginx", "wrk", "taskset") if not shutil.which(tool)]
    if missing:
        print(f"skipped: {', '.join(missing)} not found (apt install nginx-light wrk util-linux)")
        return
    with tempfile.TemporaryDirectory(prefix="syndicator-bench-") as folder:
        compare(Path(folder), int(sys.argv[1]) if sys.argv[1:] else 4)


if __name__ == "__main__":
    main()
