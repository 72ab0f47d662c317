"""Secrets: declarations say where a secret is, never what it is."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from syndicator.errors import Misconfigured

#: Bytes of a secret's file that are looked at: no token is longer.
LONGEST = 65_536


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret: ``env:NAME`` (an environment variable) or ``file:PATH``.

    It is looked up whenever it is needed, so that a changed file counts at once, and shows nothing but
    the reference. A relative path starts at the working directory.
    """

    reference: str

    def __post_init__(self) -> None:
        kind, _, name = self.reference.partition(":")
        if kind not in ("env", "file") or not name.strip():
            # The value stays out of the message: it may be the secret itself.
            raise ValueError(
                'a secret is not written here but referred to: "env:NAME" (an environment variable) '
                'or "file:PATH" (a file that holds it)'
            )

    @classmethod
    def parse(cls, value: object) -> Secret:
        """The reference as a declaration has it. Raises ``ValueError``."""
        if isinstance(value, cls):
            return value
        return cls(value if isinstance(value, str) else "")

    def reveal(self) -> str:
        """The secret itself, without white space around it. Raises ``Misconfigured``."""
        kind, _, name = self.reference.partition(":")
        value = _variable(name) if kind == "env" else _file(Path(name))
        if not (value.isascii() and value.isprintable()):
            raise Misconfigured(f"{self.reference} holds characters that no token has: enter it anew")
        return value

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.to_string_ser_schema()
        )


def _variable(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise Misconfigured(f"the environment variable {name} is not set: set it to the secret")
    return value


def _file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            value = file.read(LONGEST).decode("utf-8", "replace").strip()
    except OSError as e:
        raise Misconfigured(
            f"the secret's file {path} cannot be read ({e.strerror}): create it, readable for us"
        ) from e
    if not value:
        raise Misconfigured(f"the secret's file {path} is empty: write the secret into it")
    return value
