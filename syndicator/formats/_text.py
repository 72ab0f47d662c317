"""Text and addresses as feeds may carry them."""

from __future__ import annotations

import html
from urllib.parse import quote, urlsplit, urlunsplit

from syndicator.article import Article
from syndicator.feed import Feed
from syndicator.text.clean import legal

#: What stays as it is in each part of a URI (RFC 3986 section 2.2 and 2.3), an escape included.
SAFE = "!#$%&'()*+,/:;=?@[]~"


def uri(address: str) -> str:
    """An address as RFC 3986 writes it: IRIs (RFC 3987) made ASCII, the host by IDNA."""
    parts = urlsplit(legal(address).strip())
    try:
        host = parts.netloc.encode("idna").decode("ascii") if not parts.netloc.isascii() else parts.netloc
    except UnicodeError:
        host = quote(parts.netloc)
    return urlunsplit(
        (
            parts.scheme,
            host,
            quote(parts.path, safe=SAFE),
            quote(parts.query, safe=SAFE),
            quote(parts.fragment, safe=SAFE),
        )
    )


def title(article: Article) -> str:
    """A title is never empty: what has none is called by its address."""
    return legal(article.title).strip() or uri(article.url)


def body(feed: Feed, article: Article) -> str:
    """The text of an entry as HTML, a correction's note first; empty where the feed carries summaries."""
    if feed.content == "summary" or not article.content_html:
        return ""
    note = f"<p><em>{html.escape(legal(article.note))}</em></p>" if article.note else ""
    return note + legal(article.content_html)


def summary_html(article: Article) -> str:
    """The summary as HTML: RSS's description is markup, and Atom's is told to be."""
    return html.escape(legal(article.summary), quote=False)
