"""When a page is read again. Pages as ``CrawlState`` remembers them; times in seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from syndicator.domain import backoff

#: What answers that it has not changed is asked for all the same every tenth time, or so often, if that is
#: sooner: what is backdated or taken back does not change the validators of some systems.
WHOLE_LOOKS, WHOLE_AFTER = 10, timedelta(minutes=30)

#: Seconds between two readings of what is listed for long: at least, and at most unless all rechecks that are
#: declared are further apart.
LISTED_AGAIN_S, LISTED_APART_S = 24 * 3600, 3 * 24 * 3600

#: Seconds by which clocks of several machines may differ.
SKEW = 60

#: What is remembered of a page that is the time at which it was noted: none is later than now.
NOTED = ("seen", "read", "tried", "gone", "planned")


def whole_span_s(every: timedelta) -> float:
    """Seconds between looks at all of a list that is looked at ``every`` so often: never twice in a row."""
    return max(min(WHOLE_LOOKS * every, WHOLE_AFTER), 2 * every).total_seconds()


def is_over(span_s: float, since: float, now: int) -> bool:
    """Whether so many seconds have passed since a time that was noted. What was noted later than now was
    noted by a clock that was ahead: nobody knows when."""
    return not 0 <= now - since < span_s


def is_untried(page: Mapping[str, Any]) -> bool:
    """Whether nobody has tried to read a page yet."""
    return not page.get("read") and not page.get("fails") and not page.get("gone")


def next_reading(page: Mapping[str, Any], recheck: Sequence[timedelta], is_shown: bool) -> float:
    """The time at which a page is to be read next: as soon as something hints at a change, else at the first
    recheck after it was last read; as long as it is listed, no further apart than the longest of up to three
    days."""
    if page.get("retry") is not None:
        return float(page["retry"])
    if page.get("gone"):
        return 0.0 if is_shown else float("inf")
    spans = [span.total_seconds() for span in recheck]
    read: float = page.get("read") or page["seen"]
    times = [at for span in spans if (at := page["seen"] + span) > read]
    return min([*times, *([read + _listed_apart_s(spans)] if is_shown else [])], default=float("inf"))


def _listed_apart_s(spans: Sequence[float]) -> float:
    """How far apart the readings are of what is listed for long. ``spans``: the rechecks, in seconds."""
    longest_s = max(spans, default=float("inf"))
    return max(
        (span for span in spans if LISTED_AGAIN_S <= span <= LISTED_APART_S),
        default=max(longest_s, LISTED_AGAIN_S),
    )


def bring_back(page: dict[str, Any], now: int) -> None:
    """Bring back what a clock has put off that was ahead: that page is read again at once."""
    is_ahead = [name for name in NOTED if page.get(name, 0) > now + SKEW]
    if is_ahead:
        page.update(dict.fromkeys(is_ahead, now))
        hasten(page, now)


def plan(page: dict[str, Any], retry: int | None, now: int) -> None:
    """Have a page read out of turn at a time; ``None``: never more."""
    page["retry"], page["planned"] = retry, now


def hint(page: dict[str, Any], now: int) -> None:
    """Something hints at a change: a page is read now, unless it is planned when it is to be read."""
    if "retry" not in page:
        plan(page, now, now)


def hasten(page: dict[str, Any], now: int) -> None:
    """Have a page read out of turn, now at the latest."""
    plan(page, min(page.get("retry") or now, now), now)


def pause_s(failures: int) -> int:
    """Seconds until a page that has failed so often is tried again."""
    return int(backoff.PAGE.wait(failures).total_seconds())
