"""Feeds: which articles each carries, and where they go from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from syndicator.domain.article import Article
from syndicator.domain.keywords import folded, mentions, readable
from syndicator.domain.partner import Partner

#: Declared values, and what articles have: the same few, again and again.
_folded = lru_cache(maxsize=4096)(folded)

#: The format of the page that people read a feed on, and subscribe from. Every feed has one.
PAGE = "html"

#: Seconds that caches may keep an archive without asking. It gains no articles, so that news never wait for
#: this; but it is not ``immutable``: a correction, a retraction or a follower changes it, and what was
#: retracted should not stand in somebody's cache for a day.
ARCHIVE_MAX_AGE_S = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Conditions on an article, and how they go together: *and*, *or*, *not*, as deep as it takes.

    Each condition names accepted values, one of which is enough; an empty one asks for nothing. Values are
    compared as ``keywords.folded`` folds them; a language accepts its own subtags (``lo`` accepts
    ``lo-LA``; RFC 4647 section 3.3.1); ``keywords`` are words or phrases in title, summary or text.
    ``any``: filters of which one is enough. ``exclude``: what is not accepted, whatever else holds.
    """

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    any: tuple[Filter, ...] = ()
    exclude: Filter | None = None

    def accepts(self, article: Article) -> bool:
        """Whether the article meets all of it. What asks for nothing accepts everything."""
        return all(self._answers(article)) and not (self.exclude and self.exclude.touches(article))

    def touches(self, article: Article) -> bool:
        """As something excluded: whether the article meets any of it, and is no exception
        (``exclude``). What asks for nothing touches nothing."""
        is_exception = self.exclude is not None and self.exclude.touches(article)
        return not is_exception and any(self._answers(article))

    def _answers(self, article: Article) -> Iterator[bool]:
        """One answer for each condition that is set, the costliest last."""
        conditions = [
            (self.sources, (article.source,)),
            (self.sections, (article.section,)),
            (self.tags, article.tags),
            (self.authors, article.authors),
            (self.places, article.places),
        ]
        for accepted, values in conditions:
            if accepted:
                yield not set(map(_folded, accepted)).isdisjoint(map(_folded, values))
        if self.languages:
            tag = article.language.casefold()
            accepted = tuple(map(str.casefold, self.languages))
            yield any(tag == w or tag.startswith(w + "-") for w in accepted)
        if self.keywords:
            text = readable(article.title, article.summary, article.content_html)
            yield any(mentions(text, _folded(word)) for word in self.keywords)
        if self.any:
            yield any(each.accepts(article) for each in self.any)


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed as declared in ``feeds/NAME.toml``.

    An article is carried when ``only`` accepts it. ``length`` counts entries; ``max_age`` is how long, in
    seconds, caches may keep a document; for so much longer they may serve it while they ask for a newer one
    (``stale_while_revalidate``; ``None``: as long again), and while we do not answer (``stale_if_error``;
    RFC 5861). ``partner``: the partner that it is made for. ``archive``: what no longer fits goes on
    standing in numbered documents. ``age``: how long after its publication an article stays (``None``:
    until newer ones take its place). ``is_private``: for declared readers alone.
    """

    name: str
    title: str
    description: str = ""
    language: str = ""
    url: str = ""
    only: Filter = field(default_factory=Filter)
    length: int = 50
    content: Literal["full", "summary"] = "full"
    formats: tuple[str, ...] = ("rss", "atom", "json")
    channels: tuple[str, ...] = ()
    max_age: int = 60
    stale_while_revalidate: int | None = None
    stale_if_error: int = 86_400
    is_private: bool = False
    partner: Partner | None = field(default=None, metadata={"declared_as": "profile"})
    archive: bool = True
    age: timedelta | None = None

    @property
    def keeps_archives(self) -> bool:
        """Not where articles leave for their age: what is too old for the feed is so for its archives."""
        return self.archive and self.age is None

    @property
    def written(self) -> tuple[str, ...]:
        """The formats of all its documents: those that readers subscribe to, then the page for people."""
        return tuple(dict.fromkeys((*self.formats, PAGE)))

    def carries(self, article: Article) -> bool:
        """Whether the article belongs into this feed, by its content alone."""
        return self.only.accepts(article)

    def cache_control(self, page: int | None = None) -> str:
        """The ``Cache-Control`` header of a document of this feed, or of one of its archives (RFC 9111
        section 5.2.2, RFC 5861)."""
        max_age = self.max_age if page is None else max(self.max_age, ARCHIVE_MAX_AGE_S)
        if self.is_private:
            return f"private, max-age={max_age}"
        again = max_age if self.stale_while_revalidate is None else self.stale_while_revalidate
        directives = [f"max-age={max_age}"]
        directives += [f"stale-while-revalidate={again}"] if again else []
        directives += [f"stale-if-error={self.stale_if_error}"] if self.stale_if_error else []
        return ", ".join(directives)


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The publisher, as feeds name it.

    ``url`` is the newsroom's home page; ``feeds_url`` where the feeds are served, without a trailing
    slash (``https://feeds.example.org/feeds``). ``authority`` mints guids. ``hubs`` are WebSub hubs.
    ``former_hosts``: where the newsroom was before (``old.example.org``). ``accent`` is the colour of its
    share cards (``#rrggbb``), ``logo`` the file of the picture upon them. ``rights``: words that a photo's
    rights may have, and the channels that such a photo may go to all the same (``domain.photo.may_leave``).
    ``story_tags``: how tags begin that name the running story of an article.
    """

    title: str
    url: str
    feeds_url: str
    authority: str
    language: str = "en"
    copyright: str = ""
    icon: str = ""
    hubs: tuple[str, ...] = ()
    former_hosts: tuple[str, ...] = ()
    accent: str = "#9c3b2e"
    logo: Path | None = None
    rights: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    story_tags: str = ""

    @property
    def web_url(self) -> str:
        """Where our web server answers everybody, without a trailing slash (``https://feeds.example.org``)."""
        return self.feeds_url.removesuffix("/feeds")

    def address(self, feed: Feed, extension: str, page: int | None = None) -> str:
        """The one address of a feed document: WebSub's topic, RSS's and Atom's ``self``. ``page``: the
        number of an archive."""
        return f"{self.feeds_url}/{path(feed.name, extension, page)}"

    def links(self, feed: Feed, extension: str, page: int | None = None) -> str:
        """The ``Link`` header of a document: where it is, and the hubs that tell of news in it (RFC 8288)."""
        address = self.address(feed, extension, page)
        if extension == PAGE:  # which is no topic of its own: what hubs tell of are the feeds that it names
            canonical = f'<{address}>; rel="canonical"'
            return canonical if feed.is_private else ", ".join([canonical, *self._hub_links()])
        is_topic = page is None and not feed.is_private  # a hub would hand it to anybody
        return self.topic_links(address) if is_topic else f'<{address}>; rel="self"'

    def topic_links(self, address: str) -> str:
        """The ``Link`` header of what a hub sends: the topic and its hubs (WebSub section 4)."""
        return ", ".join([f'<{address}>; rel="self"', *self._hub_links()])

    def _hub_links(self) -> list[str]:
        return [f'<{hub}>; rel="hub"' for hub in self.hubs]


def path(feed: str, extension: str, page: int | None = None) -> str:
    """The path of a document, below the place of all feeds: ``NAME.EXT``, an archive at ``NAME/PAGE.EXT``."""
    return f"{feed}.{extension}" if page is None else f"{feed}/{page}.{extension}"
