"""All feeds as a subscription list: OPML 2.0 (http://opml.org/spec2.opml, "Subscription lists").

One outline per feed, in the format that it names first. The list depends on the declarations alone: it is
written once, when the process starts, and needs neither documents nor database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from syndicator.domain.feed import Feed, Site
from syndicator.formats.words import Alternate, MediaFormat, alternates
from syndicator.text.clean import legal
from syndicator.web.conditional import is_current
from syndicator.web.headers import by_name

ADDRESS = "/feeds.opml"

MEDIA_TYPE = "text/x-opml"

#: Seconds for which caches may keep it.
MAX_AGE_S = 300

#: What the attribute ``version`` says of the feed behind ``xmlUrl``. The specification knows values for RSS
#: alone: "RSS for 0.91, 0.92 or 2.0".
VERSIONS = {"application/rss+xml": "RSS"}


class Subscriptions:
    """The list, ready to be served."""

    def __init__(self, site: Site, feeds: Iterable[Feed], formats: Mapping[str, MediaFormat]) -> None:
        self.content = subscription_list(site, feeds, formats)
        digest = hashlib.sha256(self.content).hexdigest()[:24]
        self.headers = {
            "ETag": f'"{digest}"',
            "Cache-Control": f"max-age={MAX_AGE_S}",
            "Access-Control-Allow-Origin": "*",
        }

    def respond(self, request: Request) -> Response:
        """The list, or 304 where the reader has it."""
        if is_current(self.headers["ETag"].encode(), None, by_name(request.headers.raw)):
            return Response(status_code=304, headers=self.headers)
        # Starlette would add a charset to any text type; the document names its own (RFC 7303 section 3).
        return Response(
            self.content, headers={**self.headers, "Content-Type": f"{MEDIA_TYPE}; charset=utf-8"}
        )


def subscription_list(site: Site, feeds: Iterable[Feed], formats: Mapping[str, MediaFormat]) -> bytes:
    """The OPML document."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = legal(site.title)
    etree.SubElement(head, "ownerName").text = legal(site.title)
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    for feed in feeds:
        link = next((each for each in alternates(site, feed, formats) if each.is_subscribable), None)
        if link is not None:
            etree.SubElement(body, "outline", _outline(site, feed, link))
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def _outline(site: Site, feed: Feed, link: Alternate) -> dict[str, Any]:
    """``type`` is *rss* for feeds of any format, and ``htmlUrl`` the page that the feed itself names as its
    own."""
    attributes = {
        "type": "rss",
        "text": feed.title,
        "title": feed.title,
        "xmlUrl": link.address,
        "htmlUrl": feed.url or site.url,
        "language": feed.language or site.language,
        "version": VERSIONS.get(link.media_type, ""),
        "description": feed.description,
    }
    return {name: legal(value) for name, value in attributes.items() if value}
