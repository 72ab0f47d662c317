"""One article from one page: for every field the most trustworthy place that has it.

Declared selectors first, then JSON-LD, OpenGraph and other metadata, microdata and plain markup, and for
the body, in the end, trafilatura.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages import (
    authors,
    body,
    jsonld,
    meta,
    own_kind,
    page_dates,
    script_text,
    sections,
    visible_dates,
)
from syndicator.sources.pages.authors import Authors
from syndicator.sources.pages.body import ArticleContext, IsOther
from syndicator.sources.pages.discovery import NO_TEXT_THERE, discovered_text
from syndicator.sources.pages.extracted import NO_TEXT, Extracted
from syndicator.sources.pages.furniture import NO_FURNITURE, Furniture
from syndicator.sources.pages.headline import Surroundings, headline
from syndicator.sources.pages.locks import lock_of_page
from syndicator.sources.pages.names import told_apart
from syndicator.sources.pages.own_id import own_id
from syndicator.sources.pages.own_part import OwnPart
from syndicator.sources.pages.page_photo import (
    left_out,
    offer_featured,
    offer_from_body,
    offer_image,
    offer_named,
    offer_words,
)
from syndicator.sources.pages.page_pictures import PagePictures
from syndicator.sources.pages.shown_headline import shown_headline
from syndicator.sources.pages.standfirst import remove_standfirst
from syndicator.sources.pages.this_page import ThisPage
from syndicator.text.addresses import same_site
from syndicator.text.base import base_of
from syndicator.text.clean import plain
from syndicator.text.datelines import without_dateline
from syndicator.text.markup import blocks, parse, parse_own, remove, upwards
from syndicator.text.pictures import settle

#: What is declared by a selector of one text.
TEXTS = ("title", "summary", "section", "caption", "credit", "rights", "note", "story", "social")

#: The end of a line of what is written in lines.
LINE_BREAK = re.compile(r"<br\b[^>]*>", re.IGNORECASE)

#: What is said of a title behind its origin.
WITHOUT_SITE = " without the site's name"

#: Authors that are none, of which the operator hears.
MAX_DROPPED = 3

#: Main headings of a page: one of them may be the headline, in other words than metadata have.
MAX_HEADINGS = 3

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
    rights: str = ""
    note: str = ""
    story: str = ""
    social: str = ""


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
    extracted.other_kind = "" if json_ld else own_kind.other_kind(page, things, this_page)
    _from_json_ld(extracted, json_ld, base)
    _from_meta(extracted, page, metas, base)
    offer_featured(extracted, page, base)
    if not extracted.dates["published"]:
        for name, value in jsonld.dates(jsonld.dated(things, url)):
            extracted.offer(name, "json-ld", value)
    if extracted.origins.get("published", "").startswith("time"):
        extracted.is_date_loose = not _is_in_article(page, extracted.get("published"))
    has_date = bool(extracted.dates["published"])
    extracted.is_date_doubtful = page_dates.is_doubtful(
        extracted.dates["published"], extracted.dates["updated"]
    )
    if not has_date or extracted.is_date_doubtful:
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
    _shown_title(extracted, own_part, around)
    _authors(extracted, authors.find(page, json_ld, metas, own_part, around))
    extracted.offer("section", "rel=category", sections.linked(page, own_part))
    extracted.offer("section", "primary tag", sections.primary_tag(page, extracted.tuple("tags")))
    headings = [text for node in page.css("h1")[:MAX_HEADINGS] if (text := plain(node.html or ""))]
    captioned = page_pictures.captioned(own_part)
    if select.content:
        body_markup, origin = body.declared_markup(page, select.content), "select.content"
    else:
        remove_standfirst(page, extracted.get("summary"))
        data = script_text.data_of(page)  # before scripts are taken out
        found = discovered_text(page, base, is_other, page_pictures.shown, own_part)
        body_markup, origin = found.markup, found.origin
        extracted.warnings += found.warnings
        told = jsonld.text(json_ld.get("articleBody"))
        if in_script := script_text.script_text(data, told, extracted.get("title"), body_markup):
            body_markup, origin = in_script, "json-ld" if told else "script"
            extracted.warnings.append(script_text.IN_SCRIPT)
    extracted.has_body, extracted.is_textless = bool(body_markup), origin == NO_TEXT_THERE
    _body(extracted, body_markup, origin, base, agency, is_other, page_pictures, headings)
    offer_words(extracted, page_pictures)
    extracted.warnings += left_out(extracted, captioned, base) if not select.content else ()
    if not extracted.get("content_html"):
        extracted.warnings.append(NO_TEXT)
    return extracted


def _from_selectors(extracted: Extracted, page: LexborHTMLParser, select: Select, url: str) -> None:
    for name in (*TEXTS, "published", "updated"):
        selector = getattr(select, name)
        read = lines_of if name == "social" else _node_text
        texts = _texts(page, selector, read) if selector else ()
        extracted.offer(name, f"select.{name}", next(iter(texts), ""))
    list_settings = ("authors", "author"), ("tags", "tags"), ("places", "places")
    for name, setting in list_settings:
        selector = getattr(select, setting)
        texts = _texts(page, selector) if selector else ()
        extracted.offer(name, f"select.{setting}", told_apart(texts) if name == "authors" else texts)
    image = page.css_first(select.photo) if select.photo else None
    if image is not None:
        offer_image(extracted, "select.photo", image, url)


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
        offer_named(extracted, "json-ld", image, url)


def _from_meta(
    extracted: Extracted, page: LexborHTMLParser, metas: Mapping[str, Sequence[str]], url: str
) -> None:
    for name, origin, value in meta.values(page, metas):
        if name == "image":
            offer_named(extracted, origin, {"url": value}, url)
        else:
            extracted.offer(name, origin, sections.telling([value]) if name == "section" else value)
    for name, origin, date in page_dates.offers(page):
        extracted.offer(name, origin, date)
    for name, origin, values in meta.lists(metas):
        extracted.offer(name, origin, values)


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
        extracted.put("title", f"{origin}{WITHOUT_SITE}", cut)


def _shown_title(extracted: Extracted, own_part: OwnPart, around: Surroundings) -> None:
    origin = extracted.origins.get("title", "").removesuffix(WITHOUT_SITE)
    if shown := shown_headline(extracted.get("title"), origin, own_part, around):
        extracted.put("title", "h1", shown)


def _authors(extracted: Extracted, found: Authors) -> None:
    names, origin = found.found()
    extracted.offer("authors", origin, names)
    if not names and "authors" not in extracted.values:
        dropped = [
            f"its author {text[:80]!r} is no name: left out; declare select.author" for text in found.dropped
        ]
        extracted.warnings += dropped[:MAX_DROPPED]


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
    offer_from_body(extracted, article_body, url, page_pictures)
    if summary:
        extracted.values["summary"] = without_dateline(summary, article_body.agency)[0]
    else:
        first = parse_own(article_body.content_html).css_first("p")
        extracted.offer("summary", "first paragraph", plain(first.html or "") if first else "")


def _is_in_article(page: LexborHTMLParser, date: str) -> bool:
    """Whether a date stands in what has the headline, too."""
    for node in page.css("time[datetime]")[:MAX_TIMES]:
        if (node.attributes.get("datetime") or "").strip() != date:
            continue
        boxes = (ancestor for ancestor in upwards(node.parent) if ancestor.tag in ("article", "main"))
        if (box := next(boxes, None)) is not None and box.css_first("h1") is not None:
            return True
    return False


def _node_text(node: LexborNode) -> str:
    text = node.attributes.get("datetime") or node.attributes.get("content")
    return plain(text or node.html or "")


def lines_of(node: LexborNode) -> str:
    """The same in its own lines and paragraphs."""
    if content := node.attributes.get("content"):
        return "\n".join(map(plain, content.splitlines())).strip()
    parts = (map(plain, LINE_BREAK.split(block)) for block in blocks(node))
    return "\n\n".join(filter(None, ("\n".join(lines).strip() for lines in parts)))


def _texts(
    page: LexborHTMLParser, selector: str, read: Callable[[LexborNode], str] = _node_text
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(read, page.css(selector)))))
