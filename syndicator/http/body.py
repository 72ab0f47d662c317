"""The body of an answer, read as it comes and no further than a limit."""

from __future__ import annotations

from collections.abc import Iterator

import requests

#: Bytes that are asked for at once.
PIECE_BYTES = 65_536


class BodyTooLarge(Exception):
    """A body has more bytes than are read."""


def body_pieces(response: requests.Response, max_bytes: int) -> Iterator[bytes]:
    """The body, decompressed, in the pieces that it comes in: ``read1`` returns what there is, and waits for
    no byte beyond the deadline. Raises ``BodyTooLarge`` beyond ``max_bytes``, and what urllib3 raises."""
    length = 0
    while piece := response.raw.read1(PIECE_BYTES, decode_content=True):
        length += len(piece)
        if length > max_bytes:
            raise BodyTooLarge
        yield piece
