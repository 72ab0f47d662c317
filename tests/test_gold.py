"""The gold that ``bench/extraction.py`` measures by, as ``bench/_gold.py`` reads it."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def gold() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gold", Path(__file__).parent.parent / "bench" / "_gold.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gold"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("key", "head", "address"),
    [
        ("https://port.example/a-crane ", "", "https://port.example/a-crane"),
        (
            "hard::crane.html",
            '<link rel="canonical" href="https://port.example/b">',
            "https://port.example/b",
        ),
        (
            "xhttps://port.example/a",
            '<meta property="og:url" content="https://port.example/c">',
            "https://port.example/c",
        ),
        ("hard::crane.html", '<link rel="canonical" href="/b">', "https://gold.invalid/hard%3A%3Acrane.html"),
        ("hard::crane.html", "", "https://gold.invalid/hard%3A%3Acrane.html"),
    ],
)
def test_a_key_that_is_no_address_is_none(
    gold: ModuleType, tmp_path: Path, key: str, head: str, address: str
) -> None:
    (tmp_path / "tests" / "cache").mkdir(parents=True)
    (tmp_path / "tests" / "cache" / "crane.html").write_text(
        f"<html><head>{head}</head><p>A crane.</p></html>"
    )
    (tmp_path / "tests" / "evaldata.json").write_text(json.dumps({key: {"file": "crane.html"}}))

    assert [page.url for page in gold.read(tmp_path)] == [address]
