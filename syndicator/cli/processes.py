"""What is done before processes start, and whether they are alive: for whoever starts and watches them."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from pathlib import Path

from syndicator.domain.errors import SyndicatorError
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.store.revisions import bring_up_to_date, revision
from syndicator.wiring import declarations


def migrate(folder: Path) -> str:
    """Make the tables of a folder's database, or bring them up to date; says what was done. Any number may do
    so at once. Raises ``StoreError``, and ``Misconfigured`` for a database of a newer version."""
    engine = connect(declarations(folder).keep.database)
    try:
        before, after = bring_up_to_date(engine), revision(engine)
    finally:
        engine.dispose()
    if before.is_current:
        return f"The tables are up to date ({after.current})."
    if before.current is None:
        return f"The tables are made ({after.current})."
    return f"The tables are brought up to date (from {before.current} to {after.current})."


def must_be_alive(folder: Path, kind: str, *, here: bool) -> None:
    """Raises ``SyndicatorError`` unless such a process has been heard of lately; ``here``: one of this host,
    which a container is to itself. Nothing is made, and nothing changed."""
    store = Store(connect(declarations(folder).keep.database))
    host = socket.gethostname()
    try:
        found = [
            process.name
            for process in store.processes(datetime.now(UTC))
            if process.kind == kind and (not here or process.name.partition("@")[2] == host)
        ]
    finally:
        store.engine.dispose()
    if not found:
        raise SyndicatorError(f"no {kind}{f' of {host}' if here else ''} has been heard of lately")
