"""RSS 2.0, by the specification and its Best Practices Profile.

https://www.rssboard.org/rss-specification, https://www.rssboard.org/rss-profile
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from feedgen.feed import FeedGenerator
from lxml import etree

from syndicator.domain.article import Article
from syndicator.formats import _text
from syndicator.formats._xml_elements import ATOM, CONTENT, DC, MEDIA, add, add_extras, add_photo, entry_facts
from syndicator.formats._xml_feed import Entry, EntryOptions, FeedExtension, Heading, XmlFeed, filled_feed

#: Endings of the addresses of pictures that RSS may show.
PICTURES = (".png", ".jpg", ".jpeg", ".gif")


class Rss(XmlFeed):
    """See ``jobs.ports.Format``."""

    extension = "rss"
    media_type = "application/rss+xml; charset=utf-8"
    prefixes: ClassVar = {"atom": ATOM, "content": CONTENT, "dc": DC, "media": MEDIA}
    closing = b"</channel></rss>"

    def new_feed(self, heading: Heading) -> FeedGenerator:
        site, feed = heading.site, heading.feed
        channel = filled_feed(heading, _ChannelExtension)
        channel.docs("https://www.rssboard.org/rss-specification")
        channel.ttl(str(max(1, feed.max_age // 60)))
        if urlsplit(site.icon).path.lower().endswith(PICTURES):
            # the site's square icon, shown as large as that may be; title and link are to be the feed's own
            # (https://www.rssboard.org/rss-profile#element-channel-image)
            channel.image(_text.uri(site.icon), feed.title, heading.home, width="144", height="144")
        return channel

    def new_entry(self, article: Article, options: EntryOptions) -> Entry:
        return _Item(article, options)

    def write_feed(self, feed: FeedGenerator) -> bytes:
        return bytes(feed.rss_str())

    def write_entry(self, entry: Entry) -> Any:
        return entry.rss_entry()

    def date(self, updated: datetime) -> bytes:
        return f"<lastBuildDate>{format_datetime(updated)}</lastBuildDate>".encode()


class _ChannelExtension(FeedExtension):
    """Hubs and archives, which feedgen links in Atom only; and no build date for a feed that nothing is in
    yet."""

    def extend_ns(self) -> dict[str, str]:
        return {"dc": DC, **super().extend_ns()}

    def extend_rss(self, rss: Any) -> Any:
        channel = rss[0]
        if self.heading.updated is None:
            channel.remove(channel.find("lastBuildDate"))
        for relation, address in self.heading.hubs_and_archives():
            etree.SubElement(channel, f"{{{ATOM}}}link", href=address, rel=relation)
        self.add_shared(channel)
        return rss


class _Item(Entry):
    """feedgen's item, with the elements that it does not know: bylines (RSS's own ``author`` must be an
    e-mail address), language, time of correction, photo, and a partner's elements."""

    def __init__(self, article: Article, options: EntryOptions) -> None:
        super().__init__(article, options)
        self.guid(article.guid, permalink=False)
        self.published(article.published)  # pubDate

    def rss_entry(self, extensions: bool = True) -> Any:
        item, article = super().rss_entry(extensions), self.article
        for author in _text.authors(article):
            add(item, f"{{{DC}}}creator", author)
        if article.language:
            add(item, f"{{{DC}}}language", article.language)
        add(item, f"{{{ATOM}}}updated", article.updated.isoformat())
        add_photo(item, article, self.extras, is_whole=self.is_whole)
        add_extras(item, self.extras, "entry", entry_facts(article))
        return item
