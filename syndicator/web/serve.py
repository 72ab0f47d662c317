"""Serving the application, in this very process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import NoReturn

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.types import ASGIApp

from syndicator.errors import Misconfigured
from syndicator.lifeline import watch_parent

log = logging.getLogger(__name__)

#: Connections that may be open at once; idle ones of feed readers count, too.
CONNECTIONS = 4096

#: Milliseconds that a client has for its request's head; an idle connection ends after them.
HEAD_TIMEOUT = 30_000

#: Seconds that open requests have to end once we are told to stop.
GRACE = 5.0

#: Seconds for what is to be done last.
PARTING = 2.0


def serve(app: ASGIApp, *, host: str, port: int, last: Callable[[], None] | None = None) -> NoReturn:
    """Serve until ``SIGTERM`` or ``SIGINT``. Raises ``Misconfigured`` if the address cannot be had.

    Granian runs embedded: one process does with half the memory of a server and its worker. Does not
    return: the process ends with it, having done what is ``last`` for ``PARTING`` seconds at most.
    """
    _claim(host, port)
    watch_parent()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, host, port, last))
    _leave(last)


def _claim(host: str, port: int) -> None:
    """Granian shares its port with whoever else listens there (SO_REUSEPORT), so that a second server
    would silently get half of the requests: make sure that there is none."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as e:
            raise Misconfigured(
                f"cannot listen on {host}:{port} ({e.strerror or e}): stop what is there, or choose another"
            ) from e


async def _serve(app: ASGIApp, host: str, port: int, last: Callable[[], None] | None) -> None:
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,  # HTTP/2 is for TLS, and that is a proxy's or CDN's business
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_TIMEOUT),
        websockets=False,
        backlog=CONNECTIONS,
        runtime_blocking_threads=1,
        log_enabled=False,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    log.info("web: http://%s:%d/ (process %d)", host, port, os.getpid())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if serving.done():
        serving.result()
        return
    server.stop()  # type: ignore[no-untyped-call]  # granian's
    done, _ = await asyncio.wait({serving}, timeout=GRACE)
    if not done:
        log.warning("web: some requests did not end in %g s", GRACE)
        _leave(last)


def _leave(last: Callable[[], None] | None) -> NoReturn:
    """End the process without taking the interpreter down in order: Granian's threads may still be waiting
    for it, and then abort (one stop in ten under load, granian 2.8). Nothing of ours is left to
    do but what is ``last``."""
    if last:
        ending = threading.Thread(target=last, daemon=True)
        ending.start()
        ending.join(PARTING)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
