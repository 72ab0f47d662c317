"""``syndicator connect`` of a channel whose secret nobody gives: it is made here, once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicator.cli.connect import AccessWays, connect
from syndicator.domain.errors import Misconfigured, SyndicatorError
from syndicator.http.vapid import application_server, new_private_key
from syndicator.wiring import declarations
from tests.channels.relays import odd_relay

MAIN = """
[site]
title = "The River Times"
url = "https://river.news/"

[channels.readers]
kind = "webpush"
private_key = "{place}"
contact = "mailto:desk@river.news"
"""


@pytest.fixture
def declare(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    def declare(place: str) -> Path:
        declarations.cache_clear()
        (tmp_path / "feeds").mkdir(exist_ok=True)
        (tmp_path / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["readers"]\n')
        (tmp_path / "syndicator.toml").write_text(MAIN.format(place=place))
        return tmp_path

    yield declare
    declarations.cache_clear()


@pytest.mark.slow
def test_a_key_is_made_tried_and_kept_once(
    declare: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "secrets" / "push.key"
    folder = declare(f"file:{file}")

    connect(folder, "readers", AccessWays(), as_json=False)
    key = file.read_text().strip()
    said, guidance = capsys.readouterr()
    assert "Keep a copy of the private key" in guidance
    public = application_server(key, "mailto:desk@river.news").key
    assert f"readers: subscribers: 0; application server key {public}" in said
    assert key not in said + guidance
    assert file.stat().st_mode & 0o777 == 0o600

    connect(folder, "readers", AccessWays(), as_json=False)
    assert file.read_text().strip() == key


@pytest.mark.slow
def test_one_for_the_environment_is_shown_once(
    declare: Callable[[str], Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PUSH_KEY_OF_OURS", raising=False)
    folder = declare("env:PUSH_KEY_OF_OURS")

    connect(folder, "readers", AccessWays(), as_json=False)
    [key] = re.findall(r"^PUSH_KEY_OF_OURS=(\S{43})$", capsys.readouterr().out, re.MULTILINE)

    monkeypatch.setenv("PUSH_KEY_OF_OURS", key)
    connect(folder, "readers", AccessWays(), as_json=True)
    result = json.loads(capsys.readouterr().out)
    assert application_server(key, "").key in result["account"]


@pytest.mark.slow
@pytest.mark.parametrize("there", ["", "correct-horse-battery"])
def test_what_is_there_is_never_written_over(
    declare: Callable[[str], Path], tmp_path: Path, there: str
) -> None:
    file = tmp_path / "push.key"
    file.write_text(there)

    with pytest.raises((Misconfigured, SyndicatorError)):
        connect(declare(f"file:{file}"), "readers", AccessWays(), as_json=False)
    assert file.read_text() == there


@pytest.mark.slow
def test_one_of_another_tool_is_taken(
    declare: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, file = new_private_key(), tmp_path / "push.key"
    monkeypatch.setattr("sys.stdin.read", lambda _size: f"{key}=\n", raising=False)

    connect(declare(f"file:{file}"), "readers", AccessWays(from_stdin=True), as_json=False)
    assert file.read_text() == f"{key}=\n"


NOTES = """
[site]
title = "The River Times"
url = "https://river.news/"

[keep]
database = "sqlite:////nowhere/at/all.db"

[fetch]
allow = ["127.0.0.1", "{host}"]

[channels.readers]
kind = "nostr"
key = "file:{file}"
relays = ["ws://{host}"]
"""


def test_a_channel_that_needs_no_record_opens_none(
    declare: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file = declare("env:X"), tmp_path / "nostr.key"
    with odd_relay() as relay:
        host = relay.address.removeprefix("ws://")
        (folder / "syndicator.toml").write_text(NOTES.format(host=host, file=file))
        declarations.cache_clear()
        connect(folder, "readers", AccessWays(), as_json=False)

    assert file.read_text().startswith("nsec1")
    assert "(no profile); relays: 1" in capsys.readouterr().out
