"""Zones as dates name them: offsets, abbreviations, names of the IANA time zone database.

Abbreviations are no standard but for those of RFC 822 section 5.1. One that the source's own zone goes by is
the source's; one of several zones is understood by the region of a language (``en-IN``), or else it is not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

#: Abbreviations of one zone by its hours ahead of UTC: those of RFC 822, and as tzdata and national standards
#: have them.
_NAMES_BY_HOURS: tuple[tuple[float, str], ...] = (
    (0, "UTC GMT UT Z ZULU WET UCT"),
    *(
        (-10, "HST"),
        (-9, "AKST HDT"),
        (-8, "PST AKDT"),
        (-7, "MST PDT"),
        (-6, "MDT"),
        (-5, "EST CDT COT PET"),
    ),
    *((-4, "EDT CLT VET BOT"), (-3.5, "NST"), (-3, "BRT ART UYT CLST"), (-2.5, "NDT")),
    *((1, "CET MET MEZ WEST WAT"), (2, "CEST MEST MESZ EET SAST CAT WAST"), (3, "EEST MSK МСК EAT TRT IDT")),
    *((4, "MSD"), (5, "PKT"), (5.75, "NPT"), (6.5, "MMT"), (7, "ICT WIB"), (8, "WITA SGT HKT PHT PHST MYT")),
    *((8, "AWST"), (9, "JST KST WIT"), (9.5, "ACST"), (10, "AEST CHST"), (10.5, "ACDT"), (11, "AEDT")),
    *((12, "NZST"), (13, "NZDT")),
)
HOURS_BY_NAME = {name: float(hours) for hours, names in _NAMES_BY_HOURS for name in names.split()}

#: Abbreviations of several zones: hours by the region, or the language, that means them.
HOURS_BY_REGION: dict[str, dict[str, float]] = {
    "IST": {"IN": 5.5, "LK": 5.5, "hi": 5.5, "IE": 1, "ga": 1, "IL": 2, "he": 2},
    "CST": {"US": -6, "CA": -6, "MX": -6, "CN": 8, "TW": 8, "zh": 8, "CU": -5},
    "BST": {"GB": 1, "BD": 6, "bn": 6, "PG": 11},
    "AST": {"CA": -4, "PR": -4, "SA": 3, "KW": 3, "IQ": 3, "QA": 3},
    "GST": {"AE": 4, "OM": 4, "GU": 10},
    "SST": {"AS": -11, "US": -11, "SG": 8},
    "ECT": {"EC": -5},
    "AMT": {"BR": -4, "AM": 4, "hy": 4},
    "ADT": {"CA": -3, "BM": -3, "IQ": 4},
    "BDT": {"BD": 6, "bn": 6, "BN": 8},
}

#: RFC 822 section 5.1 knows one CST.
HOURS_BY_RFC822 = {"CST": -6.0}

#: What Americans call their zones all year round.
IANA_BY_NAME = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AKT": "America/Anchorage",
    "AT": "America/Halifax",
}

#: All names that are understood but for the IANA database's.
NAMES = frozenset((*HOURS_BY_NAME, *HOURS_BY_REGION, *IANA_BY_NAME))

#: Offsets in use: from -12:00 to +14:00.
MIN_OFFSET_MINUTES, MAX_OFFSET_MINUTES = -12 * 60, 14 * 60


class OddZone(ValueError):
    """A zone that is none, or one of several; its words say which. ``setting``: what to declare."""

    def __init__(self, problem: str, setting: str = "dates") -> None:
        super().__init__(problem)
        self.setting = setting


@lru_cache(maxsize=500)
def fixed(sign: str, hours: str, minutes: str = "") -> tzinfo:
    """The zone of a written offset. Raises ``OddZone``: no zone of the world has it."""
    total = (int(hours) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1)
    if int(minutes or 0) > 59 or not MIN_OFFSET_MINUTES <= total <= MAX_OFFSET_MINUTES:
        raise OddZone(f"no zone is {sign}{hours}{minutes} from UTC")
    return timezone(timedelta(minutes=total))


@dataclass(kw_only=True)
class ZoneNames:
    """The zones that names mean at a ``local`` time. ``zone`` is the source's own, ``languages`` are BCP 47
    tags. ``is_rfc822``: the names stand in a date of that form. What the operator should know goes to
    ``notes``."""

    local: datetime
    zone: ZoneInfo
    languages: Collection[str]
    is_rfc822: bool
    notes: list[str] = field(default_factory=list)

    def offset(self, name: str) -> tzinfo:
        """The offset of a zone: an abbreviation in upper case, or a name of the IANA database. Raises
        ``OddZone``."""
        if "/" in name or name in IANA_BY_NAME:
            return self._at(_iana(IANA_BY_NAME.get(name, name)))
        if self.local.replace(tzinfo=self.zone).tzname() == name:
            return self._at(self.zone)
        hours = HOURS_BY_NAME.get(name)
        hours = self._by_region(name) if hours is None else hours
        if hours is None and self.is_rfc822 and name in HOURS_BY_RFC822:
            self.notes.append(f"{name} is the name of several zones: taken for RFC 822's; declare timezone")
            hours = HOURS_BY_RFC822[name]
        if hours is None:
            raise OddZone(f"{name} is the name of several zones", setting="timezone")
        return timezone(timedelta(hours=hours))

    def _by_region(self, name: str) -> float | None:
        regions = HOURS_BY_REGION.get(name, {})
        subtags = (part for tag in self.languages for part in reversed(tag.replace("_", "-").split("-")))
        return next((regions[part] for part in subtags if part in regions), None)

    def _at(self, zone: ZoneInfo) -> tzinfo:
        return timezone(self.local.replace(tzinfo=zone).utcoffset() or timedelta())


def is_zone(name: str) -> bool:
    """Whether the IANA database has a zone of that name."""
    try:
        return bool(_iana(name))
    except OddZone:
        return False


def _iana(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise OddZone(f"there is no zone {name[:40]!r}") from None
