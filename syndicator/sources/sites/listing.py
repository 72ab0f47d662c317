"""Listing pages: the links to articles on them, and what they say of each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.furniture import picture_hash
from syndicator.text.addresses import same_site, web_address
from syndicator.text.base import base_of
from syndicator.text.clean import plain
from syndicator.text.markup import upwards
from syndicator.text.tracking import clean_url, full_url

#: Letters of other scripts than the Latin one in an address, percent-encoded or not.
OTHER_LETTER = re.compile(r"%[0-9A-Fa-f]{2}|[^\x00-\x7f]")

#: Where a picture has its address, in the order in which browsers' scripts look; and how many are looked at.
PICTURE_ATTRIBUTES, MAX_PICTURES = ("data-src", "data-lazy-src", "src"), 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A page that lists articles; what it lists belongs to ``section``, unless the article says other."""

    url: str
    section: str = ""

    def __post_init__(self) -> None:
        if not web_address(self.url):
            raise ValueError(f"url: {self.url!r} is no address; it starts with https:// or http://")


@dataclass(frozen=True, slots=True)
class Link:
    """An article as a listing names it. ``date`` as written there; ``item`` a hash of all that the
    listing says of it, and which pictures it shows."""

    key: str
    url: str
    section: str = ""
    date: str = ""
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class ListingReader:
    """Finds the articles of a source on its listings. ``article``: what their addresses look like;
    ``item`` and ``date``: CSS selectors of what belongs to one article, and of the date in it."""

    article: str
    key: Callable[[str], str]
    item: str
    date: str

    def links(self, page: LexborHTMLParser, url: str, section: str) -> Iterator[Link]:
        """The links to articles of this site; the same article may be linked to more than once."""
        base = base_of(page, url)
        items = {node.mem_id for node in page.css(self.item)}
        notes_by_item: dict[int, tuple[str, str]] = {}  # an item of thousands of links is read once
        for node in page.css("a[href]"):
            linked = urldefrag(web_address(node.attributes.get("href") or "", base)).url
            cleaned = clean_url(linked) if linked else ""
            if cleaned and self._is_article(cleaned, linked) and same_site(cleaned, url):
                key = self.key(linked)
                address = cleaned if self.key(cleaned) == key else full_url(linked)
                item = _enclosing_item(node, items)
                if item.mem_id not in notes_by_item:
                    notes_by_item[item.mem_id] = self._read(item)
                yield Link(key, address, section, *notes_by_item[item.mem_id])

    def missed(self, page: LexborHTMLParser, url: str) -> list[str]:
        """Addresses that ``article`` matches but for letters of other scripts (RFC 3987), which may be
        percent-encoded."""
        base = base_of(page, url)
        hrefs = [node.attributes.get("href") or "" for node in page.css("a[href]")]
        addresses = dict.fromkeys(urldefrag(web_address(href, base)).url for href in hrefs)
        return [
            address
            for address in addresses
            if OTHER_LETTER.search(address)
            and same_site(address, url)
            and not self._is_article(address)
            and self._is_article(OTHER_LETTER.sub("a", address))
        ]

    def _is_article(self, *addresses: str) -> bool:
        """Whether one of these looks like the address of an article: without tracking parameters, or as it is
        linked to."""
        return any(re.search(self.article, address, re.IGNORECASE) for address in addresses)

    def _read(self, item: LexborNode) -> tuple[str, str]:
        """The date in an item, and a hash of all that it says."""
        date = item.css_first(self.date) if self.date else None
        date_text = plain(date.attributes.get("datetime") or date.html or "") if date else ""
        shown = "\0".join((plain(item.html or ""), *_pictures(item)))
        return date_text, hashlib.sha256(shown.encode()).hexdigest()[:12]


def _pictures(item: LexborNode) -> list[str]:
    """Which pictures an item shows, in whichever size, from whichever server and for how long."""
    names = []
    for node in item.css("img")[:MAX_PICTURES]:
        addresses = (node.attributes.get(name) or "" for name in PICTURE_ATTRIBUTES)
        address = next((each for each in addresses if each and not each.startswith("data:")), "")
        try:
            names.append(picture_hash(urlsplit(address).path))
        except ValueError:  # no address at all
            continue
    return names


def _enclosing_item(node: LexborNode, items: set[int]) -> LexborNode:
    """The listing's item that a link stands in, or the link itself."""
    return next((ancestor for ancestor in upwards(node) if ancestor.mem_id in items), node)
