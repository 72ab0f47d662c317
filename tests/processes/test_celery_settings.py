"""Celery's settings: nothing is read, and nothing made, before an application needs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from syndicator.domain.errors import Misconfigured
from syndicator.processes.celery_settings import broker, broker_url

MAIN = """
[site]
title = "The River Times"
url = "https://river.example/"
"""


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own, in the folder."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_importing_them_reads_and_makes_nothing(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "from syndicator.processes import celery_settings, web_server, worker",
    )

    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_application_finds_its_broker_when_it_needs_it(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text(MAIN + '[keep]\nbroker = "redis://127.0.0.1:1/0"\n')

    done = run(
        tmp_path,
        "from syndicator.processes.worker import app; print(app.conf.broker_url, app.conf.accept_content, "
        "app.conf.broker_transport_options)",
    )

    assert done.stdout.split()[:2] == ["redis://127.0.0.1:1/0", "['json']"], done.stderr
    assert "socket_timeout" in done.stdout


def test_the_broker_that_needs_no_server_is_made_when_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text(MAIN)

    done = run(tmp_path, "from syndicator.processes.worker import app; print(app.conf.broker_url)")

    assert done.stdout.strip() == "doorbells://localhost", done.stderr
    assert (tmp_path / "var/broker/messages").is_dir()


def test_a_folder_without_declarations_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"syndicator\.toml"):
        broker_url(tmp_path)


def test_a_sentinel_is_asked_for_the_master_that_the_address_names() -> None:
    options = broker("sentinel://10.0.0.5:26379/0?master=news;sentinel://10.0.0.6:26379")

    assert options["broker_url"] == "sentinel://10.0.0.5:26379/0;sentinel://10.0.0.6:26379"
    assert options["broker_transport_options"]["master_name"] == "news"


def test_a_sentinel_without_a_master_asks_for_that_of_its_manual() -> None:
    assert broker("sentinel://10.0.0.5:26379")["broker_transport_options"]["master_name"] == "mymaster"
