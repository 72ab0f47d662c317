"""Brakes applied to one look at a source: its effects, and those of them that pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from syndicator.domain.article import Article, ArticleState, Sighting
from syndicator.domain.brakes import (
    MAX_LIVE,
    BrakedKind,
    Brakes,
    Held,
    Holding,
    decided,
    hold_warnings,
    holding,
    judge,
    may_be_many,
    to_read_again,
)
from syndicator.domain.past import Past
from syndicator.jobs.ports import READ_AGAIN, Look
from syndicator.jobs.store_ports import Filing, Watched, WatchStore

Decide = Callable[[Article | None, Sighting], Filing | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Braked:
    """What of a look passes. ``unposted``: keys of new articles that go into feeds and are not posted.
    ``known``: the articles on file, by name. ``warnings``: what is held since this look."""

    sightings: Sequence[Sighting]
    gone: Sequence[str]
    known: Mapping[str, Article]
    unposted: Collection[str] = ()
    freed: Mapping[BrakedKind, Sequence[str]] = field(default_factory=dict)
    held: Mapping[str, Any] = field(default_factory=dict)
    past: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def still_held(watched: Watched, brakes: Brakes, now: datetime) -> dict[BrakedKind, Held]:
    """What is still held at a source, now that an operator's decision is heard."""
    return decided(holding(watched.held), watched.decision, brakes, now)


def read_again(
    memory: Mapping[str, Any], held: Holding, postponed: Sequence[str], now: datetime
) -> Mapping[str, Any]:
    """The memory that a source is handed: with what it is to read again, as if it had not been seen, since
    it is held, was ``postponed`` (keys) until now, or since the look before ended in the midst of it."""
    keys = [*memory.get(READ_AGAIN, ()), *to_read_again(held, now), *postponed]
    return {**memory, READ_AGAIN: keys} if keys else memory


def brake(
    look: Look,
    watched: Watched,
    held: Holding,
    *,
    brakes: Brakes,
    decide: Decide,
    store: WatchStore,
    now: datetime,
) -> Braked:
    """Judge a look. What is held is on record when this returns. A first look is never too much: it is old
    news, and nothing is on file that it could change."""
    names = [name for sighting in look.sightings for name in sighting.names]
    gone = {f"{watched.name}:{key}": key for key in look.gone}
    known = store.known([*names, *gone])
    if watched.since is None:
        return Braked(sightings=look.sightings, gone=look.gone, known=known)
    effects = _effects(look, known, watched.name, decide)
    past = Past.read(watched.past)
    judgement = judge(
        effects,
        {sighting.key for sighting in look.sightings},
        held=held,
        past=past,
        brakes=brakes,
        live=store.live(watched.name, MAX_LIVE) if may_be_many(effects, past, now) else 0,
        is_whole=look.is_complete,
        now=now,
    )
    stored = _stored(judgement.held)
    # what is freed is made good later in this look, which may not come to that: then the next one does it
    stored_until_freed = _stored({k: _before_freed(each, held.get(k)) for k, each in judgement.held.items()})
    if stored_until_freed != watched.held:
        store.hold(watched, stored_until_freed)
    stopped = {kind: judgement.stopped.get(kind, frozenset()) for kind in BrakedKind}
    blocked = {*stopped[BrakedKind.CHANGED], *stopped[BrakedKind.WITHDRAWN]}
    return Braked(
        sightings=[sighting for sighting in look.sightings if sighting.key not in blocked],
        gone=[key for key in look.gone if key not in stopped[BrakedKind.WITHDRAWN]],
        known=known,
        unposted=stopped[BrakedKind.NEWS],
        freed=judgement.freed,
        held=stored,
        past=judgement.past.stored(),
        warnings=hold_warnings({kind: each for kind, each in stored.items() if kind not in watched.held}),
    )


def _stored(held: Holding) -> dict[str, Any]:
    return {kind.value: each.stored() for kind, each in held.items()}


def _before_freed(after: Held, before: Held | None) -> Held:
    return replace(after, keys=before.keys) if before and before.open_until else after


def _effects(
    look: Look, known: Mapping[str, Article], source: str, decide: Decide
) -> dict[BrakedKind, dict[str, str]]:
    """The effects that a look would have, by kind and key, each with a name for people."""
    effects: dict[BrakedKind, dict[str, str]] = {kind: {} for kind in BrakedKind}
    for sighting in look.sightings:
        on_file = next((known[name] for name in sighting.names if name in known), None)
        if kind := _kind(on_file, sighting, decide):
            effects[kind][sighting.key] = f"{sighting.title} ({sighting.url})"
    for key in look.gone:
        article = known.get(f"{source}:{key}")
        if article and article.source == source and article.state is not ArticleState.WITHDRAWN:
            effects[BrakedKind.WITHDRAWN][key] = f"{article.title} ({article.url})"
    return effects


def _kind(on_file: Article | None, sighting: Sighting, decide: Decide) -> BrakedKind | None:
    if on_file and on_file.photo is None:  # it may be one that cannot be had, and is found again each time
        sighting = replace(sighting, photo=None)
    filing = decide(on_file, sighting)
    if filing is None:
        return None
    if on_file is None:
        return BrakedKind.NEWS if filing.channels else None
    if on_file.state is ArticleState.WITHDRAWN or filing.article.revision == on_file.revision:
        return None  # what comes back is on file already, and was braked when it went
    return BrakedKind.WITHDRAWN if filing.article.state is ArticleState.WITHDRAWN else BrakedKind.CHANGED
