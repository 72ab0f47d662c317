"""The time at which a server accepts requests again, from its response's headers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: However long a server asks to be left alone, it is asked again after a week.
MAX_RETRY_AFTER = timedelta(days=7)


def retry_at(headers: Mapping[str, str], now: datetime | None = None) -> datetime | None:
    """The time of ``Retry-After`` (RFC 9110 section 10.2.3), as aware UTC: it holds seconds, or a date, which
    is taken relative to the server's own ``Date``."""
    text = headers.get("Retry-After", "").strip()
    now = now or datetime.now(UTC)
    if re.fullmatch(r"[0-9]{1,9}", text):
        return now + min(timedelta(seconds=int(text)), MAX_RETRY_AFTER)
    at, server_now = _http_date(text), _http_date(headers.get("Date", ""))
    return now + min(max(at - (server_now or now), timedelta()), MAX_RETRY_AFTER) if at else None


def rate_limit_reset(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The time of ``X-RateLimit-Reset``, as aware UTC: it holds a date (Mastodon), seconds since 1970 or from
    now (others)."""
    text = headers.get("X-RateLimit-Reset", "").strip()
    if re.fullmatch(r"[0-9]{1,10}", text):
        number = int(text)
        return datetime.fromtimestamp(number, UTC) if number > 1_000_000_000 else now + timedelta(0, number)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110 section 5.6.7) as aware UTC; ``None`` where it is none."""
    try:
        parsed = parsedate_to_datetime(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
