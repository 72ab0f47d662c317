"""A server that speaks the Instagram API, built from Meta's pages and its published specifications of calls
(API 26.0, July 2026), and what visitors of the account see."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from PIL import Image

from tests.channels.graph_server import GraphDeclines, GraphServer
from tests.channels.local_server import Request
from tests.channels.photo_host import fetched
from tests.channels.servers import Published

CONTAINER_FIELDS = {"image_url", "caption", "alt_text", "access_token"}
MEGABYTE = 1024 * 1024

Item = tuple[str, dict[str, Any], float]


class FakeInstagram(GraphServer):
    """One account. ``states``: those that containers have, look by look, before they are ready;
    ``publishing``: errors (code, subcode) that publishing meets, one each time; ``ignores_since``: lists are
    whole, whatever is asked for."""

    token, account, version = "IGAAJqwertyuiopasdfghjklzxcvbnm", "17841400000000001", "v26.0"
    grant = "ig_refresh_token"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.containers: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.spent: set[str] = set()
        self.states: list[tuple[str, str]] = []
        self.publishing: list[tuple[int, int]] = []
        self.most, self.hides_addresses, self.ignores_since = 100, False, False
        self._numbers = count(18_050_000_000_000_001)

    @property
    def published(self) -> list[Published]:
        return [
            Published(remote_id=post_id, text=post["caption"], photo=post["photo"], alt=post["alt_text"])
            for post_id, post in self.posts.items()
        ]

    def call(self, request: Request, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        match request.method, path.partition("/")[::2]:
            case "GET", (self.account, ""):
                return {"id": self.account, "username": "example_news"}
            case "GET", (self.account, "content_publishing_limit"):
                config = {"quota_total": self.most, "quota_duration": 86_400}
                return {"data": [{"quota_usage": len(self.posts), "config": config}]}
            case "GET", (self.account, "media"):
                return self._listing(fields)
            case "GET", (name, "") if name in self.containers:
                state, why = self.states.pop(0) if self.states else ("FINISHED", "")
                state = "PUBLISHED" if name in self.spent else state
                return {"id": name, "status_code": state, "status": why or state.title()}
            case "GET", (name, "") if name in self.posts:
                return {"id": name} if self.hides_addresses else {"id": name, "permalink": _permalink(name)}
            case "POST", (self.account, "media"):
                return {"id": self._add(fields)}
            case "POST", (self.account, "media_publish"):
                return {"id": self._publish(fields.get("creation_id", ""))}
            case "POST" | "DELETE", (name, "") if name in self.posts:
                raise GraphDeclines(10, "(#10) Application does not have permission for this action")
        raise GraphDeclines(100, f"Unsupported request. Object with ID '{path}' does not exist", 33)

    def _listing(self, fields: Mapping[str, str]) -> dict[str, Any]:
        items: list[Item] = [
            (
                name,
                {
                    **({"caption": post["caption"]} if post["caption"] else {}),
                    "permalink": _permalink(name),
                    "timestamp": f"{post['created']:%Y-%m-%dT%H:%M:%S+0000}",
                },
                post["created"].timestamp(),
            )
            for name, post in self.posts.items()
        ]
        asked = {name: value for name, value in fields.items() if name != "since" or not self.ignores_since}
        return self.listing(items, asked)

    def _add(self, fields: Mapping[str, str]) -> str:
        if unknown := set(fields) - CONTAINER_FIELDS:
            raise GraphDeclines(100, f"Param {min(unknown)} is not allowed")
        if not fields.get("image_url"):
            raise GraphDeclines(100, "The parameter image_url is required")
        caption = fields.get("caption", "")
        too_many = len(re.findall(r"#\w", caption)) > 30 or len(re.findall(r"(?<!\w)@[\w.]", caption)) > 20
        if len(caption.encode("utf-16-le")) // 2 > 2200 or too_many:
            raise GraphDeclines(36004, "The caption was too long", 2207010)
        if len(fields.get("alt_text", "")) > 1000:
            raise GraphDeclines(100, "alt_text")
        container = str(next(self._numbers))
        photo = _photo(fields["image_url"])
        self.containers[container] = {
            "caption": caption,
            "alt_text": fields.get("alt_text", ""),
            "photo": photo,
        }
        return container

    def _publish(self, container: str) -> str:
        if self.publishing and (error := self.publishing.pop(0)):
            raise GraphDeclines(error[0], "as you wish", error[1])
        if container not in self.containers:
            raise GraphDeclines(24, "The requested resource does not exist", 2207006)
        if container in self.spent:
            raise GraphDeclines(9007, "The media has been published already", 2207032)
        if self.states:
            raise GraphDeclines(9007, "The media is not ready for publishing", 2207027)
        if len(self.posts) >= self.most:
            raise GraphDeclines(9, "Application request limit reached", 2207042, status=403)
        post_id = str(next(self._numbers))
        self.spent.add(container)
        self.posts[post_id] = {**self.containers[container], "created": datetime.now(UTC)}
        return post_id


def _photo(address: str) -> bytes:
    content = fetched(address)
    if content is None:
        raise GraphDeclines(9004, "The media could not be fetched from this URI", 2207052)
    if len(content) > 8 * MEGABYTE:
        raise GraphDeclines(36000, "The image size is too large", 2207004)
    try:
        with Image.open(io.BytesIO(content)) as picture:
            kind, (width, height) = picture.format, picture.size
    except OSError as e:
        raise GraphDeclines(9004, "Only photo or video can be accepted as media type", 2207052) from e
    if kind != "JPEG":
        raise GraphDeclines(36001, "The image format is not supported", 2207005)
    if not 4 / 5 <= width / height <= 1.91:
        raise GraphDeclines(36003, "The submitted image with aspect ratio cannot be published", 2207009)
    return content


def _permalink(post_id: str) -> str:
    return f"https://www.instagram.com/p/C{int(post_id):x}/"
