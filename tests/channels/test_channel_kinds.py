"""Kinds of channels: built in, from other packages, or by import path."""

from __future__ import annotations

from importlib import import_module

import pytest

from syndicator.channels import kind
from syndicator.channels.outbox import Outbox
from tests.channels.contract import ChannelContract


@pytest.mark.parametrize("name", kind.built_in)
def test_every_built_in_kind_is_there(name: str) -> None:
    assert kind(name).__name__.casefold() == name


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
        ("zzz", "there are mastodon, outbox, webhook"),
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
