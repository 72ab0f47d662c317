"""What an operator decides at the terminal: ``syndicator allow``, ``retry``, ``decide`` and ``restore``.

The console has the same for one delivery at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import track

from syndicator.cli.declared import must_be_declared
from syndicator.cli.terminal import print_line
from syndicator.domain import decisions
from syndicator.domain.brakes import Decision, hold_warnings
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import SyndicatorError
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.wiring import App, declare, inspect_app, keep_mark


def allow(folder: Path, name: str, *, forget: bool) -> None:
    """Decide about all that is held at a source."""
    app = inspect_app(folder)
    must_be_declared([name], app.sources, "source")
    lines = hold_warnings(app.store.source(name).held)
    decision = Decision.FORGET if forget else Decision.ALLOW
    app.store.decide(name, decision, datetime.now(UTC))
    for line in lines:
        print_line(f"{name}: {line}")
    done = "is forgotten: articles stay as they are" if forget else "goes on"
    print_line(f"{name}: it {done} with the next look, which is due now")


def retry(folder: Path, numbers: Sequence[int], channel: str) -> None:
    """Put refused and skipped deliveries back into the queue."""
    app, numbers = _chosen(folder, numbers, channel, Standing.REFUSED, Standing.SKIPPED)
    for number in track(numbers, "Retrying"):
        app.store.rule(number, decisions.retry, datetime.now(UTC), event="retried from the command line")
    print_line(f"{len(numbers)} deliveries wait for their next attempt")


def decide_unknown(folder: Path, numbers: Sequence[int], channel: str, *, was_posted: bool) -> None:
    """Tell of deliveries whose outcome is unknown whether they were posted."""
    app, numbers = _chosen(folder, numbers, channel, Standing.UNKNOWN)
    ruling = decisions.was_posted(None) if was_posted else decisions.was_not_posted
    event = f"an operator says: it was {'' if was_posted else 'not '}posted"
    for number in track(numbers, "Deciding"):
        app.store.rule(number, ruling, datetime.now(UTC), event=event)
    print_line(f"{len(numbers)} deliveries decided")


def _chosen(
    folder: Path, numbers: Sequence[int], channel: str, *standings: Standing
) -> tuple[App, Sequence[int]]:
    """Deliveries by number, and all of a channel that stand so. Raises ``SyndicatorError`` where none is
    named."""
    if not numbers and not channel:
        raise SyndicatorError("say which: delivery numbers, or --channel NAME")
    app = inspect_app(folder)
    if channel:
        must_be_declared([channel], app.couriers, "channel")
        numbers = [*numbers, *app.store.delivery_numbers(channel, standings)]
    return app, numbers


def restore(folder: Path, replaced: str = "") -> None:
    """Mark the moment at which a backup was put back. ``replaced``: the database whose place it took, where
    that can still be read. Raises ``SyndicatorError``, with the moment marked, where it cannot."""
    app = inspect_app(folder)
    declare(app)  # channels that are younger than the backup are asked, too
    concerned = app.store.restore(datetime.now(UTC))
    keep_mark(app)
    for name, count in concerned.items():
        print_line(f"channel {name}: {count} open deliveries are looked for there before they are posted")
    print_line(
        "From now on the same holds for articles that are recorded anew. What a channel cannot tell is left "
        "to you (unknown, in the console or by `syndicator decide`). Posts since the backup whose articles "
        "are gone by now are not known any more: look through the channels' newest posts."
    )
    if replaced:
        _lose_again(app, replaced)
        return
    for name, count in app.store.active_by_channel().items():
        print_line(
            f"channel {name}: {count} are told, as of the backup, with whoever has left since: where the "
            "database that it replaced can be read, name it (--replaced)"
        )


def _lose_again(app: App, replaced: str) -> None:
    """Have those lost again who left after the backup, by the database that it replaced."""
    is_address = "://" in replaced
    if not is_address and not Path(replaced).is_file():
        raise SyndicatorError(f"--replaced: there is no file {replaced}")
    other = Store(connect(replaced if is_address else f"sqlite:///{replaced}"))
    try:
        lost = other.lost_recipients()
    finally:
        other.engine.dispose()
    again = app.store.lose_again(lost)
    for name, count in again.items():
        print_line(f"channel {name}: {count} had left since the backup, or were given up: they are so again")
    if not again:
        print_line("Nobody who is told now had left since the backup.")
