"""Feeds: which articles each carries, and where they go from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from syndicator.article import Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Conditions on an article; each names accepted values, and an empty one accepts all.

    Sections, tags, authors and sources are compared without case; a language accepts its own
    subtags (``lo`` accepts ``lo-LA``; RFC 4647 section 3.3.1).
    """

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def conditions(self, article: Article) -> list[bool]:
        """One answer for each condition that is set."""
        asked = [
            (self.sections, (article.section,)),
            (self.tags, article.tags),
            (self.authors, article.authors),
            (self.sources, (article.source,)),
        ]
        answers = [
            not {v.casefold() for v in wanted}.isdisjoint(v.casefold() for v in has)
            for wanted, has in asked
            if wanted
        ]
        if self.languages:
            tag = article.language.casefold()
            answers.append(
                any(tag == w or tag.startswith(w + "-") for w in map(str.casefold, self.languages))
            )
        return answers


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed as declared in ``feeds/NAME.toml``.

    An article is carried when it meets every condition of ``only`` and none of ``exclude``. ``length``
    counts entries; ``max_age`` is how long, in seconds, caches may keep a document; for so much longer they
    may serve it while they ask for a newer one (``stale_while_revalidate``; ``None``: as long again), and
    while we do not answer (``stale_if_error``; RFC 5861). ``is_private``: for declared readers alone.
    """

    name: str
    title: str
    description: str = ""
    language: str = ""
    url: str = ""
    only: Filter = field(default_factory=Filter)
    exclude: Filter = field(default_factory=Filter)
    length: int = 50
    content: Literal["full", "summary"] = "full"
    formats: tuple[str, ...] = ("rss", "atom", "json")
    channels: tuple[str, ...] = ()
    max_age: int = 60
    stale_while_revalidate: int | None = None
    stale_if_error: int = 86_400
    is_private: bool = False

    def carries(self, article: Article) -> bool:
        """Whether the article belongs into this feed, by its content alone."""
        return all(self.only.conditions(article)) and not any(self.exclude.conditions(article))


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The publisher, as feeds name it.

    ``url`` is the newsroom's home page; ``feeds_url`` where the feeds are served, without a trailing
    slash (``https://feeds.example.org/feeds``). ``authority`` mints guids. ``hubs`` are WebSub hubs.
    """

    title: str
    url: str
    feeds_url: str
    authority: str
    language: str = "en"
    copyright: str = ""
    icon: str = ""
    hubs: tuple[str, ...] = ()

    def address(self, feed: Feed, extension: str, page: int | None = None) -> str:
        """The one address of a feed document: WebSub's topic, RSS's and Atom's ``self``. ``page``: the
        number of an archive."""
        return f"{self.feeds_url}/{path(feed.name, extension, page)}"


def path(feed: str, extension: str, page: int | None = None) -> str:
    """Where a document is, below the place of all feeds: ``NAME.EXT``, an archive at ``NAME/PAGE.EXT``."""
    return f"{feed}.{extension}" if page is None else f"{feed}/{page}.{extension}"
