"""What RSS and Atom share: feedgen writes both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.formats import _feedgen
from syndicator.formats._kept import EntryCache
from syndicator.jobs.ports import History


class XmlFeed:
    """See ``jobs.ports.Format``."""

    age = None
    keeps_archives = True

    def __init__(self, dialect: _feedgen.Dialect) -> None:
        self.dialect = dialect
        self._kept = EntryCache(partial(_feedgen.one_entry, dialect))

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:  # noqa: ARG002 - the port's
        return self._kept.entry(_feedgen.entry_options(feed), article)

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],
        entries: Sequence[bytes],
        history: History,
    ) -> bytes:
        return _feedgen.joined(site, feed, articles, entries, history, self.dialect)
