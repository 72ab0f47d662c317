"""Brakes: far more news, changes or withdrawals at once than a source's past makes likely.

Newsrooms have bursts; sites have outages, new templates, broken encodings and new addresses for all that they
ever published. Changes that are too many to be believed are *held*: operators are warned, and the changes
wait for a person, for the site to show again what is on file, or for the time that the declaration allows.
Pure; times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from syndicator.domain.past import Past


class BrakedKind(StrEnum):
    """The kinds of effects on articles of which a look may have too many."""

    NEWS = "news"  # an article that would be posted
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


class Decision(StrEnum):
    """An operator's decision about all that is held at a source."""

    ALLOW = "allow"
    FORGET = "forget"


#: How many times the largest look of a source's past is still likely.
PAST_FACTOR = 3

#: As much of a kind may pass within ``WINDOW``, so many times what may pass in one look.
WINDOW_FACTOR = 2

#: Kinds of which a mass is no newsroom's at work. News come in small looks all day.
WINDOWED = frozenset((BrakedKind.CHANGED, BrakedKind.WITHDRAWN))

#: How long a kind stays allowed after an operator's decision: a mass of changes is read in parts, too.
OPEN_SPAN = timedelta(hours=1)

#: How often held articles are read again, to see whether the site is well again.
REREAD_EVERY = timedelta(minutes=15)

#: Articles that a warning names.
MAX_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Usual:
    """The limit for a source without a past: at least ``least``, at most ``most``, and between the two
    this ``share`` of its articles that are live."""

    least: int
    share: float
    most: int

    def limit(self, live: int) -> int:
        return min(self.most, max(self.least, int(self.share * live)))


USUAL: Mapping[BrakedKind, Usual] = {
    BrakedKind.NEWS: Usual(50, 0, 50),
    BrakedKind.CHANGED: Usual(10, 1 / 2, 40),
    BrakedKind.WITHDRAWN: Usual(5, 1 / 3, 20),
}

#: Live articles of a source beyond which it makes no difference how many there are.
MAX_LIVE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Brakes:
    """The limits that a source's declaration sets: how many in one look may pass (``None``: as its past makes
    likely), and after how long what is held goes on by itself (``None``: never)."""

    most_news: int | None = None
    most_changed: int | None = None
    most_withdrawn: int | None = None
    hold: timedelta | None = None

    def limit(self, kind: BrakedKind, past: Past, live: int, now: datetime) -> int:
        """How many of a kind may pass in one look. ``live``: articles of the source, ``MAX_LIVE`` at most."""
        declared = {
            BrakedKind.NEWS: self.most_news,
            BrakedKind.CHANGED: self.most_changed,
            BrakedKind.WITHDRAWN: self.most_withdrawn,
        }[kind]
        if declared is not None:
            return declared
        return max(USUAL[kind].limit(live), PAST_FACTOR * past.largest(kind, now))


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The articles that are held of one kind: their keys, and titles of the first. ``read``: when they were
    last read again. ``open_until``: it is allowed, and so is more of its kind until then."""

    since: datetime
    limit: int
    keys: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    read: datetime | None = None
    open_until: datetime | None = None

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Held:
        return cls(
            since=_time(stored["since"]),
            limit=stored["limit"],
            keys=tuple(stored["keys"]),
            examples=tuple(stored["examples"]),
            read=_time(stored["read"]) if stored.get("read") else None,
            open_until=_time(stored["open_until"]) if stored.get("open_until") else None,
        )

    def stored(self) -> dict[str, Any]:
        return {
            "since": int(self.since.timestamp()),
            "limit": self.limit,
            "keys": list(self.keys),
            "examples": list(self.examples),
            "read": int(self.read.timestamp()) if self.read else None,
            "open_until": int(self.open_until.timestamp()) if self.open_until else None,
        }

    def brought_back(self, now: datetime) -> Held:
        """The same as a clock would have written it that is not ahead of us."""
        return replace(
            self,
            since=min(self.since, now),
            read=min(self.read, now) if self.read else None,
            open_until=min(self.open_until, now + OPEN_SPAN) if self.open_until else None,
        )


Holding = Mapping[BrakedKind, Held]


def holding(stored: Mapping[str, Any]) -> dict[BrakedKind, Held]:
    """The articles that are held at a source, by kind, from its row."""
    return {BrakedKind(kind): Held.from_stored(held) for kind, held in stored.items()}


def hold_warnings(stored: Mapping[str, Any]) -> list[str]:
    """One line for operators for each kind that is held, from a source's row."""
    return [_line(kind, held) for kind, held in holding(stored).items() if not held.open_until]


def _line(kind: BrakedKind, held: Held) -> str:
    what = {
        BrakedKind.NEWS: "new articles are in feeds, and not posted",
        BrakedKind.CHANGED: "changes are held",
        BrakedKind.WITHDRAWN: "withdrawals are held",
    }[kind]
    span = (
        "in one look" if kind not in WINDOWED else f"in one look, or {WINDOW_FACTOR} times that in an hour,"
    )
    likely = f"more than {held.limit} {span} are not likely of this source"
    return f"{len(held.keys)} {what}: {likely} ({'; '.join(held.examples)})"


def decided(held: Holding, decision: str, brakes: Brakes, now: datetime) -> dict[BrakedKind, Held]:
    """The held articles after an operator's decision (or ``""``), and once time has done its part."""
    if decision == Decision.FORGET:
        return {kind: each.brought_back(now) for kind, each in held.items() if each.open_until}
    after: dict[BrakedKind, Held] = {}
    for kind, written in held.items():
        each = written.brought_back(now)
        is_over = brakes.hold is not None and each.since + brakes.hold <= now
        if decision == Decision.ALLOW or (is_over and not each.open_until):
            after[kind] = replace(each, open_until=now + OPEN_SPAN)
        elif not each.open_until or each.open_until > now or (each.keys and kind is not BrakedKind.CHANGED):
            after[kind] = each  # keys that are left of what was freed: no look has come to them yet
    return after


def to_read_again(held: Holding, now: datetime) -> tuple[str, ...]:
    """Keys of articles whose changes are held: at once where they are allowed, else now and then."""
    changed = held.get(BrakedKind.CHANGED)
    if changed is None:
        return ()
    is_due = changed.open_until or (changed.read or changed.since) + REREAD_EVERY <= now
    return changed.keys if is_due else ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The judgement on a look. ``stopped``: keys that must not pass, by kind. ``freed``: keys that were held
    and are to be made good now. ``held`` and ``past``: as they are from now on."""

    stopped: Mapping[BrakedKind, Collection[str]]
    freed: Mapping[BrakedKind, Sequence[str]]
    held: Mapping[BrakedKind, Held]
    past: Past


def may_be_many(effects: Mapping[BrakedKind, Collection[str]], past: Past, now: datetime) -> bool:
    """Whether it matters to a look's judgement how many articles of its source are live: else nobody need
    count them."""
    for kind, keys in effects.items():
        least, of_late = USUAL[kind].least, past.others_of_late(kind, keys, now) if kind in WINDOWED else 0
        if len(keys) > least or len(keys) + of_late > WINDOW_FACTOR * least:
            return True
    return False


def judge(
    effects: Mapping[BrakedKind, Mapping[str, str]],
    alive: Collection[str],
    *,
    held: Holding,
    past: Past,
    brakes: Brakes,
    live: int,
    is_whole: bool = True,
    now: datetime,
) -> Judgement:
    """Decide what of a look may pass.

    ``effects``: what it would do, by kind: keys, each with a name for people. ``alive``: keys that the look
    shows, whatever they would do. ``live``: see ``Brakes.limit``. ``is_whole``: no news was left for the next
    look; what comes in parts is judged by its first.
    """
    stopped: dict[BrakedKind, Collection[str]] = {}
    freed: dict[BrakedKind, Sequence[str]] = {}
    after: dict[BrakedKind, Held] = {}
    for kind in BrakedKind:
        affected, before = effects.get(kind, {}), held.get(kind)
        waiting = _unsettled(kind, before.keys, affected, alive) if before else ()
        fresh = [key for key in affected if key not in waiting]
        if before and before.open_until:
            if kind is BrakedKind.NEWS:
                past = past.with_passed(kind, len(fresh), now)
            passing = affected.keys() if kind is BrakedKind.CHANGED else set(waiting)
            freed[kind] = () if kind is BrakedKind.CHANGED else waiting
            after[kind] = replace(before, keys=tuple(k for k in waiting if k not in passing))
            continue
        limit = brakes.limit(kind, past, live, now)
        is_news = kind is BrakedKind.NEWS
        goes_on = bool(waiting) and (not is_news or past.is_in_parts)
        count = len(fresh) + (is_news and not is_whole)  # there are more than were read
        is_held = bool(fresh) and (goes_on or count > limit)
        if fresh and kind in WINDOWED:
            is_held |= len(fresh) + past.others_of_late(kind, fresh, now) > WINDOW_FACTOR * limit
        past = past if is_held else past.with_passed(kind, len(fresh), now)
        if kind in WINDOWED and not is_held:
            past = past.with_recent(kind, fresh, now)
        keys = (*waiting, *(fresh if is_held else ()))
        stopped[kind] = frozenset(keys)
        if keys:
            known = before or Held(since=now, limit=limit)
            names = (*known.examples, *(affected[key] for key in fresh if is_held))[:MAX_EXAMPLES]
            read = now if before and to_read_again({kind: before}, now) else known.read
            after[kind] = replace(known, keys=keys, examples=names, read=read)
    past = replace(past, is_in_parts=not is_whole)
    passing = {*effects.get(BrakedKind.WITHDRAWN, ()), *freed.get(BrakedKind.WITHDRAWN, ())}
    withdrawn = passing.difference(stopped.get(BrakedKind.WITHDRAWN, ()))
    return Judgement(stopped=stopped, freed=freed, held=_without_changes(after, withdrawn), past=past)


def _without_changes(held: Holding, withdrawn: Collection[str]) -> Holding:
    """What is held, without the changes of articles that are withdrawn: nobody is to read those again."""
    changed = held.get(BrakedKind.CHANGED)
    if changed is None or not withdrawn:
        return held
    keys = tuple(key for key in changed.keys if key not in withdrawn)
    if keys or changed.open_until:
        return {**held, BrakedKind.CHANGED: replace(changed, keys=keys)}
    return {kind: each for kind, each in held.items() if kind is not BrakedKind.CHANGED}


def _unsettled(
    kind: BrakedKind, keys: Sequence[str], affected: Mapping[str, str], alive: Collection[str]
) -> tuple[str, ...]:
    """The keys that are still held of these: an article that the site shows again as it is on file is
    settled."""
    if kind is BrakedKind.NEWS:
        return tuple(keys)
    return tuple(key for key in keys if key in affected or key not in alive)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
