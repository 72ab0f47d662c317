"""Export and import of everything on record, between databases of either kind."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from syndicator.store import Store, StoreError, open_store, schema
from syndicator.store.engine import connect
from syndicator.store.portable import export_record, import_record
from syndicator.store.record_file import Header, RecordFileError
from syndicator.store.revisions import MIGRATIONS_FOLDER
from tests.store.rows import Rows, carried, on_record, put, rows


def silently(_: Header) -> Callable[[int], None]:
    return lambda _rows: None


def exported(store: Store) -> bytes:
    file = io.BytesIO()
    export_record(store, file, silently)
    return file.getvalue()


def imported(store: Store, content: bytes) -> Header:
    return import_record(store, io.BytesIO(content), silently)


def emptied(store: Store) -> None:
    with store.writing() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())


Other = Callable[[], Any]


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path, store: Store) -> Other:
    """A second empty record, on each database in turn; on PostgreSQL there is one of them in all."""

    @contextmanager
    def sqlite() -> Iterator[Store]:
        for file in tmp_path.glob("other.db*"):
            file.unlink()
        opened = Store(connect(f"sqlite:///{tmp_path}/other.db"))
        yield opened
        opened.engine.dispose()

    @contextmanager
    def postgres() -> Iterator[Store]:
        opened: Store = request.getfixturevalue("postgres")
        emptied(opened)
        yield opened
        emptied(opened)

    return sqlite if request.param == "sqlite" else postgres


@pytest.mark.slow  # whole databases
@settings(max_examples=15)
@given(record=rows())
def test_what_was_on_record_is_on_record_again(
    empty_store: Callable[[], Store], other: Other, record: Rows
) -> None:
    store = empty_store()
    put(store, record)
    before = on_record(store)
    content = exported(store)

    with other() as target:
        header = imported(target, content)

        assert on_record(target) == carried(before)
        assert header.rows["article"] == len(record["article"])
        with target.writing() as connection:  # numbers go on after those that came
            known = {row["id"] for row in before["article"]}
            fresh = dict(record["article"][0], guid="fresh")
            del fresh["id"]
            added = connection.execute(insert(schema.article).returning(schema.article.c.id), fresh)
            assert added.scalar_one() == max(known) + 1


def test_what_is_exported_is_one_moment_s(store: Store) -> None:
    """A row that comes while the file is written is in none of its tables."""
    put(store, _a_record())
    before = on_record(store)
    file = io.BytesIO()

    def meanwhile(_: Header) -> Callable[[int], None]:
        def progress(_rows: int) -> None:
            with store.writing() as connection:
                connection.execute(schema.event.delete())
                connection.execute(schema.article.update().values(revision=99))

        return progress

    export_record(store, file, meanwhile)
    assert on_record(store) != before
    emptied(store)
    imported(store, file.getvalue())

    assert on_record(store) == carried(before)


def _a_record() -> Rows:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    article = {
        "source": "page", "key": "1", "content": {"title": "ຂ່າວ"}, "published": moment, "updated": moment,
        "first_seen": moment, "revision": 1, "state": "live", "release": None,
    }  # fmt: skip
    delivery = {
        "channel": "wire", "wants": 1, "has": None, "standing": "sending", "next_attempt": moment,
        "created": moment, "published": moment, "attempts": 1, "attempted": 1, "attempted_at": moment,
    }  # fmt: skip
    return {table.name: [] for table in schema.metadata.sorted_tables} | {
        "article": [{**article, "id": n, "guid": f"g{n}"} for n in range(1, 4)],
        "delivery": [{**delivery, "id": n, "article_id": n} for n in range(1, 4)],
        "event": [{"id": 1, "at": moment, "delivery_id": 2, "text": "sent"}],
        "channel": [{"name": "wire", "is_paused": True, "token": "t", "lease_until": moment}],
        "process": [{"name": "worker-1", "kind": "worker", "started": moment, "seen": moment}],
    }


@pytest.fixture
def content(store: Store) -> bytes:
    """An export; the record is empty again."""
    put(store, _a_record())
    found = exported(store)
    emptied(store)
    return found


def assert_empty(store: Store) -> None:
    assert not any(on_record(store).values())


@pytest.mark.slow
@given(share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=30)
def test_a_file_that_was_cut_short_is_refused(store: Store, content: bytes, share: float) -> None:
    with pytest.raises(RecordFileError, match=r"cut short|not written by"):
        imported(store, content[: int(len(content) * share)])
    assert_empty(store)


@pytest.mark.slow
def test_lines_that_are_missing_at_the_end_are_missed(store: Store, content: bytes) -> None:
    """Cut short before it was packed."""
    lines = gzip.decompress(content).splitlines(keepends=True)
    for kept in range(1, len(lines)):
        with pytest.raises(RecordFileError, match=f"line {kept + 1}: the file ends too early"):
            imported(store, gzip.compress(b"".join(lines[:kept])))
    assert_empty(store)


@pytest.mark.slow
def test_a_file_that_was_edited_is_refused(store: Store, content: bytes) -> None:
    lines = gzip.decompress(content).splitlines(keepends=True)
    edited = [
        [line.replace(b'"g2"', b'"g9"') for line in lines],
        [*lines[:2], *lines[3:]],
        [*lines[:2], lines[1], *lines[2:]],
        [line.replace(b'"article",[1', b'"article",[{}') for line in lines],
        [line.replace(b'"revision"', b'"revisions"') for line in lines],
        [line.replace(b'"article"', b'"alembic_version"') for line in lines],
        [lines[0], b"{\n", *lines[1:]],
    ]
    for each in edited:
        with pytest.raises((RecordFileError, StoreError)):
            imported(store, gzip.compress(b"".join(each)))
        assert_empty(store)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=30)
def test_a_byte_that_is_another_is_noticed(store: Store, content: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(10, len(content) - 1))  # before it are gzip's time and system
    other = bytes([content[at] ^ (1 << data.draw(st.integers(0, 7)))])
    with pytest.raises((RecordFileError, StoreError)):
        imported(store, content[:at] + other + content[at + 1 :])
    assert_empty(store)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": 2}, r"newer Syndicator \(format 2"),
        ({"schema": "9999"}, r"newer Syndicator \(tables of revision '9999'\)"),
        ({"syndicator": "letter"}, "not written by"),
    ],
)
def test_a_file_of_another_program_or_version_is_refused(
    store: Store, content: bytes, changes: dict[str, Any], why: str
) -> None:
    head, *lines = gzip.decompress(content).splitlines(keepends=True)
    with pytest.raises(RecordFileError, match=why):
        imported(
            store,
            gzip.compress(json.dumps({**json.loads(head), **changes}).encode() + b"\n" + b"".join(lines)),
        )
    assert_empty(store)


@pytest.mark.parametrize(
    "content", [b"", b"Dear editor, ", b"\x1f\x8b", gzip.compress(b"[]\n", mtime=0), b"PK\3\4"]
)
def test_what_is_no_export_is_refused(store: Store, content: bytes) -> None:
    with pytest.raises(RecordFileError):
        imported(store, content)
    assert_empty(store)


@pytest.mark.parametrize("table", ["source", "article", "reader"])
def test_a_record_that_is_not_empty_stays_as_it_is(store: Store, content: bytes, table: str) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    row = {
        "source": {"name": "page", "next_look": moment},
        "article": {**_a_record()["article"][0], "guid": "mine"},
        "reader": {"feed": "all", "format": "rss", "agent": "x", "last_seen": moment,
                   "whole": 1, "same": 0, "delta": 0, "other": 0},
    }[table]  # fmt: skip
    with store.writing() as connection:
        connection.execute(insert(schema.metadata.tables[table]), row)
    before = on_record(store)

    with pytest.raises(RecordFileError, match=f"not empty: there are rows in '{table}'.*new database"):
        imported(store, content)
    assert on_record(store) == before


@pytest.mark.slow
def test_an_export_of_older_tables_is_brought_up_to_date(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path}/old.db")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    moment = "2026-03-01T12:00:00Z"
    article = ["g", "s", "k", {}, moment, moment, moment, 1, "live", None]
    names = ["guid", "source", "key", "content", "published", "updated", "first_seen"]
    names += ["revision", "state", "release"]
    kinds = dict.fromkeys(names, "plain") | {"content": "json"}
    kinds |= dict.fromkeys(("published", "updated", "first_seen", "release"), "moment")
    tables = {
        "article": {"columns": {"id": "plain", **kinds}, "rows": 1},
        "membership": {
            "columns": {"feed": "plain", "article_id": "plain", "published": "moment"},
            "rows": 1,
        },
    }
    body = b"".join(
        json.dumps(line).encode() + b"\n"
        for line in (
            {"syndicator": "record", "format": 1, "schema": "0001", "tables": tables},
            ["article", [4, *article]],
            ["membership", ["all", 4, moment]],
        )
    )
    digest = hashlib.sha256(body).hexdigest()
    content = gzip.compress(body + json.dumps({"rows": 2, "sha256": digest}).encode() + b"\n")
    store = Store(connect(f"sqlite:///{tmp_path}/new.db"))

    imported(store, content)

    with store.reading() as connection:
        [row] = connection.execute(select(schema.membership))
        head = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert (row.feed, row.article_id, row.page, row.gone) == ("all", 4, None, None)
    store.engine.dispose()
    later = open_store(f"sqlite:///{tmp_path}/new.db")  # there is nothing left to be brought up to date
    with later.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == head
    with pytest.raises(RecordFileError, match="import into a new database"):
        imported(later, content)
    later.engine.dispose()


def test_a_text_that_postgresql_cannot_hold_is_named(postgres: Store, tmp_path: Path) -> None:
    other = open_store(f"sqlite:///{tmp_path}/nul.db")
    record = _a_record()
    put(other, {**record, "event": [{**record["event"][0], "text": "a \0 in it"}]})
    content = exported(other)
    other.engine.dispose()
    emptied(postgres)

    with pytest.raises(RecordFileError, match=r"a row of event is not taken by this database.*NUL"):
        imported(postgres, content)
    assert_empty(postgres)
