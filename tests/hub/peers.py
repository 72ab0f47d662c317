"""Somebody else's subscriber and somebody else's hub: Flask-WebSub, in servers of their own.

https://pypi.org/project/Flask-WebSub/
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import requests
from celery import Celery
from flask import Flask
from flask_websub.hub import Hub, SQLite3HubStorage
from flask_websub.subscriber import (
    SQLite3SubscriberStorage,
    SQLite3TempSubscriberStorage,
    Subscriber,
    discover,
)
from werkzeug.serving import make_server


class Served:
    """A Flask application at a port of this machine."""

    def __init__(self) -> None:
        self.app = Flask("peer")
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Heard:
    """What a subscriber was told."""

    confirmed: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


class Reader(Served):
    """A subscriber. Only what its own library takes for genuine is heard."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.heard = Heard()
        self.subscriber = Subscriber(
            SQLite3SubscriberStorage(str(folder / "reader.db")),
            SQLite3TempSubscriberStorage(str(folder / "reader.db")),
        )
        self.app.register_blueprint(self.subscriber.build_blueprint(url_prefix="/callbacks"))
        self.subscriber.add_listener(lambda _topic, _id, body: self.heard.bodies.append(body))
        self.subscriber.add_success_handler(lambda _topic, _id, mode: self.heard.confirmed.append(mode))
        self.subscriber.add_error_handler(lambda _topic, _id, reason: self.heard.denied.append(reason))

    def discovers(self, feed: str) -> dict[str, str]:
        """The hub and the topic that a feed names."""
        return dict(discover(feed))

    def subscribes(self, found: dict[str, str], lease: int = 86_400, secret: str = "") -> str:
        """Ask to be subscribed. Returns the subscription's id here."""
        if secret:
            return self._asks(str(uuid.uuid4()), {**found, "mode": "subscribe", "secret": secret}, lease)
        with self.app.test_request_context(base_url=self.address):
            return str(self.subscriber.subscribe(**found, lease_seconds=lease))

    def unsubscribes(self, name: str) -> None:
        kept = self.subscriber.storage[name]
        if kept["secret"]:
            self._asks(name, {**kept, "mode": "unsubscribe"}, kept["lease_seconds"])
            return
        with self.app.test_request_context(base_url=self.address):
            self.subscriber.unsubscribe(name)

    def callback(self, name: str) -> str:
        return f"{self.address}/callbacks/{name}"

    def _asks(self, name: str, asked: dict[str, Any], lease: int) -> str:
        """The library refuses to give a secret to a hub without TLS, so it is only told what was asked."""
        self.subscriber.temp_storage[name] = {**asked, "lease_seconds": lease, "timeout": 600}
        form = {
            "hub.mode": asked["mode"],
            "hub.topic": asked["topic_url"],
            "hub.callback": self.callback(name),
            "hub.lease_seconds": str(lease),
            "hub.secret": asked["secret"],
        }
        answer = requests.post(asked["hub_url"], data=form, timeout=10)
        assert answer.status_code == 202, answer.text
        return name


class OtherHub(Served):
    """A hub that is told of news by publishers. Its tasks run at once, where it was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        celery = Celery("other-hub", set_as_current=False)
        celery.conf.task_always_eager = True
        self.app.config["PUBLISH_SUPPORTED"] = True
        self.hub = Hub(SQLite3HubStorage(str(folder / "hub.db")), celery)
        self.app.register_blueprint(self.hub.build_blueprint(url_prefix="/hub"))

    @property
    def url(self) -> str:
        return f"{self.address}/hub"
