"""``syndicator watch``, ``build`` and ``deliver``: one job now, in this process."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import track

from syndicator.cli.declared import must_be_declared
from syndicator.cli.status import status
from syndicator.cli.terminal import print_line
from syndicator.domain.errors import SyndicatorError
from syndicator.wiring import App, keep_mark, open_app


def watch(folder: Path, name: str, *, once: bool, as_json: bool) -> None:
    """Look at a source: once, or whenever it is due until interrupted. Raises ``SyndicatorError`` where the
    one look fails."""
    app = open_app(folder)
    must_be_declared([name], app.sources, "source")
    while True:
        before = _count_articles(app)
        app.watch(name)
        row = app.store.source(name)
        new = _count_articles(app) - before
        if as_json:
            result = {"source": name, "new": new, "error": row.error, "problems": row.problems}
            print(json.dumps(result, ensure_ascii=False), flush=True)
        else:
            print_line(f"{name}: {new} new articles {row.error}".rstrip())
            for problem in row.problems:
                print_line(f"  {problem}")
        if once:
            if row.error:
                raise SyndicatorError(f"source {name}: {row.error}")
            return
        time.sleep(max(0.0, (row.next_look - datetime.now(UTC)).total_seconds()))


def _count_articles(app: App) -> int:
    """How many articles are on file, in whatever state."""
    return sum(app.store.articles().values())


def build(folder: Path, names: Sequence[str]) -> None:
    """Build feeds, archives and all, whether or not anything has changed; all of them where none is named."""
    app = open_app(folder)
    must_be_declared(names, app.feeds, "feed")
    chosen = list(names or app.feeds)
    app.store.want_built(chosen)
    for name in track(chosen, "Building"):
        while app.build(name):  # a long past is built in parts
            pass
    errors = {row.name: row.error for row in app.store.feeds()}
    for name in chosen:
        print_line(f"{name}: {errors[name] or 'built'}")


def deliver(folder: Path, names: Sequence[str]) -> None:
    """Deliver what channels are due, all of them where none is named, and say how everything stands then."""
    app = open_app(folder)
    must_be_declared(names, app.couriers, "channel")
    for name in track(list(names or app.couriers), "Delivering"):
        app.deliver(name)
    keep_mark(app)
    status(folder, as_json=False)
