"""What is taken from a User-Agent, and what is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.store.readership import OTHER_READERS
from syndicator.web.agents import MAX_SUBSCRIBERS, NAMES, Agent, agent


@pytest.mark.parametrize(
    ("said", "name", "subscribers"),
    [
        (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 1234 subscribers; like FeedFetcher-Google)",
            "Feedly",
            1234,
        ),
        ("Mozilla/5.0 (X11; compatible; InoreaderBot; 1 subscriber; feed-id=77)", "Inoreader", 1),
        ("NewsBlur Feed Fetcher - 42 subscribers - http://www.newsblur.com/site/9/x", "NewsBlur", 42),
        ("Feedbin feed-id:1373711 - 87 subscribers", "Feedbin", 87),
        ("Feedspot/1.0 (+https://www.feedspot.com/fs/fetcher; readers: 5)", "Feedspot", None),
        ("BazQux/2.4 (+https://bazqux.com/fetcher; 12 subscribers)", "BazQux", 12),
        ("FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)", "Google FeedFetcher", None),
        ("Mozilla/5.0 (compatible; Miniflux/2.2.1; +https://miniflux.app)", "Miniflux", None),
        ("Tiny Tiny RSS/24.01 (https://tt-rss.org/)", "Tiny Tiny RSS", None),
        ("WordPress/6.4; https://my-private-blog.example", "WordPress", None),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox", None),
        (
            "Mozilla/5.0 (Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge",
            None,
        ),
        (
            "Mozilla/5.0 (Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
            "Chrome",
            None,
        ),
        ("Morning Paper/2.1 (Android 14)", "Paper", None),
        ("RiverReader/3.0 (iPhone; 7 subscribers)", "RiverReader", 7),
        ("riverfetch", "riverfetch", None),
        ("rss2mail/1.0", "rss2mail", None),
        ("", OTHER_READERS, None),
        ("Mozilla/5.0", OTHER_READERS, None),
        ("Mozilla/5.0 (compatible)", OTHER_READERS, None),
        ("noi@ledger.example", OTHER_READERS, None),
        ("noi@ledger.example/1.0", OTHER_READERS, None),
        ("192.0.2.7/1.0", OTHER_READERS, None),
        ("https://noi.example/reader", OTHER_READERS, None),
        ("noi.example/1.0", OTHER_READERS, None),
        ("a81f3c9de0", OTHER_READERS, None),
        ("deadbeefcafe/1.0", OTHER_READERS, None),
        ("reader-8f14e45fceea167a/1.0", OTHER_READERS, None),
        ("the reader of Noi Vongsa", OTHER_READERS, None),
        ("\xff\x00<script>/1", OTHER_READERS, None),
        ("x/1 (99999999999 subscribers)", OTHER_READERS, MAX_SUBSCRIBERS),
        ("River/1 (feed-123 subscribers)", "River", 123),
        ("River/1.5 readers", "River", None),
    ],
)
def test_a_reader_is_known_by_its_name_and_its_subscribers(
    said: str, name: str, subscribers: int | None
) -> None:
    assert agent(said) == Agent(name, subscribers)


@given(st.text(max_size=400) | st.from_regex(r"[A-Za-z0-9@./:_-]{1,40}/[0-9.]{1,6}", fullmatch=True))
def test_a_name_is_a_known_one_or_a_word(said: str) -> None:
    found = agent(said)

    assert found.name in NAMES or re.fullmatch(
        r"[A-Za-z][A-Za-z_+-]*\d?[A-Za-z_+-]*\d?[A-Za-z_+-]*", found.name
    )
    assert 2 < len(found.name) <= 32
    assert found.subscribers is None or 0 <= found.subscribers <= MAX_SUBSCRIBERS


def test_a_reader_is_not_known_by_where_its_owner_has_mail() -> None:
    assert agent("someone@mail.yandex.example").name == OTHER_READERS


ADDRESSES = st.ip_addresses().map(str) | st.emails() | st.uuids().map(str) | st.uuids().map(lambda u: u.hex)


@given(
    ADDRESSES,
    st.sampled_from(
        ["{}", "{}/1.0", "River/1.0 ({})", "River/1.0 {}", "{} River/1.0", "Feedly/1.0 (; {}; 3 subscribers)"]
    ),
)
def test_what_tells_a_person_from_others_is_not_kept(address: str, form: str) -> None:
    found = agent(form.format(address))

    assert found.name in ("River", "Feedly", OTHER_READERS)


@given(st.integers(0, MAX_SUBSCRIBERS), st.sampled_from(["subscribers", "Subscribers", "readers", "users"]))
def test_any_number_of_subscribers_is_read(count: int, noun: str) -> None:
    assert agent(f"River/1.0 (+https://river.example/; {count} {noun}; feed-id=123456)").subscribers == count
