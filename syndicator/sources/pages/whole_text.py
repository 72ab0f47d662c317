"""An article's text that stands in several places of its page, of which only one was found: the paragraphs of
the article's own part, by their density."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.own_part import OwnPart
from syndicator.text.letters import letters_and_digits
from syndicator.text.markup import ancestor_ids, parse_own, upwards

#: What the operator is told of such a text.
IN_PARTS = (
    "its text stands in several places of the page, or has lists and short lines that are easily passed by: "
    "all were taken; declare select.content if it is wrong"
)

#: Letters that a paragraph of prose has, and elements of a page that are looked at.
MIN_PROSE_LETTERS, MAX_ELEMENTS = 60, 5000

#: Letters and share of the prose that must be missing before a text is read again, and the share of what
#: was found that must be found again: less is another text.
MIN_MISSING_LETTERS, MIN_MISSING, MIN_FOUND_AGAIN = 500, 0.2, 0.65

#: The same where no prose is missing: the share of the whole text that lists, tables and short lines must be,
#: and the share that must be found again.
MIN_PASSED_BY, MIN_SAME = 0.06, 0.8

#: Share of the prose that may stand there a second time: more are the copies for small screens.
MAX_TWICE = 0.1

#: Letters of a text that are looked for at once.
RUN_LETTERS = 20

#: Shares of prose that the element around it holds, and share of the letters of one that links may have.
MOST_FOUND, NEARLY_ALL, MAX_LINKED = 0.7, 0.95, 0.5

#: What is prose, and what else a text is made of.
PROSE_SELECTOR = "p, li"
TEXT_SELECTOR = "p, ul, ol, dl, h2, h3, h4, h5, h6, blockquote, pre, table, figure, img"

#: Elements that are not of a text although they stand beside its headline.
AROUND_TAGS = {"header", "footer", "nav", "aside", "form", "button", "dialog", "a"}


@dataclass(frozen=True)
class Prose:
    """A paragraph of prose: its element, and its letters."""

    node: LexborNode
    letters: str


def whole_text(own: Sequence[Prose], found: str, own_part: OwnPart) -> str:
    """The markup of an article's whole text where ``found`` is only a part of it; "" where it is the whole,
    or nothing tells that more is the article's: what is stands between its headline and what was found, or
    beside that. Where the prose is there, what stands between it may be missing: lists, tables, short lines.
    ``own``: the prose of the article's own part (``prose_of``)."""
    found_letters = letters_of(parse_own(found).text())
    known = found_again(own, found_letters)
    if not known:
        return ""
    limit = _limit(holder_of(known, MOST_FOUND), own_part)
    own = [prose for prose in own if any(each.mem_id == limit.mem_id for each in upwards(prose.node))]
    letters = sum(len(prose.letters) for prose in own)
    if sum(map(len, {prose.letters for prose in own})) < (1 - MAX_TWICE) * letters:
        return ""
    missing = sum(len(prose.letters) for prose in own if prose.letters not in found_letters)
    holder = holder_of(own, NEARLY_ALL)
    is_prose_missing = missing >= max(MIN_MISSING_LETTERS, MIN_MISSING * letters)
    if not is_prose_missing and (
        holder.mem_id != holder_of(known, NEARLY_ALL).mem_id
        or _is_most(found_letters, letters_of(holder.text()))
    ):
        return ""
    blocks = list(_text(holder, own_part))
    if not is_prose_missing:
        blocks = list(_until_found(blocks, found_letters))
    markup = "".join(node.html or "" for node in blocks)
    again = letters_of(parse_own(markup).text())
    if len(again) <= len(found_letters) or (not is_prose_missing and _is_most(found_letters, again)):
        return ""
    min_again = MIN_FOUND_AGAIN if is_prose_missing else MIN_SAME
    return markup if share_held(again, found_letters) >= min_again else ""


def _until_found(blocks: Sequence[LexborNode], found_letters: str) -> Sequence[LexborNode]:
    """Blocks up to the last one of what was found: what follows it is as often of other articles."""
    known = (index for index, node in enumerate(blocks) if _is_within(node, found_letters))
    return blocks[: max(known, default=len(blocks)) + 1]


def _is_within(block: LexborNode, found_letters: str) -> bool:
    letters = letters_of(block.text())
    return len(letters) >= RUN_LETTERS and letters in found_letters


def _is_most(found_letters: str, letters: str) -> bool:
    """Whether what was found is as long as nearly all of a text."""
    return len(found_letters) > (1 - MIN_PASSED_BY) * len(letters)


def prose_of(page: LexborHTMLParser, own_part: OwnPart) -> Iterator[Prose]:
    """The prose of the article's own part of a page."""
    for node in page.css(PROSE_SELECTOR)[:MAX_ELEMENTS]:
        if node.tag == "li" and node.css_first("p, ul, ol") is not None:
            continue
        letters = letters_of(node.text())
        if (
            len(letters) >= MIN_PROSE_LETTERS
            and not _is_linked(node, len(letters))
            and _is_own(node, own_part)
        ):
            yield Prose(node, letters)


def letters_of(text: str) -> str:
    """The letters and digits of a text alone, in lower case."""
    return letters_and_digits(text).casefold()


def _is_linked(node: LexborNode, letters: int) -> bool:
    if any(each.tag == "a" for each in upwards(node)):
        return True
    return sum(len(letters_of(link.text())) for link in node.css("a")) > MAX_LINKED * letters


def _is_own(node: LexborNode, own_part: OwnPart) -> bool:
    return own_part.has(node) and all(each.tag not in AROUND_TAGS for each in upwards(node))


def found_again(own: Sequence[Prose], found_letters: str) -> Sequence[Prose]:
    """The prose that is in what was found, by the letters of that."""
    return [prose for prose in own if prose.letters in found_letters]


def holder_of(own: Sequence[Prose], share: float) -> LexborNode:
    """The innermost element that holds that share of these."""
    held: dict[int, int] = {}
    for prose in own:
        for each in upwards(prose.node):
            held[each.mem_id] = held.get(each.mem_id, 0) + len(prose.letters)
    total = sum(len(prose.letters) for prose in own)
    heaviest = max(own, key=lambda prose: _heaviest(prose.node, held)).node
    return next(each for each in upwards(heaviest) if held[each.mem_id] >= share * total)


def _heaviest(node: LexborNode, held: Mapping[int, int]) -> int:
    """How much prose stands beside a paragraph, in the element around it."""
    return held[node.parent.mem_id] if node.parent is not None else 0


def _limit(holder: LexborNode, own_part: OwnPart) -> LexborNode:
    """The element in which more of an article may be: what holds its headline, too."""
    with_heading = {each.mem_id for each in upwards(own_part.heading)} if own_part.is_headed else set()
    common = next((each for each in upwards(holder) if each.mem_id in with_heading), holder)
    return holder if common.tag in ("body", "html") else common


def _text(holder: LexborNode, own_part: OwnPart) -> Iterator[LexborNode]:
    """The elements of what a text is made of, within an element."""
    taken: set[int] = set()
    for node in holder.css(TEXT_SELECTOR)[:MAX_ELEMENTS]:
        if not taken.isdisjoint(ancestor_ids(node)):
            continue
        is_list = node.tag in ("ul", "ol", "dl")
        if is_list and _is_linked(node, len(letters_of(node.text()))):
            taken.add(node.mem_id)
        elif _is_own(node, own_part) or (node.tag in ("figure", "blockquote") and _is_in_own(node, own_part)):
            taken.add(node.mem_id)
            yield node


def _is_in_own(node: LexborNode, own_part: OwnPart) -> bool:
    return node.parent is not None and _is_own(node.parent, own_part)


def share_held(letters: str, parts: str) -> float:
    """How much of a text is within another, by its runs of letters."""
    runs = [parts[start : start + RUN_LETTERS] for start in range(0, len(parts), RUN_LETTERS)]
    return sum(run in letters for run in runs) / len(runs)
