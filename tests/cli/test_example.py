"""``syndicator example`` and ``./run publish``, as processes of their own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.channels.local_server import closed_port
from tests.example_site.served import EXAMPLE

pytestmark = pytest.mark.slow  # databases or processes throughout

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


ROOT = EXAMPLE.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Declarations of somebody's own, with a copy of the site's stories."""
    shutil.copytree(EXAMPLE, tmp_path / "own" / "stories")
    return tmp_path / "own"


def declare(folder: Path, listen: str, table: str = "example") -> None:
    (folder / "syndicator.toml").write_text(
        f'[{table}]\nfolder = "stories"\nstate = "happened"\nlisten = "{listen}"\n'
    )


def call(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("is_option", [True, False], ids=["-C", "SYNDICATOR_FOLDER"])
def test_run_publishes_on_the_site_that_the_folder_declares(folder: Path, is_option: bool) -> None:
    """Relative to where it is called, which need not be the checkout."""
    command = [str(ROOT / "run"), "publish"]
    with served(folder.parent) as (_, url):
        declare(folder, url.removeprefix("http://"))
        (folder.parent / "state").rename(folder / "happened")  # what is served is what is declared
        (folder.parent / "state").symlink_to(folder / "happened")
        done = (
            call(*command, "-C", "own", cwd=folder.parent)
            if is_option
            else call(*command, cwd=folder.parent, SYNDICATOR_FOLDER="own")
        )

        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert requests.get(done.stdout.split()[-1], timeout=10).status_code == 200
    assert done.stdout.split()[-1].startswith(url)
    assert "109" in (folder / "happened" / "state.json").read_text()


def test_what_nobody_serves_is_said(folder: Path) -> None:
    listen = f"127.0.0.1:{closed_port()}"
    declare(folder, listen)

    done = call(*COMMAND, "publish", SYNDICATOR_FOLDER=str(folder))

    assert done.returncode == 0
    assert f"http://{listen}/en/night-market-returns-109" in done.stdout
    assert done.stderr.startswith(f"Nobody serves {listen}: ")
    assert len(done.stderr.splitlines()) == 1


def test_another_site_at_the_address_is_said(folder: Path) -> None:
    with served(folder.parent) as (_, url):  # another state: what is published here is not there
        declare(folder, url.removeprefix("http://"))

        done = call(*COMMAND, "publish", SYNDICATOR_FOLDER=str(folder))

    assert "is not this site: the article's page answers 404" in done.stderr


def test_the_site_is_served_where_it_is_declared(folder: Path) -> None:
    listen = f"127.0.0.1:{closed_port()}"
    declare(folder, listen)
    process = subprocess.Popen(
        [*COMMAND, "serve"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "SYNDICATOR_FOLDER": str(folder)},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"The example site is at http://{listen}/\n"
        retracted = call(*COMMAND, "retract", SYNDICATOR_FOLDER=str(folder))
        assert retracted.stderr == ""
        assert requests.get(retracted.stdout.split()[-1], timeout=10).status_code == 410
        process.terminate()


@pytest.mark.parametrize("table", ["example", "newsroom"])
def test_the_old_names_are_read_and_the_new_ones_said(folder: Path, table: str) -> None:
    declare(folder, f"127.0.0.1:{closed_port()}", table)

    new = call(*COMMAND, "list", SYNDICATOR_FOLDER=str(folder))
    old = call(*COMMAND[:-1], "newsroom", "list", SYNDICATOR_FOLDER=str(folder))

    assert new.stderr == ""
    assert old.stderr == "syndicator newsroom is called syndicator example now\n"
    assert [line.split()[-1] for line in old.stdout.splitlines()]
    assert new.returncode == old.returncode == 0


def test_a_mistake_in_the_table_is_told_with_its_line(folder: Path) -> None:
    (folder / "syndicator.toml").write_text('[example]\nfolder = "stories"\nlisten = 8001\n')

    done = call(*COMMAND, "publish", SYNDICATOR_FOLDER=str(folder))

    assert done.returncode == 78
    assert "syndicator.toml:3: [example] listen: must be text" in done.stderr


def test_the_old_command_is_not_shown() -> None:
    shown = call(*COMMAND[:-1], "--help").stdout

    assert re.search(r"^│ example ", shown, re.MULTILINE)
    assert not re.search(r"^│ newsroom ", shown, re.MULTILINE)
