"""Cards: what a post looks like, drawn, so that a person sees it before (or without) its being sent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

from icu4py.breakers import LineBreaker
from PIL import Image, ImageDraw, ImageFont, ImageOps, features

from syndicator.errors import Misconfigured
from syndicator.photos.picture import opened
from syndicator.post import Post
from syndicator.text.rulers import CLINGING, ELLIPSIS, graphemes

#: Pixels: the size that sites ask for (https://ogp.me/ shares of 1.91 to 1).
SIZE = (1200, 630)
PHOTO_SIDE = 0.46
MARGIN = 56

PAPER, INK, SOFT, ACCENT = "#fbf8f2", "#1c2430", "#6b7480", "#9c3b2e"

#: One font has no script of the world: each grapheme is drawn by the first that has all of it.
FONTS = (
    ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosanslao/NotoSansLao[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosansthai/NotoSansThai[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosanskhmer/NotoSansKhmer[wdth,wght].ttf"),
    ("justmytype_intl_sea", "fonts/ofl/notosansmyanmar/NotoSansMyanmar[wdth,wght].ttf"),
)


@dataclass(frozen=True)
class Style:
    size: int
    weight: int
    colour: str
    leading: float = 1.35

    @property
    def height(self) -> int:
        return round(self.size * self.leading)


SECTION, TITLE = Style(26, 700, ACCENT), Style(50, 700, INK, 1.28)
SUMMARY, FOOT = Style(29, 400, SOFT, 1.42), Style(24, 500, SOFT)


def draw_card(post: Post) -> bytes:
    """The post as a PNG: photo, section, title, summary and where the link leads. Raises ``Misconfigured``
    where Pillow cannot shape text (it would misplace the marks of Lao)."""
    if not features.check("raqm"):
        raise Misconfigured("this Pillow has no Raqm, without which Lao cannot be drawn: install its wheel")
    card = Image.new("RGB", SIZE, PAPER)
    left = _photo(card, post)
    pen = ImageDraw.Draw(card)
    article = post.article
    x, y, width = left + MARGIN, MARGIN, SIZE[0] - left - 2 * MARGIN
    bottom = SIZE[1] - MARGIN - FOOT.height
    if article.section:
        y = _text(pen, (x, y), article.section, SECTION, width, 1) + 14
    y = _text(pen, (x, y), article.title, TITLE, width, 4) + 18
    room = max(0, (bottom - 16 - y) // SUMMARY.height)
    _text(pen, (x, y), article.note or article.summary, SUMMARY, width, room)
    foot = f"{urlsplit(article.url).netloc}  ·  {article.published:%Y-%m-%d %H:%M} UTC"
    _text(pen, (x, bottom), foot, FOOT, width, 1)
    pen.rectangle([left, 0, left + 8, SIZE[1]], fill=ACCENT)
    out = io.BytesIO()
    card.save(out, "PNG", optimize=True)
    return out.getvalue()


def _photo(card: Image.Image, post: Post) -> int:
    """Put the photo on the left; the place where the text begins."""
    if post.photo is None:
        return 0
    width = round(SIZE[0] * PHOTO_SIDE)
    with opened(post.photo.content) as photo:
        # a little above the middle: faces are seldom at the bottom
        card.paste(ImageOps.fit(photo.convert("RGB"), (width, SIZE[1]), centering=(0.5, 0.4)))
    return width


def _text(
    pen: ImageDraw.ImageDraw, at: tuple[int, int], text: str, style: Style, width: int, most: int
) -> int:
    """Write at most so many lines; the place below them."""
    x, y = at
    lines = list(_lines(text, style, width))
    if len(lines) > most:
        lines = lines[:most]
        if lines:
            lines[-1] = _shortened(lines[-1], style, width)
    for line in lines:
        place = float(x)
        for run, font in _runs(line, style):
            pen.text((place, y + style.size), run, font=font, fill=style.colour, anchor="ls")
            place += font.getlength(run)
        y += style.height
    return y


def _lines(text: str, style: Style, width: int) -> Iterator[str]:
    line = ""
    for piece in _pieces(text):
        if line and _width((line + piece).rstrip(), style) > width:
            yield line.rstrip()
            line = ""
        line += piece
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """What a line may end after (UAX #14), marks of repetition kept with their word."""
    piece = ""
    for segment in map(str, LineBreaker(text, "lo")):
        if piece and not segment.startswith(CLINGING):
            yield piece
            piece = ""
        piece += segment
    yield piece


def _shortened(line: str, style: Style, width: int) -> str:
    kept = list(graphemes(line))
    while kept and _width("".join(kept).rstrip() + ELLIPSIS, style) > width:
        kept.pop()
    return "".join(kept).rstrip() + ELLIPSIS


def _width(text: str, style: Style) -> float:
    return sum(font.getlength(run) for run, font in _runs(text, style))


def _runs(text: str, style: Style) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    """Stretches of text that one font can draw."""
    run, current = "", 0
    for grapheme in graphemes(text):
        wanted = _font_for(grapheme)
        if run and wanted != current:
            yield run, _font(current, style.size, style.weight)
            run = ""
        run, current = run + grapheme, wanted
    if run:
        yield run, _font(current, style.size, style.weight)


@cache
def _font_for(grapheme: str) -> int:
    if grapheme.isspace():
        return 0
    for number in range(len(FONTS)):
        font = _font(number, 40, 400)
        missing = font.getmask("\U0010fffe").getbbox(), font.getlength("\U0010fffe")
        if all(_draws(font, char, missing) for char in grapheme):
            return number
    return 0


def _draws(font: ImageFont.FreeTypeFont, char: str, missing: tuple[object, float]) -> bool:
    box = font.getmask(char).getbbox()
    return (box, font.getlength(char)) != missing


@cache
def _font(number: int, size: int, weight: int) -> ImageFont.FreeTypeFont:
    package, path = FONTS[number]
    font = ImageFont.truetype(io.BytesIO(files(package).joinpath(path).read_bytes()), size)
    axes = font.get_variation_axes()
    font.set_variation_by_axes(
        [float(weight if b"eight" in axis["name"] else axis["default"] or 0) for axis in axes]
    )
    return font
