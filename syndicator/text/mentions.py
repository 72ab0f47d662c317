"""Mentions of people that are none: an article's words call nobody whose name happens to stand in them."""

from __future__ import annotations

import re

#: A space of no width: what keeps a name from being one, in bridges between networks, too.
NO_MENTION = "@\u200b"


def without_mentions(text: str, mention: re.Pattern[str]) -> str:
    """The text as readers see it, in which nobody is mentioned. ``mention``: what a network takes for the
    beginning of a name, up to its first character: its sign alone. Hashtags call nobody, and stay."""
    return mention.sub(NO_MENTION, text)
