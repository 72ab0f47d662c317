"""Posts: what a channel is to show of an article."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from syndicator.domain.article import Article, Photo
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.photo import PhotoFile
from syndicator.domain.roundup import Roundup

#: Characters of the two parts of a post's digest.
WORDS_CHARS, SHOWN_CHARS = 12, 20


class Occasion(StrEnum):
    """What a post is for."""

    NEWS = "news"
    CORRECTION = "correction"  # a reply that names the correction, where the post itself cannot be edited
    RETRACTION = "retraction"  # a notice in place of the post, or a reply to it, where it cannot be deleted


class SpanKind(StrEnum):
    """What stretches of a post's text are."""

    LINK = "link"
    HASHTAG = "hashtag"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a post's text that is more than text: characters ``start`` to ``end`` (Python's, end not
    included). ``target``: an address, a hashtag without its sign, or a name of that network."""

    start: int
    end: int
    kind: SpanKind
    target: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How a newsroom wants the posts of one channel: ``[channels.NAME.post]`` in its declarations.

    ``hashtags``: by a tag or section of articles, in any case, the hashtag that it becomes, without its sign;
    at most ``most_hashtags`` of them are written. ``mentions``: by a name that stands in texts, the account
    that it is on that network. ``utm``: parameters that the link gets. ``byline``: whether authors are named;
    ``credit``: whether the photo's credit is, where the channel has no place of its own for it.
    ``warnings``: by a tag or section, the words that a post is put behind. ``templates``: by section, and
    ``"*"`` for all others, the text of a post as a Jinja2 template. ``card``: whether an article without a
    photo gets a picture of its headline. ``photos``: at most so many are shown, where the channel takes
    several and the article's text has more than the lead photo.
    """

    hashtags: Mapping[str, str] = field(default_factory=dict)
    most_hashtags: int = 3
    mentions: Mapping[str, str] = field(default_factory=dict)
    utm: Mapping[str, str] = field(default_factory=dict)
    byline: bool = False
    credit: bool = True
    warnings: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    card: bool = False
    photos: int = 1

    def __post_init__(self) -> None:
        if self.photos < 1:
            raise ValueError(f"photos: {self.photos} is none: 1 is the lead photo alone")


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A post for one channel. ``text`` and ``alt`` fit its limits.

    ``url``: the article's address with the parameters of this channel; it stands in the text unless the
    channel has another place for it. ``spans``: links, hashtags and mentions in the text, in their order,
    none within another. ``further``: photos beside the first, each with its ``alt``; ``further_by_address``:
    the same for channels that name photos' addresses; ``lacks_photo``: one more belongs beside them, which
    cannot be had now. ``headline`` and ``summary`` are as they stand in the text, for cards.
    ``credit``: of the photo. ``warning``: words that the post is put behind. ``length`` of ``room``: how much
    of what the channel allows is used, in its unit. ``omitted``: what was cut or left out, a line each.

    ``article`` is there for channels that carry more than a text (webhooks, cards). ``since`` (UTC): when it
    may have been posted at the earliest, for those that look for it (``None``: when it was first seen).
    ``remark``: what its operator should know of how its text came about. ``reply_to``: the post that this one
    answers. ``named``: of a round-up, the guids of the articles that it names.
    """

    article: Article
    text: str
    url: str = ""
    headline: str = ""
    summary: str = ""
    alt: str = ""
    credit: str = ""
    warning: str = ""
    occasion: Occasion = Occasion.NEWS
    photo: PhotoFile | None = None
    further: tuple[PhotoFile, ...] = ()
    further_by_address: tuple[Photo, ...] = ()
    lacks_photo: bool = False
    spans: tuple[Span, ...] = ()
    length: int = 0
    room: int = 0
    omitted: tuple[str, ...] = ()
    remark: str = ""
    since: datetime | None = None
    reply_to: Receipt | None = None
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.url:
            object.__setattr__(self, "url", self.article.url)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that a post of this article may link to: parameters may have been declared since."""
        return tuple(dict.fromkeys((self.url, self.article.url)))

    @property
    def photos(self) -> tuple[PhotoFile, ...]:
        """All that it shows, each with its alternative text."""
        return (replace(self.photo, alt=self.alt), *self.further) if self.photo else ()

    def showing(self, *photos: PhotoFile) -> Post:
        """The same with these of its photos alone."""
        first, *further = photos or (None,)
        return replace(self, photo=first, alt=first.alt if first else "", further=tuple(further))

    @property
    def without_photos(self) -> Post:
        """The same in words alone."""
        return replace(self.showing(), article=replace(self.article, photo=None), further_by_address=())

    @property
    def headline_and_rest(self) -> tuple[str, str]:
        """The text in two, for channels with a place for titles; no headline where the text is a template's,
        or has none."""
        first, _, rest = self.text.partition("\n\n")
        return (first, rest) if first == self.headline else ("", self.text)

    def headline_and_rest_within(self, most: int, measure: Callable[[str], int]) -> tuple[str, str]:
        """The same, for places that hold so much: no headline where it is longer."""
        headline, rest = self.headline_and_rest
        return (headline, rest) if measure(headline) <= most else ("", self.text)

    @property
    def link(self) -> str:
        """Where it leads: a notice that its article is withdrawn leads nowhere."""
        return "" if self.occasion is Occasion.RETRACTION else self.url

    @property
    def named_photo(self) -> Photo | None:
        """The photo that is shown from its address: what is no news shows none."""
        return self.article.photo if self.occasion is Occasion.NEWS else None

    @property
    def site(self) -> str:
        """The name of the site that its link leads to, for those that need words for one."""
        return urlsplit(self.url).hostname or self.url

    @property
    def language(self) -> str:
        return self.article.language

    @property
    def digest(self) -> str:
        """Digests of what its article says in words, and of all that its readers see."""
        told = self.article
        words = (told.title, told.summary, told.note, told.social, told.operator_words)
        return _digest(words)[:WORDS_CHARS] + _digest(self._shown)[:SHOWN_CHARS]

    @property
    def _shown(self) -> tuple[object, ...]:
        photo = self.photo and hashlib.sha256(self.photo.content).hexdigest()
        spans = [(span.start, span.end, span.kind, span.target) for span in self.spans]
        further = [(hashlib.sha256(each.content).hexdigest(), each.alt) for each in self.further]
        words = (self.text, self.url, spans, self.alt, self.warning, self.language, self.credit)
        addressed = [(each.url, each.alt) for each in self.further_by_address]
        return (*words, photo, *further, *addressed)

    def linked(self, kind: SpanKind) -> tuple[Span, ...]:
        """The spans of one kind."""
        return tuple(span for span in self.spans if span.kind is kind)


def _digest(values: tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()


def looks_like(digest: str, other: str) -> bool:
    """Whether two posts, by their digests, are the same to their readers."""
    return digest[WORDS_CHARS:] == other[WORDS_CHARS:]


def says_as_much(digest: str, other: str) -> bool:
    """Whether their articles say the same in words, so that there is nothing to be named."""
    return digest[:WORDS_CHARS] == other[:WORDS_CHARS]


def with_words_of(shows: str, digest: str) -> str:
    """The digest of a post under which the words of another one stand."""
    return digest[:WORDS_CHARS] + shows[WORDS_CHARS:] if shows else ""


class Composer(Protocol):
    """Makes posts of articles: a pure function, which previews and workers share."""

    def __call__(
        self,
        article: Article,
        capabilities: Capabilities,
        style: Style,
        photo: PhotoFile | None = None,
        occasion: Occasion = Occasion.NEWS,
        *,
        roundup: Roundup | None = None,
    ) -> Post:
        """The post of an article on a channel, or of a round-up, which the article stands for. Raises
        ``Misconfigured`` where what the newsroom has declared is no template."""
        ...
