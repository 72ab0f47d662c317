"""A token that ends soon, on the console."""

from __future__ import annotations

from tests.web.browser import browsing
from tests.web.house import House


def test_a_channel_whose_token_ends_is_an_alarm(house: House) -> None:
    with browsing(house.app(ending_tokens=lambda _now: {"desk": "token: it ends in 6 days"})) as browser:
        assert "Channel desk stops soon: token: it ends in 6 days" in browser.get("/console").text
