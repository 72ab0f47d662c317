"""Brokers' addresses as they are declared, and their clients' errors in one line. Small: a beat needs no more
of the declarations."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

#: Schemes of brokers that are servers.
SERVER_SCHEMES = ("redis://", "rediss://", "sentinel://", "amqp://", "amqps://")

#: The scheme of a broker that is a folder.
FOLDER_SCHEME = "filesystem:"

#: redis-py's objects, which its errors show at length.
_OBJECT = re.compile(r"\s*:?\s*<.*>", re.DOTALL)


def address(declared: str, home: Path) -> str:
    """A broker's address, in full where it is a folder. ``declared``: the address as it stands in the
    declarations of the folder ``home``. Raises ``ValueError``, which says what to write instead and shows no
    password."""
    path = declared.removeprefix(FOLDER_SCHEME).removeprefix("//")
    if declared.startswith(FOLDER_SCHEME) and path:
        return f"{FOLDER_SCHEME}{home / path}"
    if not declared.startswith(SERVER_SCHEMES):
        raise ValueError(f'must be "filesystem:PATH", or begin with {", ".join(SERVER_SCHEMES)}')
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


def error_line(error: BaseException) -> str:
    """An error of a broker's client in one line, without the inside of its objects."""
    return " ".join(_OBJECT.sub("", str(error)).split()) or type(error).__name__
