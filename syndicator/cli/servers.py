"""Whether the declared servers can be used: its broker and its database."""

from __future__ import annotations

import tempfile
from typing import Any
from urllib.parse import SplitResult, urlsplit

from kombu.connection import Connection
from sqlalchemy import text

from syndicator.brokers import error_line
from syndicator.domain.errors import SyndicatorError
from syndicator.processes.celery_settings import broker, place
from syndicator.store import Store
from syndicator.store.errors import StoreError
from syndicator.store.revisions import revision

#: Seconds that a broker has to answer.
CONNECT_TIMEOUT_S = 5


def try_broker(url: str) -> str:
    """Connect to a broker, or write into its folder, and say so. Raises ``SyndicatorError``, which shows no
    password."""
    if url.startswith("filesystem:"):
        return _try_folder(url)
    first = urlsplit(url.partition(";")[0])
    where = f"{first.scheme} at {first.hostname}" + (f":{first.port}" if first.port else "")
    try:
        _connect(url)
    except (ImportError, ValueError, ConnectionError) as e:
        raise SyndicatorError(
            f"syndicator.toml: [keep] broker: {where} does not answer: {_reason(e, first)}"
        ) from e
    return f"{where} answers"


def _connect(url: str) -> None:
    """Raises ``ConnectionError``, ``ImportError`` or ``ValueError``, whatever the transport's own errors."""
    options: dict[str, Any] = broker(url)
    if not url.startswith("amqp"):
        waits = {"socket_connect_timeout": CONNECT_TIMEOUT_S, "socket_timeout": CONNECT_TIMEOUT_S}
        options["broker_transport_options"] |= waits
    connection = Connection(
        options["broker_url"],
        transport_options=options["broker_transport_options"],
        connect_timeout=CONNECT_TIMEOUT_S,
    )
    errors = (*connection.connection_errors, *connection.channel_errors)
    try:
        connection.connect()
        connection.channel()
    except errors as e:
        raise ConnectionError(str(e) or type(e).__name__) from e
    finally:
        connection.release()


def _reason(error: Exception, address: SplitResult) -> str:
    """The text of an error, in a line and without the password."""
    message = error_line(error)
    return message.replace(address.password, "***") if address.password else message


def _try_folder(url: str) -> str:
    root = place(url)
    try:
        broker(url)
        with tempfile.TemporaryFile(dir=root / "messages") as trial:
            trial.write(b"a trial")
    except OSError as e:
        raise SyndicatorError(
            f"syndicator.toml: [keep] broker: {root} cannot be written: {e.strerror}: mend it"
        ) from e
    return f"messages are files in {root}"


def try_database(store: Store) -> str:
    """Whether the database answers and could be written, and how far its tables are; nothing changes. Raises
    ``StoreError``, and ``Misconfigured`` for that of a newer version."""
    with store.writing() as connection:  # SQLite: this is refused where nothing can be written
        dialect = connection.dialect.name
        if dialect == "postgresql" and connection.scalar(text("SHOW transaction_read_only")) == "on":
            raise StoreError(f"database {store.engine.url!r}: is read-only: nothing can be put on record")
    tables = revision(store.engine)
    if tables.current is None:
        return f"{dialect} answers; empty: its tables are made at the first start"
    if tables.is_current:
        return f"{dialect} answers; its tables are of this version ({tables.current})"
    return f"{dialect} answers; its tables ({tables.current}) are brought up to date at the next start"
