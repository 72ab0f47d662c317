"""A push service, and the browsers behind it: it checks whatever RFC 8030, 8291 and 8292 let a service check,
and the browsers decrypt with a library of other hands, and show what they are sent."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature

from tests.channels.local_server import LocalServer, Reply, Request
from tests.channels.servers import Published
from tests.http.vapid_reader import read_vapid
from tests.web.push_pages import ReadersBrowser

#: RFC 8030 sections 5.3 and 5.4.
URGENCIES, TOPIC = ("very-low", "low", "normal", "high"), re.compile(r"[A-Za-z0-9_-]{1,32}")

#: Seconds that a token may be good for (RFC 8292 section 2), and bytes that are taken (RFC 8030 section 7.2).
MAX_TOKEN_LIFE_S, MAX_BODY_BYTES = 86_400, 4096


class PushDeclines(Exception):
    """The service answers with this status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class PushService(LocalServer):
    """``keys``: the application server's key that each subscription was made with, by path. ``gone``: paths
    that are no more, with the status that says so. ``declines``: statuses by path. ``away``: browsers that
    are off: what is under way to them waits, the last of each topic. ``late``: seconds until an answer, by
    path."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.browsers: dict[str, ReadersBrowser] = {}
        self.keys: dict[str, str] = {}
        self.gone: dict[str, int] = {}
        self.declines: dict[str, int] = {}
        self.away: set[str] = set()
        self.late: dict[str, float] = {}
        self.waiting: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        self.screens: defaultdict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
        self.sounds: list[str] = []

    def subscribed(self, name: str, key: str) -> ReadersBrowser:
        """A browser that has subscribed with our key."""
        browser = ReadersBrowser(endpoint=f"{self.address}/push/{name}")
        self.browsers[f"/push/{name}"], self.keys[f"/push/{name}"] = browser, key
        return browser

    def returns(self, name: str) -> None:
        """A browser is on again, and gets what has waited for it."""
        path = f"/push/{name}"
        self.away.discard(path)
        for body in self.waiting.pop(path, {}).values():
            self._show(path, body)

    def shown(self, name: str) -> list[Published]:
        """What stands on a reader's screen."""
        return [
            Published(
                remote_id=tag,
                text="\n\n".join(filter(None, (notice["title"], notice.get("body", "")))),
                photo_address=notice.get("image", ""),
                links=(notice["navigate"],),
            )
            for tag, notice in self.screens[f"/push/{name}"].items()
        ]

    def answer(self, request: Request) -> Reply:
        time.sleep(self.late.get(request.path, 0))
        try:
            self._take(request)
        except PushDeclines as e:
            return Reply(status=e.status, body=str(e).encode(), media_type="text/plain")
        return Reply(status=201, headers={"Location": f"{self.address}/message/1", "TTL": "60"})

    def _take(self, request: Request) -> None:
        if request.method != "POST" or request.path not in self.browsers:
            raise PushDeclines(404, "no such subscription")
        if status := self.gone.get(request.path) or self.declines.get(request.path):
            raise PushDeclines(status, "as you wish")
        self._check_sender(request)
        headers = request.headers
        if not re.fullmatch(r"\d{1,10}", headers.get("TTL", "")):
            raise PushDeclines(400, "TTL: missing, or no number")
        if headers.get("Urgency", "normal") not in URGENCIES:
            raise PushDeclines(400, "Urgency: none of those that there are")
        topic = headers.get("Topic", "")
        if topic and not TOPIC.fullmatch(topic):
            raise PushDeclines(400, "Topic: too long, or of other letters")
        if headers.get("Content-Encoding") != "aes128gcm":
            raise PushDeclines(415, "not encrypted")
        if len(request.body) > MAX_BODY_BYTES:
            raise PushDeclines(413, "too long")
        if request.path in self.away:
            if headers["TTL"] != "0":
                self.waiting[request.path][topic] = request.body
            return
        self._show(request.path, request.body)

    def _check_sender(self, request: Request) -> None:
        try:
            _, claims, key = read_vapid(request.headers.get("Authorization", ""))
        except (InvalidSignature, AssertionError, KeyError, ValueError) as e:
            raise PushDeclines(401, "no token, or a broken one") from e
        if claims["aud"] != self.address or not time.time() < claims["exp"] <= time.time() + MAX_TOKEN_LIFE_S:
            raise PushDeclines(403, "a token of somebody else, or of another time")
        if not re.match(r"mailto:[^@\s]+@[^@\s]+\.[^@\s]+$|https://", claims["sub"]):
            raise PushDeclines(403, "whom should we write to?")
        if key != self.keys[request.path]:
            raise PushDeclines(403, "subscribed with another key")

    def _show(self, path: str, body: bytes) -> None:
        browser = self.browsers[path]
        message = http_ece.decrypt(body, private_key=browser.private, auth_secret=browser.auth)
        found = json.loads(message)
        assert found["web_push"] == 8030
        notice = found["notification"]
        assert notice["title"]
        assert notice["navigate"]
        self.screens[path][notice["tag"]] = notice
        if not notice.get("silent"):
            self.sounds.append(path)
