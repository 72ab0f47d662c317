"""Markup and text from outside, made harmless."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import nh3
from lxml.html.defs import tags as lxml_tags
from selectolax.lexbor import LexborNode

from syndicator.text.addresses import contact_address, web_address
from syndicator.text.alternatives import show_alternatives
from syndicator.text.captions import frame_captions
from syndicator.text.embeds import link_embeds
from syndicator.text.markup import (
    BLOCK_TAGS,
    BLOCKS,
    DELETED_SELECTOR,
    DELETED_TAGS,
    blocks,
    is_block_within,
    legal,
    parse_own,
    parse_part,
    remove,
    text_of,
    text_of_own,
    upwards,
    without_cdata,
)
from syndicator.text.pictures import settle
from syndicator.text.simple_markup import simple_text

__all__ = ["fold", "legal", "narrowed", "plain", "said", "sanitise"]

#: Elements that a newsroom's text needs, and that no reader or aggregator objects to.
TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code"),
    *("ul", "ol", "li", "dl", "dt", "dd", "a", "b", "strong", "i", "em", "u", "s", "sub", "sup"),
    *("small", "q", "cite", "abbr", "mark", "time", "span", "figure", "figcaption", "img", "del", "ins"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "*": {"lang", "dir"},
}
#: Elements that are removed with everything in them.
REMOVED_TAGS = {
    *("script", "style", "template", "button", "select", "textarea", "label", "svg", "canvas", "title"),
    *("noembed", "noframes", "xmp"),
}

#: Schemes of addresses that a link may lead to.
LINK_SCHEMES = {"http", "https", "mailto", "tel"}

CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=REMOVED_TAGS,
    url_schemes=LINK_SCHEMES,
    link_rel=None,
)

#: Elements by the name that readers know them by.
RENAMED = {"h1": "h2", "strike": "s"}

#: Elements that one of deleted text may be put around.
MARKABLE_TAGS = {
    *DELETED_TAGS,
    *("span", "font", "a", "b", "strong", "i", "em", "u", "small", "mark", "ins", "q"),
}

#: The number of an item in a list.
NUMBER = re.compile(r"-?[0-9]{1,9}")

HEADING_SELECTOR = "h1, h2, h3, h4, h5, h6"

#: Elements that are removed where they are empty.
HOLLOW_SELECTOR = (
    "p, span, strong, b, em, i, u, s, del, ins, small, a, q, cite, mark, h2, h3, h4, h5, h6, figure, "
    "figcaption, li, ul, ol, dl, blockquote"
)

#: Elements that become paragraphs where they are not wanted, and those that become spaces.
PARAGRAPH_TAGS = {*("h2", "h3", "h4", "h5", "h6", "pre", "li", "dt", "dd", "tr", "caption", "figcaption")}
SPACE_TAGS = {"td", "th", "br"}
ANY_TAG = re.compile(r"""<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?:"[^"]*"|[^">])*>""")

#: Signs without which a text has neither markup nor references.
MARKUP_SIGN = re.compile(r"[<&]|\]\]>")

#: Markup, and what only looks like a tag: a name, and words after it.
MARKUP = re.compile(r"<(?:/?[a-zA-Z][^<>]*>|!--)")
BRACKETED_ADDRESS = re.compile(r"<(?=(?:https?|mailto):)", re.IGNORECASE)
END_TAG = re.compile(r"</([a-zA-Z][^\s<>/]*)")
LIKE_A_TAG = re.compile(r"<(?P<name>[a-zA-Z][^\s<>/=:-]*)(?P<words>(?:\s+[^\s<>=/]+)*)\s*>")

#: Names of elements; those that are nothing without attributes or an end; attributes that need no value.
TAG_NAMES = {
    *lxml_tags,
    *TAGS,
    *("svg", "math", "picture", "template", "slot", "dialog", "search", "noindex", "plaintext", "xmp"),
}
NEVER_BARE = {"audio", "canvas", "embed", "iframe", "object", "picture", "plaintext", "svg", "video", "xmp"}
VALUELESS = {
    *(
        "allowfullscreen",
        "async",
        "autoplay",
        "checked",
        "compact",
        "controls",
        "defer",
        "disabled",
        "hidden",
    ),
    *("ismap", "itemscope", "loop", "muted", "noshade", "nowrap", "playsinline", "reversed", "selected"),
}


def fold(text: str) -> str:
    """Text as one line: white space folded, illegal characters removed, NFC."""
    return " ".join(unicodedata.normalize("NFC", legal(text)).split()).strip("\u200b\ufeff ")


def plain(html_or_text: str) -> str:
    """Markup or text as one line of plain text: entities decoded, white space folded, NFC; deleted text goes.
    What is known to be text, and no markup, is for ``fold``."""
    if not MARKUP_SIGN.search(html_or_text):  # most titles, names and tags
        return fold(html_or_text)
    if (text := simple_text(html_or_text)) is not None:
        return fold(text)
    html_or_text = _with_escaped_inequalities(without_cdata(html_or_text))
    is_markup = MARKUP.search(html_or_text)
    return fold(text_of(html_or_text) if is_markup else html.unescape(html_or_text))


def said(clean: str) -> str:
    """What sanitised markup (``sanitise``) says, as ``plain`` reads it."""
    return fold(text_of_own(clean))


def _with_escaped_inequalities(text: str) -> str:
    """Text in which what only looks like a tag is escaped: "a<b and c>d", "List<String>", "<https://...>"."""

    def escaped(tag: re.Match[str]) -> str:
        name, words = tag["name"].lower(), tag["words"].lower().split()
        is_named = name in ended or (name in TAG_NAMES and (words or name not in NEVER_BARE))
        return tag[0] if is_named and VALUELESS.issuperset(words) else f"&lt;{tag[0][1:]}"

    ended = {name.lower() for name in END_TAG.findall(text)}
    return LIKE_A_TAG.sub(escaped, BRACKETED_ADDRESS.sub("&lt;", text))


def sanitise(markup: str, base_url: str) -> str:
    """Harmless markup: known elements, absolute http(s) addresses (and those of mail and telephone), no
    scripts, styles or frames. Players and embedded posts become links, so that readers still find them.
    Deleted text stays marked within a paragraph, and goes where it has whole ones. What a page puts into
    boxes or between line breaks comes out as paragraphs."""
    if not markup.strip():
        return ""
    body = parse_part(markup)
    settle(body)
    frame_captions(body)
    show_alternatives(body)
    link_embeds(body, base_url)
    remove(body, ", ".join(sorted(REMOVED_TAGS)))
    _mark_deleted(body)
    for node in body.css("img"):
        _mend_image(node)
    for node in body.css("[href], [src]"):
        _make_absolute(node, base_url)
    remove(body, "img:not([src])")
    for node in reversed(body.css(HEADING_SELECTOR)):
        if len(node.css(HEADING_SELECTOR)) > 1:  # itself, and one within
            node.unwrap()
    for node in reversed(body.css(", ".join(f"{tag} figcaption" for tag in BLOCKS if tag != "figure"))):
        if all(ancestor.tag != "figure" for ancestor in upwards(node)):  # no list or table has one
            node.unwrap()
    for node in body.css("[start], [value]"):
        _check_number(node)
    text = "\n".join(blocks(body))
    for old, new in RENAMED.items():
        text = text.replace(f"<{old}", f"<{new}").replace(f"</{old}>", f"</{new}>")
    return unicodedata.normalize("NFC", legal(_without_hollows(CLEANER.clean(text)))).strip()


def narrowed(clean: str, tags: AbstractSet[str], attributes: Mapping[str, set[str]]) -> str:
    """Sanitised markup (``sanitise``) with these elements and attributes alone. The content of an element
    that is removed stays, as a paragraph where it stood on lines of its own; that of deleted text goes.
    ``tags`` has ``p``."""

    kept = next((name for name in DELETED_TAGS if name in tags), "")
    deleted = set() if kept else set(DELETED_TAGS)  # it does not read as said

    def renamed(tag: re.Match[str]) -> str:
        name = tag["name"].lower()
        if name in tags or name in deleted:
            return tag[0]
        if name in DELETED_TAGS and kept:
            return f"<{tag['end']}{kept}>"
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
        clean_content_tags=deleted,  # and no script, whatever a partner names: there is none left
        url_schemes=LINK_SCHEMES,
        link_rel=None,
    )
    return re.sub(r"(<p>) +", r"\1", _without_hollows(cleaned)).strip()


def _mend_image(node: LexborNode) -> None:
    """Take off measures that no number is."""
    for name in ("width", "height"):
        if not (node.attributes.get(name) or "0").isdigit():
            del node.attrs[name]


def _mark_deleted(body: LexborNode) -> None:
    """Mark deleted text by an element, once; whole paragraphs of it go."""
    for node in reversed(body.css(DELETED_SELECTOR)):
        for inner in node.css(", ".join(DELETED_TAGS))[node.tag in DELETED_TAGS :]:
            inner.unwrap()
        if node.tag in ("td", "th"):
            for child in list(node.iter(include_text=True)):
                child.decompose()
        elif node.tag in BLOCK_TAGS or is_block_within(node) or node.tag not in MARKABLE_TAGS:
            node.decompose()
        elif node.tag not in DELETED_TAGS:
            marked = parse_own(f"<s>{node.html or ''}</s>").css_first("s")
            if marked is not None:
                node.replace_with(marked)


def _check_number(node: LexborNode) -> None:
    """Take the number of a list, or of one of its items, that is none."""
    for name in ("start", "value"):
        if not NUMBER.fullmatch(node.attributes.get(name) or ""):
            node.attrs[name] = ""
            del node.attrs[name]


def _make_absolute(node: LexborNode, base_url: str) -> None:
    for name in ("href", "src"):
        value = node.attributes.get(name)
        if value is None:
            continue
        url = web_address(value, base_url) or (contact_address(value) if name == "href" else "")
        if url:
            node.attrs[name] = url
        else:
            del node.attrs[name]


def _without_hollows(markup: str) -> str:
    """The markup without elements that have become empty, and without links that lead nowhere."""
    body = parse_own(markup)
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
