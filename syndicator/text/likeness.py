"""How alike two texts are, in any script."""

from __future__ import annotations

#: Characters of the pieces that are compared: words need not be known, which some scripts do not part.
PIECE_CHARS = 4


def likeness(one: str, other: str) -> float:
    """The part of all pieces of two texts that both have, 0 to 1, blind to case and white space."""
    pieces, others = _pieces(one), _pieces(other)
    every = pieces | others
    return len(pieces & others) / len(every) if every else 1.0


def _pieces(text: str) -> frozenset[str]:
    folded = " ".join(text.casefold().split())
    last = max(1, len(folded) - PIECE_CHARS + 1)
    return frozenset(folded[at : at + PIECE_CHARS] for at in range(last)) - {""}
