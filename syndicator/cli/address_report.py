"""Which addresses count as a source's articles, in the lines that an operator reads: a pattern that takes in
more than articles finds something, and looks right."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

#: Addresses of one shape that make any other one odd.
MIN_ALIKE = 3

#: Characters of an address that are shown.
MAX_SHOWN_CHARS = 120


def address_lines(urls: Sequence[str], pattern: str = "") -> list[str]:
    """The first and the last of a source's addresses, the oddest, and those that others stand below.
    ``pattern``: what the source declares of their form (``article``), if it does."""
    distinct = list(dict.fromkeys(urls))
    if len(distinct) < 2:
        return []
    lines = [f"its addresses: from {_shown(distinct[0])} to {_shown(distinct[-1])}"]
    why = f" matches article = {pattern!r}, too" if pattern else ""
    parents = [url for url in distinct if _has_below(url, distinct)]
    if parents:
        others = f" and {len(parents) - 1} more" if len(parents) > 1 else ""
        lines.append(f"{_shown(parents[0])}{others}{why}, and others stand below it: a listing, no article?")
    elif odd := _oddest(distinct):
        lines.append(f"the oddest, {_shown(odd)},{why or ' is unlike the others'}: is it an article?")
    return lines


def _has_below(url: str, urls: Sequence[str]) -> bool:
    """Whether others stand below an address: it is the home page, or lists what is in a folder."""
    start = url.rstrip("/") + "/"
    return "?" not in url and any(
        other != url and other.startswith(start) and len(other) > len(start) for other in urls
    )


def _oddest(urls: Sequence[str]) -> str:
    """The one address whose shape is like no other's, where most have one shape; else nothing."""
    if len(urls) <= MIN_ALIKE:  # one of them is none of those that are alike
        return ""
    shapes = [_shape(url) for url in urls]
    counts = Counter(shapes)
    common, alike = counts.most_common(1)[0]
    singles = [url for url, shape in zip(urls, shapes, strict=True) if counts[shape] == 1 and shape != common]
    return min(singles, key=len) if singles and alike >= max(MIN_ALIKE, len(urls) // 2) else ""


def _shape(url: str) -> tuple[str, ...]:
    """The parts of an address: which are numbers, which are words, and the names of its parameters."""
    parts = urlsplit(url)
    path = ["number" if part.isdigit() else "word" for part in parts.path.split("/") if part]
    return (*path, "?", *sorted(re.findall(r"(?:^|&)([^=&]+)", parts.query)))


def _shown(url: str) -> str:
    return url if len(url) <= MAX_SHOWN_CHARS else f"{url[: MAX_SHOWN_CHARS - 1]}…"
