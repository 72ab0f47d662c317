"""Is it up, is it ready, how is it doing: for supervisors, deployments and Prometheus."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anyio import fail_after
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from syndicator.store.errors import NotReady, StoreError
from syndicator.web.context import Context

log = logging.getLogger(__name__)

#: Seconds that a check of readiness may take.
PATIENCE = 5.0

WORKER = "worker"


@dataclass(frozen=True)
class Health:
    desk: Context

    async def live(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        """The process answers. Feeds are served without anything else: a load balancer asks this one."""
        return JSONResponse({"status": "up"}, headers={"Cache-Control": "no-store"})

    async def ready(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        """Everything works together: 200, or 503, with each check and what it found."""
        checks = {"documents": self._documents(), **await self._database()}
        is_ready = all(ok for ok, _ in checks.values())
        said = {name: {"ok": ok, "found": found} for name, (ok, found) in checks.items()}
        return JSONResponse(
            {"ready": is_ready, "checks": said},
            200 if is_ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    def _documents(self) -> tuple[bool, str]:
        desk = self.desk
        files = [
            f"{f.name}.{desk.formats[name].extension}" for f in desk.feeds.values() for name in f.written
        ]
        try:
            there = sum(desk.shelf.load(file) is not None for file in files)
        except OSError as e:
            log.error("documents cannot be read: %s", e)
            return False, "documents cannot be read"
        return there > 0 or not files, f"{there} of {len(files)} documents are built"

    async def _database(self) -> dict[str, tuple[bool, str]]:
        try:
            with fail_after(PATIENCE):
                processes = await self.desk.ask(self.desk.store.processes, self.desk.clock())
        except NotReady as e:
            log.warning("not ready: %s", e)
            return {
                "database": (False, "the database is not ready yet"),
                "worker": (False, "unknown without the database"),
            }
        except (StoreError, TimeoutError) as e:
            log.warning("not ready: %s", e or f"the database has not answered for {PATIENCE:g} s")
            return {
                "database": (False, "the database does not answer"),
                "worker": (False, "unknown without the database"),
            }
        workers = sum(process.kind == WORKER for process in processes)
        is_written = not self.desk.pulse.trouble
        found = "answers" if is_written else self._unwritten()
        return {"database": (is_written, found), "worker": (workers > 0, f"{workers} alive")}

    def _unwritten(self) -> str:
        """For anybody: no addresses, and nobody's command."""
        holder = self.desk.pulse.holder
        who = f"process {holder} holds its lock; the console says what to do" if holder else ""
        return ": ".join(filter(None, ["cannot be written", who]))


@dataclass(frozen=True)
class Metrics:
    """The endpoint that Prometheus reads. Every answer is counted afresh from the store."""

    desk: Context

    async def read(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        registry = CollectorRegistry(auto_describe=False)
        registry.register(Counts(self.desk))
        said = await self.desk.ask(generate_latest, registry)
        return Response(said, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


@dataclass(frozen=True, eq=False)  # the registry keeps collectors by identity
class Counts(Collector):
    """A collector over the store and this process's own counters. Ages are in seconds."""

    desk: Context

    def collect(self) -> Iterator[Metric]:
        yield self._requests()
        try:
            metrics = list(self._stored(self.desk.clock()))
        except StoreError as e:
            log.warning("metrics without the database: %s", e)
            metrics = []
        yield _gauge("database_up", "Whether the database answers.", [], {(): float(bool(metrics))})
        yield from metrics

    def _requests(self) -> Metric:
        labels = ["feed", "format", "status"]
        family = CounterMetricFamily(
            "syndicator_feed_requests", "Answers for feeds since this process began.", labels=labels
        )
        for (feed, extension, status), count in self.desk.readers.answered().items():
            family.add_metric([feed, extension, str(status)], count)
        return family

    def _stored(self, now: datetime) -> Iterator[Metric]:
        store = self.desk.store

        def age(moment: datetime) -> float:
            return (now - moment).total_seconds()

        standings = {
            (channel, standing): count
            for channel, counts in store.standings().items()
            for standing, count in counts.items()
        }
        yield _gauge("deliveries", "Deliveries by how they stand.", ["channel", "standing"], standings)
        oldest = {(channel,): age(since) for channel, since in store.oldest_pending().items()}
        yield _gauge("oldest_pending_seconds", "Age of the oldest pending delivery.", ["channel"], oldest)
        stopped = {(row.name,): row.is_stopped or row.is_paused for row in store.channels()}
        yield _gauge("channel_stopped", "Whether a channel is stopped or paused.", ["channel"], stopped)
        failures = {(row.name,): row.failures for row in store.sources()}
        yield _gauge("source_failures", "Failed looks at a source in a row.", ["source"], failures)
        feeds = store.feeds()
        built = {(row.name,): age(row.built_at) for row in feeds if row.built_at}
        yield _gauge("feed_build_age_seconds", "Time since a feed was last built.", ["feed"], built)
        stale = {(row.name,): age(row.changed) if row.wants != row.has else 0.0 for row in feeds}
        yield _gauge("feed_stale_seconds", "For how long a feed has wanted to be built.", ["feed"], stale)
        sizes = store.audience_sizes(now)
        readers = {(feed,): count for feed, (count, _) in sizes.items()}
        yield _gauge("feed_readers", "Readers that asked for a feed within a week.", ["feed"], readers)
        reported = {(feed,): subscribers for feed, (_, subscribers) in sizes.items()}
        yield _gauge("feed_subscribers", "Subscribers that these readers report.", ["feed"], reported)
        kinds = Counter({WORKER: 0})
        kinds.update(process.kind for process in store.processes(now))
        alive = {(kind,): count for kind, count in kinds.items()}
        yield _gauge("processes", "Processes alive.", ["kind"], alive)
        articles = {(state,): count for state, count in store.articles().items()}
        yield _gauge("articles", "Articles on file.", ["state"], articles)

        audiences = store.audiences()
        states = {(a.topic, state): n for a in audiences for state, n in a.states.items()}
        yield _gauge("subscriptions", "Subscriptions by how they stand.", ["topic", "state"], states)
        failing = {(a.topic,): a.failing for a in audiences}
        yield _gauge("subscriptions_failing", "Subscribers whose last attempt failed.", ["topic"], failing)
        owed = {(a.topic,): a.owed for a in audiences}
        yield _gauge("subscriptions_behind", "Subscribers that are owed content.", ["topic"], owed)
        said = CounterMetricFamily(
            "syndicator_distributions", "Contents sent to subscribers.", labels=["topic", "outcome"]
        )
        for a in audiences:
            said.add_metric([a.topic, "sent"], a.sent)
            said.add_metric([a.topic, "failed"], a.failed)
        yield said


def _gauge(name: str, what: str, labels: list[str], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(f"syndicator_{name}", what, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), float(value))
    return family
