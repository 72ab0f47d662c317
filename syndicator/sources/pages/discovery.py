"""The article's text where none is declared: found on the page, without lists of other articles."""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.body import HEADINGS, IsOther, figure_of, image_address
from syndicator.sources.pages.inserts import remove_inserts
from syndicator.sources.pages.own_part import OwnPart
from syndicator.sources.pages.page_pictures import WORDS_MARK
from syndicator.sources.pages.pointers import without_pointers
from syndicator.sources.pages.text_end import without_rest
from syndicator.sources.pages.whole_text import IN_PARTS, prose_of, whole_text
from syndicator.text.addresses import same_site, web_address
from syndicator.text.clean import fold
from syndicator.text.markup import (
    BLOCKS,
    BOXES,
    ancestor_ids,
    element_tree,
    is_block_within,
    of_xml,
    paragraphs,
    parse_own,
    parse_part,
    remove,
    text_of,
    upwards,
)

#: A list of links to other articles has at least so many; each with no more text than a teaser has.
MIN_RELATED, MAX_TEASER_CHARS = 3, 800

#: Pages after which trafilatura's caches of them are reset.
PAGES_BEFORE_RESET = 50

#: Scripts and styles, of which trafilatura would make one paragraph, and what it would pass by, in its time.
NO_TEXT_ELEMENTS = "script, style, head > link, head > meta"

#: Captions and credits that are marked on a page (``PagePictures``), and those of films and of nothing.
PICTURE_WORDS = f"[{WORDS_MARK}], figure:not(:has(table, pre, blockquote)) > figcaption, .wp-caption-text"

#: Where themes in use keep an article's text: schema.org's microdata, WordPress' and hAtom's, Ghost's,
#: microformats2's, and HTML's own elements; with their names as origins.
THEMES = (
    ("[itemprop=articleBody]", "itemprop articleBody"),
    (".gh-content", ".gh-content"),
    (".entry-content", ".entry-content"),
    (".post-content", ".post-content"),
    (".e-content", ".e-content"),
    ("article", "article"),
    ("main", "main"),
)

#: How many of them, from the first on, are nothing but a place for a text: one that is empty tells that the
#: article has none.
TEXT_PLACES = 5

#: What of such a place is no text: ways around the site, forms, buttons, comments, what is shared, and by
#: whom.
AROUND = (
    "nav, header, footer, aside, form, button, .screen-reader-text, .skip-link, [role=navigation], "
    "#comments, .comments-area, .sharedaddy, "
    ".share, .social-share, .post-navigation, .entry-meta, .entry-footer, "
    ".entry-header, .byline, [rel=author], [class*=related i], [class*=newsletter i], .post-tags, "
    ".tags-links, .cat-links, h1, time"
)

#: The origin of a body that is not there.
NO_TEXT_THERE = "no text"

#: Characters of a text below which trafilatura takes the whole page for it (its MIN_EXTRACTED_SIZE), and thus
#: which a short text has.
MIN_CHARS = 250

#: Characters of a paragraph of prose.
MIN_PROSE_CHARS = 60

#: Letters of prose that tell that a text is not that short.
MIN_LONG_LETTERS = 1000

#: Elements whose lines may be paragraphs.
BREAKABLE_TAGS = ("div", "section", "article", "main", "td")

PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|[?#])", re.IGNORECASE)

_page_numbers = itertools.count(1)

#: It tells at each reset of a cache that it cannot clear, which is nothing that an operator could mend.
logging.getLogger("htmldate.meta").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Discovered:
    """A text that was found: its markup, where it stood, and what the operator should know."""

    markup: str
    origin: str
    warnings: Sequence[str] = ()


def discovered_text(
    page: LexborHTMLParser, url: str, is_other: IsOther, captions: Mapping[str, str], own_part: OwnPart
) -> Discovered:
    """The body where none is declared: by trafilatura, of all its places where it stands in several, or plain
    markup for what is too short for it."""
    import trafilatura  # noqa: PLC0415 - 40 MB, and sites with declared selectors never need it
    from trafilatura.htmlprocessing import build_html_output  # noqa: PLC0415 - as above
    from trafilatura.meta import reset_caches  # noqa: PLC0415 - as above
    from trafilatura.settings import Document  # noqa: PLC0415 - as above

    if next(_page_numbers) % PAGES_BEFORE_RESET == 0:
        reset_caches()
    remove(page, NO_TEXT_ELEMENTS)
    remove_inserts(page)
    _open_headers(page)
    drop_related(page, url, is_other)
    remove(page, PICTURE_WORDS)  # of which it would make paragraphs
    _unlink_pictures(page, url)
    _make_paragraphs(page)
    prose = list(prose_of(page, own_part))
    is_long = sum(len(each.letters) for each in prose) >= MIN_LONG_LETTERS
    theme_part, theme = ("", "") if is_long else _theme_markup(page)
    if not is_long and not theme_part and (textless := _textless_part(page)) is not None:
        return Discovered(_with_captions(textless, captions, url), NO_TEXT_THERE)
    document = trafilatura.bare_extraction(  # its extract would make a fingerprint of the text, too
        element_tree(page.html or ""),  # and no address: it would make each link absolute, done later
        output_format="html",
        include_images=True,
        include_links=True,
        include_formatting=True,
        include_comments=False,
        deduplicate=False,  # it remembers across pages
    )
    discovered_part = of_xml(build_html_output(document)) if isinstance(document, Document) else ""
    if is_long and not discovered_part:
        theme_part, theme = _theme_markup(page)
    if not discovered_part or (theme_part and _is_whole_page(discovered_part, theme_part)):
        return Discovered(_with_captions(theme_part, captions, url), theme)
    discovered_part, left_out = without_rest(prose, discovered_part)
    whole = whole_text(prose, discovered_part, own_part)
    text = _with_captions(without_pointers(whole or discovered_part, url), captions, url)
    return Discovered(text, "paragraphs", [IN_PARTS]) if whole else Discovered(text, "trafilatura", left_out)


def _open_headers(page: LexborHTMLParser) -> None:
    """Take off headers that hold a text of some length: page builders make them of any section, the article's
    too, and whoever looks for a text passes them by."""
    for header in reversed(page.css("header:has(p)")):
        chars = sum(
            len(text) for node in header.css("p") if len(text := node.text().strip()) >= MIN_PROSE_CHARS
        )
        if chars >= MIN_LONG_LETTERS:
            header.unwrap()


def _make_paragraphs(page: LexborHTMLParser) -> None:
    """Put what two line breaks set apart into paragraphs: trafilatura would take each link and each word in
    italics between them for one."""
    parents = {node.parent.mem_id: node.parent for node in page.css("br + br") if node.parent is not None}
    for parent in parents.values():
        if parent.tag not in BREAKABLE_TAGS:
            continue
        parts: list[str] = []
        for is_block, children in groupby(parent.iter(include_text=True), key=_is_block):
            markup = "".join(child.html or "" for child in children)
            parts += [markup] if is_block else list(paragraphs(markup))
        for child in list(parent.iter(include_text=True)):
            child.decompose()
        parent.insert_child(parse_part("".join(parts)))


def _is_block(node: LexborNode) -> bool:
    return node.is_element_node and (node.tag in (*BLOCKS, *BOXES) or is_block_within(node))


def _theme_markup(page: LexborHTMLParser) -> tuple[str, str]:
    """The text of the one place that a theme has for it, and the place; without what stands around it."""
    for selector, origin in THEMES:
        places = page.css(selector)
        if len(places) == 1:
            part = parse_own(places[0].html or "")
            remove(part, AROUND)
            return (part.inner_html or "", origin) if part.text().strip() else ("", "")
    return "", ""


def _textless_part(page: LexborHTMLParser) -> str | None:
    """The one place that a theme has for a text where no text is, nor in its article around it, but a picture
    at most: what the page says besides is said of other articles, or of the site. ``None``: none is so."""
    place = next((found[0] for s, _ in THEMES[:TEXT_PLACES] if len(found := page.css(s)) == 1), None)
    if place is None:
        return None
    around = next((node for node in upwards(place) if node.tag == "article"), place)
    parts = [parse_own(node.html or "") for node in (place, around)]
    for part in parts:
        remove(part, AROUND)
    return None if parts[1].text().strip() else parts[0].inner_html or ""


def _is_whole_page(markup: str, theme_part: str) -> bool:
    """Whether trafilatura, of a short text, took what stands around it too."""
    theme_chars = len(fold(text_of(theme_part)))
    return theme_chars < MIN_CHARS and len(fold(text_of(markup))) > theme_chars


def _unlink_pictures(page: LexborHTMLParser, url: str) -> None:
    """Take links off pictures, of which trafilatura would lose one or the other, and teasers that are one
    link around picture and title out of the page."""
    for link in reversed(page.css("a:has(img)")):
        text = fold(link.text())
        if not text:
            link.unwrap()
        elif link.css_first("figcaption") is None:
            address = web_address(link.attributes.get("href") or "", url)
            is_inside = bool(address) and same_site(address, url) and not PICTURE_FILE.search(address)
            if is_inside and len(text) <= MAX_TEASER_CHARS and len(link.css("a")) == 1:
                link.decompose()


def drop_related(page: LexborHTMLParser, url: str, is_other: IsOther) -> None:
    """Take lists of other articles out of a page: siblings of one look, each with a link to another
    article and little text."""
    with_other_links: set[int] = set()
    is_other_by_href: dict[str, bool] = {}  # a page's menus name their addresses many times
    for link in page.css("a[href]"):
        href = link.attributes.get("href") or ""
        if href not in is_other_by_href:
            is_other_by_href[href] = is_other(web_address(href, url))
        if is_other_by_href[href]:
            with_other_links.update(takewhile(lambda each: each not in with_other_links, ancestor_ids(link)))
    for container in reversed(page.css("ul, ol, div, section, aside, nav, tbody, tr")):  # inner ones first
        children = [child for child in container.iter() if child.is_element_node]
        if len(children) >= MIN_RELATED and (
            all(_is_teaser(child, children[0], with_other_links) for child in children)
            or all(_is_linked_whole(child) for child in children)
        ):
            heading = container.prev
            while heading is not None and not heading.is_element_node:
                heading = heading.prev
            if heading is not None and heading.tag in HEADINGS:
                heading.decompose()
            container.decompose()


def _is_teaser(node: LexborNode, first: LexborNode, with_other_links: set[int]) -> bool:
    looks_alike = (node.tag, node.attributes.get("class")) == (first.tag, first.attributes.get("class"))
    return looks_alike and node.mem_id in with_other_links and len(node.text()) <= MAX_TEASER_CHARS


def _is_linked_whole(node: LexborNode) -> bool:
    """Whether an item of a list is one link around a paragraph: a guide to elsewhere, whatever it says."""
    if node.tag != "li":
        return False
    within = [child for child in node.iter() if child.is_element_node]
    return len(within) == 1 and within[0].tag == "a" and within[0].css_first("p, div, h2, h3, h4") is not None


def _with_captions(markup: str, captions: Mapping[str, str], url: str) -> str:
    if not captions or "<img" not in markup:
        return markup
    body = parse_own(markup)
    for image in body.css("img"):
        caption = captions.get(image_address(image, url))
        figure = caption and parse_own(figure_of(image.html or "", caption)).css_first("figure")
        if figure:
            image.replace_with(figure)
    return body.inner_html or ""
