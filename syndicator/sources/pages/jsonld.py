"""schema.org metadata in pages (JSON-LD), with the quirks that real sites have: references, graphs, lists
in place of one, names in place of things, comments and entities in the JSON."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from syndicator.sources.pages.this_page import ThisPage
from syndicator.text.addresses import is_web_address

#: What says who may use an image (https://schema.org/CreativeWork).
RIGHTS = ("copyrightNotice", "usageInfo", "license")

#: https://schema.org/Article and what it is called in practice.
ARTICLE_TYPES = {
    *("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle"),
    *("BackgroundNewsArticle", "ReviewNewsArticle", "BlogPosting", "LiveBlogPosting", "Report"),
    *(
        "AskPublicNewsArticle",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "ScholarlyArticle",
        "TechArticle",
    ),
    "SocialMediaPosting",
}

#: Things that have the date of the page that they are on, and are no articles.
DATED_TYPES = {
    *("WebPage", "ItemPage", "ClaimReview", "Review", "DiscussionForumPosting", "Recipe", "HowTo"),
}

#: https://schema.org/Organization and what it is called in practice, by the end of the name.
ORGANISATION = re.compile(r"(?:Organization|Corporation|Newspaper|Business|Agency|NGO|Brand|WebSite)$")

#: Where the place ends in a dateline: before a date, an agency, or the text.
DATELINE_END = re.compile(r"[,(\d]|\s[-–—]")

#: How surely an article is the page's own: it has its address (and headline, which is one more), its
#: headline, neither of them, or another one's.
OWN_ADDRESS, OWN_HEADLINE, SOME_ARTICLE, OTHER_ARTICLE = 5, 4, 1, 0

#: Characters of a site's name; whatever is longer is a motto.
MAX_SITE_NAME_CHARS = 60

#: Levels of things inside things that are followed: real metadata has three or four.
MAX_DEPTH = 8


def things(page: LexborHTMLParser) -> list[dict[str, Any]]:
    """All things that the page describes."""
    scripts = page.css('script[type="application/ld+json"]')
    return [node for script in scripts for node in _nodes(script.text())]


def article(things: Sequence[dict[str, Any]], this_page: ThisPage) -> Mapping[str, Any]:
    """The page's article as schema.org describes it, references resolved; empty where there is none. Pages
    describe their teasers, too: the one is taken that has the page's address or headline, and none that has
    another address and another headline."""
    by_id = {node["@id"]: node for node in things if isinstance(node.get("@id"), str) and len(node) > 1}
    articles = [node for node in things if _types(node) & ARTICLE_TYPES]
    ranks = [_rank(node, by_id, this_page) for node in articles]
    best = max(ranks, default=OTHER_ARTICLE)
    if best == OTHER_ARTICLE or (best == SOME_ARTICLE and len(articles) > 1):
        return {}
    properties = articles[ranks.index(best)]
    return {name: _resolved(value, by_id) for name, value in properties.items()}


def dated(things: Sequence[Mapping[str, Any]], url: str) -> Mapping[str, Any]:
    """What else than an article the page describes and dates: the page itself, a review. Where there are
    several, the one whose address is ``url``; empty where none is."""
    dated = [node for node in things if _types(node) & DATED_TYPES and node.get("datePublished")]
    return next((node for node in dated if url in _addresses(node)), dated[0] if len(dated) == 1 else {})


def dates(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The dates of a thing, as the field that each is of ("published", "updated") and its text, the most
    certain first. What a live blog reports begins with ``coverageStartTime``."""
    for name in ("datePublished", "coverageStartTime", "dateCreated", "uploadDate"):
        yield "published", text(node.get(name))
    yield "updated", text(node.get("dateModified"))


def has_article(things: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the page describes any article."""
    return any(_types(node) & ARTICLE_TYPES for node in things)


def kind_of_page(things: Sequence[Mapping[str, Any]], kinds: Sequence[str], this_page: ThisPage) -> str:
    """Which of these kinds the page says that it is; "" where it says none, or of another address."""
    return next(
        (
            kind
            for kind in kinds
            for node in things
            if kind in _types(node) and this_page.is_at(_addresses(node)) is not False
        ),
        "",
    )


def site_names(things: Sequence[Mapping[str, Any]], article: Mapping[str, Any]) -> list[str]:
    """The names that the site gives itself: https://schema.org/WebSite, and the publisher of the
    article."""
    sites = [
        node.get(key) for node in things if "WebSite" in _types(node) for key in ("name", "alternateName")
    ]
    publishers = [article.get("publisher"), article.get("sourceOrganization")]
    found = [name for value in (*sites, *publishers) for name in names(value)]
    return [name for name in found if len(name) <= MAX_SITE_NAME_CHARS]


def text(value: Any) -> str:
    """The text of a value: a text itself, a list's first one, or the name of a thing."""
    for _ in range(MAX_DEPTH):
        match value:
            case str():
                return html.unescape(value).strip()
            case [first, *_]:
                value = first
            case {"name": inner} | {"@value": inner} | {"text": inner} | {"url": inner}:
                value = inner
            case {"contentUrl": inner}:
                value = inner
            case _:
                break
    return ""


def address(node: Mapping[str, Any]) -> str:
    """The address that a thing gives itself."""
    return next((each for each in (*_addresses(node), str(node.get("@id", ""))) if is_web_address(each)), "")


def names(value: Any) -> tuple[str, ...]:
    """The names of one or several persons, organisations or words."""
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, Mapping) and isinstance(value.get("name"), list):
        value = value["name"]
    texts = map(text, value if isinstance(value, list) else [value])
    return tuple(dict.fromkeys(name for name in texts if name and not is_web_address(name)))


def authors(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The persons and the organisations that an author is, or several are."""
    persons: list[str] = []
    organisations: list[str] = []
    for each in value if isinstance(value, list) else [value]:
        is_organisation = isinstance(each, Mapping) and any(map(ORGANISATION.search, _types(each)))
        for name in names([each] if isinstance(each, str) else each):
            if is_organisation:
                organisations.append(name)
            else:
                persons.append(name)
    return tuple(persons), tuple(organisations)


def places(article: Mapping[str, Any]) -> tuple[str, ...]:
    """The places where it happened, or else where it was written: https://schema.org/contentLocation,
    https://schema.org/locationCreated, https://schema.org/dateline ("VANG THONG, 3 March")."""
    for name in ("contentLocation", "locationCreated"):
        value = article.get(name)
        things = value if isinstance(value, list) else [value]
        place_names = tuple(dict.fromkeys(place for thing in things for place in _place(thing)))
        if place_names:
            return place_names
    dateline_place, *_ = DATELINE_END.split(text(article.get("dateline")), maxsplit=1)
    return (dateline_place.strip(),) if any(map(str.isalpha, dateline_place)) else ()


def _place(thing: Any) -> tuple[str, ...]:
    """A place's name, else the parts of its address: https://schema.org/PostalAddress."""
    if isinstance(thing, Mapping) and not thing.get("name"):
        address = thing.get("address")
        address_parts = address if isinstance(address, Mapping) else thing
        part_names = ("addressLocality", "addressRegion", "addressCountry")
        return tuple(filter(None, (text(address_parts.get(part)) for part in part_names))) or names(address)
    return names(thing)


def image(value: Any) -> Mapping[str, str]:
    """An image as ``url``, ``caption``, ``credit``, ``rights`` (all ``RIGHTS`` that are there)."""
    for _ in range(MAX_DEPTH):
        match value:
            case str():
                return {"url": value.strip()}
            case [first, *_]:
                value = first
            case {**properties}:
                return {
                    "url": text(properties.get("contentUrl") or properties.get("url")),
                    "caption": text(properties.get("caption") or properties.get("description")),
                    "credit": text(
                        properties.get("creditText") or properties.get("creator") or properties.get("author")
                    ),
                    "rights": "; ".join(filter(None, (text(properties.get(name)) for name in RIGHTS))),
                }
            case _:
                break
    return {}


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    queue = deque([_loads(script)])
    while queue:
        value = queue.popleft()
        if isinstance(value, list):
            queue.extendleft(reversed(value))
        elif isinstance(value, dict):
            yield value
            queue.extendleft((value.get("mainEntity"), value.get("@graph")))


def _loads(script: str) -> Any:
    cleaned = script.strip().removeprefix("<!--").removesuffix("-->")
    for mark in ("//<![CDATA[", "//]]>", "/*<![CDATA[*/", "/*]]>*/", "<![CDATA[", "]]>"):
        cleaned = cleaned.replace(mark, "")
    for candidate in (cleaned, html.unescape(cleaned)):
        try:
            return json.loads(candidate.strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
    return None  # broken metadata is no metadata: the page still has its markup


def _types(node: Mapping[str, Any]) -> set[str]:
    """The types of a thing, without the vocabulary that they may be written with."""
    value = node.get("@type", ())
    names = value if isinstance(value, list) else [value]
    return {str(name).rpartition("/")[2].rpartition(":")[2] for name in names}


def _rank(node: Mapping[str, Any], by_id: Mapping[str, Any], this_page: ThisPage) -> int:
    """How surely an article is the page's own; one with neither its address nor its headline is another."""
    is_headed = this_page.is_headed(text(node.get("headline") or node.get("name")))
    is_here = this_page.is_at(_addresses(node, by_id))
    name = node.get("@id")
    if is_here is None and isinstance(name, str) and this_page.is_at([name]) is False:
        is_here = False
    if is_here:
        return OWN_ADDRESS + is_headed
    if is_headed:
        return OWN_HEADLINE - (is_here is False)
    return SOME_ARTICLE if is_here is None else OTHER_ARTICLE


def _addresses(node: Mapping[str, Any], by_id: Mapping[str, Any] | None = None) -> list[str]:
    """The addresses of the page that a thing is on, then its own."""
    main = node.get("mainEntityOfPage")
    addresses: list[Any] = []
    for each in main if isinstance(main, list) else [main]:
        if isinstance(each, Mapping):
            referred = (by_id or {}).get(str(each.get("@id")), {})
            addresses += [each.get("@id"), each.get("url"), referred.get("url")]
        else:
            addresses.append(each)
    addresses.append(node.get("url"))
    return [each for each in addresses if isinstance(each, str) and each.strip()]


def _resolved(value: Any, by_id: Mapping[str, Any]) -> Any:
    match value:
        case {"@id": str(name), **rest} if not rest:
            return by_id.get(name, value)
        case list():
            return [by_id.get(v["@id"], v) if _is_reference(v) else v for v in value]
        case _:
            return value


def _is_reference(value: Any) -> bool:
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get("@id"), str)
