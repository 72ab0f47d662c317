"""**watch**: close the gap between what a source shows and what is on record.

::

    claim the source → look → brake → measure photos → decide → file, in one transaction → ring → settle
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from syndicator.domain import backoff
from syndicator.domain.article import Article, Sighting
from syndicator.domain.brakes import BrakedKind, Brakes
from syndicator.domain.changes import formerly, in_story, measured_as
from syndicator.domain.errors import PhotoError, SourceError, SourceGone, SyndicatorError
from syndicator.jobs.braking import Braked, brake, read_again, still_held
from syndicator.jobs.ports import LEASE, READ_AGAIN, Bell, Look, Photos, Source
from syndicator.jobs.postponing import Postponements
from syndicator.jobs.routing import Editor, is_old_news, ring
from syndicator.jobs.store_ports import Filing, Watched, WatchStore, overdue
from syndicator.jobs.unposted import Unposted

log = logging.getLogger(__name__)

#: Sightings filed in one transaction: small enough that other writers need not wait long.
BATCH_SIZE = 25

#: Photos measured at once.
PHOTOS_AT_ONCE = 4

#: Seconds of one look after which no other photo is asked for: together with the last ones, each of which may
#: take its own deadline, less than a lease.
PHOTOS_S = 40.0

#: The pause before the next look after one that could not be recorded.
RETRY_PAUSE = timedelta(seconds=10)

#: A source that says so for so long (410), and so often in a row, is gone. One answer may be an outage's.
GONE_AFTER, GONE_LOOKS = timedelta(hours=24), 4

#: The brakes of a source whose declaration says nothing of them.
DEFAULT_BRAKES = Brakes()


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """What **watch** works with. ``sources`` and their ``brakes`` by name."""

    sources: Mapping[str, Source]
    brakes: Mapping[str, Brakes]
    editor: Editor
    store: WatchStore
    photos: Photos
    bell: Bell
    clock: Callable[[], datetime]


def watch(watcher: Watcher, name: str) -> Look | None:
    """Look at a source once, if it is in no other hand. Returns what was seen; ``None`` where nothing
    was (another hand, or a failure, which is on record)."""
    source, store, clock = watcher.sources[name], watcher.store, watcher.clock
    watched = store.claim_source(name, clock(), LEASE)
    if watched is None:
        return None
    if watched.is_overdue and watched.failures > 1:  # once may have been a worker's end
        before = replace(watched, failures=watched.failures - 1)
        _settle_failure(watcher, before, SourceError(overdue(LEASE)))
        return None
    postponements = Postponements.read(watched.memory, clock())
    unposted = Unposted.read(watched.memory, clock())
    try:
        look, braked = _look(watcher, source, watched, postponements)
        problems = _record(watcher, watched, look, braked, postponements, unposted)
    except _TakenOver:
        log.warning("source %s: another hand has taken over from this one, which was stopped", name)
        return None
    except SourceError as e:
        _settle_failure(watcher, watched, e)
        return None
    except SyndicatorError as e:  # the record's trouble, not the source's: it is looked at again soon
        now = clock()
        store.settle_source(
            watched, now=now, next_look=now + RETRY_PAUSE, problems=[f"not recorded: {e}"], is_complete=False
        )
        raise
    except Exception as e:
        _settle_failure(watcher, watched, SourceError(f"{type(e).__name__}: {e}"))
        raise
    look = replace(
        look, problems=problems, memory={**look.memory, **postponements.stored(), **unposted.stored()}
    )
    _settle(watcher, watched, look, braked)
    return look


def _look(
    watcher: Watcher, source: Source, watched: Watched, postponements: Postponements
) -> tuple[Look, Braked]:
    """What the source shows, and what of that passes its brakes."""
    clock, editor = watcher.clock, watcher.editor
    brakes = watcher.brakes.get(watched.name, DEFAULT_BRAKES)
    held = still_held(watched, brakes, clock())
    memory = read_again(watched.memory, held, postponements.take_due(clock()), clock())
    look = source.look(memory, clock())
    if look.sightings or look.gone:  # else nothing is done to the record but to give the source back
        _keep(watcher, watched, _should_it_end_here(look))
    site = editor.site
    sightings = (formerly(each, site.former_hosts) for each in look.sightings)
    look = replace(look, sightings=[in_story(each, site.story_tags) for each in sightings])
    braked = brake(
        look,
        watched,
        held,
        brakes=brakes,
        decide=partial(
            editor.filing,
            since=watched.since,
            now=clock(),
            gives_dates=_gives_dates(watcher, watched, look.sightings),
        ),
        store=watcher.store,
        now=clock(),
    )
    return look, braked


def _record(
    watcher: Watcher,
    watched: Watched,
    look: Look,
    braked: Braked,
    postponements: Postponements,
    unposted: Unposted,
) -> list[str]:
    """Put on record what has passed. Returns the problems of the look, with those of its articles."""
    problems = [*look.problems]
    photos_until = time.monotonic() + PHOTOS_S
    for batch in _batches(braked.sightings):
        problems += _file(watcher, watched, braked, batch, photos_until, postponements, unposted)
    _make_good(watcher, watched, braked)
    return [*problems, *unposted.remarks(), *postponements.remarks()]


class _TakenOver(Exception):
    """The source is in another hand, which has seen something newer than we have."""


def _keep(watcher: Watcher, watched: Watched, memory: Mapping[str, Any] | None = None) -> None:
    """Keep the source in hand. Raises ``_TakenOver``."""
    if not watcher.store.renew_source(watched, watcher.clock(), LEASE, memory=memory):
        raise _TakenOver


def _should_it_end_here(look: Look) -> Mapping[str, Any] | None:
    """What the source is to be handed if this hand dies before all of it is on record: what it knows of its
    pages now, and that those are to be read again. A page of which it knew nothing any more, although its
    article is on file, could never be missed. ``None``: what it was handed for this look does."""
    keys = list(dict.fromkeys([*(sighting.key for sighting in look.sightings), *look.gone]))
    return {**look.memory, READ_AGAIN: keys} if keys else None


def _file(
    watcher: Watcher,
    watched: Watched,
    braked: Braked,
    batch: Sequence[Sighting],
    photos_until: float,
    postponements: Postponements,
    unposted: Unposted,
) -> list[str]:
    """File a batch in one transaction. Returns its problems."""
    known, photos = braked.known, watcher.photos
    with ThreadPoolExecutor(PHOTOS_AT_ONCE) as pool:
        measured = list(pool.map(lambda s: _with_photo(s, known, photos, photos_until), batch))
    _keep(watcher, watched)
    now = watcher.clock()
    gives_dates = _gives_dates(watcher, watched, braked.sightings)

    filed: dict[str, Article] = {}

    def filing(on_file: Article | None, sighting: Sighting) -> Filing | None:
        filing = watcher.editor.filing(
            on_file, sighting, since=watched.since, now=now, gives_dates=gives_dates
        )
        if filing is None and (until := watcher.editor.postponed_until(on_file, sighting, now)):
            postponements.add(sighting, until, now)
        if filing and on_file is None and sighting.key in braked.unposted:
            filing = replace(filing, channels=frozenset())
        since = watched.since if on_file is None else None
        if filing and since and is_old_news(sighting, filing.article, since, gives_dates=gives_dates):
            unposted.add(sighting, filing.article, now)
        if filing and (on_file is None or filing.article.revision != on_file.revision):
            filed[filing.article.guid] = filing.article
        return filing

    ring(watcher.bell, watcher.store.file([sighting for sighting, _ in measured], filing, now))
    for article in filed.values():
        event = "recorded" if article.revision == 1 else f"revision {article.revision}"
        log.info("%s: %s: %s", watched.name, event, article.title)
    warnings = [f"{sighting.url}: {warning}" for sighting in batch for warning in sighting.warnings]
    return [*warnings, *(problem for _, problem in measured if problem)]


def _gives_dates(watcher: Watcher, watched: Watched, sightings: Sequence[Sighting]) -> bool:
    """Whether the source dates its articles; asked only where one has no date."""
    if not any(sighting.is_undated for sighting in sightings):
        return False
    return any(sighting.published for sighting in sightings) or watcher.store.gives_dates(watched.name)


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
        result = sighting if not e.lasting else replace(sighting, photo=None)
        return result, f"{sighting.url}: photo {photo.url}: {e}"


def _make_good(watcher: Watcher, watched: Watched, braked: Braked) -> None:
    """Withdraw what the source no longer has, and catch up with what was held and is allowed now."""
    gone = list(dict.fromkeys([*braked.gone, *braked.freed.get(BrakedKind.WITHDRAWN, ())]))
    freed_news = braked.freed.get(BrakedKind.NEWS, ())
    if not gone and not freed_news:
        return
    _keep(watcher, watched)
    editor, store, now = watcher.editor, watcher.store, watcher.clock()
    ring(watcher.bell, store.withdraw(watched.name, gone, now))
    for key in gone:
        log.info("%s: withdrawn: %s", watched.name, key)
    if freed_news:
        wakeups = store.refile(watched.name, freed_news, lambda a: editor.file(a, editor.channels_of(a)), now)
        ring(watcher.bell, wakeups)
        log.info("%s: %d articles that were held are posted", watched.name, len(freed_news))


def _settle(watcher: Watcher, watched: Watched, look: Look, braked: Braked) -> None:
    for problem in [*look.problems, *braked.warnings]:
        if problem not in watched.problems:
            log.warning("source %s: %s", watched.name, problem)
    now, every = watcher.clock(), watcher.sources[watched.name].every
    watcher.store.settle_source(
        watched,
        now=now,
        next_look=max(now + every, look.next_look or now),
        memory={name: value for name, value in look.memory.items() if name != READ_AGAIN},
        problems=look.problems,
        is_complete=look.is_complete,
        past=braked.past,
        held=braked.held,
    )


def _settle_failure(watcher: Watcher, watched: Watched, error: SourceError) -> None:
    log.warning("source %s: %s", watched.name, error)
    now, failures = watcher.clock(), watched.failures + 1
    pause = backoff.of_source(watcher.sources[watched.name].every).wait(failures)
    gone_since = (watched.gone_since or now) if isinstance(error, SourceGone) else None  # in a row
    is_gone = gone_since is not None and failures >= GONE_LOOKS and now >= gone_since + GONE_AFTER
    watcher.store.settle_source(
        watched,
        now=now,
        next_look=max(now + pause, error.retry_at or now),
        error=str(error),
        is_gone=is_gone,
        gone_since=gone_since,
    )


def _batches(sightings: Sequence[Sighting]) -> Iterator[Sequence[Sighting]]:
    for start in range(0, len(sightings), BATCH_SIZE):
        yield sightings[start : start + BATCH_SIZE]
