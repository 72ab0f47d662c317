"""Who left a list after a backup was made stays away once that is put back, if it is on record elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.cli import decide
from syndicator.domain.errors import SyndicatorError
from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.store import Store
from syndicator.wiring import declarations, open_app

THEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
READERS = {"ann", "ben", "cid", "dot", "eve"}


def joins(store: Store, name: str, at: datetime, channel: str = "alerts") -> None:
    store.join(Recipient(channel=channel, address=f"{name}@reader.example", host="reader.example"), at)


def becomes(store: Store, name: str, state: RecipientState, at: datetime, channel: str = "alerts") -> None:
    assert store.change_state(channel, f"{name}@reader.example", state, at, reason=f"{state} then")


def active(store: Store, channel: str = "alerts") -> set[str]:
    return {
        name
        for name in READERS
        if (found := store.recipient(channel, f"{name}@reader.example"))
        and found.state is RecipientState.ACTIVE
    }


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A newsroom whose database was replaced, by a backup of the day before, and put into ``old.db``."""
    (tmp_path / "syndicator.toml").write_text(
        '[site]\ntitle = "The Ledger"\nurl = "https://ledger.example/"\n'
        '[keep]\ndatabase = "sqlite:///live.db"\nphotos = "photos"\n'
    )
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "Everything"\n')
    declarations.cache_clear()
    store = open_app(tmp_path).store
    for name in ("ann", "ben", "cid", "dot"):
        joins(store, name, THEN)
    joins(store, "ann", THEN, channel="evening")
    store.engine.dispose()
    shutil.copy(tmp_path / "live.db", tmp_path / "backup.db")
    store = open_app(tmp_path).store
    later = THEN + timedelta(days=1)
    becomes(store, "ann", RecipientState.LEFT, later)
    becomes(store, "ben", RecipientState.DEAD, later)
    becomes(store, "cid", RecipientState.LEFT, later)
    joins(store, "cid", later + timedelta(hours=1))  # has come back
    joins(store, "eve", later)
    store.engine.dispose()
    shutil.move(tmp_path / "live.db", tmp_path / "old.db")
    shutil.move(tmp_path / "backup.db", tmp_path / "live.db")
    yield tmp_path
    declarations.cache_clear()


def test_who_left_after_the_backup_stays_away(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decide.restore(folder, str(folder / "old.db"))

    store = open_app(folder).store
    assert active(store) == {"cid", "dot"}
    assert active(store, "evening") == {"ann"}
    left = store.recipient("alerts", "ann@reader.example")
    assert left
    assert (left.state, left.reason) == (RecipientState.LEFT, "left then")
    assert "channel alerts: 2 had left since" in capsys.readouterr().out.replace("\n", " ")
    store.engine.dispose()


def test_who_has_come_back_since_the_backup_was_put_back_stays(folder: Path) -> None:
    store = open_app(folder).store
    becomes(store, "ann", RecipientState.LEFT, THEN + timedelta(days=2))
    becomes(store, "ann", RecipientState.ACTIVE, THEN + timedelta(days=3))
    store.engine.dispose()

    for _ in range(2):  # doing it again is harmless
        decide.restore(folder, f"sqlite:///{folder}/old.db")

    store = open_app(folder).store
    assert active(store) == {"ann", "cid", "dot"}
    store.engine.dispose()


def test_without_that_record_the_operator_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decide.restore(folder)

    said = capsys.readouterr().out.replace("\n", " ")
    assert "channel alerts: 4 are told, as of the backup" in said
    assert "channel evening: 1 are told" in said


@pytest.mark.parametrize("content", [None, b"", b"no database" * 500], ids=["none", "empty", "another"])
def test_a_record_that_cannot_be_read_is_told_with_the_moment_marked(
    folder: Path, content: bytes | None
) -> None:
    (folder / "old.db").unlink()
    if content is not None:
        (folder / "old.db").write_bytes(content)

    with pytest.raises(SyndicatorError):
        decide.restore(folder, str(folder / "old.db"))

    store = open_app(folder).store
    assert active(store) == {"ann", "ben", "cid", "dot"}
    assert (folder / "old.db").exists() == (content is not None)
    store.engine.dispose()
