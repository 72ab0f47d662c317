"""RSA keys that requests are signed with: what all servers of the fediverse can verify.

https://docs.joinmastodon.org/spec/security/#http-signatures asks for RSA and SHA-256. The library is imported
by those who sign or verify: 8 MB.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from syndicator.fediverse.signed import Unverified

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

#: Bits of a key of ours, and of the keys of others. Verifying with longer ones would be costly.
KEY_BITS, MIN_KEY_BITS, MAX_KEY_BITS = 2048, 2048, 8192

#: Bits of a public exponent: 65537 is the usual one, and large ones are slow.
MAX_EXPONENT_BITS = 33

#: Characters of a public key as it is published: one of 8192 bits has 1,500.
MAX_PEM_CHARS = 8000


def new_private_key() -> str:
    """A private key, in PEM (PKCS #8)."""
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - 8 MB
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_key_of(private_key: str) -> str:
    """The public key that belongs to a private one, both in PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - 8 MB

    public = _private_key(private_key).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signer(private_key: str) -> Callable[[bytes], str]:
    """A function that signs bytes with a private key in PEM (RSASSA-PKCS1-v1_5 and SHA-256, RFC 8017 section
    8.2), to base64."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - 8 MB
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    key = _private_key(private_key)
    return lambda content: base64.b64encode(key.sign(content, PKCS1v15(), SHA256())).decode()


def check_signature(public_key: str, content: bytes, signature: bytes) -> None:
    """Raises ``Unverified`` for a signature that was not made with the private key of this public one, in
    PEM, and for a key that is none, or not to be relied on."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - 8 MB
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    key = _public_key(public_key)
    try:
        key.verify(signature, content, PKCS1v15(), SHA256())
    except InvalidSignature as e:
        raise Unverified("the signature is not that of the key") from e


@lru_cache(maxsize=16)
def _private_key(pem: str) -> RSAPrivateKey:
    """The key, read: reading one checks it, and takes as long as many signatures."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - 8 MB
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("no RSA key")
    return key


def _public_key(pem: str) -> RSAPublicKey:
    """Raises ``Unverified``."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - 8 MB
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    if len(pem) > MAX_PEM_CHARS:
        raise Unverified("the public key is too long")
    try:
        key = load_pem_public_key(pem.encode("ascii"))
    except (ValueError, UnsupportedAlgorithm) as e:
        raise Unverified("the public key cannot be read") from e
    if not isinstance(key, RSAPublicKey):
        raise Unverified("the public key is not of RSA")
    if not MIN_KEY_BITS <= key.key_size <= MAX_KEY_BITS:
        raise Unverified(
            f"the public key has {key.key_size} bits: {MIN_KEY_BITS} to {MAX_KEY_BITS} are taken"
        )
    if key.public_numbers().e.bit_length() > MAX_EXPONENT_BITS:
        raise Unverified("the public key has a very large exponent")
    return key
