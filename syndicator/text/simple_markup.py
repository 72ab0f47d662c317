"""The text of short markup that is as simple as most: words, links, emphasis, one paragraph, a heading.

It needs no parser, which costs more than all else that is done with such a piece; ``clean.plain`` asks here
first. Whatever a browser would mend is not simple.
"""

from __future__ import annotations

import re

#: Elements that are on a line with what surrounds them, those that hold text on lines of their own, and those
#: that hold no text.
INLINE = frozenset(
    ("a", "b", "strong", "i", "em", "u", "span", "small", "sub", "sup", "cite", "q", "abbr", "mark", "time")
)
LINES = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figcaption", "title"))
VOID = frozenset(("br", "img"))

HOLDING = INLINE | LINES

#: A tag with attributes that are written in full; style may say that a text was taken back.
TAG = re.compile(r"<(/?)([a-z][a-z1-6]*)((?:\s+(?!style\b)[a-z][a-z-]*=\"[^\"<>]*\")*)\s*/?>")

#: Signs of markup that are none of a tag, and the references that serialisers write.
OTHER_SIGN = re.compile(r"[<>]|&(?!(?:amp|lt|gt|quot|nbsp|#39);)")
REFERENCES = (
    ("&nbsp;", "\u00a0"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#39;", "'"),
    ("&amp;", "&"),
)

#: Characters of markup that is read here.
MAX_CHARS = 2000


def simple_text(markup: str) -> str | None:
    """The text of simple markup, white space as it comes; ``None`` where it needs a parser."""
    if len(markup) > MAX_CHARS:
        return None
    parts: list[str] = []
    opened: list[str] = []
    end = 0
    for tag in TAG.finditer(markup):
        if not _fits(tag, opened):
            return None
        name = tag[2]
        parts += (markup[end : tag.start()], "" if name in INLINE or name == "img" else " ")
        end = tag.end()
    text = "".join((*parts, markup[end:]))
    if opened or OTHER_SIGN.search(text):
        return None
    for reference, sign in REFERENCES:
        text = text.replace(reference, sign)
    return text


def _fits(tag: re.Match[str], opened: list[str]) -> bool:
    """Whether a tag stands where it may without anything being mended. ``opened``: the elements around it,
    which it changes."""
    is_end, name, attributes = tag.groups()
    if is_end:
        return not attributes and bool(opened) and opened.pop() == name
    if name in VOID:
        return "title" not in opened
    is_nested = name in opened or "title" in opened  # a title holds no elements
    if is_nested or name not in HOLDING or (name in LINES and not LINES.isdisjoint(opened)):
        return False
    opened.append(name)
    return True
