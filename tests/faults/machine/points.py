"""Death at exact moments: whoever is asked for something, or sees a file begin, kills the worker that is at
it. No hook in the program is needed for that."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

import psutil

from tests.channels.local_server import Request
from tests.faults.machine.channels import TruthHandler
from tests.faults.machine.processes import send
from tests.faults.machine.world import World

#: Seconds for which a point waits for its moment.
ARMED_S = 25.0

Do = Callable[[World, str], bool]


def _kill(world: World, port: int = 0) -> bool:
    """The worker at the other end of a connection, or, where that is not to be known, all."""
    workers = world.rig.processes("worker")
    theirs = [worker for worker in workers if port and port in _ports(worker)]
    return max([send(worker, signal.SIGKILL) for worker in theirs or workers], default=False)


def _ports(process: psutil.Process) -> set[int]:
    try:
        return {connection.laddr.port for connection in process.net_connections("tcp")}
    except psutil.Error:
        return set()


def _await(world: World, fault: str, is_met: threading.Event) -> bool:
    end = time.monotonic() + ARMED_S
    while time.monotonic() < end and not world.stopping.is_set():
        if is_met.wait(0.2):
            with world.in_trouble(fault):
                world.sleep(1)
            return True
    return is_met.is_set()


def _at_channel(world: World, fault: str, *, methods: Mapping[str, Collection[str]], when: str) -> bool:
    """While a channel has a request in hand. ``methods``: by kind of server, those that count. ``before`` it
    has taken effect, which it then does or does not; ``after`` it has, and nobody hears of it."""
    server = world.chance.choice([s for s in world.servers if type(s).__name__ in methods])
    drops, is_met = world.chance.random() < 0.3, threading.Event()

    def point(request: Request, handler: TruthHandler) -> bool:
        if request.method not in methods[type(server).__name__]:
            return False
        began = time.time()
        _kill(world, handler.client_address[1])
        server.note(fault, server.article_of(request), None, began)
        handler.is_dropped = when == "before" and drops
        is_met.set()
        return True

    with server.lock:
        server.points[when].append(point)
    try:
        return _await(world, fault, is_met)
    finally:
        with server.lock:
            if point in server.points[when]:
                server.points[when].remove(point)


def _at_site(world: World, fault: str, *, beginning: str) -> bool:
    """While the site is asked for something."""
    is_met = threading.Event()

    def point(request: Request) -> bool:
        if not request.path.startswith(beginning):
            return False
        with world.in_trouble(fault):
            _kill(world)
        is_met.set()
        return True

    with world.site.lock:
        world.site.at_request.append(point)
    try:
        return _await(world, fault, is_met)
    finally:
        with world.site.lock:
            if point in world.site.at_request:
                world.site.at_request.remove(point)


def _at_file(world: World, fault: str, *, folder: str) -> bool:
    """While something is written there: what is not whole yet has a name that begins with a dot."""
    place, is_met, end = world.folder / folder, threading.Event(), time.monotonic() + ARMED_S
    while time.monotonic() < end and not world.stopping.is_set():
        if _is_writing(place):
            with world.in_trouble(fault):
                _kill(world)
            is_met.set()
            return _await(world, fault, is_met)
        time.sleep(0.001)
    return False


def _is_writing(place: Path) -> bool:
    try:
        return any(path.name.startswith(".") and path.name != ".private" for path in place.iterdir())
    except OSError:
        return False


def _at_commit(world: World, fault: str) -> bool:
    """As soon as an article is on record."""
    before, end = world.operator.newest_article(), time.monotonic() + ARMED_S
    while before >= 0 and time.monotonic() < end and not world.stopping.is_set():
        if world.operator.newest_article() > before:
            with world.in_trouble(fault):
                _kill(world)
                world.sleep(1)
            return True
        time.sleep(0.003)
    return False


def _all() -> dict[str, Do]:
    posts, changes = {"Mastodon": ("POST",)}, {"Mastodon": ("PUT", "DELETE")}
    told, letters = {"Receiver": ("POST",)}, {"Crowd": ("POST",)}
    return {
        "with a post in hand": partial(_at_channel, methods=posts, when="before"),
        "with a post done": partial(_at_channel, methods=posts, when="after"),
        "with an edit or deletion in hand": partial(_at_channel, methods=changes, when="before"),
        "with an edit or deletion done": partial(_at_channel, methods=changes, when="after"),
        "with a webhook in hand": partial(_at_channel, methods=told, when="before"),
        "with a webhook done": partial(_at_channel, methods=told, when="after"),
        "with a letter in hand": partial(_at_channel, methods=letters, when="before"),
        "with a letter done": partial(_at_channel, methods=letters, when="after"),
        "while a page is read": partial(_at_site, beginning="/news/"),
        "while a photo is fetched": partial(_at_site, beginning="/photos/"),
        "while documents are replaced": partial(_at_file, folder="var/documents"),
        "while a card is written": partial(_at_file, folder="wall/wall"),
        "right after an article was filed": _at_commit,
    }


ALL: Mapping[str, Do] = _all()

#: Those that interrupt nothing which has to rest.
QUICK = ("while a page is read", "while documents are replaced", "right after an article was filed")
