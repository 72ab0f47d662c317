"""Files that are written whole, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from syndicator.files import PART, whole_file, write_whole

#: Writes half of a file, says so, and waits to be killed.
HALF = """
import sys, time
from pathlib import Path
from syndicator.files import whole_file
path = Path(sys.argv[1])
with whole_file(path, part=Path(sys.argv[2])) as file:
    file.write(b"half")
    file.flush()
    print("written", flush=True)
    time.sleep(60)
"""


def test_a_new_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "state"
    for content in (b"first", b"second"):
        write_whole(path, content, is_durable=True)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_nobody_sees_a_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_whole(path, b"before")
    with whole_file(path) as file:
        file.write(b"after")
        file.flush()
        assert path.read_bytes() == b"before"
        assert [each.name.startswith(".") for each in tmp_path.glob(f"*{PART}")] == [True]
    assert path.read_bytes() == b"after"


def test_after_an_error_all_is_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state"
    write_whole(path, b"before")
    with pytest.raises(ValueError, match="half way"):
        write_half(path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def write_half(path: Path) -> None:
    with whole_file(path) as file:
        file.write(b"af")
        raise ValueError("half way")


@pytest.mark.parametrize(("mode", "shown"), [(0o600, 0o600), (0o644, 0o644), (None, 0o640)])
def test_its_mode_is_the_one_asked_for_or_the_umasks(tmp_path: Path, mode: int | None, shown: int) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "state", b"", mode=mode)
    finally:
        os.umask(before)
    assert (tmp_path / "state").stat().st_mode & 0o777 == shown


def test_what_a_killed_writer_left_under_a_known_name_is_written_anew(tmp_path: Path) -> None:
    path, part = tmp_path / "record", tmp_path / ".record.partial"
    writer = subprocess.Popen([sys.executable, "-c", HALF, str(path), str(part)], stdout=subprocess.PIPE)
    with writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    assert (path.exists(), part.read_bytes()) == (False, b"half")
    with whole_file(path, part=part) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]
