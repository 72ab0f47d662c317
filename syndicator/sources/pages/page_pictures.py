"""The pictures of a page with the words around them: caption, credit, alternative text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.credit import bare_credit
from syndicator.sources.pages.focal_point import Point, focal_points
from syndicator.sources.pages.own_part import OwnPart
from syndicator.sources.pages.same_picture import same_picture
from syndicator.text.clean import plain
from syndicator.text.markup import ancestor_ids, parse_own, remove, upwards
from syndicator.text.pictures import MAX_PICTURES, addresses

#: Captions and credits, as themes mark them: HTML's element, WordPress' shortcode, IPTC's and
#: schema.org's words, and what newsrooms call them.
CAPTION_CLASS = re.compile(
    r"caption|legende?(?:[\s_-]|$)|bild-?(?:unterschrift|text|untertitel)|didascalia|(?:pie|epigrafe)-?(?:de-?)?foto"
    r"|(?:photo|image|img|picture|media)[\w-]*[_-](?:desc\w*|text|legend\w*|info|title)(?:[\s_-]|$)"
    r"|(?:^|[\s_-])cap(?:[\s_-]|$)|fotobyline|billed-?tekst|bilde-?tekst|kuvateksti|podpis",
    re.IGNORECASE,
)
CREDIT_CLASS = re.compile(
    r"credit|copyright|photographer|fotograf|(?:photo|image|img|picture|media|bild|foto)[\w-]*[_-]"
    r"(?:source|author|by|byline|quelle|rights?|owner|agency)(?:[\s_-]|$)|bildquelle|byline--photo",
    re.IGNORECASE,
)
#: What any class has in it that one of these finds: most have none, and are not looked at.
WORD_CLASS_PARTS = (
    *("cap", "credit", "copyright", "photo", "foto", "image", "img", "picture", "media", "bild", "billed"),
    *("legend", "didascalia", "kuvateksti", "podpis"),
)
WORD_PROPERTIES = {
    "caption": "caption",
    "description": "caption",
    "copyrightHolder": "credit",
    "creditText": "credit",
}

#: What of a caption no reader sees: labels for screen readers, buttons that open and close it.
UNSEEN = (
    ".sr-only, .visually-hidden, .visuallyhidden, .screen-reader-text, .show-for-sr, .u-hidden, [hidden], "
    "button, script, style, svg, input, label, noscript, template"
)

#: What may be marked as a picture's words.
MARKED = ", ".join(("figcaption, [itemprop]", *(f'[class*="{part}" i]' for part in WORD_CLASS_PARTS)))

#: Marks what is a picture's words on a page, so that it can be taken out of the text.
WORDS_MARK = "data-picture-words"

#: Elements around a picture that are looked at, and characters of all text in one: more is the article.
MAX_LEVELS, MAX_BOX_CHARS = 5, 1500

#: Characters of an element's classes that are looked at.
MAX_CLASS_CHARS = 1000

#: Captions and credits that follow one picture.
MAX_FOLLOWERS = 3

#: Characters of a caption.
MAX_CAPTION_CHARS = 1000

#: Pictures that are no photo of the article: by the class, the id or the relation of what they stand in.
TRAP_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author|avatar|gravatar|byline|logo|icons?|emoji|adverts?|advertis\w+|ads?|ad-\w+|sponsor\w*|badge"
    r"|profile|mugshot|headshot|contributor|site-header|masthead|banner-ad)(?:[\s_-]|$)",
    re.IGNORECASE,
)
TRAP_FILE = re.compile(
    r"(?:^|[-_.])(?:logo|avatar|gravatar|favicon|icon|sprite|badge)s?(?:[-_.]|$)|gravatar\.com", re.IGNORECASE
)
TRAP_PROPERTIES = {"author", "publisher", "logo"}

#: Pixels of each side below which a picture is no photo.
MIN_SIDE = 100


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What a page says of a picture. ``shown``: caption and credit as they stand there."""

    caption: str = ""
    credit: str = ""
    alt: str = ""
    shown: str = ""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A picture of a page. ``addresses``: all that it has, the one that is shown first. ``is_trap``: it is no
    photo of the article: a face of its author, a logo, an icon, an advertisement. ``focus``: see
    ``focal_point``."""

    addresses: Sequence[str]
    words: PictureWords
    is_trap: bool
    focus: Point | None = None

    def shows(self, photo_url: str) -> bool:
        """Whether it is this photo, in whatever size."""
        return any(same_picture(each, photo_url) for each in self.addresses)


class PagePictures:
    """The pictures of one page (of settled ones: ``text.pictures.settle``). Their captions and credits are
    marked on the page."""

    def __init__(self, page: LexborHTMLParser, url: str) -> None:
        images = page.css("img")[:MAX_PICTURES]
        marks = _Marks(page, images)
        self._images = images
        self.pictures = [
            PagePicture(tuple(addresses(image, url)), _words(image, marks), _is_trap(image), focus)
            for image, focus in zip(images, focal_points(images), strict=True)
        ]
        self.shown = {
            picture.addresses[0]: picture.words.shown
            for picture in reversed(self.pictures)
            if picture.addresses and picture.words.shown
        }

    def words_of(self, photo_url: str) -> PictureWords:
        """What the page says of a photo, in whatever size it shows it; nothing where it does not."""
        found = [picture for picture in self.pictures if picture.shows(photo_url)]
        return max(
            (picture.words for picture in found),
            key=lambda words: (bool(words.caption), bool(words.credit), bool(words.alt)),
            default=PictureWords(),
        )

    def focus_of(self, photo_url: str) -> Point | None:
        """The point that the page keeps in sight of a photo; none where its prints do not agree."""
        points = {picture.focus for picture in self.pictures if picture.focus and picture.shows(photo_url)}
        return points.pop() if len(points) == 1 else None

    def captioned(self, own_part: OwnPart) -> list[PagePicture]:
        """The pictures with captions in the article's own part; asked for before anything leaves the page."""
        pairs = zip(self._images, self.pictures, strict=True)
        own = (pic for image, pic in pairs if pic.words.shown and not pic.is_trap and _is_in(image, own_part))
        return [picture for picture in own if picture.addresses]

    def is_trap(self, address: str) -> bool:
        """Whether a picture that the page shows is no photo of the article."""
        return any(picture.is_trap and address in picture.addresses for picture in self.pictures)


class _Marks:
    """What a page marks as words of pictures, walked once. ``around``: the ids of all that holds such a mark;
    ``counts``: how many pictures stand in what is around them, by its id."""

    def __init__(self, page: LexborHTMLParser, images: Sequence[LexborNode]) -> None:
        self.counts = Counter(box.mem_id for image in images for box in _boxes(image))
        self.around: set[int] = set()
        for node in page.css(MARKED) if images else ():
            if not _kind(node):
                continue
            for mem_id in ancestor_ids(node):
                if mem_id in self.around:
                    break
                self.around.add(mem_id)


def _is_in(image: LexborNode, own_part: OwnPart) -> bool:
    """Whether a picture, or its figure, is in the article's own part."""
    figure = next((each for each in upwards(image) if each.tag == "figure"), image)
    return figure.parent is not None and own_part.has(figure.parent)


def _words(image: LexborNode, marks: _Marks) -> PictureWords:
    alt = plain(image.attributes.get("alt") or "")
    captions: list[LexborNode] = []
    credit_nodes: list[LexborNode] = []
    for kind, node in _word_nodes(image, marks):
        (captions if kind == "caption" else credit_nodes).append(node)
    if not captions and not credit_nodes:
        own = plain(image.attributes.get("data-caption") or "")[:MAX_CAPTION_CHARS]
        return PictureWords(caption=own, alt=alt)
    for node in (*captions, *credit_nodes):
        node.attrs[WORDS_MARK] = ""
    caption, inner_credit = "", ""
    for node in captions:
        part = parse_own(node.html or "")
        remove(part, UNSEEN)
        inner = [each for each in part.css("[class], [itemprop]") if _kind(each) == "credit"]
        if inner and not inner_credit:
            inner_credit = plain(inner[0].html or "")
        for each in reversed(inner):
            each.decompose()
        caption = caption or plain(part.html or "")
    outer_credit = next((text for node in credit_nodes if (text := plain(node.html or ""))), "")
    credit = inner_credit or outer_credit
    whole = [plain(node.html or "") for node in captions] + ([outer_credit] if not inner_credit else [])
    if len(caption) > MAX_CAPTION_CHARS:
        return PictureWords(alt=alt)
    return PictureWords(
        caption=caption if caption != credit else "",
        credit=bare_credit(credit),
        alt=alt,
        shown=" ".join(dict.fromkeys(filter(None, whole))),
    )


def _word_nodes(image: LexborNode, marks: _Marks) -> Iterator[tuple[str, LexborNode]]:
    """The captions and credits of a picture: what is marked so in the box that holds it alone, else what
    follows it."""
    for box in _boxes(image):
        if box.tag != "figure" and marks.counts[box.mem_id] > 1:
            return
        may_be_marked = box.mem_id in marks.around and box.tag not in ("picture", "a")
        found = list(_marked(box)) if may_be_marked and _is_small(box) else []
        if not found:
            found = list(_followers(box))
        if found:
            yield from found
            return
        if box.tag == "figure" and box.css_first("figcaption") is not None:
            return


def _followers(box: LexborNode) -> Iterator[tuple[str, LexborNode]]:
    """What is marked so right after a box."""
    follower = box.next
    for _ in range(MAX_FOLLOWERS):
        while follower is not None and not follower.is_element_node:
            follower = follower.next
        if follower is None or not (kind := _kind(follower)):
            return
        if follower.css_first("img") is not None or not _is_small(follower):
            return
        yield kind, follower
        follower = follower.next


def _marked(box: LexborNode) -> Iterator[tuple[str, LexborNode]]:
    taken: set[int] = set()
    for node in box.css(MARKED):
        if node.mem_id == box.mem_id or node.tag == "img" or not (kind := _kind(node)):
            continue
        if node.css_first("img, video, iframe") is not None:
            continue
        if taken.isdisjoint(ancestor_ids(node)):
            taken.add(node.mem_id)
            yield kind, node


def _kind(node: LexborNode) -> str:
    """What a node says of a picture: "caption", "credit", or "" where it says nothing."""
    if node.tag == "figcaption":
        return "caption"
    attributes = node.attrs  # of which each is looked up alone
    if kind := WORD_PROPERTIES.get(attributes.get("itemprop") or ""):
        return kind
    return _kind_of_class((attributes.get("class") or "")[:MAX_CLASS_CHARS])


@lru_cache(maxsize=1024)  # a page has few classes, and each on many elements
def _kind_of_class(name: str) -> str:
    if CREDIT_CLASS.search(name):
        return "credit"
    return "caption" if CAPTION_CLASS.search(name) else ""


def _boxes(image: LexborNode) -> Iterator[LexborNode]:
    """What a picture stands in, itself first: as far as it may be around this picture alone."""
    box: LexborNode | None = image
    for _ in range(MAX_LEVELS + 1):
        if box is None or box.tag in ("body", "main", "html"):
            return
        yield box
        if box.tag == "figure" and box.parent is not None and box.parent.tag != "div":
            return
        box = box.parent


def _is_small(node: LexborNode) -> bool:
    return len(node.text().strip()) <= MAX_BOX_CHARS


def _is_trap(image: LexborNode) -> bool:
    attributes = image.attributes
    sides = [attributes.get(name) or "" for name in ("width", "height")]
    pixels = [int(side) for each in sides if (side := each.removesuffix("px")).isdecimal() and len(side) < 6]
    if len(pixels) == len(sides) and max(pixels) < MIN_SIDE:
        return True
    name = (attributes.get("src") or "").partition("?")[0].rpartition("/")[2]
    if len(name) < 80 and name.count("-") < 4 and TRAP_FILE.search(name):
        return True
    node: LexborNode | None = image
    for _ in range(4):
        if node is None or node.tag in ("body", "main", "article", "html"):
            return False
        attributes = node.attributes
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        is_author = "author" in (attributes.get("rel") or "").split()
        if is_author or TRAP_CLASS.search(names) or attributes.get("itemprop") in TRAP_PROPERTIES:
            return True
        node = node.parent
    return False
