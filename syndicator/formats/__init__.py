"""How feeds are written. Adding a format: one module, one line here, one test class."""

from __future__ import annotations

from syndicator.plugins import Kinds

kind = Kinds(
    noun="format",
    group="syndicator.formats",
    built_in={
        "atom": "syndicator.formats.atom:Atom",
        "html": "syndicator.formats.html:Html",
        "json": "syndicator.formats.json_feed:JsonFeed",
        "news": "syndicator.formats.news_sitemap:NewsSitemap",
        "ninjs": "syndicator.formats.ninjs:Ninjs",
        "rss": "syndicator.formats.rss:Rss",
        "sitemap": "syndicator.formats.sitemap:Sitemap",
    },
)
