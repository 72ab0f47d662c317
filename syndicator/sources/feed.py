"""Sources that have a feed: RSS, Atom, RDF and JSON Feed.

Settings: see the fields of ``FeedSource``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
from requests.structures import CaseInsensitiveDict
from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import CLOCK_SKEW, Photo, Sighting
from syndicator.domain.errors import FetchError, SourceError, SourceGone
from syndicator.http.client import Http, Response
from syndicator.http.conditional import conditions, validators
from syndicator.jobs.ports import READ_AGAIN, Look
from syndicator.sources.crawl_state import ENOUGH, TOLD_FOR
from syndicator.sources.extract import clean_url, split_credit
from syndicator.sources.json_items import Odd, item, json_feed, paragraph
from syndicator.sources.oddity import LARGE, is_odd_xml, safely
from syndicator.sources.xml_entries import entry_of
from syndicator.text.addresses import web_address
from syndicator.text.clean import legal, plain, sanitise
from syndicator.text.dates import parse_date
from syndicator.text.language import detect

#: However long a feed's own caching advice is, it is looked at once a day.
LONGEST = timedelta(hours=24)

#: Problems of an edition that are kept for as long as it stands, and characters of each.
MOST_PROBLEMS, LONGEST_PROBLEM = 20, 300

#: Entries of an edition that are remembered.
REMEMBERED = 500

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


#: Entries of one feed, and characters of a text: whatever is longer is no article.
MOST_ENTRIES, LONGEST_TEXT = 5000, 500_000

#: What a language is called (RFC 5646 section 2.1), as feeds write it.
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")

# It would look for another parser than the standard library's on the disk at every feed, and prefer it.
feedparser.api.PREFERRED_XML_PARSERS.clear()


@dataclass(frozen=True, kw_only=True)
class Edition:
    """What a feed says at one time. ``ttl``: its advice, in minutes, as written. ``is_broken``: it could not
    be read to its end."""

    sightings: Sequence[Sighting]
    problems: Sequence[str]
    ttl: str
    is_broken: bool


@dataclass(frozen=True, kw_only=True)
class FeedSource:
    """Watches a feed.

    ``timezone`` is meant where a date names none, ``dates`` is its form where it is unusual
    (``datetime.strptime``). ``embargoes``: an entry dated ahead of us waits for its time.
    """

    name: str
    url: str
    every: timedelta = timedelta(minutes=5)
    timezone: str = "UTC"
    dates: str = ""
    language: str = ""
    section: str = ""
    embargoes: bool = False
    http: Http = field(repr=False)

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        """Fetch the feed, unless it says that nothing has changed (RFC 9110 section 13)."""
        is_again = bool(memory.get(READ_AGAIN))
        try:
            answer = self.http.get(
                self.url, headers={"Accept": ACCEPT} | ({} if is_again else conditions(memory))
            )
        except FetchError as e:
            kind = SourceGone if e.status == 410 else SourceError
            raise kind(str(e), retry_at=e.retry_at) from e
        digest = hashlib.sha256(answer.content).hexdigest()
        if answer.status == 304 or (digest == memory.get("digest") and not is_again):
            return Look(
                memory=memory, next_look=_next_look(answer, "", now), problems=memory.get("problems", ())
            )
        edition = self._edition(answer, now)
        problems = [*edition.problems]
        if answer.moved:
            problems.insert(0, f"{self.url}: has moved for good to {answer.moved}: change url")
        if problems and not edition.sightings:
            raise SourceError(problems[0])
        seen = _entries(memory, [sighting.key for sighting in edition.sightings], now)
        if "overflow" in seen:
            problems.append(f"{self.url}: {seen['overflow'][1]}")
        # a broken edition is not remembered: its validators would hide the mended one
        whole: dict[str, Any] = {"digest": digest, **validators(answer.headers)}
        if problems:  # they last as long as this edition
            whole["problems"] = [line[:LONGEST_PROBLEM] for line in problems[:MOST_PROBLEMS]]
        return Look(
            sightings=edition.sightings,
            memory=seen | ({} if edition.is_broken else whole),
            next_look=_next_look(answer, edition.ttl, now),
            problems=problems,
        )

    def reads(self, url: str) -> bool:
        """A feed tells of all its articles at once: only its own address can be read."""
        return url == self.url

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """The feed's first article, for a preview."""
        fetched = self.http.get(self.url) if page is None else Response(url, 200, CaseInsensitiveDict(), page)
        edition = self._edition(fetched, now)
        if edition.sightings:
            return edition.sightings[0]
        why = "; ".join(edition.problems)
        raise SourceError(f"{url}: the feed has no article{': ' if why else ''}{why}")

    def _edition(self, answer: Response, now: datetime) -> Edition:
        """What the feed says: read here if that takes no time, else where it can be stopped."""
        is_json = answer.content.lstrip()[:1] == b"{"
        is_odd = len(answer.content) > LARGE if is_json else is_odd_xml(answer.content)
        try:
            return safely(self._read, answer, now, is_odd=is_odd)
        except SourceError as e:
            raise e if str(e).startswith(self.url) else SourceError(f"{self.url}: {e}") from e

    def _read(self, answer: Response, now: datetime) -> Edition:
        head, found = self._parsed(answer)
        problems = [f"{self.url}: {head['broken']}"] if head.get("broken") else []
        if len(found) > MOST_ENTRIES:
            problems.append(f"{self.url}: {len(found):,} entries: the first {MOST_ENTRIES:,} are read")
        entries = [entry for part in found[:MOST_ENTRIES] if (entry := self._entry(part, problems))]
        sightings = []
        for entry in _told_apart(entries, problems):
            try:
                sighting = self._sighting(entry, head, answer.url, now, problems)
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
        )

    def _entry(self, part: Mapping[str, Any], problems: list[str]) -> Mapping[str, Any] | None:
        """One entry in our words; ``None`` where nobody can make an article of it."""
        try:
            entry = entry_of(part) if isinstance(part, feedparser.FeedParserDict) else item(part)
        except Exception as e:  # noqa: BLE001 - as above
            problems.append(self._left_out(part.get("id") or part.get("url"), e))
            return None
        length = max(len(str(entry.get(name) or "")) for name in ("title", "summary", "content"))
        if length > LONGEST_TEXT:
            what = f"its text has {length:,} characters; at most {LONGEST_TEXT:,} are an article"
            problems.append(self._left_out(entry.get("id") or entry.get("url"), what))
            return None
        return entry

    def _left_out(self, name: object, why: object) -> str:
        what = why if isinstance(why, str | Odd) else f"it cannot be read ({type(why).__name__}: {why})"
        return f"{self.url}: the entry {str(name or '?')[:200]!r} is left out: {what}"

    def _parsed(self, answer: Response) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        if answer.content.lstrip()[:1] == b"{":
            return json_feed(self.url, answer.content)
        parsed = feedparser.parse(
            BytesIO(answer.content),  # of bytes alone it would open the file that they name
            sanitize_html=False,  # we do, and more strictly
            resolve_relative_uris=False,
            response_headers={"content-type": answer.headers.get("Content-Type", "")},
        )
        if not parsed.get("version"):
            raise SourceError(f"{self.url}: {_what_else(answer.content, parsed)}")
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
            raise Odd("its address or id has characters that no XML may have")
        content = sanitise(str(entry.get("content") or ""), url)
        summary = plain(str(entry.get("summary") or ""))
        warnings: list[str] = list(entry.get("odd", ()))
        published, embargo = self._published(entry, now, warnings)
        said = str(entry.get("language") or head.get("language") or "")
        declared = said if LANGUAGE.fullmatch(said) else self.language
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
            origins=dict.fromkeys(entry, "feed"),
            warnings=tuple(warnings),
        )

    def _published(
        self, entry: Mapping[str, Any], now: datetime, warnings: list[str]
    ) -> tuple[datetime | None, datetime | None]:
        said = entry.get("published") or entry.get("updated")
        published = self._date(said, now)
        if published is None:
            warnings.append(
                f"its date {said!r} is not understood: declare dates" if said else "it has no date"
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


def _entries(memory: Mapping[str, Any], keys: Sequence[str], now: datetime) -> dict[str, Any]:
    """What is remembered of an edition's entries; ``overflow``: when all of them were new although others
    were known, and what is told of that for a day."""
    seen = [hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:8] for key in keys]
    before, overflow = set(memory.get("entries", ())), memory.get("overflow")
    if before and len(seen) >= ENOUGH and before.isdisjoint(seen):
        at = f"{now:%Y-%m-%d %H:%M} UTC"
        text = (
            f"all {len(keys)} entries were new at {at}: some between may be missing; look more often (every)"
        )
        overflow = [int(now.timestamp()), text]
    is_told = overflow and overflow[0] > now.timestamp() - TOLD_FOR
    return {"entries": seen[:REMEMBERED] or memory.get("entries", [])} | (
        {"overflow": overflow} if is_told else {}
    )


def _next_look(answer: Response, said: str, now: datetime) -> datetime:
    """Not before the feed's own advice: Cache-Control's max-age, and RSS's ttl in minutes."""
    age = re.search(r"max-age=(\d{1,7})", answer.headers.get("Cache-Control", ""))
    ttl = re.fullmatch(r"\s*(\d{1,5})\s*", said)
    spans = [timedelta(seconds=int(age[1]))] if age else []
    spans += [timedelta(minutes=int(ttl[1]))] if ttl else []
    return now + min(max(spans, default=timedelta()), LONGEST)


def _told_apart(entries: Sequence[Mapping[str, Any]], problems: list[str]) -> list[Mapping[str, Any]]:
    """Entries that share an id although they are different articles are told apart by their addresses."""
    seen: dict[str, str] = {}
    kept: list[Mapping[str, Any]] = []
    for entry in entries:
        name, url = str(entry.get("id") or ""), str(entry.get("url") or "")
        if name and seen.setdefault(name, url) != url:
            problems.append(f"{url}: has the id {name!r} of {seen[name]}: told apart by their addresses")
            kept.append({**entry, "id": f"{name}#{url}"})
        else:
            kept.append(entry)
    return kept


def _photo(entry: Mapping[str, Any], content: str, base: str) -> Photo | None:
    image = LexborHTMLParser(f"<body>{content}").css_first("img") if "<img" in content else None
    inside = [image.attributes.get("src") or ""] if image is not None else []
    url = next((u for p in [*entry.get("photos", ()), *inside] if (u := web_address(str(p), base))), "")
    if not url:
        return None
    caption, credit = split_credit(str(entry.get("caption") or ""))
    alt = (image.attributes.get("alt") or "") if image is not None and inside == [url] else ""
    return Photo(url=url, caption=caption, credit=str(entry.get("credit") or credit), alt=plain(alt))


def _what_else(content: bytes, parsed: Any) -> str:
    """What a thing is that is no feed."""
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
    first = LexborHTMLParser(f"<body>{content}").css_first("p") if content else None
    return plain(first.text(separator=" ")) if first is not None else plain(content)
