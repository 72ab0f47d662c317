"""One article from one page: for every field the most trustworthy place that has it.

Declared selectors first, then JSON-LD, OpenGraph and other metadata, microdata and plain markup, and for
the body, in the end, trafilatura.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources import authors, body, jsonld, meta, page_dates, sections, visible_dates
from syndicator.sources.authors import Authors
from syndicator.sources.body import ArticleContext, IsOther, image_address
from syndicator.sources.boilerplate import without_dateline
from syndicator.sources.discovery import discovered_markup
from syndicator.sources.furniture import NO_FURNITURE, Furniture
from syndicator.sources.headline import Surroundings, headline
from syndicator.sources.locks import Lock, lock_of_page
from syndicator.sources.names import told_apart
from syndicator.sources.own_id import own_id
from syndicator.sources.own_part import OwnPart
from syndicator.sources.page_pictures import PagePictures
from syndicator.sources.this_page import ThisPage
from syndicator.text.addresses import is_web_address, same_site, web_address
from syndicator.text.base import base_of
from syndicator.text.clean import fold, plain
from syndicator.text.markup import parse, parse_part, remove, upwards
from syndicator.text.pictures import settle

#: Authors that are none, of which the operator hears.
MAX_DROPPED = 3

#: Links that trafilatura understands as they are, and those that stay.
RIGHT_FOR_TRAFILATURA = ("/", "#", "mailto:", "tel:", "javascript:")

#: The lead photo in themes of WordPress (``the_post_thumbnail``) and of Ghost (``feature_image``).
FEATURED_IMAGE = "article img.wp-post-image, main .gh-article-image img, article .gh-feature-image img"

#: Main headings of a page: one of them may be the headline, in other words than metadata have.
MAX_HEADINGS = 3

#: What the operator should know of an article that is published without a text.
NO_TEXT = "its page has no text (in a script, perhaps): it has a summary only; declare select.content"

#: Times on a page that are looked at.
MAX_TIMES = 50


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
    ``has_body``: whether there was anything where the body should be. ``dates``: all that were offered, as
    origin and text, since the first need not be understood. ``page_languages``: what the page says of its
    language, as BCP 47 tags. ``lines``: its short lines, where it gives no date for machines. ``own_id``: see
    there. ``warnings``: what the operator should know. ``is_date_loose``: its date stands outside of the
    article, and may be a teaser's; ``lock``: what stands there instead. ``furniture``: what is the site's,
    and no article's."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    has_body: bool = False
    dates: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {"published": [], "updated": []})
    page_languages: tuple[str, ...] = ()
    lines: visible_dates.Lines = visible_dates.NO_LINES
    warnings: list[str] = field(default_factory=list)
    own_id: str = ""
    is_date_loose: bool = False
    lock: Lock | None = None
    furniture: Furniture = NO_FURNITURE

    def offer(self, name: str, origin: str, value: Any) -> None:
        """Take a value where there is none yet, unless it is the site's."""
        if not value:
            return
        if name in self.dates:
            self.dates[name].append((origin, str(value)))
        if name in self.values:
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
        self.warnings = [warning for warning in self.warnings if warning != NO_TEXT]
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
    key: str = "",
    furniture: Furniture = NO_FURNITURE,
) -> Extracted:
    """Everything that a page says of its article. Dates stay as written: their zone and order are the
    source's business. ``url`` is the page's own address; ``key`` the selector of its id, if one is declared;
    ``is_other`` says whether a link leads to another article. Where ``select.content`` is declared, nothing
    else is taken for the body: a page without it is no article. ``furniture``: what is no article's of this
    site."""
    page = parse(markup)
    extracted = Extracted(own_id=own_id(page, url, key), furniture=furniture)
    for selector in strip:
        remove(page, selector)
    base = base_of(page, url)
    settle(page)
    page_pictures = PagePictures(page, base)
    _from_selectors(extracted, page, select, base)
    metas, things = meta.by_name(page), jsonld.things(page)
    shown, titles = meta.shown_headings(page), meta.titles(page, metas)
    named_addresses = meta.addresses(page, metas, base)
    extracted.page_languages = page_dates.languages(page)
    this_page = ThisPage(base=base, addresses=[url, *named_addresses], headings=[*shown, *titles])
    json_ld = jsonld.article(things, this_page)
    extracted.lock = lock_of_page(page, json_ld)
    _from_json_ld(extracted, json_ld, base)
    _from_meta(extracted, page, metas, base)
    _from_featured(extracted, page, base)
    if not extracted.dates["published"]:
        for name, value in jsonld.dates(jsonld.dated(things, url)):
            extracted.offer(name, "json-ld", value)
    if extracted.origins.get("published", "").startswith("time"):
        extracted.is_date_loose = not _is_in_article(page, extracted.get("published"))
    has_date = bool(extracted.dates["published"])
    if not has_date:
        extracted.lines = visible_dates.lines(page)
    _canonical(extracted, [*named_addresses, jsonld.address(json_ld)], url)
    around = Surroundings(
        sites=[*meta.site_names(metas), *jsonld.site_names(things, json_ld)],
        host=urlsplit(url).hostname or "",
        sections=list(
            filter(None, (extracted.get("section"), *urlsplit(url).path.rstrip("/").split("/")[:-1]))
        ),
        shown=shown,
        titles=[*titles, *filter(None, [plain(jsonld.text(json_ld.get("headline")))])],
    )
    if not json_ld and not has_date and jsonld.has_article(things):
        extracted.warnings.append("its JSON-LD describes articles of other addresses and headlines: not used")
    _title(extracted, around)
    own_part = OwnPart(page, extracted.get("title"))
    _authors(extracted, authors.find(page, json_ld, metas, own_part, around))
    extracted.offer("section", "rel=category", sections.linked(page, own_part))
    headings = [text for node in page.css("h1")[:MAX_HEADINGS] if (text := plain(node.html or ""))]
    if select.content:
        body_markup, origin = body.declared_markup(page, select.content), "select.content"
    else:
        _make_links_absolute(page, base)
        body_markup, origin = discovered_markup(page, base, is_other, page_pictures.shown)
        told_text = jsonld.text(json_ld.get("articleBody"))
        if origin != "trafilatura" and len(told_text) > len(plain(body_markup)):
            body_markup, origin = _paragraphs(told_text), "json-ld"
    extracted.has_body = bool(body_markup)
    _body(extracted, body_markup, origin, base, agency, is_other, page_pictures, headings)
    _words_of_photo(extracted, page_pictures)
    if not extracted.get("content_html"):
        extracted.warnings.append(NO_TEXT)
    return extracted


def _from_selectors(extracted: Extracted, page: LexborHTMLParser, select: Select, url: str) -> None:
    for name in ("title", "summary", "published", "updated", "section", "caption", "credit", "note"):
        selector = getattr(select, name)
        texts = _texts(page, selector) if selector else ()
        extracted.offer(name, f"select.{name}", next(iter(texts), ""))
    list_settings = ("authors", "author"), ("tags", "tags"), ("places", "places")
    for name, setting in list_settings:
        selector = getattr(select, setting)
        texts = _texts(page, selector) if selector else ()
        extracted.offer(name, f"select.{setting}", told_apart(texts) if name == "authors" else texts)
    image = page.css_first(select.photo) if select.photo else None
    if image is not None:
        _offer_image(extracted, "select.photo", image, url)


def _from_json_ld(extracted: Extracted, article: Mapping[str, Any], url: str) -> None:
    def offer(name: str, value: Any) -> None:
        extracted.offer(name, "json-ld", value)

    offer("title", plain(jsonld.text(article.get("headline") or article.get("name"))))
    offer("summary", plain(jsonld.text(article.get("description"))))
    for name, value in jsonld.dates(article):
        offer(name, value)
    offer("section", sections.telling(map(plain, jsonld.names(article.get("articleSection")))))
    offer("tags", tuple(map(plain, jsonld.names(article.get("keywords")))))
    offer("places", tuple(map(plain, jsonld.places(article))))
    offer("language", jsonld.text(article.get("inLanguage")))
    offer("note", plain(jsonld.text(article.get("correction"))))
    image = jsonld.image(article.get("image"))
    publisher = article.get("publisher")
    logo = jsonld.image(publisher.get("logo")) if isinstance(publisher, Mapping) else {}
    if not meta.is_stock(image.get("url", "")) and image.get("url") != logo.get("url"):
        _offer_photo(extracted, "json-ld", image, url)


def _from_meta(
    extracted: Extracted, page: LexborHTMLParser, metas: Mapping[str, Sequence[str]], url: str
) -> None:
    for name, origin, value in meta.values(page, metas):
        if name == "image":
            _offer_photo(extracted, origin, {"url": value}, url)
        else:
            extracted.offer(name, origin, sections.telling([value]) if name == "section" else value)
    for name, origin, date in page_dates.offers(page):
        extracted.offer(name, origin, date)
    for name, origin, values in meta.lists(metas):
        extracted.offer(name, origin, values)


def _make_links_absolute(page: LexborHTMLParser, base: str) -> None:
    """Give links their whole address: trafilatura takes them for relative to the site's first page."""
    for node in page.css("a[href]"):
        href = node.attributes.get("href") or ""
        if href.startswith(RIGHT_FOR_TRAFILATURA) or is_web_address(href):
            continue
        if address := web_address(href, base):
            node.attrs["href"] = address


def _canonical(extracted: Extracted, addresses: Sequence[str], url: str) -> None:
    """The address that the page gives itself: the first that is one of this site and not its first page,
    which many a site's pages all name."""
    is_first_page = urlsplit(url).path in ("", "/")
    for address in addresses:
        if same_site(address, url) and (is_first_page or urlsplit(address).path not in ("", "/")):
            extracted.offer("canonical", "address", address)


def _title(extracted: Extracted, around: Surroundings) -> None:
    title, origin = extracted.get("title"), extracted.origins.get("title", "")
    if not origin.startswith("select.") and (cut := headline(title, around)) != title:
        extracted.put("title", f"{origin} without the site's name", cut)


def _authors(extracted: Extracted, found: Authors) -> None:
    names, origin = found.found()
    extracted.offer("authors", origin, names)
    if not names and "authors" not in extracted.values:
        dropped = [
            f"its author {text[:80]!r} is no name: left out; declare select.author" for text in found.dropped
        ]
        extracted.warnings += dropped[:MAX_DROPPED]


def _from_featured(extracted: Extracted, page: LexborHTMLParser, url: str) -> None:
    """The lead photo where no metadata name it, as systems mark it. One that is a link is a teaser's."""
    if "photo" in extracted.values:
        return
    for image in page.css(FEATURED_IMAGE):
        if not _is_in_link(image):
            _offer_image(extracted, "featured image", image, url)
            return


def _is_in_link(node: LexborNode) -> bool:
    return any(ancestor.tag == "a" for ancestor in upwards(node))


def _body(
    extracted: Extracted,
    body_markup: str,
    origin: str,
    url: str,
    agency: str,
    is_other: IsOther,
    page_pictures: PagePictures,
    headings: Sequence[str],
) -> None:
    summary, dateline_agency = without_dateline(extracted.get("summary"), agency)
    context = ArticleContext(
        url=url,
        title=extracted.get("title"),
        headings=headings,
        summary=summary,
        note=extracted.get("note"),
        agency=agency or dateline_agency,
        photo=extracted.values.get("photo", {}).get("url", ""),
    )
    article_body = body.tidy(body_markup, context, is_other)
    extracted.offer("content_html", origin, article_body.content_html)
    extracted.offer("agency", "dateline", dateline_agency or article_body.agency)
    _photo_from_body(extracted, article_body, url, page_pictures)
    if summary:
        extracted.values["summary"] = without_dateline(summary, article_body.agency)[0]
    else:
        first = parse_part(article_body.content_html).css_first("p")
        extracted.offer("summary", "first paragraph", plain(first.html or "") if first else "")


def _photo_from_body(
    extracted: Extracted, article_body: body.Body, url: str, page_pictures: PagePictures
) -> None:
    """Offers a lead photo where nothing else has named one, and what its print in the body says of it."""
    if "photo" in extracted.values and not article_body.photo:
        return
    for picture in parse_part(article_body.photo + article_body.content_html).css("img"):
        if "photo" in extracted.values or not page_pictures.is_trap(image_address(picture, url)):
            words = page_pictures.words_of(image_address(picture, url))
            extracted.offer("caption", "figcaption", words.caption)
            extracted.offer("credit", "figcaption", words.credit)
            _offer_image(extracted, "first picture of the body", picture, url)
            return


def _words_of_photo(extracted: Extracted, page_pictures: PagePictures) -> None:
    """Offers what the page says of the lead photo where it shows it, in whatever size."""
    words = page_pictures.words_of(extracted.values.get("photo", {}).get("url", ""))
    title = extracted.get("title")
    for name, origin, value in (
        ("alt", "its picture's alt", words.alt),
        ("caption", "its picture's caption", words.caption),
        ("credit", "its picture's credit", words.credit),
    ):
        if value and fold(value) != title and extracted.get(name) in ("", title):
            extracted.put(name, origin, value)


def _offer_image(extracted: Extracted, origin: str, node: LexborNode, url: str) -> None:
    image = node if node.tag == "img" else node.css_first("img")
    if image is None:
        return
    if address := image_address(image, url):
        extracted.offer("photo", origin, {"url": address})
        if "photo" not in extracted.values:
            return
    extracted.offer("alt", f"{origin} alt", plain(image.attributes.get("alt") or ""))
    figure = next((ancestor for ancestor in upwards(image) if ancestor.tag == "figure"), None)
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
        if (node.attributes.get("datetime") or "").strip() != date:
            continue
        boxes = (ancestor for ancestor in upwards(node.parent) if ancestor.tag in ("article", "main"))
        if (box := next(boxes, None)) is not None and box.css_first("h1") is not None:
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
