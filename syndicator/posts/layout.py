"""The layout of a post: its parts one below the other, within what the channel allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from syndicator.domain.capabilities import Capabilities, LinkPlace, Ruler

#: The separator between the parts of a post.
GAP = "\n\n"

#: Length (in the ruler's unit) below which a part that was cut is left out: it would tell nothing.
MIN_PART_LENGTH = 20

#: The share of the room for correction and summary that a long correction leaves to the summary.
SUMMARY_SHARE = 0.5

#: The share of a notice's room that what it says leaves to the headline.
HEADLINE_SHARE = 0.2

#: The shares of the room that a text which is cut leaves to a correction and to a photo's credit: of a credit
#: all or nothing.
CORRECTION_SHARE, CREDIT_SHARE = 0.4, 0.25

#: Posts that are known again: more than the channels of one article.
MAX_KEPT = 64


class Parts(NamedTuple):
    """What may stand in a post, each part in one line; empty where there is none. ``link`` is what stands in
    the text for ``url``; ``is_notice``: the summary or correction is what it is for, and the headline gives
    way to it; ``is_written``: the headline is words for posts in place of headline and summary, which give
    way to what has to be said beside them."""

    headline: str
    summary: str
    correction: str
    credit: str
    byline: str
    hashtags: tuple[str, ...]
    url: str
    link: str
    is_notice: bool = False
    is_written: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A text that is laid out. ``length``: as the channel counts it. ``headline`` and ``summary`` as they
    stand in it; ``links``: from where on its link does, ``hashtags``: its hashtags (``None``: there are none,
    or nobody knows); ``omitted``: a line for each part that was cut or left out."""

    text: str
    length: int
    headline: str
    summary: str
    links: tuple[int, ...] = ()
    hashtags: int | None = None
    omitted: tuple[str, ...] = ()


class Layout(NamedTuple):
    """The room of a post, and how its channel counts. ``room``: in the unit of its ``ruler``, which ``unit``
    names; ``flat_link``: what a link in the text costs, where that is no matter of its length; ``language``:
    the text's (BCP 47)."""

    ruler: Ruler
    unit: str
    room: int
    language: str
    flat_link: int | None = None

    def measure(self, text: str) -> int:
        """The length of a text that has no link in it."""
        return self.ruler.measure(text)

    def cut(self, text: str, room: int) -> str:
        """As much of a text as tells something within ``room``."""
        return self.fitted(text, self.measure(text), room)[0]

    def fitted(self, text: str, length: int, room: int) -> tuple[str, int]:
        """The same of a text whose length is known, with the length of what is left of it."""
        if length <= room:
            return text, length
        short = self.ruler.cut(text, max(0, room), self.language)
        length = self.measure(short)
        return (short, length) if short == text or length >= MIN_PART_LENGTH else ("", 0)

    def link_length(self, parts: Parts) -> int:
        """What the link costs in the text."""
        return self.measure(parts.link) if self.flat_link is None else self.flat_link

    def length(self, text: str, parts: Parts) -> int:
        """The length of a whole text, as the channel counts it."""
        before, link, after = text.rpartition(parts.link) if parts.link else (text, "", "")
        return self.measure(before) + (self.link_length(parts) if link else 0) + self.measure(after)


def layout_of(capabilities: Capabilities, language: str, *, has_photo: bool, warning: str = "") -> Layout:
    """The layout of a channel's posts, in the room that a warning leaves."""
    in_text = capabilities.link_place is LinkPlace.TEXT
    return Layout(
        ruler=capabilities.ruler,
        unit=capabilities.unit,
        room=capabilities.room(has_photo=has_photo)
        - (capabilities.ruler.measure(warning) if capabilities.warning_counts else 0),
        language=language,
        flat_link=capabilities.link if in_text else None,
    )


@lru_cache(MAX_KEPT)  # for the next channel that counts likewise
def laid(layout: Layout, parts: Parts) -> Laid:
    """The parts in their order; what is worth least gives way."""
    filling = Filling(layout)
    filling.left = layout.room - (layout.link_length(parts) + filling.gap if parts.link else 0)
    kept_for_credit = _credit_room(layout, parts, filling)
    if parts.is_notice:
        kept_free = _said_by_notice(layout, parts, filling)
    else:
        kept_free = _said_beside(layout, parts, filling, kept_for_credit)
    headline = layout.ruler.cut(parts.headline, max(0, filling.left - kept_free), layout.language)
    filling.note("headline", parts.headline, headline)
    filling.left -= layout.measure(headline)
    correction = ""
    if parts.correction:
        whole = layout.measure(parts.summary) + filling.gap if parts.summary else 0
        share = int((filling.left - filling.gap) * SUMMARY_SHARE)
        room = max(share, filling.left - filling.gap - whole) if whole else filling.left - kept_for_credit
        correction = filling.put("correction", parts.correction, room)
    credit = filling.put_whole("photo's credit", parts.credit)
    summary = filling.put("summary", parts.summary, filling.left)
    byline = filling.put_whole("byline", parts.byline)
    hashtags = filling.put_whole("hashtags", " ".join(parts.hashtags))
    lines = (headline, summary, correction, credit, byline, hashtags, parts.link)
    text = GAP.join(filter(None, lines))
    link_start = len(text) - len(parts.link)
    return Laid(
        text=text,
        length=layout.length(text, parts),
        headline=headline,
        summary=summary,
        links=(link_start,) if parts.link else (),
        hashtags=link_start - len(GAP if parts.link else "") - len(hashtags) if hashtags else None,
        omitted=tuple(filling.omitted),
    )


def _said_by_notice(layout: Layout, parts: Parts, filling: Filling) -> int:
    """The room that is kept for what a notice is for: all that it needs, but for a line of the headline where
    that would tell something."""
    spared = int(filling.left * HEADLINE_SHARE)
    spared = min(layout.measure(parts.headline), spared) if spared >= MIN_PART_LENGTH else 0
    needed = layout.measure(parts.summary or parts.correction) + filling.gap
    return min(needed, filling.left - spared)


def _credit_room(layout: Layout, parts: Parts, filling: Filling) -> int:
    """The room that a text which is cut leaves to the photo's credit, which a licence wants: nothing where it
    would be too much."""
    needed = layout.measure(parts.credit) + filling.gap if parts.credit else 0
    return needed if needed <= filling.left * CREDIT_SHARE else 0


def _said_beside(layout: Layout, parts: Parts, filling: Filling, credit: int) -> int:
    """The room that is kept for correction and credit beside a headline that is cut anyway, and beside words
    for posts."""
    correction = layout.measure(parts.correction) + filling.gap if parts.correction else 0
    share = min(correction, int(filling.left * CORRECTION_SHARE))
    kept = credit + (share if share >= min(correction, MIN_PART_LENGTH + filling.gap) else 0)
    if not kept:
        return 0
    length = layout.measure(parts.headline)
    gives_way = length > filling.left or parts.is_written
    return kept if gives_way and length + kept > filling.left else 0


@dataclass
class Filling:
    """The room of one post as it fills up. ``left``: what is left of it, ``gap``: what one costs, in the
    ruler's unit."""

    layout: Layout
    left: int = 0
    omitted: list[str] = field(default_factory=list)
    gap: int = field(init=False)

    def __post_init__(self) -> None:
        self.gap = self.layout.measure(GAP)

    def put(self, name: str, text: str, room: int) -> str:
        """As much of a part as tells something."""
        if not text:
            return ""
        length = self.layout.measure(text)
        short, length = self.layout.fitted(text, length, min(room, self.left - self.gap))
        self.note(name, text, short)
        self.left -= length + self.gap if short else 0
        return short

    def put_whole(self, name: str, text: str) -> str:
        """A part that is whole or not there."""
        if not text:
            return ""
        length = self.layout.measure(text) + self.gap
        if length > self.left:
            self.note(name, text, "")
            return ""
        self.left -= length
        return text

    def note(self, name: str, text: str, short: str) -> None:
        """Takes note of what there was no room for."""
        if short != text:
            self.omitted.append(f"{name} {'cut' if short else 'left out'}: no room")
