"""What feedparser does not hand on of RSS, Atom and RDF: pictures with their texts, bylines as they are
written, and tombstones."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from syndicator.sources.feeds.feed_text import OWN_GENERATOR
from syndicator.sources.feeds.media_rss import NO_MEDIA, Media, media_of
from syndicator.sources.feeds.own_fields import NOWHERE, OwnFields

#: Namespaces of elements that RSS, RDF and Atom call by their bare names.
BARE_NAMESPACES = {
    "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#",
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://backend.userland.com/rss",
    "http://backend.userland.com/rss2",
    "http://blogs.law.harvard.edu/tech/rss",
    "http://purl.org/rss/1.0/modules/rss091#",
}
DUBLIN_CORE = {"http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"}
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"

#: A sign in text that is a reference, or should have been one.
AMPERSAND = re.compile(rb"&(?:(?P<name>[a-zA-Z][a-zA-Z0-9]{1,30});|#[0-9xX])?")
XML_NAMES = {b"lt", b"gt", b"amp", b"quot", b"apos"}


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryFacts:
    """``authors`` as they are written, and what is in the newsroom's ``own`` elements; ``None`` where the
    document is too broken to tell."""

    media: Media = NO_MEDIA
    authors: Sequence[str] | None = None
    source_authors: Sequence[str] = ()
    own: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """``deleted``: ids of entries, and when they were deleted (RFC 6721 section 3), as written."""

    entries: Sequence[EntryFacts] = ()
    deleted: Mapping[str, str] = field(default_factory=dict)

    def of(self, number: int, count: int) -> EntryFacts:
        """The facts of one of so many entries that feedparser found."""
        return self.entries[number] if len(self.entries) == count else EntryFacts()


def facts(document: bytes, own_fields: OwnFields = NOWHERE) -> Facts:
    """The facts of a document, as far as it can be read."""
    root, is_well_formed = _parsed(document)
    if root is None:
        root, _ = _parsed(AMPERSAND.sub(_reference, document))
    elif not is_well_formed:
        mended, _ = _parsed(AMPERSAND.sub(_reference, document))
        root = root if mended is None else mended
    if root is None:
        return Facts()
    elements = [element for element in root.iter("{*}item", "{*}entry", "item", "entry") if _is_bare(element)]
    generator = root.findtext("channel/generator") or root.findtext("{http://www.w3.org/2005/Atom}generator")
    is_own = generator == OWN_GENERATOR
    return Facts(
        entries=[
            replace(
                _entry(element, is_well_formed=is_well_formed, is_own=is_own),
                own=own_fields.of_element(element),
            )
            for element in elements
        ],
        deleted={
            stone.get("ref") or "": stone.get("when") or ""
            for stone in root.iter(f"{{{TOMBSTONES}}}deleted-entry")
            if stone.get("ref")
        },
    )


def _entry(element: Any, *, is_well_formed: bool, is_own: bool) -> EntryFacts:
    source = next((child for child in element if _bare_name(child) == "source"), None)
    return EntryFacts(
        media=media_of(element, is_own=is_own),
        authors=_authors(element) if is_well_formed else None,
        source_authors=[] if source is None else _authors(source),
    )


def _authors(element: Any) -> list[str]:
    """The authors that stand in an entry, in all dialects."""
    texts: list[str] = []
    for child in element:
        if not isinstance(child.tag, str):
            continue
        namespace, name = _split(child)
        is_creator = namespace in DUBLIN_CORE and name in (
            "creator",
            "author",
        )  # the latter is none of its names
        is_podcast = "itunes.com/dtds" in namespace.lower() and name == "author"
        if is_creator or is_podcast or _bare_name(child) == "author":
            inner = child.xpath("*[local-name() = 'name'] | .//*[local-name() = 'li']")
            texts += ["".join(each.itertext()) for each in inner or ([] if len(child) else [child])]
    return texts


def _parsed(document: bytes) -> tuple[Any, bool]:
    """The root of a document, if there is one, and whether it is well-formed."""
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(document.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, False
    return root, root is not None and not parser.error_log


def _reference(found: re.Match[bytes]) -> bytes:
    """A reference that XML knows, for one that only HTML knows, or for a sign that begins none."""
    name = found["name"]
    if name is None:
        return found[0] if found[0] != b"&" else b"&amp;"
    code = html.entities.name2codepoint.get(name.decode())
    return found[0] if name in XML_NAMES else b"&#%d;" % code if code else b"&amp;" + name + b";"


def _is_bare(element: Any) -> bool:
    return _bare_name(element) != ""


def _bare_name(element: Any) -> str:
    if not isinstance(element.tag, str):
        return ""
    namespace, name = _split(element)
    return name.lower() if element.prefix is None or namespace in BARE_NAMESPACES else ""


def _split(element: Any) -> tuple[str, str]:
    namespace, _, name = element.tag.rpartition("}")
    return namespace.removeprefix("{"), name
