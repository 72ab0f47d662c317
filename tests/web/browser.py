"""Asking the application, header by header."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.types import ASGIApp, Message


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Browser:
    """Keeps cookies, as a browser does; every request of it runs on one event loop."""

    app: ASGIApp
    runner: asyncio.Runner
    host: str = "127.0.0.1:8000"
    address: str = "127.0.0.1"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers)

    def submit(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """A form, as a browser sends it from a page of our own."""
        sent = {
            "origin": f"http://{self.host}",
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
        }
        return self.ask("POST", path, sent | _named(headers), urlencode(fields).encode())

    def press(self, page: str, path: str, **fields: str) -> Answer:
        """Press the button of the form on a page that leads to a path."""
        shown = self.get(page).text
        form = re.search(rf'<form method="post" action="{re.escape(path)}">(.*?)</form>', shown, re.DOTALL)
        assert form, f"{page} has no form for {path}"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[1]))
        return self.submit(path, hidden | fields)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        parts = urlsplit(path)
        sent = {"host": self.host, **_named(headers)}
        if self.cookies:
            sent["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(k.encode(), v.encode("latin-1")) for k, v in sent.items()],
            "client": (self.address, 50_000),
            "server": ("127.0.0.1", 8000),
        }
        answer = self.runner.run(_exchange(self.app, scope, body))
        if "set-cookie" in answer.headers:
            name, _, rest = answer.headers["set-cookie"].partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return answer


@contextmanager
def browsing(app: ASGIApp, **where: str) -> Iterator[Browser]:
    with asyncio.Runner() as runner:
        yield Browser(app, runner, **where)  # type: ignore[arg-type]  # host and address


async def _exchange(app: ASGIApp, scope: dict[str, Any], body: bytes) -> Answer:
    sent: list[Message] = []
    received: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not received:
            await asyncio.Event().wait()  # the browser stays
        return received.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *parts = sent
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in start["headers"]}
    assert len(headers) == len(start["headers"]), "a header was sent twice"
    return Answer(start["status"], headers, b"".join(part.get("body", b"") for part in parts))


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
