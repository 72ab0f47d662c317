"""Titles for entries that have none: posts of microblogs, notes, tickers."""

from __future__ import annotations

import re

from icu4py.breakers import SentenceBreaker

from syndicator.text.clean import fold
from syndicator.text.rulers import CHARACTERS

#: Characters of a title that is made of a text, and of the text that it may be found in.
MAX_TITLE_CHARS, MAX_LOOKED_AT_CHARS = 110, 600

#: What says nothing in a title.
ADDRESS = re.compile(r"https?://\S+")
LAST_HASHTAGS = re.compile(r"(?:\s#\w{1,60}){1,20}$")

MIN_SENTENCE_CHARS = 12


def title_of(text: str) -> str:
    """The first sentence of a plain text; as many of its words as a title may have where it is longer. ICU
    knows where sentences and words end in scripts that do not show it. "" where there are no words."""
    words = LAST_HASHTAGS.sub("", fold(ADDRESS.sub(" ", text[:MAX_LOOKED_AT_CHARS])))
    if not any(map(str.isalnum, words)):
        return ""
    title = ""
    for sentence in map(str, SentenceBreaker(words, "en")):
        title += sentence
        if len(title.strip()) >= MIN_SENTENCE_CHARS:  # "Dr." is no sentence
            break
    return CHARACTERS.cut(title.strip(), MAX_TITLE_CHARS)
