"""A server that speaks Viber's Channels Post API, built from its documentation (7.3.0)."""

from __future__ import annotations

from typing import Any

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published


class FakeViber(LocalServer):
    """One Channel, whose webhook is set. ``left``: posts until there are too many. ``forbids``: the code that
    every post meets."""

    token, admin = "4f5e6d7c8b9a0f1e-2d3c4b5a69788796-a5b4c3d2e1f00112", "01234567890A=="

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: list[dict[str, Any]] = []
        self.left, self.forbids, self.webhook_is_set = 1_000_000, 0, True
        self.revoked = False

    @property
    def published(self) -> list[Published]:
        return [
            Published(remote_id=str(number), text=message["text"])
            for number, message in enumerate(self.messages)
        ]

    def answer(self, request: Request) -> Reply:
        if request.method != "POST" or not request.path.startswith("/pa/"):
            return said(404, {})
        fields = request.fields()
        status, words, more = self._call(request.path.removeprefix("/pa/"), fields)
        return said(200, {"status": status, "status_message": words, **more})

    def _call(self, call: str, fields: dict[str, Any]) -> tuple[int, str, dict[str, Any]]:
        if fields.pop("auth_token", "") != self.token or self.revoked:
            return 2, "invalidAuthToken", {}
        if call == "get_account_info":
            members = [
                {"id": self.admin, "name": "Noy", "role": "superadmin"},
                {"id": "x", "name": "Reader", "role": "participant"},
            ]
            return 0, "ok", {"id": "pa:1", "name": "River News", "members": members}
        if not self.webhook_is_set:
            return 10, "webhookNotSet", {}
        if self.left <= 0:
            return 12, "tooManyRequests", {}
        self.left -= 1
        if self.forbids:
            return self.forbids, "as you wish", {}
        if set(fields) != {"from", "type", "text"} or fields["type"] != "text":
            return 4, "missingData", {}
        if fields["from"] != self.admin:
            return 15, "publicAccountNotAuthorized", {}
        if not 1 <= len(fields["text"].encode("utf-16-le")) // 2 <= 7000:
            return 3, "badData", {}
        self.messages.append(fields)
        return 0, "ok", {"message_token": 5_741_311_803_571_721_000 + len(self.messages)}
