"""Names of people, as feeds write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from syndicator.text.clean import plain

#: An address of mail (RFC 5322 section 3.4.1) in whatever top-level domain.
MAIL = re.compile(
    r"""(?:mailto:)?[^\s<>()\[\],;:@"']{1,64}@(?:[^\s<>()\[\],;:@"'.]{1,63}\.){1,8}[^\s<>()\[\],;:@"'.]{2,63}"""
)

HOLLOW = re.compile(r"\(\s*\)|<\s*>|\[\s*\]")

LIST_MARK = re.compile(r"\s*[;,、，；]\s*(?:(?:and|&|et|und|y|e)\s+)?")
LAST_MARK = re.compile(r"\s+(?:and|&|et|und|y|e|và|และ|ແລະ)\s+")

#: Words of a person's name. One word between commas may be half of "Doe, Jane".
MIN_NAME_WORDS, MAX_NAME_WORDS = 2, 4


def people(texts: Iterable[str]) -> list[str]:
    """The names that these texts hold, each once, however their letters are cased."""
    names = [name for text in texts for name in _listed(person(text))]
    return list({name.casefold(): name for name in reversed(names) if name}.values())[::-1]


def person(text: str) -> str:
    """The name in a text that may hold an address of mail, too: ``mail (Name)``
    (https://www.rssboard.org/rss-specification#ltauthorgtSubelementOfLtitemgt), ``Name <mail>``; "" where it
    holds nothing else."""
    if "@" not in text:
        return plain(text)
    bare = HOLLOW.sub(" ", MAIL.sub("", text.replace("&lt;", "<").replace("&gt;", ">"))).strip(
        " ,;:-\t\r\n\"'"
    )
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
    return plain(bare)


def _listed(text: str) -> list[str]:
    """The people of a list, where each part is a whole name."""
    parts = LIST_MARK.split(text)
    if len(parts) == 1:
        return parts
    parts = [*parts[:-1], *LAST_MARK.split(parts[-1])]
    are_names = all(MIN_NAME_WORDS <= len(part.split()) <= MAX_NAME_WORDS for part in parts)
    return parts if are_names else [text]
