"""Detection of the language that a text is in."""

from __future__ import annotations

import re

import pycld2
import regex

from syndicator.text.markup import legal

#: Scripts that name the language by themselves.
SCRIPTS = {"lo": r"\p{Lao}", "th": r"\p{Thai}", "km": r"\p{Khmer}", "my": r"\p{Myanmar}"}

#: Letters below which the source's declaration is more trustworthy than a guess. Marks count: many of the
#: region's vowels are marks.
MIN_LETTERS = 40

#: Characters of a text that are looked at: more tell nothing new.
MAX_CHARS = 5000

#: The detector's outdated tags, and those by which BCP 47's registry has replaced them.
CURRENT_TAGS = {"iw": "he", "jw": "jv", "mo": "ro", "in": "id", "ji": "yi"}


#: The tags that the detector takes for a hint.
KNOWN_TAGS = frozenset(code for _, code in pycld2.LANGUAGES)

#: ISO 639-1 (https://www.loc.gov/standards/iso639-2/php/code_list.php); a longer code is one of ISO 639-3.
TWO_LETTER_CODES = frozenset(
    re.findall(
        r"\w\w",
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
        "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
        "ht hu hy hz ia id ie ig ii ik in io is it iu iw ja ji jv jw ka kg ki kj kk kl km kn ko kr "
        "ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mo mr ms mt my na nb nd ne ng "
        "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk "
        "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve "
        "vi vo wa wo xh yi yo za zh zu",
    )
)
ASCII_LETTERS = re.compile("[A-Za-z]+")
LETTERS = regex.compile(r"[\p{L}\p{M}]+")
LONGER_CODE = re.compile(r"[a-z]{3}|[xi]")


def detect(text: str, hint: str = "") -> str:
    """The language of a text as a BCP 47 tag; ``hint`` where the text is too short or too mixed to tell.

    A hint of the language that the text is in wins with all that it says (``lo-LA``).
    """
    text = legal(text[:MAX_CHARS])
    hint = hint if is_language(hint) else ""
    hinted = hint.partition("-")[0].lower()
    letters = sum(map(len, (ASCII_LETTERS if text.isascii() else LETTERS).findall(text)))
    if letters < MIN_LETTERS and hint:
        return hint
    tag = _by_script(text, letters) or _by_words(text, letters, hinted)
    return hint if tag.partition("-")[0] in ("", hinted) else tag


def is_language(tag: str) -> bool:
    """Whether a tag begins as those of languages do (RFC 5646 section 2.2.1). Some pages name a country."""
    primary = tag.partition("-")[0].lower()
    return primary in TWO_LETTER_CODES or bool(LONGER_CODE.fullmatch(primary))


def _by_script(text: str, letters: int) -> str:
    if (
        text.isascii() or 2 * sum(map(len, ASCII_LETTERS.findall(text))) >= letters
    ):  # no other script has more of them
        return ""
    counts = {
        tag: len(regex.findall(rf"(?=[\p{{L}}\p{{M}}]){script}", text)) for tag, script in SCRIPTS.items()
    }
    return next((tag for tag, count in counts.items() if count > letters / 2), "")


def _by_words(text: str, letters: int, hinted: str) -> str:
    if letters < MIN_LETTERS:
        return ""
    try:
        is_reliable, _, guesses = pycld2.detect(text, hintLanguage=hinted if hinted in KNOWN_TAGS else None)
    except pycld2.error:
        return ""
    tag = str(guesses[0][1])
    is_language = is_reliable and tag != "un" and not tag.startswith("xx")
    return CURRENT_TAGS.get(tag, tag) if is_language else ""
