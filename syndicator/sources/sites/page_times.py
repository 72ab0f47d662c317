"""When a page is read again. Pages as ``CrawlState`` remembers them; times in seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from syndicator.domain import backoff

#: What answers that it has not changed is asked for all the same every tenth time, or so often, if that is
#: sooner: what is backdated or taken back does not change the validators of some systems.
WHOLE_LOOKS, WHOLE_AFTER = 10, timedelta(minutes=30)

#: Seconds between two readings, at least, of what has had its last recheck and is still listed.
LISTED_AGAIN_S = 24 * 3600

#: Seconds by which clocks of several machines may differ.
SKEW = 60


def whole_span_s(every: timedelta) -> float:
    """Seconds between looks at all of a list that is looked at ``every`` so often: never twice in a row."""
    return max(min(WHOLE_LOOKS * every, WHOLE_AFTER), 2 * every).total_seconds()


def is_untried(page: Mapping[str, Any]) -> bool:
    """Whether nobody has tried to read a page yet."""
    return not page.get("read") and not page.get("fails") and not page.get("gone")


def next_reading(page: Mapping[str, Any], recheck: Sequence[timedelta], is_shown: bool) -> float:
    """The time at which a page is to be read next: as soon as something hints at a change, else at the first
    recheck after it was last read; after the last one, as long as it is listed,
    as far apart as the longest."""
    if page.get("retry") is not None:
        return float(page["retry"])
    if page.get("gone"):
        return 0.0 if is_shown else float("inf")
    times = (page["seen"] + span.total_seconds() for span in recheck)
    read: float = page.get("read", 0)
    longest_s = max((span.total_seconds() for span in recheck), default=float("inf"))
    after_all = read + max(longest_s, LISTED_AGAIN_S) if is_shown else float("inf")
    return min((at for at in times if at > read), default=after_all)


def bring_back(page: dict[str, Any], now: int) -> None:
    """Bring back what a clock has put off that was ahead: that page is read again at once."""
    until = now + SKEW
    is_ahead = [name for name in ("seen", "read", "tried", "gone") if page.get(name, 0) > until]
    page.update(dict.fromkeys(is_ahead, now))
    retry, limit = page.get("retry") or 0, backoff.PAGE.limit.total_seconds()
    is_late = page.get("fails") and not page.get("gone") and retry > until + limit
    is_hint = not any(page.get(name) for name in ("fails", "misses", "gone"))  # due when it was written
    if is_ahead or is_late or (is_hint and retry > now):
        hasten(page, now)


def hasten(page: dict[str, Any], now: int) -> None:
    """Have a page read out of turn, now at the latest."""
    page["retry"] = min(page.get("retry") or now, now)


def pause_s(failures: int) -> int:
    """Seconds until a page that has failed so often is tried again."""
    return int(backoff.PAGE.wait(failures).total_seconds())
