"""A secret that is not where the declaration says stops what needs it, and says where it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.cli.check import check
from syndicator.domain.errors import DeclarationError
from syndicator.wiring import declarations
from tests.channels.servers import FakeMastodon
from tests.faults.room import Room

pytestmark = pytest.mark.slow  # databases or processes throughout


def test_a_channel_without_its_secret_stops_keeps_its_queue_and_delays_nobody(
    room: Room, channel: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FAULTS_TOKEN")
    room.site.publish(2, "Kept for later")

    assert room.works() == []

    row = room.row("channel", "social")
    assert row.is_stopped
    assert "the environment variable FAULTS_TOKEN is not set" in row.error
    assert room.posted() == []
    assert len(list((room.folder / "wall" / "wall").glob("*.json"))) == 1
    assert "Kept for later" in room.titles()
    found = {result.what: result for result in check(room.folder)}
    assert found["channel social"].ok is False
    assert "FAULTS_TOKEN" in found["channel social"].said
    assert found["channel wall"].ok

    monkeypatch.setenv("FAULTS_TOKEN", channel.token)
    room.store.engine.dispose()
    room.newsroom = room.opened()  # started again
    assert room.works(minutes=10) == []
    assert room.posted() == ["Kept for later"]


def test_a_database_whose_address_is_not_there_stops_everything_by_file_and_line(
    room: Room, tmp_path: Path
) -> None:
    main = tmp_path / "syndicator.toml"
    lines = main.read_text().splitlines()
    [number] = [n for n, line in enumerate(lines) if line.startswith("database")]
    lines[number] = 'database = "env:NOBODY_HAS_SET_THIS"'
    main.write_text("\n".join(lines))
    declarations.cache_clear()

    with pytest.raises(DeclarationError) as caught:
        declarations(tmp_path)

    [mistake] = caught.value.mistakes
    assert f"syndicator.toml:{number + 1}: [keep] database" in mistake
    assert "NOBODY_HAS_SET_THIS is not set" in mistake


def test_an_example_newsroom_that_was_not_copied_is_told(room: Room) -> None:
    main = room.folder / "syndicator.toml"
    main.write_text(main.read_text("utf-8") + '\n[example]\nfolder = "nowhere"\n', "utf-8")
    declarations.cache_clear()

    [said] = [result.said for result in check(room.folder) if result.what == "[example]"]

    assert "leave it out" in said
