"""A server that speaks Slack's Web API, built from the pages of its methods and blocks (August 2026), and
what the people of a channel see there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published

COMMON = {"channel", "blocks", "text", "metadata", "link_names", "parse"}
FIELDS = {
    "chat.postMessage": COMMON | {"unfurl_links", "unfurl_media", "mrkdwn", "thread_ts", "reply_broadcast"},
    "chat.update": COMMON | {"ts", "file_ids"},
    "chat.delete": {"channel", "ts"},
    "auth.test": set(),
}
MAX_BLOCKS, MAX_SUM = 50, 13_200


class SlackDeclines(Exception):
    """The server answers with this error, and 200."""


class FakeSlack(LocalServer):
    """One channel that the app's bot is in. ``unreachable``: addresses of photos that cannot be fetched.
    ``left``: posts until the rate limit. ``forbids``: the error that every change meets."""

    token, bot_channel = "xoxb-0123456789-9876543210-AbCdEfGhIjKlMnOpQrStUvWx", "C0NEWSROOM"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: dict[str, dict[str, Any]] = {}
        self.unreachable: set[str] = set()
        self.left, self.forbids, self.hides = 1_000_000, "", ""
        self.revoked: set[str] = set()
        self._times = count(1_772_357_700)

    @property
    def published(self) -> list[Published]:
        return [_seen(ts, message) for ts, message in self.messages.items()]

    def answer(self, request: Request) -> Reply:
        method = request.path.removeprefix("/api/")
        try:
            if request.method != "POST" or method not in FIELDS:
                raise SlackDeclines("unknown_method")
            self._authorize(request.headers.get("Authorization", ""))
            if method.startswith("chat.") and self.left <= 0:
                return said(429, {"ok": False, "error": "ratelimited"}, Retry_After="30")
            self.left -= 1
            return said(200, {"ok": True, **self._call(method, request.fields())})
        except SlackDeclines as e:
            return said(200, {"ok": False, "error": str(e)})

    def _authorize(self, header: str) -> None:
        token = header.removeprefix("Bearer ")
        if token in self.revoked:
            raise SlackDeclines("token_revoked")
        if token != self.token:
            raise SlackDeclines("invalid_auth" if token else "not_authed")

    def _call(self, method: str, fields: dict[str, Any]) -> dict[str, Any]:
        if set(fields) - FIELDS[method]:
            raise SlackDeclines("invalid_arguments")
        if method == "auth.test":
            return {"url": "https://news.slack.example/", "team": "Example News", "user": "newsbot"}
        if fields.get("channel") != self.bot_channel:
            raise SlackDeclines("channel_not_found")
        if self.forbids:
            raise SlackDeclines(self.forbids)
        if method == "chat.postMessage":
            self._check(fields, longest=40_000)
            above = self.messages.get(fields.get("thread_ts", ""), {})
            if "thread_ts" in fields and (not above or "thread_ts" in above):
                raise SlackDeclines("thread_not_found")
            ts = f"{next(self._times)}.000247"
            self.messages[ts] = fields
            return {"channel": self.bot_channel, "ts": ts, "message": self._shown(ts)}
        ts = fields["ts"]
        if ts not in self.messages:
            raise SlackDeclines("message_not_found")
        if method == "chat.delete":
            del self.messages[ts]
        else:
            self._check(fields, longest=4000)
            thread = self.messages[ts].get("thread_ts")
            self.messages[ts] = {**fields, **({"thread_ts": thread} if thread else {})}
        return {"channel": self.bot_channel, "ts": ts, "text": fields.get("text", "")}

    def _shown(self, ts: str) -> dict[str, Any]:
        """A message as answers have it: each block has an id of Slack's own."""
        blocks = [
            {"block_id": f"b{at}", **each} for at, each in enumerate(self.messages[ts].get("blocks") or [])
        ]
        return {
            "type": "message",
            "ts": ts,
            "blocks": [each for each in blocks if each["type"] != self.hides],
        }

    def _check(self, fields: Mapping[str, Any], longest: int) -> None:
        blocks = fields.get("blocks") or []
        if not (blocks or fields.get("text")):
            raise SlackDeclines("no_text")
        if _units(fields.get("text", "")) > longest:
            raise SlackDeclines("msg_too_long")
        if len(blocks) > MAX_BLOCKS or not all(map(self._is_right, blocks)):
            raise SlackDeclines("invalid_blocks")
        if sum(_units(each["text"]) for block in blocks for each in _texts(block)) > MAX_SUM:
            raise SlackDeclines("msg_blocks_too_long")

    def _is_right(self, block: Mapping[str, Any]) -> bool:
        match block:
            case {"type": "header", "text": {"type": "plain_text", "text": str(text), "emoji": bool()}}:
                return len(block) == 2 and 1 <= _units(text) <= 150
            case {"type": "section", "text": {"type": "plain_text" | "mrkdwn", "text": str(text)}}:
                return len(block) == 2 and 1 <= _units(text) <= 3000
            case {"type": "image", "image_url": str(url), "alt_text": str(alt)}:
                fits = len(url) <= 3000 and 1 <= _units(alt) <= 2000
                return len(block) == 3 and fits and url not in self.unreachable
            case {"type": "context", "elements": [*elements]}:
                return 1 <= len(elements) <= 10 and all(
                    each["type"] in ("mrkdwn", "plain_text") for each in elements
                )
        return False


def _texts(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from [block["text"]] if "text" in block else block.get("elements", [])


def _units(text: str) -> int:
    """The strictest way to count: what a character is, the pages do not say."""
    return len(text.encode("utf-16-le")) // 2


def photo_of(message: Mapping[str, Any]) -> str:
    """The address of a message's photo; ``""`` where there is none."""
    return next((block["image_url"] for block in message["blocks"] if block["type"] == "image"), "")


def mentioned(message: Mapping[str, Any]) -> bool:
    """Whether a message may call people (``<!channel>``, ``<@U0...>``)."""
    marked = [
        each["text"] for block in message["blocks"] for each in _texts(block) if each["type"] == "mrkdwn"
    ]
    return any(re.search(r"<[!@#]", text) for text in (*marked, message["text"]))


def _seen(ts: str, message: Mapping[str, Any]) -> Published:
    """What people see: plain text as it is, links behind their words."""
    texts, links, alt = [], [], ""
    for block in message["blocks"]:
        if block["type"] == "image":
            alt = block["alt_text"]
        for each in _texts(block):
            if each["type"] == "plain_text":
                texts.append(each["text"])
            links += [html.unescape(url) for url in re.findall(r"<([^<>|]*)\|[^<>]*>", each["text"])]
    return Published(
        remote_id=ts,
        text="\n\n".join(texts),
        alt=alt,
        photo_address=photo_of(message),
        links=tuple(links),
    )
