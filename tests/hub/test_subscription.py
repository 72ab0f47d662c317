"""What answers mean, whatever comes in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.backoff import SUBSCRIBER
from syndicator.domain.subscription import (
    MAX_LOG_LINES,
    CallbackReply,
    Intent,
    IntentVerdict,
    Mode,
    SubscriberKind,
    Subscription,
    SubscriptionState,
    Terms,
    after,
    judged,
)
from tests.fakes import NOON

TERMS = Terms()
STATUSES = st.none() | st.integers(100, 599)


@given(st.none() | st.timedeltas(timedelta(seconds=1), timedelta(days=100_000)))
def test_a_lease_is_always_within_the_terms(asked: timedelta | None) -> None:
    assert TERMS.shortest_lease <= TERMS.granted(asked) <= TERMS.longest_lease


@given(st.lists(st.tuples(STATUSES, st.timedeltas(timedelta(), timedelta(days=2))), max_size=40))
def test_an_active_subscriber_either_has_what_was_sent_or_is_tried_again(
    told: list[tuple[int | None, timedelta]],
) -> None:
    subscription, now = Subscription(id=1, topic="t", callback="https://reader.example/", wants="new"), NOON
    for status, pause in told:
        if subscription.state is not SubscriptionState.ACTIVE:
            assert subscription.next_attempt is None
            assert subscription.reason
            return
        now += pause
        subscription = after(
            subscription, CallbackReply(status=status, error="silent"), "new", now, TERMS.give_up
        )
        assert len(subscription.log) <= MAX_LOG_LINES
        if status is not None and 200 <= status < 300:
            assert (subscription.has, subscription.next_attempt, subscription.failures) == ("new", None, 0)
        elif subscription.state is SubscriptionState.ACTIVE:
            assert subscription.next_attempt is not None
            assert now < subscription.next_attempt <= now + SUBSCRIBER.limit


@given(st.lists(STATUSES, min_size=1, max_size=40))
def test_a_hub_of_others_is_never_given_up(statuses: list[int | None]) -> None:
    hub = Subscription(id=1, topic="t", callback="https://hub.example/", kind=SubscriberKind.HUB, wants="new")
    for day, status in enumerate(statuses):
        hub = after(hub, CallbackReply(status=status), "new", NOON + timedelta(days=day), TERMS.give_up)

    assert hub.state is SubscriptionState.ACTIVE


def test_whoever_asks_for_rest_gets_it() -> None:
    later = NOON + timedelta(days=1)
    subscription = Subscription(id=1, topic="t", callback="https://reader.example/", wants="new")

    waiting = after(subscription, CallbackReply(status=503, retry_at=later), "new", NOON, TERMS.give_up)

    assert waiting.next_attempt == later


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, b"c", IntentVerdict.CONFIRMED),
        (204, b"c", IntentVerdict.CONFIRMED),
        (200, b"c\n", IntentVerdict.CONFIRMED),
        (200, b"cc", IntentVerdict.FAILED),
        (200, b"", IntentVerdict.FAILED),
        (301, b"c", IntentVerdict.FAILED),
        (404, b"c", IntentVerdict.FAILED),
        (410, b"c", IntentVerdict.FAILED),
        (429, b"c", IntentVerdict.UNANSWERED),
        (500, b"c", IntentVerdict.UNANSWERED),
        (None, b"", IntentVerdict.UNANSWERED),
    ],
)
def test_only_success_that_repeats_the_challenge_confirms(
    status: int | None, body: bytes, verdict: IntentVerdict
) -> None:
    intent = Intent(mode=Mode.SUBSCRIBE, topic="t", callback="https://reader.example/")

    assert judged(intent, "c", CallbackReply(status=status, body=body))[0] is verdict
    if verdict is IntentVerdict.UNANSWERED:
        assert (
            judged(replace(intent, failures=2), "c", CallbackReply(status=status))[0] is IntentVerdict.FAILED
        )
