"""**watch**: close the gap between what a source shows and what is on record.

::

    claim the source → look → measure photos → decide → file, in one transaction → ring → settle
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from syndicator.article import Article, Corrected, New, Sighting, Withdrawn, decide, formerly, measured_as
from syndicator.errors import PhotoError, SourceError, SourceGone, SyndicatorError
from syndicator.feed import Feed, Site
from syndicator.keywords import folded
from syndicator.ports import LEASE, Bell, Look, Photos, Source
from syndicator.stores import Filing, Rung, Watched, WatchStore, overdue

log = logging.getLogger(__name__)

#: Sightings filed in one transaction: small enough that other writers need not wait long.
BATCH = 25

#: Photos measured at once.
PHOTOS_AT_ONCE = 4

#: Seconds of one look after which no other photo is asked for: together with the last ones, each of which may
#: take its own deadline, less than a lease.
PHOTOS_S = 40.0

#: An article dated this long before its source was first seen whole is old news. Shorter ones are
#: not: many sites date by the day alone, and some publish late.
GRACE = timedelta(hours=24)

#: The pause after which what could not be recorded is looked for again.
SOON = timedelta(seconds=10)

#: The longest pause that failures alone bring about.
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Editor:
    """Says where articles belong: pure, from the declarations."""

    site: Site
    feeds: Collection[Feed]

    @cached_property
    def _asking(self) -> Mapping[tuple[str, str], Sequence[Feed]]:
        """Feeds by one thing that each asks for: of ten thousand, few are worth asking about an article."""
        asking = defaultdict(list)
        for feed in self.feeds:
            only = feed.only
            asked = {
                "section": only.sections,
                "tag": only.tags,
                "author": only.authors,
                "source": only.sources,
            }
            name, values = next(((n, v) for n, v in asked.items() if v), ("", ("",)))
            for value in set(map(folded, values)):
                asking[name, value].append(feed)
        return asking

    def _carrying(self, article: Article) -> Iterator[Feed]:
        """The feeds that carry an article; some of them more than once."""
        has = [("", ""), ("section", article.section), ("source", article.source)]
        has += [("tag", tag) for tag in article.tags] + [("author", author) for author in article.authors]
        for name, value in has:
            for feed in self._asking.get((name, folded(value)), ()):
                if feed.carries(article):
                    yield feed

    def feeds_of(self, article: Article) -> frozenset[str]:
        return frozenset(feed.name for feed in self._carrying(article))

    def channels_of(self, article: Article) -> frozenset[str]:
        return frozenset(channel for feed in self._carrying(article) for channel in feed.channels)

    def filing(
        self, known: Article | None, sighting: Sighting, *, since: datetime | None, now: datetime
    ) -> Filing | None:
        """What a sighting means for the record; ``None``: nothing. ``since``: when its source was first
        seen whole (``None``: this is the first look)."""
        match decide(known, sighting, now, authority=self.site.authority):
            case New(article):
                is_news = since is not None and article.published >= since - GRACE
                channels = self.channels_of(article) if is_news else frozenset[str]()
                return self.file(article, channels)
            case Corrected(article):
                # a new section may bring it to new channels; a newly declared channel does not
                before = self.channels_of(known) if known else frozenset[str]()
                return self.file(article, self.channels_of(article) - before)
            case Withdrawn(article):
                return self.file(article)
            case unchanged:
                article_now = unchanged.article
                return self.file(article_now) if article_now and article_now != known else None

    def file(self, article: Article, channels: frozenset[str] = frozenset()) -> Filing:
        return Filing(article=article, feeds=self.feeds_of(article), channels=channels)


def watch(
    source: Source,
    *,
    editor: Editor,
    store: WatchStore,
    photos: Photos,
    bell: Bell,
    clock: Callable[[], datetime],
) -> Look | None:
    """Look at a source once, if it is in no other hand. Returns what was seen; ``None`` where nothing
    was (another hand, or a failure, which is on record)."""
    watched = store.claim_source(source.name, clock(), LEASE)
    if watched is None:
        return None
    if watched.is_overdue and watched.failures > 1:  # once may have been a worker's end
        before = replace(watched, failures=watched.failures - 1)
        _settle_failure(source, before, SourceError(overdue(LEASE)), store, clock())
        return None
    try:
        look = source.look(watched.memory, clock())
        store.renew_source(watched, clock(), LEASE)
        problems = [*look.problems]
        photos_until = time.monotonic() + PHOTOS_S
        for batch in _batches(look.sightings):
            _file(batch, watched, problems, editor, store, photos, photos_until, bell, clock)
        ring(bell, store.withdraw(source.name, look.gone, clock()))
        for key in look.gone:
            log.info("%s: withdrawn: %s", source.name, key)
    except SourceError as e:
        _settle_failure(source, watched, e, store, clock())
        return None
    except SyndicatorError as e:  # the record's trouble, not the source's: it is looked at again soon
        now = clock()
        store.settle_source(
            watched, now=now, next_look=now + SOON, problems=[f"not recorded: {e}"], is_complete=False
        )
        raise
    except Exception as e:
        _settle_failure(source, watched, SourceError(f"{type(e).__name__}: {e}"), store, clock())
        raise
    for problem in problems:
        if problem not in watched.problems:
            log.warning("source %s: %s", source.name, problem)
    now = clock()
    store.settle_source(
        watched,
        now=now,
        next_look=max(now + source.every, look.next_look or now),
        memory=look.memory,
        problems=problems,
        is_complete=look.is_complete,
    )
    return replace(look, problems=problems)


def ring(bell: Bell, rung: Rung) -> None:
    """Tell the workers what a transaction left to be done. Only ever after the commit."""
    for channel in sorted(rung.channels):
        bell.ring("deliver", channel)
    for feed in sorted(rung.feeds):
        bell.ring("build", feed)


def _file(
    batch: Sequence[Sighting],
    watched: Watched,
    problems: list[str],
    editor: Editor,
    store: WatchStore,
    photos: Photos,
    photos_until: float,
    bell: Bell,
    clock: Callable[[], datetime],
) -> None:
    batch = [formerly(sighting, editor.site.former_hosts) for sighting in batch]
    known = store.known(name for sighting in batch for name in sighting.names)
    problems += [f"{s.url}: {warning}" for s in batch for warning in s.warnings]
    with ThreadPoolExecutor(PHOTOS_AT_ONCE) as pool:
        measured = list(pool.map(lambda s: _with_photo(s, known, photos, photos_until), batch))
    problems += [problem for _, problem in measured if problem]
    now = clock()
    store.renew_source(watched, now, LEASE)

    filed: dict[str, Article] = {}

    def filing(on_file: Article | None, sighting: Sighting) -> Filing | None:
        made = editor.filing(on_file, sighting, since=watched.since, now=now)
        if made and (on_file is None or made.article.revision != on_file.revision):
            filed[made.article.guid] = made.article
        return made

    ring(bell, store.file([sighting for sighting, _ in measured], filing, now))
    for article in filed.values():
        what = "recorded" if article.revision == 1 else f"revision {article.revision}"
        log.info("%s: %s: %s", watched.name, what, article.title)


def _with_photo(
    sighting: Sighting, known: Mapping[str, Article], photos: Photos, until: float
) -> tuple[Sighting, str]:
    """The sighting with its photo measured, and what was wrong with it. A photo that was had stays as it
    was, unless it has been replaced; one that will never be had is left out; any other is tried again at
    the next look."""
    photo = sighting.photo
    if photo is None:
        return sighting, ""
    on_file = next((known[name] for name in sighting.names if name in known), None)
    before = on_file.photo if on_file else None
    if before and before.url == photo.url:
        photo = measured_as(photo, before)
    try:
        if time.monotonic() > until:
            raise PhotoError("no time was left for it in this look", lasting=False)
        return replace(sighting, photo=photos.measure(photo)), ""
    except PhotoError as e:
        if photo.is_measured:
            return sighting, ""
        kept = sighting if not e.lasting else replace(sighting, photo=None)
        return kept, f"{sighting.url}: photo {photo.url}: {e}"


def _settle_failure(
    source: Source, watched: Watched, error: SourceError, store: WatchStore, now: datetime
) -> None:
    log.warning("source %s: %s", source.name, error)
    pause = min(source.every * (1 << min(watched.failures, 10)), LONGEST_PAUSE)
    store.settle_source(
        watched,
        now=now,
        next_look=max(now + max(pause, source.every), error.retry_at or now),
        error=str(error),
        is_gone=isinstance(error, SourceGone),
    )


def _batches(sightings: Sequence[Sighting]) -> Iterator[Sequence[Sighting]]:
    for start in range(0, len(sightings), BATCH):
        yield sightings[start : start + BATCH]
