"""HTTP Basic authentication (RFC 7617): reading the header, and comparing secrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac


def credentials(authorization: str | None) -> str | None:
    """``user:password`` of an ``Authorization`` header; ``None`` where there is no header, and an empty text
    for one that is not Basic or cannot be read."""
    if authorization is None:
        return None
    scheme, _, encoded = authorization.partition(" ")
    try:
        return base64.b64decode(encoded, validate=True).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def is_same_secret(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing of either, nor of its length."""
    return hmac.compare_digest(_digest(given), _digest(expected))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
