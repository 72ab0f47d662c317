"""Which channels have a desk, where bounces are handed in."""

from __future__ import annotations

from syndicator.mail.desk import desks
from syndicator.mail.list_contents import ListNames
from syndicator.store import Store
from tests.fakes import Clock

NAMES = ListNames(title="Morning", language="en", site_title="News", home="https://news.example/")


class Writer:
    """A channel that writes something else, somewhere else."""

    name = "diary"

    def write(self, page: str) -> None: ...


class List:
    """A mailing list."""

    name, names, pages = "morning", NAMES, "https://feeds.news.example/lists/morning"
    returned_mail = None

    def write(self, address: str, subject: str, text: str) -> None: ...


def test_those_that_write_to_readers_who_sign_up(sqlite_store: Store) -> None:
    clock = Clock()
    assert list(desks({"diary": Writer(), "morning": List(), "other": object()}, sqlite_store, clock)) == [
        "morning"
    ]
