"""Connections of aiohttp that lead only to addresses that a guard has checked.

aiohttp asks its resolver for names alone, so numeric hosts are checked where the socket is made.
https://docs.aiohttp.org/en/stable/client_advanced.html
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from syndicator.http.client import AddressGuard


def guarded_connector(guard: AddressGuard, resolving: Executor) -> aiohttp.TCPConnector:
    """A connector for any number of connections. ``resolving``: the threads in which names are looked up."""
    return aiohttp.TCPConnector(
        resolver=_Resolver(guard, resolving), socket_factory=_guarded_sockets(guard), ssl=_tls(), limit=0
    )


class _CheckedAddress(str):
    """An address that the guard permits for the name that it belongs to."""

    __slots__ = ()


@dataclass(frozen=True)
class _Resolver(AbstractResolver):
    guard: AddressGuard
    resolving: Executor

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,  # noqa: ARG002 - any will do
    ) -> list[ResolveResult]:
        addresses = asyncio.get_running_loop().run_in_executor(
            self.resolving, self.guard.addresses, host, port
        )
        return [
            ResolveResult(
                hostname=host,
                host=_CheckedAddress(address),
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address, _ in await addresses
        ]

    async def close(self) -> None:
        pass


def _guarded_sockets(guard: AddressGuard) -> aiohttp.SocketFactoryType:
    def checked(address: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (host, port, *_) = address
        if not isinstance(host, _CheckedAddress):
            guard.addresses(str(host), int(port))
        return socket.socket(family, kind, protocol)

    return checked


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
