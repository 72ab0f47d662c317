"""What stands around an article's text and is no part of it: datelines, buttons, counters, sign-offs, and
what the reader has read before."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

import regex

from syndicator.text.clean import fold
from syndicator.text.datelines import DATELINE_WITH_PLACE, without_dateline

#: Buttons and counters.
BUTTONS = {
    *("e", "email", "mail", "print", "share", "tweet", "facebook", "twitter", "whatsapp", "line", "telegram"),
    *("messenger", "view", "views", "read", "reads", "hits", "more", "comment", "comments", "like", "likes"),
    *("copy", "link", "save", "download", "pdf", "font", "size"),
    *("ພິມ", "ແບ່ງປັນ", "ອ່ານ", "ຜູ້ເຂົ້າຊົມ", "ເຂົ້າຊົມ", "ຄັ້ງ", "ອີເມວ", "แชร์", "พิมพ์", "อ่าน", "ครั้ง"),
}
#: Buttons that nobody prints alone for another reason.
LONE_BUTTONS = {"share", "tweet", "print", "email", "ແບ່ງປັນ", "ພິມ", "แชร์"}

#: From this likeness on, a paragraph repeats another one.
MIN_LIKENESS = 0.9

#: Characters that are compared; more would take long, and show nothing.
MAX_COMPARED_CHARS = 2000


def is_same(one: str, other: str) -> bool:
    """Whether two texts say the same, datelines, punctuation and white space aside."""
    a, b = _bare(one), _bare(other)
    if not a or not b:
        return False
    if a == b:
        return True
    matcher = SequenceMatcher(None, a[:MAX_COMPARED_CHARS], b[:MAX_COMPARED_CHARS], autojunk=False)
    may_be_alike = matcher.real_quick_ratio() >= MIN_LIKENESS and matcher.quick_ratio() >= MIN_LIKENESS
    return may_be_alike and abs(len(a) - len(b)) < len(a) / 5 and matcher.ratio() >= MIN_LIKENESS


def is_button(text: str) -> bool:
    """Whether a text is only buttons and counters: "Email Print 2204", "Share 12", "3,021 views"."""
    if len(text) > 80:
        return False
    words = regex.findall(r"[\p{L}\p{M}]+|\d[\d.,]*", text.casefold())
    buttons = [word for word in words if word in BUTTONS]
    is_nothing_else = len(buttons) == len([word for word in words if not word[0].isdigit()])
    return bool(buttons) and is_nothing_else and (len(words) > 1 or words[0] in LONE_BUTTONS)


def is_sign_off(text: str, agencies: set[str]) -> bool:
    """Whether a text is only the agency's name: "KPL", "(KPL)", "Source: KPL"."""
    name = re.sub(r"^\s*(?:source|ແຫຼ່ງຂ່າວ|ທີ່ມາ)\s*:\s*", "", text, flags=re.IGNORECASE)
    return name.strip("()[]-–—./ ").casefold() in {agency.casefold() for agency in agencies if agency}


def _bare(text: str) -> str:
    text, _ = without_dateline(text)
    if placed := DATELINE_WITH_PLACE.match(text):
        text = text[placed.end() :]
    return " ".join(regex.findall(r"[\p{L}\p{M}\p{N}]+", fold(text).casefold()))
