"""What services show of a post, held against what they were sent."""

from __future__ import annotations


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same, breaks and spaces aside."""
    return "".join(one.split()) == "".join(other.split())


def differences(**are_same: bool) -> str:
    """The parts of a post (by name, ``_`` for spaces) that are not there as they were sent, in words."""
    return ", ".join(name.replace("_", " ") for name, is_same in are_same.items() if not is_same)
