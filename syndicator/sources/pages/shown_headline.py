"""The headline as a page prints it, for pages whose metadata have another wording of it, written for search
engines and cards.

JSON-LD's ``headline`` (https://schema.org/headline) is the article's own; OpenGraph's and the page's title
are often not: they lead to an article, and the heading stands over it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from selectolax.lexbor import LexborNode

from syndicator.sources.pages.headline import Surroundings, bare, headline, is_site, is_telling
from syndicator.sources.pages.own_part import OwnPart
from syndicator.text.clean import plain

#: Where titles come from that are not the article's own words.
ORIGINS_OF_CARDS = frozenset(("og:title", "twitter:title", "dc.title", "title"))

#: Characters of a heading; a longer one is a text.
MAX_HEADING_CHARS = 250

#: A number behind a heading that counts comments.
COUNTER = re.compile(r"\s\d{1,4}$")


def shown_headline(title: str, origin: str, own_part: OwnPart, around: Surroundings) -> str:
    """The page's main heading where it says what the title says, in other words; "" where that is better:
    it is the newsroom's, the heading is of the site or a section, or holds the title among other things."""
    heading = own_part.heading if own_part.is_headed else None
    if origin not in ORIGINS_OF_CARDS or heading is None or heading.tag != "h1":
        return ""
    printed = plain(heading.html or "")
    telling = (text for text in around.shown if is_telling(bare(text)) and not is_site(text, around))
    if next(telling, "") != printed:  # of several headings, the first is the page's
        return ""
    shown = headline(printed, replace(around, shown=(), titles=(title,)))
    letters, of_title = bare(shown), bare(title)
    if not is_telling(letters) or len(shown) > MAX_HEADING_CHARS or is_site(shown, around):
        return ""
    if letters == of_title or (shown.isupper() and not title.isupper()):
        return ""
    if of_title in letters and (not _is_of_one_piece(heading) or COUNTER.search(shown)):
        return ""
    starts_alike = title[: len(shown)].casefold() == shown.casefold()
    return title[: len(shown)] if starts_alike else shown


def _is_of_one_piece(heading: LexborNode) -> bool:
    """Whether a heading is one run of text: kickers, dates and second lines stand in elements of theirs."""
    texts = (node for node in heading.traverse(include_text=True) if node.tag == "-text")
    return len([text for text in texts if (text.text(deep=False) or "").strip()]) == 1
