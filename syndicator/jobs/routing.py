"""Routing: which feeds carry an article, which channels it goes to, and which workers to wake for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from syndicator.domain.article import Article, Sighting
from syndicator.domain.changes import SILENT_PACES, Corrected, New, Postponed, Withdrawn, decide
from syndicator.domain.feed import Feed, Site
from syndicator.domain.keywords import folded
from syndicator.jobs.job import Job
from syndicator.jobs.ports import Bell
from syndicator.jobs.store_ports import Filing, Wakeups

#: An article dated this long before the first whole look at its source is old news. A shorter time is
#: none: many sites date by the day alone, and some publish late.
OLD_NEWS_GRACE = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Editor:
    """The feeds and channels that articles belong to, by the declarations alone."""

    site: Site
    feeds: Collection[Feed]

    @cached_property
    def _by_condition(self) -> Mapping[tuple[str, str], Sequence[Feed]]:
        """Feeds by one condition that each has: of ten thousand, few are worth asking about an article."""
        feeds = defaultdict(list)
        for feed in self.feeds:
            only = feed.only
            conditions = {
                "section": only.sections,
                "tag": only.tags,
                "author": only.authors,
                "source": only.sources,
            }
            name, values = next(((n, v) for n, v in conditions.items() if v), ("", ("",)))
            for value in set(map(folded, values)):
                feeds[name, value].append(feed)
        return feeds

    def candidates(self, article: Article) -> Iterator[Feed]:
        """The feeds that are worth asking whether they carry an article; some of them more than once."""
        values = [("", ""), ("section", article.section), ("source", article.source)]
        values += [("tag", tag) for tag in article.tags] + [("author", author) for author in article.authors]
        for name, value in values:
            yield from self._by_condition.get((name, folded(value)), ())

    def _carrying(self, article: Article) -> Iterator[Feed]:
        """The feeds that carry an article; some of them more than once."""
        return (feed for feed in self.candidates(article) if feed.carries(article))

    def feeds_of(self, article: Article) -> frozenset[str]:
        return frozenset(feed.name for feed in self._carrying(article))

    def channels_of(self, article: Article) -> frozenset[str]:
        return frozenset(channel for feed in self._carrying(article) for channel in feed.channels)

    def filing(
        self,
        known: Article | None,
        sighting: Sighting,
        *,
        since: datetime | None,
        now: datetime,
        gives_dates: bool = False,
    ) -> Filing | None:
        """What a sighting means for the record; ``None``: nothing. ``since``: when its source was first
        seen whole (``None``: this is the first look). ``gives_dates``: the source has dated others, so that
        one without a date may be of any time; where it dates none, what appears is news by its appearing."""
        match decide(known, sighting, now, authority=self.site.authority):
            case New(article):
                is_news = since is not None and not is_old_news(
                    sighting, article, since, gives_dates=gives_dates
                )
                channels = self.channels_of(article) if is_news else frozenset[str]()
                return self.file(article, channels)
            case Corrected(article):
                # a new section may bring it to new channels; a newly declared channel does not
                before = self.channels_of(known) if known else frozenset[str]()
                return self.file(article, self.channels_of(article) - before)
            case Withdrawn(article):
                return self.file(article)
            case Postponed():
                return None
            case unchanged:
                article_now = unchanged.article
                return self.file(article_now) if article_now and article_now != known else None

    def postponed_until(self, known: Article | None, sighting: Sighting, now: datetime) -> datetime | None:
        """When a change is taken that is not taken now; ``None`` where there is none."""
        if known is None or known.revision <= SILENT_PACES[-1][0]:
            return None
        decision = decide(known, sighting, now, authority=self.site.authority)
        return decision.until if isinstance(decision, Postponed) else None

    def file(self, article: Article, channels: frozenset[str] = frozenset()) -> Filing:
        """The filing of an article that goes to these channels from now on."""
        return Filing(article=article, feeds=self.feeds_of(article), channels=channels)


def is_old_news(sighting: Sighting, article: Article, since: datetime, *, gives_dates: bool) -> bool:
    """Whether a new article is of before its source was first seen whole (``since``), or may be: it has no
    date, and others have."""
    return article.published < since - OLD_NEWS_GRACE or (sighting.is_undated and gives_dates)


def ring(bell: Bell, wakeups: Wakeups) -> None:
    """Wake the workers for what a transaction left to be done. Only ever after the commit."""
    for channel in sorted(wakeups.channels):
        bell.ring(Job.DELIVER, channel)
    for feed in sorted(wakeups.feeds):
        bell.ring(Job.BUILD, feed)
