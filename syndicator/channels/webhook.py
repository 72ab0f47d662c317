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
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

import requests

from syndicator.domain.article_event import Event
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.errors import Misconfigured, TryLater
from syndicator.http.exchange import Exchange
from syndicator.jobs.event_channel import EventChannel, EventContent, event_capabilities
from syndicator.secret import Secret
from syndicator.text.addresses import web_address

#: Bytes of a signing secret (Standard Webhooks, "Signature scheme").
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64

#: Statuses of an address at which nobody listens (404, 405), or nobody wants to any more (410, "Delivery
#: success and failure"): every article would meet the same, so that the channel stops and keeps its queue.
NOT_LISTENING = (404, 405, 410)

#: What receivers may be given for their answer. Standard Webhooks ("Request timeouts") advises 15 to 30
#: seconds; what is usual is less, since receivers are to answer first and work later: GitHub gives them ten
#: (https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks). A lost answer rests
#: for as long and half as long again, so that each second costs a receiver that fails now and then.
MIN_TIMEOUT, USUAL_TIMEOUT, MAX_TIMEOUT = timedelta(seconds=1), timedelta(seconds=10), timedelta(seconds=30)

#: What the way to a receiver and back may take at least, proxies included.
MIN_WAY = timedelta(seconds=5)

#: The status of a server that knows no HEAD (RFC 9110 section 15.6.2): those that are only posted to.
NO_SUCH_METHOD = 501


@dataclass(frozen=True, kw_only=True)
class Webhook(EventChannel):
    """An address that gets a message about every article. The fields are the channel's settings.

    ``secret`` refers to one ``whsec_`` secret, or to several with spaces between them, which all sign:
    that is how a secret is changed without losing a message. ``content``: whether the article's HTML
    goes along; the specification advises to stay below 20 kB. ``timeout``: within what time the receiver has
    answered, and done what it does with a message.
    """

    name: str
    url: str
    secret: Secret
    content: EventContent = "summary"
    timeout: timedelta = USUAL_TIMEOUT
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "The receiver and we share a signing secret. Make one with\n"
        "  echo whsec_$(openssl rand -base64 32)\n"
        "and tell it to the receiver's operator on a safe way."
    )

    def __post_init__(self) -> None:
        if not web_address(self.url):
            raise ValueError('url: not the address of a webhook: write "https://example.org/hook"')
        if not MIN_TIMEOUT <= self.timeout <= MAX_TIMEOUT:
            least_s, most_s = MIN_TIMEOUT.total_seconds(), MAX_TIMEOUT.total_seconds()
            raise ValueError(f"timeout: {least_s:g} to {most_s:g} seconds")

    @cached_property
    def capabilities(self) -> Capabilities:
        """Receivers know messages by their id (Standard Webhooks, "Webhook metadata"), and articles by their
        guid: a message that arrives twice tells nothing new, however late. In effect: for ever. They have
        done with one within their ``timeout``; half as long again is for the way and for slow ones. What is
        applied later still is told apart by its id and its revision."""
        return event_capabilities(
            key_memory=timedelta(days=3650),
            settles_within=self.timeout + max(self.timeout / 2, MIN_WAY),
            verified="contract of Standard Webhooks",
        )

    def check(self) -> str:
        """Asks for the address with HEAD, which changes nothing (RFC 9110 section 9.2.1). The
        specification has no message for a trial, so that the secret stays untried."""
        secrets = len(self._secrets())
        exchange = Exchange(self.session, secrets=(self.secret,))
        reply = exchange.ask("HEAD", self.url, accept=(*range(400, 500), NO_SUCH_METHOD), unknown=TryLater)
        if reply.status == 410:
            raise Misconfigured(f"{reply.message}: nobody wants to hear from us there any more")
        return f"{reply.host} listens; {secrets} signing secret{'s' * (secrets > 1)}, untried"

    def hand_on(self, event: Event, name: str, message: Mapping[str, Any]) -> None:  # noqa: ARG002 - it is in the message
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        timeout_s = self.timeout.total_seconds()
        reply = Exchange(self.session, secrets=(self.secret,), read_timeout_s=timeout_s).ask(
            "POST",
            self.url,
            data=body,
            headers=self._signed_headers(name, body),
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
