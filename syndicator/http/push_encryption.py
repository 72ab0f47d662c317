"""Push messages, encrypted for the one browser that has subscribed (RFC 8291), whose keys are checked here.

Written with ``cryptography`` alone: the library for this content coding (http-ece) has had no release since
2024, and the part of it that push messages need (one record, one key scheme) is what stands below.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from binascii import Error as NotBase64
from dataclasses import dataclass
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = SECP256R1()

#: Bytes of an uncompressed point, of the secret that authenticates, and of a salt (RFC 8291 sections 3.1 and
#: 3.2, RFC 8188 section 2.1).
POINT_BYTES, AUTH_BYTES, SALT_BYTES = 65, 16, 16

#: Bytes of a record, as its header says: longer than any that is sent (RFC 8291 section 4).
RECORD_BYTES = 4096

#: Bytes of a message: what every push service takes (4096, RFC 8030 section 7.2) without the header, the
#: delimiter and the tag (RFC 8291 section 4).
MAX_MESSAGE_BYTES = 3993

#: What ends the last record (RFC 8188 section 2).
LAST_RECORD = b"\x02"


@dataclass(frozen=True)
class PushKeys:
    """The keys of one subscription: ``point`` is the browser's public key, uncompressed; ``auth`` its secret
    that authenticates. Raises ``ValueError`` for keys that no browser has: a point that is not on the curve
    could be made to tell a private key (RFC 8291 section 7)."""

    point: bytes
    auth: bytes

    def __post_init__(self) -> None:
        if len(self.auth) != AUTH_BYTES:
            raise ValueError(f"auth: must be {AUTH_BYTES} bytes")
        if len(self.point) != POINT_BYTES or self.point[0] != 4:
            raise ValueError("p256dh: must be an uncompressed point of the curve P-256")
        try:
            _ = self.public_key
        except ValueError as e:
            raise ValueError("p256dh: is no point of the curve P-256") from e

    @cached_property
    def public_key(self) -> EllipticCurvePublicKey:
        return EllipticCurvePublicKey.from_encoded_point(CURVE, self.point)

    @classmethod
    def of_texts(cls, p256dh: str, auth: str) -> PushKeys:
        """The keys as ``PushSubscription.toJSON`` has them (https://www.w3.org/TR/push-api/#dom-pushsubscription-tojson).
        Raises ``ValueError``."""
        return cls(from_base64url(p256dh), from_base64url(auth))


def encrypted(message: bytes, keys: PushKeys) -> bytes:
    """The body of a push message, in the content coding ``aes128gcm``.

    The sender's key pair is a new one for each: RFC 8291 section 3.1 asks for one "when sending a push
    message", and a pair that many messages share would let whoever finds it read all of them. It takes a
    fifth of the time of one encryption. Raises ``ValueError`` for a message that is too long.
    """
    return sealed(message, keys, generate_private_key(CURVE), secrets.token_bytes(SALT_BYTES))


def sealed(message: bytes, keys: PushKeys, sender: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The same with a key pair and a salt that are given: RFC 8291 section 3.4, letter by letter."""
    if len(message) > MAX_MESSAGE_BYTES:
        raise ValueError(f"a push message has at most {MAX_MESSAGE_BYTES} bytes")
    point = public_point(sender)
    secret = sender.exchange(ECDH(), keys.public_key)
    combined = _derived(keys.auth, secret, b"WebPush: info\0" + keys.point + point)
    key = _derived(salt, combined, b"Content-Encoding: aes128gcm\0")[:16]
    nonce = _derived(salt, combined, b"Content-Encoding: nonce\0")[:12]
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([POINT_BYTES]) + point
    return header + AESGCM(key).encrypt(nonce, message + LAST_RECORD, None)


def public_point(private: EllipticCurvePrivateKey) -> bytes:
    """The public key of a pair, as an uncompressed point."""
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(salt: bytes, secret: bytes, info: bytes) -> bytes:
    """HKDF with SHA-256, one block of it (RFC 5869)."""
    extracted = hmac.digest(salt, secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def base64url(content: bytes) -> str:
    """Bytes in base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of a text in base64url, with its padding or without. Raises ``ValueError``."""
    bare = text.rstrip("=")
    try:
        found = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (NotBase64, ValueError) as e:
        raise ValueError("is not base64url") from e
    if base64url(found) != bare:  # bits that say nothing, or letters of the other alphabet
        raise ValueError("is not base64url")
    return found
