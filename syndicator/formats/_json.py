"""What formats that are written in JSON share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty: optional fields that say nothing are left out."""
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def time(moment: datetime) -> str:
    """A moment in UTC as RFC 3339 writes it."""
    return moment.isoformat().replace("+00:00", "Z")
