"""The machine's site: what it is to do wrong, it does to one request, or to none."""

from __future__ import annotations

from random import Random

import requests

from tests.channels.local_server import status
from tests.faults.machine.newsroom import NewsroomServer, article_in


def test_trouble_that_nobody_has_met_can_be_taken_back() -> None:
    with NewsroomServer() as site:
        take_back = site.meets(r"/news", status(500))
        site.meets(r"/wire\.json", status(503))
        take_back()
        answers = [
            requests.get(site.address + path, timeout=30).status_code for path in ("/news", "/wire.json")
        ]
        take_back()
    assert answers == [200, 503]


def test_a_text_says_which_article_it_is_about() -> None:
    with NewsroomServer() as site:
        site.publish(Random(1), source="wire")  # noqa: S311 - the same each time
        [story] = site.stories
    assert article_in(f"<p>{story.headline}</p>") == story.path == "/wire/1"
    assert article_in("nothing") == ""
