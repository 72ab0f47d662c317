"""Telling languages apart."""

from __future__ import annotations

import pycld2
import regex

#: Scripts that name the language by themselves.
SCRIPTS = {"lo": r"\p{Lao}", "th": r"\p{Thai}", "km": r"\p{Khmer}", "my": r"\p{Myanmar}"}

#: Below so many letters, what the source declares is more trustworthy than a guess.
ENOUGH = 40


def detect(text: str, hint: str = "") -> str:
    """The language of a text as a BCP 47 tag; ``hint`` where the text is too short to tell."""
    hinted, _, _ = hint.partition("-")
    letters = len(regex.findall(r"\p{L}", text))
    for tag, script in SCRIPTS.items():
        if letters and len(regex.findall(rf"(?=\p{{L}}){script}", text)) > letters / 2:
            return hint if hinted == tag else tag
    if letters < ENOUGH:
        return hint
    try:
        is_reliable, _, guesses = pycld2.detect(text, hintLanguage=hinted or None)
    except pycld2.error:
        return hint
    tag = str(guesses[0][1])
    return hint if not is_reliable or tag in ("un", hinted) else tag
