"""Signatures, verified by another library."""

from __future__ import annotations

import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_ec_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as new_rsa_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from syndicator.mail.dkim import DkimKey, private_key, relaxed_body

HEADERS = [
    ("From", "Example News <news@news.example>"),
    ("To", "somebody@reader.example"),
    ("Subject", "The  bridge\r\n reopens \t on Monday"),
    ("Date", "Thu, 26 Nov 2026 08:00:00 +0000"),
    ("Message-ID", "<1@news.example>"),
    ("X-Unsigned", "anything"),
    ("List-Unsubscribe", "<https://news.example/lists/leave/1-abc>"),
    ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
]
BODY = b"The bridge reopens.\r\n\r\nOn Monday.\r\n"


def pem(key: RSAPrivateKey | Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


RSA = DkimKey("news.example", "n1", private_key(pem(new_rsa_key(65537, 2048))))
ED25519 = DkimKey("news.example", "n2", private_key(pem(Ed25519PrivateKey.generate())))
KEYS = pytest.mark.parametrize("key", [RSA, ED25519], ids=["rsa", "ed25519"])


def signed(key: DkimKey, headers: list[tuple[str, str]], body: bytes) -> bytes:
    signature = key.signature(headers, hashlib.sha256(body).digest(), 1_790_000_000)
    return b"".join(f"{n}: {v}\r\n".encode() for n, v in (signature, *headers)) + b"\r\n" + body


def verifies(message: bytes, key: DkimKey) -> bool:
    record = {key.place + ".": key.record}
    try:
        return bool(dkim.verify(message, dnsfunc=lambda name, timeout=5: record.get(name.decode())))
    except dkim.DKIMException:
        return False


@KEYS
def test_a_signature_is_good(key: DkimKey) -> None:
    assert verifies(signed(key, HEADERS, BODY), key)


@KEYS
@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"on Monday", b"on Friday"),  # a header
        (b"On Monday", b"On Friday"),  # the body
        (b"leave/1-abc", b"leave/2-abc"),
        (b"To: somebody", b"To: somebody.else"),
        (b"X-Unsigned:", b"Subject: Another one\r\nX-Unsigned:"),  # added
        (b"X-Unsigned:", b"From: evil@evil.example\r\nX-Unsigned:"),
    ],
)
def test_what_was_changed_on_the_way_is_noticed(key: DkimKey, was: bytes, becomes: bytes) -> None:
    message = signed(key, HEADERS, BODY)
    assert was in message
    assert not verifies(message.replace(was, becomes), key)


@KEYS
def test_a_header_that_nobody_signed_may_change(key: DkimKey) -> None:
    assert verifies(signed(key, HEADERS, BODY).replace(b"anything", b"something else"), key)


def test_lines_of_a_signature_are_short() -> None:
    _, value = RSA.signature(HEADERS, b"\0" * 32, 0)
    assert all(len(line) <= 78 for line in value.split("\r\n")[1:])
    assert all(line.startswith(" ") for line in value.split("\r\n")[1:])


@given(
    st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r\n", b"b.", b"  \r\n", b"="]), max_size=12),
    st.lists(st.sampled_from(["a", " ", "\t", "\r\n ", ":", "b;"]), max_size=8),
)
def test_white_space_is_as_the_other_library_has_it(body: list[bytes], subject: list[str]) -> None:
    content = relaxed_body(b"".join(body) + b"\r\n")
    headers = [("Subject", "x" + "".join(subject) + "x"), ("From", "a@news.example"), ("To", "b@c.example")]

    assert relaxed_body(content) == content
    assert verifies(signed(ED25519, headers, content), ED25519)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no private key"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no private key"),
        (pem(Ed25519PrivateKey.generate()).replace("PRIVATE", "PUBLIC"), "no private key"),
    ],
)
def test_what_is_no_key_is_told(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        private_key(text)


def test_a_key_that_is_of_no_use_is_told() -> None:
    ec = new_ec_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    with pytest.raises(ValueError, match="neither of RSA nor of Ed25519"):
        private_key(ec)
