"""A database before its tables are made, while they are made, and after a newer version has changed them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import syndicator.store.engine
from syndicator.domain.errors import Misconfigured
from syndicator.store import Store, open_store
from syndicator.store.engine import connect
from syndicator.store.errors import NotReady, StoreError
from syndicator.store.migrate import ADVISORY_LOCK_ID
from syndicator.store.revisions import Revision, revision
from tests.fakes import NOON


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, once of each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("empty_postgres"))
    return f"sqlite:///{tmp_path}/empty.db"


def test_without_tables_it_is_not_ready_and_says_what_to_do(empty: str) -> None:
    store = Store(connect(empty))

    for act in (
        lambda: store.beat("web-1", "web", NOON),
        lambda: store.processes(NOON),
        store.standings,
    ):
        with pytest.raises(NotReady, match="syndicator migrate"):
            act()

    store.engine.dispose()


@pytest.mark.slow
def test_who_waits_for_the_tables_goes_on_once_they_are_there(empty: str) -> None:
    early = Store(connect(empty))
    with pytest.raises(NotReady):
        early.beat("web-1", "web", NOON)

    open_store(empty).engine.dispose()

    early.beat("web-1", "web", NOON)
    assert [row.name for row in early.processes(NOON)] == ["web-1"]
    early.engine.dispose()


def test_a_column_that_is_not_there_yet_is_the_same(empty: str) -> None:
    store = open_store(empty)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE process RENAME COLUMN seen TO heard"))

    with pytest.raises(NotReady, match="syndicator migrate"):
        store.beat("web-1", "web", NOON)

    store.engine.dispose()


def test_the_revision_is_told(empty: str) -> None:
    engine = connect(empty)
    before = revision(engine)
    open_store(empty).engine.dispose()
    after = revision(engine)

    assert before.current is None
    assert after == Revision(current=before.head, head=before.head)
    engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(empty: str) -> None:
    store = open_store(empty)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.engine.dispose()

    with pytest.raises(Misconfigured, match=r"newer version of Syndicator \(9999\)"):
        open_store(empty)


@pytest.mark.slow
def test_many_who_begin_at_once_make_the_tables_once(empty: str) -> None:
    together = threading.Barrier(6)

    def begin(number: int) -> None:
        together.wait()
        store = open_store(empty)
        store.declare(["wire"], [], ["social"], NOON)
        store.beat("sweeps", "beat", NOON)
        store.beat(f"worker-{number}", "worker", NOON)
        store.engine.dispose()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(begin, range(6)))

    store = open_store(empty)
    assert store.alive(NOON) == {"beat": 1, "worker": 6}
    store.engine.dispose()


@pytest.mark.slow
def test_who_opens_a_new_file_at_once_with_others_waits_its_turn(tmp_path: Path) -> None:
    """One time in a hundred somebody was told that it is locked, at once."""
    for round_ in range(300):
        url, together = f"sqlite:///{tmp_path}/{round_}.db", threading.Barrier(8)

        def opens(_: int, url: str = url, together: threading.Barrier = together) -> str:
            engine = connect(url)
            together.wait()
            with engine.connect() as connection:
                mode = connection.scalar(text("PRAGMA journal_mode"))
            engine.dispose()
            return str(mode)

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(opens, range(8))) == ["wal"] * 8


@pytest.mark.slow
def test_who_beats_under_one_name_at_once_never_collides(store: Store) -> None:
    """Both found no row, and both inserted it (PostgreSQL: duplicate key)."""
    for round_ in range(20):
        together = threading.Barrier(4)

        def beat(name: str, together: threading.Barrier = together) -> None:
            together.wait()
            store.beat(name, "beat", NOON)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(beat, [f"sweeps-{round_}"] * 4))

    assert store.alive(NOON) == {"beat": 20}


def test_a_process_is_started_once_and_seen_again(store: Store) -> None:
    store.beat("web-1", "web", NOON)
    later = NOON + timedelta(seconds=10)
    store.beat("web-1", "web", later)

    [row] = store.processes(later)
    assert (row.started, row.seen) == (NOON, later)


def test_migrating_waits_for_whoever_migrates(empty_postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than any other lock is waited for."""
    monkeypatch.setattr(syndicator.store.engine, "BUSY_TIMEOUT_S", 1)
    engine = create_engine(empty_postgres)
    with engine.connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK_ID})
        late = pool.submit(open_store, empty_postgres)
        wait([late], timeout=3)
        is_waiting = not late.done()
        holder.rollback()
        store = late.result(timeout=30)

    assert is_waiting
    assert store.processes(NOON) == []
    store.engine.dispose()
    engine.dispose()


def test_a_database_that_takes_nothing_is_an_error_of_the_store(store: Store) -> None:
    """A standby of PostgreSQL, a disk that was mounted read-only: no defect of ours."""
    url = store.engine.url
    if url.get_backend_name() == "sqlite":
        readonly = Store(connect(f"sqlite:///file:{url.database}?mode=ro&uri=true"))
    else:
        told = url.update_query_dict({"options": "-c default_transaction_read_only=on"})
        readonly = Store(connect(told.render_as_string(hide_password=False)))

    with pytest.raises(StoreError, match=r"read-?only"):
        readonly.beat("web-1", "web", NOON)

    readonly.engine.dispose()


@pytest.mark.parametrize(
    "name", ["plain.db", "file:{}/plain.db?uri=true", "file:{}/a%20b.db?mode=rwc&uri=true"]
)
def test_a_file_that_was_put_back_is_seen_however_it_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its path or by a URI, which once made folders called "file:" where the process was started."""
    started, kept = tmp_path / "started", tmp_path / "kept"
    started.mkdir()
    monkeypatch.chdir(started)
    store = open_store(f"sqlite:///{name.format(kept) if '{}' in name else kept / name}")
    store.beat("web-1", "web", NOON)
    [file] = kept.glob("*.db")
    before = file.read_bytes()
    file.unlink()
    file.write_bytes(before)

    store.beat("web-2", "web", NOON)

    assert {process.name for process in open_store(f"sqlite:///{file}").processes(NOON)} >= {"web-2"}
    assert not list(started.iterdir())
    store.engine.dispose()
