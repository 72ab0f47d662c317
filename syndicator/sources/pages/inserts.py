"""What sites put into an article's text that nobody wrote for it: forms to subscribe with all that they may
answer, and microdata that only machines are to read."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from syndicator.text.markup import ancestor_ids

#: Boxes around a field to subscribe, as sites call them, and characters of one: more is the article.
SUBSCRIBE_WORDS = ("newsletter", "signup", "sign-up", "subscri", "optin", "opt-in")
SUBSCRIBE_BOX = ":has(input):is({})".format(  # few have one, and are looked at for their words
    ", ".join(f"[{name}*={word} i]" for word in SUBSCRIBE_WORDS for name in ("class", "id"))
)
MAX_BOX_CHARS = 1500

#: Microdata (https://schema.org/Article) whose values no text shows in a block of their own.
MACHINE_DATA = ", ".join(
    f'div[itemprop~="{name}"]'
    for name in ("publisher", "logo", "keywords", "datePublished", "dateModified", "dateCreated", "headline")
)
MAX_DATA_CHARS = 300


def remove_inserts(page: LexborHTMLParser) -> None:
    """Take what is no text out of a page; what has a heading of the page, a paragraph or more words than such
    an insert stays."""
    _remove_short(page, SUBSCRIBE_BOX, MAX_BOX_CHARS, but_with="h1, article, main")
    _remove_short(page, MACHINE_DATA, MAX_DATA_CHARS, but_with="h1, h2, p, img")


def _remove_short(page: LexborHTMLParser, selector: str, max_chars: int, *, but_with: str) -> None:
    """Take out what a selector finds and is short, the inner ones first. What holds a long one is long."""
    long_ones: set[int] = set()
    for node in reversed(page.css(selector)):
        if node.mem_id in long_ones:
            continue
        if len(" ".join(node.text().split())) > max_chars:
            long_ones.update(ancestor_ids(node))
        elif node.css_first(but_with) is None:
            node.decompose()
