"""The record: SQLAlchemy Core over SQLite or PostgreSQL, brought up to date by Alembic.

A transaction on rows of several kinds is a function that ``transact`` may repeat, and locks them in one order
everywhere: see ``locks``.
"""

from __future__ import annotations

import sys

from syndicator.store.actors import Actors
from syndicator.store.announcing import Announcing
from syndicator.store.broadcasting import Broadcasting
from syndicator.store.building import Building
from syndicator.store.console import Console
from syndicator.store.declaring import Declaring
from syndicator.store.delivering import Delivering
from syndicator.store.distributing import Distributing
from syndicator.store.engine import connect
from syndicator.store.errors import StoreError
from syndicator.store.followers import Followers
from syndicator.store.list_readers import ListReaders
from syndicator.store.liveness import Liveness
from syndicator.store.present import Present
from syndicator.store.restoring import Restoring
from syndicator.store.revisions import bring_up_to_date
from syndicator.store.stories import Stories
from syndicator.store.subscribing import Subscribing
from syndicator.store.sweeping import Sweeping
from syndicator.store.topics import Topics
from syndicator.store.upkeep import Upkeep
from syndicator.store.watching import Watching

# Alembic's template engine would load Pygments with all lexers of the web, to colour errors that nobody sees:
# a tenth of a second, and 4 MB of each process that migrates.
sys.modules.setdefault("mako.ext.pygmentplugin", None)  # type: ignore[arg-type]  # "not to be imported"


class Store(
    Declaring,
    Watching,
    Building,
    Delivering,
    Topics,
    Subscribing,
    Distributing,
    Announcing,
    Broadcasting,
    ListReaders,
    Followers,
    Actors,
    Restoring,
    Sweeping,
    Upkeep,
    Liveness,
    Present,
    Console,
    Stories,
):
    """Everything on record. Safe to share between threads."""


def open_store(url: str) -> Store:
    """The store at a database URL, its tables made or brought up to date. Raises ``Misconfigured`` or
    ``StoreError``."""
    engine = connect(url)
    try:
        bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


__all__ = ["Store", "StoreError", "open_store"]
