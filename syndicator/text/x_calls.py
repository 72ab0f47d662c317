"""Words that X would take for more than words: a mention, a cashtag, a link."""

from __future__ import annotations

import re

from syndicator.text.x_length import NO_LINK, without_addresses

#: What X takes for the beginning of a mention or a cashtag, up to its first character (``at_signs``,
#: ``cashtag`` of its twitter-text). Posts that call others are restricted, and two cashtags are refused
#: (https://docs.x.com/x-api/posts/manage-tweets/integrate#post-creation-restrictions-self-serve).
CALL = re.compile(
    r"(?:(?<![A-Za-z0-9_!#$%&*])|(?<=\b[Rr][Tt]))[@\uff20](?=[A-Za-z0-9_])|(?<![A-Za-z0-9_])\$(?=[A-Za-z])"
)


def plain(text: str) -> str:
    """An article's words as readers see them, in which nobody is mentioned, and nothing is a link."""
    return without_addresses(CALL.sub(rf"\g<0>{NO_LINK}", text))
