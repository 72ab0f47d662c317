"""``syndicator status``: how sources, feeds, channels, queues, subscribers and processes stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Row

from syndicator.cli.terminal import print_line
from syndicator.domain.brakes import hold_warnings
from syndicator.domain.delivery import Standing
from syndicator.domain.ledger import account_plan
from syndicator.store import Store
from syndicator.wiring import inspect_app

#: The columns of each table that a person is shown.
COLUMNS: Mapping[str, Sequence[str]] = {
    "source": ("name", "looked_at", "next_look", "found_at", "error"),
    "feed": ("name", "built_at", "error"),
    "channel": ("name", "posted_at", "paused_until", "is_paused", "is_stopped", "error"),
}


def status(folder: Path, *, as_json: bool) -> None:
    """Print how everything stands."""
    app, now = inspect_app(folder), datetime.now(UTC)
    store, ending = app.store, app.declared.ending_tokens(now)
    rows = {"source": store.sources(), "feed": store.feeds(), "channel": store.channels()}
    processes = store.alive(now)
    if as_json:
        result = {
            **{name: [dict(row._mapping) for row in each] for name, each in rows.items()},
            "deliveries": store.standings(),
            "topics": [asdict(audience) for audience in store.audiences()],
            "recipients": [asdict(circulation) for circulation in store.circulations(now)],
            "processes": dict(processes),
            "ending_tokens": dict(ending),
        }
        print(json.dumps(result, default=str, ensure_ascii=False))
        return
    for source in rows["source"]:
        for line in hold_warnings(source.held):
            print_line(f"source {source.name}: {line}: syndicator allow {source.name} [--forget]")
    for name, columns in COLUMNS.items():
        _print_table(f"{name}s", columns, (_cells(row, columns) for row in rows[name]))
    for row in rows["channel"]:
        for line in account_plan(row.ledger, row.paused_until, row.error, now):
            print_line(f"channel {row.name}: {line}")
    for name, remark in ending.items():
        print_line(f"channel {name}: {remark}")
    _print_queues(store, now)
    print_line(", ".join(f"{count} {kind}" for kind, count in processes.items()) or "no process is running")


def _print_queues(store: Store, now: datetime) -> None:
    """What channels, subscribers and recipients are owed."""
    standings = [standing.value for standing in Standing]
    deliveries = store.standings().items()
    _print_table(
        "deliveries",
        ("channel", *standings),
        ((channel, *(str(counts.get(each, 0)) for each in standings)) for channel, counts in deliveries),
    )
    _print_table(
        "subscribers",
        ("topic", "subscribers", "failing", "behind"),
        (
            (each.topic, str(each.states.get("active", 0)), str(each.failing), str(each.owed))
            for each in store.audiences()
        ),
    )
    for circulation in store.circulations(now):
        print_line(f"channel {circulation.channel}: {', '.join(circulation.parts)}")
        if circulation.trouble:
            print_line(f"channel {circulation.channel}: can tell nobody: {circulation.trouble}")


def _print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _cells(row: Row[Any], columns: Sequence[str]) -> list[str]:
    return [_cell(row._mapping[column]) for column in columns]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value in (None, False) else str(value)
