"""The fingerprint of a declaration: a hash that changes when what is declared does, and only then."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from typing import Any


def fingerprint(value: object) -> str:
    """Of a dataclass of plain values: SHA-256, in hex. Raises ``TypeError`` for others.

    Only what differs from its default counts, by its name (as it is declared: ``declared_as`` in the field's
    metadata): a version that adds fields leaves older fingerprints as they are. One that changes a default
    has to forget the fingerprints, in a migration.
    """
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def _canonical(value: object) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        return f"({','.join(sorted(_differing_fields(value)))})"
    if isinstance(value, Mapping):
        return (
            f"{{{','.join(sorted(f'{_canonical(key)}:{_canonical(item)}' for key, item in value.items()))}}}"
        )
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_canonical, value))}]"
    if value is None or isinstance(value, str | bool | int | float | timedelta):
        return repr(value)
    raise TypeError(f"a {type(value).__name__} cannot be written down: {value!r}")


def _differing_fields(value: Any) -> Iterator[str]:
    for field in fields(value):
        field_value = getattr(value, field.name)
        if field_value != _default(field):
            yield f"{field.metadata.get('declared_as', field.name)}={_canonical(field_value)}"


def _default(field: Field[Any]) -> object:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default  # MISSING equals nothing
