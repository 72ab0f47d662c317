"""Whether what a web server writes reaches the database, and what it says while it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.store import Store, open_store
from syndicator.store.engine import connect
from syndicator.store.pulse import Pulse
from tests.web.browser import browsing
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def readonly(store: Store) -> Iterator[Store]:
    """The same database, in which nothing can be written."""
    opened = Store(connect(f"sqlite:///file:{store.engine.url.database}?mode=ro&uri=true"))
    yield opened
    opened.engine.dispose()


def test_a_pulse_tells_until_writing_works_again(readonly: Store, store: Store, house: House) -> None:
    pulse = Pulse("web-1")

    pulse.beat(readonly, house.clock())
    assert "read" in pulse.error

    pulse.beat(store, house.clock())
    assert pulse.error == ""


def test_readyz_and_the_console_say_that_nothing_can_be_written(readonly: Store, house: House) -> None:
    house.builds("all")
    house.store.beat("worker-1", "worker", house.clock())
    pulse = Pulse("web-1")
    with browsing(house.app(pulse=pulse)) as browser:
        assert browser.get("/readyz").status == 200

        pulse.beat(readonly, house.clock())
        answer = browser.get("/readyz")
        console = browser.get("/console").text

    assert answer.status == 503
    assert answer.json["checks"]["database"] == {"ok": False, "found": "cannot be written"}
    assert answer.json["checks"]["worker"]["ok"] is True
    assert "The database cannot be written" in console
    assert "All is well" not in console


def test_a_database_without_tables_is_said_in_words(tmp_path: Path, house: House) -> None:
    house.builds("all")
    url = f"sqlite:///{tmp_path}/new.db"
    early = House(house.folder, Store(connect(url)), house.clock)
    pulse = Pulse("web-1")
    with browsing(early.app(pulse=pulse)) as browser:
        pulse.beat(early.store, house.clock())
        answer, console = browser.get("/readyz"), browser.get("/console")
        assert browser.get("/feeds/all.rss").status == 200
        assert answer.status == 503
        assert answer.json["checks"]["database"] == {"ok": False, "found": "the database is not ready yet"}
        assert console.status == 503
        assert "The database is not ready" in console.text
        assert "syndicator migrate" in console.text

        open_store(url).engine.dispose()
        pulse.beat(early.store, house.clock())
        assert browser.get("/console").status == 200
        assert "All is well" not in browser.get("/console").text  # no worker
        assert browser.get("/readyz").json["checks"]["database"] == {"ok": True, "found": "answers"}
    early.store.engine.dispose()
