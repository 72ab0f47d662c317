"""Reads what a push service is told of its sender, as RFC 8292 has services do it."""

from __future__ import annotations

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from syndicator.http.push_encryption import CURVE, from_base64url


def read_vapid(header: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The header and the claims of a token, once its signature is checked with the key beside it, and that
    key. Raises ``InvalidSignature``."""
    scheme, _, rest = header.partition(" ")
    fields = dict(each.strip().split("=", 1) for each in rest.split(","))
    assert scheme == "vapid"
    head, claims, signature = fields["t"].split(".")
    raw = from_base64url(signature)
    assert len(raw) == 64
    public = EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(fields["k"]))
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(der, f"{head}.{claims}".encode(), ECDSA(SHA256()))
    return json.loads(from_base64url(head)), json.loads(from_base64url(claims)), fields["k"]
