"""Pictures of a page as a reader sees them in the end: shown late by a script, in several sizes, or in place
of a letter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.text.addresses import MAX_ADDRESS_CHARS, web_address

#: Attributes that hold the address of a picture until a reader scrolls to it, as the common scripts name them
#: (lazysizes, vanilla-lazyload, LazyLoad by WP Rocket, Jetpack, a3, Flickity, NitroPack, Cloudflare Mirage);
#: those that hold a set of sizes; and those of the largest file, which WordPress names beside it.
LAZY_ATTRIBUTES = (
    *("data-src", "data-original", "data-lazy-src", "data-lazy", "data-lazyload", "data-ll-src"),
    *("data-original-src", "data-img-src", "data-image-src", "data-hi-res-src", "data-actualsrc"),
    *("data-echo", "data-cfsrc", "data-wpfc-original-src", "nitro-lazy-src", "data-flickity-lazyload"),
    *("data-delayed-url", "data-defer-src", "data-pagespeed-lazy-src"),
)
SET_ATTRIBUTES = ("srcset", "data-srcset", "data-lazy-srcset", "data-original-set", "nitro-lazy-srcset")
FILE_ATTRIBUTES = ("data-large-file", "data-orig-file")

#: Pixels of width that a lead photo should have, and those below which a picture is only a preview.
GOOD_WIDTH, MIN_WIDTH = 1200, 200

#: Candidates that are looked at, and characters of a set of them; pictures of a page.
MAX_CANDIDATES, MAX_SET_CHARS, MAX_PICTURES = 40, 20_000, 2000

#: What stands for a picture until it is there, by what its address begins with or by its whole name.
PLACEHOLDER = re.compile(
    r"^(?:(?:data|about|blob|javascript):|#?$)"
    r"|[/_.-]placeholder(?:[_.-][\w-]{0,20})?\.(?:gif|png|svg|jpe?g|webp)(?:$|\?)"
    r"|(?:^|/)(?:img[_-]|image[_-])?(?:(?:placeholder|lazy-?load(?:er|ing)?|lqip|1x1|1px|no-?image)"
    r"(?:[_-]?\d[\dx]{0,9})?\.(?:gif|png|svg|jpe?g|webp)"
    r"|(?:spacer|blank|transparent|clear|lazy|loading|loader|preload(?:er)?|pixel|empty|trans|dummy|grey|gray|[sxtp])"
    r"(?:[_-]?\d[\dx]{0,9})?\.(?:gif|png|svg))(?:$|\?)",
    re.IGNORECASE,
)

#: A width in an address: "-150x100.jpg", "?w=40", "/w_30,h_20/", "/resize/20x", "width=24".
ADDRESS_WIDTH = re.compile(
    r"[-_/](\d{1,4})x\d{0,4}(?=[./_?-]|$)|[?&/,;](?:w|width|imwidth)[=_](\d{1,4})(?=[&,/;.]|$)", re.IGNORECASE
)

#: Picture formats that not every channel takes.
NEW_FORMAT = re.compile(r"webp|avif|jxl|heic", re.IGNORECASE)

#: Classes and places of pictures that are letters (https://codex.wordpress.org/Emoji, Twemoji, Facebook).
EMOJI = re.compile(
    r"(?:^|[\s_-])(?:emoji|wp-smiley|twemoji|smiley)(?:[\s_-]|$)"
    r"|/(?:core/emoji|twemoji|emoji\.php|images/smilies)/",
    re.IGNORECASE,
)

#: Servers that count readers with pictures of one pixel, and scripts that do so anywhere.
COUNTER = re.compile(
    r"^https?://(?:[\w.-]+\.)?(?:scorecardresearch\.com|doubleclick\.net|google-analytics\.com|quantserve\.com"
    r"|facebook\.com/tr|stats\.wp\.com|pixel\.wp\.com|mc\.yandex\.ru|counter\.yadro\.ru|top-fwz1\.mail\.ru"
    r"|imrworldwide\.com|xiti\.com|2o7\.net|omtrdc\.net|chartbeat\.net|parsely\.com|bat\.bing\.com"
    r"|feedburner\.com/~r|feeds\.wordpress\.com|ivwbox\.de|vgwort\.de|metrigo\.com|adform\.net|criteo\.com"
    r"|feedsportal\.com|republication-tracker|counter\.theconversation\.com)(?:[/?:]|$)"
    r"|/(?:pixel|beacon|track(?:er|ing)?|counter|count)(?:\.(?:gif|png|php)|/?\?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One size of a picture. ``width``: in pixels, 0 where nothing tells."""

    url: str
    width: float = 0.0


def settle(root: LexborHTMLParser | LexborNode) -> None:
    """Give every picture in ``root`` its address as ``src``; put a letter where a picture is one, and take
    out those that count readers, show nothing, or stand there twice, for readers without scripts."""
    for noscript in reversed(root.css("noscript")[:MAX_PICTURES]):
        _settle_noscript(noscript)
    for image in root.css("img")[:MAX_PICTURES]:
        alt = image.attributes.get("alt") or ""
        source = address(image)
        if _is_letter(image, alt):
            image.replace_with(alt)
        elif is_counter(image, source) or not source:
            image.decompose()
        elif source != image.attributes.get("src"):
            image.attrs["src"] = source


def address(image: LexborNode) -> str:
    """Where a picture (an ``img``) is, as written there; "" where nothing tells. What is there at once wins,
    unless it stands for what comes late or is a preview of it."""
    attributes = image.attributes
    source = (attributes.get("src") or "").strip()
    late = next((value for name in LAZY_ATTRIBUTES if (value := _place(attributes.get(name)))), "")
    if late:
        return late
    if source and not is_placeholder(source) and not _is_preview(source, attributes.get("srcset") or ""):
        return source
    own = [each for name in SET_ATTRIBUTES for each in candidates(attributes.get(name) or "")]
    chosen = best(own) or best(_sources(image))
    if not chosen:
        chosen = next((value for name in FILE_ATTRIBUTES if (value := _place(attributes.get(name)))), "")
    return chosen or ("" if is_placeholder(source) else source)


def addresses(image: LexborNode, base: str) -> Iterator[str]:
    """All absolute addresses that a picture has, in whatever size: the one that is shown first."""
    attributes = image.attributes
    written = [attributes.get(name) or "" for name in ("src", *LAZY_ATTRIBUTES, *FILE_ATTRIBUTES)]
    written += [each.url for name in SET_ATTRIBUTES for each in candidates(attributes.get(name) or "")]
    written += [each.url for each in _sources(image)]
    for value in dict.fromkeys(written[:MAX_CANDIDATES]):
        if value and not is_placeholder(value) and (url := web_address(value, base)):
            yield url


def candidates(written: str) -> list[Candidate]:
    """The members of a set (``srcset``), as HTML splits it: an address ends with white space or with a comma
    before it, since it may have commas in itself (HTML Living Standard, 4.8.4.2.2)."""
    found: list[Candidate] = []
    rest = " ".join(written[:MAX_SET_CHARS].split()).strip(" ,")
    while rest and len(found) < MAX_CANDIDATES:
        url, _, rest = rest.partition(" ")
        descriptor = ""
        if not url.endswith(","):
            descriptor, _, rest = rest.partition(",")
        rest = rest.lstrip(" ,")
        if url := url.strip(","):
            found.append(Candidate(url, _width(descriptor.strip(), url)))
    return [each for each in found if not is_placeholder(each.url)]


def best(found: list[Candidate]) -> str:
    """The address of the smallest candidate that is large enough, else of the largest; those in formats that
    every channel takes first."""
    common = [each for each in found if not NEW_FORMAT.search(each.url.rpartition(".")[2])] or found
    enough = [each for each in common if each.width >= GOOD_WIDTH]
    if enough:
        return min(enough, key=lambda each: each.width).url
    return max(common, key=lambda each: each.width).url if common else ""


@lru_cache(maxsize=1024)  # each is asked for whenever its picture is looked at
def is_placeholder(written: str) -> bool:
    """Whether an address, as written, is of something that only stands there until the picture comes."""
    return len(written) > MAX_ADDRESS_CHARS or bool(PLACEHOLDER.search(written))


def is_counter(image: LexborNode, source: str = "") -> bool:
    """Whether a picture only counts readers: nobody would see it."""
    attributes = image.attributes
    sizes = {(attributes.get(name) or "").strip().removesuffix("px") for name in ("width", "height")}
    return bool(sizes & {"0", "1"}) or bool(COUNTER.search(source or attributes.get("src") or ""))


def _settle_noscript(noscript: LexborNode) -> None:
    """Of a picture that is there twice, for readers with scripts and without, one stays. What else is for
    readers without scripts stays as it is."""
    copies = noscript.css("img")
    if not copies or noscript.text().strip():
        return
    before = _image_before(noscript)
    source = address(copies[0])
    if before is None:
        if not is_counter(copies[0], source):
            noscript.unwrap()
    elif not source or (address(before) and not _is_late(before)):
        noscript.decompose()
    else:
        before.replace_with(copies[0])
        noscript.decompose()


def _is_late(image: LexborNode) -> bool:
    """Whether a script is to give a picture its address, from where nobody else knows."""
    attributes = image.attributes
    is_lazy = "lazy" in (attributes.get("class") or "")
    return is_lazy and not any(attributes.get(name) for name in (*LAZY_ATTRIBUTES, *SET_ATTRIBUTES))


def _image_before(noscript: LexborNode) -> LexborNode | None:
    """The picture that a ``noscript`` repeats: its neighbour, or the only other one in its box."""
    for step in ("prev", "next"):
        neighbour: LexborNode | None = getattr(noscript, step)
        while neighbour is not None and not neighbour.is_element_node:
            neighbour = getattr(neighbour, step)
        if neighbour is not None and neighbour.tag != "noscript":
            images = [neighbour] if neighbour.tag == "img" else neighbour.css("img")
            if len(images) == 1:
                return images[0]
    box = noscript.parent
    others = [i for i in box.css("img") if i.parent is None or i.parent.tag != "noscript"] if box else []
    return others[0] if len(others) == 1 else None


def _is_letter(image: LexborNode, alt: str) -> bool:
    """Whether a picture is one letter of the text, which its ``alt`` names."""
    if not 0 < len(alt) <= 12 or (alt.isascii() and alt.isalnum()):
        return False
    return bool(
        EMOJI.search(image.attributes.get("class") or "") or EMOJI.search(image.attributes.get("src") or "")
    )


def _is_preview(source: str, written_set: str) -> bool:
    """Whether an address is of a size that is too small for anything, and a larger one is at hand."""
    members = candidates(written_set)
    width = next((each.width for each in members if each.url == source), 0.0) or _address_width(source)
    return 0 < width < MIN_WIDTH and any(each.width > width for each in members)


def _sources(image: LexborNode) -> list[Candidate]:
    """The candidates of a ``picture`` around an ``img``."""
    picture = image.parent
    if picture is None or picture.tag != "picture":
        return []
    common: list[Candidate] = []
    new: list[Candidate] = []
    for source in picture.css("source"):
        is_new = bool(NEW_FORMAT.search(source.attributes.get("type") or ""))
        for name in SET_ATTRIBUTES:
            (new if is_new else common).extend(candidates(source.attributes.get(name) or ""))
    return common or new


def _place(written: str | None) -> str:
    """An address from an attribute of a script's: nothing else that such attributes hold."""
    value = (written or "").strip()
    is_place = bool(value) and not value.startswith(("{", "[")) and " " not in value
    return value if is_place and not is_placeholder(value) and ("/" in value or "." in value) else ""


def _width(descriptor: str, url: str) -> float:
    match = re.match(r"(\d{1,5}(?:\.\d{1,3})?)([wx])", descriptor)
    if match is None:
        return _address_width(url)
    return float(match[1]) if match[2] == "w" else _address_width(url) or float(match[1])


def _address_width(url: str) -> float:
    match = ADDRESS_WIDTH.search(url[:MAX_ADDRESS_CHARS])
    return float(match[1] or match[2]) if match else 0.0
