"""A server that speaks LinkedIn's Posts and Images APIs, built from their pages (version 202605), and what
visitors of an organisation's page see."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import unquote

from PIL import Image

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published, photos_shown

#: "little text": an escaped character, a hashtag, a mention, or any other character.
ELEMENT = re.compile(
    r"\\(?P<escaped>[\\|{}@\[\]()<>#*_~])|(?P<hashtag>#\w+)|@\[(?P<name>[^\]]*)\]\(urn:li:\w+:[\w-]+\)|(?P<plain>.)",
    re.DOTALL,
)
RESERVED = set("\\|{}@[]()<>#*_~")
FIELDS = {
    *("author", "commentary", "visibility", "distribution", "lifecycleState"),
    *("isReshareDisabledByAuthor", "content"),
}
NOT_FOUND = said(404, {"status": 404, "code": "NOT_FOUND", "message": "no such post"})


class LinkedInDeclines(Exception):
    """The server answers with this error."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.more = status, more


class FakeLinkedIn(LocalServer):
    """One organisation. ``states``: those that uploaded photos have, look by look, before they are ready.
    ``may_read``: whether the token has r_organization_social. ``remembers``: what was deleted makes what says
    the same a duplicate for a day or two. ``others``: the names of posts of another organisation, which this
    token may neither read nor change."""

    token, organization, version = "AQXdSP_W41_UPs5ioT_t8HESyODB4FqbkJ8LrV_5mff4gPODzOYR", "5590506", "202605"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.posts: dict[str, dict[str, Any]] = {}
        self.images: dict[str, bytes] = {}
        self.ready: set[str] = set()
        self.states: list[str] = []
        self.may_read, self.uploads_to, self.remembers = True, "", False
        self.deleted: dict[str, dict[str, Any]] = {}
        self.revoked: set[str] = set()
        self.others: set[str] = set()
        self._numbers = count(6_844_785_523_593_134_080)

    @property
    def published(self) -> list[Published]:
        return [self._shown(urn, post) for urn, post in self.posts.items()]

    def _shown(self, urn: str, post: Mapping[str, Any]) -> Published:
        content = post["content"]
        several, article = content.get("multiImage", {}).get("images", []), content.get("article")
        media = [content["media"]] if "media" in content else several
        return Published(
            remote_id=urn,
            text=readable(post["commentary"]),
            links=(article["source"],) if article else (),
            **photos_shown([(self.images[each["id"]], each.get("altText", "")) for each in media]),
        )

    def answer(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except LinkedInDeclines as e:
            return said(e.status, {"status": e.status, "message": str(e), **e.more})

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith("/dms-uploads/"):
            return self._upload(request)
        if request.headers.get("Linkedin-Version") != self.version:
            raise LinkedInDeclines(426, "Requested version is not active", code="NONEXISTENT_VERSION")
        if request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
            raise LinkedInDeclines(400, "wrong protocol version")
        self._authorize(request)
        kind, _, name = request.path.removeprefix("/rest/").partition("/")
        verb = request.headers.get("X-RestLi-Method", "")
        match request.method, kind, unquote(name), verb:
            case "POST", "posts", "", "":
                return self._create(request.fields())
            case "GET", "posts", "", "FINDER":
                return self._find(request.query)
            case "POST", "posts", urn, "PARTIAL_UPDATE":
                return self._update(urn, request.fields())
            case ("DELETE", "posts", urn, "DELETE") | ("GET", "posts", urn, ""):
                return self._delete(urn) if verb else self._show(urn)
            case "POST", "images", "", "":
                return self._begin_upload(request)
            case "GET", "images", urn, "":
                state = self.states.pop(0) if self.states else "AVAILABLE"
                self.ready |= {urn} if state == "AVAILABLE" else set()
                return said(200, {"id": urn, "owner": self._owner, "status": state})
        raise LinkedInDeclines(404, "No virtual resource found")

    @property
    def _owner(self) -> str:
        return f"urn:li:organization:{self.organization}"

    def _authorize(self, request: Request) -> None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token in self.revoked:
            raise LinkedInDeclines(401, "The token has been revoked by the user", code="REVOKED_ACCESS_TOKEN")
        if token != self.token:
            raise LinkedInDeclines(401, "Invalid access token", serviceErrorCode=65600)

    def _create(self, body: dict[str, Any]) -> Reply:
        if set(body) != FIELDS:
            raise LinkedInDeclines(422, f"unrecognized or missing fields: {sorted(set(body) ^ FIELDS)}")
        if body["author"] != self._owner:
            raise LinkedInDeclines(403, "not an administrator of the author")
        if len(body["commentary"]) > 3000:
            raise LinkedInDeclines(400, "commentary", code="FIELD_LENGTH_TOO_LONG")
        self._check_content(body["content"])
        for urn, post in {**self.deleted, **self.posts}.items():
            if (post["commentary"], post["content"]) == (body["commentary"], body["content"]):
                error = {"code": "DUPLICATE_POST", "description": f"Content is a duplicate of {urn}"}
                raise LinkedInDeclines(
                    422, f"Content is a duplicate of {urn}", errorDetails={"inputErrors": [error]}
                )
        urn = f"urn:li:share:{next(self._numbers)}"
        self.posts[urn] = {**body, "publishedAt": int(time.time() * 1000)}
        return Reply(status=201, headers={"x_restli_id": urn})

    def _check_content(self, content: dict[str, Any]) -> None:
        match content:
            case {"media": {"id": str(urn), **more}, **rest} if not rest:
                if set(more) - {"altText", "title"} or len(str(more.get("altText", ""))) > 4086:
                    raise LinkedInDeclines(400, "media")
                if urn not in self.images or urn not in self.ready:  # nobody would see the post
                    raise LinkedInDeclines(400, "no such image", code="INVALID_URN")
            case {"multiImage": {"images": list(images), **more}, **rest} if not (more or rest):
                if not 2 <= len(images) <= 20:
                    raise LinkedInDeclines(400, "multiImage has 2 to 20 images")
                for each in images:
                    self._check_content({"media": each})
            case {"article": {"source": str(), "title": str(title), **more}, **rest} if not rest:
                if set(more) - {"description", "thumbnail"} or not title:
                    raise LinkedInDeclines(400, "article")
            case _:
                raise LinkedInDeclines(422, "content")

    def _find(self, query: Mapping[str, str]) -> Reply:
        if not self.may_read:
            raise LinkedInDeclines(403, "Not enough permissions to access: posts.FINDER-author")
        if query.get("q") != "author" or query.get("author") != self._owner:
            raise LinkedInDeclines(400, "finder")
        start, size = int(query["start"]), int(query["count"])
        found = [{"id": urn, **post} for urn, post in reversed(self.posts.items())]
        return said(200, {"elements": found[start : start + size], "paging": {"start": start, "count": size}})

    def _delete(self, urn: str) -> Reply:
        self._must_be_ours(urn, "DELETE")
        if (post := self.posts.pop(urn, None)) and self.remembers:
            self.deleted[urn] = post
        return Reply(status=204)

    def _must_be_ours(self, urn: str, act: str) -> None:
        if urn in self.others:
            raise LinkedInDeclines(403, f"Not enough permissions to access: posts.{act}")

    def _show(self, urn: str) -> Reply:
        self._must_be_ours(urn, "GET")
        if not self.may_read:
            raise LinkedInDeclines(403, "Not enough permissions to access: posts.GET")
        return said(200, {"id": urn, **self.posts[urn]}) if urn in self.posts else NOT_FOUND

    def _update(self, urn: str, body: dict[str, Any]) -> Reply:
        self._must_be_ours(urn, "PARTIAL_UPDATE")
        if urn not in self.posts:
            return NOT_FOUND
        changes = body["patch"]["$set"]
        if set(changes) != {"commentary"} or len(changes["commentary"]) > 3000:
            raise LinkedInDeclines(422, "not to be updated")
        self.posts[urn].update(changes)
        return Reply(status=204)

    def _begin_upload(self, request: Request) -> Reply:
        if request.query.get("action") != "initializeUpload":
            raise LinkedInDeclines(400, "action")
        if request.fields() != {"initializeUploadRequest": {"owner": self._owner}}:
            raise LinkedInDeclines(403, "not the owner")
        name = f"C4E22AQ{next(self._numbers)}"
        address = f"{self.uploads_to or self.address}/dms-uploads/{name}"
        value = {
            "uploadUrl": address,
            "uploadUrlExpiresAt": 1_900_000_000_000,
            "image": f"urn:li:image:{name}",
        }
        return said(200, {"value": value})

    def _upload(self, request: Request) -> Reply:
        self._authorize(request)
        try:
            with Image.open(io.BytesIO(request.body)) as photo:
                if photo.format not in ("JPEG", "PNG", "GIF") or photo.width * photo.height >= 36_152_320:
                    return Reply(status=400)
        except OSError:
            return Reply(status=400)
        self.images[f"urn:li:image:{request.path.rpartition('/')[2]}"] = request.body
        return Reply(status=201)


def readable(commentary: str) -> str:
    """What people see of a text: it ends at the first character of markup that is none."""
    parts, end = [], 0
    for element in ELEMENT.finditer(commentary):
        plain = element["plain"]
        if plain is not None and plain in RESERVED and not (plain == "#" and _in_address(commentary, end)):
            break
        parts.append(element["escaped"] or element["hashtag"] or element["name"] or plain or "")
        end = element.end()
    return "".join(parts)


def _in_address(text: str, at: int) -> bool:
    return "://" in text[:at].rpartition("\n")[2].rpartition(" ")[2]
