"""What an edit cannot change on some channels: receipts of their posts keep a digest of it, so that a
correction of it is told."""

from __future__ import annotations

import hashlib

from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Refused
from syndicator.domain.post import Post

#: Characters of a digest.
DIGEST_CHARS = 12

#: Between a post's id and the digest. No id of such a channel has it.
SEPARATOR = "|"


def photo_of(post: Post) -> bytes:
    """What no edit changes of a post with a photo: empty where it has none."""
    return post.photo.content if post.photo else b""


def kept_id(remote_id: str, fixed: bytes) -> str:
    """The id that a receipt has: with a digest of what is fixed, if there is something."""
    return f"{remote_id}{SEPARATOR}{_digest(fixed)}" if fixed else remote_id


def own_id(receipt: Receipt) -> str:
    """The post's id on its channel."""
    return receipt.remote_id.partition(SEPARATOR)[0]


def check_fixed(receipt: Receipt, fixed: bytes, what: str) -> None:
    """After the words of a post were edited: raises ``Refused`` where it shows another photo or card
    (``what``) than it should, or one that it should not show. An id that an operator has entered tells
    nothing of that."""
    kept = receipt.remote_id.partition(SEPARATOR)[2]
    if kept and kept != (_digest(fixed) if fixed else ""):
        raise Refused(
            f"its words are edited, but {what} of a post cannot be exchanged there: delete "
            f"{receipt.url or own_id(receipt)} if it has to go"
        )


def _digest(fixed: bytes) -> str:
    return hashlib.sha256(fixed).hexdigest()[:DIGEST_CHARS]
