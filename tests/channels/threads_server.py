"""A server that speaks the Threads API, built from Meta's pages and its published collection of calls
(January 2026), and what readers of the profile see."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import count
from typing import Any

import regex

from tests.channels.graph_server import GraphDeclines, GraphServer
from tests.channels.local_server import Request
from tests.channels.photo_host import fetched
from tests.channels.servers import Published

CONTAINER_FIELDS = {"media_type", "text", "image_url", "alt_text", "reply_to_id", "access_token"}
PICTURE = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}")


class FakeThreads(GraphServer):
    """One profile. ``states``: those that containers have, look by look, before they are ready;
    ``not_ready``: how often publishing says that the container is not there yet; ``unreachable``: addresses
    of photos that cannot be fetched; ``username``: of the profile whose token it is."""

    token, user, version = "THAAJqwertyuiopasdfghjklzxcvbnm", "25000000000001", "v1.0"
    grant = "th_refresh_token"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.containers: dict[str, dict[str, Any]] = {}
        self.posts: dict[str, dict[str, Any]] = {}
        self.states: list[tuple[str, str]] = []
        self.unreachable: set[str] = set()
        self.username = "example_news"
        self.not_ready, self.most, self.hides_addresses = 0, 250, False
        self._numbers = count(18_000_000_000_000_001)

    @property
    def published(self) -> list[Published]:
        return [
            Published(
                remote_id=media_id,
                text=post["text"],
                photo=post.get("photo"),
                alt=post.get("alt_text", ""),
            )
            for media_id, post in self.posts.items()
        ]

    def call(self, request: Request, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        match request.method, path:
            case "GET", "me":
                return {"id": self.user, "username": self.username}
            case "GET", "me/threads_publishing_limit":
                config = {"quota_total": self.most, "quota_duration": 86_400}
                return {"data": [{"quota_usage": len(self.posts), "config": config}]}
            case "GET", "me/threads":
                items = [
                    (name, {"text": post["text"], "permalink": self._permalink(name)}, post["created"])
                    for name, post in self.posts.items()
                ]
                return self.listing(items, fields)
            case "GET", name if name in self.containers:
                status, why = self.states.pop(0) if self.states else ("FINISHED", "")
                return {"id": name, "status": status, "error_message": why}
            case "GET", name if name in self.posts:
                return (
                    {"id": name} if self.hides_addresses else {"id": name, "permalink": self._permalink(name)}
                )
            case "POST", "me/threads":
                return {"id": self._add(fields)}
            case "POST", "me/threads_publish":
                return {"id": self._publish(fields.get("creation_id", ""))}
            case "DELETE", name if name in self.posts and self.posts[name]["by"] == self.username:
                del self.posts[name]
                return {"success": True, "deleted_id": name}
        raise GraphDeclines(100, f"Unsupported request. Object with ID '{path}' does not exist", 33)

    def _permalink(self, media_id: str) -> str:
        return f"https://www.threads.com/@{self.posts[media_id]['by']}/post/{media_id}"

    def _add(self, fields: Mapping[str, str]) -> str:
        if unknown := set(fields) - CONTAINER_FIELDS:
            raise GraphDeclines(100, f"Param {min(unknown)} is not allowed")
        if fields.get("media_type") not in ("TEXT", "IMAGE"):
            raise GraphDeclines(100, "media_type")
        if (fields["media_type"] == "IMAGE") != ("image_url" in fields):
            raise GraphDeclines(100, "image_url")
        address = fields.get("image_url", "")
        photo = fetched(address) if address and address not in self.unreachable else None
        if address and photo is None:
            raise GraphDeclines(9004, "The media could not be fetched from this URI", 2207052)
        if _length(fields.get("text", "")) > 500:
            raise GraphDeclines(100, "The text must be at most 500 characters long")
        if len(fields.get("alt_text", "")) > 1000:
            raise GraphDeclines(100, "alt_text")
        if (answered := fields.get("reply_to_id")) and answered not in self.posts:
            raise GraphDeclines(100, "reply_to_id does not exist", 33)
        container = str(next(self._numbers))
        self.containers[container] = {**fields, **({"photo": photo} if photo else {})}
        return container

    def _publish(self, container: str) -> str:
        if self.not_ready > 0 or container not in self.containers:
            self.not_ready -= 1
            raise GraphDeclines(24, "The requested resource does not exist: Media Not Found", 4279009)
        if len(self.posts) >= self.most:
            raise GraphDeclines(4, "Application request limit reached", 2207042, status=403)
        media_id = str(next(self._numbers))
        self.posts[media_id] = {
            **self.containers.pop(container),
            "created": time.time(),
            "by": self.username,
        }
        return media_id


def _length(text: str) -> int:
    """Emoji count as their bytes: a cluster with a picture in it."""
    clusters = regex.findall(r"\X", text)
    return sum(len(each.encode() if PICTURE.search(each) else each) for each in clusters)
