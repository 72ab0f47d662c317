"""Dates as sites write them, to aware UTC.

``parse_date`` reads a date, ``cut_date`` cuts it out of the words around it. Readings are tried in this
order, the certain before the guessed: the declared format, ISO 8601, RFC 822, dateparser. The order of
day and month is never guessed: ``03/08/2025`` has no meaning without a declared format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

#: Zones that RFC 822 dates carry in practice and that Python takes for UTC: name to hours.
ZONES = {
    "ICT": 7,
    "WIB": 7,
    "SGT": 8,
    "HKT": 8,
    "PHT": 8,
    "JST": 9,
    "KST": 9,
    "IST": 5.5,
    "CET": 1,
    "CEST": 2,
    "BST": 1,
}

#: Digits of the region's scripts.
DIGITS = (
    {0xE50 + i: str(i) for i in range(10)}
    | {0xED0 + i: str(i) for i in range(10)}
    | {0x17E0 + i: str(i) for i in range(10)}
)

#: Words that stand around dates.
SURROUNDING_WORDS = re.compile(r"ວັນທີ|ที่|น\.$|\bat\b|^(?:published|updated|posted)\s*:?\s*", re.IGNORECASE)

#: Years by which the Buddhist era is ahead of the common one.
BUDDHIST_LEAD_YEARS = 543

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

#: Characters of a date, with the words around it: some readers take the square of their number.
MAX_DATE_CHARS = 200

#: Characters in which ``cut_date`` looks: a format that begins with a word takes the square of their number.
MAX_SEARCH_CHARS = 1000

AMBIGUOUS = re.compile(r"^\s*\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}")

#: Patterns of each code of ``datetime.strptime`` in a text
#: (https://docs.python.org/3/library/datetime.html#format-codes).
CODE_PATTERNS = {
    **dict.fromkeys("dmHIMSyj", r"\d{1,3}"),
    **dict.fromkeys("bBaApZ", r"[^\W\d_]+\.?"),
    "Y": r"\d{4}",
    "f": r"\d{1,6}",
    "z": r"(?:Z|[+-]\d{2}:?\d{2})",
    "%": "%",
}


def parse_date(
    text: str,
    *,
    zone: ZoneInfo,
    now: datetime,
    format: str | None = None,  # noqa: A002 - as in strptime
) -> datetime | None:
    """The time that a text states, as aware UTC; ``None`` where it states none for certain.

    ``zone`` is meant where the text names none. ``format`` is the source's own (``datetime.strptime``).
    Years of the Buddhist era are recognised by being centuries ahead of ``now``.
    """
    date = " ".join(text[: 10 * MAX_DATE_CHARS].translate(DIGITS).replace("\u200b", "").split())
    if not date or len(date) > MAX_DATE_CHARS:
        return None
    readers: list[Callable[[], datetime | None]] = [
        lambda: _declared(date, format),
        lambda: _iso(date),
        lambda: _rfc822(date),
        lambda: _guessed(date, zone),
    ]
    for read in readers:
        moment = read()
        if moment is not None:
            return _sane(moment if moment.tzinfo else moment.replace(tzinfo=zone), now)
    return None


def cut_date(text: str, format: str) -> str:  # noqa: A002 - as in strptime
    """The part of a text that is written in a format (``datetime.strptime``): "03/08/2025 11:00" of
    "Published: 03/08/2025 11:00 Print 2204". The text itself where no part of it is."""
    pattern = r"\s+".join(
        "".join(_pattern(piece) for piece in re.findall(r"%.|.", word)) for word in format.split()
    )
    match = re.search(rf"(?<!\d){pattern}(?!\d)", text[:MAX_SEARCH_CHARS]) if format else None
    return match[0] if match else text


def _pattern(piece: str) -> str:
    """A code of ``datetime.strptime``, or a character that stands for itself, as a regular expression."""
    is_code = len(piece) == 2 and piece[0] == "%"
    return CODE_PATTERNS.get(piece[1], re.escape(piece)) if is_code else re.escape(piece)


def _declared(text: str, format: str | None) -> datetime | None:  # noqa: A002 - as in strptime
    if not format:
        return None
    try:
        return datetime.strptime(text, format)  # noqa: DTZ007 - the zone is the source's
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    name = text.rpartition(" ")[2]
    if name in ZONES:
        text = text.removesuffix(name) + _offset(ZONES[name])
    try:
        return parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError, IndexError):  # the standard library's answers to nonsense
        return None


def _offset(hours: float) -> str:
    return f"+{int(hours):02}{round(hours % 1 * 60):02}"


def _guessed(text: str, zone: ZoneInfo) -> datetime | None:
    if AMBIGUOUS.match(text):
        return None
    import dateparser  # noqa: PLC0415 - large, and only for dates that nothing certain reads

    moment: datetime | None = dateparser.parse(
        SURROUNDING_WORDS.sub("", text).strip(),
        languages=["en", "lo", "th", "km", "vi", "my", "fr"],
        settings={
            "TIMEZONE": zone.key,
            "REQUIRE_PARTS": ["day", "month", "year"],
            "PARSERS": ["absolute-time"],
        },
    )
    return moment


def _sane(moment: datetime, now: datetime) -> datetime | None:
    if moment.year - now.year >= BUDDHIST_LEAD_YEARS - 143:
        try:
            moment = moment.replace(year=moment.year - BUDDHIST_LEAD_YEARS)
        except ValueError:  # 29 February
            moment = moment.replace(year=moment.year - BUDDHIST_LEAD_YEARS, day=28)
    try:
        utc = moment.astimezone(UTC).replace(microsecond=0)
    except (OverflowError, ValueError):
        return None
    return utc if EARLIEST <= utc <= now + timedelta(days=3660) else None
