"""Posts that networks list: which one is an article's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.domain.listed_post import LOOK_BACK, ListedPost, linked, tried_since
from syndicator.domain.post import Post
from tests.channels.contract import ARTICLE

PLAIN = "https://news.example/2026/bridge"
POST = Post(article=replace(ARTICLE, url=PLAIN), text="The bridge", url=f"{PLAIN}?utm_source=net")


def listed(text: str, *links: str) -> ListedPost:
    return ListedPost(remote_id="1", text=text, links=links)


@pytest.mark.parametrize(
    "post",
    [
        listed(f"The bridge\n\n{PLAIN}"),
        listed(f"{PLAIN}?utm_source=net and more"),
        listed("The bridge", PLAIN),
        listed("", "https://elsewhere.example/", f"{PLAIN}?utm_source=net"),
    ],
)
def test_a_post_leads_there_by_its_words_or_beside_them(post: ListedPost) -> None:
    assert linked([listed("Something else"), post], POST) == post


@pytest.mark.parametrize("text", ["", f"{PLAIN}/2", f"({PLAIN})", f"{PLAIN}?utm_source=other", f"x{PLAIN}"])
def test_an_address_that_only_begins_likewise_is_another(text: str) -> None:
    assert linked([listed(text, text)], POST) is None


def test_addresses_are_looked_for_as_the_network_writes_them() -> None:
    post = listed(PLAIN.replace("/", "|"))

    assert linked([post], POST, lambda url: url.replace("/", "|")) == post
    assert linked([post], POST) is None


def test_the_newest_is_found() -> None:
    first, second = listed(f"one {PLAIN}"), listed(f"two {PLAIN}")

    assert linked(iter([first, second]), POST) is first


def test_the_same_words_are_the_same_however_they_are_set() -> None:
    assert listed("The  bridge\n").has_words_of(" The bridge")
    assert not listed("The bridge").has_words_of("the bridge")


def test_who_does_not_know_since_when_looks_a_while_back() -> None:
    now = datetime.now(UTC)

    assert timedelta(0) <= tried_since(POST) - (now - LOOK_BACK) < timedelta(minutes=1)
    assert tried_since(replace(POST, since=now)) == now
