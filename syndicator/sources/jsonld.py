"""schema.org metadata in pages (JSON-LD), with the quirks that real sites have: references, graphs, lists
in place of one, names in place of things, comments and entities in the JSON."""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from syndicator.text.addresses import is_web_address

#: https://schema.org/Article and what it is called in practice.
ARTICLE_TYPES = {
    *("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle"),
    *("BackgroundNewsArticle", "ReviewNewsArticle", "BlogPosting", "LiveBlogPosting", "Report"),
}

#: Things that have the date of the page that they are on, and are no articles.
DATED_TYPES = {
    *("WebPage", "ItemPage", "ClaimReview", "Review", "SocialMediaPosting", "DiscussionForumPosting"),
    *("TechArticle", "ScholarlyArticle", "AdvertiserContentArticle", "SatiricalArticle", "Recipe", "HowTo"),
}

#: Where the place ends in a dateline: before a date, an agency, or the text.
DATELINE_END = re.compile(r"[,(\d]|\s[-–—]")

#: Levels of things inside things that are followed: real metadata has three or four.
MAX_DEPTH = 8


def article(page: LexborHTMLParser, url: str = "") -> Mapping[str, Any]:
    """The page's article as schema.org describes it, references resolved; empty where there is none.
    Where there are several, the one whose address is ``url``: pages describe their teasers, too."""
    scripts = page.css('script[type="application/ld+json"]')
    nodes = [node for script in scripts for node in _nodes(script.text())]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    articles = [node for node in nodes if _types(node) & ARTICLE_TYPES]
    properties = next((node for node in articles if url and url in _addresses(node)), None)
    properties = properties or next(iter(articles), {})
    return {name: _resolved(value, by_id) for name, value in properties.items()}


def dated(page: LexborHTMLParser, url: str = "") -> Mapping[str, Any]:
    """What else than an article the page describes and dates: the page itself, a review. Where there are
    several, the one whose address is ``url``; empty where none is."""
    scripts = page.css('script[type="application/ld+json"]')
    nodes = [node for script in scripts for node in _nodes(script.text())]
    things = [node for node in nodes if _types(node) & DATED_TYPES and node.get("datePublished")]
    return next((node for node in things if url in _addresses(node)), things[0] if len(things) == 1 else {})


def dates(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The dates of a thing, as the field that each is of ("published", "updated") and its text, the most
    certain first. What a live blog reports begins with ``coverageStartTime``."""
    for name in ("datePublished", "coverageStartTime", "dateCreated", "uploadDate"):
        yield "published", text(node.get(name))
    yield "updated", text(node.get("dateModified"))


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
    return next((each for each in _addresses(node) if is_web_address(each)), "")


def names(value: Any) -> tuple[str, ...]:
    """The names of one or several persons, organisations or words."""
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, Mapping) and isinstance(value.get("name"), list):
        value = value["name"]
    texts = map(text, value if isinstance(value, list) else [value])
    return tuple(dict.fromkeys(name for name in texts if name and not is_web_address(name)))


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
    """An image as ``url``, ``caption``, ``credit``."""
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


def _addresses(node: Mapping[str, Any]) -> list[str]:
    main = node.get("mainEntityOfPage")
    at = main.get("@id") if isinstance(main, dict) else main
    return [each for each in (at, node.get("url"), node.get("@id")) if isinstance(each, str)]


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
