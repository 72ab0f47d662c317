"""What tells that a page is the article that it was, or an article at all, besides its headline: hashes, of
which some stay as they are whatever a newsroom corrects.

A text is remembered by a *sketch* (Broder, "On the resemblance and containment of documents", 1997): the
lowest hashes of its runs of letters. Two texts share as many of them as they have in common.
"""

from __future__ import annotations

import hashlib
import heapq
import re
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from syndicator.domain.article import Sighting
from syndicator.text.clean import plain
from syndicator.text.letters import letters

#: Hashes that a sketch has, characters of a run, and characters of a text that are looked at.
SKETCH_SIZE, RUN_CHARS, MAX_SKETCHED_CHARS = 8, 12, 20_000
RUN_BYTES = 4 * RUN_CHARS  # in UTF-32

#: Shares of two sketches: up to the first nothing is left of a text, from the last on two are one text with
#: another counter in it; from the one between on they are one short notice with another name in it.
GONE_SHARE, ALIKE_SHARE, SAME_SHARE = 0.2, 0.25, 0.6

#: Hexadecimal digits of a hash, and of each of a sketch.
DIGITS, SKETCH_DIGITS = 8, 8

#: A field for a password.
PASSWORD_FIELD = re.compile(r"<input\b[^<>]{0,500}?\btype\s*=\s*[\"']?password\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """The traits of one page. ``date``: of the date that it gives itself; ``origin``: of where that stands;
    ``canonical``: of the address that it gives itself, if that is an article's; ``sketch``: of its text;
    ``photo`` and ``summary``: of those that its metadata name, of a photo without caption and credit (no
    site's cover has one). Each is empty where the page has none.
    ``asks_password``: it has a field for one. ``length``: characters of its text."""

    date: str = ""
    origin: str = ""
    canonical: str = ""
    sketch: str = ""
    photo: str = ""
    summary: str = ""
    asks_password: bool = False
    length: int = 0

    @property
    def has_marks(self) -> bool:
        """Whether it says what error pages do not: when it was published, or where it stands."""
        return bool(self.date or self.canonical)

    def stored(self) -> list[Any]:
        values = (self.date, self.origin, self.canonical, self.sketch, self.photo, self.summary)
        return [*values, int(self.asks_password)]

    @classmethod
    def of_memory(cls, page: Mapping[str, Any]) -> Self | None:
        """The traits that are remembered of a page; ``None``: none are."""
        match page.get("traits"):
            case [date, origin, canonical, sketch, photo, summary, asks_password]:
                return cls(
                    date=date,
                    origin=origin,
                    canonical=canonical,
                    sketch=sketch,
                    photo=photo,
                    summary=summary,
                    asks_password=bool(asks_password),
                )
        return None


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReading:
    """A page as it was read: its article, and its traits."""

    sighting: Sighting
    traits: Traits


def digest(text: str) -> str:
    """A short hash of a text; "" of none."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:DIGITS] if text else ""


def text_of_sighting(sighting: Sighting) -> str:
    """What the article says, or else its summary, as plain text."""
    return " ".join(plain(sighting.content_html or sighting.summary).split())


def sketch(text: str) -> str:
    """The lowest hashes of a text's runs of letters, whatever its script writes between them."""
    written = letters(text[:MAX_SKETCHED_CHARS].casefold()).encode("utf-32-le")
    hashes: set[int] = set()
    # runs that begin there, one right behind the other: cut without a loop
    for start in range(min(RUN_CHARS, len(written) // 4 - RUN_CHARS + 1)):
        count = (len(written) - start * 4) // RUN_BYTES
        hashes.update(map(zlib.crc32, struct.unpack_from(f"{RUN_BYTES}s" * count, written, start * 4)))
    lowest = heapq.nsmallest(SKETCH_SIZE, hashes)
    return "".join(f"{value:0{SKETCH_DIGITS}x}" for value in lowest)


def likeness(one: str, other: str) -> float:
    """How much two sketched texts have in common: 0 to 1."""
    a, b = set(_parts(one)), set(_parts(other))
    lowest = sorted(a | b)[:SKETCH_SIZE]
    return sum(part in a and part in b for part in lowest) / len(lowest) if lowest else 0.0


def asks_password(markup: str) -> bool:
    """Whether there is a field for a password on a page."""
    return PASSWORD_FIELD.search(markup) is not None


def _parts(sketched: str) -> Sequence[str]:
    return [sketched[at : at + SKETCH_DIGITS] for at in range(0, len(sketched), SKETCH_DIGITS)]
