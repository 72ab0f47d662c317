"""Signed requests to servers of which nobody knows how they want them signed: they are tried both ways.

https://docs.joinmastodon.org/spec/security/#http-signatures
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from syndicator.domain.subscription import CallbackReply
from syndicator.fediverse.replies import UNVERIFIED
from syndicator.fediverse.signatures import KnownSchemes, signed_headers
from syndicator.fediverse.signed import SignedRequest
from syndicator.fediverse.vocabulary import MEDIA_TYPE
from syndicator.jobs.ports import CallbackRequest, Callbacks

#: Which servers want which scheme: known to all of a process.
SCHEMES = KnownSchemes()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An activity for an inbox, as JSON. ``about``: what it is sent for."""

    inbox: str
    body: bytes = field(repr=False)
    about: Any


@dataclass(frozen=True, kw_only=True)
class DoubleKnock:
    """Sends activities in an actor's name. ``key_id``, and ``open_key``: its key, as a function that signs to
    base64, asked for once there is something to be signed."""

    callbacks: Callbacks
    key_id: str
    open_key: Callable[[], Callable[[bytes], str]]
    clock: Callable[[], datetime]

    def send(self, outgoing: Iterable[Outgoing]) -> Iterator[list[tuple[Outgoing, CallbackReply]]]:
        """Send activities, signed by the scheme that a server is known to want, else the old one, and where
        that is refused, once more by the other. Hands over the replies in groups, in any order."""
        refused: list[Outgoing] = []
        for group in self.callbacks.send(self._signed(outgoing)):
            refused += [request.about for request, reply in group if reply.status == UNVERIFIED]
            if taken := [(request.about, reply) for request, reply in group if reply.status != UNVERIFIED]:
                yield taken
        for host in {urlsplit(each.inbox).netloc for each in refused}:
            SCHEMES.change(host)
        for group in self.callbacks.send(self._signed(refused)):
            for request, reply in group:
                if reply.status == UNVERIFIED:  # it is no question of the scheme
                    SCHEMES.forget(urlsplit(request.url).netloc)
            yield [(request.about, reply) for request, reply in group]

    def _signed(self, outgoing: Iterable[Outgoing]) -> Iterator[CallbackRequest]:
        """The requests, each signed when its turn has come."""
        sign = None
        for each in outgoing:
            sign = sign or self.open_key()
            request = SignedRequest(
                method="POST", url=each.inbox, headers={"content-type": MEDIA_TYPE}, body=each.body
            )
            scheme = SCHEMES.of(urlsplit(each.inbox).netloc)
            headers = signed_headers(request, scheme, self.key_id, sign, self.clock())
            yield CallbackRequest(method="POST", url=each.inbox, headers=headers, body=each.body, about=each)
