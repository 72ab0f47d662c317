"""From a source to the record, to feeds and to a channel: how long, against the same work done plainly.

    ./run bench path

Each figure is a ratio, or is measured beside what it is compared with in the same run.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import requests

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.documents.directory import Directory  # noqa: E402
from syndicator.formats import kind  # noqa: E402
from syndicator.formats.gate import ReadBackGate  # noqa: E402
from syndicator.formats.partner_fit import fitted  # noqa: E402
from syndicator.jobs.build import Builder, build  # noqa: E402 - the path comes first
from syndicator.jobs.routing import Editor  # noqa: E402
from syndicator.jobs.watch import Watcher, watch  # noqa: E402
from syndicator.store import open_store  # noqa: E402
from tests.acceptance.world import NewsSite, desk  # noqa: E402
from tests.channels.servers import FakeMastodon  # noqa: E402
from tests.fakes import ALL, SITE, FakeBell, FakePhotos, FakeSource, sighting  # noqa: E402

ARTICLES = 1000
PUBLICATIONS = 25


def now() -> datetime:
    return datetime.now(UTC)


def measure_recording(folder: Path) -> None:
    """1,000 articles recorded and in three formats, against writing their JSON to one file."""
    store = open_store(f"sqlite:///{folder}/bench.db")
    store.declare(["page"], [ALL], ["wire"], now())
    text = "<p>" + "The river rose and fell again, said the keeper of the gauge. " * 30 + "</p>"
    sightings = [sighting(str(n), content_html=text, title=f"Article {n}") for n in range(ARTICLES)]
    source = FakeSource(shows=sightings, every=timedelta(minutes=1))
    editor = Editor(site=SITE, feeds=[ALL])
    started = time.perf_counter()
    watcher = Watcher(
        sources={source.name: source},
        brakes={},
        editor=editor,
        store=store,
        photos=FakePhotos(),
        bell=FakeBell(),
        clock=now,
    )
    watch(watcher, source.name)
    watched = time.perf_counter()
    formats = {name: kind(name)() for name in ALL.written}
    documents = Directory(folder / "d")
    builder = Builder(
        feeds={ALL.name: ALL},
        site=SITE,
        store=store,
        formats=formats,
        gate=ReadBackGate(),
        documents=documents,
        bell=FakeBell(),
        clock=now,
        fit=fitted,
    )
    build(builder, ALL.name)
    built = time.perf_counter()
    (folder / "plain.json").write_text("\n".join(json.dumps(repr(s)) for s in sightings))
    plain = time.perf_counter() - built
    each = ARTICLES / (watched - started)
    print(f"recording {ARTICLES} articles: {watched - started:.2f} s ({each:.0f} a second)")
    print(f"  and the feed in three formats: {built - started:.2f} s in all (to beat: 20 s)")
    print(f"  against writing them to one file: {(watched - started) / plain:.0f} times as long")


def measure_noticing(folder: Path) -> None:
    """From an article's appearance to the feed's new bytes and to the channel's request."""
    with NewsSite() as site, FakeMastodon() as server:
        site.publish(1, "It was always so")
        with desk(folder, site, {"social": server.address}, token=server.token) as running:
            running.start()
            while "It was always so" not in running.titles():
                time.sleep(0.1)
            to_feed, to_channel = zip(
                *(_one(site, server, running.base, n) for n in range(PUBLICATIONS)), strict=True
            )
            memory_mb = sum(p.memory_info().rss for p in running.processes()) / 1e6
    for what, spans in (("the feed's new bytes", to_feed), ("the channel's request", to_channel)):
        p95 = statistics.quantiles(spans, n=20)[-1]
        median = statistics.median(spans)
        print(f"from notice to {what}: median {median:.2f} s, 95th percentile {p95:.2f} s (to beat: 1 s)")
    print(f"memory of web, worker, beat and supervisor: {memory_mb:.0f} MB")


def _one(site: NewsSite, server: FakeMastodon, base: str, number: int) -> tuple[float, float]:
    """Seconds from the source's reading of the page to the feed and to the first post."""
    title = f"Publication {number}"
    posts = len(server.published)
    site.publish(100 + number, title)
    path = f"/news/{100 + number}"
    while not any(request.path == path for request in list(site.requests)):
        time.sleep(0.002)
    read_at = time.perf_counter()
    seconds: dict[str, float] = {}

    def feed() -> None:
        while title not in requests.get(f"{base}/feeds/all.json", timeout=5).text:
            time.sleep(0.01)
        seconds["feed"] = time.perf_counter() - read_at

    waiting = threading.Thread(target=feed)
    waiting.start()
    while len(server.published) == posts:
        time.sleep(0.002)
    seconds["channel"] = time.perf_counter() - read_at
    waiting.join()
    return seconds["feed"], seconds["channel"]


if __name__ == "__main__":
    for measure in (measure_recording, measure_noticing):
        with tempfile.TemporaryDirectory() as place:
            measure(Path(place))
    print(f"({psutil.cpu_count()} cores)")
