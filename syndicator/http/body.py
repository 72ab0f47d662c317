"""The body of a response, read as it comes and no further than a limit."""

from __future__ import annotations

from collections.abc import Iterator

import requests

#: Bytes requested in one read.
CHUNK_BYTES = 65_536


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
