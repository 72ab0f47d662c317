"""Posts: what we ask a channel to say about an article."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from syndicator.article import Article

#: What stands between the parts of a post.
GAP = "\n\n"


class Ruler(Protocol):
    """Measures and cuts text the way one channel counts it (graphemes, weighted characters, ...)."""

    def measure(self, text: str) -> int:
        """How long the text is, in the channel's own unit."""
        ...

    def cut(self, text: str, room: int) -> str:
        """The text itself where it fits ``room``, else its beginning, with an ellipsis where a sentence
        is broken off; never longer."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoLimits:
    """What photo files a channel takes: pixels of the longer side, bytes, and media types."""

    side: int = 1600
    length: int = 8_000_000
    media_types: tuple[str, ...] = ("image/jpeg",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What fits a channel.

    ``text``: the whole post, in the ruler's unit. ``link``: what any link costs, where the channel
    counts links at a flat rate (``None``: as long as it is). ``alt``: an alternative text, same unit.
    ``photo``: ``None`` where the channel shows none.
    """

    ruler: Ruler
    text: int
    alt: int
    link: int | None = None
    photo: PhotoLimits | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoFile:
    """A photo ready to be uploaded: the bytes, their type and their size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int
    filename: str = "photo.jpg"


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """What a channel gets. ``text`` (with the link) and ``alt`` fit its limits.

    ``article`` is there for channels that carry more than a text (webhooks, cards).
    """

    article: Article
    text: str
    alt: str = ""
    photo: PhotoFile | None = None

    @property
    def url(self) -> str:
        return self.article.url

    @property
    def language(self) -> str:
        return self.article.language


def compose(article: Article, limits: Limits, photo: PhotoFile | None = None) -> Post:
    """Say an article within a channel's limits: title, summary, link.

    The link always survives whole; the summary gives way first, then the title.
    """
    ruler = limits.ruler
    link = article.url
    room = limits.text - (ruler.measure(link) if limits.link is None else limits.link)
    title = article.title
    if article.note:  # readers of a corrected post are told what was corrected
        title = f"{title}{GAP}{article.note}"
    head = ruler.cut(title, max(0, room - ruler.measure(GAP)))
    left = room - ruler.measure(head) - 2 * ruler.measure(GAP)
    summary = "" if article.summary == article.title else article.summary
    said = ruler.cut(summary, left) if summary and left > 0 else ""
    text = GAP.join(part for part in (head, said, link) if part)
    return Post(article=article, text=text, alt=_alt(article, limits), photo=photo)


def _alt(article: Article, limits: Limits) -> str:
    if not article.photo:
        return ""
    said = article.photo.alt or article.photo.caption or article.title
    return limits.ruler.cut(said, limits.alt)
