"""A server that takes what Slack's incoming webhooks take, and answers in their words."""

from __future__ import annotations

from typing import Any

from tests.channels.local_server import Reply, Request
from tests.channels.slack_server import FakeSlack, SlackDeclines


class FakeSlackHook(FakeSlack):
    """One webhook. ``dead``: the status and the word that every message meets."""

    path = "/services/T0NEWSROOM/B0123456789/abcDEF0123456789xyzXYZ01"
    secret = "abcDEF0123456789xyzXYZ01"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.dead: tuple[int, str] | None = None

    def answer(self, request: Request) -> Reply:
        if request.method != "POST" or request.path != self.path:
            return _word(404, "no_service" if request.path.startswith("/services/") else "no_team")
        if self.dead:
            return _word(*self.dead)
        if self.left <= 0:
            return Reply(status=429, body=b"", media_type="text/plain", headers={"Retry_After": "30"})
        self.left -= 1
        try:
            self._take(request.fields())
        except SlackDeclines as e:
            return _word(400, str(e))
        return _word(200, "ok")

    def _take(self, fields: dict[str, Any]) -> None:
        if set(fields) - {"text", "blocks", "unfurl_links", "unfurl_media"}:
            raise SlackDeclines("invalid_payload")
        self._check(fields, longest=40_000)
        self.messages[f"{next(self._times)}.000247"] = fields


def _word(status: int, word: str) -> Reply:
    return Reply(status=status, body=word.encode(), media_type="text/html")
