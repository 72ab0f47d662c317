"""Connections to a server that lay idle: asked whether they still stand before they are used again."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

#: Seconds after which one is asked. To ask before every transaction (SQLAlchemy's ``pool_pre_ping``) costs as
#: much as a statement; one that is lost in the middle is found out by ``engine.Base.transact`` all the same.
MAX_IDLE_S = 1.0


def ask_when_idle(engine: Engine) -> None:
    """Have the engine's connections asked. Where one is lost, all are made anew that were idle with it."""

    def checkin(_connection: object, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    def checkout(connection: Any, record: Any, _proxy: object) -> None:
        since = record.info.get("idle_since")
        if since is None or time.monotonic() - since < MAX_IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as e:
            raise InvalidatePoolError(str(e)) from e

    event.listen(engine, "checkin", checkin)
    event.listen(engine, "checkout", checkout)
