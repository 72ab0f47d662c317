"""Webhooks: a signed JSON message about each article to an address of the receiver's own.

Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

import requests

from syndicator.domain.article import Article, Photo
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, TryLater
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange
from syndicator.secret import Secret
from syndicator.text.addresses import web_address
from syndicator.text.rulers import CHARACTERS

#: Bytes of a signing secret (Standard Webhooks, "Signature scheme").
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64

#: Statuses of an address at which nobody listens (404, 405), or nobody wants to any more (410, "Delivery
#: success and failure"): every article would meet the same, so that the channel stops and keeps its queue.
NOT_LISTENING = (404, 405, 410)

#: The status of a server that knows no HEAD (RFC 9110 section 15.6.2): those that are only posted to.
NO_SUCH_METHOD = 501


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address that gets a message about every article. The fields are the channel's settings.

    ``secret`` refers to one ``whsec_`` secret, or to several with spaces between them, which all sign:
    that is how a secret is changed without losing a message. ``content``: whether the article's HTML
    goes along; the specification advises to stay below 20 kB.
    """

    name: str
    url: str
    secret: Secret
    content: Literal["summary", "full"] = "summary"
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "The receiver and we share a signing secret. Make one with\n"
        "  echo whsec_$(openssl rand -base64 32)\n"
        "and tell it to the receiver's operator on a safe way."
    )

    #: ``key_memory``: receivers know messages by their id (Standard Webhooks, "Webhook metadata"), and
    #: articles by their guid: a message that arrives twice tells nothing new, however late. In effect: for
    #: ever. ``settles_within``: receivers answer within 20 seconds (docs/channels.md), half as long again for
    #: the way and for slow ones. What is applied later still is told apart by its id and its revision.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=CHARACTERS,
        unit="characters",
        text=10_000,
        photo_by_address=True,
        alt=10_000,
        has_language=True,
        finds=False,
        key_memory=timedelta(days=3650),
        carries_article=True,
        settles_within=timedelta(seconds=30),
        verified="contract of Standard Webhooks",
    )

    def __post_init__(self) -> None:
        if not web_address(self.url):
            raise ValueError('url: not the address of a webhook: write "https://example.org/hook"')

    def send(self, post: Post, *, key: str) -> Receipt:
        self._post("article.published", key, post.article.published, post, self._article_data(post))
        return Receipt(remote_id=key, is_current=True)  # messages of other revisions have other ids

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        self._post("article.updated", receipt.remote_id, post.article.updated, post, self._article_data(post))
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:
        article = post.article
        data = {"guid": article.guid, "revision": article.revision, "url": article.url}
        self._post("article.withdrawn", receipt.remote_id, article.updated, post, data)

    def find(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """A receipt as if it had been posted: receivers cannot be asked, and the withdrawal of an article
        that they never had does them no harm."""
        return Receipt(remote_id=key)

    def check(self) -> str:
        """Asks for the address with HEAD, which changes nothing (RFC 9110 section 9.2.1). The
        specification has no message for a trial, so that the secret stays untried."""
        secrets = len(self._secrets())
        exchange = Exchange(self.session, secrets=(self.secret,))
        reply = exchange.ask("HEAD", self.url, accept=(*range(400, 500), NO_SUCH_METHOD), unknown=TryLater)
        if reply.status == 410:
            raise Misconfigured(f"{reply.message}: nobody wants to hear from us there any more")
        return f"{reply.host} listens; {secrets} signing secret{'s' * (secrets > 1)}, untried"

    def _article_data(self, post: Post) -> dict[str, Any]:
        return {
            **_article_fields(post.article),
            "photo": _photo_fields(post.article.photo, post.alt),
            "text": post.text,
            **({"content_html": post.article.content_html} if self.content == "full" else {}),
        }

    def _post(self, event: str, key: str, at: datetime, post: Post, data: dict[str, Any]) -> None:
        message = {"type": event, "timestamp": _utc(at), "data": data}
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        reply = Exchange(self.session, secrets=(self.secret,)).ask(
            "POST",
            self.url,
            data=body,
            headers=self._signed_headers(message_id(key, post.article.revision, event), body),
            accept=NOT_LISTENING,
        )
        if reply.status in NOT_LISTENING:
            raise Misconfigured(
                f"{reply.message}: nobody listens there; mend the address, or pause the channel"
            )

    def _signed_headers(self, webhook_id: str, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        signed_content = b".".join((webhook_id.encode(), timestamp.encode(), body))
        macs = [hmac.digest(secret, signed_content, hashlib.sha256) for secret in self._secrets()]
        return {
            "Content-Type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs),
        }

    def _secrets(self) -> list[bytes]:
        return [_secret_bytes(text, self.secret) for text in self.secret.reveal().split()]


def message_id(key: str, revision: int, event: str) -> str:
    """The id by which receivers know a message: the same at every attempt, and without a full stop."""
    return "msg_" + hashlib.sha256(f"{key}\n{revision}\n{event}".encode()).hexdigest()[:32]


def _secret_bytes(text: str, secret: Secret) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not (text.startswith("whsec_") and MIN_SECRET_BYTES <= len(key) <= MAX_SECRET_BYTES):
        raise Misconfigured(
            f'{secret} holds no signing secret: "whsec_" and then {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} '
            "bytes in base64 (make one with: echo whsec_$(openssl rand -base64 32))"
        )
    return key


def _article_fields(article: Article) -> dict[str, Any]:
    return {
        "guid": article.guid,
        "revision": article.revision,
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "authors": article.authors,
        "section": article.section,
        "tags": article.tags,
        "language": article.language,
        "urgent": article.urgent,
        "note": article.note,
        "published": _utc(article.published),
        "updated": _utc(article.updated),
    }


def _photo_fields(photo: Photo | None, alt: str) -> dict[str, Any] | None:
    if photo is None:
        return None
    dimensions = {"width": photo.width, "height": photo.height, "length": photo.length}
    fields = {"url": photo.url, "alt": alt, "caption": photo.caption, "credit": photo.credit}
    return {**fields, "media_type": photo.media_type, **dimensions}


def _utc(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
