"""Kinds of channels: built in, from other packages, or by import path."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pytest

import syndicator.channels
from syndicator.channels import kind
from syndicator.channels.outbox import Outbox
from tests.channels.contract import ChannelContract


@pytest.mark.parametrize("name", kind.built_in)
def test_every_built_in_kind_is_there(name: str) -> None:
    assert kind(name).__name__.casefold() == name


@pytest.mark.parametrize("name", ["card", "_http", "no such", "channels.outbox", "__init__"])
def test_what_else_stands_in_the_folder_is_no_kind(name: str) -> None:
    with pytest.raises(LookupError, match="no such kind of channel"):
        kind(name)


def test_a_file_is_all_that_a_new_kind_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pigeon_post.py").write_text(
        "from syndicator.channels.outbox import Outbox\nclass PigeonPost(Outbox):\n    pass\n"
    )
    (tmp_path / "helpers.py").write_text(
        "from syndicator.channels.pigeon_post import PigeonPost as Helpers\n"
    )
    monkeypatch.setattr(syndicator.channels, "__path__", [*syndicator.channels.__path__, str(tmp_path)])
    try:
        assert kind("pigeon_post").__name__ == "PigeonPost"
        assert "pigeon_post" in kind.built_in
        assert "helpers" not in kind.built_in
    finally:
        sys.modules.pop("syndicator.channels.pigeon_post")
        sys.modules.pop("syndicator.channels.helpers")


@pytest.mark.parametrize("name", kind.built_in)
def test_every_built_in_kind_keeps_the_contract(name: str) -> None:
    """And so is sent what a preview shows, among other things."""
    tests = vars(import_module(f"tests.channels.test_{name}")).values()

    assert any(isinstance(each, type) and issubclass(each, ChannelContract) for each in tests)


def test_an_import_path_is_a_kind() -> None:
    assert kind("syndicator.channels.outbox:Outbox") is Outbox


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("mastadon", "do you mean 'mastodon'"),
        ("zzz", f"there are {', '.join(kind.built_in)}"),
        ("", "there are"),
        ("no.such.module:Kind", "cannot be loaded"),
        ("syndicator.channels.outbox:Nothing", "cannot be loaded"),
        ("syndicator.channels.outbox:cards", "is no class"),
        ("a b:c", "cannot be loaded"),
    ],
)
def test_an_unknown_kind_is_told_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(LookupError, match=hint):
        kind(name)
