"""Headers, as they are written and as they are looked up."""

from __future__ import annotations

from collections.abc import Mapping

#: Header lines in their order: names in lower case, and values.
HeaderLines = list[tuple[bytes, bytes]]

#: Values by name.
RequestHeaders = Mapping[bytes, bytes]


def by_name(lines: HeaderLines) -> RequestHeaders:
    """What stands in several lines of one name is one list (RFC 9110 section 5.3)."""
    headers = dict(lines)
    if len(headers) != len(lines):
        headers = {}
        for name, value in lines:
            headers[name] = headers[name] + b"," + value if name in headers else value
    return headers
