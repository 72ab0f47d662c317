"""A server that speaks Apprise API, built from its OpenAPI document (1.4.0), with one service under a key."""

from __future__ import annotations

from typing import Any

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published

FIELDS = {"title", "body", "type", "format", "tag"}


class FakeApprise(LocalServer):
    """``services``: how many there are. ``failing``: how many of them fail. ``takes_files``: whether files
    may be attached."""

    key = "newsroom-7d41f0c2"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.services, self.failing, self.takes_files = 1, 0, True
        self.sent: list[tuple[dict[str, Any], bytes | None]] = []

    @property
    def published(self) -> list[Published]:
        return [
            Published(
                remote_id=str(number),
                text="\n\n".join(filter(None, (fields.get("title"), fields["body"]))),
                photo=file,
            )
            for number, (fields, file) in enumerate(self.sent)
        ]

    def answer(self, request: Request) -> Reply:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["json", "urls", key]:
                if request.query.get("privacy") != "1":
                    return said(403, {"error": "secrets would be shown"})
                known = self.services if key == self.key else 0
                urls = [{"id": "x", "url": "slack://T...X/****", "tags": []}] * known
                return said(200, {"tags": [], "urls": urls}) if known else Reply(status=204)
            case "POST", ["notify", key]:
                return self._notify(request) if key == self.key and self.services else Reply(status=204)
        return said(404, {"error": "not found"})

    def _notify(self, request: Request) -> Reply:
        file = None
        if request.headers["Content-Type"].startswith("multipart/form-data"):
            parts = request.parts()
            file = parts.pop("attach")[1] if "attach" in parts else None
            fields: dict[str, Any] = {name: content.decode() for name, (_, content) in parts.items()}
        else:
            fields = request.fields()
        if set(fields) - FIELDS or not fields.get("body"):
            return said(400, {"error": "Payload lacks minimum requirements"})
        if fields["type"] not in ("info", "success", "warning", "failure") or fields["format"] != "text":
            return said(400, {"error": "An invalid type or format was specified"})
        if file is not None and not self.takes_files:
            return said(400, {"error": "Bad attachment"})
        if self.failing < self.services:
            self.sent.append((fields, file))
        if self.failing:
            return said(424, {"error": "One or more notification could not be sent", "details": []})
        return said(200, {"error": None, "details": [["INFO", "now", "Sent"]]})
