"""What an edit cannot change on some channels: receipts of their posts keep a digest of each part of it, so
that a correction of one is told."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Refused
from syndicator.domain.post import Post

#: Characters of a digest.
DIGEST_CHARS = 12

#: Between a post's id and the digests. No id of such a channel has it.
SEPARATOR = "|"


def photos_of(post: Post) -> tuple[bytes, ...]:
    """What no edit changes of a post with photos: empty where it has none."""
    return tuple(photo.content for photo in post.photos)


def kept_id(remote_id: str, fixed: Sequence[bytes]) -> str:
    """The id that a receipt has: with a digest of each part that is fixed."""
    return SEPARATOR.join((remote_id, *map(_digest, filter(None, fixed))))


def own_id(receipt: Receipt) -> str:
    """The post's id on its channel."""
    return receipt.remote_id.partition(SEPARATOR)[0]


def check_fixed(receipt: Receipt, post: Post, what: str, card: bytes = b"") -> None:
    """After the words of a post were edited: raises ``Refused`` where it shows a photo or ``card`` (``what``)
    that it should not show. An id that an operator has entered tells nothing of that."""
    if post.lacks_photo or (post.article.photo and not post.photo):
        return  # a photo that cannot be had now was not taken away
    _, *kept = receipt.remote_id.split(SEPARATOR)
    if set(kept).difference(map(_digest, photos_of(post) or (card,))):
        raise Refused(
            f"its words are edited, but {what} of a post cannot be exchanged there: delete "
            f"{receipt.url or own_id(receipt)} if it has to go"
        )


def _digest(fixed: bytes) -> str:
    return hashlib.sha256(fixed).hexdigest()[:DIGEST_CHARS]
