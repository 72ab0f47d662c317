"""schema.org metadata in pages (JSON-LD), with the quirks that real sites have."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

from selectolax.lexbor import LexborHTMLParser

#: https://schema.org/Article and what it is called in practice.
ARTICLES = {
    *("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle"),
    *("BackgroundNewsArticle", "ReviewNewsArticle", "BlogPosting", "LiveBlogPosting", "Report"),
}


def article(page: LexborHTMLParser) -> Mapping[str, Any]:
    """The page's article as schema.org describes it, references resolved; empty where there is none."""
    nodes = [
        node for script in page.css('script[type="application/ld+json"]') for node in _nodes(script.text())
    ]
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    found = next((node for node in nodes if _types(node) & ARTICLES), {})
    return {name: _resolved(value, by_id) for name, value in found.items()}


def text(value: Any) -> str:
    """A text, a list's first text, or the name of a thing."""
    match value:
        case str():
            return html.unescape(value).strip()
        case [first, *_]:
            return text(first)
        case {"name": name} | {"@value": name}:
            return text(name)
        case {"url": url} | {"contentUrl": url}:
            return text(url)
        case _:
            return ""


def names(value: Any) -> tuple[str, ...]:
    """The names of one or several persons, organisations or words."""
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, Mapping) and isinstance(value.get("name"), list):
        value = value["name"]
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(name for name in map(text, values) if name))


def image(value: Any) -> Mapping[str, str]:
    """An image as ``url``, ``caption``, ``credit``."""
    match value:
        case str():
            return {"url": value.strip()}
        case [first, *_]:
            return image(first)
        case {**known}:
            return {
                "url": text(known.get("contentUrl") or known.get("url")),
                "caption": text(known.get("caption") or known.get("description")),
                "credit": text(known.get("creditText") or known.get("creator") or known.get("author")),
            }
        case _:
            return {}


def _nodes(script: str) -> Iterator[dict[str, Any]]:
    stack = [_loads(script)]
    while stack:
        value = stack.pop(0)
        if isinstance(value, list):
            stack = value + stack
        elif isinstance(value, dict):
            yield value
            stack = [value.get("@graph"), value.get("mainEntity"), *stack]


def _loads(script: str) -> Any:
    cleaned = script.strip().removeprefix("<!--").removesuffix("-->")
    cleaned = (
        cleaned.replace("//<![CDATA[", "").replace("//]]>", "").replace("<![CDATA[", "").replace("]]>", "")
    )
    for attempt in (cleaned.strip().rstrip(";"), html.unescape(cleaned).strip().rstrip(";")):
        try:
            return json.loads(attempt, strict=False)
        except ValueError:
            continue
    return None  # broken metadata is no metadata: the page still has its markup


def _types(node: Mapping[str, Any]) -> set[str]:
    kinds = node.get("@type", ())
    return {str(kind).rpartition("/")[2] for kind in (kinds if isinstance(kinds, list) else [kinds])}


def _resolved(value: Any, by_id: Mapping[str, Any]) -> Any:
    match value:
        case {"@id": str(name), **rest} if not rest:
            return by_id.get(name, value)
        case list():
            return [_resolved(item, by_id) for item in value]
        case _:
            return value
