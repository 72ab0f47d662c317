"""One run: start everything, let it fail for so long, let it settle, and judge."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import requests
from sqlalchemy.exc import SQLAlchemyError

from syndicator.jobs.broadcast import BATCH_LEASE
from tests.acceptance.world import until
from tests.faults.disk import mount, unmount
from tests.faults.machine import faults, judge
from tests.faults.machine.channels import Mastodon, Outbox, Receiver, Truth
from tests.faults.machine.clock import SteppedClock
from tests.faults.machine.crowd import Crowd
from tests.faults.machine.faults import Fault
from tests.faults.machine.history import History
from tests.faults.machine.newsroom import OLD, Editors, NewsroomServer
from tests.faults.machine.operator import Operator
from tests.faults.machine.processes import RIGS, Rig, send
from tests.faults.machine.readers import Readers, articles_in
from tests.faults.machine.report import Report
from tests.faults.machine.world import World

#: Seconds between the beginnings of two faults, and how many there are at once.
GAP_S, AT_ONCE = (1.0, 3.0), 6

#: Now and then nothing new goes wrong for a while, so that something can be said about order: seconds.
EVERY_S, CALM_S = 60.0, 15.0

#: Seconds that everything may take to come to rest, at the most: letters of a worker that nobody knows to be
#: dead rest for their lease.
SETTLE_S = BATCH_LEASE.total_seconds() + 180.0

#: Seconds between two looks at whether it has, and between two rounds of the person at the console.
LOOK_S, ROUND_S = 3.0, 45.0

#: Judgements that time may mend; the others never get better.
MENDED = (judge.lost, judge.stale, judge.orphaned, judge.unreasoned)

#: Bytes of the disk that fills up.
DISK_MB = 96

DECLARATIONS = """
[site]
title = "The Machine"
url = "{site}/"
authority = "machine.example"

[keep]
{keep}

[web]
listen = "127.0.0.1:{port}"
public_url = "{base}"
most_per_minute = 0

[hub]
allow = ["{crowd}"]

[fetch]
allow = [{allow}]
photos = [{allow}]

[sources.site]
kind = "page"
listings = [{{ url = "{site}/news" }}]
article = '/news/\\d+$'
key = '/news/(\\d+)$'
every = "1s"
gone_after = "20s"
language = "en"

[sources.wire]
kind = "feed"
url = "{site}/wire.json"
every = "1s"
language = "en"

[channels.keyed]
kind = "mastodon"
wait_for_page = "0s"
server = "{keyed}"
token = "env:MACHINE_TOKEN"

[channels.keyless]
kind = "mastodon"
wait_for_page = "0s"
server = "{keyless}"
token = "env:MACHINE_TOKEN"
remembers_keys = false

[channels.hook]
kind = "webhook"
wait_for_page = "0s"
url = "{hook}/hook"
secret = "env:MACHINE_SECRET"

[channels.crowd]
kind = "activitypub"
wait_for_page = "0s"
handle = "news"

[channels.wall]
kind = "outbox"
wait_for_page = "0s"
folder = "wall"
"""

FEED = """
title = "All"
channels = ["keyed", "keyless", "hook", "crowd", "wall"]
"""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked for. ``only`` and ``without``: words in the names of faults."""

    setup: str
    seconds: float
    seed: int
    settle_s: float = SETTLE_S
    is_quick: bool = False
    only: Collection[str] = ()
    without: Collection[str] = ()
    keeps: bool = False

    def wants(self, fault: Fault) -> bool:
        named = not self.only or any(word in fault.name for word in self.only)
        return named and not any(word in fault.name for word in self.without)


def run(plan: Plan, say: Callable[[str], None]) -> Report:
    """Raises ``AssertionError`` where the program does not even start."""
    with _world(plan) as (world, has_disk):
        world.rig.start()
        until(lambda: _has_begun(world), "the first look fills the feed", patience=90)
        until(lambda: world.crowd.follow(world.rig.base), "all who ask to follow are answered", patience=90)
        say(f"{plan.setup}: running in {world.folder}")
        tormentor = Tormentor(plan, world, has_disk, say)
        editors = Editors(world.site, Random(plan.seed))  # noqa: S311 - the same each time
        world.readers.start()
        world.outbox.start()
        editors.start()
        try:
            tormentor.torment()
        finally:  # whoever interrupts it, too
            editors.stop()
            tormentor.stop()
            calm(world)
        say("no more faults; settling")
        began = time.monotonic()
        history, unsettled = settle(world, plan.settle_s, say)
        report = Report(
            setup=plan.setup,
            seed=plan.seed,
            seconds=plan.seconds,
            settled_after=time.monotonic() - began,
            history=history,
            faults=dict(sorted(tormentor.met.items())),
            left_out=tormentor.left_out,
            unsettled=unsettled,
        )
        if not report.is_good or plan.keeps:
            kept = Path(tempfile.mkdtemp(prefix="machine-log-")) / "log.txt"
            shutil.copy(world.rig.log, kept)
            say(f"the program's log: {kept}")
        return report


@dataclass
class Tormentor:
    """Deals faults from a shuffled deck, a new one every few seconds."""

    plan: Plan
    world: World
    has_disk: str
    say: Callable[[str], None]
    met: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, str] = field(default_factory=dict)
    _busy: dict[str, threading.Thread] = field(default_factory=dict)

    def torment(self) -> None:
        deck = faults.deck(self.plan.setup, self.plan.seconds, is_quick=self.plan.is_quick)
        usable = []
        for fault in filter(self.plan.wants, deck):
            why = faults.why_not(self.world, fault, has_disk=self.has_disk)
            if why:
                self.left_out[fault.name] = why
            else:
                usable.append(fault)
                self.met[fault.name] = 0
        end, told = time.monotonic() + self.plan.seconds, time.monotonic()
        waiting: list[Fault] = []
        while time.monotonic() < end:
            waiting = waiting or self.world.chance.sample(usable, len(usable))
            if (end - time.monotonic()) % EVERY_S > CALM_S:
                self._next(waiting)
            time.sleep(min(self.world.chance.uniform(*GAP_S), max(0.0, end - time.monotonic())))
            if time.monotonic() - told > 15:
                told = time.monotonic()
                self._tell(end - told)

    def stop(self) -> None:
        """No new faults, and an end to those there are."""
        self.world.stopping.set()
        for thread in list(self._busy.values()):
            thread.join(60)

    def _next(self, waiting: list[Fault]) -> None:
        self._busy = {group: thread for group, thread in self._busy.items() if thread.is_alive()}
        free = next((fault for fault in waiting if fault.group not in self._busy), None)
        if free is None or len(self._busy) >= AT_ONCE:
            return
        waiting.remove(free)
        thread = threading.Thread(target=self._do, args=(free,), name=free.name, daemon=True)
        self._busy[free.group] = thread
        thread.start()

    def _do(self, fault: Fault) -> None:
        if fault.do(self.world, fault.name):
            self.met[fault.name] += 1

    def _tell(self, left: float) -> None:
        site, posts = self.world.site, sum(len(server.applied) for server in self.world.servers)
        self.say(
            f"{left:.0f} s to go: {len(site.acts)} acts of the newsroom, {posts} of channels, "
            f"{self.world.readers.reads} feeds read, {sum(self.met.values())} faults"
        )


def calm(world: World) -> None:
    """Everything around the program is well again."""
    world.clock.step(0)
    world.site.behave()
    for server in world.servers:
        server.behave()
    for kind in ("web", "worker", "beat"):
        for process in world.rig.processes(kind):
            send(process, signal.SIGCONT)


def settle(world: World, seconds: float, say: Callable[[str], None]) -> tuple[History, int]:
    """Wait until nothing changes any more. Returns the history, and how many deliveries were not settled."""
    until(world.rig.is_ready, "the program is up again", patience=90)
    names = [*(server.name for server in world.servers), world.outbox.name]
    end, round_, history, on_the_way = time.monotonic() + seconds, 0.0, None, 0
    while time.monotonic() < end:
        if time.monotonic() > round_:
            round_ = time.monotonic() + ROUND_S
            world.operator.put_right(names, ["site", "wire"])
        time.sleep(LOOK_S)
        with suppress(requests.RequestException, SQLAlchemyError, ValueError):
            history = world.history()
        if history is None:
            continue
        on_the_way = sum(r.standing in ("pending", "sending") for r in history.recorded)
        wrong = [finding for judgement in MENDED for finding in judgement(history)]
        if not wrong and not on_the_way and world.is_idle:
            break
        say(
            f"{end - time.monotonic():.0f} s at most: {on_the_way} deliveries under way, "
            f"{len(wrong)} not right yet"
        )
    world.readers.stop()
    world.outbox.stop()
    return world.history(), on_the_way


def _has_begun(world: World) -> bool:
    if not world.rig.is_ready():
        return False
    answer = requests.get(f"{world.rig.base}/feeds/all.json", timeout=5)
    return answer.status_code == 200 and len(articles_in("json", answer.content)) == 2 * OLD


@contextmanager
def _world(plan: Plan) -> Iterator[tuple[World, str]]:
    """Everything that a run needs, not started; and in the end, nothing of it. With it: why no disk can be
    filled; empty if one can."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="machine-"))
        folder.chmod(0o755)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        has_disk = mount(folder / "var", DISK_MB)
        if not has_disk:
            stack.callback(unmount, folder / "var")
        chance = Random(plan.seed)  # noqa: S311 - the same each time
        site = stack.enter_context(NewsroomServer())
        for _ in range(OLD):
            for source in ("site", "wire"):
                site.publish(chance, source=source, is_old=True)
        keyed = stack.enter_context(Mastodon("keyed"))
        keyless = stack.enter_context(Mastodon("keyless", honours_keys=False))
        hook = stack.enter_context(Receiver("hook"))
        crowd = stack.enter_context(Crowd("crowd"))
        servers: list[Truth] = [keyed, keyless, hook, crowd]
        clock = SteppedClock(folder)
        secrets = {"MACHINE_TOKEN": keyed.token, "MACHINE_SECRET": hook.secret}
        rig = RIGS[plan.setup](folder, {**secrets, **clock.environment})
        stack.callback(rig.stop)
        _declare(folder, rig, site, keyed, keyless, hook, crowd)
        operator = Operator(rig.base, rig.database)
        stack.callback(operator.close)
        yield (
            World(
                folder=folder,
                rig=rig,
                site=site,
                servers=servers,
                crowd=crowd,
                outbox=Outbox("wall", folder / "wall"),
                clock=clock,
                operator=operator,
                readers=Readers(rig.base),
                chance=chance,
            ),
            has_disk,
        )


def _declare(
    folder: Path,
    rig: Rig,
    site: NewsroomServer,
    keyed: Truth,
    keyless: Truth,
    hook: Truth,
    crowd: Truth,
) -> None:
    hosts = [server.address.removeprefix("http://") for server in (site, keyed, keyless, hook)]
    text = DECLARATIONS.format(
        site=site.address,
        keep=rig.keep,
        port=rig.port,
        base=rig.base,
        crowd=crowd.address.removeprefix("http://"),
        allow=", ".join(f'"{host}"' for host in hosts),
        keyed=keyed.address,
        keyless=keyless.address,
        hook=hook.address,
    )
    (folder / "syndicator.toml").write_text(text)
    (folder / "feeds").mkdir()
    (folder / "feeds" / "all.toml").write_text(FEED)
