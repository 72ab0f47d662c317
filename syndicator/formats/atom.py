"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from syndicator.formats._xml_feed import XmlFeed


class Atom(XmlFeed):
    """See ``jobs.ports.Format``."""

    extension = "atom"
    media_type = "application/atom+xml; charset=utf-8"

    def __init__(self) -> None:
        super().__init__("atom")
