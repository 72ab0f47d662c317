"""Markup and text from outside, made harmless."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.text.addresses import web_address
from syndicator.text.markup import blocks, legal, parse_part, remove, text_of
from syndicator.text.pictures import settle

__all__ = ["fold", "legal", "narrowed", "plain", "sanitise"]

#: Elements that a newsroom's text needs, and that no reader or aggregator objects to.
TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "dl", "dt", "dd", "a", "b", "strong", "i", "em", "u", "s", "sub", "sup"),
    *("small", "q", "cite", "abbr", "mark", "time", "span", "figure", "figcaption", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "*": {"lang", "dir"},
}
#: Elements that are removed with everything in them.
REMOVED_TAGS = {
    *("script", "style", "noscript", "template", "button", "select", "textarea", "label", "svg", "math"),
    *("audio", "video", "canvas", "title"),
}

CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=REMOVED_TAGS,
    url_schemes={"http", "https"},
    link_rel=None,
)

#: Frames, whose content readers can also open as a page.
EMBED_SELECTOR = "iframe, embed, object"

HEADING_SELECTOR = "h1, h2, h3, h4, h5, h6"

#: Elements that are removed where they are empty.
HOLLOW_SELECTOR = (
    "p, span, strong, b, em, i, u, s, small, a, q, cite, mark, h2, h3, h4, h5, h6, figure, figcaption, li, "
    "ul, ol, dl, blockquote"
)

#: Elements that become paragraphs where they are not wanted, and those that become spaces.
PARAGRAPH_TAGS = {*("h2", "h3", "h4", "h5", "h6", "pre", "li", "dt", "dd", "tr", "caption", "figcaption")}
SPACE_TAGS = {"td", "th", "br"}
ANY_TAG = re.compile(r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:"[^"]*"|[^">])*>""")

#: Markup, and not a sign of inequality.
MARKUP = re.compile(r"<(?:/?[a-zA-Z][^<>]*>|!--)")


def fold(text: str) -> str:
    """Text as one line: white space folded, illegal characters removed, NFC."""
    return " ".join(unicodedata.normalize("NFC", legal(text)).split()).strip("\u200b\ufeff ")


def plain(html_or_text: str) -> str:
    """Markup or text as one line of plain text: entities decoded, white space folded, NFC."""
    is_markup = MARKUP.search(html_or_text)
    return fold(text_of(html_or_text) if is_markup else html.unescape(html_or_text))


def sanitise(markup: str, base_url: str) -> str:
    """Harmless markup: known elements, absolute http(s) addresses, no scripts, styles or frames. Embedded
    players become links, so that readers still find them. What a page puts into boxes or between line
    breaks comes out as paragraphs."""
    if not markup.strip():
        return ""
    body = parse_part(markup)
    settle(body)
    remove(body, ", ".join(sorted(REMOVED_TAGS)))
    for node in reversed(body.css(EMBED_SELECTOR)):
        _replace_by_link(node, base_url)
    for node in body.css("img"):
        _mend_image(node)
    for node in body.css("[href], [src]"):
        _make_absolute(node, base_url)
    remove(body, "img:not([src])")
    for node in reversed(body.css(HEADING_SELECTOR)):
        if len(node.css(HEADING_SELECTOR)) > 1:  # itself, and one within
            node.unwrap()
    text = "\n".join(blocks(body)).replace("<h1", "<h2").replace("</h1>", "</h2>")
    return unicodedata.normalize("NFC", legal(_without_hollows(CLEANER.clean(text)))).strip()


def narrowed(clean: str, tags: AbstractSet[str], attributes: Mapping[str, set[str]]) -> str:
    """Sanitised markup (``sanitise``) with these elements and attributes alone. The content of an element
    that is removed stays, as a paragraph where it stood on lines of its own. ``tags`` has ``p``."""

    def renamed(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        if name in tags:
            return tag[0]
        if name in PARAGRAPH_TAGS:
            return f"<{tag['end']}p>"
        return " " if name in SPACE_TAGS and not tag["end"] else ""

    text = ANY_TAG.sub(renamed, legal(clean))
    cleaned = nh3.clean(
        text,
        tags=set(tags),
        attributes={
            "*": set(),
            **{tag: set(names) for tag, names in attributes.items() if tag in {"*", *tags}},
        },
        clean_content_tags=set(),  # whatever a partner names: there is no script left to go with its content
        url_schemes={"http", "https"},
        link_rel=None,
    )
    return re.sub(r"(<p>) +", r"\1", _without_hollows(cleaned)).strip()


def _mend_image(node: LexborNode) -> None:
    """Take off measures that no number is."""
    for name in ("width", "height"):
        if not (node.attributes.get(name) or "0").isdigit():
            del node.attrs[name]


def _make_absolute(node: LexborNode, base_url: str) -> None:
    for name in ("href", "src"):
        value = node.attributes.get(name)
        if value is None:
            continue
        url = web_address(value, base_url)
        if url:
            node.attrs[name] = url
        else:
            del node.attrs[name]


def _replace_by_link(node: LexborNode, base_url: str) -> None:
    source = node.attributes.get("src") or node.attributes.get("data") or ""
    url = web_address(source, base_url)
    label = html.escape(node.attributes.get("title") or urlsplit(url).hostname or url)
    link = LexborHTMLParser(f'<p><a href="{html.escape(url)}">{label}</a></p>').css_first("p")
    if url and link:
        node.replace_with(link)
    elif node.tag == "object":  # what it holds is what to show instead
        node.unwrap()
    else:
        node.decompose()


def _without_hollows(markup: str) -> str:
    """The markup without elements that have become empty, and without links that lead nowhere."""
    body = parse_part(markup)
    for node in body.css("a:not([href])"):
        node.unwrap()
    for node in reversed(body.css(HOLLOW_SELECTOR)):  # a parent is judged after its children
        if _is_hollow(node):
            node.decompose()
    return "\n".join(blocks(body))


def _is_hollow(node: LexborNode) -> bool:
    for child in node.iter(include_text=True):
        if child.is_element_node:
            is_something = child.tag != "br" and not (node.tag == "figure" and child.tag == "figcaption")
        else:
            is_something = bool(child.text().strip("\u200b\ufeff \u00a0\t\r\n"))
        if is_something:
            return False
    return True
