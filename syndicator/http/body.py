"""The body of a response, read as it comes and no further than a limit."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import requests

#: Bytes requested in one read.
CHUNK_BYTES = 65_536

#: What begins a gzip file with deflated content (RFC 1952 section 2.3.1).
GZIP_MAGIC = b"\x1f\x8b\x08"

#: How often a body may have been compressed that does not say so; zlib's number for the gzip form.
MAX_GZIP_LAYERS, GZIP_WINDOW_BITS = 2, 31

#: Bytes of the smallest gzip file, of nothing.
MIN_GZIP_BYTES = 20


class BodyTooLarge(Exception):
    """A body has more bytes than the limit."""


def body_chunks(response: requests.Response, max_bytes: int) -> Iterator[bytes]:
    """Chunks of the body, decompressed, as they come: ``read1`` returns what there is, and waits for no byte
    beyond the deadline. Raises ``BodyTooLarge`` beyond ``max_bytes``, and what urllib3 raises."""
    length = 0
    while chunk := response.raw.read1(CHUNK_BYTES, decode_content=True):
        length += len(chunk)
        if length > max_bytes:
            raise BodyTooLarge
        yield chunk


def gunzipped(body: bytes, max_bytes: int) -> bytes:
    """A body that turns out to be gzip although its headers do not say so, or was compressed once more than
    they say, decompressed; any other as it is. Raises ``BodyTooLarge`` beyond ``max_bytes``, and
    ``ValueError`` where it is damaged."""
    for _ in range(MAX_GZIP_LAYERS):
        if not body.startswith(GZIP_MAGIC):
            break
        body = _gunzipped_once(body, max_bytes)
    return body


def _gunzipped_once(packed: bytes, max_bytes: int) -> bytes:
    content, position = bytearray(), 0
    while packed.startswith(GZIP_MAGIC, position):  # a file may have several members (section 2.2)
        member, size = zlib.decompressobj(GZIP_WINDOW_BITS), MIN_GZIP_BYTES
        while not member.eof:
            chunk = packed[position : position + size]
            if not chunk:
                raise ValueError("it is compressed (gzip), and its end is missing")
            try:
                content += member.decompress(chunk, max_bytes + 1 - len(content))
            except zlib.error as e:
                raise ValueError(f"it is compressed (gzip), and damaged: {e}") from e
            if len(content) > max_bytes:
                raise BodyTooLarge
            position += len(chunk) - len(member.unused_data)
            size *= 2  # so that members of any size take time in proportion to it
    return bytes(content)
