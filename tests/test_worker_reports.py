"""A run that several processes share tells the same as one of a single process."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from tests.small_suite import run

#: A small suite: every end that a test may have.
TESTS = """
import pytest

@pytest.fixture
def before():
    raise ValueError("before")

@pytest.fixture
def after():
    yield
    raise ValueError("after")

@pytest.fixture
def skipping():
    pytest.skip("not here")

def test_that_passes(record_property):
    record_property("weight", 7)

def test_that_fails():
    raise AssertionError("said so")

def test_that_has_nothing_to_begin_with(before):
    pass

def test_that_cannot_clear_up(after):
    pass

def test_that_is_skipped(skipping):
    pass

@pytest.mark.xfail
def test_that_is_known_to_fail():
    raise AssertionError
"""

pytestmark = pytest.mark.slow


def test_every_end_is_told_of(tmp_path: Path) -> None:
    output = run(tmp_path, TESTS, "-n1").stdout

    assert "1 failed, 2 passed, 1 skipped, 1 xfailed, 2 errors" in output
    for line in ("ValueError: before", "ValueError: after", "AssertionError: said so"):
        assert line in output


def test_whoever_asks_for_more_has_more(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"

    output = run(tmp_path, TESTS, "-n1", f"--junitxml={results}", "--durations=0", "-vv").stdout

    cases = [*etree.parse(results).iter("testcase")]
    assert len({case.get("name") for case in cases}) == 6
    assert [(p.get("name"), p.get("value")) for case in cases for p in case.iter("property")] == [
        ("weight", "7")
    ]
    assert "setup    " in output
    assert "test_that_passes" in output
