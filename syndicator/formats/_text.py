"""Articles, text and addresses as feeds may carry them. Functions of an article want it cleaned
(``cleaned``)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from syndicator.domain.article import Article, Photo
from syndicator.domain.feed import Feed, Site
from syndicator.text.clean import legal

#: How much of an article a feed carries (``Feed.content``).
Extent = Literal["full", "summary"]

Record = TypeVar("Record", Article, Photo, Feed, Site)

#: Characters that may stand in a path as they are (RFC 3986 section 3.3), in a query or fragment, and in an
#: authority.
PATH_SAFE = "!$&'()*+,/:;=@~%"
QUERY_SAFE = PATH_SAFE + "?"
AUTHORITY_SAFE = "!$&'()*+,:;=@~%[]"

#: A per cent sign that begins no escape.
LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def cleaned(record: Record) -> Record:
    """The record without characters that XML forbids, white space at the ends of text and empty names; its
    times in whole seconds of UTC. Everything that feeds show goes through here first, whatever let it in."""
    return replace(record, **{f.name: _clean(getattr(record, f.name)) for f in fields(record)})


def clean(text: str) -> str:
    """Text as a document may hold it. U+0085, a line break of mainframes, is one in XML, and an error in
    HTML: it becomes one that both know."""
    return legal(text).replace("\x85", "\n").strip()


def _clean(value: Any) -> Any:
    if type(value) is str:  # and no member of an enumeration
        return clean(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    if isinstance(value, Photo):
        return cleaned(value)
    if isinstance(value, tuple):
        return tuple(each for each in map(_clean, value) if each)
    return value


def uri(address: str) -> str:
    """An address as RFC 3986 writes it: IRIs (RFC 3987) made ASCII, the host as browsers make it (UTS 46),
    and never without a path (section 6.2.3). Raises ``ValueError`` for what is no address at all."""
    parts = urlsplit(address)
    return urlunsplit(
        (
            parts.scheme,
            _authority(parts.netloc),
            _escaped(parts.path, PATH_SAFE) or ("/" if parts.netloc else ""),
            _escaped(parts.query, QUERY_SAFE),
            _escaped(parts.fragment, QUERY_SAFE),
        )
    )


def _authority(netloc: str) -> str:
    user, at, server = netloc.rpartition("@")
    host, colon, port = server.partition(":")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as e:
            raise ValueError(f"{host!r} is no host name: {e}") from e
    return _escaped(user + at + host + colon + port, AUTHORITY_SAFE)


def _escaped(part: str, safe: str) -> str:
    return quote(LONE_PERCENT.sub("%25", part), safe=safe)


def newest(articles: Iterable[Article]) -> datetime | None:
    """When the latest of these articles changed, in whole seconds of UTC; they need not be cleaned."""
    latest = max((article.updated for article in articles), default=None)
    return latest.astimezone(UTC).replace(microsecond=0) if latest else None


def title(article: Article) -> str:
    """The title, never empty: an article that has none is called by its address."""
    return article.title or uri(article.url)


def terms(article: Article) -> list[str]:
    """The section, then the tags, each once."""
    return [term for term in dict.fromkeys((article.section, *article.tags)) if term]


def authors(article: Article) -> list[str]:
    """The byline's authors, each once."""
    return list(dict.fromkeys(article.authors))


def enclosed(article: Article) -> Photo | None:
    """The photo, if enough is known of it for an enclosure: length and type are required there. An address
    that holds a user's name is not to be handed on as one (RFC 9110 section 4.2.4)."""
    photo = article.photo
    if photo is None or not (photo.is_measured and photo.media_type) or "@" in urlsplit(photo.url).netloc:
        return None
    return photo


def body(extent: Extent, article: Article) -> str:
    """The text of an entry as HTML, a correction's note first; empty where the feed carries summaries."""
    if extent == "summary" or not article.content_html:
        return ""
    return _note(article) + article.content_html


def lead(extent: Extent, article: Article) -> str:
    """The summary as HTML: RSS's description is markup, and Atom's is told to be. Where an entry has no
    body, the summary stands in for it: with the note on a correction, and never empty."""
    if body(extent, article):
        return html.escape(article.summary, quote=False)
    summary = html.escape(article.summary or title(article), quote=False)
    return f"{_note(article)}<p>{summary}</p>" if article.note else summary


def plain(article: Article) -> str:
    """An entry without a body, as plain text."""
    return "\n\n".join(part for part in (article.note, article.summary or title(article)) if part)


def _note(article: Article) -> str:
    return f"<p><em>{html.escape(article.note)}</em></p>" if article.note else ""
