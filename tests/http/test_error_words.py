"""What a reply that is no success says, in words for an operator."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syndicator.domain.errors import TryLater
from syndicator.http.exchange import RemoteReply
from syndicator.http.xrpc import error_name


def reply(body: bytes, status: int = 400) -> RemoteReply:
    return RemoteReply("news.example", status, {}, body, TryLater)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"error": "InvalidRequest", "message": "text is too long"}, ": InvalidRequest: text is too long"),
        ({"error": "Validation failed"}, ": Validation failed"),
        ({"error": "gone", "message": None}, ": gone"),
        # RFC 6749 section 5.2
        (
            {"error": "invalid_grant", "error_description": "the code is used"},
            ": invalid_grant: the code is used",
        ),
        ({"error": "invalid_client", "error_description": ""}, ": invalid_client"),
        ({"error": "", "message": ""}, ""),
        ({"message": "no name"}, ': {"message": "no name"}'),
    ],
)
def test_an_error_has_a_name_and_what_it_means(document: Any, words: str) -> None:
    assert reply(json.dumps(document).encode()).message == f"news.example answers 400{words}"


@pytest.mark.parametrize(
    ("body", "status", "name"),
    [
        (b'{"error": "ExpiredToken"}', 400, "ExpiredToken"),
        (b'{"error": "ExpiredToken"}', 200, ""),  # no error at all
        (b'["error"]', 400, ""),
        (b"<html>", 400, ""),
        (b"[" * 100_000, 400, ""),
        (b'{"error": null}', 401, ""),
    ],
)
def test_errors_of_the_protocol_have_names(body: bytes, status: int, name: str) -> None:
    assert error_name(reply(body, status)) == name
