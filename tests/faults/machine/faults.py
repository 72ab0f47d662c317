"""What goes wrong: each fault is a function that does it, lasts as long as it lasts, puts the world right
again, and says whether anybody met it."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import redis
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from syndicator.jobs.ports import LEASE
from tests.channels.local_server import Act, Handler, reset, status
from tests.faults.disk import Disk
from tests.faults.machine import points
from tests.faults.machine.channels import QUICK, WAYS
from tests.faults.machine.processes import Embedded, Servers, send
from tests.faults.machine.world import World

#: Seconds for which an answer waits for its request.
ARMED_S = 20.0

Do = Callable[[World, str], bool]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``group``: no two of one group at once. ``on``: the set-ups where there can be such a thing.
    ``needs_s``: a run that is shorter is without it. ``is_quick``: everybody is well again within seconds."""

    name: str
    group: str
    do: Do
    on: tuple[str, ...] = ("embedded", "servers")
    needs_s: float = 0
    is_quick: bool = False


# processes


def _signal(world: World, fault: str, *, kind: str, number: int, seconds: float = 0) -> bool:
    running = world.rig.processes(kind)
    if not running:
        return False
    process = world.chance.choice(running)
    with world.in_trouble(fault):
        if number == signal.SIGTERM and isinstance(world.rig, Servers):
            world.rig.asked(process.pid)
        if not send(process, number):
            return False
        if number == signal.SIGSTOP:
            world.sleep(seconds)
            send(process, signal.SIGCONT)
        world.sleep(2)
    return True


def _kill_parent(world: World, fault: str) -> bool:
    rig = world.rig
    if not isinstance(rig, Embedded) or rig.parent is None:
        return False
    with world.in_trouble(fault):
        rig.parent.kill()
        world.sleep(4)
    return True


# broker, database, disk, clock


def _redis_killed(world: World, fault: str) -> bool:
    assert isinstance(world.rig, Servers)
    with world.in_trouble(fault):
        world.rig.redis.kill()
        world.sleep(world.chance.uniform(1, 5))
        world.rig.redis.start()
        world.sleep(2)
    return True


def _redis_flushed(world: World, fault: str) -> bool:
    assert isinstance(world.rig, Servers)
    try:
        with redis.Redis(port=world.rig.redis.port) as client:
            client.flushall()
    except redis.ConnectionError:
        return False
    return True


def _redis_slow(world: World, fault: str) -> bool:
    assert isinstance(world.rig, Servers)
    proxy = world.rig.redis.proxy
    with world.in_trouble(fault):
        proxy.delay_s = world.chance.uniform(0.3, 1.0)
        try:
            world.sleep(8)
        finally:
            proxy.delay_s = 0.0
    return True


def _postgres_restarted(world: World, fault: str) -> bool:
    assert isinstance(world.rig, Servers)
    with world.in_trouble(fault):
        world.rig.postgres.restart(world.chance.uniform(0.5, 4))
        world.sleep(2)
    return True


def _sessions_cut(world: World, fault: str) -> bool:
    """Those that are in a transaction just then."""
    query = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE xact_start IS NOT NULL"
        " AND pid <> pg_backend_pid() AND datname = current_database() AND query !~ '^SELECT'"
    )
    engine, cut, end = (
        create_engine(world.rig.database, isolation_level="AUTOCOMMIT"),
        0,
        time.monotonic() + 10,
    )
    try:
        with world.in_trouble(fault), engine.connect() as connection:
            while not cut and time.monotonic() < end and not world.stopping.is_set():
                cut = int(connection.execute(query).scalar_one())
                time.sleep(0.002)
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
    return cut > 0


def _sqlite_held(world: World, fault: str) -> bool:
    other = sqlite3.connect(world.rig.database.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
    try:
        other.execute("BEGIN IMMEDIATE")
        with world.in_trouble(fault):
            world.sleep(15)
    except sqlite3.OperationalError:  # somebody else has it
        return False
    finally:
        other.close()
    return True


def _disk_full(world: World, fault: str) -> bool:
    disk = Disk(world.folder / "var")
    with world.in_trouble(fault):
        disk.fill()
        try:
            world.sleep(world.chance.uniform(4, 10))
        finally:
            disk.make_room()
    return True


def _clock_stepped(world: World, fault: str, *, ahead: float, seconds: float) -> bool:
    with world.in_trouble(fault):
        world.clock.step(ahead)
        try:
            world.sleep(seconds)
        finally:
            world.clock.step(0)
    return True


# channels and the site


def _way(world: World, fault: str, *, name: str) -> bool:
    server = world.chance.choice(world.servers)
    armed = (fault, WAYS[name])
    with server.lock:
        server.ways.append(armed)
    end = time.monotonic() + ARMED_S
    while armed in server.ways and time.monotonic() < end and not world.stopping.is_set():
        time.sleep(0.1)
    with server.lock:
        if armed not in server.ways:
            return True
        server.ways.remove(armed)
    return False


def _locked_out(world: World, fault: str) -> bool:
    """The account does not work for a while; then a person mends it and presses *resume*."""
    server = world.chance.choice(world.servers)
    with world.in_trouble(fault):
        server.is_locked_out = True
        before = server.refusals
        try:
            world.sleep(6)
        finally:
            server.is_locked_out = False
        for _ in range(5):
            if world.operator.press(f"channels/{server.name}/resume"):
                break
            world.sleep(1)
    return server.refusals > before


def _site(world: World, fault: str, *, path: str, act: Act, seconds: float = 0) -> bool:
    met: list[str] = []

    def noted(handler: Handler) -> None:
        met.append(handler.path)
        act(handler)

    take_back = world.site.meets(path, noted, seconds)
    if seconds:
        with world.in_trouble(fault):
            world.sleep(seconds)
        return bool(met)
    end = time.monotonic() + ARMED_S
    while not met and time.monotonic() < end and not world.stopping.is_set():
        world.sleep(0.1)
    take_back()  # whoever met it later, nobody would know why
    time.sleep(0.1)
    if met:
        with world.in_trouble(fault):
            world.sleep(1)
    return bool(met)


def _drips(handler: Handler, content: bytes) -> None:
    """A byte now and then, for longer than anybody should listen."""
    end = time.monotonic() + 40
    for number in range(10_000):
        if time.monotonic() > end or handler.server.closing.wait(0.3):
            break
        handler.wfile.write(content[number % len(content) :][:1])
        handler.wfile.flush()
    handler.close_connection = True


def _drips_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Dripping: ")
    _drips(handler, b"x")


def _drips_body(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n")
    _drips(handler, b"<p>drip</p>")


def deck(setup: str, seconds: float, *, is_quick: bool = False) -> list[Fault]:
    """All faults that there can be on a set-up in a run of so many seconds."""
    return [
        fault
        for fault in ALL.values()
        if setup in fault.on and fault.needs_s <= seconds and (fault.is_quick or not is_quick)
    ]


def why_not(world: World, fault: Fault, *, has_disk: str) -> str:
    """Why a fault cannot be had here; empty if it can."""
    if fault.group == "disk":
        return has_disk
    return world.clock.why_not if fault.group == "clock" else ""


def _all() -> list[Fault]:
    made = []
    for kind in ("worker", "beat", "web"):
        for name, number, seconds in (
            ("killed (SIGKILL)", signal.SIGKILL, 0),
            ("told to stop (SIGTERM)", signal.SIGTERM, 0),
            ("stopped for 8 s (SIGSTOP)", signal.SIGSTOP, 8),
        ):
            do = partial(_signal, kind=kind, number=number, seconds=seconds)
            quick = number != signal.SIGSTOP and kind != "worker"
            made.append(Fault(name=f"{kind} {name}", group="process", do=do, is_quick=quick))
    beyond = LEASE.total_seconds() + 6
    do = partial(_signal, kind="worker", number=signal.SIGSTOP, seconds=beyond)
    made.append(Fault(name="worker stopped beyond its lease", group="long stop", do=do, needs_s=240))
    made.append(Fault(name="all killed (up itself)", group="process", do=_kill_parent, on=("embedded",)))
    only = ("servers",)
    made += [
        Fault(name="Redis killed and started again", group="broker", do=_redis_killed, on=only),
        Fault(name="Redis flushed (FLUSHALL)", group="broker", do=_redis_flushed, on=only),
        Fault(name="Redis slow", group="broker", do=_redis_slow, on=only),
        Fault(name="PostgreSQL restarted (immediate)", group="database", do=_postgres_restarted, on=only),
        Fault(name="sessions cut in mid-transaction", group="database", do=_sessions_cut, on=only),
        Fault(name="SQLite held for 15 s", group="database", do=_sqlite_held, on=("embedded",)),
        Fault(name="disk full", group="disk", do=_disk_full),
    ]
    steps = {"clock 20 min ahead, and back": (1200, 10), "clock 2 min back, and right again": (-120, 10)}
    for name, (ahead, lasts) in steps.items():
        made.append(Fault(name=name, group="clock", do=partial(_clock_stepped, ahead=ahead, seconds=lasts)))
    for name in WAYS:
        do = partial(_way, name=name)
        made.append(Fault(name=f"channel: {name}", group=f"channel: {name}", do=do, is_quick=name in QUICK))
    made.append(Fault(name="channel: 401 for a while", group="lock-out", do=_locked_out))
    for name, path, act, seconds in (
        ("a page 404", r"/news/\d+", status(404), 0),
        ("a page 500", r"/news/\d+", status(500), 0),
        ("a page torn", r"/news/\d+", reset, 0),
        ("listing 500", r"/news", status(500), 4),
        ("agency 503", r"/wire\.json", status(503), 4),
        ("listing drips its head", r"/news", _drips_head, 0),
        ("a page drips its body", r"/news/\d+", _drips_body, 0),
        ("a photo 500", r"/photos/.*", status(500), 0),
    ):
        do = partial(_site, path=path, act=act, seconds=seconds)
        quick = name in ("listing 500", "agency 503")
        made.append(Fault(name=f"site: {name}", group=f"site: {name}", do=do, is_quick=quick))
    for name, kills in points.ALL.items():
        quick = name in points.QUICK
        made.append(Fault(name=f"worker killed: {name}", group="process", do=kills, is_quick=quick))
    return made


ALL: Mapping[str, Fault] = {fault.name: fault for fault in _all()}
