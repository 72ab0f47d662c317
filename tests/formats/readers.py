"""Feed readers of other hands: what each gets out of a document, entry by entry.

Each says what it reads in the same words, and leaves out what it does not read. Times are compared to the
second; Atom's have a fraction, which most readers drop.
"""

from __future__ import annotations

import html
import json
import shutil
import sqlite3
import subprocess
import tempfile
import warnings
from calendar import timegm
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import atoma
import fastfeedparser
import feedparser
import orjson
from reader import make_reader

from syndicator.domain.article import Article, Photo
from syndicator.domain.feed import Site
from syndicator.formats import _text, gate
from syndicator.text.clean import plain
from tests.formats.newsroom import SITE

Told = dict[str, Any]

Reader = Callable[[bytes], list[Told]]

PEERS = Path(__file__).parents[1] / "peers"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def expected(sent: Article, site: Site = SITE) -> Told:
    """What a reader that reads everything gets."""
    body = sent.content_html or html.escape(sent.summary or sent.title)
    note = f"{html.escape(sent.note)} " if sent.note else ""
    told: Told = {
        "guid": sent.guid,
        "url": _text.uri(sent.url),
        "newsboat's url": _with_apostrophes(_text.uri(sent.url)),
        "feedparser's RSS url": gate.feedparser_address(_text.uri(sent.url), "rss20"),
        "title": sent.title,
        "authors": list(sent.authors),
        "trimmed authors": [author.strip(" ,") for author in sent.authors],
        "byline": list(sent.authors) or [site.title],  # the feed's author stands for an entry's
        "last author": _without_commas("".join(sent.authors[-1:])),
        "terms": [term for term in dict.fromkeys([sent.section, *sent.tags]) if term],
        "published": sent.published.astimezone(UTC),
        "updated": sent.updated.astimezone(UTC),
        "text": plain(f"<p>{note}{body}</p>"),
        "summary": sent.summary,
        "enclosures": [],
        "note": sent.note,
        "revision": sent.revision,
        "language": sent.language,
        "language of text": sent.language or site.language,
    }
    return told | (_of_photo(sent.photo) if sent.photo else {})


def _of_photo(photo: Photo) -> Told:
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


def _said(body: str | None, summary: str | None) -> Told:
    """A body with its summary, or whichever of them there is as the text."""
    if body and summary and plain(body) != plain(summary):
        return {"text": plain(body), "summary": plain(summary)}
    return {"text": plain(body or summary or "")}


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def by_feedparser(document: bytes) -> list[Told]:
    read = feedparser.parse(document)
    assert not read.bozo, read.bozo_exception
    url = "feedparser's RSS url" if read.version.startswith("rss") else "url"
    return [_feedparsers(entry, url) for entry in read.entries]


def _feedparsers(entry: Any, url: str) -> Told:
    told: Told = {
        "guid": entry.id,
        url: next(link.href for link in entry.links if link.rel == "alternate"),
        "title": entry.title,
        "authors": [author.name for author in entry.get("authors", [])],
        "terms": [tag.term for tag in entry.get("tags", [])],
        "published": EPOCH + timedelta(seconds=timegm(entry.published_parsed)),
        "updated": EPOCH + timedelta(seconds=timegm(entry.updated_parsed)),
        "enclosures": [
            (link.href, int(link.length), link.type) for link in entry.links if link.rel == "enclosure"
        ],
        **_said(entry.content[0].value if "content" in entry else None, entry.get("summary")),
    }
    if "language" in entry:  # RSS's; Atom's is one of each text
        told["language"] = entry.language
    for media in entry.get("media_content", []):
        told |= {"photo": media["url"], "size": (media.get("width"), media.get("height"))}
        told["credit"] = "".join(credit["content"] for credit in entry.get("media_credit", []))
    return told


def by_fastfeedparser(document: bytes) -> list[Told]:
    """Reads the first of several authors, and neither languages nor Atom's enclosures."""
    return [_fastfeedparsers(entry) for entry in fastfeedparser.parse(document).entries]


def _fastfeedparsers(entry: Any) -> Told:
    told: Told = {
        "guid": entry.id,
        "url": entry.link,
        "title": entry.title,
        "terms": [tag["term"] for tag in entry.get("tags") or []],
        "published": _whole(datetime.fromisoformat(entry.published)),
        "updated": _whole(datetime.fromisoformat(entry.updated)),
        **_said(entry.content[0]["value"] if entry.get("content") else None, entry.get("description")),
    }
    for media in entry.get("media_content") or []:
        told["photo"] = media["url"]
        told["caption"] = media.get("title", "")
        told["credit"] = media.get("credit", "")
    return told


def by_json(document: bytes) -> list[Told]:
    """The standard library's view of JSON Feed, with our own extension."""
    return [_jsons(item) for item in orjson.loads(document)["items"]]


def _jsons(item: Any) -> Told:
    more = item["_syndicator"]
    is_html = "content_html" in item
    told: Told = {
        "guid": item["id"],
        "url": item["url"],
        "title": item["title"],
        "authors": [author["name"] for author in item.get("authors", [])],
        "terms": item.get("tags", []),
        "published": datetime.fromisoformat(item["date_published"]),
        "updated": datetime.fromisoformat(item["date_modified"]),
        "text": plain(item["content_html"] if is_html else html.escape(item["content_text"])),
        "summary": item.get("summary", ""),
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


def by_atoma(document: bytes) -> list[Told]:
    """Reads neither RSS's ``dc:`` and ``atom:`` elements, nor authors and languages of JSON Feed 1.1."""
    if document.startswith(b"{"):
        return [_atomas_json(item) for item in atoma.parse_json_feed_bytes(document).items]
    if b"<rss" in document[:200]:
        return [_atomas_rss(item) for item in atoma.parse_rss_bytes(document).items]
    return [_atomas_atom(entry) for entry in atoma.parse_atom_bytes(document).entries]


def _atomas_rss(item: Any) -> Told:
    return {
        "guid": item.guid,
        "url": item.link,
        "title": item.title,
        "terms": item.categories,
        "published": _whole(item.pub_date),
        "enclosures": [(each.url, each.length, each.type) for each in item.enclosures],
        **_said(item.content_encoded, item.description),
    }


def _atomas_atom(entry: Any) -> Told:
    return {
        "guid": entry.id_,
        "url": next(link.href for link in entry.links if link.rel == "alternate"),
        "title": entry.title.value,
        "byline": [author.name for author in entry.authors],
        "terms": [category.term for category in entry.categories],
        "published": _whole(entry.published),
        "updated": _whole(entry.updated),
        "enclosures": [
            (link.href, link.length, link.type_) for link in entry.links if link.rel == "enclosure"
        ],
        **_said(entry.content and entry.content.value, entry.summary and entry.summary.value),
    }


def _atomas_json(item: Any) -> Told:
    return {
        "guid": item.id_,
        "url": item.url,
        "title": item.title,
        "terms": item.tags,
        "published": _whole(item.date_published),
        "updated": _whole(item.date_modified),
        "text": plain(item.content_html or html.escape(item.content_text)),
        "summary": item.summary or "",
        "enclosures": [(each.url, each.size_in_bytes, each.mime_type) for each in item.attachments],
    }


def by_reader(document: bytes) -> list[Told]:
    """Reads no categories; of XML the last author, without commas at
    its ends; no language of RSS."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it is built on
        name = "feed.json" if document.startswith(b"{") else "feed.xml"
        (Path(folder) / name).write_bytes(document)
        with make_reader(":memory:", feed_root=folder) as reader:
            reader.add_feed(name)
            reader.update_feed(name)
            by_id = {entry.id: _readers(entry) for entry in reader.get_entries(feed=name)}
    return [by_id[guid] for guid in _order(document, by_id)]


def _without_commas(name: str) -> str:
    return " ".join(name.replace(",", " ").split())


def _readers(entry: Any) -> Told:
    told: Told = {
        "guid": entry.id,
        "url": entry.link,
        "title": entry.title,
        "published": entry.published,
        "updated": entry.updated or entry.published,
        "enclosures": [(each.href, each.length, each.type) for each in entry.enclosures],
    }
    names = [each.name.strip(" ,") for each in entry.authors]
    if entry.feed.version.startswith("json"):
        told["trimmed authors"] = names
    else:  # a name with a comma in it is taken for two
        told["last author"] = _without_commas(", ".join(names))
    content = entry.content[0] if entry.content else None
    if content and content.language:
        told["language of text"] = content.language
    if content and content.type == "text/plain":
        return told | {"text": plain(html.escape(content.value))}
    return told | _said(content and content.value, entry.summary)


def _order(document: bytes, guids: Mapping[str, Any]) -> list[str]:
    """What a database holds, as it stands in the document."""
    return sorted(guids, key=lambda guid: document.index(html.escape(guid).encode()))


def by_newsboat(document: bytes) -> list[Told]:
    """A program of its own, with its database. Reads no JSON Feed; one time, and the body or the
    summary of an entry."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "feed.xml").write_bytes(document)
        (place / "urls").write_text(f"file://{place}/feed.xml\n")
        (place / "config").touch()
        command = ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]
        subprocess.run(command, cwd=place, check=True, timeout=60, capture_output=True)
        with closing(sqlite3.connect(place / "cache.db")) as cache:
            rows = cache.execute("select guid, url, title, pubDate, content from rss_item").fetchall()
    by_id = {row[0]: _newsboats(row) for row in rows}
    return [by_id[guid] for guid in _order(document, by_id)]


def _with_apostrophes(url: str) -> str:
    """An address as it is compared: newsboat keeps apostrophes as ``%27``, most times."""
    return url.replace("%27", "'")


def _newsboats(row: Sequence[Any]) -> Told:
    guid, url, title, published, content = row
    return {
        "guid": guid,
        "newsboat's url": _with_apostrophes(url),
        "title": title,
        "published": datetime.fromtimestamp(published, UTC),
        "text": plain(content),
    }


#: In this process: quick enough for many examples. By reader, the formats that it reads.
READERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "feedparser": (by_feedparser, ("rss", "atom")),
    "fastfeedparser": (by_fastfeedparser, ("rss", "atom")),
    "json": (by_json, ("json",)),
    "atoma": (by_atoma, ("rss", "atom", "json")),
}

#: With databases of their own: for whole feeds.
SLOW_READERS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "reader": (by_reader, ("rss", "atom", "json")),
    "newsboat": (by_newsboat, ("rss", "atom")),
}


def without_node() -> str:
    """Why the readers that need Node cannot be asked; empty if they can."""
    if not shutil.which("node"):
        return "there is no node"
    if not (PEERS / "node_modules").is_dir():
        return "npm ci was not run in tests/peers"
    return ""


def by_node(documents: Sequence[bytes]) -> list[dict[str, list[Told]]]:
    """What feedsmith, rss-parser and @rowanmanning/feed-parser get out of each document."""
    asked = json.dumps([document.decode() for document in documents])
    done = subprocess.run(
        ["node", "read.mjs"], cwd=PEERS, input=asked, text=True, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return [
        {reader: [_nodes(entry) for entry in entries] for reader, entries in by_reader.items()}
        for by_reader in json.loads(done.stdout)
    ]


def _nodes(told: Told) -> Told:
    for name in {"published", "updated"} & set(told):
        written = told[name]
        is_iso = written[:4].isdigit()
        told[name] = _whole(datetime.fromisoformat(written) if is_iso else parsedate_to_datetime(written))
    for name in {"text", "summary"} & set(told):
        told[name] = plain(told[name])
    if "plain" in told:
        told["text"] = plain(html.escape(told.pop("plain")))
    if "enclosures" in told:
        told["enclosures"] = [tuple(each) for each in told["enclosures"]]
    return told
