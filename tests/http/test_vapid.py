"""Who sends a push message: a token that any library can check, good for one push service, for some hours."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature

from syndicator.http.push_encryption import from_base64url
from syndicator.http.vapid import application_server, new_private_key, origin_of
from tests.http.vapid_reader import read_vapid

NOW = 1_790_000_000.0
KEY = new_private_key()
CONTACT = "mailto:desk@river.example"
ENDPOINT = "https://push.example/wpush/v2/abc"


def test_a_token_says_who_asks_whom_until_when() -> None:
    server = application_server(KEY, CONTACT)
    head, claims, key = read_vapid(server.authorization(ENDPOINT, NOW))

    assert key == server.key
    assert head == {"typ": "JWT", "alg": "ES256"}
    assert claims == {"aud": "https://push.example", "exp": NOW + 12 * 3600, "sub": CONTACT}


def test_another_keys_signature_is_seen() -> None:
    theirs = application_server(new_private_key(), CONTACT).authorization(ENDPOINT, NOW)
    key = application_server(KEY, CONTACT).key

    with pytest.raises(InvalidSignature):
        read_vapid(theirs.partition("k=")[0] + f"k={key}")


def test_a_token_is_used_again_for_the_same_service_until_near_its_end() -> None:
    server = application_server(new_private_key(), CONTACT)
    first = server.authorization(ENDPOINT, NOW)

    assert server.authorization("https://push.example/another", NOW + 9 * 3600) == first
    assert server.authorization("https://other.example/abc", NOW) != first
    renewed = server.authorization(ENDPOINT, NOW + 10 * 3600 + 1)
    assert renewed != first
    assert read_vapid(renewed)[1]["exp"] == NOW + 22 * 3600 + 1


def test_a_clock_that_was_set_back_makes_no_token_for_days() -> None:
    server = application_server(new_private_key(), CONTACT)
    server.authorization(ENDPOINT, NOW + 5 * 86_400)

    assert read_vapid(server.authorization(ENDPOINT, NOW))[1]["exp"] == NOW + 12 * 3600


def test_a_key_is_the_same_wherever_it_is_read() -> None:
    again = application_server(f"{KEY}=", "https://river.example/contact")

    assert again.key == application_server(KEY, CONTACT).key
    assert len(KEY) == 43
    assert len(from_base64url(again.key)) == 65
    assert KEY not in repr(again)


@pytest.mark.parametrize(
    "text",
    ["", "AAAA", "A" * 43, "not a key", "_" * 43, KEY[:-1], KEY + "AAAA", "-----BEGIN PRIVATE KEY-----"],
    ids=["none", "short", "zero", "words", "too large", "cut", "long", "PEM"],  # the key is another each time
)
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"private key|base64url"):
        application_server(text, CONTACT)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Push.Example:443/a?b#c", "https://push.example"),
        ("https://push.example:8443/a", "https://push.example:8443"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("https://[2001:db8::1]:99/x", "https://[2001:db8::1]:99"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(address: str, origin: str) -> None:
    assert origin_of(address) == origin
