"""The files that stand beside a document: the same in each content coding, and what its versions carried."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import brotli

from syndicator.documents.versions import ENDING, Versions
from syndicator.jobs.ports import Document

#: Content codings by the ending of their files, best first.
ENCODINGS = {"br": "br", "gz": "gzip"}


class Codec(NamedTuple):
    """How a content coding is made and undone. The same bytes give the same bytes."""

    compress: Callable[[bytes], bytes]
    expand: Callable[[bytes], bytes]


#: By content coding. Feeds are made anew within seconds of news: br 5 is as small as gzip 6 in less time,
#: and the highest levels would save a fifth at a hundred times the cost.
CODECS = {
    "br": Codec(partial(brotli.compress, quality=5), brotli.decompress),
    "gzip": Codec(partial(gzip.compress, compresslevel=6, mtime=0), gzip.decompress),
}


def beside(document: Document, versions: Callable[[], bytes]) -> dict[str, bytes]:
    """The contents of the files beside a document, by how their names end. ``versions`` reads the file of
    earlier versions that is there; to lose that costs readers a whole document each."""
    contents = {ending: CODECS[coding].compress(document.content) for ending, coding in ENCODINGS.items()}
    if document.entries and document.page is None:  # nobody asks what is new in the past
        found = Versions.of(document.content, document.entries, Versions.read(versions()))
        contents[ENDING] = found.written() if found else b""
    return contents
