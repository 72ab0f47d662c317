"""What was found behind the end of an article's text: who wrote it, what the site offers, other articles, the
terms of its cookies; known by where it stands, whatever it says."""

from __future__ import annotations

from collections.abc import Sequence

from selectolax.lexbor import LexborNode

from syndicator.sources.pages.whole_text import (
    MIN_PROSE_LETTERS,
    RUN_LETTERS,
    Prose,
    found_again,
    holder_of,
    letters_of,
    share_held,
)
from syndicator.text.markup import parse_own

#: What the operator is told of such a text.
BEHIND = "what was found behind the element with its text was left out; declare select.content if it is wrong"

#: Share of the prose that tells which element is the article's, and what of a block must be in it.
MOST_PROSE, MIN_WITHIN = 0.8, 0.5

#: Paragraphs of prose and share of what was found that tell of its element: of a short text, and of lists and
#: short lines, a few tell nothing. And the share that may be left out: more may be a part of the text.
MIN_PARAGRAPHS, MIN_PROSE, MAX_BEHIND = 5, 0.5, 0.15


def without_rest(own: Sequence[Prose], found: str) -> tuple[str, Sequence[str]]:
    """A text that was found, up to its last block within the element that holds most of its prose; and what
    the operator should know. ``own``: the prose of the article's own part (``prose_of``)."""
    body = parse_own(found)
    found_letters = letters_of(body.text())
    known = found_again(own, found_letters)
    known_letters = sum(len(prose.letters) for prose in known)
    if len(known) < MIN_PARAGRAPHS or known_letters < MIN_PROSE * len(found_letters):
        return found, ()
    within = letters_of(holder_of(known, MOST_PROSE).text())
    behind: list[tuple[LexborNode, str]] = []  # the last first
    for node in reversed(_blocks(body)):
        letters = letters_of(node.text())
        if len(letters) >= RUN_LETTERS and share_held(within, letters) >= MIN_WITHIN:
            break
        behind.append((node, letters))
    while behind and len(behind[-1][1]) < RUN_LETTERS and behind[-1][1] in within:
        behind.pop()  # pictures and signatures
    left_out = sum(len(letters) for _, letters in behind)
    if not behind or left_out > MAX_BEHIND * len(found_letters):
        return found, ()
    for node, _ in behind:
        node.decompose()
    return body.inner_html or "", [BEHIND] if left_out >= MIN_PROSE_LETTERS else ()


def _blocks(body: LexborNode) -> Sequence[LexborNode]:
    """The blocks of a text, which may be in boxes of one element."""
    blocks = [node for node in body.iter() if node.is_element_node]
    while len(blocks) == 1 and blocks[0].tag == "div":
        blocks = [node for node in blocks[0].iter() if node.is_element_node]
    return blocks
