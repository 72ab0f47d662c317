"""Secrets are looked up by reference, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from syndicator.errors import Misconfigured
from syndicator.secret import Secret

TOKEN = "t0p-s3cret"


def test_an_environment_variable_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_TOKEN", f" {TOKEN}\n")

    assert Secret("env:NEWS_TOKEN").reveal() == TOKEN


def test_a_file_holds_it_and_may_change(tmp_path: Path) -> None:
    file = tmp_path / "token"
    secret = Secret(f"file:{file}")

    file.write_text(TOKEN + "\n")
    assert secret.reveal() == TOKEN

    file.write_text("another")
    assert secret.reveal() == "another"


def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEWS_TOKEN", raising=False)

    with pytest.raises(Misconfigured, match="NEWS_TOKEN is not set: set it"):
        Secret("env:NEWS_TOKEN").reveal()


def test_a_missing_or_empty_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "token"

    with pytest.raises(Misconfigured, match=f"{file} cannot be read"):
        Secret(f"file:{file}").reveal()

    file.write_text(" \n")
    with pytest.raises(Misconfigured, match="is empty"):
        Secret(f"file:{file}").reveal()


def test_what_no_header_can_carry_is_refused_without_showing_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("t0p\ns3cret")

    with pytest.raises(Misconfigured) as caught:
        Secret(f"file:{file}").reveal()

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("literal", [TOKEN, "", "env:", "file: ", "https://example.org/t0p-s3cret", "ENV:X"])
def test_a_secret_written_out_is_refused_and_not_repeated(literal: str) -> None:
    with pytest.raises(ValueError, match='"env:NAME"') as caught:
        Secret(literal)

    assert TOKEN not in str(caught.value)


def test_it_shows_its_reference_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_TOKEN", TOKEN)
    secret = Secret("env:NEWS_TOKEN")

    secret.reveal()

    assert repr(secret) == "Secret(reference='env:NEWS_TOKEN')"
    assert str(secret) == "env:NEWS_TOKEN"


def test_declarations_read_it() -> None:
    adapter = TypeAdapter(Secret)

    assert adapter.validate_python("env:NEWS_TOKEN") == Secret("env:NEWS_TOKEN")
    assert adapter.validate_python(Secret("file:x")) == Secret("file:x")
    assert adapter.dump_json(Secret("env:NEWS_TOKEN")) == b'"env:NEWS_TOKEN"'
    for mistake in (17, TOKEN, None):
        with pytest.raises(ValidationError, match="referred to"):
            adapter.validate_python(mistake)
