"""Where articles come from. Adding a source: one module, one line here, one test class.

A kind of source is a frozen dataclass that implements ``jobs.ports.Source``. Its fields are the settings in
its declaration, but for ``name`` and ``http``, which wiring hands in.
"""

from __future__ import annotations

from syndicator.plugins import Kinds

kind = Kinds(
    noun="source",
    group="syndicator.sources",
    built_in={
        "feed": "syndicator.sources.feed:FeedSource",
        "page": "syndicator.sources.page:PageSource",
    },
)
