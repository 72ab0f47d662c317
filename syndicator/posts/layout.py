"""The layout of a post: its parts one below the other, within what the channel allows."""

from __future__ import annotations

from dataclasses import dataclass, field

from syndicator.domain.capabilities import Capabilities, LinkPlace

#: The separator between the parts of a post.
GAP = "\n\n"

#: Length (in the ruler's unit) below which a part that was cut is left out: it would tell nothing.
MIN_PART_LENGTH = 20

#: The share of the room for correction and summary that a long correction leaves to the summary.
SUMMARY_SHARE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What may stand in a post, each part in one line; empty where there is none. ``link`` is what stands in
    the text for ``url``."""

    headline: str
    summary: str
    correction: str
    credit: str
    byline: str
    hashtags: tuple[str, ...]
    url: str
    link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A text that is laid out. ``length``: as the channel counts it. ``headline`` and ``summary`` as they
    stand in it; ``omitted``: a line for each part that was cut or left out."""

    text: str
    length: int
    headline: str
    summary: str
    omitted: tuple[str, ...] = ()


@dataclass
class Layout:
    """The room of one post as it fills up. ``left``: what is left of it, in the unit of the channel's
    ruler."""

    capabilities: Capabilities
    language: str
    room: int
    left: int = 0
    omitted: list[str] = field(default_factory=list)
    gap: int = field(init=False)

    def __post_init__(self) -> None:
        self.gap = self.measure(GAP)

    def measure(self, text: str) -> int:
        """The length of a text that has no link in it."""
        return self.capabilities.ruler.measure(text)

    def cut(self, text: str, room: int) -> str:
        """As much of a text as tells something within ``room``."""
        short = self.capabilities.ruler.cut(text, max(0, room), self.language)
        return short if short == text or self.measure(short) >= MIN_PART_LENGTH else ""

    def link_length(self, parts: Parts) -> int:
        """What the link costs in the text."""
        if self.capabilities.link_place is LinkPlace.TEXT and self.capabilities.link is not None:
            return self.capabilities.link
        return self.measure(parts.link)

    def length(self, text: str, parts: Parts) -> int:
        """The length of a whole text, as the channel counts it."""
        before, link, after = text.rpartition(parts.link) if parts.link else (text, "", "")
        return self.measure(before) + (self.link_length(parts) if link else 0) + self.measure(after)

    def laid(self, parts: Parts) -> Laid:
        """The parts in their order; what is worth least gives way."""
        gap = self.gap
        self.left = self.room - (self.link_length(parts) + gap if parts.link else 0)
        headline = self.capabilities.ruler.cut(parts.headline, max(0, self.left), self.language)
        self._note("headline", parts.headline, headline)
        self.left -= self.measure(headline)
        whole = self.measure(parts.summary) + gap if parts.summary else 0
        share = int((self.left - gap) * SUMMARY_SHARE)
        correction = self._put(
            "correction", parts.correction, max(share, self.left - gap - whole) if whole else self.left
        )
        credit = self._put_whole("photo's credit", parts.credit)
        summary = self._put("summary", parts.summary, self.left)
        byline = self._put_whole("byline", parts.byline)
        hashtags = self._put_whole("hashtags", " ".join(parts.hashtags))
        lines = (headline, summary, correction, credit, byline, hashtags, parts.link)
        text = GAP.join(filter(None, lines))
        return Laid(
            text=text,
            length=self.length(text, parts),
            headline=headline,
            summary=summary,
            omitted=tuple(self.omitted),
        )

    def _put(self, name: str, text: str, room: int) -> str:
        if not text:
            return ""
        short = self.cut(text, min(room, self.left - self.gap))
        self._note(name, text, short)
        self.left -= self.measure(short) + self.gap if short else 0
        return short

    def _put_whole(self, name: str, text: str) -> str:
        length = self.measure(text) + self.gap if text else 0
        if length > self.left:
            self._note(name, text, "")
            return ""
        self.left -= length
        return text

    def _note(self, name: str, text: str, short: str) -> None:
        if short != text:
            self.omitted.append(f"{name} {'cut' if short else 'left out'}: no room")
