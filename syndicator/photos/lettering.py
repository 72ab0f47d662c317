"""Text in pictures: shaped, in whichever font has its script, broken into lines where readers expect it."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import regex
from icu4py.breakers import LineBreaker
from PIL import ImageDraw, ImageFont, features

from syndicator.domain.errors import Misconfigured
from syndicator.text.graphemes import graphemes
from syndicator.text.rulers import Counting
from syndicator.text.words import CLINGING

#: No font has all scripts of the world: each grapheme is drawn by the first that has all of it. Those of
#: Chinese, Japanese and Korean write the same characters each in its own way: the text's language says which
#: comes first.
FONTS = (
    ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosanslao/NotoSansLao[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosansthai/NotoSansThai[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosanskhmer/NotoSansKhmer[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosansmyanmar/NotoSansMyanmar[wdth,wght].ttf"),
    ("justmytype_intl_rtl", "fonts/ofl/notosansarabic/NotoSansArabic[wdth,wght].ttf"),
    ("justmytype_intl_rtl", "fonts/ofl/notosanshebrew/NotoSansHebrew[wdth,wght].ttf"),
    ("justmytype_intl_cjk", "fonts/ofl/notosansjp/NotoSansJP[wght].ttf"),
    ("justmytype_intl_cjk", "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"),
    ("justmytype_intl_cjk", "fonts/ofl/notosanstc/NotoSansTC[wght].ttf"),
    ("justmytype_intl_cjk", "fonts/ofl/notosanskr/NotoSansKR[wght].ttf"),
)

#: The number of the first font of these, and those of languages, by the beginning of their tags.
FIRST_CJK_FONT = 7
CJK_FONTS = {"ja": 7, "zh": 8, "zh-hant": 9, "zh-tw": 9, "zh-hk": 9, "ko": 10}

#: Heights of a line as multiples of the size, by script: marks above and below need room. Latin's is the
#: last.
LEADINGS = (
    (regex.compile(r"[\p{Myanmar}\p{Khmer}]"), 1.75),
    (regex.compile(r"[\p{Arabic}\p{Lao}\p{Thai}]"), 1.5),
    (regex.compile(""), 1.3),
)

#: Kana: what has it is Japanese, whatever its language is said to be.
KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")

#: The first letter with a direction (UAX #9, rule P2) of a text that is written from right to left.
RTL_START = regex.compile(r"\P{L}*[\p{Bidi_Class=R}\p{Bidi_Class=AL}]")

#: Pictures among the letters. What no font has of them is left out; a missing letter shows as a box.
PICTOGRAPH = regex.compile(r"[\p{Extended_Pictographic}\p{RI}]")

#: Code points that change their neighbours and draw nothing themselves: joiners, variation selectors.
INVISIBLE = regex.compile(r"[\p{Cf}\p{VS}\s]")

#: A code point that is in no font (Unicode section 23.7): it is drawn as any missing one is.
MISSING_CHAR = "\U0010fffe"


@dataclass(frozen=True)
class TextStyle:
    """The style of text: ``size`` in pixels, ``weight`` (100-900), colour, the height of a line as a
    multiple of the size (``leading``), and the text's language (BCP 47)."""

    size: int
    weight: int
    colour: str
    leading: float = 1.35
    language: str = ""

    @property
    def height(self) -> int:
        return round(self.size * self.leading)

    def width(self, text: str) -> int:
        """Pixels, rounded up."""
        return math.ceil(sum(font.getlength(run) for run, font in self.runs(text)))

    def runs(self, text: str) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
        """Stretches of text, each with the font that can draw it."""
        run, current = "", 0
        cjk = _cjk_font(text, self.language)
        for grapheme in graphemes(text):
            number = current if run and grapheme.isspace() else _font_for(grapheme, cjk) or 0
            if run and number != current:
                yield run, _font(current, self.size, self.weight)
                run = ""
            run, current = run + grapheme, number
        if run:
            yield run, _font(current, self.size, self.weight)


def check_shaping() -> None:
    """Raises ``Misconfigured`` where Pillow cannot shape text: it would misplace the marks of Lao."""
    if not features.check("raqm"):
        raise Misconfigured(
            "this Pillow was built without Raqm, without which Lao cannot be drawn: install its wheel"
        )


def drawable(text: str) -> str:
    """One line of text, without the pictographs that no font has."""
    whole = " ".join(unicodedata.normalize("NFC", text).split())
    shown = (g for g in graphemes(whole) if _font_for(g) is not None or not PICTOGRAPH.search(g))
    return " ".join("".join(shown).split())


def lines(text: str, style: TextStyle, width: int, max_lines: int) -> list[str]:
    """The text in lines, none wider than ``width``; the last ends with an ellipsis if there would be more."""
    broken = list(_lines(text, style, width))
    if len(broken) > max_lines:
        rest = "".join(broken[max_lines - 1 :]) if max_lines > 0 else ""
        last = [Counting(style.width).cut(rest, width)] if rest else []
        broken = [*broken[: max(0, max_lines - 1)], *last]
    return [line.rstrip() for line in broken]


def holds_words(text: str, style: TextStyle, width: int) -> bool:
    """Whether no word of the text is wider than a line."""
    return all(style.width(piece.rstrip()) <= width for piece in _pieces(text))


def title_style(title: str, styles: Sequence[TextStyle], width: int, height: int) -> TextStyle:
    """The first of the styles, the largest first, in which a title fits with its words whole; the last one
    where it fits in none."""
    for style in styles[:-1]:
        most = height // style.height
        if most and holds_words(title, style, width) and len(lines(title, style, width, most + 1)) <= most:
            return style
    return styles[-1]


def leading_for(text: str) -> float:
    """The height of a line of a text, as a multiple of its size, in which no mark meets another line's."""
    return next(leading for script, leading in LEADINGS if script.search(text))


def is_rtl(text: str) -> bool:
    """Whether a text is written from right to left."""
    return RTL_START.match(text) is not None


def write(
    pen: ImageDraw.ImageDraw,
    x: int,
    y: int,
    text: list[str],
    style: TextStyle,
    width: int = 0,
    *,
    mirrored: bool = False,
) -> int:
    """Draw lines with their top at ``y``, from ``x`` on; ``mirrored``: at the other end of so much width.
    Returns the y below the last one."""
    direction = "rtl" if is_rtl("".join(text)) else "ltr"
    for line in text:
        runs = list(style.runs(line))
        place = float(x + width - style.width(line)) if mirrored else float(x)
        for run, font in reversed(runs) if direction == "rtl" else runs:
            pen.text(
                (place, y + style.size), run, font=font, fill=style.colour, anchor="ls", direction=direction
            )
            place += font.getlength(run, direction=direction)
        y += style.height
    return y


def _lines(text: str, style: TextStyle, width: int) -> Iterator[str]:
    """Lines with the spaces at their ends, so that they can be joined again."""
    line = ""
    for piece in _pieces(text):
        whole = style.width(piece.rstrip()) <= width
        for part in (piece,) if whole else graphemes(piece):
            if line and style.width((line + part).rstrip()) > width:
                yield line
                line = ""
            line += part
    if line.strip():
        yield line


def _pieces(text: str) -> Iterator[str]:
    """The pieces after which a line may end (UAX #14), marks of repetition kept with their word."""
    piece = ""
    for segment in map(str, LineBreaker(text, "lo")):
        if piece and not segment.startswith(CLINGING):
            yield piece
            piece = ""
        piece += segment
    if piece:
        yield piece


def _cjk_font(text: str, language: str) -> int:
    """The number of the font for a text's Chinese characters."""
    if KANA.search(text):
        return CJK_FONTS["ja"]
    tag = language.lower()
    return next((CJK_FONTS[tag[:n]] for n in (7, 5, 2) if tag[:n] in CJK_FONTS), CJK_FONTS["zh"])


@lru_cache(maxsize=4096)
def _font_for(grapheme: str, cjk: int = FIRST_CJK_FONT) -> int | None:
    """The number of the first font that has all of a grapheme."""
    needed = INVISIBLE.sub("", grapheme)
    order = (*range(FIRST_CJK_FONT), cjk, *range(FIRST_CJK_FONT, len(FONTS)))
    return next((n for n in order if all(_has(n, char) for char in needed)), None)


@lru_cache(maxsize=4096)
def _has(number: int, char: str) -> bool:
    """Whether a font has a glyph for a code point: unshaped, or a mark would bring its own dotted circle."""
    font = _font(number, 40, 400, ImageFont.Layout.BASIC)
    return bytes(font.getmask(char)) != bytes(font.getmask(MISSING_CHAR))


@lru_cache(maxsize=64)
def _font(
    number: int, size: int, weight: int, layout: ImageFont.Layout = ImageFont.Layout.RAQM
) -> ImageFont.FreeTypeFont:
    package, path = FONTS[number]
    # by its path, so that FreeType maps it: those of Chinese and Japanese have 10 to 18 MB
    font = ImageFont.truetype(str(files(package).joinpath(path)), size, layout_engine=layout)
    axes = font.get_variation_axes()
    font.set_variation_by_axes(
        [float(weight if b"eight" in axis["name"] else axis["default"] or 0) for axis in axes]
    )
    return font
