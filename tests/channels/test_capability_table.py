"""The table of channels in the documentation is what their modules declare.

``python -m tests.channels.test_capability_table`` writes it anew.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

import syndicator.channels
from syndicator.cli.channels import facts_of
from syndicator.config.reader import CHANNELS
from syndicator.domain.capabilities import Capabilities
from syndicator.jobs.ports import Channel
from syndicator.secret import Secret

DOCS = Path(__file__).parents[2] / "docs" / "channels.md"
BEGIN, END = "<!-- what channels can do: ./run syndicator channels -->\n\n", "\n<!-- end -->"


def examples() -> dict[str, dict[str, Any]]:
    """The example declaration of each kind in the documentation: the first that names it."""
    found: dict[str, dict[str, Any]] = {}
    for block in re.findall(r"^```toml\n(.*?)^```", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for table in tomllib.loads(block).get("channels", {}).values():
            if "kind" in table:
                found.setdefault(table["kind"], table)
    return found


def channel(kind: str) -> Channel:
    """A channel as the documentation's example declares it."""
    table = {key: value for key, value in examples()[kind].items() if key not in CHANNELS.keys}
    cls = syndicator.channels.kind(kind)
    hints = {f.name: f.type for f in vars(cls)["__dataclass_fields__"].values()}
    values = {
        key: Secret(value) if "Secret" in str(hints[key]) and isinstance(value, str) else value
        for key, value in table.items()
    }
    asked_for = dict.fromkeys(name for name in CHANNELS.on_request if name in hints)
    made: Channel = cls(name="example", session=requests.Session(), **asked_for, **values)
    return made


def as_markdown(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """The facts of several kinds of channel as a table, a kind in each row."""
    heads = ["kind", *next(iter(facts.values()))]
    rows = [[f"`{kind}`", *map(str, each.values())] for kind, each in facts.items()]
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def table() -> str:
    """The table as it should be."""
    return as_markdown(
        {kind: facts_of(channel(kind).capabilities) for kind in syndicator.channels.kind.built_in}
    )


@pytest.mark.parametrize("kind", syndicator.channels.kind.built_in)
def test_every_kind_has_an_example_and_says_what_it_was_tried_against(kind: str) -> None:
    capabilities = channel(kind).capabilities
    assert isinstance(capabilities, Capabilities)
    assert capabilities.verified.startswith(("contract", "real", "a real"))


@pytest.mark.parametrize("kind", syndicator.channels.kind.built_in)
def test_every_kind_has_a_section_with_the_way_in_and_what_its_peer_showed_when(kind: str) -> None:
    text = re.search(rf"^## {kind}\n(.*?)(?=^## )", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert text
    assert re.search(r"\*\*To (get access|set it up)|needs no access", text[1])
    assert re.search(r"Verified.*\b\d+\s+November\s+2026\b", text[1], re.DOTALL)


#: The seven acts (``tests.channels.test_seven_acts``), by the words that notes have for them.
ACTS = {
    "a photo": r"\bphoto",
    "none": r"\bwithout|\band none\b|\bno photo",
    "a long Lao text": r"\bLao\b",
    "a correction": r"\bcorrect|\bedited",
    "a retraction": r"\bretract|\bdelet",
    "a lost answer": r"\blost answer|\brepeat|\banswer that was lost|\bbroke off",
    "what was revoked": r"\brevoked|\bpassword|\bno longer\b|\bis gone\b|\bremoved|\brefus|\bnone of our",
}


@pytest.mark.parametrize("kind", syndicator.channels.kind.built_in)
def test_what_its_peer_showed_of_the_seven_acts_is_told(kind: str) -> None:
    text = re.search(rf"^## {kind}\n(.*?)(?=^## )", DOCS.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert text
    note = text[1].rpartition("Verified")[2]
    assert [act for act, words in ACTS.items() if not re.search(words, note)] == []


@pytest.mark.parametrize("kind", syndicator.channels.kind.built_in)
def test_a_kind_with_a_secret_says_how_one_comes_by_it(kind: str) -> None:
    cls = syndicator.channels.kind(kind)
    has_secret = any(isinstance(value, Secret) for value in vars(channel(kind)).values())
    assert bool(getattr(cls, "access", "")) == has_secret


def test_the_documentations_table_is_what_the_channels_declare() -> None:
    text = DOCS.read_text("utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == table()


if __name__ == "__main__":
    before, _, rest = DOCS.read_text("utf-8").partition(BEGIN)
    DOCS.write_text(before + BEGIN + table() + END + rest.partition(END)[2], "utf-8")
