"""Signatures of requests, held against published vectors and other libraries."""

from __future__ import annotations

import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import RSA_V1_5_SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.fediverse import cavage, message_signatures
from syndicator.fediverse.keys import check_signature, new_private_key, public_key_of, signer
from syndicator.fediverse.signatures import Scheme, claim, signed_headers
from syndicator.fediverse.signed import SignedRequest, Unverified

NOW = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
KEY_ID = "https://news.example/ap/wire#main-key"
BODY = '{"type":"Create","object":"ຂ່າວ"}'.encode()
REQUEST = SignedRequest(
    method="post",
    url="https://social.example/users/ann/inbox?page=1",
    headers={"content-type": "application/activity+json"},
    body=BODY,
)

#: The request of draft-cavage-http-signatures-12, appendix C, and its key pair's private half.
OLD = SignedRequest(
    method="POST",
    url="https://example.com/foo?param=value&pet=dog",
    headers={
        "date": "Sun, 05 Jan 2014 21:31:40 GMT",
        "content-type": "application/json",
        "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "content-length": "18",
    },
    body=b'{"hello": "world"}',
)
OLD_TIME = datetime(2014, 1, 5, 21, 31, 40, tzinfo=UTC)
OLD_KEY = """-----BEGIN RSA PRIVATE KEY-----
MIICXgIBAAKBgQDCFENGw33yGihy92pDjZQhl0C36rPJj+CvfSC8+q28hxA161QF
NUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6Z4UMR7EOcpfdUE9Hf3m/hs+F
UR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJwoYi+1hqp1fIekaxsyQIDAQAB
AoGBAJR8ZkCUvx5kzv+utdl7T5MnordT1TvoXXJGXK7ZZ+UuvMNUCdN2QPc4sBiA
QWvLw1cSKt5DsKZ8UETpYPy8pPYnnDEz2dDYiaew9+xEpubyeW2oH4Zx71wqBtOK
kqwrXa/pzdpiucRRjk6vE6YY7EBBs/g7uanVpGibOVAEsqH1AkEA7DkjVH28WDUg
f1nqvfn2Kj6CT7nIcE3jGJsZZ7zlZmBmHFDONMLUrXR/Zm3pR5m0tCmBqa5RK95u
412jt1dPIwJBANJT3v8pnkth48bQo/fKel6uEYyboRtA5/uHuHkZ6FQF7OUkGogc
mSJluOdc5t6hI1VsLn0QZEjQZMEOWr+wKSMCQQCC4kXJEsHAve77oP6HtG/IiEn7
kpyUXRNvFsDE0czpJJBvL/aRFUJxuRK91jhjC68sA7NsKMGg5OXb5I5Jj36xAkEA
gIT7aFOYBFwGgQAQkWNKLvySgKbAZRTeLBacpHMuQdl1DfdntvAyqpAZ0lY0RKmW
G6aFKaqQfOXKCyWoUiVknQJAXrlgySFci/2ueKlIE1QqIiLSZ8V8OlpFLRnb1pzI
7U1yQXnTAEFYM560yJlzUpOb1V4cScGd365tiSMvxLOvTA==
-----END RSA PRIVATE KEY-----
"""
OLD_SIGNATURES = {
    "date": (
        "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25W"
        "qS+lavg7T8hc0GppauB6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="
    ),
    "(request-target) host date": (
        "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfE"
        "dKFYRqzic+efkb3nndiv/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="
    ),
    "(request-target) host date content-type digest content-length": (
        "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv1"
        "20V01IL+TAD48XaERZFukWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="
    ),
}

#: The request of RFC 9421, appendix B.2, and public keys of appendix B.1.
NEW = SignedRequest(
    method="POST",
    url="https://example.com/foo?param=Value&Pet=dog",
    headers={
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-digest": (
            "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
        ),
        "content-length": "18",
    },
    body=b'{"hello": "world"}',
)
NEW_TIME = datetime(2021, 4, 20, 2, 7, 53, tzinfo=UTC)
PSS_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbP"
    "fvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPF"
    "mTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZY"
    "oA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB"
)
ED25519_KEY = "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
FULL = '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
FULL_SIGNATURE = (
    "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp76"
    "8ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQo"
    "Ld7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX"
    "2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA=="
)
ED25519_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="

SCHEMES = pytest.mark.parametrize("scheme", list(Scheme))


@cache
def private_key() -> str:
    return new_private_key()


def signed(scheme: Scheme, request: SignedRequest = REQUEST, at: datetime = NOW) -> SignedRequest:
    return replace(request, headers=signed_headers(request, scheme, KEY_ID, signer(private_key()), at))


def verify(request: SignedRequest, at: datetime = NOW) -> str:
    """The key id of a request whose signature is good."""
    found = claim(request, at)
    check_signature(public_key_of(private_key()), found.base, found.signature)
    return found.key_id


def changed(request: SignedRequest, **headers: str) -> SignedRequest:
    return replace(request, headers={**request.headers, **headers})


class TestVectors:
    @pytest.mark.parametrize(("names", "signature"), OLD_SIGNATURES.items())
    def test_the_draft_signs_as_its_appendix_does(self, names: str, signature: str) -> None:
        text = cavage.signing_string(OLD, names.split(), {})

        key = serialization.load_pem_private_key(OLD_KEY.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        made = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        assert base64.b64encode(made).decode() == signature

    def test_the_draft_reads_what_covers_everything(self) -> None:
        names, signature = list(OLD_SIGNATURES.items())[-1]
        header = f'keyId="Test",algorithm="rsa-sha256",headers="{names}",signature="{signature}"'

        found = claim(changed(OLD, signature=header), OLD_TIME)

        assert found.key_id == "Test"
        key = serialization.load_pem_private_key(OLD_KEY.encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        key.public_key().verify(found.signature, found.base, padding.PKCS1v15(), hashes.SHA256())

    def test_the_standard_signs_what_its_appendix_does_in_full(self) -> None:
        """Section B.2.3."""
        parameters = f'{FULL};created=1618884473;keyid="test-key-rsa-pss"'
        request = changed(
            NEW, **{"signature-input": f"sig-b23={parameters}", "signature": f"sig-b23=:{FULL_SIGNATURE}:"}
        )

        found = claim(request, NEW_TIME)

        key = serialization.load_der_public_key(base64.b64decode(PSS_KEY))
        assert isinstance(key, rsa.RSAPublicKey)
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)
        key.verify(found.signature, found.base, pss, hashes.SHA512())
        assert found.key_id == "test-key-rsa-pss"

    def test_the_standard_signs_what_its_appendix_does_with_another_key(self) -> None:
        """Section B.2.6. It leaves the body out, so that the request is none that we would take."""
        names = ("date", "@method", "@path", "@authority", "content-type", "content-length")
        listed = " ".join(f'"{name}"' for name in names)

        base = message_signatures.signature_base(
            NEW, names, f'({listed});created=1618884473;keyid="test-key-ed25519"'
        )

        key = serialization.load_der_public_key(base64.b64decode(ED25519_KEY))
        assert isinstance(key, Ed25519PublicKey)
        key.verify(base64.b64decode(ED25519_SIGNATURE), base.encode())


class Keys(HTTPSignatureKeyResolver):
    def resolve_public_key(self, key_id: str) -> Any:
        assert key_id == KEY_ID
        return public_key_of(private_key()).encode()

    def resolve_private_key(self, key_id: str) -> Any:
        return private_key().encode()


class TestAnotherLibrary:
    """http-message-signatures, which knows the standard alone."""

    def test_verifies_what_we_sign(self) -> None:
        ours = signed(Scheme.STANDARD, at=datetime.now(UTC))
        request = requests.Request("POST", ours.url, dict(ours.headers), data=BODY).prepare()

        verifier = HTTPMessageVerifier(signature_algorithm=RSA_V1_5_SHA256, key_resolver=Keys())
        [result] = verifier.verify(request)

        assert set(result.covered_components) >= {'"@method"', '"@target-uri"', '"content-digest"'}

    def test_signs_what_we_verify(self) -> None:
        request = requests.Request(
            "POST", REQUEST.url, dict(signed(Scheme.STANDARD).headers), data=BODY
        ).prepare()
        del request.headers["signature"], request.headers["signature-input"]
        signing = HTTPMessageSigner(signature_algorithm=RSA_V1_5_SHA256, key_resolver=Keys())
        signing.sign(
            request,
            key_id=KEY_ID,
            covered_component_ids=("@method", "@authority", "@request-target", "content-digest"),
            use_existing_digest=True,
        )
        headers = {name.lower(): value for name, value in request.headers.items()}

        assert verify(replace(REQUEST, headers=headers), datetime.now(UTC)) == KEY_ID


@SCHEMES
class TestBothSchemes:
    def test_what_is_signed_is_verified(self, scheme: Scheme) -> None:
        assert verify(signed(scheme)) == KEY_ID

    def test_a_request_without_a_body(self, scheme: Scheme) -> None:
        request = SignedRequest(method="GET", url="https://social.example/users/ann", headers={})

        assert verify(signed(scheme, request)) == KEY_ID

    def test_another_body(self, scheme: Scheme) -> None:
        with pytest.raises(Unverified, match="digest"):
            verify(replace(signed(scheme), body=BODY + b" "))

    def test_another_place(self, scheme: Scheme) -> None:
        for url in (
            "https://social.example/users/ben/inbox?page=1",
            "https://social.example/users/ann/inbox",
            "https://other.example/users/ann/inbox?page=1",
        ):
            with pytest.raises(Unverified, match="not that of the key"):
                verify(replace(signed(scheme), url=url))

    def test_another_method(self, scheme: Scheme) -> None:
        with pytest.raises(Unverified):
            verify(replace(signed(scheme), method="PUT"))

    @pytest.mark.parametrize("late", [timedelta(hours=2), timedelta(hours=-2)])
    def test_another_time(self, scheme: Scheme, late: timedelta) -> None:
        with pytest.raises(Unverified, match="clocks differ"):
            verify(signed(scheme), NOW + late)

    @pytest.mark.parametrize("late", [timedelta(minutes=50), timedelta(minutes=-50)])
    def test_clocks_that_differ_a_little(self, scheme: Scheme, late: timedelta) -> None:
        assert verify(signed(scheme), NOW + late) == KEY_ID

    def test_another_key(self, scheme: Scheme) -> None:
        found = claim(signed(scheme), NOW)

        with pytest.raises(Unverified, match="not that of the key"):
            check_signature(public_key_of(new_private_key()), found.base, found.signature)

    @pytest.mark.slow
    @given(
        part=st.sampled_from(["signature", "signature-input", "digest", "content-digest", "date"]),
        data=st.data(),
    )
    @settings(max_examples=60, deadline=None)
    def test_no_change_of_a_header_is_a_defect(self, scheme: Scheme, part: str, data: Any) -> None:
        """Whatever is done to them, the request is verified or it is not."""
        request = signed(scheme)
        header = request.headers.get(part, "")
        start = data.draw(st.integers(0, len(header)))
        end = data.draw(st.integers(start, min(len(header), start + 20)))
        other = data.draw(st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=12))

        with suppress(Unverified):
            verify(changed(request, **{part: header[:start] + other + header[end:]}))

    def test_a_header_without_end_is_not_parsed(self, scheme: Scheme) -> None:
        name = "signature" if scheme is Scheme.DRAFT else "signature-input"
        with pytest.raises(Unverified, match="too long"):
            claim(changed(signed(scheme), **{name: 'a="b",' * 10_000}), NOW)


def draft(**parameters: str) -> SignedRequest:
    """A request signed by the draft, with other parameters."""
    request = signed(Scheme.DRAFT)
    fields = {
        "keyId": KEY_ID,
        "algorithm": "rsa-sha256",
        "headers": "(request-target) host date digest",
        "signature": "AAAA",
        **parameters,
    }
    return changed(request, signature=",".join(f'{name}="{value}"' for name, value in fields.items()))


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (REQUEST, "not signed"),
        (draft(headers="host date digest"), r"\(request-target\)"),
        (draft(headers="(request-target) date digest"), "host"),
        (draft(headers="(request-target) host digest"), "neither date"),
        (draft(headers="(request-target) host date"), "digest"),
        (draft(headers="(request-target) host date digest x-more"), "x-more"),
        (draft(headers="(request-target) host date digest date"), "twice"),
        (draft(headers="(request-target) host (created) digest"), "do not go with"),
        (draft(algorithm="hmac-sha256"), "hmac-sha256"),
        (draft(algorithm="hs2019", headers="(request-target) host (created) digest"), "a time"),
        (draft(signature="!!!"), "base64"),
        (draft(keyId=""), "keyId"),
        (changed(signed(Scheme.DRAFT), date="yesterday"), "date"),
        (changed(signed(Scheme.DRAFT), digest="MD5=AAAA"), "SHA-256"),
        (changed(signed(Scheme.DRAFT), signature='keyId="a",keyId="b"'), "cannot be read"),
    ],
)
def test_the_draft_says_what_is_wrong(request_: SignedRequest, reason: str) -> None:
    with pytest.raises(Unverified, match=reason):
        claim(request_, NOW)


def standard(text: str, signature: str = "sig1=:AAAA:") -> SignedRequest:
    return changed(signed(Scheme.STANDARD), **{"signature-input": text, "signature": signature})


MADE = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f'sig1=("@target-uri" "content-digest");created={MADE};keyid="k"', "@method"),
        (f'sig1=("@method" "@path" "content-digest");created={MADE};keyid="k"', "@target-uri"),
        (f'sig1=("@method" "@authority" "@path" "content-digest");created={MADE};keyid="k"', "@target-uri"),
        (f'sig1=("@method" "@target-uri");created={MADE};keyid="k"', "content-digest"),
        ('sig1=("@method" "@target-uri" "content-digest");keyid="k"', "when it was made"),
        ('sig1=("@method" "@target-uri" "content-digest");created="1";keyid="k"', "when it was made"),
        (f'sig1=("@method" "@target-uri" "content-digest");created={MADE}', "keyid"),
        (f'sig1=("@method" "@target-uri" "content-digest");created={MADE};keyid=k', "keyid"),
        (
            f'sig1=("@method" "@target-uri" "content-digest");created={MADE};keyid="k";alg="ed25519"',
            "ed25519",
        ),
        (
            f'sig1=("@method" "@target-uri" "content-digest");created={MADE};expires={MADE - 1};keyid="k"',
            "expired",
        ),
        (f'sig1=("@method";req "@target-uri" "content-digest");created={MADE};keyid="k"', "parameters"),
        (f'sig1=("@method" "@method" "@target-uri" "content-digest");created={MADE};keyid="k"', "twice"),
        (f'sig1=("@method" "@target-uri" "content-digest" "x-more");created={MADE};keyid="k"', "x-more"),
        (f'sig2=("@method" "@target-uri" "content-digest");created={MADE};keyid="k"', "no bytes"),
        ("sig1=1", "no list"),
        ("sig1", "no list"),
        ("", "no signature"),
        ("(((", "cannot be read"),
    ],
)
def test_the_standard_says_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(Unverified, match=reason):
        claim(standard(text), NOW)


def test_the_signature_that_can_be_used_is_used() -> None:
    """Proxies add signatures of their own."""
    request = signed(Scheme.STANDARD)
    both = {
        name: f"{other}, {request.headers[name]}"
        for name, other in (("signature-input", 'proxy=("host");keyid="p"'), ("signature", "proxy=:AAAA:"))
    }

    assert verify(changed(request, **both)) == KEY_ID


def pem(key: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    found: bytes = key.public_bytes(serialization.Encoding.PEM, form)
    return found.decode()


def test_keys_that_are_not_taken() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()  # noqa: S505 - that is the point
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    slow = rsa.RSAPublicNumbers(n=rsa_numbers().n, e=2**64 + 1).public_key
    keys: list[tuple[Callable[[], str], str]] = [
        (lambda: "", "cannot be read"),
        (lambda: "ຂ່າວ", "cannot be read"),
        (lambda: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "cannot be read"),
        (lambda: "x" * 100_000, "too long"),
        (lambda: pem(weak), "1024 bits"),
        (lambda: pem(curve), "not of RSA"),
        (lambda: pem(slow()), "exponent"),
    ]
    for key, reason in keys:
        with pytest.raises(Unverified, match=reason):
            check_signature(key(), b"content", b"signature")


def rsa_numbers() -> rsa.RSAPublicNumbers:
    key = serialization.load_pem_private_key(private_key().encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.public_key().public_numbers()
