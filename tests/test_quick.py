"""What a quick run leaves out, and what it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.quick import MAX_EXAMPLES, NAMED_S
from tests.small_suite import run

#: A small suite: whatever is to be left out fails.
TESTS = """
import subprocess, sys, time
import pytest
from hypothesis import given
from hypothesis import strategies as st

@pytest.fixture
def swift():
    raise AssertionError("a server of others was started")

@pytest.mark.slow
def test_that_is_marked():
    raise AssertionError

def test_that_has_a_server_of_others(swift):
    raise AssertionError

def test_that_has_postgresql(postgres_url):
    raise AssertionError

def test_that_has_both_databases(store):
    raise AssertionError

def test_that_starts_a_process():
    subprocess.run([sys.executable, "-c", ""])
    raise AssertionError

EXAMPLES = []

@given(st.integers())
def test_that_is_a_property(number):
    EXAMPLES.append(number)
    assert len(EXAMPLES) <= {MAX_EXAMPLES}

def test_that_is_quick():
    pass

def test_that_waits():
    time.sleep({NAMED_S})

def test_that_works_for_long():
    end = time.process_time() + {NAMED_S}
    while time.process_time() < end:
        pass
"""


MARKED_MODULE = """
import pytest

pytestmark = {MARKS}

raise AssertionError("it is imported")
"""

#: The marks of modules that are left out whole.
MARKS = [
    "pytest.mark.slow  # for this",
    "[pytest.mark.slow, pytest.mark.usefixtures()]",
    "[\n    pytest.mark.slow,\n]",
]


@pytest.mark.parametrize("options", [["-n0"], ["-n2"]], ids=["one process", "two workers"])
def test_what_takes_long_is_left_out_or_named(tmp_path: Path, options: list[str]) -> None:
    tests = TESTS.replace("{MAX_EXAMPLES}", str(MAX_EXAMPLES)).replace("{NAMED_S}", str(NAMED_S))
    for number, marks in enumerate(MARKS):
        (tmp_path / f"test_marked_{number}.py").write_text(MARKED_MODULE.replace("{MARKS}", marks))

    done = run(tmp_path, tests, "--quick", *options)

    assert done.returncode == 0, done.stdout
    assert "4 passed, 1 skipped" in done.stdout
    named = [line for line in done.stdout.splitlines() if "not marked slow" in line]
    assert [line.rpartition("::")[2] for line in named] == ["test_that_works_for_long"]
