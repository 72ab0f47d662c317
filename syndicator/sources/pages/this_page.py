"""Which of the articles that a page describes is its own: told by address and by headline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from syndicator.sources.pages.headline import bare
from syndicator.text.addresses import web_address

#: Hosts and folders at which sites have their articles for telephones (https://amp.dev, "m.").
HOST_PREFIX = re.compile(r"^(?:(?:www|amp|m|mobile)\.)+")
AMP_PATH = re.compile(r"^/amp(?=/)|/amp/?$|\.amp(?=\.html?$|$)|/index\.(?:html?|php)$|/$")

#: Parameters that choose how an article is shown or say how a reader came, not which one it is.
SHOWING = re.compile(r"utm_\w+|amp|output(?:type)?|fbclid|gclid|print", re.IGNORECASE)

#: A number that names an article, the last one of its path: those that are days name many, and others may.
NUMBER = re.compile(r"(?<!\d)(?!(?:19|20)\d{4}(?:\d\d)?(?!\d))\d{5,}(?!\d)")

#: Characters of a headline that are compared, and the likeness from which on two are of one article.
MAX_COMPARED_CHARS, MIN_LIKENESS = 300, 0.5

#: Letters of a headline that is known within a longer one.
MIN_CONTAINED = 12


@dataclass(frozen=True, kw_only=True)
class ThisPage:
    """What a page says of itself outside of JSON-LD. ``base``: what addresses are relative to; ``addresses``:
    where it is and where it says that it is; ``headings``: what may be its headline."""

    base: str
    addresses: Sequence[str]
    headings: Sequence[str] = ()

    def is_at(self, addresses: Iterable[str]) -> bool | None:
        """Whether one of these addresses is this page's; ``None`` where they name no page: there is none, or
        it is a site's first."""
        named = [place for address in addresses if (place := _place(web_address(address, self.base)))[1]]
        if not named:
            return None
        own = [place for address in self.addresses if (place := _place(address))[1]]
        numbers = {number for _, path, _ in own for number in NUMBER.findall(path)[-1:]}
        return any(place in own or numbers.intersection(NUMBER.findall(place[1])[-1:]) for place in named)

    def is_headed(self, headline: str) -> bool:
        """Whether a headline is, more or less, one that the page shows."""
        return any(is_alike(headline, heading) for heading in self.headings)


def is_alike(one: str, other: str) -> bool:
    """Whether two headlines are of one article, in whatever script: one holds the other, or they have half of
    their groups of three letters in common."""
    a, b = bare(one[:MAX_COMPARED_CHARS]), bare(other[:MAX_COMPARED_CHARS])
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) < 3:
        return a == b
    if shorter in longer and (len(shorter) >= MIN_CONTAINED or 2 * len(shorter) >= len(longer)):
        return True
    groups_a, groups_b = (
        Counter(text[start : start + 3] for start in range(len(text) - 2)) for text in (a, b)
    )
    return 2 * (groups_a & groups_b).total() >= MIN_LIKENESS * (groups_a.total() + groups_b.total())


def _place(address: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Host, path and query of an address, as far as they say which page is meant; without a path and a query
    it is a site's first page."""
    try:
        parts = urlsplit(address)
        host = HOST_PREFIX.sub("", parts.hostname or "")
    except ValueError:
        return "", "", ()
    query = tuple(sorted(pair for pair in parse_qsl(parts.query) if not SHOWING.fullmatch(pair[0])))
    path = AMP_PATH.sub("", AMP_PATH.sub("", unquote(parts.path)))
    return host, path or ("?" if query else ""), query
