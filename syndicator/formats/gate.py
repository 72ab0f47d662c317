"""The gate, which reads entries and documents back before they are served.

Each entry is read back when it is rendered for the first time, alone in a document of its own, by two
parsers that have nothing to do with how it was written: expat, exactly, and feedparser, as readers see it.
JSON is read by the standard library. What they read must be what the article says. The rest of a document,
without its entries, is read likewise whenever it has changed.

This is paid for once for each entry: the hot path looks up a hash.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from calendar import timegm
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import feedparser

from syndicator.domain.article import Article
from syndicator.domain.errors import Unfit
from syndicator.domain.feed import Feed, Site
from syndicator.formats import _text
from syndicator.jobs.ports import Document, Format, History

ATOM = "{http://www.w3.org/2005/Atom}"

#: Entries that have passed and are remembered, by hashes of 16 bytes.
MAX_PASSED_ENTRIES = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """An entry, as a reader sees it. ``enclosure``: address, length in bytes, type."""

    guid: str
    address: str
    title: str
    published: datetime | None
    updated: datetime | None
    enclosure: tuple[str, str, str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedDocument:
    """A document, as a reader sees it."""

    title: str
    address: str
    items: Sequence[Item]


class ReadBackGate:
    """See ``jobs.ports.Gate``. May be used by many threads."""

    def __init__(self, max_passed: int = MAX_PASSED_ENTRIES) -> None:
        self._max_passed = max_passed
        self._passed: OrderedDict[bytes, None] = OrderedDict()
        self._heads: dict[tuple[str, str], bytes] = {}
        self._lock = threading.Lock()

    def entry(self, form: Format, site: Site, feed: Feed, article: Article, entry: bytes) -> None:
        about = f"{form.extension} {article.revision} {article.guid} "
        key = _hash(about.encode("utf-8", "replace") + entry)
        with self._lock:
            if key in self._passed:
                self._passed.move_to_end(key)
                return
        document = form.document(site, feed, [article], [entry], History())
        parsed = _read(form, document)
        if parsed is not None:
            _compare(parsed.items, _expected(article))
        if _media_type(form) in BY_FEEDPARSER:
            _ask_feedparser(document, _expected(article))
        with self._lock:
            self._passed[key] = None
            while len(self._passed) > self._max_passed:
                self._passed.popitem(last=False)

    def document(self, form: Format, site: Site, feed: Feed, document: Document) -> None:
        # Of other formats it is only known whether they can be parsed: that is asked of the whole.
        head = _without_entries(document) if _media_type(form) in READERS else document.content
        if head is None:
            raise Unfit("its entries do not stand in it in their order")
        name, key = (feed.name, form.extension), _hash(head)
        if document.page is None and self._heads.get(name) == key:
            return
        parsed = _read(form, head)
        if parsed is not None:
            addresses = [site.address(feed, form.extension, page) for page in (document.page, None)]
            _check_same("a title", parsed.title, _text.cleaned(feed).title)
            if parsed.address not in map(_text.uri, addresses):
                raise Unfit(f"it says that its address is {parsed.address!r}, not {addresses[0]!r}")
            if parsed.items:
                raise Unfit("there is an entry in it that is none of its entries")
        if document.page is None:
            self._heads[name] = key


def _read(form: Format, document: bytes) -> ParsedDocument | None:
    """The document as a reader sees it; ``None`` in a format of which we only know whether it can be parsed.
    Raises ``Unfit``."""
    media_type = _media_type(form)
    try:
        if media_type in READERS:
            return READERS[media_type](document)
        if media_type.endswith("xml"):
            _xml(document)
        elif media_type.endswith("json"):
            json.loads(document)
    except ElementTree.ParseError as e:
        raise Unfit(f"it is not well-formed: {e}") from e
    except (ValueError, LookupError, TypeError, AttributeError) as e:
        raise Unfit(f"it cannot be read: {e}") from e
    return None


def _media_type(form: Format) -> str:
    return form.media_type.partition(";")[0].strip().lower()


def _xml(document: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in document[:1000]:
        raise ValueError("it has a document type, which readers refuse")
    return ElementTree.fromstring(document)  # noqa: S314 - our own, and without entities


def _rss(document: bytes) -> ParsedDocument:
    root = _xml(document)
    if root.tag != "rss":
        raise ValueError(f"it is <{root.tag}>, not <rss>")
    [channel] = root
    return ParsedDocument(
        title=_only(channel, "title"),
        address=_link(channel, "self"),
        items=[
            Item(
                guid=_only(item, "guid"),
                address=_only(item, "link"),
                title=_only(item, "title"),
                published=parsedate_to_datetime(_only(item, "pubDate")),
                updated=datetime.fromisoformat(_only(item, f"{ATOM}updated")),
                enclosure=_enclosure(item.findall("enclosure"), "url"),
            )
            for item in channel.iter("item")
        ],
    )


def _atom(document: bytes) -> ParsedDocument:
    root = _xml(document)
    if root.tag != f"{ATOM}feed":
        raise ValueError(f"it is <{root.tag}>, not an Atom feed")
    return ParsedDocument(
        title=_only(root, f"{ATOM}title"),
        address=_link(root, "self"),
        items=[
            Item(
                guid=_only(entry, f"{ATOM}id"),
                address=_link(entry, "alternate"),
                title=_only(entry, f"{ATOM}title"),
                published=_second(_only(entry, f"{ATOM}published")),
                updated=_second(_only(entry, f"{ATOM}updated")),
                enclosure=_enclosure(
                    [link for link in entry.iterfind(f"{ATOM}link") if link.get("rel") == "enclosure"], "href"
                ),
            )
            for entry in root.iter(f"{ATOM}entry")
        ],
    )


def _json_feed(document: bytes) -> ParsedDocument:
    feed = json.loads(document)
    return ParsedDocument(
        title=feed["title"],
        address=feed["feed_url"],
        items=[
            Item(
                guid=item["id"],
                address=item["url"],
                title=item["title"],
                published=datetime.fromisoformat(item["date_published"]),
                updated=datetime.fromisoformat(item["date_modified"]),
                enclosure=_attachment(item.get("attachments", [])),
            )
            for item in feed["items"]
        ],
    )


#: Parsers of documents, by media type.
READERS: Mapping[str, Callable[[bytes], ParsedDocument]] = {
    "application/rss+xml": _rss,
    "application/atom+xml": _atom,
    "application/feed+json": _json_feed,
}

#: Text that feedparser takes for an entity.
LIKE_AN_ENTITY = re.compile("(&[A-Za-z0-9_]+);")

#: Media types that feedparser reads, too.
BY_FEEDPARSER = ("application/rss+xml", "application/atom+xml")


def _second(text: str) -> datetime:
    """A time without its fraction, which only tells entries of one second apart (``atom.distinct_time``)."""
    return datetime.fromisoformat(text).replace(microsecond=0)


def _only(parent: ElementTree.Element, name: str) -> str:
    elements = parent.findall(name)
    if len(elements) != 1:
        raise ValueError(f"it has {len(elements)} of {name} where there should be one")
    return elements[0].text or ""


def _link(parent: ElementTree.Element, relation: str) -> str:
    addresses = [link.get("href") for link in parent.iterfind(f"{ATOM}link") if link.get("rel") == relation]
    if len(addresses) != 1:
        raise ValueError(
            f"it has {len(addresses)} links of the relation {relation} where there should be one"
        )
    return addresses[0] or ""


def _enclosure(elements: Sequence[ElementTree.Element], address: str) -> tuple[str, str, str] | None:
    if not elements:
        return None
    [element] = elements
    return element.get(address, ""), element.get("length", ""), element.get("type", "")


def _attachment(attachments: Sequence[Mapping[str, Any]]) -> tuple[str, str, str] | None:
    if not attachments:
        return None
    [attachment] = attachments
    return attachment["url"], str(attachment.get("size_in_bytes", "")), attachment["mime_type"]


def _expected(article: Article) -> Item:
    article = _text.cleaned(article)
    photo = _text.enclosed(article)
    return Item(
        guid=article.guid,
        address=_text.uri(article.url),
        title=_text.title(article),
        published=article.published,
        updated=article.updated,
        enclosure=(_text.uri(photo.url), str(photo.length), photo.media_type) if photo else None,
    )


def _compare(items: Sequence[Item], expected: Item) -> None:
    if len(items) != 1:
        raise Unfit(f"a reader sees {len(items)} entries in it")
    for name in (f.name for f in fields(Item)):
        _check_same(f"the {name}", getattr(items[0], name), getattr(expected, name))


def _check_same(what: str, actual: object, expected: object) -> None:
    if actual != expected:
        raise Unfit(f"a reader sees {what} {_short(actual)} instead of {_short(expected)}")


def _short(value: object) -> str:
    text = value.isoformat() if isinstance(value, datetime) else repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _ask_feedparser(document: bytes, expected: Item) -> None:
    """The most common reader of all must find what tells articles apart, and where they are. Its idea of text
    is its own (it repairs what looks garbled, and takes some for markup): that was compared already."""
    read = feedparser.parse(io.BytesIO(document), sanitize_html=False, resolve_relative_uris=False)
    if read.bozo:
        raise Unfit(f"feedparser does not accept it: {read.get('bozo_exception')}")
    if len(read.entries) != 1:
        raise Unfit(f"feedparser sees {len(read.entries)} entries in it")
    [entry] = read.entries
    links = [link.get("href") for link in entry.get("links", ()) if link.get("rel") == "alternate"]
    moment = entry.get("published_parsed")
    _check_same("(feedparser) the guid", entry.get("id"), expected.guid)
    _check_same(
        "(feedparser) the address",
        links[0] if links else None,
        feedparser_address(expected.address, read.version),
    )
    _check_same(
        "(feedparser) the date", moment and datetime.fromtimestamp(timegm(moment), UTC), expected.published
    )


def feedparser_address(address: str, version: str) -> str:
    """An address as feedparser tells it: in RSS, where a link may be text that holds markup, it takes
    ``&name;`` for an entity that somebody forgot to escape, and drops the semicolon (``mixin.pop`` of 6.0).
    That is its own mistake, and no reason to keep all others from the article."""
    return LIKE_AN_ENTITY.sub(r"\1", address) if version.startswith("rss") else address


def _without_entries(document: Document) -> bytes | None:
    """The document without its entries, still whole; ``None`` if they are not in it one after another."""
    content, end, between = document.content, 0, []
    for entry in document.entries:
        start = content.find(entry, end)
        if start < 0:
            return None
        between.append(content[end:start])
        end = start + len(entry)
    between.append(content[end:])
    if any(part.strip(b" \t\r\n,") for part in between[1:-1]):
        return None
    return between[0] + between[-1] if document.entries else content


def _hash(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
