"""A page for every feed, to read it and to subscribe from. (Browsers no longer show feeds, nor run XSLT.)

It is a document like the others: written when the feed is built, served without database and broker.
Whatever comes from articles and declarations is escaped by the templates; style and script are files of
the web server, so that the page needs no code of its own. Times are told in UTC, and a script says them in
the reader's own zone. Class names are those of h-entry (https://microformats.org/wiki/h-entry), so that
readers which know them can follow the page itself.

A page speaks Lao to those who read a feed in Lao, and English otherwise. Each entry stands in its own
language and direction, which its headline decides
(https://www.w3.org/International/questions/qa-html-dir).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from syndicator import __version__, formats
from syndicator.domain.article import Article, Photo
from syndicator.domain.feed import PAGE, Feed, Site
from syndicator.formats import _text
from syndicator.formats._entry_cache import EntryCache
from syndicator.formats.words import MediaFormat, alternates, carries, extent, words
from syndicator.jobs.ports import History
from syndicator.text.addresses import is_web_address

_environment = Environment(
    loader=PackageLoader("syndicator.formats"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


#: Characters that XML allows and HTML does not: controls of Latin-1, and those that Unicode keeps for nobody
#: (https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream).
NOT_IN_HTML = re.compile(
    "[\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + 0xFFFE + n) for plane in range(17) for n in (0, 1))
    + "]"
)


#: The place of the entries in a page. What others have written is escaped, and never looks like this.
ENTRIES = Markup("<!-- entries -->")


class Html:
    """See ``jobs.ports.Format``."""

    extension = PAGE
    media_type = "text/html; charset=utf-8"
    age = None
    keeps_archives = False

    def __init__(self) -> None:
        self._entries = EntryCache(_entry)

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:  # noqa: ARG002 - the port's
        return self._entries.entry("summary", article)

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],
        entries: Sequence[bytes],
        history: History,  # noqa: ARG002 - the port's
    ) -> bytes:
        before, after = _around(site, feed, is_empty=not articles)
        return b"".join((before, *entries, after))


@lru_cache(maxsize=512)
def _around(site: Site, feed: Feed, *, is_empty: bool) -> tuple[bytes, bytes]:
    """The page before and after its entries: news changes nothing in it."""
    site, feed = _text.cleaned(site), _text.cleaned(feed)
    wording = words(feed.language, site.language)
    page = _rendered(
        "page.html",
        wording=wording,
        site=site,
        root=_root(site, feed),
        home=_web(feed.url or site.url),
        icon=_web(site.icon),
        hubs=[_text.uri(hub) for hub in site.hubs],
        feed=feed,
        address=_text.uri(site.address(feed, PAGE)),
        carries=[*carries(feed, wording), extent(feed, wording)],
        links=alternates(site, feed, _forms(feed.formats)),
        is_empty=is_empty,
        entries=ENTRIES,
        version=__version__,
    )
    before, _, after = page.partition(ENTRIES.encode())
    return before, after


def _root(site: Site, feed: Feed) -> str:
    """The address of the web server's own pages and files, as a page names it. A private feed's page is read
    at two addresses; below the one with a secret in it, ``/feeds/-/SECRET/NAME.html``, is nothing else."""
    return f"{urlsplit(site.feeds_url).path.rpartition('/')[0]}/" if feed.is_private else "../"


@lru_cache(maxsize=64)
def _forms(names: tuple[str, ...]) -> Mapping[str, MediaFormat]:
    return {name: formats.kind(name) for name in names}  # type: ignore[misc]  # a class says it, too


def _entry(extent: _text.Extent, article: Article) -> bytes:  # noqa: ARG001 - a page tells summaries
    article = _text.cleaned(article)
    return _rendered(
        "entry.html",
        wording=words(article.language),
        article=article,
        title=_text.title(article),
        url=_web(article.url),
        photo=_photo(article.photo),
        authors=_text.authors(article),
    )


def _rendered(template: str, **values: Any) -> bytes:
    return NOT_IN_HTML.sub("", _environment.get_template(template).render(**values)).encode()


def _photo(photo: Photo | None) -> Mapping[str, Any] | None:
    """The photo as it is shown; its size is told, so that the text does not jump when it comes."""
    address = _web(photo.url) if photo else ""
    if photo is None or not address:
        return None
    return {
        "url": address,
        "alt": photo.alt,
        "caption": photo.caption,
        "credit": photo.credit,
        "size": (photo.width, photo.height) if photo.width and photo.height else None,
    }


def _web(address: str) -> str:
    """The address, if a link may lead there: never into a script or a file. Raises ``ValueError`` for what
    is no address at all."""
    uri = _text.uri(address)
    return uri if is_web_address(uri) else ""
