"""Remarks: what a channel has to tell its operator of a post, such as what that goes out without.

They belong into the history of the delivery in hand, and are gathered by whoever writes it: no channel has to
pass them on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from syndicator.domain.errors import PhotoRefused, Refused
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post

log = logging.getLogger(__name__)

Written = TypeVar("Written")

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
    (``refusal``): news go out without them, and it is remarked."""
    taken, count = list[tuple[PhotoFile, Written]](), len(post.photos)
    for number, photo in enumerate(post.photos, start=1):
        try:
            taken.append((photo, upload(photo)))
        except refusal as e:
            goes_without("its photo" if count < 2 else f"photo {number} of {count}", e)
    return taken


def with_photo_if_taken(post: Post, write: Callable[[Post], Written]) -> Written:
    """What ``write`` makes of the post; without its photos where the service will not have those: news go out
    without them, and it is remarked."""
    try:
        return write(post)
    except PhotoRefused as e:
        goes_without("its photo" if len(post.photos) < 2 else "its photos", e)
        return write(post.without_photos)
