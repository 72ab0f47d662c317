"""Titles for entries that have none: posts of microblogs, notes, tickers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from icu4py.breakers import SentenceBreaker

from syndicator.sources.feeds.feed_text import first_paragraph
from syndicator.sources.feeds.pictures import FeedPicture
from syndicator.text.clean import fold
from syndicator.text.file_names import is_file_name
from syndicator.text.markup import parse_part
from syndicator.text.rulers import CHARACTERS

#: Where an entry without a title gets one; "": from its text, and the source says so.
TitlesWanted = Literal["", "from text", "required"]

#: Characters of a title that is made of a text, and of the text that it may be found in.
MAX_TITLE_CHARS, MAX_LOOKED_AT_CHARS = 110, 600

#: What says nothing in a title.
ADDRESS = re.compile(r"https?://\S+")
LAST_HASHTAGS = re.compile(r"(?:\s#\w{1,60}){1,20}$")

MIN_SENTENCE_CHARS = 12

#: What an entry may show instead of words, and where that is called something.
SHOWN = "img[alt], iframe[title], video[title], audio[title], object[title]"

#: What players and editors call anything.
CALLED_ANYTHING = re.compile(
    r"(?:(?:youtube|vimeo|embedded|embed) )?(?:video|audio|media|image|photo|picture|content|post)?"
    r" ?(?:player|embed|frame|image|photo|picture|content)?",
    re.IGNORECASE,
)


def titled(
    entries: Sequence[Mapping[str, Any]], wanted: TitlesWanted
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The entries, those without a title with one from their text unless titles are required; and a line that
    says so where nobody declared it."""
    untitled = [entry for entry in entries if not entry["title"]]
    if not untitled or wanted == "required":
        return list(entries), []
    line = (
        f"{len(untitled)} of {len(entries)} entries have no title: they take one from their text "
        '(titles = "from text"; "required" leaves them out)'
    )
    return [_titled(entry) for entry in entries], [] if wanted else [line]


def _titled(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    if entry["title"]:
        return entry
    words = first_paragraph(entry["content"]) or entry["summary"]
    shown = words or _shown_in(entry["content"]) or _caption_beside(entry["pictures"])
    return {**entry, "title": title_of(shown), "is_title_made": True}


def _caption_beside(pictures: Sequence[FeedPicture]) -> str:
    return next((picture.caption for picture in pictures if picture.caption), "")


def _shown_in(content: str) -> str:
    """What the first picture, film or recording is called that is called something."""
    if not content:
        return ""
    nodes = parse_part(content).css(SHOWN)
    names = (fold(node.attributes.get("alt") or node.attributes.get("title") or "") for node in nodes)
    return next((name for name in names if not (CALLED_ANYTHING.fullmatch(name) or is_file_name(name))), "")


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
