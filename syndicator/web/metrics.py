"""What Prometheus reads, each time counted afresh: ``/metrics``.

A metric is one more family in one of the functions of ``STORED``.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from syndicator.store.console import Console
from syndicator.store.errors import StoreError
from syndicator.web.context import Context

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Metrics:
    """The endpoint that Prometheus reads."""

    context: Context

    async def read(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        registry = CollectorRegistry(auto_describe=False)
        registry.register(MetricsCollector(self.context))
        exposition = await self.context.ask(generate_latest, registry)
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return Response(exposition, headers=headers)


@dataclass(frozen=True, eq=False)  # the registry keeps collectors by identity
class MetricsCollector(Collector):
    """Collects from this process's own counters and, while the database answers, from the store."""

    context: Context

    def collect(self) -> Iterator[Metric]:
        yield self._requests()
        store, now = self.context.store, self.context.clock()
        try:
            metrics = [metric for family in STORED for metric in family(store, now)]
        except StoreError as e:
            log.warning("metrics without the database: %s", e)
            metrics = []
        yield _gauge("database_up", "Whether the database answers.", [], {(): float(bool(metrics))})
        yield from metrics

    def _requests(self) -> Metric:
        counts = self.context.readers.totals()
        values = {(feed, ext, str(status)): count for (feed, ext, status), count in counts.items()}
        text = "Answers for feeds since this process began."
        return _counter("feed_requests", text, ["feed", "format", "status"], values)


def deliveries(store: Console, now: datetime) -> Iterator[Metric]:
    """By channel."""
    standings = {
        (channel, standing): count
        for channel, counts in store.standings().items()
        for standing, count in counts.items()
    }
    yield _gauge("deliveries", "Deliveries by how they stand.", ["channel", "standing"], standings)
    oldest = {(channel,): _age(since, now) for channel, since in store.oldest_pending().items()}
    yield _gauge("oldest_pending_seconds", "Age of the oldest pending delivery.", ["channel"], oldest)
    stopped = {(row.name,): row.is_stopped or row.is_paused for row in store.channels()}
    yield _gauge("channel_stopped", "Whether a channel is stopped or paused.", ["channel"], stopped)


def sources(store: Console, now: datetime) -> Iterator[Metric]:  # noqa: ARG001 - as all of them
    """By source."""
    failures = {(row.name,): row.failures for row in store.sources()}
    yield _gauge("source_failures", "Failed looks at a source in a row.", ["source"], failures)


def feeds(store: Console, now: datetime) -> Iterator[Metric]:
    """By feed: how it is built, and by how many it is read."""
    rows = store.feeds()
    built = {(row.name,): _age(row.built_at, now) for row in rows if row.built_at}
    yield _gauge("feed_build_age_seconds", "Time since a feed was last built.", ["feed"], built)
    stale = {(row.name,): _age(row.changed, now) if row.wants != row.has else 0.0 for row in rows}
    yield _gauge("feed_stale_seconds", "For how long a feed has wanted to be built.", ["feed"], stale)
    sizes = store.audience_sizes(now)
    readers = {(feed,): count for feed, (count, _) in sizes.items()}
    yield _gauge("feed_readers", "Readers that asked for a feed within a week.", ["feed"], readers)
    subscribers = {(feed,): reported for feed, (_, reported) in sizes.items()}
    yield _gauge("feed_subscribers", "Subscribers that these readers report.", ["feed"], subscribers)


def processes(store: Console, now: datetime) -> Iterator[Metric]:
    """Those that have given a sign of life lately; no worker is a number, too."""
    kinds = Counter({"worker": 0})
    kinds.update(process.kind for process in store.processes(now))
    yield _gauge("processes", "Processes alive.", ["kind"], {(kind,): n for kind, n in kinds.items()})


def articles(store: Console, now: datetime) -> Iterator[Metric]:  # noqa: ARG001 - as all of them
    """By state."""
    states = {(state,): count for state, count in store.articles().items()}
    yield _gauge("articles", "Articles on file.", ["state"], states)


def subscriptions(store: Console, now: datetime) -> Iterator[Metric]:  # noqa: ARG001 - as all of them
    """By topic of our own hub."""
    audiences = store.audiences()
    states = {(a.topic, state): n for a in audiences for state, n in a.states.items()}
    yield _gauge("subscriptions", "Subscriptions by how they stand.", ["topic", "state"], states)
    failing = {(a.topic,): a.failing for a in audiences}
    yield _gauge("subscriptions_failing", "Subscribers whose last attempt failed.", ["topic"], failing)
    owed = {(a.topic,): a.owed for a in audiences}
    yield _gauge("subscriptions_behind", "Subscribers that are owed content.", ["topic"], owed)
    outcomes = {(a.topic, name): n for a in audiences for name, n in (("sent", a.sent), ("failed", a.failed))}
    yield _counter("distributions", "Contents sent to subscribers.", ["topic", "outcome"], outcomes)


def recipients(store: Console, now: datetime) -> Iterator[Metric]:
    """By channel that has them."""
    circulations = store.circulations(now)
    states = {(c.channel, state): n for c in circulations for state, n in c.states.items()}
    yield _gauge("recipients", "Recipients of channels by how they stand.", ["channel", "state"], states)
    failing = {(c.channel,): c.failing for c in circulations}
    yield _gauge("recipients_failing", "Recipients whose last attempt failed.", ["channel"], failing)
    behind = {(c.channel,): c.behind for c in circulations}
    yield _gauge("recipients_behind", "Recipients that are still to be told.", ["channel"], behind)


#: All metrics from the store, in the order in which they are written. Each raises ``StoreError``.
STORED: tuple[Callable[[Console, datetime], Iterator[Metric]], ...] = (
    deliveries,
    sources,
    feeds,
    processes,
    articles,
    subscriptions,
    recipients,
)


def _age(moment: datetime, now: datetime) -> float:
    """In seconds."""
    return (now - moment).total_seconds()


def _gauge(name: str, text: str, labels: list[str], values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(f"syndicator_{name}", text, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), float(value))
    return family


def _counter(name: str, text: str, labels: list[str], values: Mapping[Any, float]) -> Metric:
    family = CounterMetricFamily(f"syndicator_{name}", text, labels=labels)
    for key, value in values.items():
        family.add_metric(list(key), value)
    return family
