"""An article's words as they may stand in a post: one line, no strangers mentioned, no foreign links, read in
the right direction."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import regex

#: Marks that turn the direction of all that follows: in one line of a post they can only do harm
#: (https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters).
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

#: Control characters, which no text of a post has.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")

#: The beginning of a web address, up to what people call it by; also behind letters, where networks see it.
SCHEME = re.compile(r"https?://(?:www\.)?(?=[^\s/])", re.IGNORECASE)

#: Marks on one letter: no language has more than thirty (https://www.unicode.org/reports/tr15/#UAX15-D3).
MAX_MARKS = 30
STACKED = regex.compile(rf"(\p{{M}}{{{MAX_MARKS}}})\p{{M}}+")

#: A text that nobody sees.
INVISIBLE = regex.compile(r"[\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*")

#: More than one blank line.
BLANK_LINES = re.compile(r"\n{3,}")

#: Languages that are written from right to left.
RIGHT_TO_LEFT = frozenset({"ar", "he", "iw", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "arc", "syr"})

#: Makes a line begin from the right.
RIGHT_TO_LEFT_MARK = "\u200f"


def one_line(text: str) -> str:
    """The text in one line, without control characters and marks that turn its direction; ``legible``."""
    return legible(" ".join(TURNING.sub("", CONTROLS.sub("", text)).split()))


def legible(text: str) -> str:
    """The text with no more marks on a letter than languages have; nothing where nobody sees any of it."""
    if text.isascii():
        return text
    return "" if INVISIBLE.fullmatch(text) else STACKED.sub(r"\1", text)


def oddities(name: str, text: str) -> Iterator[str]:
    """What is left of a text's oddities, for who looks after it."""
    if text.isascii():
        return
    if text.strip() and INVISIBLE.fullmatch(text):
        yield f"{name} of invisible characters alone: left out"
    if STACKED.search(text):
        yield f"{name} with more than {MAX_MARKS} marks on a letter: the others left out"


def paragraphs(text: str) -> str:
    """The text in its own lines and paragraphs, each line as ``one_line`` makes it."""
    return BLANK_LINES.sub("\n\n", "\n".join(map(one_line, text.splitlines()))).strip()


def without_links(text: str) -> str:
    """The text with addresses as people say them: networks would make a link of each, before the article's
    own, and show the card of the first."""
    return SCHEME.sub("", text)


def directed(text: str, language: str) -> str:
    """A line in a language of right-to-left script that happens to begin with a word of another one: with a
    mark before it, so that it still begins from the right. Of several lines each."""
    if "\n" in text:
        return "\n".join(directed(line, language) for line in text.split("\n"))
    if not text or language.partition("-")[0].lower() not in RIGHT_TO_LEFT:
        return text
    strong = next((kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL")), "R")
    return RIGHT_TO_LEFT_MARK + text if strong == "L" else text
