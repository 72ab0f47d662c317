"""The ends of sentences, in all scripts: where a text may stop and be whole.

ICU's sentence breaks know neither abbreviations (its suppressions are few, and take a millisecond to load)
nor open quotes, so these are found by their marks: the property ``Sentence_Break`` of UAX #29, and what
Tibetan, Greek and Lao have besides.
"""

from __future__ import annotations

import regex

from syndicator.text.abbreviations import BEFORE_NUMBERS, CAPITALISED, ORDINAL_STOP, abbreviations

#: Closing marks behind a stop, which belong to its sentence.
CLOSERS = r"""(?:[\p{Close_Punctuation}\p{Final_Punctuation}"']|[“«](?=\s|$)|[ \u00a0\u202f]»(?=\s|$))*+"""

#: A stop with what closes behind it, up to white space, the text's end, or a script that writes no spaces.
#: Tibetan's shad and the Thai paragraph's end are no ``STerm``, nor is what Greeks ask with; Burmese's little
#: section (a comma) is one.
STOP = regex.compile(
    rf"""(?P<full>(?<![.…])[.．](?![.…]))(?P<closed>{CLOSERS})(?=\s|$)
      | (?P<other>(?:(?!၊)[\p{{Sentence_Break=STerm}}།༎๚๛‽]|(?<=\p{{Greek}});)++)(?P<closed>{CLOSERS})
        (?=(?P<after>\s|$|[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Hangul}}\p{{Myanmar}}\p{{Tibetan}}\p{{Ethiopic}}「『（《“‘\p{{So}}])|(?<=[。！？｡]))""",
    regex.VERBOSE,
)

#: The last word before a full stop, with stops inside, and the characters that are looked at for it.
LAST_WORD = regex.compile(r"(?r)[\p{L}\p{M}\p{N}.·'’-]*+")
MARKS = regex.compile(r"\p{M}+")

MAX_WORD_CHARS = 24

#: Where a full stop abbreviates: behind any word in Thai, whose sentences have none; in Lao behind a few
#: letters without a vowel's, but for words that are so short.
THAI = regex.compile(r"\p{Thai}$")
FEW_IN_LAO = regex.compile(r"[ກ-ຮໜໝ]{2,3}")
SHORT_IN_LAO = frozenset(("ຄົນ", "ວັນ", "ກັນ", "ຫຼັງ", "ນັ້ນ", "ໜຶ່ງ", "ນຶ່ງ", "ຕົວ", "ຫຼັກ", "ຝົນ", "ຖົນ", "ລົດ"))

#: What a sentence goes on with behind a stop: a lower-case letter, or a dash before one.
GOES_ON = regex.compile(r"\s*(?:[–—-]\s*)?\p{Ll}")
DIGIT_FOLLOWS = regex.compile(r"\s*\p{Nd}")
ROMAN_FOLLOWS = regex.compile(r"\s*(?:[IVXLC]{2,8}|[VXLC])\b")

#: Marks that open, and what closes them; some close in one language what they open in another.
CLOSED_BY = {
    "(": ")",
    "[": "]",
    "（": "）",
    "［": "］",
    "【": "】",
    "〔": "〕",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "“": "”",
    "„": "“”",
    "‚": "‘’",
    "‘": "’",
    "«": "»",
    "‹": "›",
    "»": "«",
    "”": "”",
    '"': '"',
}
ALL_MARKS = regex.compile(r"\n\s*\n|[()\[\]（）［］【】〔〕「」『』《》〈〉“”„‚‘’«»‹›\"]")

#: Marks that may be depended on to be open, where nothing that they could close is.
ALWAYS_OPENS = frozenset("([（［【〔「『《〈“„‚‘«‹")


def sentence_ends(text: str, language: str = "") -> list[int]:
    """Where sentences of a text end, in characters from its beginning, with the marks that close behind them.
    None inside a quote or a bracket."""
    known = abbreviations(language)
    open_from = _open_marks(text)
    ends: list[int] = []
    at = 0
    for found in STOP.finditer(text):
        end = found.end()
        while at + 1 < len(open_from) and open_from[at + 1][0] <= end:
            at += 1
        if open_from[at][1]:
            continue
        if found["full"] and not _is_end(text, found.start(), end, known, language):
            continue
        if found["other"] and found["after"] != "" and GOES_ON.match(text, end):
            continue
        ends.append(end)
    return ends


def _is_end(text: str, stop: int, end: int, known: frozenset[str], language: str) -> bool:
    """Whether a full stop ends a sentence."""
    if GOES_ON.match(text, end) or DIGIT_FOLLOWS.match(text, end):
        return False
    found = LAST_WORD.match(text, max(0, stop - MAX_WORD_CHARS), stop)
    word = found.group().strip("'’-") if found else ""
    if not word:
        return stop > 0 and not text[stop - 1].isspace()
    if word.isdigit():
        return len(word) > 2 or (bool(language) and not _is_ordinal(language) and text[:stop] != word)
    if "." in word:
        return word.rpartition(".")[2].isdigit() or (word.count(".") == 1 and len(word) > 8)
    letters = MARKS.sub("", word)
    if THAI.search(letters) or (FEW_IN_LAO.fullmatch(letters) and word not in SHORT_IN_LAO):
        return False
    lower = word.lower().rpartition("’")[2]
    if lower in BEFORE_NUMBERS:
        return not ROMAN_FOLLOWS.match(text, end)
    is_known = lower in known and not (lower in CAPITALISED and word == lower)
    return len(letters) > 1 and not is_known and not (lower.endswith("str") and "str" in known)


def _is_ordinal(language: str) -> bool:
    return language.partition("-")[0].lower() in ORDINAL_STOP


def _open_marks(text: str) -> list[tuple[int, int]]:
    """From which place on how many quotes and brackets are open. A paragraph's end closes all."""
    stack: list[str] = []
    changes = [(0, 0)]
    for found in ALL_MARKS.finditer(text):
        mark, start = found.group(), found.start()
        if mark[0] == "\n":
            stack.clear()
        elif stack and mark in stack[-1] and not (mark == "’" and text[start + 1 : start + 2].isalpha()):
            stack.pop()
        elif mark in ALWAYS_OPENS or (mark in '»”"' and _stands_before_a_word(text, start)):
            stack.append(CLOSED_BY[mark])
        changes.append((found.end(), len(stack)))
    return changes


def _stands_before_a_word(text: str, start: int) -> bool:
    before, behind = text[max(0, start - 1) : start], text[start + 1 : start + 2]
    return not (before.isalnum() or before in (".", ",", "!", "?", "%")) and bool(behind.strip())
