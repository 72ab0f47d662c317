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

from syndicator.sources import body, jsonld, meta
from syndicator.sources.body import Around, IsOther, image_address
from syndicator.sources.boilerplate import without_dateline
from syndicator.text.addresses import web_address
from syndicator.text.clean import plain
from syndicator.text.markup import parse, parse_part, remove

#: Parameters that say how a reader came, not what is read.
TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|cmpid)$", re.IGNORECASE
)

CREDIT = re.compile(
    r"[\s(|/.–—-]*\b(?:photo|picture|image|ພາບ|ຮູບ)(?:\s+(?:by|courtesy of|credit))?\s*:\s*"
    r"(?P<credit>[^)|]{2,80})\)?\s*$",
    re.IGNORECASE,
)

#: Characters of a caption in which a credit is looked for.
LONGEST_CAPTION = 2000


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
    places: str = ""
    content: str = ""
    photo: str = ""
    caption: str = ""
    credit: str = ""
    note: str = ""


@dataclass
class Found:
    """What a page says, field by field, with where it was found. The first place wins. ``has_body``:
    whether there was anything where the body should be."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    has_body: bool = False

    def offer(self, name: str, origin: str, value: Any) -> None:
        """Take a value where there is none yet."""
        if value and name not in self.values:
            self.put(name, origin, value)

    def put(self, name: str, origin: str, value: Any) -> None:
        self.values[name], self.origins[name] = value, origin

    def get(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def tuple(self, name: str) -> tuple[str, ...]:
        return tuple(self.values.get(name, ()))


def extract(
    markup: str,
    url: str,
    *,
    select: Select,
    strip: Sequence[str] = (),
    agency: str = "",
    is_other: IsOther = body.no_other,
) -> Found:
    """Everything that a page says of its article. Dates stay as written: their zone and order are the
    source's business. ``url`` is the page's own address; ``is_other`` tells which links lead to other
    articles. Where ``select.content`` is declared, nothing else is taken for the body: a page without it
    is no article."""
    page = parse(markup)
    for selector in strip:
        remove(page, selector)
    found = Found()
    _from_selectors(found, page, select, url)
    described = jsonld.article(page, url)
    _from_json_ld(found, described, url)
    _from_meta(found, page, url)
    if select.content:
        part, origin = body.declared(page, select.content), "select.content"
    else:
        part, origin = body.discovered(page, url, is_other)
    if not part and not select.content:
        part, origin = _paragraphs(jsonld.text(described.get("articleBody"))), "json-ld"
    found.has_body = bool(part)
    _body(found, part, origin, url, agency, is_other)
    return found


def clean_url(url: str) -> str:
    """The address without what only tells how a reader came there."""
    parts = urlsplit(url)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING.match(k)]
    query = parts.query if len(kept) == parts.query.count("&") + bool(parts.query) else urlencode(kept)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in (None, 80, 443) else "")
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))


def split_credit(caption: str) -> tuple[str, str]:
    """A caption and the credit at its end ("... Photo: A. Name"), if it has one."""
    match = CREDIT.search(caption[:LONGEST_CAPTION])
    return (caption[: match.start()].rstrip(), match["credit"].strip(" .")) if match else (caption, "")


def _from_selectors(found: Found, page: LexborHTMLParser, select: Select, url: str) -> None:
    for name in ("title", "summary", "published", "updated", "section", "caption", "credit", "note"):
        selector = getattr(select, name)
        texts = _texts(page, selector) if selector else ()
        found.offer(name, f"select.{name}", next(iter(texts), ""))
    lists = ("authors", "author"), ("tags", "tags"), ("places", "places")
    for name, setting in lists:
        selector = getattr(select, setting)
        found.offer(name, f"select.{setting}", _texts(page, selector) if selector else ())
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
    offer("authors", tuple(map(plain, jsonld.names(article.get("author")))))
    offer("section", plain(jsonld.text(article.get("articleSection"))))
    offer("tags", tuple(map(plain, jsonld.names(article.get("keywords")))))
    offer("places", tuple(map(plain, jsonld.places(article))))
    offer("language", jsonld.text(article.get("inLanguage")))
    offer("note", plain(jsonld.text(article.get("correction"))))
    offer("canonical", jsonld.address(article))
    image = jsonld.image(article.get("image"))
    if not meta.is_stock(image.get("url", "")):
        _offer_photo(found, "json-ld", image, url)


def _from_meta(found: Found, page: LexborHTMLParser, url: str) -> None:
    for name, origin, value in meta.said(page):
        if name == "image":
            _offer_photo(found, origin, {"url": value}, url)
        else:
            found.offer(name, origin, value)
    for name, origin, values in meta.listed(page):
        found.offer(name, origin, values)


def _body(found: Found, part: str, origin: str, url: str, agency: str, is_other: IsOther) -> None:
    summary, named = without_dateline(found.get("summary"), agency)
    around = Around(
        url=url,
        title=found.get("title"),
        summary=summary,
        note=found.get("note"),
        agency=agency or named,
        photo=found.values.get("photo", {}).get("url", ""),
    )
    tidied = body.tidy(part, around, is_other)
    found.offer("content_html", origin, tidied.content_html)
    found.offer("agency", "dateline", named or tidied.agency)
    _photo_from_body(found, tidied, url)
    if summary:
        found.values["summary"] = without_dateline(summary, tidied.agency)[0]
    else:
        first = parse_part(tidied.content_html).css_first("p")
        found.offer("summary", "first paragraph", plain(first.html or "") if first else "")


def _photo_from_body(found: Found, tidied: body.Body, url: str) -> None:
    """A lead photo where nothing else has named one, and what its print in the body says of it."""
    shown = parse_part(tidied.photo or tidied.content_html).css_first("figure, img")
    if shown is not None and (tidied.photo or "photo" not in found.values):
        _offer_image(found, "first picture of the body", shown, url)


def _offer_image(found: Found, origin: str, node: LexborNode, url: str) -> None:
    image = node if node.tag == "img" else node.css_first("img")
    if image is None:
        return
    if address := image_address(image, url):
        found.offer("photo", origin, {"url": address})
    found.offer("alt", f"{origin} alt", plain(image.attributes.get("alt") or ""))
    figure: LexborNode | None = image
    while figure is not None and figure.tag != "figure":
        figure = figure.parent
    caption = figure.css_first("figcaption") if figure is not None else None
    if caption is not None:
        found.offer("caption", "figcaption", plain(caption.html or ""))


def _offer_photo(found: Found, origin: str, image: Mapping[str, str], base: str) -> None:
    address = web_address(image.get("url", ""), base) if image.get("url") else ""
    if not address:
        return
    found.offer("photo", origin, {"url": address})
    if found.values["photo"]["url"] == address:
        found.offer("caption", origin, plain(image.get("caption", "")))
        found.offer("credit", origin, plain(image.get("credit", "")))


def _paragraphs(text: str) -> str:
    """Plain text as markup: an empty line, or else every line, ends a paragraph."""
    parts = re.split(r"\n\s*\n", text) if "\n\n" in text else text.split("\n")
    return "".join(f"<p>{part.replace('&', '&amp;').replace('<', '&lt;')}</p>" for part in parts)


def _texts(page: LexborHTMLParser, selector: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (_said(node) for node in page.css(selector)))))


def _said(node: LexborNode) -> str:
    said = node.attributes.get("datetime") or node.attributes.get("content")
    return plain(said or node.html or "")
