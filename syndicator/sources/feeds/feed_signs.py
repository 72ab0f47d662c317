"""Signs that no feed may have, and that some have all the same."""

from __future__ import annotations

import re

#: Characters that no XML has (XML 1.0 section 2.2), and that JSON has only escaped (RFC 8259 section 7), as
#: they are and as references: one of them would end the feed there.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    "|&#(?:[xX]0{0,6}(?:[0-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF])"
    "|0{0,6}(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45]));"
)


def without_forbidden(document: str) -> tuple[str, list[str]]:
    """The document without these, and a line that says so."""
    text, count = FORBIDDEN.subn("", document)
    return text, [f"{count} control characters, which no feed may have, are left out"] if count else []
