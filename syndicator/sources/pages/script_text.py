"""An article's text that stands in its page's scripts alone: in JSON-LD, or in what a program on the page was
given to show (Next.js' ``__NEXT_DATA__`` and its kin: ``<script type="application/json">``)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from selectolax.lexbor import LexborHTMLParser

from syndicator.sources.pages.this_page import is_alike
from syndicator.text.clean import plain

#: What the operator is told of such a text.
IN_SCRIPT = (
    "its text stands in a script of its page only: taken from there; declare select.content if it is wrong"
)

#: https://nextjs.org/docs/pages/api-reference/functions/get-static-props, and HTML's data blocks.
DATA_SELECTOR = 'script#__NEXT_DATA__, script[type="application/json"]'

#: Scripts of a page that are read, characters of one, and values in one.
MAX_SCRIPTS, MAX_SCRIPT_CHARS, MAX_VALUES = 20, 2_000_000, 20_000

#: Characters that a text in a program's data has at least, and how many times longer than what was found in
#: markup a text in a script has to be.
MIN_TEXT_CHARS, MIN_TIMES_LONGER = 400, 2

#: Characters of markup in which a text is not that short.
MAX_SHORT_MARKUP_CHARS = 5000

#: Names under which programs keep a headline, and a text or a paragraph of one, in lower case.
TITLE_NAMES = {"title", "headline", "name", "heading"}
TEXT_NAMES = {
    *(
        "articlebody",
        "body",
        "bodyhtml",
        "body_html",
        "content",
        "contenthtml",
        "content_html",
        "html",
        "text",
    ),
    *("fulltext", "full_text", "maintext", "rendered", "paragraph", "value", "data"),
}

#: Names of lists of paragraphs, and of what is not of the article.
LIST_NAMES = TEXT_NAMES.union(("paragraphs", "blocks", "components", "elements"))
FOREIGN_NAME = re.compile(
    r"related|recommend|comment|more|latest|popular|teaser|navigation|menu", re.IGNORECASE
)

#: Levels from a headline down to its text.
MAX_LEVELS = 5

MARKUP = re.compile(r"<(?:p|div|br|h[2-6])\b", re.IGNORECASE)


class Place(NamedTuple):
    """A value, its name, and the levels to the object around it that is headed as the article is; ``None``:
    none is."""

    name: str
    value: Any
    levels: int | None


def data_of(page: LexborHTMLParser) -> list[str]:
    """What the programs of a page are given to show, as JSON."""
    return [
        text
        for script in page.css(DATA_SELECTOR)[:MAX_SCRIPTS]
        if MIN_TEXT_CHARS < len(text := script.text()) <= MAX_SCRIPT_CHARS
    ]


def script_text(data: Sequence[str], told: str, title: str, found: str) -> str:
    """The markup of an article's text by its page's scripts, where its markup has but ``found``, or nothing;
    "" where they have no more. ``told``: what JSON-LD says that it is. Of other data, what stands in an
    object that is headed as the article is."""
    if len(found) > MAX_SHORT_MARKUP_CHARS:
        return ""
    found_chars = len(plain(found))
    if found_chars >= MIN_TEXT_CHARS:
        return ""
    if len(told) > MIN_TIMES_LONGER * found_chars:
        return as_markup(told)
    texts = (text for each in data for text in _texts(each, title))
    longest = max(texts, key=len, default="")
    return longest if len(plain(longest)) >= max(MIN_TEXT_CHARS, MIN_TIMES_LONGER * found_chars) else ""


def as_markup(text: str) -> str:
    """A text as markup: in what is none, an empty line, or else every line, ends a paragraph."""
    if MARKUP.search(text):
        return text
    parts = re.split(r"\n\s*\n", text) if "\n\n" in text else text.split("\n")
    return "".join(f"<p>{html.escape(part, quote=False)}</p>" for part in parts if part.strip())


def _texts(data: str, title: str) -> Iterator[str]:
    """The texts in a program's data that may be the article's."""
    try:
        stack = [Place("", json.loads(data), None)]
    except (ValueError, RecursionError):
        return
    for _ in range(MAX_VALUES):
        if not stack:
            return
        place = stack.pop()
        is_within = place.levels is not None and place.levels <= MAX_LEVELS
        if isinstance(place.value, str):
            if is_within and place.name.lower() in TEXT_NAMES and len(place.value) >= MIN_TEXT_CHARS:
                yield as_markup(place.value)
        elif isinstance(place.value, list):
            if is_within and place.name.lower() in LIST_NAMES:
                yield "".join(map(_paragraph, place.value))
            stack += [Place(place.name, each, place.levels) for each in place.value]
        elif isinstance(place.value, dict):
            levels = 0 if _is_headed(place.value, title) else place.levels
            below = None if levels is None else levels + 1
            own = ((name, each) for name, each in place.value.items() if not FOREIGN_NAME.search(name))
            stack += [Place(name, each, below) for name, each in own]


def _paragraph(value: Any) -> str:
    """The markup of one paragraph of a text that is a list of them; "" where it is none."""
    if isinstance(value, str):
        return as_markup(value)
    if not isinstance(value, Mapping) or _headings(value):  # what has a headline is another article
        return ""
    texts = (text for name, text in value.items() if name.lower() in TEXT_NAMES and isinstance(text, str))
    return as_markup(max(texts, key=len, default=""))


def _is_headed(value: Mapping[str, Any], title: str) -> bool:
    return any(is_alike(heading, title) for heading in _headings(value))


def _headings(value: Mapping[str, Any]) -> list[str]:
    return [text for name, text in value.items() if name.lower() in TITLE_NAMES and isinstance(text, str)]
