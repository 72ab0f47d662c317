"""Push messages: the standard's own example, a library of other hands, and keys that are none."""

from __future__ import annotations

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from syndicator.http.push_encryption import (
    CURVE,
    MAX_MESSAGE_BYTES,
    PushKeys,
    base64url,
    encrypted,
    from_base64url,
    public_point,
    sealed,
)

BROWSER = ec.derive_private_key(2026, CURVE)
AUTH = bytes(range(16))
KEYS = PushKeys(public_point(BROWSER), AUTH)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(from_base64url(text), "big"), CURVE)


def test_the_standards_own_example_comes_out_letter_by_letter() -> None:
    """RFC 8291 section 5 and appendix A."""
    keys = PushKeys.of_texts(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "BTBZMqHH6r4Tts7J_aSIgg",
    )
    body = sealed(
        b"When I grow up, I want to be a watermelon",
        keys,
        private("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
        from_base64url("DGv6ra1nlYgDCS1FRnbzlw"),
    )

    assert base64url(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
        "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=MAX_MESSAGE_BYTES))
def test_another_library_decrypts_it(message: bytes) -> None:
    body = encrypted(message, KEYS)

    assert http_ece.decrypt(body, private_key=BROWSER, auth_secret=AUTH, version="aes128gcm") == message
    assert len(body) == len(message) + 103 <= 4096


def test_each_message_has_a_key_and_a_salt_of_its_own() -> None:
    one, other = encrypted(b"news", KEYS), encrypted(b"news", KEYS)

    assert one[:16] != other[:16]
    assert one[21:86] != other[21:86]


def test_a_message_that_services_need_not_take_is_not_made() -> None:
    with pytest.raises(ValueError, match="3993"):
        encrypted(b"x" * (MAX_MESSAGE_BYTES + 1), KEYS)


@pytest.mark.parametrize(
    ("point", "auth", "why"),
    [
        (public_point(BROWSER), b"", "auth"),
        (public_point(BROWSER), AUTH + b"x", "auth"),
        (b"", AUTH, "uncompressed"),
        (public_point(BROWSER)[:-1], AUTH, "uncompressed"),
        (b"\x02" + public_point(BROWSER)[1:33], AUTH, "uncompressed"),
        (b"\x06" + public_point(BROWSER)[1:], AUTH, "uncompressed"),
        (b"\x04" + b"\x00" * 64, AUTH, "no point"),
        (b"\x04" + b"\xff" * 64, AUTH, "no point"),
        (public_point(BROWSER)[:-1] + bytes([public_point(BROWSER)[-1] ^ 1]), AUTH, "no point"),
    ],
)
def test_keys_that_no_browser_has_are_refused(point: bytes, auth: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        PushKeys(point, auth)


@given(st.binary(max_size=200))
def test_base64url_goes_there_and_back(content: bytes) -> None:
    text = base64url(content)

    assert from_base64url(text) == content
    assert from_base64url(text + "=" * (-len(text) % 4)) == content


@pytest.mark.parametrize("text", ["a", "ab+/", "a b c d", "ກຂ", "QQ==QQ==", "QR", "\n", "-_\n"])
def test_what_is_no_base64url_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        from_base64url(text)
