"""``syndicator check``: the servers that are declared, and what a copied example leaves behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from syndicator.cli.check import Result, check
from syndicator.store import open_store
from syndicator.wiring import declarations
from tests.acceptance.world import free_port
from tests.servers import redis_server, sentinel

EXAMPLE = Path(__file__).parents[2] / "syndicator.toml"

MAIN = """
[site]
title = "{title}"
url = "{site}"
authority = "{authority}"

[keep]
{keep}

[web]
listen = "127.0.0.1:0"

[sources.wire]
kind = "feed"
url = "http://127.0.0.1:1/rss.xml"
"""

Check = Callable[..., dict[str, Result]]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """What a check says, by what it says it of; of several remarks, the last."""

    def run(
        keep: str = "",
        site: str = "http://127.0.0.1:1/",
        authority: str = "river.news",
        title: str = "The River Times",
        feed: str = 'title = "All"',
    ) -> dict[str, Result]:
        declarations.cache_clear()
        (tmp_path / "feeds").mkdir(exist_ok=True)
        (tmp_path / "feeds" / "all.toml").write_text(f"{feed}\n")
        text = MAIN.format(keep=keep, site=site, authority=authority, title=title)
        text = text.replace(":0", f":{free_port()}")
        (tmp_path / "syndicator.toml").write_text(text)
        return {result.what: result for result in check(tmp_path)}

    return run


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of a Redis with a password, and of a Sentinel that watches it as ``news``."""
    folder = tmp_path_factory.mktemp("redis")
    with redis_server(folder, "s3cret") as port, sentinel(folder, port, "news", "s3cret") as watched:
        yield port, watched


@pytest.fixture
def database(empty_postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("DATABASE", empty_postgres)
    return empty_postgres


def test_the_broker_that_is_a_folder_is_written(checked: Check, tmp_path: Path) -> None:
    result = checked()["broker"]

    assert result == Result("broker", True, f"messages are files in {tmp_path}/var/broker")
    assert not any(path.is_file() for path in (tmp_path / "var/broker").rglob("*"))


def test_a_broker_whose_folder_cannot_be_made_fails(checked: Check, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    result = checked('broker = "filesystem:taken/broker"')["broker"]

    assert result.ok is False
    assert "taken/broker cannot be written" in result.said


def test_redis_answers_and_its_password_is_not_shown(
    checked: Check, servers: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKER", f"redis://:s3cret@127.0.0.1:{servers[0]}/0")

    assert checked('broker = "env:BROKER"')["broker"] == Result(
        "broker", True, f"redis at 127.0.0.1:{servers[0]} answers"
    )


def test_a_wrong_password_of_redis_is_told_and_not_shown(
    checked: Check, servers: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKER", f"redis://:wr0ng@127.0.0.1:{servers[0]}/0")

    result = checked('broker = "env:BROKER"')["broker"]

    assert result.ok is False
    assert "password" in result.said
    assert "wr0ng" not in result.said


def test_a_sentinel_leads_to_its_master(
    checked: Check, servers: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKER", f"sentinel://:s3cret@127.0.0.1:{servers[1]}/0?master=news")

    assert checked('broker = "env:BROKER"')["broker"] == Result(
        "broker", True, f"sentinel at 127.0.0.1:{servers[1]} answers"
    )


def test_a_sentinel_that_knows_no_such_master_says_so(checked: Check, servers: tuple[int, int]) -> None:
    result = checked(f'broker = "sentinel://127.0.0.1:{servers[1]}/0?master=other"')["broker"]

    assert result.ok is False
    assert "other" in result.said


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["redis", "rediss", "sentinel", "amqp", "amqps"])
def test_a_broker_at_which_nobody_listens_fails_soon(checked: Check, scheme: str) -> None:
    result = checked(f'broker = "{scheme}://127.0.0.1:1/"')["broker"]

    assert result.ok is False
    assert f"{scheme} at 127.0.0.1:1 does not answer" in result.said


@pytest.mark.usefixtures("database")
def test_an_empty_database_is_no_mistake(checked: Check) -> None:
    result = checked('database = "env:DATABASE"')["database"]

    assert result == Result(
        "database", True, "postgresql answers; empty: its tables are made at the first start"
    )


def test_channels_with_recipients_have_none_in_a_database_without_tables(
    checked: Check, tmp_path: Path
) -> None:
    results = checked(keep="[channels.followers]\nkind = 'activitypub'\nhandle = 'news'")

    assert results["channel followers"].ok
    assert "0 followers" in results["channel followers"].said


def test_a_database_that_is_up_to_date_says_so(checked: Check, database: str) -> None:
    open_store(database).engine.dispose()

    result = checked('database = "env:DATABASE"')["database"]

    assert result.ok
    assert result.said.startswith("postgresql answers; its tables are of this version (")


@pytest.mark.slow
def test_a_database_of_another_version_is_told(checked: Check, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    store = open_store(f"sqlite:///{tmp_path}/var/syndicator.db")
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    older = checked()["database"]
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = checked()["database"]
    store.engine.dispose()

    assert older.ok
    assert "its tables (0003) are brought up to date at the next start" in older.said
    assert newer.ok is False
    assert "newer version" in newer.said


def test_a_database_in_which_nothing_can_be_written_fails(
    checked: Check, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = make_url(database).update_query_dict({"options": "-c default_transaction_read_only=on"})
    monkeypatch.setenv("DATABASE", told.render_as_string(hide_password=False))

    result = checked('database = "env:DATABASE"')["database"]

    assert result.ok is False
    assert "read-only" in result.said


def test_sources_elsewhere_than_the_site_are_remarked_on(checked: Check) -> None:
    result = checked(site="https://www.mekong.news/")["[site] url"]

    assert result.ok is None
    assert "https://www.mekong.news/" in result.said


def test_an_authority_that_only_examples_have_is_remarked_on(checked: Check) -> None:
    result = checked(authority="ledger.example")["[site] authority"]

    assert result.ok is None
    assert "'ledger.example'" in result.said


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("[site] title", {"title": "The Mekong Ledger"}),
        ("[site] title", {"title": "ຂ່າວແມ່ນ້ຳຂອງ"}),
        ("feed all", {"feed": 'title = "The Mekong Ledger: economy"'}),
        ("feed all", {"feed": 'title = "All"\ndescription = "Every story of The Mekong Ledger."'}),
    ],
)
def test_the_example_s_name_is_remarked_on(checked: Check, what: str, changes: dict[str, str]) -> None:
    result = checked(**changes)[what]

    assert result.ok is None
    assert "is the example" in result.said


def test_nothing_is_remarked_on_a_site_of_ones_own(checked: Check) -> None:
    assert not {what for what in checked() if what.startswith("[site]")}


def test_nothing_is_remarked_on_the_example(tmp_path: Path) -> None:
    declarations.cache_clear()
    shutil.copy(EXAMPLE, tmp_path)
    shutil.copytree(EXAMPLE.parent / "feeds", tmp_path / "feeds")
    (tmp_path / "example/articles").mkdir(parents=True)

    assert not {result.what for result in check(tmp_path) if result.what.startswith("[site]")}
