"""Listings of a service, which are read page by page, and not for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from syndicator.domain.errors import SyndicatorError

T = TypeVar("T")


def pages(
    page: Callable[[str], tuple[Sequence[T], str]], most: int, too_many: SyndicatorError
) -> Iterator[Sequence[T]]:
    """The pages of a listing. ``page``: the items at a place in it (empty: its beginning), and the place of
    the next ones (empty: there are none). Raises ``too_many`` where there are more than ``most`` pages."""
    place = ""
    for _ in range(most):
        items, place = page(place)
        yield items
        if not place:
            return
    raise too_many
