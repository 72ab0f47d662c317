"""The id that a publishing system gives an article, where its page has it: it stays when the address changes.

Only what is unambiguous on the systems in use is taken; a selector that is declared wins.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from syndicator.text.addresses import web_address

#: Characters of an id: more is none.
MAX_ID_CHARS = 200

#: Short links that name one article: WordPress (``/?p=13``, ``wp.me``), Drupal (``/node/13``).
SHORT_LINK = re.compile(r"[?&]p=\d+$|/node/\d+$|//wp\.me/p[\w-]+$")

#: Classes of the body: WordPress (``body_class``), Drupal 7 (``template_preprocess_html``).
BODY_CLASS = re.compile(r"(?:postid|page-node)-\d+")

#: What names one article if the page has no other such element, and the attribute: WordPress' and Drupal's
#: articles, Blogger, and what Parse.ly and Cxense have sites say (docs.parse.ly/metatags,
#: docs.piano.io/metadata).
ELEMENTS = (
    ('article[id^="post-"]', "id"),
    ("article[data-history-node-id]", "data-history-node-id"),
    ('meta[itemprop="postId"]', "content"),
    ('meta[name="parsely-post-id"]', "content"),
    ('meta[name="cXenseParse:recs:articleid"]', "content"),
)

#: Pseudo-classes with arguments: brackets that are no group of a regular expression.
PSEUDO_CLASS = re.compile(r":(?:not|is|where|has|nth-[a-z-]+|lexbor-contains)\(")

#: An attribute in a selector, with the value that it has or has a part of.
ATTRIBUTE = re.compile(r"""\[\s*([\w-]+)\s*(?:[~|^$*]?=\s*["']?([^"'\]]*)["']?\s*(?:[is]\s*)?)?\]""")

#: Attributes that say what an element is, and not which.
KINDS = {"rel", "name", "property", "itemprop", "type", "role"}


def is_selector(key: str) -> bool:
    """Whether a declared key is a CSS selector, and no regular expression: that has a group."""
    if not key:
        return False
    try:
        has_group = re.compile(key).groups > 0
    except re.error:
        has_group = False
    if has_group and not PSEUDO_CLASS.search(key):
        return False
    try:
        LexborHTMLParser("").css(key)
    except SelectolaxError:
        return False
    return True


def own_id(page: LexborHTMLParser, url: str, selector: str = "") -> str:
    """The id of a page's article; "": it has none. ``selector``: where it is declared to stand."""
    if selector:
        node = page.css_first(selector)
        return _declared(node, selector, url)[:MAX_ID_CHARS] if node is not None else ""
    found = _short_link(page, url) or _of_body(page) or _of_element(page)
    return found if len(found) <= MAX_ID_CHARS else ""


def _declared(node: LexborNode, selector: str, url: str) -> str:
    """What an element that was declared says: the attribute that the selector names, else its address, its
    content or its text."""
    for name, part in reversed(ATTRIBUTE.findall(selector)):
        declared: str = node.attributes.get(name) or ""
        if name == "class":
            declared = next((token for token in declared.split() if part and part in token), "")
        if declared and name not in KINDS and name != "href":
            return declared.strip()
    if href := node.attributes.get("href"):
        return web_address(href, url) or href.strip()
    value = node.attributes.get("content") or node.attributes.get("value") or node.attributes.get("id")
    return " ".join((value or node.text()).split())


def _short_link(page: LexborHTMLParser, url: str) -> str:
    links = {
        address
        for node in page.css('link[rel="shortlink"]')
        if SHORT_LINK.search(address := web_address(node.attributes.get("href") or "", url))
    }
    return links.pop().partition("://")[2] if len(links) == 1 else ""


def _of_body(page: LexborHTMLParser) -> str:
    classes = (page.body.attributes.get("class") or "") if page.body is not None else ""
    ids = {token for token in classes.split() if BODY_CLASS.fullmatch(token)}
    return ids.pop() if len(ids) == 1 else ""


def _of_element(page: LexborHTMLParser) -> str:
    for selector, attribute in ELEMENTS:
        ids = {(node.attributes.get(attribute) or "").strip() for node in page.css(selector)}
        if len(ids) == 1 and (value := ids.pop()):
            return f"{attribute}:{value}"
    return ""
