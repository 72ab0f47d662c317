"""The client behind a request: whom limits are for, and guesses are counted by.

What a request says of its own origin (``X-Forwarded-For``, ``Forwarded``, ``X-Real-IP``) anybody can write.
It is believed of declared proxies alone, hop by hop from the last one: each proxy adds whom it was asked by,
so that what stands before the first stranger is that stranger's own invention
(https://www.rfc-editor.org/rfc/rfc7239#section-8.1).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.requests import Request

from syndicator.web.headers import RequestHeaders

log = logging.getLogger(__name__)

#: Addresses that are remembered.
MAX_ADDRESSES = 4096

#: Bytes of a chain of hops that are read, from its end.
MAX_CHAIN_BYTES = 2048

#: ``for=`` in an element of ``Forwarded`` (RFC 7239 section 4).
FOR = re.compile(r'(?:^|;)\s*for="?([^";]+)', re.IGNORECASE)

#: An address as a hop writes it: with a port, or in brackets.
HOP = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d{1,5})?|([0-9.]+):\d{1,5}|([0-9A-Fa-f:.]+)")


class Callers:
    """``proxies``: addresses and networks (CIDR) that speak for others."""

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        self._proxies = [ip_network(each) for each in proxies]
        self._undeclared: set[str] = set()  # addresses that speak for others, and are no declared proxy's
        self._behind = lru_cache(maxsize=MAX_ADDRESSES)(self._find_client)

    def trusts(self, peer: str) -> bool:
        """Whether this is a declared proxy."""
        address = _parsed(peer)
        return address is not None and any(
            address in network for network in self._proxies if network.version == address.version
        )

    def address(self, peer: str, headers: RequestHeaders) -> str:
        """The client's address: the peer's or, if that is a declared proxy, the last one in the chain of
        hops that is none. A hop that is no address ends what is believed."""
        chain = headers.get(b"x-forwarded-for") or headers.get(b"forwarded") or headers.get(b"x-real-ip")
        if not chain:
            return peer
        is_forwarded = b"x-forwarded-for" not in headers and b"forwarded" in headers
        return self._behind(peer, chain[-MAX_CHAIN_BYTES:], is_forwarded)

    def client(self, peer: str, headers: RequestHeaders) -> str:
        """The same, as one customer: an IPv4 address, or an IPv6 network."""
        return network(self.address(peer, headers))

    def stranger(self, peer: str, headers: RequestHeaders) -> str:
        """The ``client``, if it is somebody on the Internet; else empty."""
        address = self.address(peer, headers)
        return network(address) if is_public(address) else ""

    def _find_client(self, peer: str, chain: bytes, is_forwarded: bool) -> str:
        if not self.trusts(peer):
            self._warn(peer)
            return peer
        client = peer
        for hop in reversed(chain.decode("latin-1").split(",")):
            address = _hop(hop, is_forwarded=is_forwarded)
            if address is None:
                break
            client = address
            if not self.trusts(client):
                break
        return client

    def _warn(self, peer: str) -> None:
        """Once of each, and only of our own network: on the Internet anybody may write such a header."""
        if is_public(peer) or peer in self._undeclared or len(self._undeclared) >= MAX_ADDRESSES:
            return
        self._undeclared.add(peer)
        log.warning(
            "%s speaks for others (X-Forwarded-For or the like) and is not believed: all who come through it "
            "count as one; if it is a proxy of yours, list it in [web] proxies",
            peer,
        )


def _hop(text: str, *, is_forwarded: bool) -> str | None:
    """The address of one hop; ``None`` for what is none (``unknown``, a name, garbage)."""
    if is_forwarded:
        match = FOR.search(text)
        text = match[1] if match else ""
    match = HOP.fullmatch(text.strip())
    address = _parsed(match[1] or match[2] or match[3]) if match else None
    return None if address is None else str(address)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address is one, however a socket names it (``::ffff:192.0.2.1``, RFC 4291 section 2.5.5.2)."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


@lru_cache(maxsize=MAX_ADDRESSES)
def network(address: str) -> str:
    """An IPv4 address, or the IPv6 network that one customer gets (RFC 6177)."""
    parsed = _parsed(address)
    if parsed is None:
        return address
    return str(parsed) if parsed.version == 4 else str(ip_network((parsed, 64), strict=False))


def client_network(request: Request) -> str:
    """Whom a request comes from, as limits count them: see ``network``."""
    return network(request.client.host if request.client else "")


@lru_cache(maxsize=MAX_ADDRESSES)
def is_public(address: str) -> bool:
    """Whether an address is somebody's on the Internet, and not of our own network."""
    parsed = _parsed(address)
    return parsed is not None and parsed.is_global
