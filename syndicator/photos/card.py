"""Cards: pictures of posts, so that a person sees one before (or without) its being sent."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

from PIL import Image, ImageDraw, ImageOps

from syndicator.domain.post import Post
from syndicator.photos.lettering import TextStyle, check_shaping, drawable, is_rtl, lines, title_style, write
from syndicator.photos.picture import opened
from syndicator.text.rulers import GRAPHEMES

#: Pixels: the size that sites ask for (https://ogp.me/ shares of 1.91 to 1).
SIZE_PX = (1200, 630)
MARGIN_PX = 56
STRIPE_PX = 8

#: Widths of the photo on the left: as narrow as it is, within reason.
MIN_PHOTO_WIDTH_PX, MAX_PHOTO_WIDTH_PX = 420, 552

PAPER, INK, SOFT, ACCENT = "#fbf8f2", "#1c2430", "#5d6671", "#9c3b2e"

SECTION, NOTE = TextStyle(26, 700, ACCENT), TextStyle(27, 600, ACCENT, 1.4)
SUMMARY = TextStyle(29, 400, SOFT, 1.42)
HOST, TIME = TextStyle(24, 700, SOFT), TextStyle(24, 500, SOFT)
CREDIT = TextStyle(18, 500, "white")

#: Styles of titles, the largest first, and pixels that a title may be high: the largest style is taken in
#: which it fits, with its words whole.
TITLES = tuple(TextStyle(size, 700, INK, 1.28) for size in (76, 66, 58, 50, 44, 38))
TITLE_HEIGHT_PX = 262

#: Graphemes of a text that are looked at: more than fits, whatever a source may send.
MAX_GRAPHEMES = 600


def draw_card(post: Post) -> bytes:
    """The post as a PNG: photo, section, title, summary and where the link leads. Raises ``Misconfigured``
    where Pillow cannot shape text."""
    check_shaping()
    card = Image.new("RGB", SIZE_PX, PAPER)
    pen = ImageDraw.Draw(card)
    left = _photo(card, pen, post)
    pen.rectangle([left, 0, left + STRIPE_PX - 1, SIZE_PX[1]], fill=ACCENT)
    _words(pen, post, left + STRIPE_PX + MARGIN_PX)
    out = io.BytesIO()
    card.save(out, "PNG", optimize=True)
    return out.getvalue()


def _photo(card: Image.Image, pen: ImageDraw.ImageDraw, post: Post) -> int:
    """Put the photo on the left, its credit upon it. Returns the x at which it ends."""
    if post.photo is None:
        return 0
    with opened(post.photo.content) as photo:
        width = min(
            max(round(SIZE_PX[1] * photo.width / photo.height), MIN_PHOTO_WIDTH_PX), MAX_PHOTO_WIDTH_PX
        )
        # a little above the middle: faces are seldom at the bottom
        card.paste(ImageOps.fit(photo.convert("RGB"), (width, SIZE_PX[1]), centering=(0.5, 0.4)))
    shown = post.article.photo
    if credit := drawable(GRAPHEMES.cut(shown.credit, MAX_GRAPHEMES)) if shown else "":
        _shade(card, width, 64)
        write(pen, 20, SIZE_PX[1] - 34, lines(credit, CREDIT, width - 40, 1), CREDIT)
    return width


def _shade(card: Image.Image, width: int, height: int) -> None:
    """Darken the foot of the photo, so that white can be read upon it."""
    depth = Image.linear_gradient("L").resize((width, height)).point(lambda value: value * 0.8)
    card.paste(Image.new("RGB", (width, height), INK), (0, SIZE_PX[1] - height), depth)


def _words(pen: ImageDraw.ImageDraw, post: Post, x: int) -> None:
    article = post.article
    width, foot = SIZE_PX[0] - MARGIN_PX - x, SIZE_PX[1] - MARGIN_PX - HOST.height
    section, title, note, summary = (
        drawable(GRAPHEMES.cut(text, MAX_GRAPHEMES))
        for text in (article.section, article.title, article.note, article.summary)
    )
    y = MARGIN_PX
    if section:
        shown = lines(section, SECTION, width, 1)
        y = write(pen, x, y, shown, SECTION, width, mirrored=is_rtl(title)) + 14
    style, is_mirrored = title_style(title, TITLES, width, TITLE_HEIGHT_PX), is_rtl(title)
    titles = lines(title, style, width, TITLE_HEIGHT_PX // style.height)
    y = write(pen, x, y, titles, style, width, mirrored=is_mirrored) + 18
    for text, style in ((note, NOTE), (summary, SUMMARY)):
        if text:
            max_lines = max(0, (foot - 16 - y) // style.height)
            shown = lines(text, style, width, max_lines)
            y = write(pen, x, y, shown, style, width, mirrored=is_mirrored) + 8
    host = (urlsplit(article.url).hostname or "").removeprefix("www.")
    write(pen, x, foot, lines(host, HOST, width, 1), HOST)
    time = f"  ·  {article.published:%Y-%m-%d %H:%M} UTC"
    if HOST.width(host) + TIME.width(time) <= width:
        write(pen, x + HOST.width(host), foot, [time], TIME)
