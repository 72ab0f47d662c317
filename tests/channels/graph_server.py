"""A server that speaks the Graph API of Facebook Pages, built from Meta's pages and its published
specifications of calls (API 26.0, July 2026), and what visitors of the Page see."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from PIL import Image

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published

#: Parameters of the calls that we make (those of the specifications that may be sent with them).
FIELDS = {
    "feed": {"message", "link", "published", "access_token"},
    "photos": {"message", "caption", "alt_text_custom", "published", "access_token"},
    "several": {"message", "published", "access_token"},
    "update": {"message", "access_token"},
    "list": {"fields", "limit", "since", "after", "access_token"},
    "me": {"fields", "access_token"},
    "delete": {"access_token"},
}


#: A photo that a post shows beside others (``attached_media``).
ATTACHED = re.compile(r"attached_media\[[0-9]+\]")

#: How long a token is good for where it ends, and how old one is that is renewed.
TOKEN_LIFE, MIN_TOKEN_AGE = timedelta(days=60), timedelta(hours=24)


class GraphDeclines(Exception):
    """The server answers with this error."""

    def __init__(self, code: int, message: str, subcode: int = 0, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.subcode, self.status = code, subcode, status


class GraphServer(LocalServer):
    """What all parts of the API have in common: versions, tokens, errors, pages of lists. ``forbids``: the
    code and subcode of the error that every change meets. ``usage_minutes``: until there is access again;
    ``used``, ``app_used``: how much of the limits of the business and the app, in hundredths. ``grant``: by
    which a token is renewed (none are, where there is none); ``token_age``: of each token: the
    older ones stay good beside a new one."""

    token, version, grant = "", "", ""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.forbids: tuple[int, int] | None = None
        self.usage_minutes, self.used, self.app_used = 0, 0, 0
        self.revoked: set[str] = set()
        self.token_age = {self.token: timedelta(days=10)}

    def call(self, request: Request, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """What a call below the version answers. Raises ``GraphDeclines``."""
        raise NotImplementedError

    def answer(self, request: Request) -> Reply:
        try:
            return said(200, self._answer(request), **self._usage())
        except GraphDeclines as e:
            error = {
                "message": str(e),
                "type": "OAuthException",
                "code": e.code,
                **({"error_subcode": e.subcode} if e.subcode else {}),
                "fbtrace_id": "AbCdEf",
            }
            return said(e.status, {"error": error}, **self._usage())

    def _usage(self) -> dict[str, str]:
        """What the headers say that is used up."""
        headers = {}
        if self.usage_minutes or self.used:
            usage = {"type": "pages", "call_count": self.used or 100, "total_cputime": 25, "total_time": 25}
            usage["estimated_time_to_regain_access"] = self.usage_minutes
            headers["X_Business_Use_Case_Usage"] = json.dumps({"1045": [usage]})
        if self.app_used:
            headers["X_App_Usage"] = json.dumps(
                {"call_count": 3, "total_cputime": 0, "total_time": self.app_used}
            )
        return headers

    def _answer(self, request: Request) -> dict[str, Any]:
        if self.grant and request.path == "/refresh_access_token":
            return self._renewed(request)
        version, _, path = request.path.removeprefix("/").partition("/")
        if version != self.version:
            raise GraphDeclines(2635, "You are calling a deprecated version")
        fields = _fields(request)
        self._check_token(fields.get("access_token", ""))
        if self.forbids and request.method != "GET":
            raise GraphDeclines(self.forbids[0], "as you wish", self.forbids[1])
        return self.call(request, path, fields)

    def _check_token(self, token: str) -> None:
        if token in self.revoked:
            raise GraphDeclines(190, "Error validating access token: the session has been invalidated", 460)
        if not token:
            raise GraphDeclines(2500, "An active access token must be used to query information")
        if token not in self.token_age:
            raise GraphDeclines(190, "Invalid OAuth access token - Cannot parse access token")
        if self.token_age[token] >= TOKEN_LIFE:
            raise GraphDeclines(190, "Error validating access token: Session has expired", 463)

    def _renewed(self, request: Request) -> dict[str, Any]:
        """Another token in place of one that is neither too young nor too old."""
        fields = _fields(request)
        token = fields.get("access_token", "")
        if request.method != "GET" or fields.get("grant_type") != self.grant:
            raise GraphDeclines(100, "Invalid parameter: grant_type")
        self._check_token(token)
        if self.token_age[token] < MIN_TOKEN_AGE:
            raise GraphDeclines(100, "The access token cannot be refreshed yet")
        new = f"{self.token}R{len(self.token_age)}"
        self.token_age[new] = timedelta()
        seconds = int(TOKEN_LIFE.total_seconds())
        return {"access_token": new, "token_type": "bearer", "expires_in": seconds}

    def listing(
        self, items: Sequence[tuple[str, dict[str, Any], float]], fields: Mapping[str, str]
    ) -> dict[str, Any]:
        """A page of a list, the newest first: each item's id, fields and time."""
        since, size = float(fields.get("since", 0)), int(fields.get("limit", 25))
        if not 1 <= size <= 100:
            raise GraphDeclines(100, "(#100) limit")
        recent = [{"id": name, **item} for name, item, created in reversed(items) if created >= since]
        first = int(fields.get("after", 0))
        more = {"next": "https://graph.example/"} if first + size < len(recent) else {}
        cursors = {"before": str(first), "after": str(first + size)}
        return {"data": recent[first : first + size], "paging": {"cursors": cursors, **more}}


class FakePage(GraphServer):
    """One Page. ``lags``: what was posted is not in its lists yet. ``photos``: those that were uploaded for a
    post to show, each with its alternative text."""

    max_photo_bytes, max_photos, lags = 4_000_000, 10, False

    token, page, version = "EAAGm0PX4ZCpsBAKqwertyuiopZD", "104500000000001", "v26.0"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.posts: dict[str, dict[str, Any]] = {}
        self.photos: dict[str, tuple[bytes, str]] = {}
        self._numbers = count(122_100_000_000_001)

    @property
    def published(self) -> list[Published]:
        return [
            Published(
                remote_id=post_id,
                text=post["message"],
                photo=post.get("photo"),
                alt=post.get("alt", ""),
                further=post.get("further", ()),
                links=(post["link"],) if post.get("link") else (),
            )
            for post_id, post in self.posts.items()
        ]

    def call(self, request: Request, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        match request.method, path:
            case "GET", "me":
                _only(fields, "me")
                return {"id": self.page, "name": "Example News"}
            case "GET", path if path == f"{self.page}/feed":
                _only(fields, "list")
                shown = {} if self.lags else self.posts
                items = [(name, _item(post), post["created"]) for name, post in shown.items()]
                return self.listing(items, fields)
            case "POST", path if path == f"{self.page}/feed":
                return self._add_words(fields)
            case "POST", path if path == f"{self.page}/photos":
                return self._add_photo(fields, request.parts()["source"][1])
            case ("POST" | "DELETE") as method, path if path in self.posts and self._is_ours(path):
                return self._change(method, path, fields)
        if re.fullmatch(r"[0-9]+(_[0-9]+|/(feed|photos))", path):
            raise GraphDeclines(
                100, f"Unsupported request. Object with ID '{path}' does not exist, cannot be loaded", 33
            )
        raise GraphDeclines(2500, "Unknown path components")

    def _is_ours(self, post_id: str) -> bool:
        """What is another Page's is not there for this one's token."""
        return post_id.startswith(f"{self.page}_")

    def _add_words(self, fields: Mapping[str, str]) -> dict[str, Any]:
        if attached := [value for name, value in fields.items() if ATTACHED.fullmatch(name)]:
            return self._add_several(fields, attached)
        _only(fields, "feed")
        if not fields.get("message") and not fields.get("link"):
            raise GraphDeclines(100, "(#100) You must provide message or link")
        return {"id": self._add({"message": fields["message"], "link": fields.get("link", "")})}

    def _add_several(self, fields: Mapping[str, str], attached: Sequence[str]) -> dict[str, Any]:
        """A post of photos that were uploaded before, and of no link: each is shown once."""
        _only({name: value for name, value in fields.items() if not ATTACHED.fullmatch(name)}, "several")
        names = [str(json.loads(value)["media_fbid"]) for value in attached]
        is_right = len(set(names)) == len(names) <= self.max_photos
        if not is_right or not all(name in self.photos for name in names):
            raise GraphDeclines(100, "(#100) Param attached_media is not right")
        (photo, alt), *further = map(self.photos.pop, names)
        shown = {"photo": photo, "alt": alt, "further": tuple(further)}
        return {"id": self._add({"message": fields["message"], **shown})}

    def _add_photo(self, fields: Mapping[str, str], photo: bytes) -> dict[str, Any]:
        _only(fields, "photos")
        _check_photo(photo, self.max_photo_bytes)
        words, alt = fields.get("message", ""), fields.get("alt_text_custom", "")
        if fields.get("published") == "false":
            name = str(next(self._numbers))
            self.photos[name] = (photo, alt)
            return {"id": name}
        post_id = self._add({"message": words, "photo": photo, "alt": alt})
        return {"id": str(next(self._numbers)), "post_id": post_id}

    def _change(self, method: str, post_id: str, fields: Mapping[str, str]) -> dict[str, Any]:
        _only(fields, "update" if method == "POST" else "delete")
        if method == "DELETE":
            del self.posts[post_id]
        else:
            self.posts[post_id]["message"] = fields["message"]
        return {"success": True}

    def _add(self, post: dict[str, Any]) -> str:
        last = next(reversed(self.posts.values()), None)
        if last and (last["message"], last.get("link")) == (post["message"], post.get("link")):
            raise GraphDeclines(506, "Duplicate status message")
        post_id = f"{self.page}_{next(self._numbers)}"
        self.posts[post_id] = {**post, "created": time.time()}
        return post_id


def _fields(request: Request) -> dict[str, str]:
    """What was sent, but for files."""
    if request.headers.get("Content-Type", "").startswith("multipart/"):
        parts = request.parts()
        return {name: part[1].decode() for name, part in parts.items() if name != "source"}
    return {**request.query, **(request.fields() if request.body else {})}


def _item(post: Mapping[str, Any]) -> dict[str, Any]:
    """A post as a list shows it."""
    attached = {"attachments": {"data": [{"unshimmed_url": post["link"]}]}} if post.get("link") else {}
    return {"message": post["message"], **attached}


def _only(fields: Mapping[str, str], call: str) -> None:
    if unknown := set(fields) - FIELDS[call]:
        raise GraphDeclines(100, f"(#100) Param {min(unknown)} is not allowed")


def _check_photo(photo: bytes, max_bytes: int) -> None:
    if len(photo) > max_bytes:
        raise GraphDeclines(1, "the photo is too large", 1366046)
    try:
        Image.open(io.BytesIO(photo)).verify()
    except Exception as e:
        raise GraphDeclines(324, "(#324) Missing or invalid image file") from e
