"""What stands around an article's text and is no part of it: datelines, buttons, counters, sign-offs, and
what has been said before."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import regex

from syndicator.text.clean import fold

#: An agency's mark: "KPL", "AFP", "CRI/FM93".
MARK = r"(?P<agency>[A-Z][A-Z.&]{1,6}(?:/[A-Z0-9]{2,6})?)"

#: The mark alone in front of a text: "(KPL) ...", "[AP] - ...".
DATELINE = re.compile(rf"\s*(?:\({MARK}\)|\[{MARK.replace('agency', 'agency2')}\])\s*[-–—:|]*\s*")

#: With a place and a day: "VIENTIANE, March 3 (AFP) - ...". It stays, since it says where and when.
PLACED = re.compile(rf"\s*[^\W\d_][\w .,'’/-]{{1,60}}\({MARK}\)\s*[-–—:]+\s*")

#: What newsrooms put in brackets in front of a text besides agencies.
LABELS = {
    "UPDATE",
    "UPDATED",
    "VIDEO",
    "AUDIO",
    "PHOTO",
    "PHOTOS",
    "LIVE",
    "NEW",
    "WATCH",
    "CORR",
    "BREAKING",
}

#: Buttons and counters.
BUTTONS = {
    *("e", "email", "mail", "print", "share", "tweet", "facebook", "twitter", "whatsapp", "line", "telegram"),
    *("messenger", "view", "views", "read", "reads", "hits", "more", "comment", "comments", "like", "likes"),
    *("copy", "link", "save", "download", "pdf", "font", "size"),
    *("ພິມ", "ແບ່ງປັນ", "ອ່ານ", "ຜູ້ເຂົ້າຊົມ", "ເຂົ້າຊົມ", "ຄັ້ງ", "ອີເມວ", "แชร์", "พิมพ์", "อ่าน", "ครั้ง"),
}
#: Those that nobody prints alone for another reason.
ALONE = {"share", "tweet", "print", "email", "ແບ່ງປັນ", "ພິມ", "แชร์"}

#: Above this likeness a paragraph says what has been said before.
SAME = 0.9

#: Characters that are compared; more would take long, and tell nothing.
COMPARED = 2000


def without_dateline(text: str, agency: str = "") -> tuple[str, str]:
    """A text without the agency's mark in front of it, and the agency that a mark there names.

    ``agency`` is recognised without brackets too: "KPL President ...", but not "KPL has learned ...",
    where it is the subject.
    """
    if agency:
        name = re.escape(agency)
        marked = re.match(rf"\s*(?:[(\[]{name}[)\]]\s*[-–—:|]*|{name}\s*[-–—:|]+)\s*", text)
        bare = marked or re.match(rf"\s*{name}\s+(?=\W*[^\Wa-z])", text)
        if bare:
            return text[bare.end() :], agency
    match = DATELINE.match(text)
    if match and _agency(match):
        return text[match.end() :], _agency(match)
    placed = PLACED.match(text)
    return text, _agency(placed) if placed else ""


def is_same(one: str, other: str) -> bool:
    """Whether two texts say the same, datelines, punctuation and white space aside."""
    a, b = _bare(one), _bare(other)
    if not a or not b:
        return False
    if a == b:
        return True
    matcher = SequenceMatcher(None, a[:COMPARED], b[:COMPARED], autojunk=False)
    is_alike = matcher.real_quick_ratio() >= SAME and matcher.quick_ratio() >= SAME
    return is_alike and abs(len(a) - len(b)) < len(a) / 5 and matcher.ratio() >= SAME


def is_button(text: str) -> bool:
    """Whether a text is only buttons and counters: "Email Print 2204", "Share 12", "3,021 views"."""
    if len(text) > 80:
        return False
    words = regex.findall(r"[\p{L}\p{M}]+|\d[\d.,]*", text.casefold())
    named = [word for word in words if word in BUTTONS]
    is_all = len(named) == len([word for word in words if not word[0].isdigit()])
    return bool(named) and is_all and (len(words) > 1 or words[0] in ALONE)


def is_sign_off(text: str, agencies: set[str]) -> bool:
    """Whether a text is only the agency's name: "KPL", "(KPL)", "Source: KPL"."""
    name = re.sub(r"^\s*(?:source|ແຫຼ່ງຂ່າວ|ທີ່ມາ)\s*:\s*", "", text, flags=re.IGNORECASE)
    return name.strip("()[]-–—./ ").casefold() in {agency.casefold() for agency in agencies if agency}


def _agency(match: re.Match[str]) -> str:
    found = next((group for group in match.groups() if group), "")
    return "" if found in LABELS else found


def _bare(text: str) -> str:
    text, _ = without_dateline(text)
    if placed := PLACED.match(text):
        text = text[placed.end() :]
    return " ".join(regex.findall(r"[\p{L}\p{M}\p{N}]+", fold(text).casefold()))
