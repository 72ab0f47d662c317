"""What our session sends is what ``requests`` would send: it only takes a shorter way."""

from __future__ import annotations

import pytest
import requests

from syndicator.http.client import Http

ADDRESS = "https://service.example/posts?of=us"

REQUESTS = [
    {"method": "GET"},
    {"method": "POST"},
    {"method": "post", "json": {"text": "Grüße"}},
    {"method": "POST", "data": b"bytes", "headers": {"content-type": "text/plain", "X-No": None}},
    {"method": "PUT", "data": {"text": "of a form", "tags": ["a", "b"]}, "headers": {"accept": "text/html"}},
    {"method": "PATCH", "params": {"page": "2"}, "auth": ("name", "password")},
    {"method": "DELETE", "headers": {"user-agent": "another"}},
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: str(sorted(request)))
def test_a_request_is_prepared_as_by_requests(request_: dict[str, object]) -> None:
    ours, theirs = Http().session(), requests.Session()
    theirs.trust_env, theirs.headers["User-Agent"] = False, Http().user_agent
    made = ours.prepare_request(requests.Request(url=ADDRESS, **request_))
    expected = theirs.prepare_request(requests.Request(url=ADDRESS, **request_))
    assert (made.method, made.url, made.body) == (expected.method, expected.url, expected.body)
    assert made.headers == expected.headers


def test_files_go_along() -> None:
    request = requests.Request("POST", ADDRESS, files={"photo": ("a.png", b"pixels", "image/png")})
    made = Http().session().prepare_request(request)
    assert b"pixels" in made.body  # type: ignore[operator]
    assert made.headers["Content-Type"].startswith("multipart/form-data; boundary=")
