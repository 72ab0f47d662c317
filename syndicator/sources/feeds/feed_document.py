"""One edition of a feed, read: RSS, Atom, RDF or JSON Feed as sightings, and what is odd about them.

Settings: see the fields of ``FeedDocuments``; ``docs/declaring.md`` teaches them with examples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import feedparser

from syndicator.domain.article import Sighting
from syndicator.domain.errors import SourceError
from syndicator.http.client import Response
from syndicator.sources.feeds import media_rss
from syndicator.sources.feeds.edition_notes import EditionNotes
from syndicator.sources.feeds.entry_locks import lock_on, shown_to_all
from syndicator.sources.feeds.entry_text import entry_text
from syndicator.sources.feeds.feed_identity import Named, identify
from syndicator.sources.feeds.feed_paging import home_address, older_address
from syndicator.sources.feeds.feed_signs import without_forbidden
from syndicator.sources.feeds.feed_text import first_paragraph, is_whole_text, paragraph
from syndicator.sources.feeds.json_items import OddEntry, item, json_feed
from syndicator.sources.feeds.lean_parser import LeanParser
from syndicator.sources.feeds.own_fields import NOWHERE, OwnFields, told
from syndicator.sources.feeds.pictures import lead_photo, without_inline_files
from syndicator.sources.feeds.recordings import links_to
from syndicator.sources.feeds.untitled import TitlesWanted, titled
from syndicator.sources.feeds.xml_entries import entry_of
from syndicator.sources.feeds.xml_facts import facts
from syndicator.sources.oddity import LARGE_BYTES, is_odd_xml, safely
from syndicator.sources.pages.dating import Date, Dates
from syndicator.sources.pages.locks import HEADLINE_ONLY, LOCK_MESSAGES, Lock, LockPolicy
from syndicator.sources.pages.sections import telling
from syndicator.sources.text_length import too_long
from syndicator.text.addresses import web_address
from syndicator.text.clean import legal, plain, sanitise
from syndicator.text.dates import read_date
from syndicator.text.encodings import decode, utf8_document
from syndicator.text.language import detect

#: Entries of one feed.
MAX_ENTRIES = 5000

#: What a language is called (RFC 5646 section 2.1), as feeds write it.
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,4}")

#: The origin of a text that an entry does not have.
FROM_SUMMARY = "feed: summary"

# It would look for another parser than the standard library's on the disk at every feed, and prefer it.
feedparser.api.PREFERRED_XML_PARSERS.clear()
feedparser.api.StrictFeedParser = LeanParser


@dataclass(frozen=True, kw_only=True)
class Edition:
    """A feed as it is at one time. ``gone``: the keys of entries that it says were deleted. ``ttl``: its
    advice, in minutes, as written. ``is_broken``: it could not be read to its end. ``identity``: what is to
    be remembered of ids and addresses (``feed_identity``). ``home``: the site that it belongs to; ``older``:
    where older entries are ("": it does not say)."""

    sightings: Sequence[Sighting]
    problems: Sequence[str]
    ttl: str
    is_broken: bool
    identity: Mapping[str, Any]
    gone: Sequence[str] = ()
    home: str = ""
    older: str = ""


@dataclass(frozen=True, kw_only=True)
class FeedDocuments:
    """How the documents of a feed are read.

    ``timezone`` is meant where a date names none, ``dates`` is its form where it is unusual
    (``datetime.strptime``). ``embargoes``: an entry dated ahead of us waits for its time. ``post_undated``:
    one without a date is news when it appears, although others have dates. ``titles``: whether an entry
    without a title takes one from its text; if nothing is said, it does where most of the feed's entries have
    none, as in microblogs. ``entry``: where an entry has what feeds have no words for; ``select``: the same
    on its page, by CSS selectors.
    """

    name: str
    url: str
    timezone: str = "UTC"
    dates: str = ""
    language: str = ""
    section: str = ""
    embargoes: bool = False
    post_undated: bool = False
    titles: TitlesWanted = ""
    locked: LockPolicy = LockPolicy.HEADLINE
    entry: OwnFields = NOWHERE
    select: OwnFields = NOWHERE

    def edition(
        self, response: Response, now: datetime, identity: Mapping[str, Any] | None = None
    ) -> Edition:
        """The feed's edition, read here if that takes no time, else where it can be stopped. ``identity``:
        of the edition before."""
        decoded = decode(response.content, response.headers.get("Content-Type", ""), is_unicode=True)
        text, lines = without_forbidden(decoded.text)
        response = replace(response, content=utf8_document(text))
        is_json = response.content.lstrip()[:1] in (b"{", b"[")
        is_odd = len(response.content) > LARGE_BYTES if is_json else is_odd_xml(response.content)
        try:
            return safely(
                self._read, response, now, identity or {}, [*decoded.problems, *lines], is_odd=is_odd
            )
        except SourceError as e:
            raise e if str(e).startswith(self.url) else SourceError(f"{self.url}: {e}") from e

    def _read(
        self,
        response: Response,
        now: datetime,
        identity: Mapping[str, Any],
        of_encoding: Sequence[str] = (),
    ) -> Edition:
        head, raw_entries = self._parse(response)
        problems = [f"{self.url}: {line}" for line in (*of_encoding, head.get("broken")) if line]
        if len(raw_entries) > MAX_ENTRIES:
            problems.append(f"{self.url}: {len(raw_entries):,} entries: the first {MAX_ENTRIES:,} are read")
        entries = [
            entry
            for raw_entry in raw_entries[:MAX_ENTRIES]
            if (entry := self._entry(raw_entry, head, problems))
        ]
        entries, guessed = titled(entries, self.titles)
        problems += [f"{self.url}: {line}" for line in guessed]
        entries, gone = self._without_deleted(entries, head.get("deleted", {}), now)
        home = str(head.get("link") or head.get("home_page_url") or "")  # of XML, and of JSON
        identities = identify(entries, source=self.name, base=response.url, home=home, memory=identity)
        problems += [f"{self.url}: {line}" for line in identities.problems]
        sightings, notes = [], EditionNotes()
        for named in identities.entries:
            try:
                sighting = self._sighting(named, head, response.url, now, problems, notes)
            except Exception as e:  # noqa: BLE001 - whatever it is, the other entries are none the worse
                problems.append(self._left_out(named.entry.get("id") or named.url, e))
                continue
            if sighting:
                sightings.append(sighting)
        problems += [f"{self.url}: {line}" for line in notes.lines()]
        return Edition(
            sightings=sightings,
            problems=[legal(line) for line in problems],
            ttl=str(head.get("ttl") or "")[:20],
            is_broken=bool(head.get("broken")),
            gone=gone,
            identity=identities.memory,
            home=home_address(head, response.url),
            older=older_address(head, response.url),
        )

    def _entry(
        self, raw_entry: Mapping[str, Any], head: Mapping[str, Any], problems: list[str]
    ) -> Mapping[str, Any] | None:
        """One entry, of the same fields whatever the format; ``None`` where it can be no article."""
        try:
            is_xml = isinstance(raw_entry, feedparser.FeedParserDict)
            entry = (entry_of if is_xml else item)(raw_entry, head)
        except Exception as e:  # noqa: BLE001 - as above
            problems.append(self._left_out(raw_entry.get("id") or raw_entry.get("url"), e))
            return None
        own = raw_entry["facts"].own if is_xml else self.entry.of_item(raw_entry, entry["odd"])
        entry = {**without_inline_files(entry), "own": own}
        length = max(len(str(entry.get(name) or "")) for name in ("title", "summary", "content"))
        if problem := too_long(length):
            problems.append(self._left_out(entry.get("id") or entry.get("url"), problem))
            return None
        return entry

    def _without_deleted(
        self, entries: Sequence[Mapping[str, Any]], deleted: Mapping[str, str], now: datetime
    ) -> tuple[list[Mapping[str, Any]], list[str]]:
        """The entries that were not deleted (RFC 6721 section 3), and the ids of those that were. One
        that was changed after its deletion is there again."""
        changed = {entry["id"]: entry.get("updated") or entry.get("published") for entry in entries}
        gone = []
        for entry_id, when in list(deleted.items())[:MAX_ENTRIES]:
            changed_at, deleted_at = self._moment(changed.get(entry_id), now), self._moment(when, now)
            if entry_id not in changed or (changed_at and deleted_at and changed_at <= deleted_at):
                gone.append(entry_id)
        return [entry for entry in entries if entry["id"] not in gone], gone

    def _moment(self, text: object, now: datetime) -> datetime | None:
        return read_date(str(text), zone=ZoneInfo(self.timezone), now=now).moment if text else None

    def _left_out(self, entry_id: object, error: object) -> str:
        problem = (
            error
            if isinstance(error, str | OddEntry)
            else f"it cannot be read ({type(error).__name__}: {error})"
        )
        return f"{self.url}: the entry {str(entry_id or '?')[:200]!r} is left out: {problem}"

    def _parse(self, response: Response) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
        if response.content.lstrip()[:1] in (b"{", b"["):
            return json_feed(self.url, response.content)
        parsed = feedparser.parse(
            BytesIO(
                media_rss.without_texts(response.content)
            ),  # of bytes alone it would open the file that they name
            sanitize_html=False,  # we do, and more strictly
            resolve_relative_uris=False,
            response_headers={"content-type": "application/xml; charset=utf-8"},  # which ``edition`` made it
        )
        if not parsed.get("version"):
            raise SourceError(f"{self.url}: {_why_no_feed(response.content, parsed)}")
        known = facts(response.content, self.entry)
        for number, entry in enumerate(parsed.entries):
            entry["facts"] = known.of(number, len(parsed.entries))
        head = {"broken": _syntax_error(parsed), "version": parsed.version, "deleted": known.deleted}
        return {**parsed.feed, **head}, parsed.entries

    def _sighting(
        self,
        named: Named,
        head: Mapping[str, Any],
        base: str,
        now: datetime,
        problems: list[str],
        notes: EditionNotes,
    ) -> Sighting | None:
        entry, url = named.entry, named.url
        title = str(entry.get("title") or "")
        if not url or not title:
            missing = "address" if not url else 'title (titles = "from text" makes one)'
            problems.append(f"{self.url}: the entry {entry.get('id') or title or '?'!r} has no {missing}")
            return None
        if legal(url) != url or legal(name := str(entry.get("id") or "")) != name:
            raise OddEntry("its address or id has characters that no XML may have")
        lock = lock_on(entry)
        is_withheld = lock is Lock.PRIVATE or (lock and self.locked == LockPolicy.SKIP)
        if lock and is_withheld:  # it is retracted, if it was ever published
            problems.append(self._left_out(entry.get("id") or url, LOCK_MESSAGES[lock]))
        is_headline_only = lock is Lock.MEMBERS and self.locked == LockPolicy.HEADLINE
        text_base = (web_address(str(entry["base"]), base) if entry.get("base") else "") or url
        text_as_sent = entry_text(entry, head, url)
        markup, summary = text_as_sent.markup, text_as_sent.summary
        if is_headline_only:
            markup, summary = "", shown_to_all(entry, summary)
        content = sanitise(markup, text_base)
        text = plain(content)
        if is_whole_text(summary, text) and not entry.get("is_own"):
            summary = ""
        beside = (*entry.get("pictures", ()),), (*entry.get("late_pictures", ()),)
        photo = lead_photo(*beside, content, markup, url, is_exact=bool(entry.get("is_own")))
        lead = summary or first_paragraph(content, photo.caption if photo else "")
        is_words_of_title = photo and photo.alt == title and not entry.get("is_title_made")
        if photo and is_words_of_title and not entry.get("is_own"):
            photo = replace(photo, alt="")  # a headline describes no picture, whoever has put it there
        language_tag = str(entry.get("language") or head.get("language") or "")
        declared = language_tag if LANGUAGE_TAG.fullmatch(language_tag) else self.language
        language = detect(f"{title} {lead} {text}", declared.replace("_", "-"))
        warnings = [*entry.get("odd", ()), *([HEADLINE_ONLY] if is_headline_only else ())]
        dates = Dates(
            ZoneInfo(self.timezone), self.embargoes, now, (self.language, language_tag, language), warnings
        )
        publication = dates.publication(
            self._dates(entry, "published", "created", "updated"), "it has no date"
        )
        is_own = bool(entry.get("is_own"))
        own, own_origins, unread = told(entry["own"], self.entry, self.select)
        origins = (
            dict.fromkeys(entry, "feed") | own_origins | ({} if content else {"content_html": FROM_SUMMARY})
        )
        tags = [tag for tag in entry.get("tags", ()) if tag and (is_own or telling([tag]))]
        section = str(entry.get("section") or "")
        return Sighting(
            source=self.name,
            key=named.key,
            url=url,
            aliases=named.aliases,
            is_url_shared=named.is_url_shared,
            title=title,
            summary=lead,
            content_html=(content or paragraph(summary))
            + links_to(entry.get("recordings", ()), content, url),
            authors=tuple(entry.get("authors", ())),
            section=self.section or (section if is_own else telling([section])),
            tags=tuple(tags),
            places=tuple(entry.get("places", ())),
            language=language,
            photo=photo,
            **own,
            unread=unread,
            published=publication.published,
            updated=dates.updated(self._dates(entry, "updated")),
            embargo=publication.embargo,
            is_withdrawn=bool(entry.get("is_withdrawn") or is_withheld),
            is_undated=publication.date is None and not self.post_undated,
            origins=origins | dict(notes.origins(entry, url, photo, content, text_as_sent.shortcodes)),
            warnings=tuple(warnings),
        )

    def _dates(self, entry: Mapping[str, Any], *names: str) -> list[Date]:
        return [Date("feed", str(entry[name]), self.dates) for name in names if entry.get(name)]


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
