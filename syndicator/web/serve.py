"""Serving the application, in this very process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NoReturn, cast

import uvicorn
import uvloop

from syndicator.domain.errors import Misconfigured
from syndicator.web.feeds.fast_lane import IDLE_TIMEOUT_S, MAX_CONNECTIONS, Connection, connection_class
from syndicator.web.feeds.serving import FeedServer
from syndicator.web.limits import MAX_CONNECTIONS_PER_ADDRESS, ConnectionLimit

log = logging.getLogger(__name__)

#: Seconds that open requests have to end once we are told to stop.
GRACE_S = 5

#: Seconds for what is to be done at the end.
EXIT_TIMEOUT_S = 2.0

#: Seconds between looks at what connections do.
IDLE_CHECK_EVERY_S = 5


def serve(
    app: FeedServer,
    *,
    host: str,
    port: int,
    connections: int = MAX_CONNECTIONS_PER_ADDRESS,
    at_exit: Callable[[], object] | None = None,
) -> NoReturn:
    """Serve until ``SIGTERM`` or ``SIGINT``. Raises ``Misconfigured`` if the address cannot be had.
    ``connections``: how many one address may have open.

    Does not return: the process ends with it, having done ``at_exit`` for ``EXIT_TIMEOUT_S`` seconds at most.
    """
    listener = _listen(host, port)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, listener, connections))
    _leave(at_exit)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(MAX_CONNECTIONS)  # a second server at the same address fails here at the latest
    except OSError as e:
        listener.close()
        raise Misconfigured(
            f"cannot listen on {host}:{port} ({e.strerror or e}): stop what is there, or choose another"
        ) from e
    return listener


class Server(uvicorn.Server):
    """Ends when it is told to, and ends connections that have been idle for too long."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """uvicorn's own way ends the process by the signal once more, which is no orderly end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if counter % (IDLE_CHECK_EVERY_S * 10) == 0:  # there are ten in a second
            for connection in [*self.server_state.connections]:
                if cast(Connection, connection).is_idle(IDLE_CHECK_EVERY_S):
                    cast(Connection, connection).transport.abort()
        return await super().on_tick(counter)


async def _serve(app: FeedServer, listener: socket.socket, connections: int) -> None:
    config = uvicorn.Config(
        app,
        http=connection_class(app, ConnectionLimit(app.callers, connections)),
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # defects are logged where they are answered; the rest is what clients do
        access_log=False,  # addresses may hold readers' secrets
        proxy_headers=False,
        server_header=False,
        backlog=MAX_CONNECTIONS,
        timeout_keep_alive=IDLE_TIMEOUT_S,
        timeout_graceful_shutdown=GRACE_S,
    )
    log.info("web: http://%s:%d/ (process %d)", *listener.getsockname()[:2], os.getpid())
    await Server(config).serve(sockets=[listener])


def _leave(at_exit: Callable[[], object] | None) -> NoReturn:
    """End the process without taking the interpreter down in order: threads that ask the database may still
    be waiting for it. Nothing of ours is left to do but ``at_exit``."""
    if at_exit:
        ending = threading.Thread(target=at_exit, daemon=True)
        ending.start()
        ending.join(EXIT_TIMEOUT_S)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
