"""Texts without whatever is no letter, or neither letter nor digit."""

from __future__ import annotations

from collections.abc import Callable, Mapping

#: The signs of ASCII that are none: most of all that is left out, and left out at once.
ASCII_SIGNS: Mapping[Callable[[str], bool], bytes] = {
    is_kept: bytes(code for code in range(128) if not is_kept(chr(code)))
    for is_kept in (str.isalpha, str.isalnum)
}

ASCII = bytes(range(128))

#: Signs beyond ASCII that are looked for one by one: no text of a newsroom has more.
MAX_SIGNS = 50


def letters(text: str) -> str:
    """The letters of a text alone."""
    return _only(text, str.isalpha)


def letters_and_digits(text: str) -> str:
    """The letters and digits of a text alone."""
    return _only(text, str.isalnum)


def _only(text: str, is_kept: Callable[[str], bool]) -> str:
    written = text.encode("utf-8", "surrogatepass")
    kept = written.translate(None, ASCII_SIGNS[is_kept]).decode("utf-8", "surrogatepass")
    if is_kept(kept):
        return kept
    beyond = set(written.translate(None, ASCII).decode("utf-8", "surrogatepass"))
    signs = {sign for sign in beyond if not is_kept(sign)}
    if len(signs) > MAX_SIGNS:
        return "".join(filter(is_kept, kept))
    for sign in signs:
        kept = kept.replace(sign, "")
    return kept
