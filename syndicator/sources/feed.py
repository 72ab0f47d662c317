"""Sources that have a feed: RSS, Atom, RDF and JSON Feed.

Settings: see the fields of ``FeedSource``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
from requests.structures import CaseInsensitiveDict
from selectolax.lexbor import LexborHTMLParser

from syndicator.article import CLOCK_SKEW, Photo, Sighting
from syndicator.errors import FetchError, SourceError, SourceGone
from syndicator.http import Answer, Http
from syndicator.ports import READ_AGAIN, Look
from syndicator.sources.extract import clean_url, split_credit
from syndicator.sources.pages import ENOUGH, TOLD_FOR
from syndicator.text.clean import plain, sanitise, web_address
from syndicator.text.dates import parse_date
from syndicator.text.language import detect

#: However long a feed's own caching advice is, it is looked at once a day.
LONGEST = timedelta(hours=24)

#: Problems of an edition that are kept for as long as it stands, and characters of each.
MOST_PROBLEMS, LONGEST_PROBLEM = 20, 300

#: Entries of an edition that are remembered.
MOST_ENTRIES = 500

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


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
            answer = self.http.get(self.url, headers=_conditions({} if is_again else memory))
        except FetchError as e:
            kind = SourceGone if e.status == 410 else SourceError
            raise kind(str(e), retry_at=e.retry_at) from e
        digest = hashlib.sha256(answer.content).hexdigest()
        if answer.status == 304 or (digest == memory.get("digest") and not is_again):
            return Look(
                memory=memory, next_look=_next_look(answer, {}, now), problems=memory.get("problems", ())
            )
        head, entries = self._parsed(answer)
        problems: list[str] = [f"{self.url}: {head['broken']}"] if head.get("broken") else []
        if answer.moved:
            problems.append(f"{self.url}: has moved for good to {answer.moved}: change url")
        sightings = [
            sighting
            for entry in _told_apart(entries, problems)
            if (sighting := self._sighting(entry, head, answer.url, now, problems))
        ]
        validators = {"etag": answer.headers.get("ETag"), "modified": answer.headers.get("Last-Modified")}
        if problems and not sightings:
            raise SourceError(problems[0])
        seen = _entries(memory, [sighting.key for sighting in sightings], now)
        if "overflow" in seen:
            problems.append(f"{self.url}: {seen['overflow'][1]}")
        # a broken edition is not remembered: its validators would hide the mended one
        whole: dict[str, Any] = {"digest": digest, **{k: v for k, v in validators.items() if v}}
        if problems:  # they last as long as this edition
            whole["problems"] = [line[:LONGEST_PROBLEM] for line in problems[:MOST_PROBLEMS]]
        return Look(
            sightings=sightings,
            memory=seen | ({} if head.get("broken") else whole),
            next_look=_next_look(answer, head, now),
            problems=problems,
        )

    def reads(self, url: str) -> bool:
        """A feed tells of all its articles at once: only its own address can be read."""
        return url == self.url

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """The feed's first article, for a preview."""
        fetched = self.http.get(self.url) if page is None else Answer(url, 200, CaseInsensitiveDict(), page)
        head, entries = self._parsed(fetched)
        problems: list[str] = []
        for entry in entries:
            sighting = self._sighting(entry, head, self.url, now, problems)
            if sighting:
                return sighting
        raise SourceError(f"{url}: the feed has no article{': ' if problems else ''}{'; '.join(problems)}")

    def _parsed(self, answer: Answer) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        if answer.content.lstrip()[:1] == b"{":
            return _json_feed(self.url, answer.content)
        parsed = feedparser.parse(
            answer.content,
            sanitize_html=False,  # we do, and more strictly
            resolve_relative_uris=False,
            response_headers={"content-type": answer.headers.get("Content-Type", "")},
        )
        if not parsed.get("version"):
            raise SourceError(f"{self.url}: {_what_else(answer.content, parsed)}")
        broken = _syntax_error(parsed)
        return {**parsed.feed, "broken": broken}, [_entry(e) for e in parsed.entries]

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
        content = sanitise(str(entry.get("content") or ""), url)
        summary = plain(str(entry.get("summary") or ""))
        warnings: list[str] = []
        published, embargo = self._published(entry, now, warnings)
        declared = str(entry.get("language") or head.get("language") or self.language)
        tags = [t for t in entry.get("tags", ()) if t]
        return Sighting(
            source=self.name,
            key=str(entry.get("id") or clean_url(url)),
            url=clean_url(url),
            title=title,
            summary=summary or _first_paragraph(content),
            content_html=content or _paragraph(summary),
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
    seen = [hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:8] for key in keys[:MOST_ENTRIES]]
    before, overflow = set(memory.get("entries", ())), memory.get("overflow")
    if before and len(seen) >= ENOUGH and before.isdisjoint(seen):
        at = f"{now:%Y-%m-%d %H:%M} UTC"
        text = (
            f"all {len(keys)} entries were new at {at}: some between may be missing; look more often (every)"
        )
        overflow = [int(now.timestamp()), text]
    is_told = overflow and overflow[0] > now.timestamp() - TOLD_FOR
    return {"entries": seen or memory.get("entries", [])} | ({"overflow": overflow} if is_told else {})


def _conditions(memory: Mapping[str, Any]) -> dict[str, str]:
    """Both validators go back as they came, byte for byte."""
    asked = {"If-None-Match": memory.get("etag"), "If-Modified-Since": memory.get("modified")}
    return {"Accept": ACCEPT, **{name: value for name, value in asked.items() if value}}


def _next_look(answer: Answer, head: Mapping[str, Any], now: datetime) -> datetime:
    """Not before the feed's own advice: Cache-Control's max-age, and RSS's ttl in minutes."""
    age = re.search(r"max-age=(\d{1,7})", answer.headers.get("Cache-Control", ""))
    ttl = re.fullmatch(r"\s*(\d{1,5})\s*", str(head.get("ttl", "")))
    spans = [timedelta(seconds=int(age[1]))] if age else []
    spans += [timedelta(minutes=int(ttl[1]))] if ttl else []
    return now + min(max(spans, default=timedelta()), LONGEST)


def _entry(parsed: Any) -> dict[str, Any]:
    """feedparser's entry in our words."""
    contents = [c.value for c in parsed.get("content", ()) if "html" in c.get("type", "") or c.value]
    summary = parsed.get("summary", "")
    content = max(contents, key=len, default="") or (summary if "<p" in summary else "")
    return {
        "id": parsed.get("id", ""),
        "url": parsed.get("link") or next((x.href for x in parsed.get("links", ()) if "href" in x), ""),
        "title": parsed.get("title", ""),
        "summary": summary,
        "content": content,
        "published": parsed.get("published", ""),
        "updated": dict.get(parsed, "updated", ""),  # feedparser's own get makes it up from published
        "authors": [plain(a.name) for a in parsed.get("authors", ()) if a.get("name")],
        "tags": list(dict.fromkeys(plain(t.term) for t in parsed.get("tags", ()) if t.get("term"))),
        "places": list(
            filter(None, [plain(parsed.get("georss_featurename", ""))])
        ),  # docs.ogc.org/cs/17-002r1
        "language": parsed.get("language", ""),
        "photos": _photos(parsed),
        "caption": plain(parsed.get("media_description", "") or ""),
        "credit": plain(next((c.get("content", "") for c in parsed.get("media_credit", ())), "") or ""),
    }


def _photos(parsed: Any) -> list[str]:
    """Addresses of pictures, the largest first: enclosures, Media RSS contents, thumbnails."""
    found = [
        (int(m.get("width") or 0) if str(m.get("width") or 0).isdigit() else 0, m["url"])
        for m in parsed.get("media_content", ())
        if m.get("url") and (m.get("medium") == "image" or str(m.get("type", "image")).startswith("image"))
    ]
    ordered = [url for _, url in sorted(found, key=lambda pair: -pair[0])]
    enclosures = [
        link["href"]
        for link in parsed.get("links", ())
        if link.get("rel") == "enclosure"
        and str(link.get("type", "")).startswith("image")
        and link.get("href")
    ]
    return [*enclosures, *ordered, *(t["url"] for t in parsed.get("media_thumbnail", ()) if t.get("url"))]


def _json_feed(url: str, content: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), and what 1.0 and careless publishers do."""
    try:
        feed = json.loads(content)
        items = [item for item in feed["items"] if isinstance(item, dict)]
    except (KeyError, TypeError) as e:
        raise SourceError(f"{url}: not a JSON Feed: it has no list of items") from e
    except ValueError as e:
        raise SourceError(f"{url}: not a JSON Feed: {e}") from e
    return feed, [_item(item) for item in items]


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    authors = item.get("authors") or ([item["author"]] if isinstance(item.get("author"), dict) else [])
    images = [item.get("image"), item.get("banner_image")]
    images += [a.get("url") for a in item.get("attachments") or () if "image" in str(a.get("mime_type"))]
    text = item.get("content_text")
    return {
        "id": str(item.get("id") or ""),
        "url": item.get("url") or item.get("external_url"),
        "title": item.get("title"),
        "summary": item.get("summary") or text,
        "content": item.get("content_html") or _paragraph(str(text or "")),
        "published": item.get("date_published"),
        "updated": item.get("date_modified"),
        "authors": [plain(str(a["name"])) for a in authors if isinstance(a, dict) and a.get("name")],
        "tags": [plain(str(tag)) for tag in item.get("tags") or ()],
        "language": item.get("language"),
        "photos": [image for image in images if isinstance(image, str) and image],
        "is_withdrawn": item.get("expired") is True,
    }


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
    image = LexborHTMLParser(f"<body>{content}").css_first("img")
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
    first = LexborHTMLParser(f"<body>{content}").css_first("p")
    return plain(first.text(separator=" ")) if first is not None else plain(content)


def _paragraph(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<p>{escaped}</p>" if text else ""
