"""The record: SQLAlchemy Core over SQLite or PostgreSQL, brought up to date by Alembic.

A transaction on rows of several kinds is a function that ``transact`` may repeat, and locks them in one order
everywhere: see ``locks``.
"""

from __future__ import annotations

from syndicator.store.building import Building
from syndicator.store.console import Console
from syndicator.store.delivering import Delivering
from syndicator.store.distributing import Distributing
from syndicator.store.engine import StoreError, connect
from syndicator.store.present import Present
from syndicator.store.restoring import Restoring
from syndicator.store.subscribing import Subscribing
from syndicator.store.topics import Topics
from syndicator.store.upkeep import Due, Upkeep
from syndicator.store.watching import Watching


class Store(
    Watching,
    Building,
    Delivering,
    Topics,
    Subscribing,
    Distributing,
    Restoring,
    Upkeep,
    Present,
    Console,
):
    """Everything on record. Safe to share between threads."""


def open_store(url: str) -> Store:
    """The store at a database URL, its tables made or brought up to date. Raises ``Misconfigured`` or
    ``StoreError``."""
    from syndicator.store.migrate import upgrade  # noqa: PLC0415 - 8 MB, and a web server never migrates

    engine = connect(url)
    try:
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


__all__ = ["Due", "Store", "StoreError", "open_store"]
