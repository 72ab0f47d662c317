"""Hashtags and mentions of a post, within what its network takes of them."""

from __future__ import annotations

import re

from syndicator.domain.capabilities import Capabilities

#: What is taken for a hashtag, up to the first character of its word.
HASHTAG = re.compile(r"#(?=\w)")

#: A sign with a space of no width behind it: the same words to readers, and no hashtag.
NO_HASHTAG = "#\u200b"


class Signs:
    """The count of one post's hashtags and mentions. ``hashtags``: those that stand at its end already."""

    def __init__(self, capabilities: Capabilities, hashtags: int = 0) -> None:
        most_hashtags, most_mentions = capabilities.most_hashtags, capabilities.most_mentions
        self._hashtags_left = None if most_hashtags is None else max(0, most_hashtags - hashtags)
        self._mentions_left = most_mentions

    def may_mention(self) -> bool:
        """Whether one more account may be mentioned; it counts from now on."""
        if self._mentions_left is None:
            return True
        self._mentions_left -= 1
        return self._mentions_left >= 0

    def within(self, text: str) -> str:
        """The text as readers see it, in which no more words are hashtags than the post may have."""
        if self._hashtags_left is None:
            return text
        found = list(HASHTAG.finditer(text))
        kept = min(self._hashtags_left, len(found))
        self._hashtags_left -= kept
        if kept == len(found):
            return text
        start = found[kept].start()
        return text[:start] + HASHTAG.sub(NO_HASHTAG, text[start:])
