"""Which addresses are of one picture: sites keep each in several sizes and crops, behind several servers.

An address says which picture it is by an id (a UUID, a hash, a long number) or by a telling name; what names
a size, a crop or a format says nothing. What two addresses do not say is not guessed: numbers that count
("-1", "-2", "IMG_0001") and dates are never the same picture for being alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from syndicator.text.addresses import MAX_ADDRESS_CHARS

#: Parameters in which servers that make pictures smaller name the original (Next.js, AP's dims, thumbor's and
#: Brightspot's kin); "https://" within a path does the same (Cloudflare's /cdn-cgi/image/, wsrv.nl).
ORIGINAL_PARAMETERS = ("url", "src", "image", "imageurl", "img")
ORIGINAL_IN_PATH = re.compile(r"(?<=.)/(?:plain/)?(https?:/{1,2}[^/].*)$", re.IGNORECASE)

#: Jetpack's servers, which name the original's host first in the path.
PHOTON = re.compile(r"i[0-3]\.wp\.com", re.IGNORECASE)

#: Parameters that tell pictures apart behind a script's address, and how many parameters are looked at.
ID_PARAMETERS = {
    *(
        "id",
        "fid",
        "imgid",
        "imageid",
        "image_id",
        "fileid",
        "file",
        "uuid",
        "guid",
        "mediaid",
        "photoid",
        "oid",
    ),
}
MAX_PARAMETERS = 50

#: Parameters that say how large, how cut, how compressed, how old, or by whom it may be seen.
SIZE_PARAMETER = re.compile(
    r"(?:img|im|max|min|out)?_?-?(?:w|h|width|height|size|q|quality|fit|crop\w*|scale|dpr|rect|ratio|ar|c|fp-?[xyz]"
    r"|auto|fm|fmt|format|f|type|mode|m|resize|s|sig|sign|signature|auth|token|hash|expires?|v|ver|version|rev|t|ts"
    r"|time|timestamp|itok|ssl|strip|op|k|policy|trim|bg|blur|sharp|usm|cs|ixlib|upscale|anchor|lossy|progressive)",
    re.IGNORECASE,
)

PICTURE_ENDING = re.compile(r"\.(?:jpe?g?|jfif|png|gif|webp|avif|bmp|tiff?|heic|svg|jp2)$", re.IGNORECASE)

#: Pieces of a path or a name that say how large a picture is, how it was cut, and into which format.
SIZE_PIECE = re.compile(
    r"\d{1,5}x\d{0,5}|x\d{1,5}|[whq]_?\d{1,5}|\d{2,5}(?:w|h|px)|@[1-4](?:\.\d)?x|[1-9]\d?x[1-9]\d?|r\d\.\d{1,9}"
    r"|fp[xy]\d{1,3}(?:\.\d{1,9})?|e\d{10,13}|scaled|resized?|crop(?:ped)?|thumb(?:nail)?s?|small|medium|large"
    r"|xlarge|x-large|original|orig|fullsize|full-size|wide|desktop|mobile|tablet|retina|(?:max|sd|hq|mq)?(?:res)?default"
    r"|facebookjumbo|superjumbo|jumbo|mediumthreebytwo\d*|threebytwo\w*|articlelarge|videosixteenbynine\w*"
    r"|sixteenbynine\w*",
    re.IGNORECASE,
)

#: Folders that say nothing else: Ghost's "size/w1200", Drupal's "styles/NAME/public", "resize/1200",
#: Cloudinary's "w_300,c_fill", thumbor's "fit-in", "smart", "filters:quality(80)"; four numbers: a crop.
SIZE_FOLDERS = re.compile(
    r"/(?:sizes?/w?\d+(?:x\d+|h\d+)?|styles/[\w-]+/public|(?:resize|width|height|quality|crop|rect|fit|thumbnail)/[\dx:!,.-]+"
    r"|unsafe|fit-in|smart|filters:[^/]+|strip/true|[a-z]{1,3}_[\w:.]{1,20}(?:,[a-z]{1,3}_[\w:.]{1,20})*"
    r"|\d{1,5}(?:[_x,:-]\d{1,5}){3,}|\d{1,4}x\d{1,4}:\d{1,5}x\d{1,5})(?=/)",
    re.IGNORECASE,
)
CROP_AT_END = re.compile(r"[-_,](?:\d{1,5}[_x,-]){3,8}\d{1,5}$")

#: Pieces at the end of a name that may all be of its size ("-1024x683-scaled").
MAX_SIZE_PIECES = 6

#: What ends a piece of a name.
PIECE_END = re.compile(r"[-_~,+ !()]+|(?=@)")

#: Ids that no two pictures have: UUIDs, hashes, and long numbers that are no date.
STRONG_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<![0-9a-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,128}(?![0-9a-z])"
    r"|(?<![0-9a-z])(?=[A-Z]*[0-9])[A-Z0-9]{20,32}(?![0-9a-z])"
    r"|(?<![0-9a-z.])(?!(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)\d\d)\d{7,16}(?![0-9a-z])"
)

#: A day or month in a path.
DATE = re.compile(r"(?:19|20)\d\d(?:[/_-]?[01]\d(?:[/_-]?[0-3]\d)?)?(?!\d)")

#: Words that name what every picture is, and how cameras and screens name theirs.
GENERIC = {
    *(
        "image",
        "images",
        "img",
        "photo",
        "photos",
        "picture",
        "pictures",
        "pic",
        "foto",
        "fotos",
        "bild",
        "imagen",
    ),
    *(
        "main",
        "cover",
        "thumbnail",
        "article",
        "news",
        "story",
        "title",
        "untitled",
        "unnamed",
        "download",
        "file",
    ),
    *(
        "screenshot",
        "screen",
        "shot",
        "bildschirmfoto",
        "dsc",
        "dscn",
        "dscf",
        "pxl",
        "gopr",
        "whatsapp",
        "asset",
    ),
    *(
        "scan",
        "media",
        "banner",
        "facebook",
        "twitter",
        "post",
        "content",
        "upload",
        "uploads",
        "gallery",
        "slide",
    ),
    *("photostream", "capture", "snapshot", "logo", "author", "avatar", "placeholder", "blank", "copy"),
}

#: Letters that a name has at least, generic words aside, to tell a picture from all others.
MIN_TELLING_LETTERS = 10

#: Numbers that measure a picture after an id: no small ones, which count pictures.
PIXELS = re.compile(r"[1-9]\d{1,3}0|1024|768|1536|2048|256|512|828|375|414|992|144|1284")


@dataclass(frozen=True, slots=True)
class PictureName:
    """What an address says of which picture it is of. ``place``: the address without sizes; ``id``: its last
    strong id, with what else tells after it; ``stem``: its name, where it is a telling one; ``days``: dates
    in its path."""

    place: str
    id: str
    stem: str
    days: frozenset[str]


def same_picture(one: str, other: str) -> bool:
    """Whether two addresses (absolute, http or https) are surely of one picture, in whatever size or crop."""
    a, b = name_of(one), name_of(other)
    if a is None or b is None:
        return one == other
    if a.place == b.place or (a.id and a.id == b.id):
        return True
    are_of_one_day = not a.days or not b.days or a.days == b.days
    return bool(a.stem) and a.stem == b.stem and are_of_one_day and not (a.id and b.id)


@lru_cache(maxsize=4096)
def name_of(address: str) -> PictureName | None:
    """What an address says of its picture; ``None`` where it is none that could."""
    if len(address) > MAX_ADDRESS_CHARS:
        return None
    try:
        host, path, parameters = _original(address)
    except ValueError:
        return None
    is_script = not PICTURE_ENDING.search(path)
    query = "&".join(
        sorted(
            f"{name}={value}"
            for name, value in parameters
            if name.lower() in ID_PARAMETERS or (is_script and not SIZE_PARAMETER.fullmatch(name))
        )
    )
    bare_path = SIZE_FOLDERS.sub("", path)
    kept = [bare for folder in bare_path.split("/") if (bare := _without_sizes(folder))]
    if not kept and not query:
        return None
    stem = kept[-1].lower() if kept else ""
    return PictureName(
        place=f"{host.removeprefix('www.')}/{'/'.join(kept)}?{query}",
        id="" if query else _strong_id(path),
        stem=stem if not query and _is_telling(stem) else "",
        days=frozenset(re.sub(r"\D", "", day) for day in DATE.findall(path)),
    )


def _original(address: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Host, path and parameters of the picture that a server makes smaller, or of the address itself. Raises
    ``ValueError`` for what is no address."""
    host, path, parameters = _parts(address)
    for _ in range(3):  # a server may ask another one
        inner = next((v for k, v in parameters if k.lower() in ORIGINAL_PARAMETERS and "/" in v), "")
        inside = ORIGINAL_IN_PATH.search(path)
        if inner.startswith(("http://", "https://", "//")):
            host, path, parameters = _parts(inner)
        elif inner.startswith("/"):
            _, path, parameters = _parts(inner)
        elif inside:
            host, path, parameters = _parts(re.sub(r":/+", "://", inside[1], count=1))
        elif PHOTON.fullmatch(host) and path.count("/") > 1:
            host, _, path = path.lstrip("/").partition("/")
            path = f"/{path}"
        else:
            break
    return host.lower(), path, parameters


def _parts(address: str) -> tuple[str, str, list[tuple[str, str]]]:
    parts = urlsplit(address)
    return parts.hostname or "", unquote(parts.path), parse_qsl(parts.query)[:MAX_PARAMETERS]


def _without_ending(name: str) -> str:
    return PICTURE_ENDING.sub("", PICTURE_ENDING.sub("", name))  # "name.jpg.webp"


def _without_sizes(folder: str) -> str:
    """A folder or name without what says how large the picture is: "" where that is all. In a name only what
    stands at its end counts: "large-hadron-collider" is a name."""
    bare = CROP_AT_END.sub("", _without_ending(folder))
    for _ in range(MAX_SIZE_PIECES):
        *_, last = PIECE_END.split(bare)
        if not SIZE_PIECE.fullmatch(last):  # or nothing: "name-", "name(1)"
            break
        bare = bare[: -len(last)].rstrip("-_~,+ !(")
    return bare


def _strong_id(path: str) -> str:
    """The last strong id of a path, with the pieces around it in its folder and after it that neither measure
    nor cut; "" where there is none."""
    matches = list(STRONG_ID.finditer(path))
    if not matches:
        return ""
    start, end = matches[-1].span()
    before = path[path.rfind("/", 0, start) + 1 : start]
    after = SIZE_FOLDERS.sub("", path[end:])
    pieces = [
        piece.lower()
        for folder in (before, *_without_ending(CROP_AT_END.sub("", after)).split("/"))
        for piece in PIECE_END.split(_without_ending(folder))
        if piece.strip(".") and not SIZE_PIECE.fullmatch(piece) and not PIXELS.fullmatch(piece)
    ]
    return "/".join((matches[-1][0].lower(), *pieces))


def _is_telling(stem: str) -> bool:
    """Whether a name is of one picture alone: it has letters enough in words that not every picture's name
    has."""
    words = re.findall(r"[^\W\d_]+", stem)
    return sum(len(word) for word in words if word not in GENERIC) >= MIN_TELLING_LETTERS
