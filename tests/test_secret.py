"""Secrets are looked up by reference, and never shown."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from pydantic import TypeAdapter, ValidationError

from syndicator.domain.errors import Misconfigured
from syndicator.secret import Secret, redacted, secrets_of

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


@pytest.mark.parametrize(
    "value", ["s3cret/with+odd=signs&more", "t0ken-of-the-account", 'quo"ted<secret>\\x']
)
@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda v: quote(v, safe=""),
        quote_plus,
        html.escape,
        lambda v: json.dumps({"error": v}),
        lambda v: base64.b64encode(v.encode()).decode(),
        lambda v: base64.b64encode(b"u:" + v.encode() + b"!").decode(),
        lambda v: base64.urlsafe_b64encode(b"user:" + v.encode()).decode(),
        repr,
        str.upper,
        lambda v: v[:-3],
    ],
)
def test_what_was_said_holds_a_secret_in_no_form(
    value: str, written: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THE_TOKEN", value)
    form = written(value)

    said = redacted(f"you sent {form}, twice: {form}.", [Secret("env:THE_TOKEN")])

    assert "[env:THE_TOKEN]" in said
    assert form[3:-3].lower() not in said.lower()
    assert said.startswith("you sent ")


def test_every_part_of_a_secret_of_several_is_struck_out(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (base64.b64encode(bytes([n]) * 24).decode() for n in (1, 2))
    monkeypatch.setenv("KEYS", f"whsec_{one} whsec_{two}")

    said = redacted(f"keys {two} and whsec_{one}", [Secret("env:KEYS")])

    assert said == "keys [env:KEYS] and [env:KEYS]"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://chat.example/api/webhooks/1386/aB3-x_Y9kLmN0pQrStUvWxYz", "aB3-x_Y9kLmN0pQrStUvWxYz"),
        ("https://chat.example/hook?room=7&key=k7Gh2kLmN0pQrStUvWxYz0123", "k7Gh2kLmN0pQrStUvWxYz0123"),
    ],
)
def test_the_key_in_an_address_is_struck_out_by_itself(
    address: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADDRESS", address)

    said = redacted(f"/api/{words} of room 7 at chat.example, and {address}", [Secret("env:ADDRESS")])

    assert said == "/api/[env:ADDRESS] of room 7 at chat.example, and [env:ADDRESS]"


def test_a_secret_that_is_not_there_strikes_nothing(tmp_path: Path) -> None:
    assert redacted("as it was", [Secret(f"file:{tmp_path}/none")]) == "as it was"


def test_settings_tell_their_secrets(tmp_path: Path) -> None:
    @dataclass
    class Settings:
        name: str
        token: Secret
        other: Secret | None = None

    assert secrets_of(Settings("x", Secret("env:X"))) == [Secret("env:X")]
    assert secrets_of(object()) == []
