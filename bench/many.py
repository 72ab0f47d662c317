"""What a publication costs with few feeds and a short past, and with very many and a very long one.

    ./run bench many

A publication is one article recorded, in two feeds of fifty entries and three formats: that of its section,
and the one that carries everything. Its cost is to depend on the documents that it touches, and on nothing
else: not on the number of feeds, nor of articles, nor on the length of an archive. The processor's time is
compared; what the disk adds (each file is made to last) is shown beside it.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.documents.directory import Directory  # noqa: E402
from syndicator.domain.feed import Feed, Filter  # noqa: E402
from syndicator.formats import kind  # noqa: E402
from syndicator.formats.gate import ReadBackGate  # noqa: E402
from syndicator.formats.partner_fit import fitted  # noqa: E402
from syndicator.jobs.build import Builder, build  # noqa: E402 - the path comes first
from syndicator.jobs.routing import Editor  # noqa: E402
from syndicator.store import Store, open_store, schema  # noqa: E402
from tests.fakes import SITE, FakeBell, sighting  # noqa: E402

FEED_LENGTH = 50
ARCHIVE_LENGTH = FEED_LENGTH // 2
SECTIONS_TOUCHED = 20  # of the feeds, in turn
ROUNDS = 4  # the first of which warms up
START = datetime(2020, 1, 1, tzinfo=UTC)
BATCH_ROWS = 10_000

CONTENT_HTML = "<p>" + "The river rose and fell again, said the keeper of the gauge. " * 30 + "</p>"


@dataclass
class Size:
    """A newsroom of so many feeds and articles, and what its publications take: the processor's seconds for
    recording and for building, and those on the wall for both."""

    feeds: int
    articles: int
    recorded: list[float]
    built: list[float]
    wall: list[float]

    @property
    def median(self) -> float:
        return statistics.median(a + b for a, b in zip(self.recorded, self.built, strict=True))


def measure(folder: Path, feeds: int, articles: int) -> Size:
    declared = [Feed(name="all", title="Everything")]
    declared += [
        Feed(name=f"s{n}", title=f"Section {n}", only=Filter(sections=(f"Section {n}",)))
        for n in range(1, feeds)
    ]
    folder.mkdir()
    store = open_store(f"sqlite:///{folder}/bench.db")
    fill(store, feeds, articles)
    for feed in declared:  # documents that are there, so that the folder is as full as it would be
        for name in (f"{feed.name}.{ext}{end}" for ext in feed.formats for end in ("", ".gz", ".br")):
            (folder / name).touch()
    size = Size(feeds, articles, [], [], [])
    editor = Editor(site=SITE, feeds=declared)
    formats = {name: kind(name)() for name in declared[0].written}
    gate, documents = ReadBackGate(), Directory(folder)

    builder = Builder(
        feeds={feed.name: feed for feed in declared},
        site=SITE,
        store=store,
        formats=formats,
        gate=gate,
        documents=documents,
        bell=FakeBell(),
        clock=lambda: START,
        fit=fitted,
    )

    def publish(section: int, now: datetime) -> tuple[float, float, float]:
        story = sighting(f"{now}", section=f"Section {section}", content_html=CONTENT_HTML, published=now)
        wall, started = time.perf_counter(), time.process_time()
        store.file([story], lambda known, s: editor.filing(known, s, since=START, now=now), now)
        recorded = time.process_time()
        for feed in (declared[0], declared[section]):
            build(replace(builder, clock=lambda: now), feed.name)
        return recorded - started, time.process_time() - recorded, time.perf_counter() - wall

    gc.collect()
    for round_ in range(ROUNDS):
        for section in range(1, SECTIONS_TOUCHED + 1):
            spans = publish(
                section, START + timedelta(days=4000, minutes=round_ * SECTIONS_TOUCHED + section)
            )
            if round_:
                for spent, span in zip((size.recorded, size.built, size.wall), spans, strict=True):
                    spent.append(span)
    store.engine.dispose()
    return size


def fill(store: Store, feeds: int, articles: int) -> None:
    """Put a long past on record: articles in turn for each section, all but the newest in archives."""
    moments = [START + timedelta(minutes=n) for n in range(articles)]
    per_feed = articles // (feeds - 1)
    with store.writing() as connection:
        for start in range(0, articles, BATCH_ROWS):
            some = range(start, min(start + BATCH_ROWS, articles))
            connection.execute(insert(schema.article), [_article(n, feeds, moments[n]) for n in some])
            rows = []
            for n in some:
                section, rank = n % (feeds - 1) + 1, n // (feeds - 1)
                rows.append(_member("all", n, moments[n], n, articles))
                rows.append(_member(f"s{section}", n, moments[n], rank, per_feed))
            connection.execute(insert(schema.membership), rows)
        counts = [("all", articles), *((f"s{n}", per_feed) for n in range(1, feeds))]
        for name, count in counts:
            connection.execute(
                insert(schema.feed),
                {"name": name, "wants": 1, "has": 1, "changed": START, "next_build": START},
            )
            if pages := list(_pages(name, count)):
                connection.execute(insert(schema.archive), pages)


def _article(n: int, feeds: int, moment: datetime) -> dict[str, object]:
    url = f"https://ledger.example/{n}"
    content = {"url": url, "title": f"Article {n}", "section": f"Section {n % (feeds - 1) + 1}"}
    return {
        "id": n + 1,
        "guid": f"tag:ledger.example,2020:{n}",
        "source": "page",
        "key": str(n),
        "content": content | {"content_html": CONTENT_HTML[: 200 + n % 100]},
        "published": moment,
        "updated": moment,
        "first_seen": moment,
        "revision": 1,
        "state": "live",
    }


def _member(feed: str, n: int, moment: datetime, rank: int, count: int) -> dict[str, object]:
    archived = max(0, (count - ARCHIVE_LENGTH) // ARCHIVE_LENGTH * ARCHIVE_LENGTH)
    page = rank // ARCHIVE_LENGTH + 1 if rank < archived else None
    return {"feed": feed, "article_id": n + 1, "published": moment, "page": page}


def _pages(feed: str, count: int) -> Iterator[dict[str, object]]:
    for number in range(1, max(0, (count - ARCHIVE_LENGTH) // ARCHIVE_LENGTH) + 1):
        yield {"feed": feed, "number": number, "wants": 1, "has": 1, "changed": START}


def gate_cost_s() -> float:
    """Seconds that the gate adds for each new entry, in three formats."""
    forms, feed = [kind(name)() for name in ("rss", "atom", "json")], Feed(name="all", title="Everything")
    editor = Editor(site=SITE, feeds=[feed])
    stories = [sighting(str(n), content_html=CONTENT_HTML, published=START) for n in range(200)]
    filings = [editor.filing(None, story, since=None, now=START) for story in stories]
    rendered = [(form, f.article, form.entry(SITE, feed, f.article)) for f in filings if f for form in forms]
    gate, started = ReadBackGate(), time.process_time()
    for form, article, entry in rendered:
        gate.entry(form, SITE, feed, article, entry)
    return (time.process_time() - started) / len(stories)


def main() -> None:
    sizes = [(100, 10_000), (10_000, 1_000_000)]
    with tempfile.TemporaryDirectory() as folder:
        few, many = (measure(Path(folder) / str(feeds), feeds, count) for feeds, count in sizes)
    for size in (few, many):
        spans = (size.recorded, size.built, size.wall)
        recorded, built, wall = (statistics.median(span) * 1000 for span in spans)
        print(
            f"{size.feeds} feeds, {size.articles} articles: recorded {recorded:.1f} ms, two feeds built "
            f"{built:.1f} ms; {wall:.0f} ms with the disk"
        )
    print(f"a hundred times as much takes {many.median / few.median:.2f} times as long (to beat: 1.5)")
    print(f"the gate adds {gate_cost_s() * 1000:.1f} ms for a new entry in three formats, once")


if __name__ == "__main__":
    print(json.dumps({"python": sys.version.split()[0]}))
    main()
