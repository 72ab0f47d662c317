"""Posts: what a channel is to show of an article, within its limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicator.domain.article import Article
from syndicator.domain.photo import PhotoFile, PhotoLimits

#: The separator between the parts of a post.
GAP = "\n\n"

#: Length (in the ruler's unit) below which a note or a summary that was cut is left out: it would tell
#: nothing.
MIN_PART_LENGTH = 20


class Ruler(Protocol):
    """Measures and cuts text the way one channel counts it (graphemes, weighted characters, ...)."""

    def measure(self, text: str) -> int:
        """The length of the text, in the channel's own unit."""
        ...

    def cut(self, text: str, room: int) -> str:
        """The text itself where it fits ``room``, else its beginning, with an ellipsis where a sentence
        is broken off; never longer."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The limits of a channel.

    ``text``: the whole post, in the ruler's unit. ``link``: what any link costs, where the channel
    counts links at a flat rate (``None``: as long as it is). ``alt``: an alternative text, same unit.
    ``photo``: ``None`` where the channel shows none. ``plain`` takes from an article's words what the channel
    would take for more than words (mentions of people, say).
    """

    ruler: Ruler
    text: int
    alt: int
    link: int | None = None
    photo: PhotoLimits | None = None
    plain: Callable[[str], str] = str


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A post for one channel. ``text`` (with the link) and ``alt`` fit its limits.

    ``article`` is there for channels that carry more than a text (webhooks, cards). ``since`` (UTC): when it
    may have been posted at the earliest, for those that look for it (``None``: when it was first seen).
    """

    article: Article
    text: str
    alt: str = ""
    photo: PhotoFile | None = None
    since: datetime | None = None

    @property
    def url(self) -> str:
        return self.article.url

    @property
    def language(self) -> str:
        return self.article.language


def compose(article: Article, limits: Limits, photo: PhotoFile | None = None) -> Post:
    """The post of an article within a channel's limits: title, the newsroom's note on a correction, summary,
    link.

    The link always survives whole; the summary gives way first, then the note, then the title.
    """
    ruler = limits.ruler
    room = limits.text - (ruler.measure(article.url) if limits.link is None else limits.link)
    parts: list[str] = []
    for part in map(limits.plain, _parts(article)):
        room -= ruler.measure(GAP)
        short = ruler.cut(part, max(0, room))
        if parts and short != part and ruler.measure(short) < MIN_PART_LENGTH:
            break
        parts.append(short)
        room -= ruler.measure(short)
    text = GAP.join(part for part in (*parts, article.url) if part)
    return Post(article=article, text=text, alt=_alt(article, limits), photo=photo)


def _parts(article: Article) -> list[str]:
    """The parts of a post, the most important first, in one line each, and none twice."""
    parts: dict[str, str] = {}
    for text in (article.title, article.note, article.summary):
        line = " ".join(text.split())
        parts.setdefault(line.rstrip(".").casefold(), line)
    return [line for line in parts.values() if line]


def _alt(article: Article, limits: Limits) -> str:
    """What the newsroom says of the photo. Nothing where it says nothing: the headline in its place would be
    read out twice, and look like a description to whoever receives it."""
    photo = article.photo
    return limits.ruler.cut(photo.alt or photo.caption, limits.alt) if photo else ""
