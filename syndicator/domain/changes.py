"""What has changed between what is on file of an article and what a source shows of it now."""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.domain.addresses import place, stem
from syndicator.domain.article import CLOCK_SKEW, Article, ArticleState, Content, Photo, Sighting

#: Revisions after which changes of an article that are neither announced by a new ``updated``, nor of its
#: headline or summary, are taken only so long after the last one: pages that embed a clock or a counter
#: change at every look.
SILENT_PACES = ((48, timedelta(days=1)), (24, timedelta(hours=1)))

CONTENT_NAMES = tuple(f.name for f in fields(Content))

#: Characters of a story's id.
MAX_STORY_CHARS = 200


@dataclass(frozen=True, slots=True)
class New:
    article: Article


@dataclass(frozen=True, slots=True)
class Corrected:
    article: Article


@dataclass(frozen=True, slots=True)
class Withdrawn:
    article: Article


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing that readers see has changed. ``article`` may carry a newly measured photo."""

    article: Article | None


@dataclass(frozen=True, slots=True)
class Postponed:
    """A change that is not taken before ``until``: the article changes again and again."""

    until: datetime


Decision = New | Corrected | Withdrawn | Unchanged | Postponed


def formerly(sighting: Sighting, hosts: Sequence[str]) -> Sighting:
    """The sighting with the addresses that it had while the site was at other hosts."""
    host = re.match(r"https?://([^/?#]+)", sighting.url, re.IGNORECASE)
    if not host or sighting.is_url_shared:
        return sighting
    scheme, rest = sighting.url[: host.start(1)], sighting.url[host.end(1) :]
    return replace(sighting, aliases=(*sighting.aliases, *(f"{scheme}{host}{rest}" for host in hosts)))


def in_story(sighting: Sighting, prefix: str) -> Sighting:
    """The sighting with the story that one of its tags names behind ``prefix``, in whatever case; as it is
    where no prefix is declared, or it tells its story itself."""
    if not prefix or sighting.story:
        return sighting
    named = (tag for tag in sighting.tags if tag[: len(prefix)].casefold() == prefix.casefold())
    stories = filter(None, (tag[len(prefix) :].strip() for tag in named))
    return replace(sighting, story=next(stories, "")[:MAX_STORY_CHARS])


def decide(known: Article | None, sighting: Sighting, now: datetime, *, authority: str) -> Decision:
    """The decision that a sighting calls for, given the article on file (``known``). Touches nothing.

    ``authority`` (a domain name) is who mints guids.
    """
    now = now.replace(microsecond=0)
    if known is None:
        if sighting.is_withdrawn:  # never seen alive: nothing to take back
            return Unchanged(None)
        return New(_file_new(sighting, now, authority))
    if known.source != sighting.source:  # two sources tell one story differently: the first one tells it
        return Unchanged(known)
    if sighting.is_withdrawn:
        if known.state is ArticleState.WITHDRAWN:
            return Unchanged(known)
        return Withdrawn(withdraw(known, now))
    current = replace(known, **_content_of(sighting, known), **_state_of(sighting, now))
    if place(current.url) != place(known.url) and stem(current.url) == stem(known.url):
        current = replace(current, url=known.url)  # another session's link, and no news
    is_same = fingerprint(current) == fingerprint(known) and not _is_replaced(current.photo, known.photo)
    if is_same and current.state == known.state:
        # a moved embargo or a newly measured photo is worth keeping, and no correction
        return Unchanged(current)
    announced = _whole_seconds(sighting.updated) if sighting.updated else known.updated
    is_silent = announced <= known.updated and known.state is not ArticleState.WITHDRAWN
    if is_silent and not _is_telling(current, known):
        until = known.updated + _silent_pace(known.revision)
        if until > now:
            return Postponed(until)
    updated = announced if announced > known.updated else max(now, known.updated)
    return Corrected(replace(current, revision=known.revision + 1, updated=updated))


def _is_telling(current: Article, known: Article) -> bool:
    """Whether headline or summary have changed; a summary that is the text's beginning is part of that."""
    is_beginning = all(_begins_with_summary(article) for article in (current, known))
    return current.title != known.title or (current.summary != known.summary and not is_beginning)


def _begins_with_summary(article: Article) -> bool:
    words, summary = _words(article.content_html), _words(article.summary)
    return len(words) > len(summary) and words[: len(summary)] == summary


def _silent_pace(revision: int) -> timedelta:
    return next((pace for count, pace in SILENT_PACES if revision > count), timedelta())


def withdraw(known: Article, now: datetime) -> Article:
    """The same article, retracted."""
    return replace(
        known,
        state=ArticleState.WITHDRAWN,
        revision=known.revision + 1,
        updated=max(now.replace(microsecond=0), known.updated),
    )


def release(embargoed: Article) -> Article:
    """An embargoed article whose time has come. One that had been out before, and was withheld, comes back
    as changed at that time: what is as old as its tombstone stays removed (RFC 6721 section 3)."""
    updated = (
        max(embargoed.updated, embargoed.release)
        if embargoed.release and embargoed.revision > 1
        else embargoed.updated
    )
    return replace(embargoed, state=ArticleState.LIVE, release=None, updated=updated)


def fingerprint(content: Content) -> str:
    """A hash of what readers see, blind to white space, Unicode form and a photo's measurements.

    Empty fields do not count, so that a field added to ``Content`` changes no fingerprint.
    """
    values: dict[str, Any] = {name: value for name in CONTENT_NAMES if (value := getattr(content, name))}
    if content.photo:
        photo = content.photo
        values["photo"] = [photo.url, photo.caption, photo.credit, photo.alt]
    for name in ("urgent", "story"):  # how fast it went out, and after what, is not what it says
        values.pop(name, None)
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=list)
    folded = re.sub(r"(?:\\[nrt]|\s|\u200b)+", " ", unicodedata.normalize("NFC", text))
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def mint_guid(authority: str, sighting: Sighting, now: datetime) -> str:
    """A ``tag:`` URI (RFC 4151), from facts that stay true when the site's addresses change."""
    day = (sighting.published or now).astimezone(UTC).date().isoformat()
    specific = re.sub(r"[^A-Za-z0-9._~/-]+", "-", f"{sighting.source}/{sighting.key}").strip("-")
    if specific != f"{sighting.source}/{sighting.key}":  # what was replaced must still tell keys apart
        specific += "-" + hashlib.sha256(sighting.key.encode("utf-8", "replace")).hexdigest()[:12]
    return f"tag:{authority},{day}:{specific}"


def _file_new(sighting: Sighting, now: datetime, authority: str) -> Article:
    published = _whole_seconds(sighting.published) if sighting.published else now
    state = _state_of(sighting, now)
    return Article(
        guid=mint_guid(authority, sighting, now),
        source=sighting.source,
        key=sighting.key,
        published=published,
        updated=max(_whole_seconds(sighting.updated), published) if sighting.updated else published,
        first_seen=now,
        **_content_of(sighting, None),
        **state,
    )


def _content_of(sighting: Sighting, known: Article | None) -> dict[str, Any]:
    content = {name: getattr(sighting, name) for name in CONTENT_NAMES}
    if known:
        content |= _on_file(sighting, known)
    photo: Photo | None = content["photo"]
    if known and photo and known.photo and photo.url == known.photo.url and not photo.is_measured:
        content["photo"] = measured_as(photo, known.photo)
    return content


def _on_file(sighting: Sighting, known: Article) -> dict[str, Any]:
    """What is on file of the fields that the sighting does not tell of."""
    values = {name: getattr(known, name) for name in sighting.unread}
    if "photo" in values and sighting.photo:
        values["photo"] = _with_words(sighting.photo, known.photo)
    if "content_html" in values and _words(known.content_html) == _words(known.summary):
        del values["content_html"]  # it was never read: a summary stands in for it
    return values


def _with_words(photo: Photo, known: Photo | None) -> Photo:
    """The photo, with what is on file of the same one where it says nothing."""
    if known is None or known.url != photo.url:
        return photo
    return replace(
        photo,
        caption=photo.caption or known.caption,
        credit=photo.credit or known.credit,
        alt=photo.alt or known.alt,
        rights=photo.rights or known.rights,
        focus=photo.focus or known.focus,
    )


def measured_as(photo: Photo, known: Photo) -> Photo:
    """The photo with what is known of its file."""
    return replace(
        photo, width=known.width, height=known.height, length=known.length, media_type=known.media_type
    )


def _is_replaced(photo: Photo | None, known: Photo | None) -> bool:
    """Whether another file is at a photo's address than before."""
    if not (photo and known and photo.is_measured and known.is_measured and photo.url == known.url):
        return False
    return photo != measured_as(photo, known)


def _state_of(sighting: Sighting, now: datetime) -> dict[str, Any]:
    if sighting.embargo and sighting.embargo > now + CLOCK_SKEW:
        return {"state": ArticleState.EMBARGOED, "release": _whole_seconds(sighting.embargo)}
    return {"state": ArticleState.LIVE, "release": None}


def _whole_seconds(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(microsecond=0)


def _words(markup: str) -> list[str]:
    return html.unescape(re.sub(r"<[^>]*>", " ", markup)).split()
