"""Share cards: the headline as a picture, for channels that show one of an article that has none."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from syndicator.domain.article import Article
from syndicator.domain.errors import Misconfigured, PhotoError
from syndicator.domain.feed import Site
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.photos.encoding import within
from syndicator.photos.lettering import (
    TextStyle,
    check_shaping,
    drawable,
    is_rtl,
    leading_for,
    lines,
    title_style,
    write,
)
from syndicator.photos.logo import is_for_dark_ground, logo
from syndicator.text.rulers import GRAPHEMES

#: Width and height in pixels that sites ask for (https://ogp.me/ shares of 1.91 to 1).
SIZE_PX = (1200, 630)

#: Parts of the shorter side: the margin, the bar of the newsroom's colour, the gap between lines of
#: different kinds.
MARGIN, BAR, GAP = 0.1, 0.03, 0.04

#: Sizes of a title in parts of the shorter side, the largest first.
TITLE_SIZES = (0.15, 0.13, 0.112, 0.098, 0.085, 0.074, 0.064)

#: A logo's height in parts of the shorter side, and its width in parts of the room; how many times as wide as
#: high one is that has the name in it.
LOGO_HEIGHT, LOGO_WIDTH, MIN_WORDMARK = 0.1, 0.55, 2.2

PAPER, INK, SOFT = "#ffffff", "#16202c", "#5d6671"

#: What a share card is called in its alternative text, by language.
CARD_WORDS = {
    "ar": "بطاقة عنوان",
    "de": "Schlagzeile als Bild",
    "en": "Headline card",
    "es": "Tarjeta de titular",
    "fr": "Carte-titre",
    "he": "כרטיס כותרת",
    "ja": "見出しカード",
    "lo": "ບັດພາດຫົວຂ່າວ",
    "my": "ခေါင်းစဉ်ကတ်",
    "th": "การ์ดพาดหัวข่าว",
    "zh": "标题卡片",
}

#: Graphemes of a text that are looked at: more than fits, whatever a source may send.
MAX_GRAPHEMES = 300


def share_card(article: Article, site: Site, limits: PhotoLimits) -> PhotoFile:
    """The headline of an article as a JPEG within a channel's limits: its section above it, the newsroom's
    logo or name below, in the colour of ``[site] accent``. It is 1200 x 630 pixels, or of the nearest shape
    and size that fits, with its alternative text. Raises ``Misconfigured`` where Pillow cannot shape
    text, and ``PhotoError`` where no card fits."""
    check_shaping()
    width, height = _size(limits)
    mark, remark = _logo(site)
    card = _drawn(article, site, width, height, mark)

    def encode(size: tuple[int, int], quality: int) -> bytes:
        out = io.BytesIO()
        shown = card if size == card.size else card.resize(size, Image.Resampling.LANCZOS)
        shown.save(out, "JPEG", quality=max(quality, 80), subsampling=0, optimize=True)  # letters have edges
        return out.getvalue()

    content, (width, height) = within((width, height), limits.length, encode)
    return PhotoFile(
        content=content,
        media_type="image/jpeg",
        width=width,
        height=height,
        filename="card.jpg",
        remark=remark,
        alt=share_card_alt(article, site),
    )


def share_card_alt(article: Article, site: Site) -> str:
    """The alternative text of a share card, in the article's language where we have its words: what is
    written upon it, and that it is a card and no photo."""
    words = CARD_WORDS.get((article.language or site.language).partition("-")[0].lower(), CARD_WORDS["en"])
    return f"{words}: {article.title}"


def _size(limits: PhotoLimits) -> tuple[int, int]:
    """The card's size. Unlike a photo it is made, not cropped, so that a narrow shape has all of its text."""
    width, height = SIZE_PX
    if limits.ratio:
        ratio = min(max(width / height, limits.ratio[0]), limits.ratio[1])
        area = width * height
        width, height = round((area * ratio) ** 0.5), round((area / ratio) ** 0.5)
    scale = min(1.0, limits.side / max(width, height))
    if limits.max_pixels:
        scale = min(scale, (limits.max_pixels / (width * height)) ** 0.5)
    size = max(1, int(width * scale)), max(1, int(height * scale))
    if min(size) < max(limits.min_side, 64):
        raise PhotoError(f"no card can be drawn on {size[0]} x {size[1]} pixels", lasting=True)
    return size


def _logo(site: Site) -> tuple[Image.Image | None, str]:
    """The newsroom's logo, and why a card is without it."""
    if site.logo is None:
        return None, ""
    try:
        return logo(site.logo), ""
    except Misconfigured as e:
        return None, f"its card is without the logo: {e}"


def _drawn(article: Article, site: Site, width: int, height: int, mark: Image.Image | None) -> Image.Image:
    card = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(card)
    unit = min(width, height)
    margin, bar, gap = round(unit * MARGIN), max(2, round(unit * BAR)), round(unit * GAP)
    pen.rectangle([0, 0, width, bar - 1], fill=site.accent)
    section, title, name = (
        drawable(GRAPHEMES.cut(text, MAX_GRAPHEMES)) for text in (article.section, article.title, site.title)
    )
    room = width - 2 * margin
    small = TextStyle(max(10, round(unit * 0.046)), 700, site.accent, language=article.language)
    foot = TextStyle(small.size, 700, INK, language=site.language)
    is_mirrored = is_rtl(title)
    if mark:
        mark = _sized(mark, round(unit * LOGO_HEIGHT), round(room * LOGO_WIDTH), site.accent, gap // 2)
    y, foot_y = bar + margin, height - margin - max(foot.height, mark.height if mark else 0)
    if section:
        y = write(pen, margin, y, lines(section, small, room, 1), small, room, mirrored=is_mirrored) + gap
    leading = leading_for(title)
    titles = [
        TextStyle(max(12, round(unit * size)), 700, INK, leading, article.language) for size in TITLE_SIZES
    ]
    style = title_style(title, titles, room, foot_y - gap - y)
    most = max(1, (foot_y - gap - y) // style.height)
    write(pen, margin, y, lines(title, style, room, most), style, room, mirrored=is_mirrored)
    host = (urlsplit(article.url).hostname or "").removeprefix("www.")
    if mark is None:
        pen.rectangle(_rule(margin, foot_y - gap // 2, bar, room, mirrored=is_mirrored), fill=site.accent)
        write(pen, margin, foot_y, lines(name or host, foot, room, 1), foot, room, mirrored=is_mirrored)
        return card
    card.paste(mark, (margin + room - mark.width if is_mirrored else margin, foot_y), mark)
    if mark.width < mark.height * MIN_WORDMARK:  # a sign: its name stands beside it
        indent = mark.width + gap
        name_y = foot_y + (mark.height - foot.height) // 2
        left = margin if is_mirrored else margin + indent
        shown = lines(name or host, foot, room - indent, 1)
        write(pen, left, name_y, shown, foot, room - indent, mirrored=is_mirrored)
    return card


def _sized(mark: Image.Image, height: int, max_width: int, accent: str, padding: int) -> Image.Image:
    """The logo at so many pixels of height, if it has as many; on a ground of the newsroom's colour where it
    would be lost on white."""
    scale = min(1.0, height / mark.height, max_width / mark.width)
    size = max(1, round(mark.width * scale)), max(1, round(mark.height * scale))
    small = mark.resize(size, Image.Resampling.LANCZOS)
    if not is_for_dark_ground(mark):
        return small
    ground = Image.new("RGBA", (size[0] + 2 * padding, size[1] + 2 * padding), accent)
    ground.alpha_composite(small, (padding, padding))
    return ground


def _rule(x: int, y: int, thickness: int, room: int, *, mirrored: bool) -> tuple[int, int, int, int]:
    """A short rule above the newsroom's name, on the side where reading begins."""
    length = thickness * 4
    left = x + room - length if mirrored else x
    return left, y, left + length - 1, y + max(1, thickness // 4)
