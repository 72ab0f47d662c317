"""A deadline of a conversation with a mail server: one that drips is never silent for long."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self

#: Seconds for a message, or to be let in. RFC 5321 section 4.5.3.2 has clients wait for ten minutes behind
#: the dot; a server of the newsroom's own is quicker.
CONVERSATION_S = 50.0


class Connected(Protocol):
    """A client of the standard library's, ``smtplib`` or ``imaplib``."""

    @property
    def sock(self) -> socket.socket | None: ...


class Deadline:
    """A moment at which a conversation is cut, whatever it waits for. ``client``: whose it is."""

    def __init__(self) -> None:
        self.client: Connected | None = None
        self._until = time.monotonic() + CONVERSATION_S
        self._is_over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()

    def begin(self) -> None:
        """Count anew, for the next message."""
        self._until = time.monotonic() + CONVERSATION_S

    def _watch(self) -> None:
        while (left := self._until - time.monotonic()) > 0:
            if self._is_over.wait(left):
                return
        if self.client and self.client.sock:
            with suppress(OSError):
                self.client.sock.shutdown(socket.SHUT_RDWR)
