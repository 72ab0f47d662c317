"""Lists in a line of text: their items set apart, as the script that they are written in does it."""

from __future__ import annotations

import regex

from syndicator.text.clean import fold
from syndicator.text.markup import parse_part, text_of

#: Signs that stand in a text while it is laid in a line, of private use, so that none says anything there:
#: before a list, behind an item, behind a list.
LEAD, ITEM, END = "\U0010fff0", "\U0010fff1", "\U0010fff2"
WITHOUT_SIGNS = dict.fromkeys(map(ord, (LEAD, ITEM, END)))
SIGNS = regex.compile(
    rf"""(?P<last>[\p{{L}}\p{{M}}\p{{N}}%‰°\p{{Sc}}])?+(?P<closed>[\p{{Pe}}\p{{Pf}}"']?+)
         [ ]?+[{LEAD}-{END}][{LEAD}-{END}[ ]]*+""",
    regex.VERBOSE | regex.VERSION1,
)


#: What is written for each, by the script of the last letter before it. Thai, Lao and Khmer set phrases apart
#: with a space, which is there anyway.
MARKS = (
    (regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}]"), {LEAD: ":", ITEM: "", END: ""}),
    (regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]"), {LEAD: "：", ITEM: "；", END: "。"}),
    (regex.compile(r"\p{Myanmar}"), {LEAD: " -", ITEM: "၊", END: "။"}),
    (regex.compile(r"\p{Devanagari}"), {LEAD: ":", ITEM: ";", END: "।"}),
    (regex.compile(r"\p{Arabic}"), {LEAD: ":", ITEM: "؛", END: "."}),
    (regex.compile(r"."), {LEAD: ":", ITEM: ";", END: "."}),
)

#: What a mark of ours stands with no space behind.
WIDE = "：；。"

LISTS, ITEMS = "ul, ol, dl", "li, dd"


def has_list(markup: str) -> bool:
    """Whether there is an item of a list in markup."""
    return "<li" in markup.lower() or "<dd" in markup.lower()


def line_of(markup: str) -> str:
    """Markup as one line of plain text, in which items of lists run neither into one another nor into what
    stands around the list; where they have marks of their own, these do."""
    root = parse_part(markup.translate(WITHOUT_SIGNS))
    for node in root.css(LISTS):
        node.insert_before(ITEM if node.parent is not None and node.parent.tag in ("li", "dd") else LEAD)
        node.insert_after(END)
    for node in root.css("dt"):
        node.insert_after(LEAD)
    for node in root.css(ITEMS):
        node.insert_after(ITEM)
    return fold(SIGNS.sub(_mark, fold(text_of(root.html or "")).strip(f"{LEAD}{ITEM}{END} ")))


def _mark(found: regex.Match[str]) -> str:
    """What is written for signs that follow one another: the last one tells where the text goes on."""
    before, sign = f"{found['last'] or ''}{found['closed']}", found.group().rstrip()[-1]
    if not found["last"]:
        return f"{before} "
    marks = next(marks for script, marks in MARKS if script.match(found["last"]))
    return f"{before}{marks[sign]}" + ("" if marks[sign] in tuple(WIDE) else " ")
