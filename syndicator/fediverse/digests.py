"""Digests of words, as ids: the same words have the same one on every machine."""

from __future__ import annotations

import hashlib
import json


def digest(*words: str) -> str:
    """32 hexadecimal digits of these words, in this order."""
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()[:32]
