"""What a page says of itself that it is: one that lists articles, or shows a person, is none itself, however
much its text reads like one.

Only what is unambiguous on the systems in use is taken, as everywhere for what a page says in passing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from syndicator.sources.pages import jsonld
from syndicator.sources.pages.this_page import ThisPage

#: https://schema.org/WebPage's kinds that have no text of their own.
KINDS = ("CollectionPage", "SearchResultsPage", "ProfilePage")

#: What the operator is told of such a page; it is followed by its words.
NO_ARTICLE = "is no article but a listing, or an author's page, as it says itself"

#: Classes of the body, all of which it has: WordPress (``get_body_class``) and Ghost (``body_class``).
BODY_CLASSES = (
    *({"archive", kind} for kind in ("category", "tag", "author", "date", "post-type-archive")),
    {"home", "blog"},
    {"search", "search-results"},
    *({kind} for kind in ("home-template", "tag-template", "author-template", "paged")),
)

#: Classes that the body of an article's page has on the same systems, or of a page of its own.
ARTICLE_CLASSES = {"single", "singular", "page", "post-template", "page-template"}


def other_kind(page: LexborHTMLParser, things: Sequence[Mapping[str, Any]], this_page: ThisPage) -> str:
    """Why a page is no article by its own words; "" where it says nothing of the kind. ``things``: its
    JSON-LD. Of one that calls itself an article nothing is asked."""
    og_type = page.css_first('meta[property="og:type"]')
    if og_type is not None and (og_type.attributes.get("content") or "").strip().lower() == "article":
        return ""
    for kind in KINDS:
        if page.css_first(f'html[itemtype$="/{kind}"], body[itemtype$="/{kind}"]') is not None:
            return f"{NO_ARTICLE} ({kind})"
    if kind := jsonld.kind_of_page(things, KINDS, this_page):
        return f"{NO_ARTICLE} ({kind})"
    classes = set((page.body.attributes.get("class") or "").split()) if page.body is not None else set()
    found = next((each for each in BODY_CLASSES if each <= classes), None)
    if found is None or classes & ARTICLE_CLASSES:
        return ""
    return f"{NO_ARTICLE} (the body's class {' '.join(sorted(found))!r})"
