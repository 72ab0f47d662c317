"""A server that answers with bytes as they are given to it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

Say = Callable[[socket.socket, int], None]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Raw:
    """``say`` gets the connection and the number of the request on it, from 0, once a request is whole."""

    def __init__(self, say: Say | bytes) -> None:
        self.say = (lambda line, _: line.sendall(say)) if isinstance(say, bytes) else say
        self.requests: list[bytes] = []
        self.connections = 0
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        number, got = 0, b""
        with line, suppress(OSError):
            while True:
                head, found, rest = got.partition(b"\r\n\r\n")
                length = next(
                    (int(x[15:]) for x in head.lower().split(b"\r\n") if x[:15] == b"content-length:"), 0
                )
                if found and len(rest) >= length:
                    self.requests.append(got)
                    got = b""
                    with self.lock:
                        self.now += 1
                        self.most = max(self.most, self.now)
                    try:
                        self.say(line, number)
                    finally:
                        with self.lock:
                            self.now -= 1
                    number += 1
                elif piece := line.recv(65_536):
                    got += piece
                else:
                    return


def dripping(content: bytes, pause: float = 0.05) -> Say:
    """Sends a byte now and then."""

    def say(line: socket.socket, _: int) -> None:
        for byte in content:
            line.sendall(bytes([byte]))
            time.sleep(pause)

    return say


def once(content: bytes) -> Say:
    """Answers the first request of a connection, and hangs up on any other."""

    def say(line: socket.socket, number: int) -> None:
        if number:
            line.shutdown(socket.SHUT_RDWR)
        else:
            line.sendall(content)

    return say
