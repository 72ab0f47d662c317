"""One article from one page: for every field the most trustworthy place that has it.

Declared selectors first, then JSON-LD, OpenGraph and other metadata, microdata and plain markup, and for
the body, in the end, trafilatura.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources import body, jsonld
from syndicator.text.clean import plain, web_address

#: Parameters that say how a reader came, not what is read.
TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|cmpid)$", re.IGNORECASE
)

CREDIT = re.compile(
    r"[\s(|/.–—-]*\b(?:photo|picture|image|ພາບ|ຮູບ)(?:\s+(?:by|courtesy of|credit))?\s*:\s*"
    r"(?P<credit>[^)|]{2,80})\)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Select:
    """CSS selectors for what a site's pages do not say in metadata. Empty: look for it yourself."""

    title: str = ""
    summary: str = ""
    published: str = ""
    updated: str = ""
    author: str = ""
    section: str = ""
    tags: str = ""
    content: str = ""
    photo: str = ""
    caption: str = ""
    credit: str = ""
    note: str = ""


@dataclass
class Found:
    """What a page says, field by field, with where it was found. The first place wins."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def offer(self, name: str, origin: str, value: Any) -> None:
        """Take a value where there is none yet."""
        if value and name not in self.values:
            self.values[name], self.origins[name] = value, origin

    def get(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def tuple(self, name: str) -> tuple[str, ...]:
        return tuple(self.values.get(name, ()))


def extract(
    content: bytes, url: str, *, select: Select, strip: Sequence[str] = (), agency: str = ""
) -> Found:
    """Everything that a page says of its article. Dates stay as written: their zone and order are the
    source's business. ``url`` is the page's own address."""
    page = LexborHTMLParser(content)
    for selector in strip:
        for node in page.css(selector):
            node.decompose()
    found = Found()
    _from_selectors(found, page, select, url)
    _from_json_ld(found, jsonld.article(page), url)
    _from_meta(found, _meta(page), page, url)
    _from_markup(found, page)
    _body(found, page, select, strip, agency, url)
    return found


def clean_url(url: str) -> str:
    """The address without what only tells how a reader came there."""
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(k)]
    query = parts.query if len(kept) == parts.query.count("&") + bool(parts.query) else urlencode(kept)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in (None, 80, 443) else "")
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))


def _from_selectors(found: Found, page: LexborHTMLParser, select: Select, url: str) -> None:
    for name in ("title", "summary", "published", "updated", "section", "caption", "credit", "note"):
        selector = getattr(select, name)
        found.offer(name, f"select.{name}", _text(page, selector) if selector else "")
    for name, selector in (("authors", select.author), ("tags", select.tags)):
        found.offer(name, f"select.{name}", _texts(page, selector) if selector else ())
    image = page.css_first(select.photo) if select.photo else None
    if image is not None:
        _offer_image(found, "select.photo", image, url)


def _from_json_ld(found: Found, article: Mapping[str, Any], url: str) -> None:
    def offer(name: str, value: Any) -> None:
        found.offer(name, "json-ld", value)

    offer("title", plain(jsonld.text(article.get("headline") or article.get("name"))))
    offer("summary", plain(jsonld.text(article.get("description"))))
    offer("published", jsonld.text(article.get("datePublished")))
    offer("updated", jsonld.text(article.get("dateModified")))
    offer("authors", jsonld.names(article.get("author")))
    offer("section", plain(jsonld.text(article.get("articleSection"))))
    offer("tags", jsonld.names(article.get("keywords")))
    offer("language", jsonld.text(article.get("inLanguage")))
    offer("note", plain(jsonld.text(article.get("correction"))))
    offer("canonical", jsonld.text(article.get("mainEntityOfPage") or article.get("url")))
    image = jsonld.image(article.get("image"))
    _offer_photo(
        found, "json-ld", image.get("url", ""), url, image.get("caption", ""), image.get("credit", "")
    )


def _from_meta(found: Found, meta: Mapping[str, list[str]], page: LexborHTMLParser, url: str) -> None:
    named = {
        "title": ("og:title", "twitter:title"),
        "summary": ("og:description", "description", "twitter:description"),
        "published": ("article:published_time", "datepublished", "date", "dc.date"),
        "updated": ("article:modified_time", "og:updated_time", "datemodified"),
        "section": ("article:section",),
        "language": ("og:locale",),
        "alt": ("og:image:alt", "twitter:image:alt"),
    }
    link = page.css_first('link[rel="canonical"]')
    if link is not None:
        found.offer("canonical", "link rel=canonical", link.attributes.get("href"))
    found.offer("canonical", "og:url", next(iter(meta.get("og:url", ())), ""))
    for field_name, keys in named.items():
        for key in keys:
            found.offer(field_name, key, plain(next(iter(meta.get(key, ())), "")))
    authors = [a for a in meta.get("author", []) + meta.get("article:author", []) if not a.startswith("http")]
    found.offer("authors", "meta author", tuple(map(plain, authors)))
    found.offer("tags", "article:tag", tuple(map(plain, meta.get("article:tag", ()))))
    for key in ("og:image:secure_url", "og:image", "twitter:image"):
        _offer_photo(found, key, next(iter(meta.get(key, ())), ""), url)


def _from_markup(found: Found, page: LexborHTMLParser) -> None:
    for name, prop in (
        ("title", "headline"),
        ("published", "datePublished"),
        ("updated", "dateModified"),
        ("section", "articleSection"),
    ):
        node = page.css_first(f'[itemprop="{prop}"]')
        if node is not None:
            value = node.attributes.get("content") or node.attributes.get("datetime") or node.text()
            found.offer(name, f"itemprop {prop}", plain(value))
    headings = page.css("article h1") or page.css("h1")
    if len(headings) == 1:
        found.offer("title", "h1", plain(headings[0].text(separator=" ")))
    time = page.css_first("article time[datetime]") or page.css_first("time[datetime]")
    if time is not None:
        found.offer("published", "time", time.attributes.get("datetime"))
    found.offer("title", "title", _text(page, "head > title"))


def _body(
    found: Found, page: LexborHTMLParser, select: Select, strip: Sequence[str], agency: str, url: str
) -> None:
    declared = found.get("summary")
    summary, named = body.without_dateline(declared, agency)
    markup, origin = body.find(page, select.content)
    photo = found.values.get("photo", {}).get("url", "")
    tidied = body.tidy(
        markup,
        origin,
        url=url,
        agency=agency or named,
        title=found.get("title"),
        photo=photo,
        strip=strip,
    )
    found.offer("content_html", origin, tidied.content_html)
    found.offer("agency", "dateline", named or tidied.agency)
    if not photo:
        image = LexborHTMLParser(f"<body>{tidied.content_html}").css_first("img")
        if image is not None:
            _offer_image(found, "first picture of the body", image, url)
    if summary:
        found.values["summary"] = summary
    else:
        first = LexborHTMLParser(f"<body>{tidied.content_html}").css_first("p")
        found.offer("summary", "first paragraph", plain(first.text(separator=" ")) if first else "")


def _offer_image(found: Found, origin: str, node: LexborNode, url: str) -> None:
    image = node if node.tag == "img" else node.css_first("img")
    if image is None:
        return
    found.offer("alt", f"{origin} alt", plain(image.attributes.get("alt") or ""))
    _offer_photo(found, origin, image.attributes.get("src") or "", url)
    figure = image.parent
    while figure is not None and figure.tag not in ("figure", "body"):
        figure = figure.parent
    caption = figure.css_first("figcaption") if figure is not None and figure.tag == "figure" else None
    if caption is not None:
        found.offer("caption", "figcaption", plain(caption.text(separator=" ")))


def _offer_photo(found: Found, origin: str, src: str, base: str, caption: str = "", credit: str = "") -> None:
    address = web_address(src, base) if src else ""
    if not address:
        return
    found.offer("photo", origin, {"url": address})
    if found.values["photo"]["url"] == address:
        found.offer("caption", origin, plain(caption))
        found.offer("credit", origin, plain(credit))


def split_credit(caption: str) -> tuple[str, str]:
    """A caption and the credit at its end ("... Photo: A. Name"), if it has one."""
    match = CREDIT.search(caption)
    return (caption[: match.start()].rstrip(), match["credit"].strip(" .")) if match else (caption, "")


def _meta(page: LexborHTMLParser) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in page.css("meta[content]"):
        key = (
            node.attributes.get("property") or node.attributes.get("name") or node.attributes.get("itemprop")
        )
        value = (node.attributes.get("content") or "").strip()
        if key and value:
            found.setdefault(key.lower(), []).append(value)
    return found


def _text(page: LexborHTMLParser, selector: str) -> str:
    return next(iter(_texts(page, selector)), "")


def _texts(page: LexborHTMLParser, selector: str) -> tuple[str, ...]:
    return tuple(filter(None, (_said(node) for node in page.css(selector))))


def _said(node: LexborNode) -> str:
    return plain(
        node.attributes.get("datetime") or node.attributes.get("content") or node.text(separator=" ")
    )
