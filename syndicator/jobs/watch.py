"""**watch**: close the gap between what a source shows and what is on record.

::

    claim the source → look → brake → measure photos → decide → file, in one transaction → ring → settle
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from syndicator.domain.article import (
    Article,
    Corrected,
    New,
    Sighting,
    Withdrawn,
    decide,
    formerly,
    measured_as,
)
from syndicator.domain.brakes import BrakedKind, Brakes
from syndicator.domain.errors import PhotoError, SourceError, SourceGone, SyndicatorError
from syndicator.domain.feed import Feed, Site
from syndicator.domain.keywords import folded
from syndicator.jobs.braking import Braked, brake, heard, read_again
from syndicator.jobs.ports import LEASE, READ_AGAIN, Bell, Look, Photos, Source
from syndicator.jobs.store_ports import Filing, Wakeups, Watched, WatchStore, overdue

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

#: A source that says so for so long (410), and so often in a row, is gone. One answer may be an outage's.
GONE_AFTER, GONE_LOOKS = timedelta(hours=24), 4

#: Of a source whose declaration says nothing of them.
UNDECLARED = Brakes()


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

    def candidates(self, article: Article) -> Iterator[Feed]:
        """The feeds that are worth asking whether they carry an article; some of them more than once."""
        has = [("", ""), ("section", article.section), ("source", article.source)]
        has += [("tag", tag) for tag in article.tags] + [("author", author) for author in article.authors]
        for name, value in has:
            yield from self._asking.get((name, folded(value)), ())

    def _carrying(self, article: Article) -> Iterator[Feed]:
        """The feeds that carry an article; some of them more than once."""
        return (feed for feed in self.candidates(article) if feed.carries(article))

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
    brakes: Brakes = UNDECLARED,
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
        held = heard(watched, brakes, clock())
        look = source.look(read_again(watched.memory, held, clock()), clock())
        _keep(watched, store, clock(), _should_it_end_here(look))
        look = replace(look, sightings=[formerly(each, editor.site.former_hosts) for each in look.sightings])
        braked = brake(
            look,
            watched,
            held,
            brakes=brakes,
            decide=partial(editor.filing, since=watched.since, now=clock()),
            store=store,
            now=clock(),
        )
        problems = [*look.problems]
        photos_until = time.monotonic() + PHOTOS_S
        for batch in _batches(braked.sightings):
            _file(batch, braked, watched, problems, editor, store, photos, photos_until, bell, clock)
        _keep(watched, store, clock())
        _make_good(source.name, braked, editor, store, bell, clock())
    except _TakenOver:
        log.warning("source %s: another hand has taken over from this one, which was stopped", source.name)
        return None
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
    for problem in [*problems, *braked.warnings]:
        if problem not in watched.problems:
            log.warning("source %s: %s", source.name, problem)
    now = clock()
    store.settle_source(
        watched,
        now=now,
        next_look=max(now + source.every, look.next_look or now),
        memory={name: value for name, value in look.memory.items() if name != READ_AGAIN},
        problems=problems,
        is_complete=look.is_complete,
        past=braked.past,
        held=braked.held,
    )
    return replace(look, problems=problems)


def _make_good(
    name: str, braked: Braked, editor: Editor, store: WatchStore, bell: Bell, now: datetime
) -> None:
    """Withdraw what the source no longer has, and catch up with what was held and is allowed now."""
    gone = [*braked.gone, *braked.freed.get(BrakedKind.WITHDRAWN, ())]
    ring(bell, store.withdraw(name, gone, now))
    for key in gone:
        log.info("%s: withdrawn: %s", name, key)
    posted = braked.freed.get(BrakedKind.NEWS, ())
    if posted:
        ring(bell, store.refile(name, posted, lambda a: editor.file(a, editor.channels_of(a)), now))
        log.info("%s: %d articles that were held are posted", name, len(posted))


class _TakenOver(Exception):
    """The source is in another hand, which has seen something newer than we have."""


def _keep(
    watched: Watched, store: WatchStore, now: datetime, memory: Mapping[str, Any] | None = None
) -> None:
    """Keep the source in hand. Raises ``_TakenOver``."""
    if not store.renew_source(watched, now, LEASE, memory=memory):
        raise _TakenOver


def _should_it_end_here(look: Look) -> Mapping[str, Any] | None:
    """What the source is to be handed if this hand dies before all of it is on record: what it knows of its
    pages now, and that those are to be read again. A page of which it knew nothing any more, although its
    article is on file, could never be missed. ``None``: what it was handed for this look does."""
    keys = list(dict.fromkeys([*(sighting.key for sighting in look.sightings), *look.gone]))
    return {**look.memory, READ_AGAIN: keys} if keys else None


def ring(bell: Bell, rung: Wakeups) -> None:
    """Tell the workers what a transaction left to be done. Only ever after the commit."""
    for channel in sorted(rung.channels):
        bell.ring("deliver", channel)
    for feed in sorted(rung.feeds):
        bell.ring("build", feed)


def _file(
    batch: Sequence[Sighting],
    braked: Braked,
    watched: Watched,
    problems: list[str],
    editor: Editor,
    store: WatchStore,
    photos: Photos,
    photos_until: float,
    bell: Bell,
    clock: Callable[[], datetime],
) -> None:
    known = braked.known
    problems += [f"{s.url}: {warning}" for s in batch for warning in s.warnings]
    with ThreadPoolExecutor(PHOTOS_AT_ONCE) as pool:
        measured = list(pool.map(lambda s: _with_photo(s, known, photos, photos_until), batch))
    problems += [problem for _, problem in measured if problem]
    now = clock()
    _keep(watched, store, now)

    filed: dict[str, Article] = {}

    def filing(on_file: Article | None, sighting: Sighting) -> Filing | None:
        made = editor.filing(on_file, sighting, since=watched.since, now=now)
        if made and on_file is None and sighting.key in braked.unposted:
            made = replace(made, channels=frozenset())
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
    gone_since = (watched.gone_since or now) if isinstance(error, SourceGone) else None  # in a row
    store.settle_source(
        watched,
        now=now,
        next_look=max(now + max(pause, source.every), error.retry_at or now),
        error=str(error),
        is_gone=isinstance(error, SourceGone)
        and watched.failures + 1 >= GONE_LOOKS
        and gone_since is not None
        and now >= gone_since + GONE_AFTER,
        gone_since=gone_since,
    )


def _batches(sightings: Sequence[Sighting]) -> Iterator[Sequence[Sighting]]:
    for start in range(0, len(sightings), BATCH):
        yield sightings[start : start + BATCH]
