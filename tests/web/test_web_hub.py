"""What the hub says to those who ask it for something, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from syndicator.domain.subscription import Terms, Topic
from syndicator.http.client import AddressGuard
from syndicator.store import Store, schema
from syndicator.store.engine import connect
from syndicator.store.subscribing import Subscribing
from syndicator.web.forms import MAX_FORM_BYTES
from syndicator.web.hub import HubReception
from tests.web.browser import Answer, Browser, browsing
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout

ADDRESS = "https://feeds.ledger.example/feeds/all.atom"
TOPICS = {"all.atom": Topic(name="all.atom", address=ADDRESS, media_type="application/atom+xml")}
RIGHT = {"hub.mode": "subscribe", "hub.topic": ADDRESS, "hub.callback": "https://reader.example/in?user=7"}
FORM = "application/x-www-form-urlencoded"


def reception(store: Subscribing, **changes: Any) -> HubReception:
    fields: dict[str, Any] = {"topics": TOPICS, "terms": Terms(), "guard": AddressGuard(), "requests": 1000}
    return HubReception(store=store, **fields | changes)


@pytest.fixture
def hub(house: House, store: Store) -> Iterator[Browser]:
    store.declare_topics(TOPICS, [], house.clock())
    with browsing(house.app(hub=reception(store))) as opened:
        yield opened


def ask(hub: Browser, body: bytes | None = None, kind: str = FORM, **changes: Any) -> Answer:
    fields = RIGHT | {name.replace("_", ".", 1): value for name, value in changes.items()}
    sent = urlencode({name: value for name, value in fields.items() if value}).encode()
    return hub.ask("POST", "/hub", {"content-type": kind}, sent if body is None else body)


def intents(store: Store) -> list[Any]:
    with store.reading() as connection:
        return list(connection.execute(select(schema.intent)))


def test_a_right_request_is_accepted_and_recorded_to_be_confirmed(
    hub: Browser, house: House, store: Store
) -> None:
    answer = ask(hub, hub_lease_seconds="864000", hub_secret="hush")

    assert answer.status == 202
    [intent] = intents(store)
    assert (intent.topic, intent.callback) == ("all.atom", RIGHT["hub.callback"])
    assert (intent.lease_seconds, intent.secret, intent.host) == (864_000, "hush", "reader.example")
    assert house.bell.rung == [("distribute", "all.atom")]


@pytest.mark.parametrize(
    ("asked", "granted"),
    [("", timedelta(days=10)), ("1", timedelta(minutes=5)), ("99999999999", timedelta(days=30))],
)
def test_leases_are_brought_within_the_hub_s_terms(
    hub: Browser, store: Store, asked: str, granted: timedelta
) -> None:
    ask(hub, hub_lease_seconds=asked)

    assert [i.lease_seconds for i in intents(store)] == [granted.total_seconds()]


WRONG = [
    ({"hub_mode": ""}, 400, "hub.mode"),
    ({"hub_mode": "Subscribe"}, 400, "hub.mode"),
    ({"hub_mode": "denied"}, 400, "hub.mode"),
    ({"hub_topic": ""}, 400, "hub.topic"),
    ({"hub_topic": "https://other.example/feed"}, 404, "own feeds"),
    ({"hub_topic": ADDRESS + "?x"}, 404, "own feeds"),
    ({"hub_callback": ""}, 400, "hub.callback"),
    ({"hub_callback": "ftp://reader.example/"}, 400, "hub.callback"),
    ({"hub_callback": "//reader.example/"}, 400, "hub.callback"),
    ({"hub_callback": "https:///in"}, 400, "hub.callback"),
    ({"hub_callback": "https://reader.example/#here"}, 400, "fragment"),
    ({"hub_callback": "https://reader.example/a b"}, 400, "percent-encoded"),
    ({"hub_callback": "https://reader.example/\r\nX: y"}, 400, "percent-encoded"),
    ({"hub_callback": "https://reader.example/ກ"}, 400, "percent-encoded"),
    ({"hub_callback": "https://user:word@reader.example/"}, 400, "user name"),
    ({"hub_callback": "https://reader.example:22/"}, 400, "port 22"),
    ({"hub_callback": "https://reader.example:99999/"}, 400, "hub.callback"),
    ({"hub_callback": "http://127.0.0.1/"}, 400, "private network"),
    ({"hub_callback": "http://[::1]/"}, 400, "private network"),
    ({"hub_callback": "http://169.254.169.254/latest"}, 400, "private network"),
    ({"hub_callback": "https://reader.example/" + "x" * 2000}, 400, "2000 characters"),
    ({"hub_callback": "https://" + "x." * 200 + "example/"}, 400, "so long a name"),
    ({"hub_lease_seconds": "0"}, 400, "hub.lease_seconds"),
    ({"hub_lease_seconds": "-5"}, 400, "hub.lease_seconds"),
    ({"hub_lease_seconds": "soon"}, 400, "hub.lease_seconds"),
    ({"hub_lease_seconds": "٣"}, 400, "hub.lease_seconds"),
    ({"hub_secret": "x" * 200}, 400, "200 bytes"),
    ({"hub_secret": "ກ" * 67}, 400, "200 bytes"),
    ({"hub_secret": "a\0b"}, 400, "zero byte"),
    ({"hub_mode": "unsubscribe"}, 404, "not subscribed"),
]


@pytest.mark.parametrize(("changes", "status", "why"), WRONG)
def test_wrong_requests_are_told_what_is_wrong(
    hub: Browser, store: Store, changes: dict[str, Any], status: int, why: str
) -> None:
    answer = ask(hub, **changes)

    assert answer.status == status
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert why in answer.text
    assert intents(store) == []


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (urlencode(RIGHT).encode(), "", 415),
        (b"x" * (MAX_FORM_BYTES + 1), FORM, 413),
        (b"hub.mode=%ff&hub.topic=x", FORM, 400),
        ("hub.mode=ກ".encode(), FORM, 400),
        (b"&".join(b"a=b" for _ in range(100)), FORM, 400),
        (b"", FORM, 400),
    ],
)
def test_what_is_no_form_is_refused(hub: Browser, body: bytes, kind: str, status: int) -> None:
    assert ask(hub, body, kind).status == status


@given(body=st.binary(max_size=300) | st.text(max_size=100).map(lambda t: f"hub.topic={t}".encode()))
@settings(max_examples=50)
def test_nothing_that_is_sent_is_a_defect(hub: Browser, body: bytes) -> None:
    assert 400 <= ask(hub, body).status < 500


IGNORED: dict[str, Any] = {"hub_lease_seconds": "abc", "hub_secret": "x" * 500}


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_what_means_nothing_at_the_end_is_ignored_there(hub: Browser, house: House, name: str) -> None:
    """Section 5.1: the lease "MAY be present for unsubscription requests and MUST be ignored by the hub"."""
    subscribed(house.store, house, callback=RIGHT["hub.callback"])

    assert ask(hub, hub_mode="unsubscribe", **dict[str, Any]({name: IGNORED[name]})).status == 202
    assert ask(hub, **dict[str, Any]({name: IGNORED[name]})).status == 400


def test_unknown_parameters_are_ignored(hub: Browser, store: Store) -> None:
    """Section 5.1; some old subscribers send hub.verify, hub.verify_token and what else they like."""
    assert ask(hub, hub_verify="async", hub_verify_token="x", other="y" * 500).status == 202
    assert len(intents(store)) == 1


def test_of_what_is_said_twice_the_first_counts_for_all_checks(hub: Browser, store: Store) -> None:
    """No check sees another value than what is stored."""
    twice = urlencode([*RIGHT.items(), ("hub.callback", "http://127.0.0.1/"), ("hub.mode", "unsubscribe")])

    assert ask(hub, twice.encode()).status == 202
    assert [i.callback for i in intents(store)] == [RIGHT["hub.callback"]]


@pytest.mark.parametrize("kind", [FORM.upper(), FORM + "; charset=UTF-8", FORM + " ;charset=x"])
def test_a_form_is_known_however_its_type_is_written(hub: Browser, kind: str) -> None:
    assert ask(hub, kind=kind).status == 202


def test_a_secret_of_199_bytes_is_taken(hub: Browser) -> None:
    assert ask(hub, hub_secret="x" * 199).status == 202


@pytest.mark.parametrize("field", ["hub_topic", "hub_url"])
def test_a_publisher_s_ping_is_taken_and_not_needed(hub: Browser, store: Store, field: str) -> None:
    fields: dict[str, Any] = {"hub_topic": "", "hub_callback": "", field: ADDRESS}

    assert ask(hub, hub_mode="publish", **fields).status == 202
    assert ask(hub, hub_mode="publish", **fields | {field: "https://other.example/"}).status == 404
    assert intents(store) == []


def test_who_asks_too_often_is_slowed_down(house: House, store: Store) -> None:
    store.declare_topics(TOPICS, [], house.clock())
    app = house.app(hub=reception(store, requests=3))
    with browsing(app) as one, browsing(app, address="192.0.2.7") as other:
        answers = [ask(one) for _ in range(4)]
        assert [answer.status for answer in answers] == [202, 202, 202, 429]
        assert int(answers[3].headers["retry-after"]) > 0
        assert ask(other).status == 202


def test_without_the_database_it_asks_to_come_back(house: House) -> None:
    away = Subscribing(connect("postgresql://nobody@127.0.0.1:1/none"))
    with browsing(house.app(hub=reception(away))) as browser:
        answer = ask(browser)
        page = browser.get("/hub")

    assert answer.status == 503
    assert answer.headers["retry-after"] == "30"
    assert page.status == 200


def test_that_the_database_took_too_long_is_told_in_words(
    house: House, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def takes_too_long(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(store, "file_intent", takes_too_long)
    store.declare_topics(TOPICS, [], house.clock())
    with browsing(house.app(hub=reception(store))) as browser:
        assert ask(browser).status == 503

    assert "hub: the database has not answered for 5 s" in caplog.text


def test_a_person_is_told_what_it_is(hub: Browser) -> None:
    page = hub.get("/hub")

    assert page.status == 200
    assert "WebSub" in page.text
    assert "864000 seconds" in page.text
    assert page.text.count("<main") == 1


def test_without_a_hub_there_is_none(browser: Browser) -> None:
    assert browser.get("/hub").status == 404
    assert ask(browser).status == 404


def subscribed(store: Store, house: House, **changes: Any) -> None:
    store.declare_topics(TOPICS, [], house.clock())
    values = {
        "topic": "all.atom",
        "callback": "https://reader.example/in?key=private",
        "host": "reader.example",
        "kind": "subscriber",
        "state": "active",
        "secret": "between us",
        "created": house.clock(),
        "expires": house.clock() + timedelta(days=3),
        "failures": 2,
        "reason": "answers 500",
        "log": ["2026-03-01 12:00:00 answers 500"],
        "has": "old",
        "wants": "new",
        "next_attempt": house.clock(),
    }
    with store.writing() as connection:
        connection.execute(schema.subscription.insert(), values | changes)


def test_operators_see_who_fails_and_why_and_no_secret(house: House, store: Store) -> None:
    subscribed(store, house)
    with browsing(house.app()) as browser:
        overview, page = browser.get("/console").text, browser.get("/console/topics/all.atom").text
        missing = browser.get("/console/topics/none.atom").status

    assert "1 failing" in overview
    assert "1 behind" in overview
    assert "https://reader.example/in" in page
    assert "2026-03-01 12:00:00 answers 500" in page
    assert "between us" not in page
    assert "private" not in page
    assert missing == 404


def test_a_hub_that_is_not_told_of_news_is_an_alarm(house: House, store: Store) -> None:
    subscribed(store, house, kind="hub", callback="https://hub.example/", expires=None)

    with browsing(house.app()) as browser:
        assert (
            "Hub https://hub.example/ was not told of all.atom: answers 500" in browser.get("/console").text
        )


def test_subscribers_are_counted_for_prometheus(house: House, store: Store) -> None:
    subscribed(store, house)

    with browsing(house.app()) as browser:
        said = browser.get("/metrics").text

    assert 'syndicator_subscriptions{state="active",topic="all.atom"} 1.0' in said
    assert 'syndicator_subscriptions_failing{topic="all.atom"} 1.0' in said
    assert 'syndicator_distributions_total{outcome="sent",topic="all.atom"} 0.0' in said
