"""Which of an entry's files and pictures is its lead photo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Literal
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from syndicator.domain.article import Photo
from syndicator.sources.pages.credit import bare_credit, split_credit
from syndicator.sources.pages.same_picture import same_picture
from syndicator.text.addresses import web_address
from syndicator.text.clean import plain
from syndicator.text.file_names import is_file_name
from syndicator.text.markup import parse_part, upwards

FileKind = Literal["image", "video", "audio", "other", ""]

#: What a file's name says that it holds. Drawings and icons are no photos.
EXTENSIONS: dict[str, FileKind] = {
    **dict.fromkeys(
        ("jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "avif", "heic", "bmp", "tif", "tiff"), "image"
    ),
    **dict.fromkeys(
        ("mp4", "m4v", "mov", "avi", "mkv", "webm", "ogv", "flv", "wmv", "mpg", "mpeg", "3gp", "m3u8"),
        "video",
    ),
    **dict.fromkeys(("mp3", "m4a", "m4b", "aac", "ogg", "oga", "opus", "wav", "flac", "wma"), "audio"),
    **dict.fromkeys(
        ("svg", "svgz", "ico", "pdf", "doc", "docx", "zip", "epub", "torrent", "html", "xml"), "other"
    ),
}

#: Media types that say nothing.
VAGUE_TYPES = {"", "application/octet-stream", "binary/octet-stream", "text/plain", "text/html"}

#: The width (pixels) that a picture is taken to have where none is written: less than a full-size one,
#: more than a thumbnail.
ASSUMED_WIDTH_PX, ASSUMED_THUMBNAIL_PX = 600, 150

#: Pictures no wider or higher than this (pixels) are emoji, counters or buttons.
MAX_ICON_PX = 48

#: Addresses of pictures that decorate: emoji, counters, spacers, faces of authors; and by its name what is a
#: site's own, such as its logo, or holds the place of another one.
COUNTER = re.compile(
    r"/emoji/|/smil(?:ey|ie)s?/|wp-smiley|twemoji|gravatar\.com/|feedburner\.com/|doubleclick\.net/"
    r"|stats\.wordpress\.com|pixel\.wp\.com|google-analytics\.com|scorecardresearch\.com|feedsportal\.com"
    r"|/(?:spacer|blank|pixel|transparent|clear|1x1|1px|tracking|counter)"
    r"(?:[._@-][\w.@-]{0,40})?\.(?:gif|png|jpe?g|svg|webp)(?:$|\?)",
    re.IGNORECASE,
)
SITE_PICTURE = re.compile(
    r"/(?:logo|favicon|placeholder|lazy[_-]?load)"
    r"(?:[._@-][\w.@-]{0,40})?\.(?:gif|png|jpe?g|svg|webp)(?:$|\?)",
    re.IGNORECASE,
)

#: A picture that stands in a text itself (RFC 2397), and what is left of it: no address.
INLINE_FILE, NO_FILE = re.compile(r"data:[\w.+-]{1,40}/[\w.+-]{1,80};base64,[\w+/=%\s]{200,}"), "data:,"

#: Characters of an address that operators are told.
MAX_TOLD_CHARS = 200

#: Pictures of one text that are looked at, and elements around one that may hold its caption.
MAX_PICTURES, MAX_CAPTION_DEPTH = 50, 4

CAPTION_SELECTOR = (
    "figcaption, .wp-caption-text, [class*=caption-text], [class*=image-caption], [class*=photo-caption]"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedPicture:
    """A picture that may be the lead photo. ``width`` (pixels) as written or assumed; ``caption``,
    ``credit``, ``alt`` and ``rights`` are plain text, and its own."""

    url: str
    width: int = ASSUMED_WIDTH_PX
    caption: str = ""
    credit: str = ""
    alt: str = ""
    rights: str = ""


def kind_of_file(url: str, media_type: str = "", medium: str = "") -> FileKind:
    """What a file holds: as its name says, else its type, else its medium; "" where nothing tells."""
    name = urlsplit(url).path.rpartition("/")[2].lower()
    if "." in name and (kind := EXTENSIONS.get(name.rpartition(".")[2])):
        return kind
    media_type = media_type.partition(";")[0].strip().lower()
    main = media_type.partition("/")[0]
    if main == "image":
        return "other" if "svg" in media_type or "icon" in media_type else "image"
    if main in ("video", "audio") or "flash" in media_type or "mpegurl" in media_type:
        return "audio" if main == "audio" else "video"
    if medium in ("image", "video", "audio"):
        return medium  # type: ignore[return-value] # one of the kinds, as was just asked
    return "other" if medium or media_type not in VAGUE_TYPES else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """Pictures that can be no lead photo: how many, the first one's address, and that of the first one that
    nothing but its name speaks against."""

    count: int = 0
    first: str = ""
    candidate: str = ""


def is_decoration(url: str, width: str | None = None, height: str | None = None) -> bool:
    """Whether a picture can be no lead photo."""
    return _is_counter(url, width, height) or SITE_PICTURE.search(url) is not None


def _is_counter(url: str, width: str | None, height: str | None) -> bool:
    """Whether nobody looks at a picture for its own sake, whatever its name."""
    sizes = [int(size) for size in (width, height) if size and size.isdecimal() and len(size) < 6]
    return COUNTER.search(url) is not None or any(size <= MAX_ICON_PX for size in sizes)


def dropped_pictures(pictures: Sequence[FeedPicture], content: str, base: str) -> Dropped:
    """What of an entry's pictures, and of those in its sanitised text, can be no lead photo."""
    sized: list[tuple[str, str | None, str | None]] = [
        (url, None, None) for picture in pictures if (url := web_address(picture.url, base))
    ]
    images = parse_part(content).css("img")[:MAX_PICTURES] if "<img" in content else []
    sized += [
        (i.attributes.get("src") or "", i.attributes.get("width"), i.attributes.get("height")) for i in images
    ]
    dropped = {each[0]: _is_counter(*each) for each in sized if each[0] and is_decoration(*each)}
    candidates = (url for url, is_counter in dropped.items() if not is_counter)
    return Dropped(
        count=len(dropped),
        first=next(iter(dropped), "")[:MAX_TOLD_CHARS],
        candidate=next(candidates, "")[:MAX_TOLD_CHARS],
    )


def without_inline_files(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry without the files that stand in its text, rather than at an address; a line says so."""
    content, count = INLINE_FILE.subn(NO_FILE, str(entry.get("content") or ""))
    if not count:
        return entry
    line = f"{count} of its pictures stand in its text and have no address: left out"
    return {**entry, "content": content, "odd": [*entry.get("odd", ()), line]}


def ranked(pictures: Sequence[FeedPicture]) -> list[FeedPicture]:
    """The pictures, the widest first; those of one width as they are written."""
    return sorted(pictures, key=lambda picture: -picture.width)


def lead_photo(
    pictures: Sequence[FeedPicture],
    late_pictures: Sequence[FeedPicture],
    content: str,
    markup: str,
    base: str,
    *,
    is_exact: bool = False,
) -> Photo | None:
    """The first of these pictures, else the first of the text's that can be one, else of the late ones, with
    what belongs to that very picture. ``content`` is the text as it is sanitised, ``markup`` as it came.
    ``is_exact``: what is called a caption is one, and no credit or name of a file."""
    absolute = [replace(p, url=url) for p in pictures if (url := web_address(p.url, base))]
    late = [replace(p, url=url) for p in late_pictures if (url := web_address(p.url, base))]
    shown = _shown(content) if "<img" in content else []
    lead = next((p for p in (*absolute, *shown, *late) if not is_decoration(p.url)), None)
    if lead is None:
        return None
    others = [p for p in absolute if p.url == lead.url] + [p for p in shown if same_picture(p.url, lead.url)]
    rights = next((p.rights for p in (lead, *others) if p.rights), "")
    caption, alt, credit = ("", "", "")
    for picture in (lead, *others):
        caption, alt, credit = caption or picture.caption, alt or picture.alt, credit or picture.credit
    if not caption and "caption" in markup:
        caption = _caption_in(markup, lead.url)
    if not is_exact:  # else the caption is without it, and the credit without a word before it
        caption, credit = (caption, bare_credit(credit)) if credit else split_credit(caption)
    if not is_exact:
        caption, alt = (("" if is_file_name(text) else text) for text in (caption, alt))
    return Photo(url=lead.url, caption=caption, credit=credit, alt=alt, rights=rights)


def _shown(content: str) -> list[FeedPicture]:
    """The pictures of a sanitised text that could lead it, with their captions."""
    pictures = []
    for image in parse_part(content).css("img")[:MAX_PICTURES]:
        attributes = image.attributes
        url = attributes.get("src") or ""
        if url and not is_decoration(url, attributes.get("width"), attributes.get("height")):
            alt = plain(attributes.get("alt") or "")
            pictures.append(FeedPicture(url=url, caption=_caption_of(image), alt=alt))
    return pictures


def _caption_of(image: LexborNode) -> str:
    """The caption of the figure that a picture stands alone in."""
    box = image.parent
    for _ in range(MAX_CAPTION_DEPTH):
        if box is None or len(box.css("img")) > 1:
            return ""
        if (caption := box.css_first(CAPTION_SELECTOR)) is not None:
            return "" if _is_of_other(caption, box) else plain(caption.html or "")
        box = box.parent
    return ""


def _is_of_other(caption: LexborNode, box: LexborNode) -> bool:
    """Whether a caption stands in something of its own within the box: a quotation names who said it so."""
    within = takewhile(lambda ancestor: ancestor.mem_id != box.mem_id, upwards(caption.parent))
    return any(ancestor.tag in ("figure", "blockquote", "table", "video", "audio") for ancestor in within)


def _caption_in(markup: str, url: str) -> str:
    """The caption beside a picture, where it stands in boxes that no sanitised text has."""
    for image in parse_part(markup).css("img")[:MAX_PICTURES]:
        if same_picture(image.attributes.get("src") or "", url) and (caption := _caption_of(image)):
            return caption
    return ""
