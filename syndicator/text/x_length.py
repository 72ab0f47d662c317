"""X's weighted length: what its twitter-text counts (configuration version 3; a post has 280).

A text is counted in NFC. An address counts 23, with a scheme or as a bare host of a known top-level domain;
an emoji 2, however many code points it has; a character of the scripts up to Georgian 1, any other 2.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import regex

from syndicator.text.graphemes import graphemes
from syndicator.text.rulers import cut

#: ``transformedURLLength``, and the weight of an emoji and of what is in none of the ranges.
ADDRESS_LENGTH, HEAVY = 23, 2

#: The ranges of characters that count 1.
LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")

#: Letters of a bare host, and those of a top-level domain in another script behind it.
LATIN = r"A-Za-z0-9_\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f-"
OTHER = rf"(?:(?![{LATIN}])[\p{{L}}\p{{M}}])"

PATH = r"A-Za-z0-9\u00c0-\u024f\p{Cyrillic}!*';:=+,.$/%#\[\]–_~@|&-"
PATH_END = r"A-Za-z0-9\u00c0-\u024f\p{Cyrillic}=_#/+-"
#: Addresses and emoji. What stands before a bare host must be no part of a name.
SPECIAL = regex.compile(
    rf"""(?<![A-Za-z0-9@＠$#＃])(?:(?P<scheme>https?://)(?P<host>[\p{{L}}\p{{M}}\p{{N}}_-]++(?:\.[\p{{L}}\p{{M}}\p{{N}}_-]++)++)
      | (?<![_./-])(?P<bare>[{LATIN}]++(?:(?:\.[{LATIN}]++)++(?:\.{OTHER}++)?|\.{OTHER}++)))
      (?P<rest>(?::[0-9]++)?
        (?:/(?:(?:[{PATH}]|\([{PATH}]++\))*(?:[{PATH_END}]|\([{PATH}]++\)))?)?
        (?:\?[A-Za-z0-9!?*'();:&=+$/%#\[\]_.,~|@-]*[A-Za-z0-9_&=#/-])?)
      | (?P<emoji>\p{{Regional_Indicator}}{{2}}
      | [0-9\#*]\ufe0f?\u20e3
      | \p{{Extended_Pictographic}}[\ufe0f\p{{Emoji_Modifier}}]*+(?:[\U000e0020-\U000e007f]++)?
        (?:\u200d\p{{Extended_Pictographic}}[\ufe0f\p{{Emoji_Modifier}}]*+)*+)""",
    regex.VERBOSE | regex.IGNORECASE,
)

#: Characters of a whole address, and of a label of its host in Punycode (RFC 1035, section 2.3.4).
MAX_ADDRESS_CHARS, MAX_LABEL_CHARS = 4096, 63


#: Without one of these, a text has neither addresses nor emoji.
HINT = re.compile("[.\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]|\u20e3")

#: Characters of a text that is looked at whole at once, and is kept; and how many such are.
MAX_KEPT_CHARS, MAX_KEPT = 2000, 64


@dataclass(frozen=True)
class Weighted:
    """The ruler of X."""

    def measure(self, text: str) -> int:
        _, sums = _weights(text)
        return sums[-1] if sums else 0

    def fitting(self, text: str, room: int) -> int:
        """The characters at a text's beginning that fit the room."""
        if 2 * len(text) <= room and "." not in text:
            return len(text)
        window = MAX_KEPT_CHARS
        while True:
            ends, sums = _weights(text[:window])
            fits = bisect_right(sums, room)
            if fits < len(sums):
                return ends[fits - 1] if fits else 0
            if window >= len(text):
                return len(text)
            window *= 2

    def cut(self, text: str, room: int, language: str = "") -> str:
        return cut(self, text, room, language)


def _weights(text: str) -> tuple[list[int], list[int]]:
    """Where what counts as one ends in a text, and what the text counts up to there."""
    return _kept_weights(text) if len(text) <= MAX_KEPT_CHARS else _weighed(text)


def _weighed(text: str) -> tuple[list[int], list[int]]:
    if unicodedata.is_normalized("NFC", text):
        weights = list(_parts(text))
    else:  # a character and its marks may become one: each grapheme is composed by itself
        weights = [
            (end, sum(weight for _, weight in _parts(unicodedata.normalize("NFC", text[start:end]))))
            for start, end in _stretches(text)
        ]
    return [end for end, _ in weights], list(accumulate(weight for _, weight in weights))


_kept_weights = lru_cache(MAX_KEPT)(_weighed)


def _stretches(text: str) -> Iterator[tuple[int, int]]:
    """The addresses, emoji and graphemes of a text, from where to where."""
    start = 0
    for match in SPECIAL.finditer(text):
        end = match.end() if match["emoji"] else _address_end(match)
        if end:
            yield from _within(text, start, match.start())
            yield match.start(), end
            start = end
    yield from _within(text, start, len(text))


def _within(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for grapheme in graphemes(text[start:end]):
        yield at, at + len(grapheme)
        at += len(grapheme)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """What counts as one in a text in NFC: its end, and its weight."""
    at = 0
    for found in SPECIAL.finditer(text) if HINT.search(text) else ():
        end = found.end() if found["emoji"] else _address_end(found)
        if end:
            yield from _plain(text, at, found.start())
            yield end, HEAVY if found["emoji"] else ADDRESS_LENGTH
            at = end
    yield from _plain(text, at, len(text))


def _plain(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for place, character in enumerate(text[start:end], start + 1):
        yield place, 1 if character < "\u1100" or LIGHT.match(character) else HEAVY


def _address_end(found: regex.Match[str]) -> int:
    """Where an address ends: with what is behind its host where that ends in a top-level domain; 0: it is
    none."""
    host = found["host"] or found["bare"]
    labels = host.split(".")
    for count in range(len(labels), 1, -1):
        top = _top_of(labels[count - 1])
        if top:
            is_whole = count == len(labels) and top == labels[-1]
            known = ".".join([*labels[: count - 1], top])
            end = found.end() if is_whole else found.start() + len(found["scheme"] or "") + len(known)
            names = labels[: count - 1]
            is_valid = (
                all(map(_is_label, names))
                and "_" not in names[-1]
                and end - found.start() <= MAX_ADDRESS_CHARS
            )
            return end if is_valid else 0
    return 0


def _is_label(label: str) -> bool:
    if label.isascii():
        return 0 < len(label) <= MAX_LABEL_CHARS and label[-1] not in "-_"
    return (
        len(label) <= MAX_LABEL_CHARS and len(f"xn--{label.encode('punycode').decode()}") <= MAX_LABEL_CHARS
    )


def _top_of(label: str) -> str:
    """The top-level domain that a label is, or begins with where it is of a script without spaces; empty:
    none."""
    if label.isascii():
        return label if _is_top(label) else ""
    lengths = range(min(len(label), MAX_LABEL_CHARS), 0, -1)
    return next((label[:length] for length in lengths if _is_top(label[:length])), "")


@lru_cache(1024)
def _is_top(label: str) -> bool:
    from tld import is_tld  # noqa: PLC0415 - as in ``addresses``

    # of some countries the list has what is registered below their domain alone: ``org.za``, ``com.bd``
    label = label.lower()
    return (
        label.startswith("xn--")
        or is_tld(label)
        or any(is_tld(f"{below}.{label}") for below in ("com", "co", "org", "gov"))
    )


X_WEIGHTED = Weighted()

#: What stands between the parts of a host that is to be no link: a space of no width.
NO_LINK = "\u200b"

#: What ends an address behind its host, anywhere, and as the last character of its path or its query.
FOREIGN = re.compile(r"[^A-Za-z0-9!*';:=+,.$/%#\[\]_~@|&?-]")
FOREIGN_PATH_END, FOREIGN_QUERY_END = re.compile(r"[^A-Za-z0-9=_#/+-]\Z"), re.compile(r"[^A-Za-z0-9_&=#/-]\Z")


def without_addresses(text: str) -> str:
    """The text as readers see it, in which no host is an address: X makes a link of each that it knows."""
    made, at = "", 0
    for found in SPECIAL.finditer(text) if "." in text else ():
        end = 0 if found["emoji"] else _address_end(found)
        if end:
            made += text[at : found.start()] + text[found.start() : end].replace(".", f".{NO_LINK}")
            at = end
    if not at:
        return text
    return without_addresses(made + text[at:])  # a path may have ended within the next host


def whole_address(url: str) -> str:
    """A web address of which X takes all for a link: what it does not know behind a host (other scripts than
    Latin and Cyrillic, brackets, a last full stop) as UTF-8 in percent signs."""
    scheme, _, rest = url.partition("://")
    host, slash, behind = rest.partition("/")
    path, _, query = FOREIGN.sub(_in_percent, behind).partition("?")
    path, query = FOREIGN_PATH_END.sub(_in_percent, path), FOREIGN_QUERY_END.sub(_in_percent, query)
    return f"{scheme}://{host}{slash}{path}" + (f"?{query}" if query else "")


def _in_percent(found: re.Match[str]) -> str:
    if found[0] == "+":  # a space, in a query
        return "%20"
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
