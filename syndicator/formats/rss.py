"""RSS 2.0, by the specification and its Best Practices Profile.

https://www.rssboard.org/rss-specification, https://www.rssboard.org/rss-profile
"""

from __future__ import annotations

from syndicator.formats._xml_feed import XmlFeed


class Rss(XmlFeed):
    """See ``jobs.ports.Format``."""

    extension = "rss"
    media_type = "application/rss+xml; charset=utf-8"

    def __init__(self) -> None:
        super().__init__("rss")
