"""**build**: bring a feed's documents to the newest state of its articles.

::

    claim the feed → newest articles → an entry each → documents → replace at once → settle
        → ring for the topics whose content is new
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from syndicator.article import Article
from syndicator.errors import SyndicatorError
from syndicator.feed import Feed, Site
from syndicator.ports import LEASE, Bell, BuildStore, Document, Documents, Format, History
from syndicator.profile import Unfit
from syndicator.subscription import digest

log = logging.getLogger(__name__)


def build(
    feed: Feed,
    *,
    site: Site,
    store: BuildStore,
    formats: Mapping[str, Format],
    documents: Documents,
    bell: Bell,
    clock: Callable[[], datetime],
    fit: Callable[[Site, Feed, Article], Article],
) -> bool:
    """Build a feed, if it serves less than it wants and is in no other hand. True when it was built.

    ``fit`` makes an article what the feed's partner takes, or raises ``Unfit``.
    """
    stale = store.claim_feed(feed.name, clock(), LEASE)
    if stale is None:
        return False
    left_out: list[str] = []
    try:
        articles = store.newest(feed.name, feed.length)
        built = [
            _render(formats[name], site, feed, articles, stale.changed, left_out, fit)
            for name in feed.formats
        ]
        documents.replace(feed.name, built)
    except SyndicatorError as e:
        log.warning("feed %s: %s", feed.name, e)
        store.settle_feed(stale, now=clock(), error=str(e))
        return False
    except Exception as e:
        store.settle_feed(stale, now=clock(), error=f"{type(e).__name__}: {e}")
        raise
    topics = {d.path(feed.name): digest(d.content) for d in built if d.page is None}
    moved = store.settle_feed(stale, now=clock(), left_out=left_out, topics=topics)
    for topic in moved:  # only now that the new bytes are served
        bell.ring("distribute", topic)
    log.info("feed %s: built, %d entries", feed.name, len(articles))
    return True


def _render(
    form: Format,
    site: Site,
    feed: Feed,
    articles: Sequence[Article],
    modified: datetime,
    left_out: list[str],
    fit: Callable[[Site, Feed, Article], Article],
) -> Document:
    """The document; an article that cannot be rendered is left out of it, and named."""
    carried, entries = [], []
    for article in articles:
        try:
            shown = fit(site, feed, article)
            entries.append(form.entry(site, feed, shown))
            carried.append(shown)
        except Unfit as e:  # a matter of every build, and of every format: told once, in the feed's row
            if (line := f"{article.url} is left out: {e}") not in left_out:
                left_out.append(line)
        except ValueError as e:
            left_out.append(f"{form.extension}: {article.url} is left out: {e}")
            log.warning("feed %s: %s", feed.name, left_out[-1])
    return Document(
        extension=form.extension,
        content=form.document(site, feed, carried, entries, History()),
        modified=modified,
        entries=entries,
    )
