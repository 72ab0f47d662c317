"""Datelines: the agency's mark, and perhaps place and day, in front of a text."""

from __future__ import annotations

import re

import regex

from syndicator.text.cjk_datelines import without_cjk_dateline
from syndicator.text.dateline_places import without_place

#: An agency's mark: "KPL", "AFP", "CRI/FM93".
AGENCY_MARK = r"(?P<agency>[A-Z][A-Z.&]{1,6}(?:/[A-Z0-9]{2,6})?)"

#: The mark alone in front of a text: "(KPL) ...", "[AP] - ...".
DATELINE = re.compile(
    rf"\s*(?:\({AGENCY_MARK}\)|\[{AGENCY_MARK.replace('agency', 'agency2')}\])\s*[-–—:|]*\s*"
)

#: With a place and a day: "VIENTIANE, March 3 (AFP) - ...". It stays in an article, since it says where
#: and when.
DATELINE_WITH_PLACE = re.compile(rf"\s*[^\W\d_][\w .,'’/-]{{1,60}}\({AGENCY_MARK}\)\s*[-–—:]+\s*")

#: What makes of such a beginning a dateline and no sentence ("The health body (WHO) – which says ..."): names
#: and days alone in front, and a sentence's beginning behind.
MAX_PLACE_WORDS = 5
NAMES_AND_DAYS = regex.compile(r"\s*(?:(?!\p{Ll}|(?:The|An?|El|La|Le|Der|Die|Das)\s)[^\s(]+\s+)+\(")
SENTENCE_BEGINS = regex.compile(r"[^\p{Ll}]")

#: What newsrooms put in brackets in front of a text besides agencies.
LABELS = {
    *("UPDATE", "UPDATED", "VIDEO", "AUDIO", "PHOTO", "PHOTOS", "LIVE", "NEW", "WATCH", "CORR", "BREAKING"),
}


def without_dateline(text: str, agency: str = "") -> tuple[str, str]:
    """A text without the agency's mark in front of it, and the agency that a mark there names.

    ``agency`` is recognised without brackets too: "KPL President ...", but not "KPL has learned ...",
    where it is the subject.
    """
    if agency:
        name = re.escape(agency)
        mark = re.match(rf"\s*(?:[(\[]{name}[)\]]\s*[-–—:|]*|{name}\s*[-–—:|]+)\s*", text)
        prefix = mark or re.match(rf"\s*{name}\s+(?=\W*[^\Wa-z])", text)
        if prefix:
            return text[prefix.end() :], agency
    match = DATELINE.match(text)
    if match and _agency_in(match):
        return text[match.end() :], _agency_in(match)
    with_place = DATELINE_WITH_PLACE.match(text)
    return text, _agency_in(with_place) if with_place else ""


def without_place_and_agency(text: str, language: str = "") -> str:
    """A text (BCP 47 ``language``) without its whole dateline, for where there is no room for it."""
    if (shorter := without_cjk_dateline(text)) != text:
        return shorter
    found = DATELINE_WITH_PLACE.match(text)
    if found is None:
        shorter, _ = without_dateline(text)
        return shorter if shorter != text else without_place(text, language)
    is_dateline = (
        _agency_in(found) != ""
        and len(found.group().split()) <= MAX_PLACE_WORDS + 2  # the agency and the dash
        and NAMES_AND_DAYS.match(text) is not None
        and SENTENCE_BEGINS.match(text, found.end()) is not None
    )
    return text[found.end() :] if is_dateline else without_place(text, language)


def _agency_in(match: re.Match[str]) -> str:
    name = next((group for group in match.groups() if group), "")
    return "" if name in LABELS else name
