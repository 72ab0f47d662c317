"""Addresses that are secrets: whoever has one may post."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from syndicator.domain.errors import Misconfigured
from syndicator.secret import Secret


def secret_address(secret: Secret, path: re.Pattern[str], example: str) -> str:
    """The address, whose path is one of these. Raises ``Misconfigured`` with an ``example``."""
    parts = urlsplit(secret.reveal())
    if parts.scheme not in ("http", "https") or not parts.netloc or not path.fullmatch(parts.path):
        raise Misconfigured(f"{secret} holds no address of a webhook: {example}")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
