"""Captions that stand in boxes where HTML has a figure, as classic editors write them."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

#: A box around one picture and its caption, and the caption in it: WordPress's classic editor
#: (https://developer.wordpress.org/reference/functions/img_caption_shortcode/), Blogger, Joomla.
BOX_SELECTOR = ".wp-caption, .tr-caption-container, div.img_caption"
CAPTION_SELECTOR = ".wp-caption-text, .wp-caption-dd, .tr-caption, p.img_caption"


def frame_captions(body: LexborNode) -> None:
    """Make each such box a figure, in place."""
    for box in reversed(body.css(BOX_SELECTOR)):
        pictures, captions = box.css("img"), box.css(CAPTION_SELECTOR)
        if box.tag == "figure" or len(pictures) != 1 or len(captions) != 1:
            continue
        [picture], [caption] = pictures, captions
        if caption.css_first("img") is not None or not caption.text().strip():
            continue
        link = picture.parent
        shown = link if link is not None and link.tag == "a" else picture
        _replace(box, shown, caption)


def _replace(box: LexborNode, shown: LexborNode, caption: LexborNode) -> None:
    figure = LexborHTMLParser(
        f"<figure>{shown.html or ''}<figcaption>{caption.inner_html or ''}</figcaption></figure>"
    ).css_first("figure")
    if figure is not None:
        box.replace_with(figure)
