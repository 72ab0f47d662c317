"""The ends of words and phrases, in scripts that write spaces between words and in those that do not.

ICU's dictionaries know where a word may end in Lao, Thai, Khmer, Burmese, Chinese and Japanese; BudouX's
small models where a phrase of Japanese, Chinese and Thai does; and a few rules what neither knows: what must
not be torn (addresses, names, numbers and their units), and words that only lead to others.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import regex
from icu4py.breakers import WordBreaker

from syndicator.text.graphemes import pieces

if TYPE_CHECKING:
    from budoux.parser import Parser

#: Marks of repetition and abbreviation that belong to the word before them, whatever ICU says.
CLINGING = ("ໆ", "ຯ", "ๆ", "ฯ")

#: Vowels that are written before the consonant they follow in speech: alone, they are half a syllable.
LEADING_VOWELS = "ເແໂໃໄเแโใไ"

#: A consonant of Lao with a tone and without any vowel, which is half a word: that of "ກ່ວາ", which ICU tears.
WITHOUT_VOWEL = regex.compile(r"(?<![ເແໂໃໄ])(?<![ເແໂໃໄ][ກ-ຮໜໝ])[ກ-ຮໜໝ][່-໋]$")

#: Words of Thai, Lao and Khmer that lead to the word behind them (they make a noun, a person, an adjective of
#: it, or are prepositions): alone, they mean nothing, and dictionaries have the whole.
LEADING_WORDS = (
    *("การ", "ความ", "ผู้", "นัก", "ชาว", "น่า", "ช่าง", "เครื่อง", "แห่ง", "พวก", "อย่าง", "โดย", "ด้าน"),
    *("ການ", "ຄວາມ", "ຜູ້", "ນັກ", "ຊາວ", "ໜ້າ", "ຊ່າງ", "ເຄື່ອງ", "ແຫ່ງ", "ພວກ", "ຢ່າງ", "ໂດຍ", "ດ້ານ"),
    *("ບົດ", "ຮອງ", "ຂັ້ນ", "ບໍ່", "ວົງ", "ແນວ", "ສະຫະ", "ແມ່ນ້ຳ", "ຫຼຽນ", "ອຸດສາຫະ"),
    *("ກອງ", "ສຳນັກ", "ໂຄງ", "ທີ່", "ຂອງ", "ງານ", "ບັນດາ", "ໃນ", "ที่", "ของ", "ใน", "และ", "ແລະ", "ว่า", "ວ່າ"),
    *(
        "ការ",
        "ភាព",
        "អ្នក",
        "ពួក",
        "កិច្ច",
        "សេចក្តី",
        "សេចក្ដី",
        "ថ្ងៃ",
        "លោក",
        "ដោយ",
        "នៃ",
    ),
    *("ក្នុង", "និង", "របស់", "ដែល", "ថា", "នៅ", "ពី", "ទៅ", "ដើម្បី", "ខេត្ត", "ស្រុក", "ឃុំ", "ភូមិ", "ក្រុម", "ពាក្យ"),
)

#: Letters of scripts whose words may be joined, and what ends an address in scripts without spaces.
JOINED = r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{M}\p{N}]"
NO_ADDRESS = r"\s\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}。，、「」『』《》“”«»<>"

#: What is never torn: addresses, e-mail addresses, names of accounts, hashtags, hosts, numbers with their
#: signs and short units, and words joined by hyphens or apostrophes.
WHOLE = regex.compile(
    rf"""(?:https?|ftp)://[^{NO_ADDRESS}]++
      | (?<![\w@.+-])[A-Za-z0-9._%+-]{{1,64}}+@[\w-]++(?:\.[\w-]++)++
      | [@＠][\w.-]++(?:@[\w.-]++)?+
      | [#＃][\p{{L}}\p{{M}}\p{{N}}_]++
      | (?<![\w@.-])[A-Za-z0-9][A-Za-z0-9-]*+(?:\.[A-Za-z0-9-]++)++(?:[/?][^{NO_ADDRESS}]*+)?+{{UNIT}}
      | [+\-−]?\p{{Sc}}?[ \u00a0\u202f]?(?<!\p{{Nd}})\p{{Nd}}++
        (?:[.,:/’'٫٬\u00a0\u202f–-]\p{{Nd}}++|[ ](?=\p{{Nd}}{{3}}(?!\p{{Nd}}))\p{{Nd}}{{3}})*+{{UNIT}}
      | (?<!{JOINED}){JOINED}++(?:[-‐‑'’.]{JOINED}++)++""".replace(
        "{UNIT}", r"(?:(?<=\p{Nd})[ \u00a0\u202f]?(?:\p{L}{1,3}+(?![\p{L}\p{M}])|[%‰°]\p{L}?))?+"
    ),
    regex.VERBOSE,
)

#: Characters that all of these have, which most texts have few of.
WHOLE_HINT = re.compile(r"\d|[@#＠＃]|[.'’‐‑-](?=\w)|://")

#: Closing marks and signs that stay with the word before them.
BEHIND = regex.compile(
    r"""(?:[ \u00a0\u202f]?[ໆຯๆฯ]|[\p{Pe}\p{Pf}%‰°′″\p{Sc}]|["'](?![\p{L}\p{M}\p{N}]))++"""
)

#: Behind a number, its unit or what is counted.
UNIT = regex.compile(r"\.?[ \u00a0\u202f-]?[\p{L}%‰°\p{Sc}]")

WORD = regex.compile(r"[\p{L}\p{M}\p{N}\p{So}]")

#: Ends of phrases: commas and their kin, dashes, and the spaces of scripts that write none between words.
SPACELESS = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
PHRASE_END = regex.compile(
    rf"""(?=[\s,;:、，；：،؛፣፤၊])(?<=[\p{{L}}\p{{M}}\p{{N}}\p{{Pe}}\p{{Pf}}"])(?:
        [,;:](?=\s) | [、，；：،؛፣፤၊] | \s+[–—-]+(?=\s) | (?<={SPACELESS})\s+(?={SPACELESS})(?!\s*[ໆຯๆฯ]))""",
    regex.VERBOSE,
)
CLAUSE_SPACE = regex.compile(rf"\s(?<={SPACELESS}\s)\s*(?={SPACELESS})")

KANJI_TO_KANA = regex.compile(r"(?<=\p{Han})(?=\p{Hiragana})")

#: Characters on either side of a place that BudouX's models look at.
SEEN_CHARS = 3


def words(text: str) -> list[tuple[int, int]]:
    """The pieces that ICU breaks a text into, from where to where, spaces and marks among them."""
    return pieces(WordBreaker(text, "lo"), text)


def word_end(text: str, start: int, end: int) -> int:
    """Where a word (a piece of ``words``) ends with the closing marks behind it; 0: nothing may end there."""
    if not WORD.match(text, start):
        return 0
    if behind := BEHIND.match(text, end):
        end = behind.end()
    is_half = text[end - 1] in LEADING_VOWELS or WITHOUT_VOWEL.search(text, start, end)
    is_part = text[end - 1].isdigit() and UNIT.match(text, end)
    return 0 if is_half or is_part else end


def wholes(text: str) -> Iterator[tuple[int, int]]:
    """What is never torn, from where to where; without the punctuation behind it."""
    done = 0
    for hint in WHOLE_HINT.finditer(text):
        if hint.start() < done:
            continue
        start = max(done, text.rfind(" ", done, max(done, text.rfind(" ", done, hint.start()))))
        done = _behind_next_word(text, hint.end())
        for found in WHOLE.finditer(text, start, done):
            yield found.start(), found.start() + len(found.group().rstrip(".,;:!?…)]'’\""))
            done = max(done, found.end())


def _behind_next_word(text: str, place: int) -> int:
    """The end of the run of words with hints around a place, and of the word behind it."""
    end = text.find(" ", place)
    end = text.find(" ", end + 1) if end >= 0 else -1
    return end if end >= 0 else len(text)


def phrase_ends(text: str) -> list[int]:
    """Where phrases end, before the comma or space behind them."""
    return [found.start() for found in PHRASE_END.finditer(text)]


def is_firm(text: str, end: int, language: str = "") -> bool:
    """Whether a word that ends there ends a phrase, too, as far as its script's rules and models know."""
    before, behind = text[end - 1], text[end : end + 1]
    if not behind or not behind.isalpha() or before.isascii():
        return True
    model = _model(before, behind, text, language)
    if KANJI_TO_KANA.match(text, end) and model == "ja":
        return False
    start = max(0, end - SEEN_CHARS)
    if model and not _breaks(model, text[start : end + SEEN_CHARS], end - start):
        return False
    return not text.endswith(LEADING_WORDS, 0, end)


def _model(before: str, behind: str, text: str, language: str) -> str:
    """The model for a place: by its script, and by its language where several share it."""
    if "\u0e00" <= before <= "\u0e7f" and "\u0e00" <= behind <= "\u0e7f":
        return "th"
    if not (before >= "\u3040" and behind >= "\u3040"):
        return ""
    tag = language.lower()
    if tag.startswith("ja") or (not tag and regex.search(r"[\p{Hiragana}\p{Katakana}]", text)):
        return "ja"
    if tag and not tag.startswith(("zh", "yue")):
        return ""
    return "zh-hant" if tag.endswith(("hant", "tw", "hk", "mo")) or "hant" in tag else "zh-hans"


def _breaks(model: str, seen: str, place: int) -> bool:
    """Whether a model has a phrase end at a place of what it sees there."""
    ends, end = [], 0
    for chunk in _parser(model).parse(seen):
        end += len(chunk)
        ends.append(end)
    return ends[bisect_left(ends, place)] == place


@cache
def _parser(model: str) -> Parser:
    import budoux  # noqa: PLC0415 - two megabytes, for those who publish in these languages

    return {
        "ja": budoux.load_default_japanese_parser,
        "th": budoux.load_default_thai_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
    }[model]()
