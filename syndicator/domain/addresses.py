"""Addresses as names: what of them stays when a site moves, and what changes with each visit."""

from __future__ import annotations

import re

#: A part of an address's path that is nothing but a session's id, which changes with each visit.
SESSION_ID = re.compile(
    r"(?=[^/]*\d)(?=[^/]*[a-z])[a-z\d]{16,}|\(\w\([a-z\d]+\)\)|\(\w{16,}\)", re.IGNORECASE
)


def place(name: str) -> str:
    """A web address without scheme and ``www.``, its host in lower case; any other name as it is."""
    address = re.fullmatch(r"https?://(?:www\.)?([^/?#]+)(.*)", name, re.IGNORECASE | re.DOTALL)
    return f"//{address[1].lower()}{address[2]}" if address else name


def stem(address: str) -> str:
    """A place without what may be a session's: query, path parameters, and parts of the path that are
    nothing but long random ids (``/(S(x5k...))/``, ``/9f3b...e1/``)."""
    path = place(address).partition("?")[0]
    return "/".join("*" if SESSION_ID.fullmatch(part) else part.partition(";")[0] for part in path.split("/"))
