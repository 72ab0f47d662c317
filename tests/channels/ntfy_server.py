"""A server that speaks ntfy's API, built from what its documentation says (https://docs.ntfy.sh/publish/) and
from the errors that its server/errors.go lists, with the devices that follow its topics."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published

NAME = re.compile(r"[-_A-Za-z0-9]{1,64}")
ADDRESS = re.compile(r"https?://")

#: https://docs.ntfy.sh/publish/#publish-as-json
TYPES: dict[str, type] = {
    **dict.fromkeys(("topic", "message", "title", "click", "attach", "icon", "filename"), str),
    **dict.fromkeys(("delay", "email", "call", "cache", "firebase", "sequence_id"), str),
    **dict.fromkeys(("tags", "actions"), list),
    "priority": int,
    "markdown": bool,
}


class NtfyDeclines(Exception):
    """The server answers with this code of its own, whose first three digits are the status."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class FakeNtfy(LocalServer):
    """Topics with access control: ours, and ``others`` that the token may write to. ``has_sequences``: false
    before 2.16. ``at_once``: requests that are taken before the rate limit of one in five seconds; ``a_day``:
    messages."""

    token = "tk_0123456789abcdefghijklmnopqrs"
    topic = "river-news"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.has_sequences = True
        self.others: set[str] = set()
        self.at_once, self.a_day = 60, 250
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.events: list[dict[str, Any]] = []
        self._ids = count(1)
        self._tokens, self._refilled = float(self.at_once), self.now()

    @property
    def published(self) -> list[Published]:
        """What the devices show: of each sequence the last message, unless it was deleted."""
        shown: dict[str, dict[str, Any]] = {}
        for event in self.events:
            if event["event"] == "message_delete":
                shown.pop(f"{event['topic']}/{event['sequence_id']}", None)
            else:
                shown[f"{event['topic']}/{event.get('sequence_id') or event['id']}"] = event
        return [self._published(name, message) for name, message in shown.items()]

    def _published(self, name: str, message: dict[str, Any]) -> Published:
        parts = filter(None, (message.get("title"), message["message"]))
        return Published(
            remote_id=name,
            text="\n\n".join(parts),
            photo_address=message.get("attachment", {}).get("url", ""),
            links=(message.get("click", ""),),
        )

    def answer(self, request: Request) -> Reply:
        try:
            self._limit_requests()
            return said(200, self._api(request))
        except NtfyDeclines as e:
            return said(e.code // 100, {"code": e.code, "http": e.code // 100, "error": str(e)})

    def _limit_requests(self) -> None:
        self._tokens += (self.now() - self._refilled) / timedelta(seconds=5)
        self._tokens, self._refilled = min(self._tokens, self.at_once), self.now()
        if self._tokens < 1:
            raise NtfyDeclines(42901, "limit reached: too many requests, please be nice")
        self._tokens -= 1

    def _api(self, request: Request) -> Any:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise NtfyDeclines(40101, "unauthorized")
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["v1", "account"]:
                return {"username": "newsroom", "role": "user", "limits": {"messages": self.a_day}}
            case "POST", [""]:
                return self._publish(self._fields(request.body))
            case "DELETE", [topic, sequence] if self.has_sequences and NAME.fullmatch(sequence):
                self._authorize(topic)
                return self._event("message_delete", topic=topic, sequence_id=sequence)
        raise NtfyDeclines(40401, "page not found")

    def _fields(self, body: bytes) -> dict[str, Any]:
        if len(body) > 2 * 4096:
            raise NtfyDeclines(41303, "JSON body too large")
        try:
            fields = dict(json.loads(body.decode()))
        except ValueError as e:
            raise NtfyDeclines(40024, "invalid request: request body must be valid JSON") from e
        for (
            name,
            value,
        ) in fields.items():  # servers pass unknown ones over, which would hide a mistake of ours
            if not isinstance(value, TYPES.get(name, ())):
                raise NtfyDeclines(40017, f"invalid request: request body must be message JSON, {name}")
        return fields

    def _authorize(self, topic: str) -> None:
        if not NAME.fullmatch(topic):
            raise NtfyDeclines(40009, "invalid request: topic invalid")
        if topic not in (self.topic, *self.others):
            raise NtfyDeclines(40301, "forbidden")

    def _publish(self, fields: dict[str, Any]) -> dict[str, Any]:
        self._authorize(fields.get("topic", ""))
        if sum(event["event"] == "message" for event in self.events) >= self.a_day:
            raise NtfyDeclines(42908, "limit reached: too many messages")
        if not 1 <= fields.get("priority", 3) <= 5:
            raise NtfyDeclines(40007, "invalid priority parameter")
        if not ADDRESS.match(fields.get("attach", "https://")):
            raise NtfyDeclines(40013, "invalid request: attachment URL is invalid")
        if not NAME.fullmatch(fields.get("sequence_id", "none")):
            raise NtfyDeclines(40049, "invalid request: sequence ID invalid")
        if not self.has_sequences:
            fields.pop("sequence_id", None)
        attach = fields.pop("attach", "")
        message = fields.pop("message", "") or "triggered"
        if len(message.encode()) > 4096:
            message = "You received a file: attachment.txt"
        attachment = {"attachment": {"name": attach.rpartition("/")[2], "url": attach}} if attach else {}
        return self._event("message", message=message, **{**fields, **attachment})

    def _event(self, kind: str, **fields: Any) -> dict[str, Any]:
        now = int(self.now().timestamp())
        event = {"id": f"m{next(self._ids):011}", "time": now, "expires": now + 43_200, "event": kind}
        self.events.append({"topic": self.topic, **event, **fields})
        return self.events[-1]
