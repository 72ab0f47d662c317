"""Whose a photo is, as its file says: read from IPTC, XMP and EXIF, and written back as the only metadata."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from PIL import ImageFile, IptcImagePlugin

from syndicator.photos.xmp import RDF, root_of
from syndicator.text.clean import legal

#: Characters of one of its texts, and names of one photo.
MAX_CHARS, MAX_NAMES = 300, 10

#: IPTC-IIM 4.2, record 2: by-line, credit, copyright notice; EXIF 2.32: Artist, Copyright.
BYLINE, CREDIT, COPYRIGHT, EXIF_ARTIST, EXIF_COPYRIGHT = (2, 80), (2, 110), (2, 116), 0x013B, 0x8298

DC, PHOTOSHOP = "{http://purl.org/dc/elements/1.1/}", "{http://ns.adobe.com/photoshop/1.0/}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Whose a photo is: the line that is to stand beside it, its makers, and the copyright notice."""

    credit: str = ""
    creators: tuple[str, ...] = ()
    notice: str = ""

    def packet(self) -> bytes:
        """A fresh XMP packet with nothing else in it, ``b""`` where there is nothing to say (XMP
        Specification Part 1, 7; photoshop:Credit, dc:creator, dc:rights as in the IPTC Photo Metadata
        Standard)."""
        if self == NOBODY:
            return b""
        credit = f' photoshop:Credit="{_escaped(self.credit)}"' if self.credit else ""
        names = "".join(f"<rdf:li>{_escaped(name)}</rdf:li>" for name in self.creators)
        creators = f"<dc:creator><rdf:Seq>{names}</rdf:Seq></dc:creator>" if names else ""
        notice = _escaped(self.notice)
        rights = (
            f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{notice}</rdf:li></rdf:Alt></dc:rights>'
            if notice
            else ""
        )
        return (
            '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
            f"{credit}>{creators}{rights}</rdf:Description></rdf:RDF></x:xmpmeta>"
            '<?xpacket end="w"?>'
        ).encode()


NOBODY = Provenance()


def provenance_of(image: ImageFile.ImageFile) -> Provenance:
    """Whose a picture is, as its file says; what is damaged there says nothing."""
    iptc: dict[tuple[int, int], object] = {}
    with suppress(Exception):  # Pillow raises nearly anything when bytes are made to hurt it
        iptc = dict(IptcImagePlugin.getiptcinfo(image) or {})
    xmp = _of_packet(image.info.get("xmp"))
    artist = notice = ""
    with suppress(Exception):
        exif = image.getexif()
        artist, notice = _line(exif.get(EXIF_ARTIST)), _line(exif.get(EXIF_COPYRIGHT))
    return Provenance(
        credit=xmp.credit or _line(iptc.get(CREDIT)),
        creators=xmp.creators or _lines(iptc.get(BYLINE)) or _lines(artist.split(";")),
        notice=xmp.notice or _line(iptc.get(COPYRIGHT)) or notice,
    )


def _of_packet(packet: object) -> Provenance:
    root = root_of(packet)
    if root is None:
        return NOBODY
    credit, creators, notices = "", [], []
    for description in root.iter(f"{RDF}Description"):
        credit = credit or _line(
            description.get(f"{PHOTOSHOP}Credit") or description.findtext(f"{PHOTOSHOP}Credit")
        )
        creators += [item.text for item in description.findall(f"{DC}creator/*/{RDF}li")]
        notices += [item.text for item in description.findall(f"{DC}rights/*/{RDF}li")]
    return Provenance(credit=credit, creators=_lines(creators), notice=next(iter(_lines(notices)), ""))


def _lines(values: object) -> tuple[str, ...]:
    several: Iterable[object] = values if isinstance(values, list) else [values]
    return tuple(dict.fromkeys(filter(None, map(_line, several))))[:MAX_NAMES]


def _line(value: object) -> str:
    if isinstance(value, list):
        value = next(iter(value), "")
    written = _decoded(value) if isinstance(value, bytes) else value
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", written) if isinstance(written, str) else ""
    return " ".join(text.split())[:MAX_CHARS]


def _decoded(text: bytes) -> str:
    """IPTC says UTF-8 or nothing; what is not is most often of Windows."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def _escaped(text: str) -> str:
    return html.escape(legal(text))
