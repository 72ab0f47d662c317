"""Posts that stand where their channel does not post any more, or are of the account that it posted as
before: its declaration, or its secret, has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from syndicator.domain.errors import Misconfigured, Refused


@contextmanager
def wherever(place: str, declared: str, check_token: Callable[[], object], where: str) -> Iterator[None]:
    """For requests about a post in ``place``. Where that is the one of before, which may have been left, they
    are ``Refused``, for a person to see to it (``where``: "there"), and stop nothing that is posted now; a
    token that is wrong, which ``check_token`` tells, goes on stopping all."""
    try:
        yield
    except Misconfigured as e:
        if place == declared:
            raise
        check_token()
        raise Refused(f"{e}; it was posted in channel {place}: see to it {where}") from e


@contextmanager
def whosever(author_of: Callable[[], str], own: Callable[[], str], where: str) -> Iterator[None]:
    """The same for requests about a post that may be another account's, which ours may not change.
    ``author_of``: whose it is (``""``: nobody says); ``own``: our account, which a wrong token does not
    tell."""
    try:
        yield
    except Misconfigured as e:
        account, author = own(), author_of()
        if author in ("", account):
            raise
        raise Refused(f"{e}; it was posted by {author}, not {account}: see to it {where}") from e
