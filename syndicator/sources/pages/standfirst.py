"""The standfirst that Ghost's themes print between headline and text: what its feeds and metadata have as the
summary, and no part of the text (https://docs.ghost.org/themes/helpers/data/excerpt)."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from syndicator.text.clean import plain

GENERATOR_SELECTOR = 'meta[name="generator"][content^="Ghost" i]'
EXCERPT_SELECTOR = "p[class*=excerpt], div[class*=excerpt], h2[class*=excerpt]"

#: Elements of that kind that are looked at: a page has one, and one for each teaser.
MAX_EXCERPTS = 50


def remove_standfirst(page: LexborHTMLParser, summary: str) -> None:
    """Remove from a page of Ghost what says its article's summary once more, in place."""
    if not summary or page.css_first(GENERATOR_SELECTOR) is None:
        return
    for node in page.css(EXCERPT_SELECTOR)[:MAX_EXCERPTS]:
        if plain(node.html or "") == summary:
            node.decompose()
