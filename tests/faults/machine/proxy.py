"""A line between a client and a server on this machine that can be slow."""

from __future__ import annotations

import contextlib
import socket
import threading
import time


class Proxy:
    """Hands on what comes, ``delay_s`` seconds later."""

    def __init__(self, target: int) -> None:
        self.target, self.delay_s = target, 0.0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name="proxy", daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        back = threading.Thread(target=self._hand_on, args=(server, client), daemon=True)
        back.start()
        self._hand_on(client, server)
        back.join()
        client.close()
        server.close()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65_536):
                time.sleep(self.delay_s)
                target.sendall(content)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
