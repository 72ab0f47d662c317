"""Remarks: what a channel has to tell its operator of a post, such as what that goes out without.

They belong into the history of the delivery in hand, and are gathered by whoever writes it: no channel has to
pass them on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from syndicator.domain.errors import PhotoRefused, Refused
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post

log = logging.getLogger(__name__)

Written = TypeVar("Written")

#: Seconds after which no further photo of a post is uploaded: a step has less than a minute, and what it did
#: not get done would be begun anew each time.
MAX_UPLOADS_S = 25.0

_remarks: ContextVar[list[str] | None] = ContextVar("remarks", default=None)


@contextmanager
def gathering() -> Iterator[list[str]]:
    """Gathers the remarks that are made in this thread, each once."""
    remarks: list[str] = []
    before = _remarks.set(remarks)
    try:
        yield remarks
    finally:
        _remarks.reset(before)


def remark(line: str) -> None:
    """A line for the delivery's history; for the log where nobody gathers them."""
    remarks = _remarks.get()
    if remarks is None:
        log.warning("%s", line)
    elif line not in remarks:
        remarks.append(line)


def goes_without(part: str, why: object) -> None:
    """Remarks that a part of the post is left out, for news do not wait for it."""
    remark(f"without {part}: {why}")


def photos_taken(
    post: Post, upload: Callable[[PhotoFile], Written], refusal: type[Refused] = Refused
) -> list[tuple[PhotoFile, Written]]:
    """The post's photos, each with what ``upload`` makes of it; but for those that the service will not have
    (``refusal``), and those beside the first that there is no time for: news go out without them, and it is
    remarked."""
    taken, count, start = list[tuple[PhotoFile, Written]](), len(post.photos), time.monotonic()
    for number, photo in enumerate(post.photos, start=1):
        part = "its photo" if count < 2 else f"photo {number} of {count}"
        if number > 1 and time.monotonic() - start > MAX_UPLOADS_S:
            goes_without(part, "there was no more time to upload it")
            continue
        try:
            taken.append((photo, upload(photo)))
        except refusal as e:
            goes_without(part, e)
    return taken


def with_photo_if_taken(post: Post, write: Callable[[Post], Written]) -> Written:
    """What ``write`` makes of the post; without its photos where the service will not have those: news go out
    without them, and it is remarked."""
    try:
        return write(post)
    except PhotoRefused as e:
        goes_without("its photo" if len(post.photos) < 2 else "its photos", e)
        return write(post.without_photos)
