"""The other side of what is measured: a process of its own that takes whatever is posted."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class PostTaker(asyncio.Protocol):
    """A connection that takes whatever is posted, one request after the other."""

    def connection_made(self, transport: Any) -> None:
        self.transport, self.missing, self.head = transport, 0, b""

    def reply(self, path: bytes, address: str) -> bytes:
        """The status of the answer to a request that came to an address of ours; empty: there is none."""
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        while data:
            if not self.missing:
                self.head, end, data = (self.head + data).partition(b"\r\n\r\n")
                if not end:
                    return
                self.path = self.head.split(b" ", 2)[1]
                lines = self.head.lower().split(b"\r\n")
                self.missing = int(next(x for x in lines if x.startswith(b"content-length:"))[15:])
                self.head = b""
            part = data[: self.missing]
            data, self.missing = data[len(part) :], self.missing - len(part)
            if not self.missing:
                self._answer()

    def _answer(self) -> None:
        status = self.reply(self.path, self.transport.get_extra_info("sockname")[0])
        if status:
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")


async def take_posts(taker: type[PostTaker], port: int) -> None:
    """Serve at a port of all addresses of this machine, for ever."""
    server = await asyncio.get_running_loop().create_server(taker, "0.0.0.0", port, backlog=4096)  # noqa: S104 - all of 127/8
    print("ready", flush=True)
    await server.serve_forever()


@contextmanager
def other_side(script: str) -> Iterator[int]:
    """The port of a process that runs a script with it as its argument, until it is no more needed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    with subprocess.Popen([sys.executable, script, str(port)], stdout=subprocess.PIPE) as process:  # noqa: S603 - ours
        assert process.stdout  # noqa: S101 - for the type checker
        process.stdout.readline()
        yield port
        process.kill()
