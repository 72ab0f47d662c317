"""The time at which a server accepts requests again, and how many it still accepts, as it says so itself."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from syndicator.domain.ledger import StatedLimit

#: However long a server asks to be left alone, it is asked again after a week.
MAX_RETRY_AFTER = timedelta(days=7)

#: Numbers above these are moments, in seconds or milliseconds since 1970, and no spans.
FIRST_MOMENT_S, FIRST_MOMENT_MS = 1_000_000_000, 1_000_000_000_000

#: Names that headers of limits begin with, of which there are ``...remaining``, ``...limit`` and
#: ``...reset``: Mastodon's and Discord's, X's (https://docs.x.com/x-api/fundamentals/rate-limits), and those
#: of draft-ietf-httpapi-ratelimit-headers up to 07, which Bluesky sends.
PREFIXES = (
    "x-ratelimit-",
    "x-rate-limit-",
    "x-app-limit-24hour-",
    "x-user-limit-24hour-",
    "ratelimit-",
)

#: Characters of a header of limits that are read, and of a body that says how long to wait.
MAX_HEADER_CHARS, MAX_BODY_CHARS = 1000, 20_000

NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")
PARAMETER = re.compile(r"\b(r|t|q|limit|remaining|reset) ?= ?([0-9]{1,10})")


def retry_at(headers: Mapping[str, str], now: datetime | None = None) -> datetime | None:
    """The time of ``Retry-After`` (RFC 9110 section 10.2.3), as aware UTC: it holds seconds (Discord's have a
    fraction), or a date, which is taken relative to the server's own ``Date``."""
    text = headers.get("Retry-After", "").strip()
    now = now or datetime.now(UTC)
    if NUMBER.fullmatch(text):
        return now + _span(float(text))
    at, server_now = _http_date(text), _http_date(headers.get("Date", ""))
    return now + min(max(at - (server_now or now), timedelta()), MAX_RETRY_AFTER) if at else None


def retry_in_body(body: bytes, now: datetime) -> datetime | None:
    """The time that a reply's JSON names: ``parameters.retry_after`` in seconds (Telegram,
    https://core.telegram.org/bots/api#responseparameters), ``retry_after`` in seconds with a fraction
    (Discord), ``retry_after_ms`` (Matrix before 1.10)."""
    if not 0 < len(body) <= MAX_BODY_CHARS:
        return None
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    parameters = document.get("parameters")
    places = [parameters if isinstance(parameters, dict) else {}, document]
    for name, unit in (("retry_after", 1.0), ("retry_after_ms", 0.001)):
        for place in places:
            value = place.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf:
                return now + _span(value * unit)
    return None


def rate_limit_reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The time at which a limit ends, as aware UTC: of what is used up, else of the first that is named."""
    limits = list(_limits(headers, now))
    used_up = [limit.until for limit in limits if limit.left <= 0]
    if used_up:
        return max(used_up)
    lower = _lower(headers)
    resets = (_reset(lower, prefix, now) for prefix in PREFIXES)
    return next((at for at in resets if at), None) or next((limit.until for limit in limits), None)


def rate_left(headers: Mapping[str, str], now: datetime) -> StatedLimit | None:
    """What the server says is left of requests like this one: of several limits, the one that is the
    nearest to its end."""
    limits = [limit for limit in _limits(headers, now) if limit.until > now]
    return min(limits, key=lambda limit: (limit.left, now - limit.until), default=None)


def _limits(headers: Mapping[str, str], now: datetime) -> Iterator[StatedLimit]:
    lower = _lower(headers)
    if not lower:  # as in most replies
        return
    for prefix in PREFIXES:
        left, until = _count(lower.get(f"{prefix}remaining")), _reset(lower, prefix, now)
        if left is not None and until is not None:
            yield StatedLimit(left=left, until=until, most=_count(lower.get(f"{prefix}limit")))
    # ``limit=100, remaining=0, reset=5`` (drafts 04 to 06) and ``"hourly";r=0;t=30, ...`` (08 and later)
    text = lower.get("ratelimit", "")
    for item in [text] if "remaining" in text else text.split(","):
        named = dict(PARAMETER.findall(item))
        left, span_s = named.get("remaining", named.get("r")), named.get("reset", named.get("t"))
        if left is not None and span_s is not None:
            yield StatedLimit(
                left=int(left), until=now + _span(float(span_s)), most=_count(named.get("limit"))
            )


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name.lower(): value[:MAX_HEADER_CHARS].strip()
        for name, value in headers.items()
        if "limit" in name.lower()
    }


def _reset(lower: Mapping[str, str], prefix: str, now: datetime) -> datetime | None:
    """The time of a header that ends in ``reset``, as aware UTC: it holds a date (Mastodon), seconds since
    1970 (X, Bluesky) or from now (others); Discord's ``reset-after`` needs no clock of ours to agree."""
    after = lower.get(f"{prefix}reset-after", "")
    if NUMBER.fullmatch(after):
        return now + _span(float(after))
    text = lower.get(f"{prefix}reset", "")
    if NUMBER.fullmatch(text):
        number = float(text)
        if number > FIRST_MOMENT_MS:
            number /= 1000
        return _moment(number) if number > FIRST_MOMENT_S else now + _span(number)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _http_date(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _count(text: Any) -> int | None:
    return int(float(text)) if text and NUMBER.fullmatch(text) else None


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=min(seconds, MAX_RETRY_AFTER.total_seconds()))


def _http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110 section 5.6.7) as aware UTC; ``None`` where it is none."""
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
