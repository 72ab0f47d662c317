"""How much of its limits a caller of Meta's APIs has used up, as every answer says: in hundredths of what
there is, for a business's assets (a Page, an account of Instagram) or else for the whole app.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting#headers
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from syndicator.domain.ledger import StatedLimit
from syndicator.http.retry_after import MAX_RETRY_AFTER

#: The headers: by a business's ids lists of usages, and the usage of an app, which does not count where there
#: is the other one.
BUSINESS, APP = "X-Business-Use-Case-Usage", "X-App-Usage"

#: The fields of a usage: shares of its limits in hundredths, and in how many minutes there is access again.
SHARES, MINUTES = ("call_count", "total_cputime", "total_time"), "estimated_time_to_regain_access"

#: From this share on the account rests for so long between its requests: whoever exceeds a limit is shut out
#: for longer, and with everything.
NEARLY, REST = 90.0, timedelta(minutes=10)


def regained(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The time at which there is access again, if there is none now."""
    minutes = max((_number(usage.get(MINUTES)) for usage in _usages(headers)), default=0.0)
    return now + min(timedelta(minutes=min(minutes, 1e6)), MAX_RETRY_AFTER) if minutes else None


def nearly_used_up(headers: Mapping[str, str], now: datetime) -> StatedLimit | None:
    """That requests are to rest, where little is left of them, and until when; ``None``: they need not."""
    shares = (_number(usage.get(name)) for usage in _usages(headers) for name in SHARES)
    until = regained(headers, now)
    if until is None and max(shares, default=0.0) >= NEARLY:
        until = now + REST
    return StatedLimit(left=0, until=until) if until else None


def says_usage(headers: Mapping[str, str]) -> bool:
    return BUSINESS in headers or APP in headers


def _usages(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The usages that the headers have, as far as they can be read."""
    name = BUSINESS if BUSINESS in headers else APP
    try:
        said = json.loads(headers.get(name, "{}"))
        lists = said.values() if name == BUSINESS else [[said]]
        yield from [usage for each in lists for usage in each if isinstance(usage, dict)]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return


def _number(value: object) -> float:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_one and 0 < value < math.inf else 0.0  # type: ignore[arg-type,operator]  # it is
