"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from syndicator.article import Article
from syndicator.feed import Feed, Site
from syndicator.formats import _feedgen
from syndicator.formats._kept import Kept
from syndicator.ports import History


class Atom:
    """See ``ports.Format``."""

    extension = "atom"
    media_type = "application/atom+xml; charset=utf-8"
    age = None
    keeps_archives = True

    def __init__(self) -> None:
        self._kept = Kept(partial(_feedgen.one_entry, "atom"))

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:  # noqa: ARG002 - the port's
        return self._kept.entry(_feedgen.way(feed), article)

    def document(
        self,
        site: Site,
        feed: Feed,
        articles: Sequence[Article],
        entries: Sequence[bytes],
        history: History,  # noqa: ARG002 - the port's
    ) -> bytes:
        return _feedgen.joined(site, feed, articles, entries, "atom")
