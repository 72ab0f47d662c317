"""The pages that follow a listing's first one, on which a burst goes on that is larger than the listing."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit, urlunsplit

from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.errors import FetchError, SourceError
from syndicator.sources.sites.listing import Link
from syndicator.text.addresses import same_site, web_address

#: Pages that are followed at most.
MAX_NEXT_PAGES = 10

#: Links of a listing from which on a burst can be told from an ordinary hour.
MIN_BURST = 3

#: Where a listing names its next page: https://html.spec.whatwg.org/#link-type-next, and the themes of
#: WordPress and Ghost.
NEXT_SELECTORS = (
    'link[rel~="next"][href]',
    'a[rel~="next"][href]',
    "a.next[href], .next > a[href], .next-page a[href], a.next-page[href]",
    "a.older-posts[href], .nav-previous a[href], .pagination-next a[href], a.pagination-next[href]",
)

#: Where an address has the number of a page: ``/page/2/``, ``?paged=2``, ``?page=2``.
PAGE_NUMBER = re.compile(r"(?:/page/|[?&](?:paged|page|p|pg)=)(\d{1,4})/?(?=&|$)", re.IGNORECASE)

#: What says which system a site runs on, and how its next pages are called.
GENERATORS = {"wordpress": "page/{}/", "ghost": "page/{}/"}


@dataclass(frozen=True, slots=True)
class Further:
    """The links of a burst on the pages that follow a listing. ``is_whole``: none is missing."""

    links: Sequence[Link]
    is_whole: bool


def is_burst(keys: Iterable[str], known: Collection[str]) -> bool:
    """Whether most of a listing's links are new, of which others were known. ``keys``: of its links;
    ``known``: what was known before."""
    distinct = set(keys)
    new = sum(key not in known for key in distinct)
    return new >= MIN_BURST and 2 * new >= len(distinct)


def follow(
    address: str,
    first: Collection[str],
    known: Collection[str],
    read: Callable[[str, int], tuple[Sequence[Link], str]],
) -> Further:
    """The burst on the pages that follow a listing, up to what was known before. ``address``: the second
    page's, "" where there is none; ``first``: keys of the listing itself, whose furniture stands on each
    page; ``read`` reads the page at an address, and gives its links and the address of the one with the next
    number. It raises ``SourceError`` or ``FetchError``."""
    links: list[Link] = []
    seen: set[str] = set()
    for number in range(3, 3 + MAX_NEXT_PAGES):
        if not address or address in seen:
            return Further(links, is_whole=number > 3 and not address)
        seen.add(address)
        try:
            page, address = read(address, number)
        except (SourceError, FetchError):
            return Further(links, is_whole=False)
        own = [link for link in page if link.key not in first]
        for link in own:
            if link.key in known:
                return Further(links, is_whole=True)
            links.append(link)
        if not own:
            return Further(links, is_whole=False)
    return Further(links, is_whole=False)


def next_address(page: LexborHTMLParser, url: str, number: int) -> str:
    """The address of the page with this number, which follows the one at ``url``; "" where there is none."""
    for selector in NEXT_SELECTORS:
        for node in page.css(selector)[:MIN_BURST]:
            if address := _other(node.attributes.get("href"), url):
                return address
    for node in page.css("a[href]"):
        href = node.attributes.get("href") or ""
        address = _other(href, url) if str(number) in href else ""
        match = PAGE_NUMBER.search(address)
        if match and int(match[1]) == number and _place(address) == _place(url):
            return address
    generator = page.css_first('meta[name="generator"]')
    name = (
        ((generator.attributes.get("content") or "") if generator is not None else "").split(" ")[0].lower()
    )
    return _guess(url, GENERATORS[name], number) if name in GENERATORS else ""


def _other(href: str | None, url: str) -> str:
    """The address of another page of this site that a link leads to."""
    address = urldefrag(web_address(href, url)).url if href else ""
    return address if address and address != url and same_site(address, url) else ""


def _place(url: str) -> str:
    """The address of a listing without the number of its page."""
    parts = urlsplit(PAGE_NUMBER.sub("", url))
    return f"{parts.hostname}{parts.path.rstrip('/')}?{parts.query}"


def _guess(url: str, form: str, number: int) -> str:
    parts = urlsplit(url)
    path = PAGE_NUMBER.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/{form.format(number)}", parts.query, ""))
