"""Which documents are read in an instant, whatever is in them, and which only a process of their own may read
(``syndicator.sources.apart``)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TypeVar, TypeVarTuple
from xml.parsers import expat

from syndicator.domain.errors import SourceError
from syndicator.sources.apart import apart

Ts = TypeVarTuple("Ts")
T = TypeVar("T")

log = logging.getLogger(__name__)

#: Bytes up to which a document can do little harm, as long as nothing in it is odd.
LARGE_BYTES = 100_000

#: Limits that no honest feed of that size exceeds: attributes of an element, elements within elements,
#: elements of one entry, characters of what is no text (an author, a date). feedparser takes the square of
#: each of them.
MAX_ATTRIBUTES, MAX_DEPTH, MAX_ENTRY_ELEMENTS, MAX_FIELD_CHARS = 40, 30, 300, 1000

#: Tags, and ends of them, of a page that is read here: six times those of a common one of that size. Each may
#: take a fifth of a millisecond, and a page of 100 kB has room for 33,000.
MAX_TAGS = 10_000

#: The beginning of a tag with a thousand attributes, whatever it stands in (HTML Living Standard, 13.2.5.32
#: to 13.2.5.39). Parsers compare each with all before it; so they take the square of their number.
MANY_ATTRIBUTES = re.compile(
    rb"""<[a-z][^\s/>]*+
    (?: [\s/]*+ [^\s/>][^\s/>=]*+ (?: \s*+=\s*+ (?: "[^"]*+" | '[^']*+' | (?!["'])[^\s>]*+ ) )?+ ){1000}+
    """,
    re.IGNORECASE | re.VERBOSE,
)

#: Bytes without a gap, and what is one.
MAX_RUN_BYTES, GAP = 10_000, re.compile(rb"[\s>]+")

ENTRY_ELEMENTS = {"item", "entry"}
TEXT_ELEMENTS = {"description", "summary", "content", "encoded", "body", "div", "p", "fulltext", "text"}


def safely(work: Callable[[*Ts], T], *args: *Ts, is_odd: bool) -> T:
    """The result of ``work`` on a document, in another process if it ``is_odd``. Raises ``SourceError``, and
    nothing else."""
    if is_odd:
        return apart(work, *args)
    try:
        return work(*args)
    except SourceError:
        raise
    except Exception as e:
        log.warning("a document that cannot be read", exc_info=True)
        raise SourceError(f"it cannot be read: {type(e).__name__}: {e}"[:500]) from e


def is_odd_html(content: bytes) -> bool:
    """Whether to read it apart: it is large, or there is little but tags or attributes in it."""
    return (
        len(content) > LARGE_BYTES
        or b"\0" in content  # UTF-16, say, in which nothing of what follows would be found
        or content.count(b"<") > MAX_TAGS
        or max(map(len, GAP.split(content))) > MAX_RUN_BYTES  # the next one may take the square of it
        or MANY_ATTRIBUTES.search(content) is not None
    )


def is_odd_xml(content: bytes) -> bool:
    """Whether to read it apart: it is large, no XML, declares entities, or exceeds one of the limits."""
    if len(content) > LARGE_BYTES:
        return True
    try:
        _XmlScan().parse(content)
    except (_Odd, expat.ExpatError, ValueError, LookupError):
        return True
    return False


class _Odd(Exception):
    pass


class _XmlScan:
    """One pass of expat, whose time is in proportion to the document's length."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.elements = self.characters = 0

    def parse(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True  # a call for each text, not for each of its lines
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.EntityDeclHandler = self.entity
        parser.Parse(content, True)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.path.append(name.rpartition(":")[2].lower())
        self.elements = 0 if self.path[-1] in ENTRY_ELEMENTS else self.elements + 1
        self.characters = sum(map(len, attributes.values()))
        if (
            len(attributes) > MAX_ATTRIBUTES
            or len(self.path) > MAX_DEPTH
            or self.elements > MAX_ENTRY_ELEMENTS
        ):
            raise _Odd
        self.text("")

    def end(self, _name: str) -> None:
        self.path.pop()
        self.characters = 0

    def text(self, text: str) -> None:
        self.characters += len(text)
        if self.characters > MAX_FIELD_CHARS and not TEXT_ELEMENTS.intersection(self.path[-3:]):
            raise _Odd

    def entity(self, *_declared: object) -> None:
        raise _Odd
