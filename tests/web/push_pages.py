"""A newsroom's pages with a push button, our pages for them on another origin, and a browser's keys."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, generate_private_key
from sqlalchemy import delete, select
from starlette.applications import Starlette

from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.http.push_encryption import CURVE, base64url, public_point
from syndicator.http.push_subscriptions import SERVICES
from syndicator.http.vapid import application_server, new_private_key
from syndicator.store import Store, schema
from syndicator.web.security_headers import SecurityHeaders
from syndicator.web.webpush import PushPages

ORIGIN = "https://river.example"


@dataclass(frozen=True)
class ReadersBrowser:
    """The keys of a browser that has subscribed."""

    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(CURVE))
    auth: bytes = bytes(range(16))
    endpoint: str = "https://updates.push.services.mozilla.com/wpush/v2/one"

    @property
    def subscription(self) -> dict[str, Any]:
        keys = {"p256dh": base64url(public_point(self.private)), "auth": base64url(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}


@dataclass(frozen=True, kw_only=True)
class Button:
    """What the pages know of a channel."""

    name: str = "readers"
    services: tuple[str, ...] = SERVICES
    most_subscribers: int = 3
    server_key: str = field(
        default_factory=lambda: application_server(new_private_key(), "mailto:desk@river.example").key
    )
    page_origins: tuple[str, ...] = (ORIGIN,)
    address: str = "https://feeds.river.example/push/readers/subscriptions"


@dataclass
class Subscribers:
    """Those on record, which fails with ``error`` while there is one."""

    store: Store
    error: Exception | None = None

    @property
    def details(self) -> dict[str, Mapping[str, Any]]:
        """What is kept of those that are active, by endpoint."""
        table = schema.recipient
        query = select(table.c.address, table.c.details).where(table.c.state == RecipientState.ACTIVE.value)
        with self.store.reading() as connection:
            return {row.address: row.details for row in connection.execute(query.order_by(table.c.id))}

    def are_lost(self) -> None:
        with self.store.writing() as connection:
            connection.execute(delete(schema.recipient))

    def join(self, recipient: Recipient, now: datetime) -> Recipient:
        if self.error:
            raise self.error
        return self.store.join(recipient, now)

    def change_state(
        self, channel: str, address: str, state: RecipientState, now: datetime, reason: str = ""
    ) -> bool:
        return self.store.change_state(channel, address, state, now, reason)

    def recipient(self, channel: str, address: str) -> Recipient | None:
        return self.store.recipient(channel, address)

    def active_recipients(self, channel: str) -> int:
        return self.store.active_recipients(channel)


class Newsroom(http.server.BaseHTTPRequestHandler):
    """A newsroom's site: a page with the button, and the one line that is its service worker."""

    ours = ""

    def do_GET(self) -> None:
        is_worker = self.path == "/push-worker.js"
        if is_worker:
            text = f'importScripts("{self.ours}/push/readers/worker.js");'
        else:
            text = (
                '<!doctype html><html lang="en"><title>River News</title>'
                '<button id="news-push" hidden data-on="On" data-off="Off">Notify me</button>'
                f'<script src="{self.ours}/push/readers/push.js" data-button="#news-push" defer></script>'
            )
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_worker else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def newsroom(ours: str) -> Iterator[str]:
    """The newsroom's site; its address."""
    handler = type("NewsroomOf", (Newsroom,), {"ours": ours})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def served(app: Starlette, listening: socket.socket) -> Iterator[None]:
    """The application, at a socket that listens already."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield
    server.should_exit = True
    thread.join()


def application(pages: PushPages) -> Starlette:
    """The pages with the headers that all of ours have."""
    app = Starlette(routes=pages.routes())
    app.add_middleware(SecurityHeaders)
    return app
