"""What is said before everything starts."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest

from syndicator.processes import up
from syndicator.processes.supervisor import DATABASE_FAILED, Supervisor
from syndicator.processes.up_checks import begin
from tests.acceptance.world import free_port

MAIN = """
[site]
title = "The River Times"
url = "https://river.example/"

[web]
listen = "127.0.0.1:0"

[sources.wire]
kind = "feed"
url = "https://river.example/rss.xml"

[channels.partner]
kind = "webhook"
url = "https://partner.example/hook"
secret = "env:PARTNER_SECRET"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["partner"]\n')
    (tmp_path / "syndicator.toml").write_text(MAIN.replace(":0", f":{free_port()}"))
    return tmp_path


def test_a_missing_secret_is_told_and_stops_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARTNER_SECRET", raising=False)

    said = begin(folder)

    assert "[channels.partner] secret: " in said
    assert "PARTNER_SECRET" in said
    assert "Console" in said


def test_nothing_is_told_of_a_secret_that_is_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTNER_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    assert "PARTNER_SECRET" not in begin(folder)


@pytest.mark.slow
def test_a_ctrl_c_while_the_database_is_tried_again_is_no_trouble_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reaches all processes at the terminal: the one that tries the database ends by it, too."""
    (tmp_path / "syndicator.toml").write_text('[site]\ntitle = "T"\nurl = "https://t.example/"\n')
    said: list[str] = []
    supervisor = Supervisor([], say=said.append)
    monkeypatch.setattr(up, "RETRY_S", 0.0)
    began = subprocess.CompletedProcess[str]([], DATABASE_FAILED, "", "away")
    trying = threading.Thread(target=up._join_later, args=(tmp_path, began, supervisor, list))
    others = {*psutil.Process().children()}  # of this run: PostgreSQL, say
    trying.start()
    while not (children := {*psutil.Process().children()} - others):
        assert trying.is_alive(), said
        time.sleep(0.01)
    supervisor.stopping.set()
    for child in children:
        child.send_signal(signal.SIGINT)
    trying.join(30)

    assert not trying.is_alive()
    assert said == []
