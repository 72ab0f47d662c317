"""The lead photo of a page, and what the page says of it, offered for an article."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages import body
from syndicator.sources.pages.body import image_address
from syndicator.sources.pages.extracted import Extracted
from syndicator.sources.pages.page_pictures import PagePicture, PagePictures
from syndicator.text.addresses import web_address
from syndicator.text.clean import fold, plain
from syndicator.text.markup import parse_own, upwards

#: The lead photo in themes of WordPress (``the_post_thumbnail``) and of Ghost (``feature_image``).
FEATURED_IMAGE = (
    "article img.wp-post-image, main img.wp-post-image, .wp-block-post-featured-image img, "
    "main .gh-article-image img, article .gh-feature-image img"
)

#: What lists others: WordPress's block of posts.
LIST_CLASS = "wp-block-query"

#: Characters of an address that the operator is told.
MAX_TOLD_CHARS = 150


def offer_featured(extracted: Extracted, page: LexborHTMLParser, url: str) -> None:
    """Offer the lead photo where no metadata name it, as systems mark it; in a link or a list it is a
    teaser's."""
    if "photo" in extracted.values:
        return
    for image in page.css(FEATURED_IMAGE):
        if not _is_teasers(image):
            offer_image(extracted, "featured image", image, url)
            return


def _is_teasers(node: LexborNode) -> bool:
    return any(
        ancestor.tag == "a" or LIST_CLASS in (ancestor.attributes.get("class") or "").split()
        for ancestor in upwards(node)
    )


def offer_from_body(
    extracted: Extracted, article_body: body.Body, url: str, page_pictures: PagePictures
) -> None:
    """Offer a lead photo where nothing else has named one, and what its print in the body says of it."""
    if "photo" in extracted.values and not article_body.photo:
        return
    for picture in parse_own(article_body.photo + article_body.content_html).css("img"):
        if "photo" in extracted.values or not page_pictures.is_trap(image_address(picture, url)):
            words = page_pictures.words_of(image_address(picture, url))
            extracted.offer("caption", "figcaption", words.caption)
            extracted.offer("credit", "figcaption", words.credit)
            offer_image(extracted, "first picture of the body", picture, url)
            return


def offer_words(extracted: Extracted, page_pictures: PagePictures) -> None:
    """Offer what the page says of the lead photo where it shows it, in whatever size."""
    words = page_pictures.words_of(extracted.values.get("photo", {}).get("url", ""))
    title = extracted.get("title")
    for name, origin, value in (
        ("alt", "its picture's alt", words.alt),
        ("caption", "its picture's caption", words.caption),
        ("credit", "its picture's credit", words.credit),
    ):
        if value and fold(value) != title and extracted.get(name) in ("", title):
            extracted.put(name, origin, value)
    focus = page_pictures.focus_of(extracted.values.get("photo", {}).get("url", ""))
    extracted.offer("focus", "its picture's position", focus)


def left_out(extracted: Extracted, captioned: Sequence[PagePicture], url: str) -> Iterator[str]:
    """What the operator is told of pictures with captions that are neither the lead photo nor in the text."""
    if not captioned:
        return
    images = parse_own(extracted.get("content_html")).css("img")
    photo = extracted.values.get("photo", {}).get("url", "")
    kept = [photo, *(image_address(image, url) for image in images)]
    lost = [
        picture for picture in captioned if not any(picture.shows(address) for address in kept if address)
    ]
    if lost:
        names = (
            f"{len(lost)} of its pictures with captions, the first {lost[0].addresses[0][:MAX_TOLD_CHARS]}"
        )
        yield f"{names}: not in the text; declare select.content if it should be"


def offer_image(extracted: Extracted, origin: str, node: LexborNode, url: str) -> None:
    """Offer a picture of the page, with its alternative text and its figure\'s caption."""
    image = node if node.tag == "img" else node.css_first("img")
    if image is None:
        return
    if address := image_address(image, url):
        extracted.offer("photo", origin, {"url": address})
        if "photo" not in extracted.values:
            return
    extracted.offer("alt", f"{origin} alt", plain(image.attributes.get("alt") or ""))
    figure = next((ancestor for ancestor in upwards(image) if ancestor.tag == "figure"), None)
    caption = figure.css_first("figcaption") if figure is not None else None
    if caption is not None:
        extracted.offer("caption", "figcaption", plain(caption.html or ""))


def offer_named(extracted: Extracted, origin: str, image: Mapping[str, str], base: str) -> None:
    """Offer a picture that metadata name, with their caption and credit."""
    address = web_address(image.get("url", ""), base) if image.get("url") else ""
    if not address:
        return
    extracted.offer("photo", origin, {"url": address})
    if extracted.values.get("photo", {}).get("url") == address:
        extracted.offer("caption", origin, plain(image.get("caption", "")))
        extracted.offer("credit", origin, plain(image.get("credit", "")))
        extracted.offer("rights", origin, plain(image.get("rights", "")))
