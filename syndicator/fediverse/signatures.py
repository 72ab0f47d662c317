"""Signatures of requests, read and written in both schemes.

Whoever sends to a server does not know which it reads: the old draft is tried first, which nearly all do, and
the standard where that is refused (401), as Mastodon does
(https://docs.joinmastodon.org/spec/security/#http-signatures).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from syndicator.fediverse import cavage
from syndicator.fediverse.signed import Claim, SignedRequest, Unverified

#: Hosts whose scheme is remembered. Beyond, all are tried anew.
MAX_HOSTS = 10_000


class Scheme(StrEnum):
    """How a signature is written."""

    DRAFT = "draft-cavage-12"
    STANDARD = "rfc9421"

    @property
    def other(self) -> Scheme:
        """What to try where this one is refused."""
        return Scheme.STANDARD if self is Scheme.DRAFT else Scheme.DRAFT


def claim(request: SignedRequest, now: datetime) -> Claim:
    """The signature that a request carries, read and not yet verified. Raises ``Unverified``."""
    if "signature" not in request.headers:
        raise Unverified("the request is not signed")
    if "signature-input" in request.headers:
        from syndicator.fediverse import message_signatures  # noqa: PLC0415 - few requests are

        return message_signatures.claim(request, now)
    return cavage.claim(request, now)


def signed_headers(
    request: SignedRequest, scheme: Scheme, key_id: str, sign: Callable[[bytes], str], now: datetime
) -> dict[str, str]:
    """The headers of a request, with those that sign it. ``sign``: to a signature in base64."""
    if scheme is Scheme.DRAFT:
        return cavage.signed_headers(request, key_id, sign, now)
    from syndicator.fediverse import message_signatures  # noqa: PLC0415 - few servers want it

    return message_signatures.signed_headers(request, key_id, sign, now)


class KnownSchemes:
    """The schemes of servers, as far as they are known, by host: the old one, unless that was refused. Safe
    to share between threads."""

    def __init__(self) -> None:
        self._by_host: dict[str, Scheme] = {}

    def of(self, host: str) -> Scheme:
        return self._by_host.get(host, Scheme.DRAFT)

    def change(self, host: str) -> None:
        """Use the other scheme from now on."""
        if len(self._by_host) >= MAX_HOSTS:
            self._by_host.clear()
        self._by_host[host] = self.of(host).other

    def forget(self, host: str) -> None:
        """Begin with the old scheme again."""
        self._by_host.pop(host, None)
