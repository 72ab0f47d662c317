"""The overview: the state of everything, and alarms for what needs a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syndicator.domain.article import Article
from syndicator.domain.brakes import hold_warnings
from syndicator.domain.delivery import Standing
from syndicator.domain.ledger import account_plan
from syndicator.store.audience import Audience
from syndicator.store.circulation import Circulation
from syndicator.store.console import DeliveryLine
from syndicator.web.context import Context

#: Deliveries, and articles that feeds leave out, on the overview.
MAX_LINES = 12

#: Failed looks at a source in a row that need nobody yet.
MAX_QUIET_FAILURES = 2

#: What needs a person, and where on the console to go for it (empty: nowhere).
Alarm = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The state of database and broker. ``queues``: how many messages wait in each; ``None`` while the
    broker does not answer, and empty where nobody can ask it. ``circulations``: of channels that have
    recipients, by name. ``empty``: feeds that carry nothing.
    ``write_error``: why the database takes nothing. ``ending_tokens``: what stops channels soon, by name."""

    sources: Sequence[Any]
    feeds: Sequence[Any]
    left_out: Sequence[tuple[str, Article, str]]
    channels: Sequence[Any]
    standings: Mapping[str, Mapping[str, int]]
    processes: Sequence[Any]
    articles: Mapping[str, int]
    latest: Sequence[DeliveryLine]
    audiences: Sequence[Audience]
    circulations: Mapping[str, Circulation]
    queues: Mapping[str, int] | None
    empty: Collection[str] = ()
    write_error: str = ""
    ending_tokens: Mapping[str, str] = field(default_factory=dict)

    @property
    def totals(self) -> Mapping[str, int]:
        """Deliveries of all channels by how they stand."""
        return {s.value: sum(c.get(s.value, 0) for c in self.standings.values()) for s in Standing}

    @property
    def held(self) -> Mapping[str, Sequence[str]]:
        """What is held at each source, in lines."""
        return {source.name: hold_warnings(source.held) for source in self.sources}

    @property
    def workers(self) -> int:
        """Workers that have given a sign of life lately."""
        return sum(process.kind == "worker" for process in self.processes)

    def plan(self, channel: Any, now: datetime) -> list[str]:
        """What a channel's account waits for, and what it has left."""
        return account_plan(channel.ledger, channel.paused_until, channel.error, now)

    @property
    def alarms(self) -> list[Alarm]:
        """What needs a person, the most urgent first."""
        return [
            *self._outages(),
            *self._of_deliveries(),
            *self._of_sources(),
            *self._of_hubs(),
            *self._of_feeds(),
        ]

    @property
    def untried(self) -> list[str]:
        """What has not worked yet, and not failed: nobody can say that it is well."""
        sources = [f"source {s.name}" for s in self.sources if _is_untried(s) and not s.failures]
        channels = [f"channel {c.name}" for c in self.channels if not c.posted_at and not c.is_stopped]
        return [*sources, *channels]

    def _outages(self) -> Iterator[Alarm]:
        if not self.workers:
            yield "No worker is alive: nothing is noticed and nothing posted.", ""
        if self.write_error:
            text = (
                f"The database cannot be written: {self.write_error}. Nothing is noticed and nothing posted."
            )
            yield text, ""
        if self.queues is None:
            yield "The broker does not answer: work waits until it does.", ""

    def _of_deliveries(self) -> Iterator[Alarm]:
        for channel in self.channels:
            if channel.is_stopped:
                yield f"Channel {channel.name} is stopped: {channel.error}", "#channels"
        for channel in self.channels:
            circulation = self.circulations.get(channel.name)
            if circulation and circulation.trouble:
                yield f"Channel {circulation.channel} can tell nobody: {circulation.trouble}", "#channels"
        for name, remark in self.ending_tokens.items():
            yield f"Channel {name} stops soon: {remark}", "#channels"
        unknown, refused = self.totals[Standing.UNKNOWN], self.totals[Standing.REFUSED]
        if unknown:
            text = f"{unknown} {_plural('delivery', unknown)} may or may not be posted: look, and tell."
            yield text, "/console/deliveries?state=unknown"
        if refused:
            text = f"{refused} {_plural('delivery', refused)} refused by the channel."
            yield text, "/console/deliveries?state=refused"

    def _of_sources(self) -> Iterator[Alarm]:
        texts = [f"Source {s.name} is gone: {s.error}" for s in self.sources if s.is_gone]
        texts += [
            f"Source {s.name} has never been read: {s.error}"
            if _is_untried(s)
            else f"Source {s.name} has failed {s.failures} times in a row."
            for s in self.sources
            if s.failures > (0 if _is_untried(s) else MAX_QUIET_FAILURES) and not s.is_gone
        ]
        texts += [
            f"Source {s.name}: {line}. Look at the site, and decide."
            for s in self.sources
            for line in self.held[s.name]
        ]
        return ((text, "#sources") for text in texts)

    def _of_hubs(self) -> Iterator[Alarm]:
        for audience in self.audiences:
            for hub, reason in audience.hubs:
                yield f"Hub {hub} was not told of {audience.topic}: {reason}", "#topics"

    def _of_feeds(self) -> Iterator[Alarm]:
        for feed in self.feeds:
            if feed.failures:
                yield f"Feed {feed.name} cannot be built: {feed.error}", "#feeds"
        for name, article, reason in self.left_out:
            text = f"Feed {name} leaves out {article.url} ({article.guid}): {reason}."
            advice = "Correct the article where it comes from: each build tries again."
            yield f"{text} {advice}", "#feeds"


def load_overview(context: Context) -> Overview:
    """Ask the database and the broker, which may take its time. Raises ``StoreError``."""
    store = context.store
    return Overview(
        sources=store.sources(),
        feeds=store.feeds(),
        left_out=store.left_out(MAX_LINES),
        channels=store.channels(),
        standings=store.standings(),
        processes=store.processes(context.clock()),
        articles=store.articles(),
        latest=store.deliveries(count=MAX_LINES),
        audiences=store.audiences(),
        circulations={each.channel: each for each in store.circulations(context.clock())},
        queues=context.queues() if context.queues else {},
        empty=store.empty_feeds(),
        write_error=context.pulse.error,
        ending_tokens=context.ending_tokens(context.clock()),
    )


def _is_untried(source: Any) -> bool:
    """Whether a source has never yet been seen whole, nor any article of it."""
    return source.since is None and source.found_at is None


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else noun.removesuffix("y") + "ies"
