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
from syndicator.sources.body import ArticleContext, IsOther, image_address
from syndicator.sources.boilerplate import without_dateline
from syndicator.sources.furniture import NO_FURNITURE, Furniture
from syndicator.sources.locks import Lock, lock_of_page
from syndicator.text.addresses import web_address
from syndicator.text.clean import plain
from syndicator.text.markup import parse, parse_part, remove

#: Parameters that say how a reader came, not what is read.
TRACKING_PARAMETER = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref|ref_src|cmpid)$", re.IGNORECASE
)

CREDIT = re.compile(
    r"[\s(|/.–—-]*\b(?:photo|picture|image|ພາບ|ຮູບ)(?:\s+(?:by|courtesy of|credit))?\s*:\s*"
    r"(?P<credit>[^)|]{2,80})\)?\s*$",
    re.IGNORECASE,
)

#: Times on a page that are looked at.
MAX_TIMES = 50

#: Characters of a caption in which a credit is looked for.
MAX_CAPTION_CHARS = 2000


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
class Extracted:
    """What was extracted from a page, field by field, with the origin of each. The first origin wins.
    ``has_body``: whether there was anything where the body should be; ``is_date_loose``: its date stands
    outside of the article, and may be a teaser's; ``lock``: what stands there instead.
    ``furniture``: what is the site's, and no article's."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    has_body: bool = False
    is_date_loose: bool = False
    lock: Lock | None = None
    furniture: Furniture = NO_FURNITURE

    def offer(self, name: str, origin: str, value: Any) -> None:
        """Take a value where there is none yet, unless it is the site's."""
        if not value or name in self.values:
            return
        if not origin.startswith("select.") and self.furniture.has(name, value):
            if name == "photo":
                self._drop_words_of_photo()
            return
        self.put(name, origin, value)

    def _drop_words_of_photo(self) -> None:
        for name in ("alt", "caption", "credit"):
            if not self.origins.get(name, "select.").startswith("select."):
                del self.values[name], self.origins[name]

    def put(self, name: str, origin: str, value: Any) -> None:
        self.values[name], self.origins[name] = value, origin

    def leave_headline(self) -> None:
        """Drop the text, and what was taken from it."""
        for name in ("content_html", "summary", "photo"):
            if name == "content_html" or self.origins.get(name, "").startswith("first "):
                self.values.pop(name, None)
                self.origins.pop(name, None)

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
    furniture: Furniture = NO_FURNITURE,
) -> Extracted:
    """Everything that a page says of its article. Dates stay as written: their zone and order are the
    source's business. ``url`` is the page's own address; ``is_other`` says whether a link leads to another
    article. Where ``select.content`` is declared, nothing else is taken for the body: a page without it
    is no article. ``furniture``: what is no article's of this site."""
    page = parse(markup)
    for selector in strip:
        remove(page, selector)
    extracted = Extracted(furniture=furniture)
    _from_selectors(extracted, page, select, url)
    json_ld = jsonld.article(page, url)
    extracted.lock = lock_of_page(page, json_ld)
    _from_json_ld(extracted, json_ld, url)
    _from_meta(extracted, page, url)
    if extracted.origins.get("published", "").startswith("time"):
        extracted.is_date_loose = not _is_in_article(page, extracted.get("published"))
    if select.content:
        body_markup, origin = body.declared_markup(page, select.content), "select.content"
    else:
        body_markup, origin = body.discovered_markup(page, url, is_other)
    if not body_markup and not select.content:
        body_markup, origin = _paragraphs(jsonld.text(json_ld.get("articleBody"))), "json-ld"
    extracted.has_body = bool(body_markup)
    _body(extracted, body_markup, origin, url, agency, is_other)
    return extracted


def clean_url(url: str) -> str:
    """The address without parameters that only say how a reader came there."""
    parts = urlsplit(url)
    parameters = [
        (k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not TRACKING_PARAMETER.match(k)
    ]
    query = (
        parts.query
        if len(parameters) == parts.query.count("&") + bool(parts.query)
        else urlencode(parameters)
    )
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port not in (None, 80, 443) else "")
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))


def split_credit(caption: str) -> tuple[str, str]:
    """A caption and the credit at its end ("... Photo: A. Name"), if it has one."""
    match = CREDIT.search(caption[:MAX_CAPTION_CHARS])
    return (caption[: match.start()].rstrip(), match["credit"].strip(" .")) if match else (caption, "")


def _from_selectors(extracted: Extracted, page: LexborHTMLParser, select: Select, url: str) -> None:
    for name in ("title", "summary", "published", "updated", "section", "caption", "credit", "note"):
        selector = getattr(select, name)
        texts = _texts(page, selector) if selector else ()
        extracted.offer(name, f"select.{name}", next(iter(texts), ""))
    list_settings = ("authors", "author"), ("tags", "tags"), ("places", "places")
    for name, setting in list_settings:
        selector = getattr(select, setting)
        extracted.offer(name, f"select.{setting}", _texts(page, selector) if selector else ())
    image = page.css_first(select.photo) if select.photo else None
    if image is not None:
        _offer_image(extracted, "select.photo", image, url)


def _from_json_ld(extracted: Extracted, article: Mapping[str, Any], url: str) -> None:
    def offer(name: str, value: Any) -> None:
        extracted.offer(name, "json-ld", value)

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
        _offer_photo(extracted, "json-ld", image, url)


def _from_meta(extracted: Extracted, page: LexborHTMLParser, url: str) -> None:
    for name, origin, value in meta.values(page):
        if name == "image":
            _offer_photo(extracted, origin, {"url": value}, url)
        else:
            extracted.offer(name, origin, value)
    for name, origin, values in meta.lists(page):
        extracted.offer(name, origin, values)


def _body(
    extracted: Extracted, body_markup: str, origin: str, url: str, agency: str, is_other: IsOther
) -> None:
    summary, dateline_agency = without_dateline(extracted.get("summary"), agency)
    context = ArticleContext(
        url=url,
        title=extracted.get("title"),
        summary=summary,
        note=extracted.get("note"),
        agency=agency or dateline_agency,
        photo=extracted.values.get("photo", {}).get("url", ""),
    )
    article_body = body.tidy(body_markup, context, is_other)
    extracted.offer("content_html", origin, article_body.content_html)
    extracted.offer("agency", "dateline", dateline_agency or article_body.agency)
    _photo_from_body(extracted, article_body, url)
    if summary:
        extracted.values["summary"] = without_dateline(summary, article_body.agency)[0]
    else:
        first = parse_part(article_body.content_html).css_first("p")
        extracted.offer("summary", "first paragraph", plain(first.html or "") if first else "")


def _photo_from_body(extracted: Extracted, article_body: body.Body, url: str) -> None:
    """Offers a lead photo where nothing else has named one, and what its print in the body says of it."""
    picture = parse_part(article_body.photo or article_body.content_html).css_first("figure, img")
    if picture is not None and (article_body.photo or "photo" not in extracted.values):
        _offer_image(extracted, "first picture of the body", picture, url)


def _offer_image(extracted: Extracted, origin: str, node: LexborNode, url: str) -> None:
    image = node if node.tag == "img" else node.css_first("img")
    if image is None:
        return
    if address := image_address(image, url):
        extracted.offer("photo", origin, {"url": address})
        if "photo" not in extracted.values:
            return
    extracted.offer("alt", f"{origin} alt", plain(image.attributes.get("alt") or ""))
    figure: LexborNode | None = image
    while figure is not None and figure.tag != "figure":
        figure = figure.parent
    caption = figure.css_first("figcaption") if figure is not None else None
    if caption is not None:
        extracted.offer("caption", "figcaption", plain(caption.html or ""))


def _offer_photo(extracted: Extracted, origin: str, image: Mapping[str, str], base: str) -> None:
    address = web_address(image.get("url", ""), base) if image.get("url") else ""
    if not address:
        return
    extracted.offer("photo", origin, {"url": address})
    if extracted.values.get("photo", {}).get("url") == address:
        extracted.offer("caption", origin, plain(image.get("caption", "")))
        extracted.offer("credit", origin, plain(image.get("credit", "")))


def _is_in_article(page: LexborHTMLParser, date: str) -> bool:
    """Whether a date stands in what has the headline, too."""
    for node in page.css("time[datetime]")[:MAX_TIMES]:
        ancestor = node.parent if (node.attributes.get("datetime") or "").strip() == date else None
        while ancestor is not None and ancestor.tag not in ("article", "main"):
            ancestor = ancestor.parent
        if ancestor is not None and ancestor.css_first("h1") is not None:
            return True
    return False


def _paragraphs(text: str) -> str:
    """Plain text as markup: an empty line, or else every line, ends a paragraph."""
    parts = re.split(r"\n\s*\n", text) if "\n\n" in text else text.split("\n")
    return "".join(f"<p>{part.replace('&', '&amp;').replace('<', '&lt;')}</p>" for part in parts)


def _texts(page: LexborHTMLParser, selector: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (_node_text(node) for node in page.css(selector)))))


def _node_text(node: LexborNode) -> str:
    text = node.attributes.get("datetime") or node.attributes.get("content")
    return plain(text or node.html or "")
