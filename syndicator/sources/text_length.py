"""The longest text that is an article, of whichever source."""

from __future__ import annotations

#: Characters of a text: a longer one is no article.
MAX_TEXT_CHARS = 1_000_000


def too_long(length: int) -> str:
    """Why a text of so many characters is no article; ``""``: it may be one."""
    if length <= MAX_TEXT_CHARS:
        return ""
    return f"its text has {length:,} characters; at most {MAX_TEXT_CHARS:,} are an article"
