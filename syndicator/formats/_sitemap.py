"""The document that all kinds of sitemap share (https://www.sitemaps.org/protocol.html).

Entries stand in their document without anything between them, whose opening is the same for all feeds: a
kind of sitemap has its own namespaces, largest number of entries, and entries.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.formats import _text
from syndicator.jobs.ports import History

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

#: Characters of an address, by the protocol's schema: at least and at most.
MIN_LOC_CHARS, MAX_LOC_CHARS = 12, 2048


def opening(more: Mapping[str, str]) -> bytes:
    """The document as far as its first entry, with ``more`` namespaces by their prefixes."""
    declared = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in more.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{NAMESPACE}"{declared}>'.encode()


class Urlset:
    """The document of any sitemap; see ``jobs.ports.Format``. ``head`` is its ``opening``, and
    ``max_entries`` the number of entries that it may hold."""

    media_type = "application/xml; charset=utf-8"
    head: bytes
    max_entries: int | None = None

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],  # noqa: ARG002 - the port's
        entries: Sequence[bytes],
        history: History,  # noqa: ARG002 - the port's
    ) -> bytes:
        """The schema demands one address at least: while there is no article, it is that of the page where
        they are going to be."""
        if not entries:
            entries = [f"<url>{loc(_text.cleaned(feed).url or _text.cleaned(site).url)}</url>".encode()]
        return b"".join((self.head, *entries[: self.max_entries], b"</urlset>"))


def loc(url: str, name: str = "loc") -> str:
    """An address as an element of this name. Raises ``ValueError`` for what no sitemap may hold."""
    uri = _text.uri(url)
    if not MIN_LOC_CHARS <= len(uri) <= MAX_LOC_CHARS:
        raise ValueError(
            f"an address in a sitemap has {MIN_LOC_CHARS} to {MAX_LOC_CHARS} characters, and not {len(uri)}"
        )
    return f"<{name}>{escaped(uri)}</{name}>"


def escaped(text: str) -> str:
    """Text as it stands in an element, quotation marks escaped, too, as the protocol wants it."""
    return html.escape(text)
