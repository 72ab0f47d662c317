"""Push subscriptions, as browsers hand them over: read with distrust, for anybody may send one.

https://www.w3.org/TR/push-api/#dom-pushsubscription-tojson
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from syndicator.http.networks import is_public
from syndicator.http.push_encryption import PushKeys, base64url

#: The push services of the browsers that there are: of Chrome and most others, Firefox, Safari, and Edge.
SERVICES = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)

#: Any host that is public.
ANY_SERVICE = "*"

#: Characters of an endpoint: the longest that is known (Edge's) has about 700.
MAX_ENDPOINT_CHARS = 2000

#: Characters of a key in base64url, with room to spare: 88 and 24.
MAX_KEY_CHARS = 100

HTTPS_PORT = 443

#: An address as it goes over the wire (RFC 3986).
ENDPOINT = re.compile(r"https://[!-~]+", re.IGNORECASE)

#: What a declared push service looks like.
SERVICE = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?|\*")


class UnknownService(ValueError):
    """An endpoint at a push service that is not declared. ``host`` is for the operator."""

    def __init__(self, host: str) -> None:
        super().__init__("endpoint: at a push service that is not known here")
        self.host = host


@dataclass(frozen=True, kw_only=True)
class PushSubscription:
    """One browser's subscription. ``server_key``: our public key that it was made with, the only one whose
    messages it takes (RFC 8292 section 4.2)."""

    endpoint: str
    keys: PushKeys
    server_key: str

    @property
    def host(self) -> str:
        return urlsplit(self.endpoint).hostname or ""

    @property
    def details(self) -> dict[str, str]:
        """What is kept of it beside its endpoint."""
        return {
            "p256dh": base64url(self.keys.point),
            "auth": base64url(self.keys.auth),
            "server_key": self.server_key,
        }

    @classmethod
    def kept(cls, endpoint: str, details: Mapping[str, Any]) -> PushSubscription:
        """A subscription as it was kept. Raises ``ValueError``."""
        texts = [str(details.get(name, "")) for name in ("p256dh", "auth", "server_key")]
        return cls(endpoint=endpoint, keys=PushKeys.of_texts(*texts[:2]), server_key=texts[2])


def read_subscription(fields: object, server_key: str, services: Collection[str]) -> PushSubscription:
    """A subscription of a request's JSON. Raises ``ValueError`` that says what is wrong, to whoever sent
    it; ``UnknownService``."""
    if not isinstance(fields, Mapping) or not isinstance(keys := fields.get("keys"), Mapping):
        raise ValueError("must be a PushSubscription as JSON: endpoint, keys.p256dh, keys.auth")
    endpoint = read_endpoint(fields.get("endpoint"), services)
    texts = [keys.get(name) for name in ("p256dh", "auth")]
    if not all(isinstance(text, str) and len(text) <= MAX_KEY_CHARS for text in texts):
        raise ValueError("keys: p256dh and auth must be short texts")
    found = PushKeys.of_texts(*map(str, texts))
    return PushSubscription(endpoint=endpoint, keys=found, server_key=server_key)


def read_endpoint(value: object, services: Collection[str]) -> str:
    """An endpoint at one of the push services. What their names resolve to is checked by whoever connects.
    Raises ``ValueError``, ``UnknownService``."""
    if not isinstance(value, str) or len(value) > MAX_ENDPOINT_CHARS or not ENDPOINT.fullmatch(value):
        raise ValueError(f"endpoint: must be an https address of at most {MAX_ENDPOINT_CHARS:,} characters")
    try:
        parts = urlsplit(value)
        host, port = (parts.hostname or "").rstrip("."), parts.port or HTTPS_PORT
    except ValueError as e:
        raise ValueError("endpoint: is no address") from e
    if not host or parts.username is not None:
        raise ValueError("endpoint: must name a host, and no user")
    if any(_is_declared(host, port, service) for service in services):
        return value
    if ANY_SERVICE not in services or port != HTTPS_PORT:
        raise UnknownService(host[:253])
    if not _may_be_public(host):
        raise ValueError("endpoint: an address in a private network cannot be reached from here")
    return value


def _is_declared(host: str, port: int, service: str) -> bool:
    """Whether a service is declared by its name; ``ANY_SERVICE`` names none."""
    name, _, declared = service.partition(":")
    if port != int(declared or HTTPS_PORT):
        return False
    return host.endswith(name[1:]) if name.startswith("*.") else host == name


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        return True  # a name
