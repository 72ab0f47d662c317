"""Feeds of a few entries, and what is read of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from requests.structures import CaseInsensitiveDict

from syndicator.domain.article import Sighting
from syndicator.http.client import Response
from syndicator.sources.feeds.feed_document import Edition, FeedDocuments

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://harbour.example/feeds/news"

NAMESPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def read(document: bytes | str, **settings: Any) -> Edition:
    content = document.encode() if isinstance(document, str) else document
    documents = FeedDocuments(name="harbour", url=URL, **settings)
    return documents.edition(Response(URL, 200, CaseInsensitiveDict(), content), NOW)


def rss(*items: str, head: str = "") -> str:
    """Items, each with an address, a guid and a date of its own."""
    own = "<link>https://harbour.example/{0}</link><guid>https://harbour.example/{0}</guid>"
    written = "".join(
        f"<item>{own.format(number)}<pubDate>Sun, 01 Mar 2026 09:00:00 GMT</pubDate>{item}</item>"
        for number, item in enumerate(items, 1)
    )
    return (
        f'<rss version="2.0" {NAMESPACES}><channel><title>The Harbour Post</title>'
        f"<link>https://harbour.example/</link>{head}{written}</channel></rss>"
    )


def atom(*entries: str, head: str = "", attributes: str = "") -> str:
    own = '<id>urn:harbour:{0}</id><link href="https://harbour.example/{0}"/><updated>2026-03-01T09:00:00Z</updated>'
    written = "".join(
        entry.replace(">", f">{own.format(number)}", 1)
        if entry.startswith("<entry")
        else f"<entry>{own.format(number)}{entry}</entry>"
        for number, entry in enumerate(entries, 1)
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES} {attributes}><title>The Harbour Post</title>'
        f"<id>urn:harbour</id>{head}{written}</feed>"
    )


def json_feed(*items: Mapping[str, Any], **head: Any) -> str:
    own = [
        {"id": str(n), "url": f"https://harbour.example/{n}", "date_published": "2026-03-01T09:00:00Z"}
        for n in range(1, len(items) + 1)
    ]
    listed = [{**mine, **item} for mine, item in zip(own, items, strict=True)]
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "The Harbour Post", **head, "items": listed}
    )


def only(document: bytes | str, **settings: Any) -> Sighting:
    [sighting] = read(document, **settings).sightings
    return sighting
