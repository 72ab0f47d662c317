"""Keys of DKIM, which OpenSSL signs with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from syndicator.mail.dkim import PrivateKey

#: Bits of an RSA key (RFC 8301 section 3.2): shorter ones are not believed, longer ones not by everybody.
MIN_RSA_BITS, MAX_RSA_BITS = 1024, 4096


@dataclass(frozen=True)
class RsaKey:
    """RSA with SHA-256 (RFC 6376 section 3.3.1)."""

    key: RSAPrivateKey
    name = "rsa"
    algorithm = "rsa-sha256"

    def sign(self, content: bytes) -> bytes:
        return self.key.sign(content, PKCS1v15(), SHA256())

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Ed25519Key:
    """Ed25519 over the SHA-256 of what is signed (RFC 8463 section 3)."""

    key: Ed25519PrivateKey
    name = "ed25519"
    algorithm = "ed25519-sha256"

    def sign(self, content: bytes) -> bytes:
        return self.key.sign(hashlib.sha256(content).digest())

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def load(pem: str) -> PrivateKey:
    """The key in a PEM file. Raises ``ValueError`` with what is wrong."""
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as e:
        raise ValueError("holds no private key in PEM that needs no password") from e
    if isinstance(key, Ed25519PrivateKey):
        return Ed25519Key(key)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("holds a key that is neither of RSA nor of Ed25519: DKIM knows no others")
    if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
        raise ValueError(f"holds an RSA key of {key.key_size} bits: those of 2048 are believed everywhere")
    return RsaKey(key)
