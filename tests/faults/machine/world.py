"""Everything of one run in one place: what faults act on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.machine.channels import Outbox, Truth
from tests.faults.machine.clock import SteppedClock
from tests.faults.machine.crowd import Crowd
from tests.faults.machine.history import History, Trouble
from tests.faults.machine.newsroom import NewsroomServer
from tests.faults.machine.operator import Operator
from tests.faults.machine.processes import Rig
from tests.faults.machine.readers import Readers, everything

#: Seconds between looks at what channels have in hand while something is wrong.
SAMPLE_S = 0.05


@dataclass(kw_only=True)
class World:
    """``stopping``: no new trouble, and an end to what there is."""

    folder: Path
    rig: Rig
    site: NewsroomServer
    servers: list[Truth]
    crowd: Crowd
    outbox: Outbox
    clock: SteppedClock
    operator: Operator
    readers: Readers
    chance: Random
    stopping: threading.Event = field(default_factory=threading.Event)
    troubles: list[Trouble] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """So long, or until the end."""
        self.stopping.wait(seconds)

    @contextmanager
    def in_trouble(self, fault: str) -> Iterator[None]:
        """Something is wrong with everybody. Whoever waits for a channel's answer meanwhile may never get it,
        or may not be able to write it down."""
        began, is_over = time.time(), threading.Event()
        met: set[tuple[str, str]] = set()

        def sample() -> None:
            while True:
                for server in self.servers:
                    with server.lock:
                        in_hand = list(server.in_hand.values())
                    met.update((server.name, server.article_of(request)) for request in in_hand)
                if is_over.wait(SAMPLE_S):
                    return

        sampler = threading.Thread(target=sample, daemon=True)
        sampler.start()
        try:
            yield
        finally:
            is_over.set()
            sampler.join()
            ended = time.time()
            self.troubles.append(Trouble(began=began, ended=ended, fault=fault))
            for channel, article in met:
                self.troubles.append(
                    Trouble(
                        began=began,
                        ended=ended,
                        fault=fault,
                        channel=channel,
                        article=article,
                        loses_answers=True,
                    )
                )

    @property
    def is_idle(self) -> bool:
        """Nothing is worked at any more that nobody waits for."""
        return not any(server.works or server.in_hand for server in self.servers)

    def history(self) -> History:
        """What has happened until now. Raises where the program does not answer."""
        outlets: list[Truth | Outbox] = [*self.servers, self.outbox]
        crowd = self.crowd
        return History(
            channels=[outlet.name for outlet in outlets if outlet is not crowd],
            recipients=dict.fromkeys(crowd.names, crowd.name),
            letters=list(crowd.letters),
            turned_away=frozenset(crowd.turned_away),
            announced=self.operator.announced(crowd.name),
            documents=["all.rss", "all.atom", "all.json"],
            told=frozenset({"hook"}),
            acts=list(self.site.acts),
            shown=[shown for outlet in outlets for shown in outlet.shown()],
            applied=[applied for outlet in outlets for applied in outlet.applied],
            entries=list(everything(self.rig.base)),
            recorded=self.operator.recorded(),
            troubles=[*self.troubles, *(t for server in self.servers for t in server.troubles)],
            reads=self.readers.reads,
            broken=list(self.readers.broken),
            quits=list(self.rig.quits),
        )
