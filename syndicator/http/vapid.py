"""VAPID: who sends a push message, as push services ask for it (RFC 8292).

A subscription belongs to the key that it was made with, for ever: another key is refused for all of them
(section 4.2).
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from syndicator.http.push_encryption import CURVE, base64url, from_base64url, public_point

#: Bytes of a private key, and of each half of a signature (RFC 7518 section 3.4).
KEY_BYTES = 32

#: Seconds for which a token is good, and before its end from which on it is no longer used. It may be good
#: for 24 hours (RFC 8292 section 2): clocks differ, and Apple counts that strictly.
TOKEN_LIFE_S, TOKEN_REST_S = 12 * 3600, 2 * 3600

#: Push services whose tokens are kept.
MAX_TOKENS = 4096

HEADER = base64url(b'{"typ":"JWT","alg":"ES256"}')


@dataclass(frozen=True, eq=False)
class ApplicationServer:
    """Ourselves, as push services know us: a key pair, and a ``contact`` (``mailto:`` or ``https:``), which
    they may write to (RFC 8292 section 2.1; Apple asks for one that is valid)."""

    private: EllipticCurvePrivateKey = field(repr=False)
    contact: str
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def key(self) -> str:
        """The public key, as scripts hand it to ``pushManager.subscribe``."""
        return base64url(public_point(self.private))

    def authorization(self, endpoint: str, now: float) -> str:
        """The header ``Authorization`` of a request to a push resource, at ``now`` (seconds of the epoch).
        Services that see the same token again need not check it anew, so that each origin has one for some
        hours."""
        origin = origin_of(endpoint)
        with self._lock:
            token, until = self._tokens.get(origin, ("", 0.0))
            if not now < until <= now + TOKEN_LIFE_S:  # the clock may have been set back
                if len(self._tokens) >= MAX_TOKENS:
                    self._tokens.clear()
                token = self._token(origin, int(now) + TOKEN_LIFE_S)
                self._tokens[origin] = token, now + TOKEN_LIFE_S - TOKEN_REST_S
        return f"vapid t={token}, k={self.key}"

    def _token(self, origin: str, expires: int) -> str:
        """A signed token (RFC 7515 section 3.1) for one push service."""
        claims = json.dumps({"aud": origin, "exp": expires, "sub": self.contact}).encode()
        content = f"{HEADER}.{base64url(claims)}"
        r, s = decode_dss_signature(self.private.sign(content.encode(), ECDSA(SHA256())))
        return f"{content}.{base64url(r.to_bytes(KEY_BYTES, 'big') + s.to_bytes(KEY_BYTES, 'big'))}"


@lru_cache(maxsize=16)  # with its tokens, from one broadcast to the next
def application_server(private_key: str, contact: str) -> ApplicationServer:
    """The application server of a private key, as ``new_private_key`` and most tools for Web Push write it.
    Raises ``ValueError``."""
    number = from_base64url(private_key)
    if len(number) != KEY_BYTES:
        raise ValueError(f"a private key for Web Push is {KEY_BYTES} bytes in base64url (43 characters)")
    try:
        return ApplicationServer(derive_private_key(int.from_bytes(number, "big"), CURVE), contact)
    except ValueError as e:
        raise ValueError("is no private key of the curve P-256") from e


def new_private_key() -> str:
    """A private key that nobody has had before."""
    number = generate_private_key(CURVE).private_numbers().private_value
    return base64url(number.to_bytes(KEY_BYTES, "big"))


def origin_of(address: str) -> str:
    """The origin of an address (RFC 6454 section 6.2): scheme and host, and the port unless it is the usual
    one."""
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
