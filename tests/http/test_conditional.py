"""Validators: kept as they came, sent back as they were kept."""

from __future__ import annotations

from requests.structures import CaseInsensitiveDict

from syndicator.http.conditional import conditions, validators


def test_validators_go_back_byte_for_byte() -> None:
    known = validators(CaseInsensitiveDict({"etag": 'W/"1, 2"', "last-modified": "yesterday"}))

    assert known == {"etag": 'W/"1, 2"', "modified": "yesterday"}
    assert conditions(known) == {"If-None-Match": 'W/"1, 2"', "If-Modified-Since": "yesterday"}


def test_without_validators_nothing_is_asked_on_condition() -> None:
    assert conditions(validators({"ETag": "", "Content-Type": "text/html"})) == {}


def test_what_older_versions_kept_by_the_headers_names_is_understood() -> None:
    assert conditions({"ETag": '"1"'}) == {"If-None-Match": '"1"'}
