"""Addresses of brokers, and what their clients say when they fail. Small: a beat needs no more of the
declarations."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

#: What the addresses of servers begin with.
SERVERS = ("redis://", "rediss://", "sentinel://", "amqp://", "amqps://")

FOLDER = "filesystem:"

#: What redis-py shows of its objects, on and on.
_OBJECT = re.compile(r"\s*:?\s*<.*>", re.DOTALL)


def address(declared: str, home: Path) -> str:
    """A broker's address, in full where it is a folder. ``declared``: as it stands in the declarations of the
    folder ``home``.
    Raises ``ValueError``, which says what to write instead and shows no password."""
    path = declared.removeprefix(FOLDER).removeprefix("//")
    if declared.startswith(FOLDER) and path:
        return f"{FOLDER}{home / path}"
    if not declared.startswith(SERVERS):
        raise ValueError(f'must be "filesystem:PATH", or begin with {", ".join(SERVERS)}')
    for part in declared.split(";"):  # Sentinel's addresses
        if not _has_port(part):
            raise ValueError("its port is no number up to 65535, as in redis://10.0.0.5:6379/0")
    return declared


def _has_port(server: str) -> bool:
    """Whether the port is one, or left out."""
    try:
        return urlsplit(server).port != 0
    except ValueError:
        return False


def said(error: BaseException) -> str:
    """An error of a broker's client in one line, without the inside of its objects."""
    return " ".join(_OBJECT.sub("", str(error)).split()) or type(error).__name__
