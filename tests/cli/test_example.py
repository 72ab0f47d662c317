"""The commands, as processes of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.example_site.served import EXAMPLE

COMMAND = [sys.executable, "-m", "syndicator", "example"]


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments, "--folder", str(EXAMPLE), "--state", str(tmp_path / "state")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    arguments = ["serve", "--port", "0", "--folder", str(EXAMPLE), "--state", str(tmp_path / "state")]
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        try:
            assert process.stdout is not None
            match = re.search(r"http://\S+(?=/)", process.stdout.readline())
            assert match
            yield process, match[0]
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_site_stops_cleanly_when_asked_to(tmp_path: Path, number: signal.Signals) -> None:
    with served(tmp_path) as (process, url), requests.Session() as reader:
        assert reader.get(f"{url}/", timeout=10).status_code == 200  # and keeps the connection open
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)

    assert process.returncode == 0
    assert errors == ""


def test_the_desk_tells_where_to_look(tmp_path: Path) -> None:
    with served(tmp_path) as (_, url):
        published = run(tmp_path, "publish").stdout
        address = published.split()[-1]
        assert address == f"{url}/en/night-market-returns-109"
        assert requests.get(address, timeout=10).status_code == 200

        corrected = run(tmp_path, "correct").stdout
        assert "Corrected: The night market returns to the river with 72 stalls" in corrected
        assert "There are 72." in corrected

        assert address in run(tmp_path, "retract", "109").stdout
        assert requests.get(address, timeout=10).status_code == 410

    assert re.search(r"retracted +night-market-returns-109", run(tmp_path, "list").stdout)


def test_a_wrong_name_is_one_clear_line(tmp_path: Path) -> None:
    answer = run(tmp_path, "correct", "iron-brigde-reopens")

    assert answer.returncode == 1
    assert answer.stderr.strip().endswith("no such article is published: is iron-bridge-reopens meant?")


def test_help_says_what_each_command_does(tmp_path: Path) -> None:
    answer = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=60, check=False)

    for command in ("serve", "publish", "correct", "retract", "list"):
        assert command in answer.stdout
