"""Secrets: declarations say where a secret is, never what it is."""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from syndicator.domain.errors import Misconfigured

#: Bytes of a secret's file that are read: no token is longer.
MAX_FILE_BYTES = 65_536

#: Characters from which on a secret's beginning is redacted, too (a message may have been cut).
MIN_BEGINNING_CHARS = 8

#: Characters from which on a part of an address may be a secret by itself: ids and words are shorter.
MIN_KEY_CHARS = 20

#: Characters below which a secret is no secret: striking it out would make nonsense of everything.
MIN_SECRET_CHARS = 4

#: Words of secrets whose forms are kept, ready to be looked for: every text of every answer is looked
#: through, and to find the forms takes six times as long as to look for them.
MAX_KEPT_WORDS = 256


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
        value = self._value()
        if not (value.isascii() and value.isprintable()):
            raise Misconfigured(f"{self.reference} holds characters that no token has: enter it anew")
        return value

    @property
    def kept_at(self) -> datetime | None:
        """When it was put into its file; ``None``: nobody knows, as of one in the environment."""
        kind, _, name = self.reference.partition(":")
        try:
            return datetime.fromtimestamp(Path(name).stat().st_mtime, UTC) if kind == "file" else None
        except (OSError, ValueError, OverflowError):
            return None

    def reveal_lines(self) -> str:
        """The same of a secret that has several lines, as keys in PEM have. Raises ``Misconfigured``."""
        value = self._value()
        if not value.isascii():
            raise Misconfigured(f"{self.reference} holds characters that no key has: it is to be PEM")
        return value

    def _value(self) -> str:
        kind, _, name = self.reference.partition(":")
        return _variable(name) if kind == "env" else _file(Path(name))

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.parse, serialization=core_schema.to_string_ser_schema()
        )


def _variable(name: str) -> str:
    """The secret in an environment variable. Raises ``Misconfigured``."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise Misconfigured(f"the environment variable {name} is not set: set it to the secret")
    return value


def _file(path: Path) -> str:
    """The secret in a file. Raises ``Misconfigured``."""
    try:
        with path.open("rb") as file:
            value = file.read(MAX_FILE_BYTES).decode("utf-8", "replace").strip()
    except OSError as e:
        raise Misconfigured(
            f"the secret's file {path} cannot be read ({e.strerror}): create it, readable for us"
        ) from e
    if not value:
        raise Misconfigured(f"the secret's file {path} is empty: write the secret into it")
    return value


def secrets_of(holder: object) -> list[Secret]:
    """The secrets among the settings of a channel (or anything else that is declared)."""
    if not is_dataclass(holder):
        return []
    return [value for f in fields(holder) if isinstance(value := getattr(holder, f.name, None), Secret)]


def redacted(text: str, secrets: Iterable[Secret]) -> str:
    """A text that came from elsewhere, with the values of these secrets replaced by their references, as they
    are or as headers, addresses, JSON, HTML and base64 have them, and their beginnings where they were cut.
    A secret that is not to be had redacts nothing."""
    for secret in secrets:
        try:
            value = secret.reveal()
        except Misconfigured:
            continue
        text = _without(text, value, f"[{secret.reference}]")
    return text


def _without(text: str, value: str, reference: str) -> str:
    """The text with a secret, each of its words, and the keys in an address, replaced by its reference."""
    for word in dict.fromkeys((value, *value.split(), *_keys(value))):
        if len(word) < MIN_SECRET_CHARS:
            continue
        for form in _forms(word):
            text = form.sub(lambda _: reference, text)
        if len(word) // 2 >= MIN_BEGINNING_CHARS:
            text = _without_beginnings(text, word, reference)
    return text


def _keys(value: str) -> list[str]:
    """What may be the secret in one that is an address: the long parts of its path and query."""
    _, is_address, rest = value.partition("://")
    parts = re.split(r"[/?&=#]", rest)[1:] if is_address else []
    return [part for part in parts if len(part) >= MIN_KEY_CHARS]


@lru_cache(maxsize=MAX_KEPT_WORDS)
def _forms(word: str) -> list[re.Pattern[str]]:
    """The forms in which a secret may be written, the longest first, in any case of letters."""
    bare = word.removeprefix("whsec_")  # Standard Webhooks: the rest is the key in base64
    forms = {word, bare, quote(word, safe=""), quote_plus(word), quote(word), html.escape(word)}
    forms |= {json.dumps(word)[1:-1], json.dumps(word)[1:-1].replace("/", "\\/"), repr(word)[1:-1]}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        forms |= set(_in_base64(word.encode(), encode))
    longest_first = sorted((form for form in forms if len(form) >= MIN_SECRET_CHARS), key=len, reverse=True)
    return [re.compile(re.escape(form), re.IGNORECASE) for form in longest_first]


def _in_base64(word: bytes, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    """A secret within a longer text in base64: what stands before it moves its bits, by one of three ways.
    The characters that its neighbours have a part in are left out."""
    for before in range(3):
        whole = encode(b"\0" * before + word).decode()
        first, last = (before * 8 + 5) // 6, (before + len(word)) * 8 // 6
        if last - first >= MIN_BEGINNING_CHARS:
            yield whole[first:last]


def _without_beginnings(text: str, word: str, reference: str) -> str:
    """The text with the beginnings of a secret replaced that are at least half of it."""
    start, position, result = word[: len(word) // 2].lower(), 0, ""
    lower, whole = text.lower(), word.lower()
    if len(lower) != len(text):
        return text.replace(word[: len(word) // 2], reference)
    while (at := lower.find(start, position)) >= 0:
        end = at + len(start)
        while end < len(text) and end - at < len(word) and lower[end] == whole[end - at]:
            end += 1
        result, position = result + text[position:at] + reference, end
    return result + text[position:]
