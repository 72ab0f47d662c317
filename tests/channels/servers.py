"""A server that speaks Mastodon's API, built from what its documentation says, and a webhook's receiver.

To see a channel's posts without an account anywhere::

    .venv/bin/python -m tests.channels.servers mastodon 8088
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import urlencode

import regex
from PIL import Image

from tests.channels.local_server import LocalServer, Reply, Request, said

NOT_FOUND = said(404, {"error": "Record not found"})
LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True, kw_only=True)
class Published:
    """What readers of a channel see of a post. ``further``: its photos beside the first, each with its
    alternative text, where the server tells of them. ``photo_address``: where readers' programs find the
    photo, where that is all that is posted. ``links``: where words of the text, or what stands
    beside it (a card), lead. ``language``: of its text, where the channel has that; ``reply_to``: the post
    that it answers."""

    remote_id: str
    text: str
    photo: bytes | None = None
    alt: str = ""
    photo_address: str = ""
    further: tuple[tuple[bytes, str], ...] = ()
    links: tuple[str, ...] = ()
    language: str = ""
    reply_to: str = ""

    def leads_to(self, url: str) -> bool:
        """Whether readers get there: by the address in the text, or by a link behind it."""
        return url in self.text or url in self.links


def photos_shown(media: Sequence[tuple[bytes, str]]) -> dict[str, Any]:
    """What is ``Published`` of photos, each with its alternative text."""
    if not media:
        return {}
    (photo, alt), *further = media
    return {"photo": photo, "alt": alt, "further": tuple(further)}


@dataclass(frozen=True, kw_only=True)
class Media:
    id: str
    content: bytes
    media_type: str
    description: str
    looks: int = 0
    status_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Status:
    id: str
    text: str
    created_at: datetime
    media: tuple[str, ...] = ()
    language: str = ""
    visibility: str = "public"
    edited_at: datetime | None = None
    answers: str = ""


@dataclass
class Shelf:
    statuses: dict[str, Status] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    keys: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    last_id: int = 100


class Invalid(Exception):
    """The server answers 422 with this."""


class FakeMastodon(LocalServer):
    """https://docs.joinmastodon.org/methods/ for one account.

    ``slow_media``: how often a photo is still being processed (206) when asked for. ``strangers``: statuses
    of another account.
    """

    token = "t0ken-of-the-account"
    source_url = "https://github.com/mastodon/mastodon"
    scopes = "read:accounts read:statuses write:statuses write:media"
    max_characters, per_url, description_limit = 500, 23, 1500
    domain = "mastodon.example"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.shelf = Shelf()
        self.slow_media = 0
        self.strangers: set[str] = set()
        self.apps: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def published(self) -> list[Published]:
        return [self._published(status) for status in self.shelf.statuses.values()]

    def _published(self, status: Status) -> Published:
        photo = self.shelf.media[status.media[0]] if status.media else None
        return Published(
            remote_id=status.id,
            text=status.text,
            photo=photo.content if photo else None,
            alt=photo.description if photo else "",
        )

    def answer(self, request: Request) -> Reply:
        if request.path == "/":
            return self._front_page()
        if request.path.startswith("/files/"):
            media = self.shelf.media.get(request.path.removeprefix("/files/"))
            return Reply(body=media.content, media_type=media.media_type) if media else NOT_FOUND
        if request.path == "/api/v2/instance":
            return said(200, self._instance())
        if reply := self._access(request):
            return reply
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return said(401, {"error": "The access token is invalid"})
        try:
            return self._api(request)
        except Invalid as e:
            return said(422, {"error": f"Validation failed: {e}"})

    def _api(self, request: Request) -> Reply:
        wanted = "write:media" if "/media" in request.path else "write:statuses"
        if request.method != "GET" and wanted not in self.scopes:
            return said(403, {"error": "This action is outside the authorized scopes"})
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["api", "v2", "media"]:
                return self._take_media(request)
            case "GET", ["api", "v1", "media", name]:
                return self._look_at_media(name)
            case "POST", ["api", "v1", "statuses"]:
                return self._take_status(request)
            case ((("PUT" | "DELETE" | "GET") as method), ["api", "v1", "statuses", name]):
                status = self.shelf.statuses.get(name)
                if method != "GET" and name in self.strangers:
                    return NOT_FOUND
                return self._with_status(method, status, request) if status else NOT_FOUND
            case "GET", ["api", "v1", "accounts", "verify_credentials"]:
                return said(200, {"id": "7", "acct": "newsroom", "username": "newsroom"})
            case "GET", ["api", "v1", "accounts", "7", "statuses"]:
                return said(200, self._listing(request))
            case _:
                return NOT_FOUND

    def _access(self, request: Request) -> Reply | None:
        """What servers answer to those who have no token yet."""
        match request.method, request.path:
            case "POST", "/api/v1/apps":
                return self._register(request.fields())
            case "GET", "/oauth/authorize":
                return self._authorize(request.query)
            case "POST", "/oauth/token":
                return self._grant(request.fields())
            case _:
                return None

    def _register(self, app: dict[str, str]) -> Reply:
        """https://docs.joinmastodon.org/methods/apps/#create"""
        if not app.get("client_name") or not re.match(r"https?://|urn:", app.get("redirect_uris", "")):
            return said(422, {"error": "Validation failed: Redirect URI must be an absolute URI."})
        name = f"client{len(self.apps) + 1}"
        self.apps[name] = {**app, "client_secret": f"secret-of-{name}"}
        return said(200, {"client_id": name, "client_secret": f"secret-of-{name}", "name": "Syndicator"})

    def _authorize(self, query: Mapping[str, str]) -> Reply:
        """https://docs.joinmastodon.org/methods/oauth/#authorize, with an owner who allows everything."""
        app = self.apps.get(query.get("client_id", ""))
        if app is None or app["redirect_uris"] != query.get("redirect_uri"):
            return said(401, {"error": "invalid_client"})
        if not set(query["scope"].split()) <= set(app["scopes"].split()):
            return said(401, {"error": "invalid_scope"})
        code = f"code{len(self.codes) + 1}"
        self.codes[code] = dict(query)
        back = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query.get('state', '')})}"
        return Reply(status=302, headers={"Location": back})

    def _grant(self, form: dict[str, str]) -> Reply:
        """https://docs.joinmastodon.org/methods/oauth/#token: a code is good once, for who asked for it."""
        app = self.apps.get(form.get("client_id", ""))
        if app is None or app["client_secret"] != form.get("client_secret"):
            return said(401, {"error": "invalid_client"})
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_proven = asked is not None and asked["code_challenge"] == base64.urlsafe_b64encode(
            verifier
        ).decode().rstrip("=")
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri") or not is_proven:
            return said(400, {"error": "invalid_grant"})
        return said(200, {"access_token": self.token, "token_type": "Bearer", "scope": asked["scope"]})

    def _take_media(self, request: Request) -> Reply:
        parts = request.parts()
        media_type, content = parts["file"]
        description = parts["description"][1].decode() if "description" in parts else ""
        if media_type not in ("image/jpeg", "image/png", "image/gif", "image/webp"):
            raise Invalid("File content type is invalid, File is invalid")
        try:
            Image.open(io.BytesIO(content)).verify()
        except OSError as e:
            raise Invalid("File is invalid") from e
        if len(description) > self.description_limit:
            raise Invalid(f"Description is too long (maximum is {self.description_limit} characters)")
        media = Media(
            id=self._id(),
            content=content,
            media_type=media_type,
            description=description,
            looks=self.slow_media,
        )
        self.shelf.media[media.id] = media
        return said(202 if media.looks else 200, self._media(media))

    def _look_at_media(self, name: str) -> Reply:
        media = self.shelf.media.get(name)
        if media is None:
            return NOT_FOUND
        if media.looks:
            self.shelf.media[name] = replace(media, looks=media.looks - 1)
        return said(206 if media.looks else 200, self._media(media))

    def _take_status(self, request: Request) -> Reply:
        key = request.headers.get("Idempotency-Key", "")
        name, since = self.shelf.keys.get(key, ("", self.now()))
        if name and self.now() - since < timedelta(hours=1):
            known = self.shelf.statuses.get(name)
            return said(200, self._status(known)) if known else NOT_FOUND
        fields = request.fields()
        if fields.get("visibility", "public") not in ("public", "unlisted", "private", "direct"):
            raise Invalid("Visibility is not included in the list")
        if (answers := fields.get("in_reply_to_id", "")) and answers not in self.shelf.statuses:
            return NOT_FOUND  # and the key is not spent
        name = self._id()
        status = Status(
            id=name,
            text=self._text(fields),
            created_at=self.now(),
            media=self._attached(fields, name),
            language=fields.get("language", ""),
            visibility=fields.get("visibility", "public"),
            answers=answers,
        )
        self.shelf.statuses[name] = status
        if key:
            self.shelf.keys[key] = (name, self.now())
        return said(200, self._status(status))

    def _with_status(self, method: str, status: Status, request: Request) -> Reply:
        match method:
            case "DELETE":
                last = said(200, self._status(status) | {"text": status.text})
                del self.shelf.statuses[status.id]
                if request.query.get("delete_media") == "true":
                    for name in status.media:
                        self.shelf.media.pop(name)
                return last
            case "PUT":
                fields = request.fields()
                status = replace(
                    status,
                    text=self._text(fields),
                    media=self._attached(fields, status.id) if "media_ids" in fields else status.media,
                    language=fields.get("language", status.language),
                    edited_at=self.now(),
                )
                self.shelf.statuses[status.id] = status
        return said(200, self._status(status))

    def _text(self, fields: dict[str, Any]) -> str:
        text = str(fields.get("status", "")).strip()
        if not text and not fields.get("media_ids"):
            raise Invalid("Text can't be blank")
        # StatusLengthValidator: the warning and the text, one behind the other
        counted = LINK.sub("x" * self.per_url, f"{fields.get('spoiler_text', '')}{text}")
        if len(regex.findall(r"\X", counted)) > self.max_characters:
            raise Invalid(f"Text character limit of {self.max_characters} exceeded")
        return text

    def _attached(self, fields: dict[str, Any], status_id: str) -> tuple[str, ...]:
        names = tuple(fields.get("media_ids", ()))
        for name in names:
            media = self.shelf.media.get(name)
            if media is None or media.status_id not in ("", status_id) or len(names) > 4:
                raise Invalid("Media attachments cannot be attached")
            if media.looks:
                raise Invalid("Cannot attach files that have not finished processing")
            self.shelf.media[name] = replace(media, status_id=status_id)
        return names

    def _listing(self, request: Request) -> list[dict[str, Any]]:
        before = int(request.query.get("max_id", "999999999"))
        newest = sorted(self.shelf.statuses.values(), key=lambda status: -int(status.id))
        limit = min(40, int(request.query.get("limit", "20")))
        return [self._status(status) for status in newest if int(status.id) < before][:limit]

    def _id(self) -> str:
        self.shelf.last_id += 1
        return str(self.shelf.last_id)

    def _status(self, status: Status) -> dict[str, Any]:
        return {
            "id": status.id,
            "created_at": status.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "edited_at": status.edited_at.isoformat() if status.edited_at else None,
            "visibility": status.visibility,
            "language": status.language or None,
            "url": f"{self.address}/@newsroom/{status.id}",
            "content": html_of(status.text),
            "media_attachments": [self._media(self.shelf.media[name]) for name in status.media],
        }

    def _media(self, media: Media) -> dict[str, Any]:
        url = None if media.looks else f"{self.address}/files/{media.id}"
        return {"id": media.id, "type": "image", "url": url, "description": media.description or None}

    def _instance(self) -> dict[str, Any]:
        statuses = {"max_characters": self.max_characters, "characters_reserved_per_url": self.per_url}
        media = {"description_limit": self.description_limit, "image_size_limit": 16_777_216}
        return {
            "configuration": {"statuses": statuses, "media_attachments": media},
            "source_url": self.source_url,
            "domain": self.domain,
        }

    def _front_page(self) -> Reply:
        posts = "".join(self._article(status) for status in reversed(self.shelf.statuses.values()))
        page = f"""<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>Local timeline</title><style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 38rem; margin: 2rem auto; padding: 0 1rem }}
article {{ border: 1px solid #ccc; border-radius: 10px; padding: .5rem 1rem 1rem; margin: 1rem 0 }}
img {{ max-width: 100%; height: auto; border-radius: 8px }} small {{ color: #666 }}
</style><h1>Local timeline</h1>{posts or "<p>Nothing has been posted yet.</p>"}"""
        return Reply(body=page.encode(), media_type="text/html; charset=utf-8")

    def _article(self, status: Status) -> str:
        alts = {name: escape(self.shelf.media[name].description) for name in status.media}
        photos = "".join(
            f'<figure><img src="/files/{name}" alt="{alt}">'
            f"<figcaption><small>alt: {alt}</small></figcaption></figure>"
            for name, alt in alts.items()
        )
        edited = f", edited {status.edited_at:%H:%M:%S}" if status.edited_at else ""
        about = f"{status.created_at:%Y-%m-%d %H:%M:%S} UTC{edited}, {status.visibility}"
        return (
            f'<article id="{status.id}" lang="{escape(status.language)}">{html_of(status.text)}{photos}'
            f"<small>{about}</small></article>"
        )


def html_of(text: str) -> str:
    """Text as servers hand it out: paragraphs, and links cut short for the eye."""
    return "".join(
        f"<p>{_linked(paragraph).replace(chr(10), '<br />')}</p>" for paragraph in text.split("\n\n")
    )


def _linked(text: str) -> str:
    parts, last = "", 0
    for match in LINK.finditer(text):
        parts += escape(text[last : match.start()]) + _link(match[0])
        last = match.end()
    return parts + escape(text[last:])


def _link(url: str) -> str:
    scheme, rest = url.split("://", 1)
    return (
        f'<a href="{escape(url)}" rel="nofollow noopener" target="_blank">'
        f'<span class="invisible">{scheme}://</span><span class="ellipsis">{escape(rest[:30])}</span>'
        f'<span class="invisible">{escape(rest[30:])}</span></a>'
    )


class FakeReceiver(LocalServer):
    """Receives webhooks as Standard Webhooks asks of receivers: verifies each, takes each id once."""

    key = hashlib.sha256(b"the receiver's own secret").digest()

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.messages: list[dict[str, Any]] = []
        self.ids: list[str] = []

    @property
    def secret(self) -> str:
        return "whsec_" + base64.b64encode(self.key).decode()

    @property
    def published(self) -> list[Published]:
        """The articles as the messages left them."""
        articles: dict[str, Published] = {}
        for message in self.messages:
            data = message["data"]
            if message["type"] == "article.withdrawn":
                articles.pop(data["guid"], None)
                continue
            photo = data["photo"] or {"alt": "", "url": ""}
            articles[data["guid"]] = Published(
                remote_id=data["guid"], text=data["text"], alt=photo["alt"], photo_address=photo["url"]
            )
        return list(articles.values())

    def answer(self, request: Request) -> Reply:
        if request.method != "POST":
            return Reply(status=405)
        if not self._is_signed(request):
            return said(401, {"error": "the signature does not match"})
        name = request.headers["webhook-id"]
        if name not in self.ids:
            self.ids.append(name)
            self.messages.append(json.loads(request.body))
        return Reply(status=204)

    def _is_signed(self, request: Request) -> bool:
        name, moment = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        age = datetime.now(UTC) - datetime.fromtimestamp(int(moment), UTC)
        content = f"{name}.{moment}.".encode() + request.body
        mac = hmac.new(self.key, content, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(mac).decode()
        return abs(age) < timedelta(minutes=5) and expected in request.headers["webhook-signature"].split()


def main() -> None:
    parser = argparse.ArgumentParser(description="A local server to post to.")
    parser.add_argument("kind", choices=["mastodon", "webhook"])
    parser.add_argument("port", type=int)
    args = parser.parse_args()
    server = FakeMastodon(args.port) if args.kind == "mastodon" else FakeReceiver(args.port)
    secret = server.token if isinstance(server, FakeMastodon) else server.secret
    print(f"{server.address}  (secret: {secret})", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
