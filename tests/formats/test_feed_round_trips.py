"""What readers get out of a feed is what the newsroom put in."""

from __future__ import annotations

import html
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import fastfeedparser
import feedparser
import orjson
import pytest
from hypothesis import given

from syndicator import formats
from syndicator.article import Article, Photo
from syndicator.formats import _text
from syndicator.text.clean import plain
from tests.formats.newsroom import SHORT, article, articles, tidy, written

Told = dict[str, Any]


def by_feedparser(document: bytes) -> Told:
    read = feedparser.parse(document)
    assert not read.bozo, read.bozo_exception
    [entry] = read.entries
    told: Told = {
        "guid": entry.id,
        "url": next(link.href for link in entry.links if link.rel == "alternate"),
        "title": entry.title,
        "authors": [author.name for author in entry.get("authors", [])],
        "terms": [tag.term for tag in entry.get("tags", [])],
        "published": datetime.fromtimestamp(timegm(entry.published_parsed), UTC),
        "updated": datetime.fromtimestamp(timegm(entry.updated_parsed), UTC),
        "text": plain(entry.content[0].value) if "content" in entry else plain(entry.summary),
        "enclosures": [
            (link.href, int(link.length), link.type) for link in entry.links if link.rel == "enclosure"
        ],
    }
    for media in entry.get("media_content", []):
        told |= {"photo": media["url"], "size": (media.get("width"), media.get("height"))}
        told["credit"] = "".join(credit["content"] for credit in entry.get("media_credit", []))
    return told


def by_fastfeedparser(document: bytes) -> Told:
    [entry] = fastfeedparser.parse(document).entries
    body = entry.content[0]["value"] if entry.get("content") else entry.get("description", "")
    told: Told = {
        "guid": entry.id,
        "url": entry.link,
        "title": entry.title,
        "terms": [tag["term"] for tag in entry.get("tags") or []],
        "published": datetime.fromisoformat(entry.published).replace(microsecond=0),
        "updated": datetime.fromisoformat(entry.updated).replace(microsecond=0),
        "text": plain(body),
    }
    for media in entry.get("media_content") or []:
        told["photo"] = media["url"]
        told["caption"] = media.get("title", "")
        told["credit"] = media.get("credit", "")
    return told


def by_json(document: bytes) -> Told:
    [item] = orjson.loads(document)["items"]
    more = item["_syndicator"]
    told: Told = {
        "guid": item["id"],
        "url": item["url"],
        "title": item["title"],
        "authors": [author["name"] for author in item.get("authors", [])],
        "terms": item.get("tags", []),
        "published": datetime.fromisoformat(item["date_published"]),
        "updated": datetime.fromisoformat(item["date_modified"]),
        "text": plain(item["content_html"] if "content_html" in item else html.escape(item["content_text"])),
        "enclosures": [(a["url"], a["size_in_bytes"], a["mime_type"]) for a in item.get("attachments", [])],
        "note": more.get("note", ""),
        "revision": more["revision"],
        "language": item.get("language", ""),
    }
    if "image" in item:
        photo = more.get("photo", {})
        told |= {"photo": item["image"], "alt": photo.get("alt", ""), "credit": photo.get("credit", "")}
        told["json caption"] = photo.get("caption", "")
    return told


def expected(sent: Article) -> Told:
    body = sent.content_html or html.escape(sent.summary or sent.title)
    note = f"{html.escape(sent.note)} " if sent.note else ""
    told: Told = {
        "guid": sent.guid,
        "url": _text.uri(sent.url),
        "title": sent.title,
        "authors": list(sent.authors),
        "terms": [term for term in dict.fromkeys([sent.section, *sent.tags]) if term],
        "published": sent.published.astimezone(UTC),
        "updated": sent.updated.astimezone(UTC),
        "text": plain(f"<p>{note}{body}</p>"),
        "enclosures": [],
        "note": sent.note,
        "revision": sent.revision,
        "language": sent.language,
    }
    return told | (of_photo(sent.photo) if sent.photo else {})


def of_photo(photo: Photo) -> Told:
    address = _text.uri(photo.url)
    is_whole = photo.length is not None and photo.media_type
    return {
        "photo": address,
        "enclosures": [(address, photo.length, photo.media_type)] if is_whole else [],
        "size": tuple(str(side) if side else None for side in (photo.width, photo.height)),
        "caption": photo.caption or photo.alt,
        "json caption": photo.caption,
        "credit": photo.credit,
        "alt": photo.alt,
    }


READERS = [
    pytest.param("rss", by_feedparser, id="rss-feedparser"),
    pytest.param("atom", by_feedparser, id="atom-feedparser"),
    pytest.param("rss", by_fastfeedparser, id="rss-fastfeedparser"),
    pytest.param("atom", by_fastfeedparser, id="atom-fastfeedparser"),
    pytest.param("json", by_json, id="json"),
]


@pytest.mark.parametrize(("name", "read"), READERS)
@given(sent=articles(tidy))
def test_readers_get_what_the_newsroom_said(name: str, read: Any, sent: Article) -> None:
    got = read(written(formats.kind(name)(), [sent]))

    wanted = expected(sent)
    if name == "atom" and not sent.authors:  # the feed's author stands for an entry's
        wanted["authors"] = got.get("authors", [])
    assert got == {about: wanted[about] for about in got}


@pytest.mark.parametrize(("name", "read"), READERS)
@given(sent=articles(tidy))
def test_a_feed_of_summaries_holds_no_body(name: str, read: Any, sent: Article) -> None:
    got = read(written(formats.kind(name)(), [sent], SHORT))

    assert got["text"] == expected(replace(sent, content_html=""))["text"]


@pytest.mark.parametrize(("name", "read"), READERS)
def test_readers_see_a_correction_before_the_text(name: str, read: Any) -> None:
    sent = article(note="The bridge is 300 m <long>, not 200.")

    got = read(written(formats.kind(name)(), [sent]))

    assert got["text"] == "The bridge is 300 m <long>, not 200. Trams cross the river again."
