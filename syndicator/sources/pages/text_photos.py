"""The photos in an article's text, beside its lead photo: for channels that show several."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from syndicator.domain.article import Article, Photo
from syndicator.sources.pages.credit import split_credit
from syndicator.sources.pages.same_picture import same_picture
from syndicator.text.addresses import web_address
from syndicator.text.clean import plain
from syndicator.text.file_names import is_file_name
from syndicator.text.markup import parse_own, upwards
from syndicator.text.pictures import MAX_PICTURES, is_counter

#: Pixels of a side, where the text states one, below which a picture is no photo.
MIN_SIDE_PX = 200


def text_photos(article: Article) -> tuple[Photo, ...]:
    """The further photos of an article, in the order of its text: those of its figures, none of them the lead
    photo in another size, and none twice. What is said of the lead photo's rights holds for them as well, and
    so does what their own captions say of theirs. Without a lead photo there are none."""
    lead = article.photo
    if lead is None or "<figure" not in article.content_html:
        return ()
    found: list[Photo] = []
    for photo in _figures(article, lead):
        if not any(same_picture(photo.url, other.url) for other in (lead, *found)):
            found.append(photo)
    return tuple(found)


def _figures(article: Article, lead: Photo) -> Iterator[Photo]:
    for image in parse_own(article.content_html).css("figure img")[:MAX_PICTURES]:
        url = web_address(image.attributes.get("src") or "", article.url)
        if not url or is_counter(image, url) or _is_small(image):
            continue
        whole = _caption(image)
        caption, credit = split_credit(whole)
        alt = plain(image.attributes.get("alt") or "")
        yield Photo(
            url=url,
            caption="" if is_file_name(caption) else caption,
            credit=credit,
            alt="" if is_file_name(alt) else alt,
            rights="; ".join(filter(None, (lead.rights, whole))),
        )


def _caption(image: LexborNode) -> str:
    figure = next((each for each in upwards(image) if each.tag == "figure"), None)
    caption = figure.css_first("figcaption") if figure is not None else None
    return plain(caption.html or "") if caption is not None else ""


def _is_small(image: LexborNode) -> bool:
    sides = [(image.attributes.get(name) or "").removesuffix("px") for name in ("width", "height")]
    return any(side.isdecimal() and len(side) < 6 and int(side) < MIN_SIDE_PX for side in sides)
