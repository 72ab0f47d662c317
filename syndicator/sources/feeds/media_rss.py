"""Media RSS (https://www.rssboard.org/media-rss): pictures with what is said of each of them.

feedparser knows the elements, but not which picture a text belongs to, and files a picture's description as
the entry's own (kurtmckee/feedparser#53). So the texts are read here, and taken out of what feedparser reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from syndicator.sources.feeds.feed_text import headline
from syndicator.sources.feeds.pictures import (
    ASSUMED_THUMBNAIL_PX,
    ASSUMED_WIDTH_PX,
    FeedPicture,
    kind_of_file,
)
from syndicator.text.clean import fold, plain
from syndicator.text.file_names import is_file_name

#: The namespace, as it is written in the wild: with and without its last slash, by https, by its new home.
NAMESPACE = re.compile(
    r"https?://(?:\w+\.)*(?:search\.yahoo\.com/mrss|rssboard\.org/media-rss)/?", re.IGNORECASE
)

#: Elements whose texts are a picture's.
TEXT_NAMES = "title|description|text|credit|copyright|subTitle"

#: Elements that say who may use a picture.
RIGHTS = ("copyright", "rights", "license")

#: A prefix that a document gives the namespace.
PREFIX = re.compile(rb"""xmlns:([A-Za-z_][\w.-]{0,30})\s*=\s*["']([^"'<>]{1,100})["']""")

#: Roles of those who made a picture (https://www.rssboard.org/media-rss#media-credit); "": none is named.
PHOTO_ROLES = {
    "",
    "photographer",
    "photo",
    "photography",
    "artist",
    "illustrator",
    "author",
    "owner",
    "source",
}

MAX_PICTURES = 100


@dataclass(frozen=True, slots=True)
class MediaWords:
    """What is said of a picture."""

    caption: str = ""
    credit: str = ""
    rights: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """The pictures of an entry, as they are written; ``about_film``: what is said of its film."""

    pictures: tuple[FeedPicture, ...] = ()
    about_film: str = ""


NO_MEDIA = Media()


def name_in(element: Any) -> str:
    """The local name of an element of Media RSS; "" of any other. A document that is not well-formed may not
    have declared the prefix."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        return name if NAMESPACE.fullmatch(namespace) else ""
    prefix, _, name = tag.partition(":")
    return name if prefix == "media" else ""


def media_of(entry: Any, *, is_own: bool = False) -> Media:
    """The pictures of an entry's element (lxml's). ``is_own``: it is our own feed's, whose words are as they
    were sent."""
    return _Reading(entry, is_own=is_own).media()


class _Reading:
    def __init__(self, entry: Any, *, is_own: bool) -> None:
        self.entry, self.is_own = entry, is_own
        self.title = fold(entry.findtext("{*}title") or "")
        self.pictures: list[FeedPicture] = []
        self.about_film = ""

    def media(self) -> Media:
        self._scope(self.entry, MediaWords())
        return Media(tuple(self.pictures[:MAX_PICTURES]), self.about_film)

    def _scope(self, element: Any, outer: MediaWords, *, is_film: bool = False) -> None:
        """All of an entry, group or content: what is said further in wins (section "Optional elements")."""
        children = [(name, child) for child in element if (name := name_in(child))]
        words = self._words(children, outer)
        if name_in(element) != "content" and words.caption == self.title:
            words = replace(words, caption=outer.caption)  # it is the entry's
        kinds = [_kind(child) for name, child in children if name == "content"]
        is_film = is_film or ("video" in kinds and "image" not in kinds)
        if is_film and words.caption:
            self.about_film = self.about_film or words.caption
        for name, child in children:
            if name == "group":
                self._scope(child, words)
            elif name == "content":
                kind = _kind(child)
                if kind in ("image", ""):
                    self._take(child, self._words(_named(child), words), ASSUMED_WIDTH_PX)
                self._scope(child, words, is_film=kind not in ("image", ""))
            elif name == "thumbnail":
                self._take(child, MediaWords() if is_film else words, ASSUMED_THUMBNAIL_PX)

    def _take(self, element: Any, words: MediaWords, assumed_px: int) -> None:
        url = (element.get("url") or element.text or "").strip()
        if url and kind_of_file_of(url) in ("image", ""):
            width = element.get("width") or ""
            self.pictures.append(
                FeedPicture(
                    url=url,
                    width=int(width) if width.isdecimal() and 0 < len(width) < 6 else assumed_px,
                    caption=words.caption,
                    credit=words.credit,
                    rights=words.rights,
                )
            )

    def _words(self, children: list[tuple[str, Any]], outer: MediaWords) -> MediaWords:
        title, description = "", ""
        names: list[str] = []
        rights: list[str] = []
        for name, child in children:
            if name == "description":
                description = description or self._text(child)
            elif name == "title":
                title = title or self._text(child)
            elif name == "credit" and (child.get("role") or "").strip().lower() in PHOTO_ROLES:
                names.append(self._text(child))
            elif name in RIGHTS:
                rights.append(self._text(child) or (child.get("status") or "").strip())
        caption = next(
            (text for text in (description, title) if text and (self.is_own or not is_file_name(text))), ""
        )
        credit = ", ".join(dict.fromkeys(filter(None, names)))
        terms = "; ".join(dict.fromkeys(filter(None, rights)))
        return MediaWords(caption or outer.caption, credit or outer.credit, terms or outer.rights)

    def _text(self, element: Any) -> str:
        text = "".join(element.itertext())
        if self.is_own:
            return fold(text)
        if (element.get("type") or "").strip().lower() in ("html", "text/html"):
            return plain(text)
        return headline(text)


def kind_of_file_of(url: str) -> str:
    try:
        return kind_of_file(url)
    except ValueError:
        return "other"


def _kind(content: Any) -> str:
    url, media_type, medium = (content.get(name) or "" for name in ("url", "type", "medium"))
    try:
        kind = kind_of_file(url, media_type, medium.strip().lower())
    except ValueError:  # no address
        return "other"
    has_time = any(content.get(name) for name in ("duration", "framerate", "samplingrate", "channels"))
    return kind or ("video" if has_time else "")


def _named(element: Any) -> list[tuple[str, Any]]:
    return [(name, child) for child in element if (name := name_in(child))]


def without_texts(document: bytes) -> bytes:
    """A document without the texts of pictures, every other byte and all line breaks as they are."""
    prefixes = {
        found[1] for found in PREFIX.finditer(document) if NAMESPACE.fullmatch(found[2].decode("latin-1"))
    }
    names = b"|".join(re.escape(prefix) for prefix in sorted(prefixes | {b"media"}))
    if not re.search(rb"<(?:%s):(?:%s)\b" % (names, TEXT_NAMES.encode()), document):
        return document
    element = re.compile(
        rb"<!\[CDATA\[|<!--|<(?P<name>(?:%s):(?:%s))(?=[\s/>])[^<>]{0,1000}(?P<end>/?)>"
        % (names, TEXT_NAMES.encode())
    )
    return b"".join(_kept(document, element))


def _kept(document: bytes, element: re.Pattern[bytes]) -> Iterator[bytes]:
    start, unended = 0, set()
    position = 0
    while found := element.search(document, position):
        name = found["name"]
        if name is None:
            closing = b"-->" if found[0] == b"<!--" else b"]]>"
            end = document.find(closing, found.end())
            position = end + 3 if end >= 0 else len(document)
            continue
        position = found.end()
        if found[0].endswith(b"/>") or name in unended:
            continue
        end_tag = b"</" + name + b">"
        end = document.find(end_tag, position)
        if end < 0:
            unended.add(name)
            continue
        position = end + len(end_tag)
        yield document[start : found.start()]
        yield b"\n" * document.count(b"\n", found.start(), position)
        start = position
    yield document[start:]
