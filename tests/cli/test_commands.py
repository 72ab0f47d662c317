"""Commands that do one job now."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from syndicator.cli import decide, run_jobs
from syndicator.store import schema
from syndicator.store.mark import write_mark
from syndicator.wiring import declarations, open_app
from tests.acceptance.world import NewsSite
from tests.fakes import NOON, sighting

pytestmark = pytest.mark.slow  # whole newsrooms


def declare(folder: Path, title: str) -> None:
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "syndicator.toml").write_text(f'[site]\ntitle = "{title}"\nurl = "https://ledger.example/"\n')
    (folder / "feeds" / "all.toml").write_text('title = "Everything"\nlength = 2\n')
    declarations.cache_clear()


def test_build_writes_feeds_and_their_whole_past(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A change of the site's name is none of a feed's articles: this is how it reaches all documents."""
    declare(tmp_path, "The Ledger")
    app = open_app(tmp_path)
    shown = [sighting(str(n), published=NOON + timedelta(minutes=n)) for n in range(1, 6)]
    editor = app.editor
    app.store.file(shown, lambda known, s: editor.filing(known, s, since=None, now=NOON), NOON)
    app.store.engine.dispose()
    run_jobs.build(tmp_path, [])

    declare(tmp_path, "The New Ledger")
    run_jobs.build(tmp_path, ["all"])

    documents = sorted(Path(declarations(tmp_path).keep.documents).rglob("*.atom"))
    assert [path.name for path in documents] == ["1.atom", "2.atom", "3.atom", "4.atom", "all.atom"]
    assert all(b"<name>The New Ledger</name>" in path.read_bytes() for path in documents)
    assert "all: built" in capsys.readouterr().out


def test_watch_tells_how_many_articles_are_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with NewsSite() as site:
        for number in (1, 2, 3):
            site.publish(number, f"Bridge {number} opens")
        declare(tmp_path, "The Ledger")
        with (tmp_path / "syndicator.toml").open("a") as declared:
            declared.write(
                f'[fetch]\nallow = ["{site.address.removeprefix("http://")}"]\n'
                f'[sources.site]\nkind = "page"\nlistings = [{{ url = "{site.address}/news" }}]\n'
                "article = '/news/\\d+$'\nkey = '/news/(\\d+)$'\n"
            )
        declarations.cache_clear()
        for expected in (3, 0):
            run_jobs.watch(tmp_path, "site", once=True, as_json=True)
            said = json.loads(capsys.readouterr().out)
            assert (said["source"], said["new"], said["error"]) == ("site", expected, "")


@pytest.mark.parametrize("says_so", [True, False])
def test_channels_that_are_younger_than_a_backup_are_asked_too(tmp_path: Path, says_so: bool) -> None:
    """They have no row in it; what was posted there since may be out there all the same."""
    declare(tmp_path, "The Ledger")
    open_app(tmp_path).store.engine.dispose()  # the backup
    with (tmp_path / "syndicator.toml").open("a") as declared:
        declared.write('[channels.young]\nkind = "outbox"\nfolder = "out"\n')
    declarations.cache_clear()

    if says_so:
        decide.restore(tmp_path)
    else:
        write_mark(Path(declarations(tmp_path).keep.photos), 7)
    store = open_app(tmp_path).store

    with store.reading() as connection:
        [restored] = connection.execute(select(schema.channel)).all()
    assert restored.name == "young"
    assert restored.restored_at is not None
    store.engine.dispose()
