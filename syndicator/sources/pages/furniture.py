"""Pictures and texts of a site that are no article's: the cover and the motto that it shows wherever an
article has nothing of its own.

A listing's metadata name them, unless the listing shows the picture with one of its articles; and so do
several articles that say different things.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import Sighting
from syndicator.sources.pages.traits import Traits, digest
from syndicator.text.addresses import web_address
from syndicator.text.clean import plain
from syndicator.text.markup import ancestor_ids
from syndicator.text.pictures import LAZY_ATTRIBUTES

#: Articles that share a picture or a summary, and say different things, so that it is the site's.
MIN_SHARING = 3

#: Pictures and texts that are remembered as the site's, of those that articles share.
MAX_REMEMBERED = 50

#: Pictures and texts that are remembered of one listing: the latest ones.
MAX_OWN = 10

#: Lines that operators are told at once, and characters of a text in one.
MAX_NOTES, MAX_NOTE_CHARS = 5, 80

#: Pictures of a listing that are compared with those in its metadata.
MAX_PICTURES = 500

#: What content management systems and image servers put into an address for a size: a suffix of the name
#: (WordPress), a folder (Ghost), parameters.
SIZE_SUFFIX = re.compile(r"(?:-\d{2,5}x\d{2,5}|-scaled)(?=\.\w+$)")
SIZE_FOLDER = re.compile(r"/size/w\d{1,5}(?:h\d{1,5})?(?=/)|/format/\w{3,5}(?=/)")
SIZE_PARAMETERS = {
    *("w", "h", "width", "height", "size", "resize", "fit", "crop", "q", "quality", "dpr", "auto", "format"),
    *("fm", "ssl", "strip", "zoom", "v", "ver", "t"),
}

PICTURE_METAS = ("og:image", "og:image:secure_url", "og:image:url", "twitter:image", "twitter:image:src")
TEXT_METAS = ("og:description", "description", "twitter:description")


@dataclass(frozen=True, slots=True)
class Furniture:
    """What belongs to a site: hashes of ``pictures`` and of ``texts``."""

    pictures: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def has(self, name: str, value: Any) -> bool:
        """Whether the value of an article's field is none of the article's own."""
        if name == "photo":
            return bool(self.pictures) and picture_hash(value["url"]) in self.pictures
        return name == "summary" and bool(self.texts) and text_hash(value) in self.texts


NO_FURNITURE = Furniture()


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """The value of a field (``name``) that several articles have: their ``keys``."""

    name: str
    keys: Collection[str]


#: Hashes of pictures and of texts that a listing names of its own.
Own = tuple[Sequence[str], Sequence[str]]


class SiteMemory:
    """What a source remembers of its site, as JSON: by listing what that names of its own (``own``), what
    several articles share (``shared``), and what operators are told of that (``notes``), since when."""

    def __init__(self, memory: Mapping[str, Any]) -> None:
        self.own = {url: [list(each) for each in named] for url, named in memory.get("own", {}).items()}
        shared = memory.get("shared", ((), ()))
        self.shared_pictures, self.shared_texts = list(shared[0]), list(shared[1])
        self.notes: list[tuple[int, str]] = [(at, text) for at, text in memory.get("notes", ())]

    def knows(self, url: str) -> bool:
        """Whether it is known what the page at this address names of its own."""
        return url in self.own

    def note_listing(self, url: str, own: Own) -> None:
        """Note what the listing that is declared with this address names of its own. What it named before
        stays: an error page in its place names nothing."""
        before = self.own.get(url, [[], []])
        self.own[url] = [
            [*(each for each in known if each not in named), *named][-MAX_OWN:]
            for known, named in zip(before, own, strict=True)
        ]

    def keep_listings(self, urls: Iterable[str]) -> None:
        self.own = {url: self.own[url] for url in urls if url in self.own}

    @property
    def furniture(self) -> Furniture:
        pictures = [each for named in self.own.values() for each in named[0]]
        texts = [each for named in self.own.values() for each in named[1]]
        return Furniture(
            frozenset((*pictures, *self.shared_pictures)), frozenset((*texts, *self.shared_texts))
        )

    def note_shared(self, pages: Mapping[str, Mapping[str, Any]]) -> list[Shared]:
        """Note what several articles share, and return what is newly found. ``pages``: what is remembered of
        each, by key. What is full takes no more: what was the site's once stays so."""
        new: list[Shared] = []
        for name, known in (("photo", self.shared_pictures), ("summary", self.shared_texts)):
            found = _shared(pages, name)
            room = MAX_REMEMBERED - len(known)
            for value in sorted(found.keys() - set(known))[:room]:
                known.append(value)
                new.append(Shared(name=name, keys=found[value]))
        return new

    def note(self, shared: Shared, example: Sighting, now: int) -> None:
        """Note for operators what is newly found, in the words of an article that has it. ``now`` in seconds
        since 1970."""
        what = (
            f"articles name the picture {example.photo.url}" if example.photo else "articles name one picture"
        )
        if shared.name == "summary":
            what = f"articles have the summary {example.summary[:MAX_NOTE_CHARS]!r}"
        advice = f"taken for the site's own; declare select.{shared.name} if it is theirs"
        self.notes.append((now, f"{len(shared.keys)} {what}: {advice}"))

    def stored(self, since: int) -> dict[str, Any]:
        """As JSON, with the notes of the time ``since`` then."""
        stored: dict[str, Any] = {"own": self.own} if self.own else {}
        if notes := [[at, text] for at, text in self.notes if at > since]:
            stored["notes"] = notes[-MAX_NOTES:]
        if self.shared_pictures or self.shared_texts:
            stored["shared"] = [self.shared_pictures, self.shared_texts]
        return stored


def picture_hash(url: str) -> str:
    """A hash of a picture's address that is the same for all its sizes."""
    parts = urlsplit(url)
    path = SIZE_SUFFIX.sub("", SIZE_FOLDER.sub("", parts.path))
    parameters = [
        (k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in SIZE_PARAMETERS
    ]
    host = (parts.hostname or "").removeprefix("www.")
    return digest(f"{host}{path}?{urlencode(parameters)}")


def text_hash(text: str) -> str:
    """A hash of a text that is blind to capitals and white space."""
    return digest(" ".join(text.casefold().split()))


def own_of_listing(page: LexborHTMLParser, url: str, item_selector: str) -> Own:
    """What a listing's metadata name that it shows with none of its articles. ``url``: its own address."""
    contents: dict[str, list[str]] = {}
    for node in page.css("meta[content]"):
        name = (node.attributes.get("property") or node.attributes.get("name") or "").lower()
        contents.setdefault(name, []).append(node.attributes.get("content") or "")
    pictures = {
        picture_hash(address)
        for name in PICTURE_METAS
        for content in contents.get(name, ())
        if (address := web_address(content, url))
    }
    texts = {
        text_hash(text)
        for name in TEXT_METAS
        for content in contents.get(name, ())
        if (text := plain(content))
    }
    return sorted(pictures - _shown_pictures(url, page, item_selector))[:MAX_OWN], sorted(texts)[:MAX_OWN]


def _shown_pictures(url: str, page: LexborHTMLParser, item_selector: str) -> set[str]:
    """Pictures that a listing shows with its articles: many a listing has the first one's in its metadata."""
    places = {node.mem_id for selector in (item_selector, "a[href]") for node in page.css(selector)}
    addresses = (
        web_address(value, url)
        for image in page.css("img")[:MAX_PICTURES]
        if not places.isdisjoint(ancestor_ids(image))
        for name in ("src", *LAZY_ATTRIBUTES)
        if (value := image.attributes.get(name))
    )
    return {picture_hash(address) for address in addresses if address}


def _shared(pages: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, set[str]]:
    """Values of a trait that several pages with different texts have, with the keys of those pages."""
    keys: dict[str, set[str]] = {}
    texts: dict[str, set[str]] = {}
    for key, page in pages.items():
        traits = Traits.of_memory(page)
        value = getattr(traits, name) if traits and not page.get("gone") else ""
        if value:
            keys.setdefault(value, set()).add(key)
            texts.setdefault(value, set()).add(page["said"][1] or page["said"][0])
    return {value: keys[value] for value, said in texts.items() if len(said) >= MIN_SHARING}
