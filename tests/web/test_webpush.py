"""Where browsers subscribe to pushes: from the newsroom's pages alone, with what a browser sends."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndicator.domain.errors import Misconfigured
from syndicator.store import Store
from syndicator.store.errors import StoreError
from syndicator.web.context import Context
from syndicator.web.webpush import MAX_REQUESTS_PER_MINUTE, PushPages
from tests.fakes import ALL, SITE, Clock
from tests.processes.heard import HeardBell
from tests.web.browser import Answer, Browser, browsing
from tests.web.house import FORMATS
from tests.web.push_pages import ORIGIN, Button, ReadersBrowser, Subscribers, application

pytestmark = pytest.mark.slow  # databases or processes throughout

PLACE = "/push/readers/subscriptions"
READER = ReadersBrowser()


@pytest.fixture
def subscribers(store: Store) -> Subscribers:
    return Subscribers(store)


@pytest.fixture
def button() -> Button:
    return Button()


@pytest.fixture
def context(tmp_path: Path, store: Store) -> Context:
    return Context(
        site=SITE,
        feeds={"all": ALL},
        formats=FORMATS,
        shelf=None,  # type: ignore[arg-type]  # no feed is served here
        store=store,
        bell=HeardBell(tmp_path / "broker"),
        clock=Clock(),
    )


@pytest.fixture
def pages(context: Context, button: Button, subscribers: Subscribers) -> PushPages:
    return PushPages(context, {"readers": button}, subscribers)


@pytest.fixture
def browser(pages: PushPages) -> Iterator[Browser]:
    with browsing(application(pages)) as opened:
        yield opened


def send(browser: Browser, method: str, sent: object, **headers: str) -> Answer:
    body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    given = {"origin": ORIGIN, "content-type": "application/json", **headers}
    return browser.ask(method, PLACE, given, body)


def test_a_reader_subscribes_and_leaves(browser: Browser, button: Button, subscribers: Subscribers) -> None:
    answer = send(browser, "POST", READER.subscription)

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (201, ORIGIN)
    [(endpoint, details)] = subscribers.details.items()
    assert endpoint == READER.endpoint
    assert details == {**READER.subscription["keys"], "server_key": button.server_key}

    assert send(browser, "DELETE", {"endpoint": READER.endpoint}).status == 204
    assert subscribers.details == {}
    assert send(browser, "DELETE", {"endpoint": READER.endpoint}).status == 204


def test_one_that_takes_anothers_place_ends_it(browser: Browser, subscribers: Subscribers) -> None:
    send(browser, "POST", READER.subscription)
    moved = replace(READER, endpoint="https://updates.push.services.mozilla.com/wpush/v2/two")

    assert send(browser, "POST", {**moved.subscription, "replaces": READER.endpoint}).status == 201
    assert list(subscribers.details) == [moved.endpoint]
    assert send(browser, "POST", {**moved.subscription, "replaces": moved.endpoint}).status == 201
    assert list(subscribers.details) == [moved.endpoint]


def test_browsers_are_told_that_its_pages_may_ask(browser: Browser) -> None:
    answer = browser.ask("OPTIONS", PLACE, {"origin": ORIGIN, "access-control-request-method": "POST"})

    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-methods"] == "POST, DELETE"
    assert answer.headers["access-control-allow-headers"] == "Content-Type"
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    "origin", ["", "null", "https://river.example.evil.example", "http://river.example", "*"]
)
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "DELETE"])
def test_other_pages_may_not(browser: Browser, subscribers: Subscribers, origin: str, method: str) -> None:
    answer = send(browser, method, READER.subscription, origin=origin)

    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
    assert subscribers.details == {}


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        ({**READER.subscription, "endpoint": "https://10.1.2.3/x"}, 400, "push service"),
        ({**READER.subscription, "endpoint": "http://web.push.apple.com/x"}, 400, "https"),
        ({**READER.subscription, "keys": {"p256dh": "AAAA", "auth": "AAAA"}}, 400, "p256dh|auth"),
        ({**READER.subscription, "replaces": 7}, 400, "endpoint"),
        ([], 400, "PushSubscription"),
        (b"{", 400, "no JSON"),
        (b"\xff", 400, "no JSON"),
        (b"[" * 8000, 400, "no JSON|PushSubscription"),
        (b" " * 9000, 413, "8,192"),
    ],
)
def test_what_no_browser_sends_is_refused_in_words(
    browser: Browser, subscribers: Subscribers, sent: object, status: int, why: str
) -> None:
    answer = send(browser, "POST", sent)

    assert answer.status == status
    assert any(each in answer.text for each in why.split("|"))
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert subscribers.details == {}


def test_what_a_form_could_send_is_refused(browser: Browser, subscribers: Subscribers) -> None:
    assert send(browser, "POST", READER.subscription, **{"content-type": "text/plain"}).status == 415
    assert subscribers.details == {}


def test_an_unknown_push_service_is_told_to_the_operator_once(
    browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        send(browser, "POST", {**READER.subscription, "endpoint": f"https://push{number}.other.example/x"})

    [line] = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert "push0.other.example" in line
    assert "services" in line


def test_one_client_has_so_many_requests(browser: Browser) -> None:
    answers = [send(browser, "POST", READER.subscription) for _ in range(MAX_REQUESTS_PER_MINUTE + 1)]

    assert {answer.status for answer in answers[:-1]} == {201}
    assert answers[-1].status == 429
    assert 0 < int(answers[-1].headers["retry-after"]) <= 61
    browser.address = "192.0.2.9"
    assert send(browser, "POST", READER.subscription).status == 201


def test_while_the_database_does_not_answer_it_says_so(browser: Browser, subscribers: Subscribers) -> None:
    subscribers.error = StoreError("the database does not answer")

    answer = send(browser, "POST", READER.subscription)

    assert (answer.status, answer.headers["retry-after"]) == (503, "30")


def test_that_the_database_took_too_long_is_told_in_words(
    browser: Browser, subscribers: Subscribers, caplog: pytest.LogCaptureFixture
) -> None:
    subscribers.error = TimeoutError()

    assert send(browser, "POST", READER.subscription).status == 503
    assert "push: the database has not answered for 5 s" in caplog.text


@pytest.mark.parametrize("name", ["push.js", "worker.js"])
def test_scripts_know_their_channel(browser: Browser, button: Button, name: str) -> None:
    answer = browser.get(f"/push/readers/{name}")

    assert answer.status == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    settings = {"key": button.server_key, "address": button.address}
    assert answer.text.rstrip().endswith(f"}})({json.dumps(settings)});")
    assert "SETTINGS" not in answer.text


def test_other_channels_have_none(browser: Browser) -> None:
    for path in ("/push/others/push.js", "/push/others/subscriptions", "/push/readers/else.js", "/push/"):
        assert browser.get(path).status in (404, 405)


class WithoutKey(Button):
    """A channel whose secret is not there."""

    def __getattribute__(self, name: str) -> Any:
        if name == "server_key":
            raise Misconfigured("the environment variable PUSH_KEY is not set")
        return super().__getattribute__(name)


def test_without_its_key_it_says_that_it_is_not_set_up(
    context: Context, subscribers: Subscribers, caplog: pytest.LogCaptureFixture
) -> None:
    pages = PushPages(context, {"readers": WithoutKey()}, subscribers)
    with browsing(application(pages)) as browser:
        assert browser.get("/push/readers/push.js").status == 503
        assert send(browser, "POST", READER.subscription).status == 503
    assert "PUSH_KEY is not set" in caplog.text


def test_there_are_no_more_than_there_may_be(
    browser: Browser, subscribers: Subscribers, caplog: pytest.LogCaptureFixture
) -> None:
    readers = [replace(READER, endpoint=f"https://web.push.apple.com/{number}") for number in range(4)]
    assert [send(browser, "POST", reader.subscription).status for reader in readers] == [201, 201, 201, 503]
    assert "all the subscribers that it may have" in caplog.text

    assert send(browser, "POST", readers[0].subscription).status == 201  # who is there already stays
    send(browser, "DELETE", {"endpoint": readers[1].endpoint})
    assert send(browser, "POST", readers[3].subscription).status == 201
    assert list(subscribers.details) == [reader.endpoint for reader in (readers[0], readers[2], readers[3])]
