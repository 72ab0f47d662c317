"""How quickly posts get out: to many channels that take their time, to one that takes none, to a failing one.

    ./run bench deliveries [--postgres URL] [--only many|burst|flaky]

On SQLite, and on a PostgreSQL of its own unless one is named. Receivers are a process of their own, workers
one or two more; each channel is a webhook. The ideal is what the receivers' own time allows: so many posts of
one channel, one after the other; no second worker makes that shorter, so that two are measured on receivers
that take no time, too. What a failing receiver loses rests for as long as it may be at work: one is declared
to answer within two seconds, one as usual. (That one takes five minutes, on each database.)
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.channels.webhook import USUAL_TIMEOUT, Webhook  # noqa: E402
from syndicator.domain.brakes import Brakes  # noqa: E402
from syndicator.http.client import Http  # noqa: E402
from syndicator.jobs.courier import Courier, Deliverer  # noqa: E402
from syndicator.jobs.deliver import deliver  # noqa: E402
from syndicator.jobs.routing import Editor  # noqa: E402
from syndicator.jobs.watch import Watcher, watch  # noqa: E402
from syndicator.posts.compose import compose  # noqa: E402
from syndicator.secret import Secret  # noqa: E402
from syndicator.store import Store, open_store  # noqa: E402
from tests.channels.local_server import Handler, Request, Trouble, reset, status  # noqa: E402
from tests.channels.servers import FakeReceiver  # noqa: E402
from tests.fakes import ALL, SITE, FakeBell, FakePhotos, FakeSource, sighting  # noqa: E402
from tests.servers import postgres_server  # noqa: E402

CHANNELS, ARTICLES, ANSWER_S = 20, 50, 0.1
BURST = 1000
MAX_NEWS = 10_000
FLAKY_ARTICLES = 100

#: Within what time a receiver is declared to answer: the failing one, and the others.
QUICK, USUAL = timedelta(seconds=2), USUAL_TIMEOUT

#: Makes an empty database; its address.
Fresh = Callable[[], str]

#: Seconds of a slow answer, and between two looks whether there is more to do.
SLOW_S, SWEEP_S = 0.5, 0.5

WAYS = [
    Trouble(status(500)),
    Trouble(status(500), after=True),
    Trouble(reset),
    Trouble(reset, after=True),
    None,  # slow
]


class TimedHandler(Handler):
    """Answers after a while, and fails as often as its server is to."""

    server: Receiver

    def take(self, request: Request) -> None:
        way = self.server.chance.choice(WAYS) if self.server.chance.random() < self.server.share else ...
        time.sleep(SLOW_S if way is None else self.server.answer_s)
        if not isinstance(way, Trouble):
            self.reply(self.server.locked_answer(request))
            return
        if way.after:
            self.server.locked_answer(request)
        way.act(self)


class Receiver(FakeReceiver):
    handler = TimedHandler
    request_queue_size = 100

    def __init__(self, answer_s: float, share: float) -> None:
        super().__init__()
        self.answer_s, self.share = answer_s, share
        self.chance = Random(1)  # noqa: S311 - the same each time
        self.seen: dict[str, int] = {}

    def locked_answer(self, request: Request) -> Any:
        with self.lock:
            name = request.headers["webhook-id"]
            self.seen[name] = self.seen.get(name, 0) + 1
        return super().locked_answer(request)


def receive(answer_s: float, share: float, pipe: Any) -> None:
    """A process of receivers: tells its address, and in the end what it has."""
    with Receiver(answer_s, share) as server:
        pipe.send((server.address, server.secret))
        pipe.recv()
        pipe.send((len(server.messages), len(server.requests)))


def now() -> datetime:
    return datetime.now(UTC)


def work(url: str, channels: Sequence[str], address: str, folder: str, timeout: timedelta) -> None:
    """A worker: each channel's deliveries in a thread, until none is owed."""
    store = open_store(url)
    http = Http(allow=("127.0.0.0/8",))
    secret = Secret(f"file:{folder}/secret")
    couriers = {
        name: Courier(
            channel=Webhook(
                name=name, url=f"{address}/{name}", secret=secret, timeout=timeout, session=http.session()
            ),
            max_age=timedelta(days=1),
        )
        for name in channels
    }
    deliverer = Deliverer(
        couriers=couriers, store=store, photos=FakePhotos(), compose=compose, bell=FakeBell(), clock=now
    )

    def serve(name: str) -> None:
        while owed(store, name):
            if not deliver(deliverer, name):
                time.sleep(SWEEP_S)

    with ThreadPoolExecutor(len(channels)) as threads:
        list(threads.map(serve, channels))


def owed(store: Store, name: str) -> int:
    counts = store.standings().get(name, {})
    return sum(count for standing, count in counts.items() if standing in ("pending", "sending"))


def publish(store: Store, channels: Sequence[str], articles: int) -> None:
    feed = replace(ALL, channels=tuple(channels))
    source = FakeSource()
    store.declare([source.name], [feed], channels, now())
    watcher = Watcher(
        sources={source.name: source},
        brakes={source.name: Brakes(most_news=MAX_NEWS)},
        editor=Editor(site=SITE, feeds=[feed]),
        store=store,
        photos=FakePhotos(),
        bell=FakeBell(),
        clock=now,
    )
    source.every = timedelta(0)
    watch(watcher, source.name)  # the baseline
    source.shows = [sighting(str(n), title=f"Article {n}", published=now()) for n in range(articles)]
    watch(watcher, source.name)


def run(
    url: str,
    *,
    channels: int,
    articles: int,
    answer_s: float,
    share: float = 0.0,
    workers: int = 1,
    timeout: timedelta = USUAL,
) -> float:
    """Seconds from the first post to the last, when everything arrived once. The workers' processor time,
    which tells more on a busy machine, is printed."""
    names = [f"wire{number}" for number in range(channels)]
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=receive, args=(answer_s, share, theirs), daemon=True)
    receiver.start()
    address, secret = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "secret").write_text(secret)
        store = open_store(url)
        publish(store, names, articles)
        started, before = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
        processes = [
            multiprocessing.Process(target=work, args=(url, names[n::workers], address, folder, timeout))
            for n in range(workers)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        took_s, after = time.perf_counter() - started, getrusage(RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(
            f"  workers' processor time: {cpu_s / (channels * articles) * 1000:.1f} ms a delivery", flush=True
        )
        ours.send("")
        messages, _requests = ours.recv()
        receiver.join()
        if messages != channels * articles:
            raise SystemExit(f"{messages} of {channels * articles} arrived")
        store.engine.dispose()
    return took_s


@contextmanager
def databases(postgres: str) -> Iterator[dict[str, Fresh]]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        numbers = iter(range(1000))
        server = postgres or stack.enter_context(postgres_server())
        yield {
            "SQLite": lambda: f"sqlite:///{folder}/{next(numbers)}.db",
            "PostgreSQL": lambda: emptied(server),
        }


def emptied(url: str) -> str:
    from sqlalchemy import create_engine, text  # noqa: PLC0415 - only where one is named

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


def many(kind: str, fresh: Fresh) -> None:
    """To channels that take their time, which is what bounds it; and to such as take none, where what a
    second worker is worth shows."""
    what = f"{CHANNELS * ARTICLES} deliveries over {CHANNELS} channels"
    for answer_s in (ANSWER_S, 0.0):
        took: list[float] = []
        for workers in (1, 2):
            took.append(
                run(fresh(), channels=CHANNELS, articles=ARTICLES, answer_s=answer_s, workers=workers)
            )
            ratio = (
                f", {took[-1] / (ARTICLES * answer_s):.2f} of the ideal (to beat: 1.25)" if answer_s else ""
            )
            told(
                f"{kind}: {what} that answer in {answer_s:g} s, {workers} worker(s): {took[-1]:.1f} s{ratio}"
            )
        told(
            f"{kind}: two workers take {took[1] / took[0]:.2f} of one's time"
            + " (to beat: 1)" * (not answer_s)
        )


def burst(kind: str, fresh: Fresh) -> None:
    took_s = run(fresh(), channels=1, articles=BURST, answer_s=0)
    told(f"{kind}: a burst of {BURST} on one webhook: {took_s:.1f} s (to beat: 15 s)")


def flaky(kind: str, fresh: Fresh) -> None:
    """As receivers are declared as a rule, an answer that is torn off rests for a quarter of a minute,
    whatever there is to do: of a hundred articles that is most of the time, of a thousand little."""
    for articles, timeout in ((FLAKY_ARTICLES, QUICK), (BURST, USUAL)):
        healthy_s = run(fresh(), channels=1, articles=articles, answer_s=ANSWER_S, timeout=timeout)
        flaky_s = run(fresh(), channels=1, articles=articles, answer_s=ANSWER_S, share=0.25, timeout=timeout)
        told(
            f"{kind}: {articles} on a webhook that fails one request in four, and answers within "
            f"{timeout.total_seconds():g} s: {flaky_s:.1f} s, {flaky_s / healthy_s:.1f} times the healthy "
            f"{healthy_s:.1f} s (to beat: 3)"
        )


def told(line: str) -> None:
    print(f"{line} [load {os.getloadavg()[0]:.1f}]", flush=True)


MEASURES: dict[str, Callable[[str, Fresh], None]] = {"many": many, "burst": burst, "flaky": flaky}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", default="", help="postgresql+psycopg://..., a database to be EMPTIED")
    parser.add_argument("--only", choices=MEASURES)
    args = parser.parse_args()
    with databases(args.postgres) as kinds:
        for kind, fresh in kinds.items():
            for name, measure in MEASURES.items():
                if args.only in (None, name):
                    measure(kind, fresh)


if __name__ == "__main__":
    main()
