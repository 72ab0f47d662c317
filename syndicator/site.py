"""``syndicator web``: the web application over what is declared."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from kombu.connection import Connection
from kombu.exceptions import OperationalError

from syndicator.channels.outbox import Outbox
from syndicator.documents.directory import Shelf
from syndicator.settings import JOBS, broker
from syndicator.store import Store, StoreError
from syndicator.store.engine import connect
from syndicator.web.app import create_app
from syndicator.web.serve import serve
from syndicator.wiring import Silence, assemble, declarations

log = logging.getLogger(__name__)

#: Seconds between signs of life.
BEAT = 10.0


def serve_site(folder: Path) -> None:
    """Serve feeds and the console until told to stop. Feeds need neither database nor broker."""
    declared = declarations(folder)
    store = Store(connect(declared.keep.database))  # not opened: it may be away
    newsroom = assemble(declared, store, Silence())
    outboxes = {
        name: courier.channel.place
        for name, courier in newsroom.couriers.items()
        if isinstance(courier.channel, Outbox)
    }
    app = create_app(
        site=declared.site,
        feeds=declared.feeds,
        formats=newsroom.formats,
        shelf=Shelf(Path(declared.keep.documents), private=declared.readers),
        store=store,
        bell=newsroom.bell,
        host=declared.web.host,
        password=declared.web.password.reveal() if declared.web.password else None,
        outboxes=outboxes,
        queues=lambda: depths(declared.keep.broker),
        readers=declared.readers,
        moved=declared.web.moved,
        ended=declared.web.ended,
        most_per_minute=declared.web.most_per_minute,
    )
    threading.Thread(target=_report_alive, args=(store,), name="alive", daemon=True).start()
    serve(app, host=declared.web.host, port=declared.web.port)


def depths(url: str) -> Mapping[str, int] | None:
    """How many messages wait in each queue; ``None`` while the broker does not answer."""
    options = broker(url)
    try:
        with Connection(
            options["broker_url"], transport_options=options["broker_transport_options"], connect_timeout=2
        ) as connection:
            channel = connection.default_channel
            return {job: int(channel._size(job)) for job in JOBS}
    except (OperationalError, OSError):
        return None


def _report_alive(store: Store) -> None:
    pause = threading.Event()
    while True:
        try:
            store.beat(f"web-{os.getpid()}", "web", datetime.now(UTC))
        except StoreError as e:
            log.warning("web: %s", e)
        pause.wait(BEAT)
