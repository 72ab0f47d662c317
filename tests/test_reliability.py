"""docs/reliability.md: every promise has tests that try to break it, and all of them are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reliability.md").read_text("utf-8")

PROMISES = [line for line in PAGE.partition("\n## ")[0].splitlines() if line.startswith("| ")][2:]
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_test_that_is_named_is_there(file: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_each_promise_has_a_test() -> None:
    assert len(PROMISES) >= 15
    for promise in PROMISES:
        assert re.search(r"`tests/[\w/]+\.py::\w+`", promise), promise


@pytest.mark.parametrize("page", ["README.md", "docs/operating.md"])
def test_the_page_is_led_to(page: str) -> None:
    assert "reliability.md" in (ROOT / page).read_text("utf-8")
