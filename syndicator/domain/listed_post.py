"""Posts of our own as networks list them: which of them is an article's, where posts have no keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from syndicator.domain.article import CLOCK_SKEW
from syndicator.domain.post import Post

#: How far back a post is looked for, where nobody knows when it was first tried.
LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedPost:
    """A post as it is listed. ``links``: where what stands beside its words leads."""

    remote_id: str
    text: str
    links: tuple[str, ...] = ()
    url: str = ""

    def has_words_of(self, text: str) -> bool:
        """Whether it says just this, however it is set."""
        return self.text.split() == text.split()

    def leads_to_any(self, addresses: Iterable[str], written: Callable[[str], str] = str) -> bool:
        """Whether it leads to one of these addresses, by its words, as the network has them ``written``, or
        beside them."""
        words = self.text.split()
        return any(each in self.links or written(each) in words for each in addresses)


def tried_since(post: Post) -> datetime:
    """The time (UTC) since which a post may be out there."""
    return post.since or datetime.now(UTC) - LOOK_BACK


def horizon_of(post: Post) -> datetime:
    """The time before which a listed post is not this one, however clocks differ."""
    return (post.since or post.article.first_seen) - CLOCK_SKEW


def linked(
    listed: Iterable[ListedPost], post: Post, written: Callable[[str], str] = str
) -> ListedPost | None:
    """The first of these that leads to the article; ``None``: there is none."""
    return next((each for each in listed if each.leads_to_any(post.addresses, written)), None)
