"""**build**: bring a feed's documents to the newest state of its articles.

::

    claim the feed → newest articles → an entry each → documents → replace at once → settle
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from syndicator.article import Article
from syndicator.errors import SyndicatorError
from syndicator.feed import Feed, Site
from syndicator.ports import LEASE, BuildStore, Document, Documents, Format, History

log = logging.getLogger(__name__)


def build(
    feed: Feed,
    *,
    site: Site,
    store: BuildStore,
    formats: Mapping[str, Format],
    documents: Documents,
    clock: Callable[[], datetime],
) -> bool:
    """Build a feed, if it serves less than it wants and is in no other hand. True when it was built."""
    if feed.is_private:
        site = replace(site, hubs=())  # a hub would fetch it, and hand it to anybody
    stale = store.claim_feed(feed.name, clock(), LEASE)
    if stale is None:
        return False
    left_out: list[str] = []
    try:
        articles = store.newest(feed.name, feed.length)
        built = [
            _render(formats[name], site, feed, articles, stale.changed, left_out) for name in feed.formats
        ]
        documents.replace(feed.name, built)
    except SyndicatorError as e:
        log.warning("feed %s: %s", feed.name, e)
        store.settle_feed(stale, now=clock(), error=str(e))
        return False
    except Exception as e:
        store.settle_feed(stale, now=clock(), error=f"{type(e).__name__}: {e}")
        raise
    store.settle_feed(stale, now=clock(), left_out=left_out)
    log.info("feed %s: built, %d entries", feed.name, len(articles))
    return True


def _render(
    form: Format,
    site: Site,
    feed: Feed,
    articles: Sequence[Article],
    modified: datetime,
    left_out: list[str],
) -> Document:
    """The document; an article that cannot be rendered is left out of it, and named."""
    carried, entries = [], []
    for article in articles:
        try:
            entries.append(form.entry(site, feed, article))
            carried.append(article)
        except ValueError as e:
            left_out.append(f"{form.extension}: {article.url} is left out: {e}")
            log.warning("feed %s: %s", feed.name, left_out[-1])
    return Document(
        extension=form.extension,
        content=form.document(site, feed, carried, entries, History()),
        modified=modified,
        entries=entries,
    )
