"""A record of what the latest versions of a document carried, for sending a reader only what is new to it.

A small file beside each document, ``NAME.EXT.entries``. RFC 3229 section 10 has the protocol, and
http://bobwyman.pubsub.com/main/2004/09/using_rfc3229_w.html the use of it for feeds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

#: The end of the file's name.
ENDING = "entries"

#: Versions that are remembered: a feed that changes every five minutes, for readers that come every hour
#: and a half. Of long feeds, fewer: so many entries in all.
MAX_VERSIONS, MAX_ENTRIES = 20, 5000

#: Separators of entries: nothing in XML, a comma in JSON.
SEPARATORS = (b"", b",")

#: Characters of the hash by which an entry is told from every other one of a feed.
MARK_CHARS = 12


def digest(content: bytes) -> str:
    """The hash by which a document is told from every other one: 24 hex digits."""
    return hashlib.sha256(content).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document: its digest, and the marks of its entries."""

    digest: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Versions:
    """The version that is served, where its entries are in its bytes, and those before it, latest first.

    ``begins``: where the first entry does; ``lengths`` of them all, with ``between`` them.
    """

    now: Version
    begins: int
    lengths: tuple[int, ...]
    between: bytes
    earlier: tuple[Version, ...] = ()

    @classmethod
    def of(cls, content: bytes, entries: Sequence[bytes], before: Versions | None) -> Versions | None:
        """Of a document that follows another; ``None`` if its entries cannot be told from the rest of it."""
        for between in SEPARATORS:
            block = between.join(entries)
            begins = content.find(block)
            if entries and begins >= 0 and content.find(block, begins + 1) < 0:
                break
        else:
            return None
        now = Version(digest(content), tuple(map(_mark, entries)))
        past = (before.now, *before.earlier) if before else ()
        room = MAX_ENTRIES - len(entries)
        earlier: list[Version] = []
        for each in past[:MAX_VERSIONS]:
            room -= len(each.marks)
            if each.digest != now.digest and room >= 0:
                earlier.append(each)
        return cls(now, begins, tuple(map(len, entries)), between, tuple(earlier))

    def base(self, digests: Sequence[str]) -> str | None:
        """The latest of these earlier versions; ``None`` if none of them is remembered."""
        return next((each.digest for each in self.earlier if each.digest in digests), None)

    def since(self, base: str, content: bytes) -> bytes | None:
        """The document, whose bytes are ``content``, with only those entries in it that the version ``base``
        did not carry as they are; ``None`` if that is all of them."""
        known = next((set(each.marks) for each in self.earlier if each.digest == base), None)
        if known is None:
            return None
        news, at = [], self.begins
        for mark, length in zip(self.now.marks, self.lengths, strict=True):
            if mark not in known:
                news.append(content[at : at + length])
            at += length + len(self.between)
        if len(news) == len(self.lengths):
            return None
        foot = content[at - len(self.between) :]
        return content[: self.begins] + self.between.join(news) + foot

    def written(self) -> bytes:
        """The content of the file, for ``read``."""
        versions = {each.digest: "".join(each.marks) for each in (self.now, *self.earlier)}
        places = [self.begins, self.between.decode(), *self.lengths]
        return json.dumps({"places": places, "versions": versions}, separators=(",", ":")).encode()

    @classmethod
    def read(cls, written: bytes) -> Versions | None:
        """The versions in a file that was ``written``; ``None`` of anything else."""
        try:
            values = json.loads(written)
            begins, between, *lengths = values["places"]
            now, *earlier = (Version(name, _marks(text)) for name, text in values["versions"].items())
            found = cls(now, int(begins), tuple(map(int, lengths)), str(between).encode(), tuple(earlier))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return found if len(now.marks) == len(found.lengths) else None


def _mark(entry: bytes) -> str:
    return hashlib.sha256(entry).hexdigest()[:MARK_CHARS]


def _marks(text: str) -> tuple[str, ...]:
    return tuple(text[at : at + MARK_CHARS] for at in range(0, len(text), MARK_CHARS))
