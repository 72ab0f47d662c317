"""Markup and text from outside, made harmless."""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import urljoin, urlsplit

import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode

#: What a newsroom's text needs, and no reader or aggregator objects to.
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
#: Removed with everything in them.
GONE = {"script", "style", "noscript", "template", "form", "button", "select", "textarea", "svg", "math"}

#: Characters that XML 1.0 forbids (section 2.2), and lone surrogates.
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

EMPTY = re.compile(r"<(p|span|strong|em|b|i|figure|figcaption|h[2-6]|li)(?: [^>]*)?>(?:\s|<br>)*</\1>")


def legal(text: str) -> str:
    """The text without characters that XML forbids."""
    return ILLEGAL.sub("", text)


def plain(text: str) -> str:
    """Markup or text as one line of plain text: entities decoded, white space folded, NFC."""
    if "<" in text:
        body = LexborHTMLParser(f"<body>{text}").body
        text = body.text(separator=" ") if body else ""
    else:
        text = html.unescape(text)
    return " ".join(unicodedata.normalize("NFC", legal(text)).split())


def sanitise(markup: str, base_url: str) -> str:
    """Markup that can do nothing but be read: known tags, absolute http(s) addresses, no scripts, styles
    or frames. Embedded players become links, so that readers still find them."""
    tree = LexborHTMLParser(f"<body>{legal(markup)}")
    body = tree.body
    if body is None:
        return ""
    for node in body.css("iframe, embed, object"):
        _replace_by_link(node, base_url)
    for node in body.css("[href], [src]"):
        _make_absolute(node, base_url)
    for node in body.css("img:not([src])"):
        node.decompose()
    clean = nh3.clean(
        body.inner_html or "",
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=GONE,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    clean = clean.replace("&nbsp;", " ").replace("\u00a0", " ")
    while (shorter := EMPTY.sub("", clean)) != clean:
        clean = shorter
    return unicodedata.normalize("NFC", re.sub(r">\s+<", "> <", clean)).strip()


def web_address(href: str, base_url: str) -> str:
    """An absolute http(s) address, or nothing."""
    try:
        url = urljoin(base_url, href.strip())
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def _make_absolute(node: LexborNode, base_url: str) -> None:
    for name in ("href", "src"):
        value = node.attributes.get(name)
        if value is None or (name == "href" and value.startswith("mailto:")):
            continue
        url = web_address(value, base_url)
        if url:
            node.attrs[name] = url
        else:
            del node.attrs[name]


def _replace_by_link(node: LexborNode, base_url: str) -> None:
    source = node.attributes.get("src") or node.attributes.get("data") or ""
    url = web_address(source, base_url)
    said = html.escape(node.attributes.get("title") or urlsplit(url).hostname or url)
    link = LexborHTMLParser(f'<p><a href="{html.escape(url)}">{said}</a></p>').css_first("p")
    if url and link:
        node.replace_with(link)
    else:
        node.decompose()
