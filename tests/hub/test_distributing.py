"""Subscribers and what they are sent, on both databases and over real connections."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from syndicator.domain.subscription import Mode, Terms, Unacceptable
from syndicator.store import schema
from tests.channels.local_server import Act, Reply, Trouble, closed_port, half, reset, silence, trickle
from tests.hub.story import ATOM, HUB, HubStory, Subscriber, is_signed
from tests.processes.heard import HeardBell

pytestmark = pytest.mark.slow  # databases or processes throughout


def test_a_confirmed_subscriber_is_sent_what_is_served_with_its_type_and_links(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.subscribes(subscriber.address + "/a")
    assert subscriber.bodies() == []

    served = story.has_news()
    story.distributes()

    [request] = subscriber.got["/a"]
    assert request.body == served
    assert request.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    topic = "https://feeds.ledger.example/feeds/all.atom"
    assert request.headers["Link"] == f'<{topic}>; rel="self", <{HUB}>; rel="hub"'
    assert "X-Hub-Signature" not in request.headers


def test_the_question_names_topic_and_lease_and_leaves_the_callback_s_own_query_alone(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.subscribes(subscriber.address + "/a?user=4%2F2&x", lease=timedelta(hours=1))

    [asked] = subscriber.asked
    assert asked.pop("hub.challenge")
    assert asked == {
        "user": "4/2",
        "hub.mode": "subscribe",
        "hub.topic": "https://feeds.ledger.example/feeds/all.atom",
        "hub.lease_seconds": "3600",
    }
    assert subscriber.requests[0].path == "/a"
    assert story.subscription.expires == story.clock() + timedelta(hours=1)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_content_is_signed_with_the_subscriber_s_secret(
    story: HubStory, subscriber: Subscriber, method: str
) -> None:
    story.terms = Terms(signature=method)  # type: ignore[arg-type]  # one of four
    story.subscribes(subscriber.address + "/a", secret="ກຸນແຈ")

    story.has_news()
    story.distributes()

    [request] = subscriber.got["/a"]
    assert is_signed(request, "ກຸນແຈ", method)


def test_nothing_is_sent_twice_nor_without_news(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")
    story.has_news()

    counts = [story.distributes() for _ in range(3)]
    story.clock.tick(days=1)
    counts.append(story.distributes())

    assert counts == [1, 0, 0, 0]


def test_a_build_that_changes_nothing_rings_for_nobody(
    story: HubStory, subscriber: Subscriber, tmp_path: Path
) -> None:
    story.bell = HeardBell(tmp_path / "broker")
    story.subscribes(subscriber.address + "/a")
    story.has_news()
    story.distributes()
    story.bell.rung.clear()

    with story.store.writing() as connection:
        connection.exec_driver_sql("UPDATE feed SET wants = wants + 1")
    story.builds()

    assert story.bell.rung == []
    assert story.distributes() == 0


def test_only_topics_that_changed_are_rung_for_after_they_are_served(story: HubStory, tmp_path: Path) -> None:
    story.bell = HeardBell(tmp_path / "broker")
    story.has_news()

    assert [name for job, name in story.bell.rung if job == "distribute"] == ["all.rss", "all.atom"]


def test_three_builds_before_a_distribution_are_sent_as_one(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")

    for key in "1", "2", "3":
        served = story.has_news(key)
    story.distributes()

    assert subscriber.bodies() == [served]


def test_news_between_the_request_and_its_confirmation_is_not_missed(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.asks(subscriber.address + "/a")
    served = story.has_news()

    story.distributes()

    assert subscriber.bodies() == [served]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=404),
        Reply(body=b"hello"),
        Reply(body=b""),
        Reply(status=302, headers={"Location": "/b"}),
        Reply(status=403),
        Reply(body=b"x" * 100_000),
    ],
)
def test_a_callback_that_does_not_repeat_the_challenge_is_not_subscribed(
    story: HubStory, subscriber: Subscriber, reply: Reply
) -> None:
    subscriber.refuses["/a"] = reply

    story.subscribes(subscriber.address + "/a")

    assert story.subscriptions == []
    [intent] = story.intents
    assert intent.next_attempt is None
    assert intent.reason
    assert len(subscriber.asked) == 1


def test_a_callback_in_trouble_is_asked_three_times(story: HubStory, subscriber: Subscriber) -> None:
    subscriber.refuses["/a"] = Reply(status=500)

    story.asks(subscriber.address + "/a")
    for _ in range(8):
        story.distributes()
        story.clock.tick(minutes=1)

    assert len(subscriber.asked) == 3
    assert story.subscriptions == []


@pytest.mark.parametrize("act", [silence, reset], ids=["silence", "reset"])
def test_no_answer_within_the_deadline_is_a_failure(
    story: HubStory, subscriber: Subscriber, act: Act
) -> None:
    story.subscribes(subscriber.address + "/a")
    subscriber.trouble = Trouble(act, method="POST")
    story.has_news()

    story.distributes()

    assert story.subscription.failures == 1


@pytest.mark.parametrize("act", [trickle, half], ids=["trickle", "half"])
def test_success_is_success_whatever_else_the_answer_says(
    story: HubStory, subscriber: Subscriber, act: Act
) -> None:
    story.subscribes(subscriber.address + "/a")
    subscriber.trouble = Trouble(act, method="POST")
    story.has_news()

    story.distributes()

    assert story.subscription.failures == 0
    assert story.subscription.has == story.subscription.wants


def test_a_failed_request_leaves_the_subscription_that_there_was(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.subscribes(subscriber.address + "/a", secret="old")
    subscriber.refuses["/a"] = Reply(status=404)

    story.subscribes(subscriber.address + "/a", secret="new")
    story.subscribes(subscriber.address + "/a", mode=Mode.UNSUBSCRIBE)
    story.has_news()
    story.distributes()

    [request] = subscriber.got["/a"]
    assert is_signed(request, "old")


def test_a_renewal_replaces_secret_and_lease_and_sends_nothing_again(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.subscribes(subscriber.address + "/a", secret="old")
    story.has_news("1")
    story.distributes()
    story.clock.tick(days=9)

    story.subscribes(subscriber.address + "/a", secret="new")
    assert len(subscriber.bodies()) == 1
    story.clock.tick(days=9)
    story.has_news("2")
    story.distributes()

    assert is_signed(subscriber.got["/a"][1], "new")


def test_a_confirmed_unsubscription_ends_it(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")

    story.subscribes(subscriber.address + "/a", mode=Mode.UNSUBSCRIBE)
    story.has_news()
    story.distributes()

    assert subscriber.asked[1]["hub.mode"] == "unsubscribe"
    assert subscriber.bodies() == []
    assert story.subscriptions == []


def test_a_lease_that_has_run_out_ends_it(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a", lease=timedelta(hours=1))

    story.clock.tick(minutes=61)
    assert ATOM in story.store.due(story.clock()).topics
    story.has_news()
    story.distributes()

    assert subscriber.bodies() == []
    assert story.subscription.state == "expired"
    story.clock.tick(days=8)
    story.distributes()
    assert story.subscriptions == []


def test_410_ends_it(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")
    subscriber.statuses["/a"] = 410

    story.has_news("1")
    story.distributes()
    subscriber.statuses.clear()
    story.has_news("2")
    story.distributes()

    assert story.subscription.state == "gone"
    assert subscriber.bodies() == []


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 503])
def test_any_other_answer_is_tried_again_later_and_then_with_the_newest_content(
    story: HubStory, subscriber: Subscriber, status: int
) -> None:
    story.subscribes(subscriber.address + "/a")
    subscriber.statuses["/a"] = status
    story.has_news("1")
    story.distributes()
    assert story.distributes() == 0  # not at once
    assert story.subscription.failures == 1
    assert str(status) in story.subscription.reason

    subscriber.statuses.clear()
    served = story.has_news("2")
    story.distributes()

    assert subscriber.bodies() == [served]
    assert (story.subscription.failures, story.subscription.reason) == (0, "")
    assert not subscriber.got.get("/elsewhere")


def test_a_subscriber_that_fails_for_days_is_suspended_until_it_subscribes_again(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.subscribes(subscriber.address + "/a")
    subscriber.statuses["/a"] = 500
    served = story.has_news()

    for _ in range(15):
        story.distributes()
        story.clock.tick(hours=8)
    assert story.subscription.state == "suspended"
    assert "answers 500" in story.subscription.reason
    assert len(story.subscription.log) <= 12
    tries = len(subscriber.requests)
    story.clock.tick(days=1)
    story.distributes()
    assert len(subscriber.requests) == tries

    subscriber.statuses.clear()
    story.subscribes(subscriber.address + "/a")
    assert subscriber.bodies() == [served]


def test_a_dead_subscriber_keeps_nobody_waiting(story: HubStory, subscriber: Subscriber) -> None:
    for path in "abcdefghij":
        story.asks(f"{subscriber.address}/{path}")
    story.distributes()
    with Subscriber() as slow:
        story.subscribes(slow.address + "/slow")
        story.subscribes(f"{subscriber.address}/k")
        slow.trouble = Trouble(silence, method="POST")
        served = story.has_news()

        story.distributes()

    assert all(subscriber.bodies(f"/{path}") == [served] for path in "abcdefghijk")


def test_nobody_is_connected_to_in_a_private_network(story: HubStory, subscriber: Subscriber) -> None:
    story.guard = replace(story.guard, allow=())

    story.subscribes(subscriber.address + "/a")
    story.subscribes("http://localhost/a")
    story.subscribes("http://[::ffff:127.0.0.1]/a")

    assert subscriber.requests == []
    assert all(intent.failures for intent in story.intents)
    assert len(story.intents) == 3


def test_a_subscriber_that_moves_into_a_private_network_is_not_followed(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.subscribes(subscriber.address + "/a")
    story.guard = replace(story.guard, allow=())

    story.has_news()
    story.distributes()

    assert subscriber.bodies() == []
    assert story.subscription.failures == 1


def test_subscribers_of_a_topic_that_ends_are_told_so(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")

    del story.topics[ATOM]
    story.declare()
    assert ATOM in story.store.due(story.clock()).topics
    story.distributes()

    told = subscriber.asked[-1]
    assert told["hub.mode"] == "denied"
    assert told["hub.topic"] == "https://feeds.ledger.example/feeds/all.atom"
    assert told["hub.reason"]
    assert story.subscriptions == story.intents == []


def test_subscribers_of_a_hub_that_closes_are_told_so(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")

    story.store.declare_topics((), (), story.clock())
    story.distributes()

    assert subscriber.asked[-1]["hub.mode"] == "denied"
    assert story.subscriptions == story.intents == []


def test_a_denial_that_nobody_hears_is_given_up(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")
    subscriber.trouble = Trouble(reset)
    story.store.declare_topics((), (), story.clock())

    for _ in range(5):
        story.distributes()
        story.clock.tick(minutes=2)

    assert story.intents == []


def test_declaring_again_changes_nothing_for_anybody(story: HubStory, subscriber: Subscriber) -> None:
    story.other_hubs = ("https://hub.example/",)
    story.declare()
    story.subscribes(subscriber.address + "/a")
    before = [(row.id, row.state, row.has) for row in story.subscriptions]

    story.declare()

    assert [(row.id, row.state, row.has) for row in story.subscriptions] == before


def test_hubs_of_others_are_pinged_until_they_take_it(story: HubStory, subscriber: Subscriber) -> None:
    story.other_hubs = (subscriber.address + "/hub",)
    story.declare()
    subscriber.statuses["/hub"] = 410

    story.has_news()
    story.distributes()
    assert {row.failures for row in story.subscriptions} == {0, 1}

    subscriber.statuses.clear()
    story.clock.tick(minutes=1)
    story.distributes()
    [request] = subscriber.got["/hub"]
    topic = "https://feeds.ledger.example/feeds/all.atom"
    assert request.fields() == {"hub.mode": "publish", "hub.url": topic, "hub.topic": topic}


def test_hubs_that_are_declared_no_more_are_pinged_no_more(story: HubStory, subscriber: Subscriber) -> None:
    story.other_hubs = (subscriber.address + "/hub",)
    story.declare()
    story.other_hubs = ()
    story.declare()

    story.has_news()
    story.distributes()

    assert story.subscriptions == []
    assert subscriber.requests == []


def test_a_new_request_while_one_is_in_hand_is_the_one_that_counts(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.asks(subscriber.address + "/a", secret="first")
    in_hand = story.store.claim_intents(ATOM, story.clock(), timedelta(minutes=1), 10)

    story.asks(subscriber.address + "/a", secret="second")
    story.distributes()

    assert [intent.secret for intent in in_hand] == ["first"]
    assert story.subscription.secret == "second"


def test_news_while_a_subscriber_is_in_hand_is_due_at_once(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a")
    story.has_news("1")
    [taken] = story.store.claim_subscriptions(ATOM, story.clock(), timedelta(minutes=1), 10)
    served = story.has_news("2")

    sent = replace(taken, has=taken.wants, next_attempt=None)
    story.store.settle_subscriptions(ATOM, [sent], story.clock())
    story.distributes()

    assert subscriber.bodies() == [served]


def test_documents_older_than_the_record_are_not_sent_again(story: HubStory, subscriber: Subscriber) -> None:
    """Another machine's disk may be behind."""
    story.subscribes(subscriber.address + "/a")
    story.has_news("1")
    story.distributes()
    old = story.served
    new = story.has_news("2")
    place = story.documents.folder / ATOM
    place.write_bytes(old)

    story.distributes()
    assert subscriber.bodies() == [old]
    assert story.subscription.failures == 0
    place.write_bytes(new)
    story.clock.tick(seconds=31)
    story.distributes()

    assert subscriber.bodies() == [old, new]


def test_batches_in_several_hands_share_no_subscriber(story: HubStory, subscriber: Subscriber) -> None:
    for number in range(30):
        story.asks(f"{subscriber.address}/{number}")
    story.distributes()
    story.has_news()

    now, lease = story.clock(), timedelta(minutes=1)
    batches = [story.store.claim_subscriptions(ATOM, now, lease, 12) for _ in range(4)]

    assert [len(batch) for batch in batches] == [12, 12, 6, 0]
    assert len({s.id for batch in batches for s in batch}) == 30


def test_what_a_dead_worker_had_in_hand_is_sent_when_its_lease_has_run_out(
    story: HubStory, subscriber: Subscriber
) -> None:
    for path in "abc":
        story.asks(f"{subscriber.address}/{path}")
    story.distributes()
    served = story.has_news()
    story.store.claim_subscriptions(ATOM, story.clock(), timedelta(seconds=90), 2)

    story.distributes()
    assert sum(len(subscriber.bodies(f"/{path}")) for path in "abc") == 1
    story.clock.tick(seconds=91)
    assert story.store.due(story.clock()).topics == [ATOM]
    story.distributes()

    assert [subscriber.bodies(f"/{path}") for path in "abc"] == [[served]] * 3


@pytest.mark.parametrize(
    ("terms", "status"),
    [(Terms(per_host=1), 403), (Terms(subscriptions=1), 503), (Terms(pending_per_host=1), 429)],
)
def test_there_is_an_end_to_what_one_host_or_all_may_have(
    story: HubStory, subscriber: Subscriber, terms: Terms, status: int
) -> None:
    story.subscribes(subscriber.address + "/a")
    story.terms = terms
    if terms.pending_per_host == 1:
        story.asks(subscriber.address + "/b")

    with pytest.raises(Unacceptable) as refused:
        story.asks(subscriber.address + "/c")

    assert refused.value.status == status
    story.distributes()
    story.subscribes(subscriber.address + "/a")  # who is there already stays


def test_failed_requests_count_against_their_host_for_a_while(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.terms = Terms(pending_per_host=2)
    for path in "/a", "/b", "/c":
        subscriber.refuses[path] = Reply(status=404)
    story.subscribes(subscriber.address + "/a")
    story.subscribes(subscriber.address + "/b")

    with pytest.raises(Unacceptable, match="too many"):
        story.asks(subscriber.address + "/c")
    story.clock.tick(minutes=11)
    story.distributes()
    story.asks(subscriber.address + "/c")

    assert len(story.intents) == 1


def test_the_same_refused_request_again_and_again_is_asked_about_ever_less_often(
    story: HubStory, subscriber: Subscriber
) -> None:
    subscriber.refuses["/a"] = Reply(status=404)

    for _ in range(60):
        story.subscribes(subscriber.address + "/a")
        story.clock.tick(seconds=5)

    assert len(subscriber.asked) < 12


def test_who_is_not_subscribed_cannot_be_unsubscribed(story: HubStory, subscriber: Subscriber) -> None:
    with pytest.raises(Unacceptable) as refused:
        story.asks(subscriber.address + "/a", mode=Mode.UNSUBSCRIBE)

    assert refused.value.status == 404


def test_a_hub_of_others_cannot_be_subscribed_or_unsubscribed_by_strangers(
    story: HubStory, subscriber: Subscriber
) -> None:
    story.other_hubs = (subscriber.address + "/hub",)
    story.declare()

    for mode in Mode.SUBSCRIBE, Mode.UNSUBSCRIBE:
        with pytest.raises(Unacceptable):
            story.asks(subscriber.address + "/hub", mode=mode)


def test_secrets_are_in_no_representation(story: HubStory, subscriber: Subscriber) -> None:
    story.asks(subscriber.address + "/a", secret="hush")
    intents = story.store.claim_intents(ATOM, story.clock(), timedelta(), 10)
    story.distributes()
    story.has_news()
    [taken] = story.store.claim_subscriptions(ATOM, story.clock(), timedelta(), 10)

    assert taken.secret == "hush"
    assert "hush" not in repr((intents, taken))


def test_no_error_of_the_database_shows_a_secret(story: HubStory, subscriber: Subscriber) -> None:
    story.subscribes(subscriber.address + "/a", secret="hush")
    row = dict(story.subscription._mapping)

    with pytest.raises(IntegrityError) as found, story.store.writing() as connection:
        connection.execute(schema.subscription.insert(), {**row, "id": 99})

    assert "hush" not in f"{found.value} {found.value!r}"


def test_a_host_that_cannot_be_connected_to_fails_in_words(story: HubStory, subscriber: Subscriber) -> None:
    story.asks(f"http://127.0.0.1:{closed_port()}/a")
    story.distributes()

    [intent] = story.intents
    assert "port" in intent.reason or "refused" in intent.reason
