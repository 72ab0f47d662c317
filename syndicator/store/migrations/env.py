"""Alembic's entry: the connection is handed in by ``syndicator.store.migrate``."""

from __future__ import annotations

from alembic import context

from syndicator.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes tables by copying them
)
context.run_migrations()
