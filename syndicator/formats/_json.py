"""Helpers of the formats that are written in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without empty ones: optional fields that say nothing are left out."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def listed(opening: bytes, items: Sequence[bytes]) -> bytes:
    """A document that ends with a list, of its ``opening`` and the items; copied once."""
    parts = [b","] * max(0, 2 * len(items) - 1)
    parts[::2] = items
    return b"".join((opening, *parts, b"]}"))


def time(moment: datetime) -> str:
    """A moment in UTC as RFC 3339 writes it."""
    return moment.isoformat().replace("+00:00", "Z")
