"""Conditional requests: asking for a document only if it has changed (RFC 9110 section 13)."""

from __future__ import annotations

from collections.abc import Mapping

#: Validators of a response: by their key in memory, the header that they came in and the one that they go
#: back in (RFC 9110 sections 8.8 and 13.1).
VALIDATORS = {"etag": ("ETag", "If-None-Match"), "modified": ("Last-Modified", "If-Modified-Since")}


def validators(headers: Mapping[str, str]) -> dict[str, str]:
    """The validators in a response's headers, byte for byte, by their keys in memory."""
    return {
        key: value
        for key, (response_header, _) in VALIDATORS.items()
        if (value := headers.get(response_header))
    }


def conditions(known: Mapping[str, str]) -> dict[str, str]:
    """Headers of a request for what has changed since the response whose validators are ``known``. The names
    of its headers will do, too: photos that older versions have kept are known by them."""
    return {
        request_header: value
        for key, (response_header, request_header) in VALIDATORS.items()
        if (value := known.get(key) or known.get(response_header))
    }
