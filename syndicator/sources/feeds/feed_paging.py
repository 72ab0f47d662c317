"""Where the older entries of a feed are that its own document has no room for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from syndicator.text.addresses import same_site, web_address

#: Links to older entries: of a paged feed, and of one with archives (RFC 5005 sections 3 and 4).
OLDER_RELATIONS = ("next", "prev-archive")

#: The parameter by which WordPress pages its feeds, in its classic form:
#: https://developer.wordpress.org/reference/classes/wp_query/ (``paged``).
PAGE_PARAMETER, WORDPRESS = "paged", re.compile(r"\bwordpress\b", re.IGNORECASE)


def older_address(head: Mapping[str, Any], url: str) -> str:
    """The address of the next older entries, as the ``head`` of the feed at ``url`` names it: a link, JSON
    Feed's ``next_url``, or WordPress' next page; "" where there is none on the same site."""
    links = {link.get("rel"): link.get("href") for link in head.get("links", ()) if isinstance(link, dict)}
    named = [*(links.get(relation) for relation in OLDER_RELATIONS), head.get("next_url")]
    address = next((web_address(str(each), url) for each in named if each), "")
    if not address and WORDPRESS.search(str(head.get("generator") or "")[:200]):
        address = _next_page(url)
    return address if address and address != url and same_site(address, url) else ""


def home_address(head: Mapping[str, Any], url: str) -> str:
    """The address of the site that a feed belongs to, as its ``head`` names it; "" where it does not."""
    named = head.get("home_page_url") or head.get("link")
    return web_address(str(named), url) if named else ""


def _next_page(url: str) -> str:
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = parameters.get(PAGE_PARAMETER, "1")
    if not re.fullmatch(r"\d{1,4}", number):
        return ""
    query = urlencode({**parameters, PAGE_PARAMETER: str(int(number) + 1)})
    return urlunsplit(parts._replace(query=query))
