"""Feeds, put together of entries that are rendered once: against feedgen, and against the least there can be.

    ./run bench formats

Each figure is a ratio of processor time, both sides measured in turn in one process; the best of several.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator import formats  # noqa: E402 - the path comes first
from syndicator.documents.codings import CODECS  # noqa: E402
from syndicator.documents.directory import Directory  # noqa: E402
from syndicator.domain.article import Article  # noqa: E402
from syndicator.domain.feed import Feed  # noqa: E402
from syndicator.formats import _text  # noqa: E402
from syndicator.formats._xml_feed import XmlFeed, entry_options  # noqa: E402
from syndicator.jobs.ports import Document, Format, History  # noqa: E402
from tests.formats.newsroom import NINE, SITE, article  # noqa: E402

DIALECTS = ("rss", "atom")
FEEDS = [Feed(name=f"feed-{n}", title=f"Feed {n}", description="Rivers & roads") for n in range(7)]
TEXT = "<p>" + "The river rose and fell again, said the keeper of the gauge. " * 40 + "</p>"
NO_HISTORY = History()
ROUNDS = 15


def story(number: int) -> Article:
    return article(
        str(number),
        content_html=TEXT,
        published=NINE + timedelta(minutes=number),
        updated=NINE + timedelta(minutes=number),
    )


def best(*measures: Callable[[], object]) -> list[float]:
    """The least seconds of processor time that each took, asked in turn."""
    spans_s: list[list[float]] = [[] for _ in measures]
    for _ in range(ROUNDS):
        for measure, measured_s in zip(measures, spans_s, strict=True):
            started = process_time()
            measure()
            measured_s.append(process_time() - started)
    return [min(measured_s) for measured_s in spans_s]


def write(form: Format, feed: Feed, carried: Sequence[Article]) -> bytes:
    entries = [form.entry(SITE, feed, each) for each in carried]
    return form.document(SITE, feed, carried, entries, NO_HISTORY)


def by_feedgen(feed: Feed, carried: Sequence[Article], dialect: str) -> bytes:
    form: XmlFeed = formats.kind(dialect)()
    generator = form.new_feed(form.heading(SITE, feed, _text.newest(carried), NO_HISTORY))
    for each in carried:
        generator.add_entry(form.new_entry(_text.cleaned(each), entry_options(feed)), order="append")
    return form.write_feed(generator)


def publication() -> None:
    """One article more in seven feeds of 50, in RSS and Atom: 14 documents."""
    forms = {name: formats.kind(name)() for name in DIALECTS}
    number = 50

    def ours() -> list[bytes]:
        nonlocal number
        number += 1
        # As builds get them from the database: equal to those known, and not the same objects.
        carried = {feed.name: [story(n) for n in range(number, number - 50, -1)] for feed in FEEDS}
        started = process_time()
        documents = [write(forms[name], feed, carried[feed.name]) for feed in FEEDS for name in DIALECTS]
        spans_s.append(process_time() - started)
        return documents

    def theirs() -> list[bytes]:
        carried = [story(n) for n in range(number, number - 50, -1)]
        return [by_feedgen(feed, carried, name) for feed in FEEDS for name in DIALECTS]

    spans_s: list[float] = []
    assert ours() == theirs()  # noqa: S101 - or there is nothing to compare
    spans_s.clear()
    _, feedgens = best(ours, theirs)
    print(f"one publication in 14 documents of 50 entries: {min(spans_s) * 1000:.1f} ms")
    print(f"  feedgen alone: {feedgens / min(spans_s):.0f} times as much (to beat: 30)")


def assembly() -> None:
    """A document of 100 entries that are there, against joining their bytes."""
    carried = [story(n) for n in range(100, 0, -1)]
    feed = replace(FEEDS[0], length=100)
    for name in sorted(formats.kind.built_in):
        form: Format = formats.kind(name)()
        entries = [form.entry(SITE, feed, each) for each in carried]

        def often(make: Callable[[], object]) -> Callable[[], None]:
            def repeated() -> None:
                for _ in range(50):
                    make()

            return repeated

        def joined(entries: Sequence[bytes] = entries) -> bytes:
            return b"".join(entries)

        def document(form: Format = form, entries: Sequence[bytes] = entries) -> bytes:
            return form.document(SITE, feed, carried, entries, NO_HISTORY)

        ours, joining = (seconds / 50 for seconds in best(often(document), often(joined)))
        size = len(document()) / 1000
        print(
            f"100 entries as {name} ({size:.0f} kB): {ours * 1e6:.0f} µs, "
            f"{ours / joining:.1f} times joining them (to beat: 5)"
        )


def compression() -> None:
    """How often a document is compressed: when it is built, and not when nothing has changed."""
    carried = [story(n) for n in range(100, 0, -1)]
    document = Document(
        extension="rss", content=write(formats.kind("rss")(), FEEDS[0], carried), modified=NINE
    )
    with tempfile.TemporaryDirectory() as place:
        documents = Directory(Path(place))
        [first] = best_of_one(lambda: documents.replace("feed-0", [document]))
        [again] = best(lambda: documents.replace("feed-0", [document]))
    [gzip, brotli] = best(
        lambda: CODECS["gzip"].compress(document.content),
        lambda: CODECS["br"].compress(document.content),
    )
    print(f"compressing a document once: gzip {gzip * 1000:.1f} ms, br {brotli * 1000:.1f} ms")
    print(f"  building it: {first * 1000:.1f} ms; building it again unchanged: {again * 1000:.2f} ms")


def best_of_one(measure: Callable[[], object]) -> list[float]:
    started = process_time()
    measure()
    return [process_time() - started]


if __name__ == "__main__":
    for measure in (publication, assembly, compression):
        measure()
    print(f"({psutil.cpu_count()} cores)")
