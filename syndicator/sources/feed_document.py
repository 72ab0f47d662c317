"""One edition of a feed, read: RSS, Atom, RDF or JSON Feed as sightings, and what is odd about them.

Settings: see the fields of ``FeedDocuments``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import CLOCK_SKEW, Photo, Sighting
from syndicator.domain.errors import SourceError
from syndicator.http.client import Response
from syndicator.sources.extract import clean_url, split_credit
from syndicator.sources.feed_paging import home_address, older_address
from syndicator.sources.json_items import OddEntry, item, json_feed, paragraph
from syndicator.sources.oddity import LARGE_BYTES, is_odd_xml, safely
from syndicator.sources.xml_entries import entry_of
from syndicator.text.addresses import web_address
from syndicator.text.clean import legal, plain, sanitise
from syndicator.text.dates import parse_date
from syndicator.text.language import detect

#: Entries of one feed, and characters of a text: a longer one is no article.
MAX_ENTRIES, MAX_TEXT_CHARS = 5000, 500_000

#: What a language is called (RFC 5646 section 2.1), as feeds write it.
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")

#: The origin of a text that an entry does not have.
FROM_SUMMARY = "feed: summary"

# It would look for another parser than the standard library's on the disk at every feed, and prefer it.
feedparser.api.PREFERRED_XML_PARSERS.clear()


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A feed as it is at one time. ``ttl``: its advice, in minutes, as written. ``is_broken``: it could not
    be read to its end. ``home``: the site that it belongs to; ``older``: where older entries are ("": it
    does not say)."""

    sightings: Sequence[Sighting]
    problems: Sequence[str]
    ttl: str
    is_broken: bool
    home: str = ""
    older: str = ""


@dataclass(frozen=True, kw_only=True)
class FeedDocuments:
    """How the documents of a feed are read.

    ``timezone`` is meant where a date names none, ``dates`` is its form where it is unusual
    (``datetime.strptime``). ``embargoes``: an entry dated ahead of us waits for its time.
    """

    name: str
    url: str
    timezone: str = "UTC"
    dates: str = ""
    language: str = ""
    section: str = ""
    embargoes: bool = False

    def edition(self, response: Response, now: datetime) -> Edition:
        """The feed's edition, read here if that takes no time, else where it can be stopped."""
        is_json = response.content.lstrip()[:1] == b"{"
        is_odd = len(response.content) > LARGE_BYTES if is_json else is_odd_xml(response.content)
        try:
            return safely(self._read, response, now, is_odd=is_odd)
        except SourceError as e:
            raise e if str(e).startswith(self.url) else SourceError(f"{self.url}: {e}") from e

    def _read(self, response: Response, now: datetime) -> Edition:
        head, raw_entries = self._parse(response)
        problems = [f"{self.url}: {head['broken']}"] if head.get("broken") else []
        if len(raw_entries) > MAX_ENTRIES:
            problems.append(f"{self.url}: {len(raw_entries):,} entries: the first {MAX_ENTRIES:,} are read")
        entries = [
            entry for raw_entry in raw_entries[:MAX_ENTRIES] if (entry := self._entry(raw_entry, problems))
        ]
        sightings = []
        for entry in _with_distinct_ids(entries, problems):
            try:
                sighting = self._sighting(entry, head, response.url, now, problems)
            except Exception as e:  # noqa: BLE001 - whatever it is, the other entries are none the worse
                problems.append(self._left_out(entry.get("id") or entry.get("url"), e))
                continue
            if sighting:
                sightings.append(sighting)
        return Edition(
            sightings=sightings,
            problems=[legal(line) for line in problems],
            ttl=str(head.get("ttl") or "")[:20],
            is_broken=bool(head.get("broken")),
            home=home_address(head, response.url),
            older=older_address(head, response.url),
        )

    def _entry(self, raw_entry: Mapping[str, Any], problems: list[str]) -> Mapping[str, Any] | None:
        """One entry, of the same fields whatever the format; ``None`` where it can be no article."""
        try:
            entry = (
                entry_of(raw_entry) if isinstance(raw_entry, feedparser.FeedParserDict) else item(raw_entry)
            )
        except Exception as e:  # noqa: BLE001 - as above
            problems.append(self._left_out(raw_entry.get("id") or raw_entry.get("url"), e))
            return None
        length = max(len(str(entry.get(name) or "")) for name in ("title", "summary", "content"))
        if length > MAX_TEXT_CHARS:
            problem = f"its text has {length:,} characters; at most {MAX_TEXT_CHARS:,} are an article"
            problems.append(self._left_out(entry.get("id") or entry.get("url"), problem))
            return None
        return entry

    def _left_out(self, entry_id: object, error: object) -> str:
        problem = (
            error
            if isinstance(error, str | OddEntry)
            else f"it cannot be read ({type(error).__name__}: {error})"
        )
        return f"{self.url}: the entry {str(entry_id or '?')[:200]!r} is left out: {problem}"

    def _parse(self, response: Response) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        if response.content.lstrip()[:1] == b"{":
            return json_feed(self.url, response.content)
        parsed = feedparser.parse(
            BytesIO(response.content),  # of bytes alone it would open the file that they name
            sanitize_html=False,  # we do, and more strictly
            resolve_relative_uris=False,
            response_headers={"content-type": response.headers.get("Content-Type", "")},
        )
        if not parsed.get("version"):
            raise SourceError(f"{self.url}: {_why_no_feed(response.content, parsed)}")
        return {**parsed.feed, "broken": _syntax_error(parsed)}, parsed.entries

    def _sighting(
        self,
        entry: Mapping[str, Any],
        head: Mapping[str, Any],
        base: str,
        now: datetime,
        problems: list[str],
    ) -> Sighting | None:
        url = web_address(str(entry.get("url") or ""), base)
        title = plain(str(entry.get("title") or ""))
        if not url or not title:
            missing = "address" if not url else "title"
            problems.append(f"{self.url}: the entry {entry.get('id') or title or '?'!r} has no {missing}")
            return None
        if legal(url) != url or legal(name := str(entry.get("id") or "")) != name:
            raise OddEntry("its address or id has characters that no XML may have")
        content = sanitise(str(entry.get("content") or ""), url)
        summary = plain(str(entry.get("summary") or ""))
        warnings: list[str] = list(entry.get("odd", ()))
        published, embargo = self._published(entry, now, warnings)
        language_tag = str(entry.get("language") or head.get("language") or "")
        declared = language_tag if LANGUAGE_TAG.fullmatch(language_tag) else self.language
        tags = [t for t in entry.get("tags", ()) if t]
        return Sighting(
            source=self.name,
            key=str(entry.get("id") or clean_url(url)),
            url=clean_url(url),
            title=title,
            summary=summary or _first_paragraph(content),
            content_html=content or paragraph(summary),
            authors=tuple(entry.get("authors", ())),
            section=self.section or (tags[0] if tags else ""),
            tags=tuple(tags),
            places=tuple(entry.get("places", ())),
            language=detect(f"{title} {summary} {plain(content)}", declared.replace("_", "-")),
            photo=_photo(entry, content, url),
            published=published,
            updated=self._date(entry.get("updated"), now),
            embargo=embargo,
            is_withdrawn=bool(entry.get("is_withdrawn")),
            origins=dict.fromkeys(entry, "feed") | ({} if content else {"content_html": FROM_SUMMARY}),
            warnings=tuple(warnings),
        )

    def _published(
        self, entry: Mapping[str, Any], now: datetime, warnings: list[str]
    ) -> tuple[datetime | None, datetime | None]:
        date_text = entry.get("published") or entry.get("updated")
        published = self._date(date_text, now)
        if published is None:
            warnings.append(
                f"its date {date_text!r} is not understood: declare dates" if date_text else "it has no date"
            )
            return None, None
        if published <= now + CLOCK_SKEW:
            return published, None
        if self.embargoes:
            return published, published
        warnings.append(f"its date {published:%Y-%m-%d %H:%M} UTC is ahead of us: taken for a mistake")
        return None, None

    def _date(self, text: object, now: datetime) -> datetime | None:
        zone = ZoneInfo(self.timezone)
        return parse_date(str(text), zone=zone, format=self.dates or None, now=now) if text else None


def _with_distinct_ids(entries: Sequence[Mapping[str, Any]], problems: list[str]) -> list[Mapping[str, Any]]:
    """The entries, with an address added to each id that they share although they are different articles."""
    url_by_id: dict[str, str] = {}
    distinct: list[Mapping[str, Any]] = []
    for entry in entries:
        entry_id, url = str(entry.get("id") or ""), str(entry.get("url") or "")
        if entry_id and url_by_id.setdefault(entry_id, url) != url:
            problems.append(
                f"{url}: has the id {entry_id!r} of {url_by_id[entry_id]}: told apart by their addresses"
            )
            distinct.append({**entry, "id": f"{entry_id}#{url}"})
        else:
            distinct.append(entry)
    return distinct


def _photo(entry: Mapping[str, Any], content: str, base: str) -> Photo | None:
    image = LexborHTMLParser(f"<body>{content}").css_first("img") if "<img" in content else None
    body_images = [image.attributes.get("src") or ""] if image is not None else []
    url = next((u for p in [*entry.get("photos", ()), *body_images] if (u := web_address(str(p), base))), "")
    if not url:
        return None
    caption, credit = split_credit(str(entry.get("caption") or ""))
    alt = (image.attributes.get("alt") or "") if image is not None and body_images == [url] else ""
    return Photo(url=url, caption=caption, credit=str(entry.get("credit") or credit), alt=plain(alt))


def _why_no_feed(content: bytes, parsed: Any) -> str:
    """The reason why a document is no feed."""
    start = content.lstrip()[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "answers a web page, not a feed: an error page, or the wrong address"
    return _syntax_error(parsed) or f"not a feed (it starts with {content[:20]!r})"


def _syntax_error(parsed: Any) -> str:
    error = parsed.get("bozo_exception")
    if not hasattr(error, "getLineNumber"):
        return ""
    return f"not XML: {error.getMessage()} (line {error.getLineNumber()}, column {error.getColumnNumber()})"


def _first_paragraph(content: str) -> str:
    paragraph_node = LexborHTMLParser(f"<body>{content}").css_first("p") if content else None
    return plain(paragraph_node.text(separator=" ")) if paragraph_node is not None else plain(content)
