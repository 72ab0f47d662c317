"""One name, one thing: no two classes of the program have the same."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_no_two_classes_have_one_name() -> None:
    places = defaultdict(list)
    for file in sorted((ROOT / "syndicator").rglob("*.py")):
        for name in re.findall(r"^class (\w+)", file.read_text(), re.MULTILINE):
            places[name].append(str(file.relative_to(ROOT)))

    assert len(places) > 500
    assert {name: files for name, files in places.items() if len(files) > 1} == {}
