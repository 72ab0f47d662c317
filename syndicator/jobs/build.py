"""**build**: bring a feed's documents to the newest state of its articles.

::

    claim the feed → close archives → an entry per article → documents → replace → settle → ring for more,
                                             └── gate ──┴── gate                        and for subscribers

An entry that does not read back as its article says is not served. What a build costs depends on the
documents that it touches: the feed's own, and those archives that have changed.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from syndicator.domain.article import Article
from syndicator.domain.errors import SyndicatorError, Unfit
from syndicator.domain.feed import PAGE, Feed, Site, path
from syndicator.domain.subscription import digest
from syndicator.jobs.job import Job
from syndicator.jobs.ports import LEASE, Bell, Document, Documents, Format, Gate, History
from syndicator.jobs.store_ports import Archive, BuildStore, Outcome, Stale

T = TypeVar("T")

#: Makes an article what the feed's partner takes, or raises ``Unfit``.
Fit = Callable[[Site, Feed, Article], Article]

log = logging.getLogger(__name__)

#: Entries of archives in one build, which must end well within its lease. What is more waits for the next.
MAX_ARCHIVE_ENTRIES = 1000


@dataclass(frozen=True, kw_only=True)
class Builder:
    """What **build** works with. ``feeds`` and ``formats`` by name; ``fit`` makes an article what the feed's
    partner takes, or raises ``Unfit``."""

    feeds: Mapping[str, Feed]
    site: Site
    formats: Mapping[str, Format]
    fit: Fit
    gate: Gate
    documents: Documents
    store: BuildStore
    bell: Bell
    clock: Callable[[], datetime]


def build(builder: Builder, name: str) -> bool:
    """Build a feed, if it serves less than it wants and is in no other hand. True when it was built."""
    feed, store, clock = builder.feeds[name], builder.store, builder.clock
    stale = store.claim_feed(name, clock(), LEASE)
    if stale is None:
        return False
    edition = _Edition(builder, feed, clock())
    try:
        outcome = edition.publish(stale)
    except SyndicatorError as e:
        outcome = edition.outcome(error=str(e))
    except Exception as e:
        store.settle_feed(stale, edition.outcome(error=f"{type(e).__name__}: {e}"), clock())
        raise
    moved = store.settle_feed(stale, outcome, clock())
    if outcome.error:
        log.warning("feed %s: %s", name, outcome.error)
        return False
    log.info("feed %s: built, %d entries", name, edition.length)
    if outcome.has_more:
        builder.bell.ring(Job.BUILD, name)
    for topic in moved:  # only now that the new bytes are served
        builder.bell.ring(Job.DISTRIBUTE, topic)
    return True


@dataclass
class _Edition:
    """One build of one feed, and what it has come to so far."""

    builder: Builder
    feed: Feed
    now: datetime
    length: int = 0
    built: list[Archive] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    left_out: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    expiries: list[datetime] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)

    @property
    def site(self) -> Site:
        """The site as this feed's documents name it. A private one names no hub, which would fetch it and
        hand it to anybody."""
        return replace(self.builder.site, hubs=()) if self.feed.is_private else self.builder.site

    @property
    def formats(self) -> Sequence[Format]:
        return [self.builder.formats[name] for name in self.feed.written]

    def outcome(self, *, has_more: bool = False, error: str = "") -> Outcome:
        return Outcome(
            archives=self.built,
            carried=self.carried,
            left_out={guid: "\n".join(lines) for guid, lines in self.left_out.items()},
            expires=min(self.expiries, default=None),
            topics=self.topics,
            has_more=has_more,
            error=error,
        )

    def publish(self, stale: Stale) -> Outcome:
        """Build archives and the feed's document. Archives first: none is linked to before it is there."""
        store, feed = self.builder.store, self.feed
        max_archives = max(2, MAX_ARCHIVE_ENTRIES // feed.length)
        # Half of that, at most: all that are closed here are built here, and the one that they follow, too.
        was_full = feed.keeps_archives and store.close_archives(
            stale, feed.length, self.now, limit=max_archives // 2
        )
        unbuilt = store.unbuilt_archives(feed.name, max_archives + 1)
        last = store.last_archive(feed.name)
        for archive in reversed(unbuilt[:max_archives]):
            self._publish_archive(archive, last)
        self._publish_feed(stale.changed, last)
        has_more = was_full or len(unbuilt) > max_archives
        return self.outcome(has_more=has_more, error="\n".join(self.failures))

    def _publish_feed(self, changed: datetime, last: int) -> None:
        feed = self.feed
        since = self.now - feed.age if feed.age else None
        articles = self.builder.store.newest(feed.name, feed.length, since)
        history = History(
            previous=(last or None) if feed.keeps_archives else None,
            withdrawn=self.builder.store.withdrawn(feed.name, feed.length),
        )
        self.length = len(articles)
        self._replace(self.formats, self._fitted(articles), history, changed)

    def _publish_archive(self, archive: Archive, last: int) -> None:
        number = archive.number
        articles = self.builder.store.archived(self.feed.name, number)
        history = History(
            page=number,
            previous=number - 1 if number > 1 else None,
            following=number + 1 if number < last else None,
        )
        keeping = [form for form in self.formats if form.keeps_archives and form.age is None]
        if self._replace(keeping, self._fitted(articles), history, archive.changed):
            self.built.append(archive)

    def _fitted(self, articles: Sequence[Article]) -> Sequence[Article]:
        """The articles as the feed's partner takes them; what it refuses is left out of every format."""
        self.carried += [article.guid for article in articles]
        fitted = []
        for article in articles:
            try:
                fitted.append(self.builder.fit(self.site, self.feed, article))
            except Unfit as e:
                self.left_out[article.guid].append(str(e))
        return fitted

    def _replace(
        self, formats: Sequence[Format], articles: Sequence[Article], history: History, changed: datetime
    ) -> bool:
        """Make and check the documents, and serve those that are good. True if all of them are."""
        documents = [
            self._document(form, self._within_age(form, articles), history, changed) for form in formats
        ]
        fit_documents = [document for document in documents if document is not None]
        self.builder.documents.replace(self.feed.name, fit_documents)
        if history.page is None:
            topics = [d for d in fit_documents if d.extension != PAGE]  # a page is nobody's topic
            self.topics |= {d.path(self.feed.name): digest(d.content) for d in topics}
        return len(fit_documents) == len(documents)

    def _within_age(self, form: Format, articles: Sequence[Article]) -> Sequence[Article]:
        """The articles that are not too old for a format. When the next ones will be goes into
        ``expiries``."""
        ages = [age for age in (self.feed.age, form.age) if age is not None]
        if not ages:
            return articles
        age = min(ages)
        articles_within = [article for article in articles if article.published + age > self.now]
        self.expiries += [article.published + age for article in articles_within]
        return articles_within

    def _document(
        self, form: Format, articles: Sequence[Article], history: History, changed: datetime
    ) -> Document | None:
        """The document, without the articles that cannot be rendered in it; ``None`` if the whole is not fit
        to be served: the last good one stays."""
        entries = {article: self._entry(form, article) for article in articles}
        carried = {article: entry for article, entry in entries.items() if entry is not None}

        def make() -> Document:
            document = Document(
                extension=form.extension,
                content=form.document(self.site, self.feed, [*carried], [*carried.values()], history),
                modified=changed,
                page=history.page,
                entries=tuple(carried.values()),
            )
            self.builder.gate.document(form, self.site, self.feed, document)
            return document

        document, reason = _attempt(make)
        if reason:
            place = path(self.feed.name, form.extension, history.page)
            self.failures.append(f"{place} stays as it was: {reason}")
        return document

    def _entry(self, form: Format, article: Article) -> bytes | None:
        """The article as it stands in the document; ``None`` if it is left out, for a reason that goes on
        record: one poisoned article is no reason to keep readers from all others."""

        def make() -> bytes:
            entry = form.entry(self.site, self.feed, article)
            self.builder.gate.entry(form, self.site, self.feed, article, entry)
            return entry

        entry, reason = _attempt(make)
        if reason:
            self.left_out[article.guid].append(f"{form.extension}: {reason}")
            details = (self.feed.name, article.url, form.extension, reason)
            log.warning("feed %s: %s is left out of %s: %s", *details)
        return entry


def _attempt(make: Callable[[], T]) -> tuple[T | None, str]:
    """The result of ``make`` and no reason, or no result and the reason. An exception that is neither our
    error nor the article's is a defect of the format: the log has all of it."""
    try:
        return make(), ""
    except (SyndicatorError, ValueError) as e:
        return None, str(e) or type(e).__name__
    except Exception as e:
        log.exception("a defect in a format")
        return None, f"{type(e).__name__}: {e}"
