"""**distribute**: bring the subscribers of a topic to its newest content (WebSub).

::

    end leases → claim intents → ask the callbacks whether they mean it → subscribe | unsubscribe
        → claim a batch → read what is served → send, many at once, each signed in its turn
        → settle → next batch ...

It comes after the new bytes are served, so that a subscriber who fetches the feed instead sees the same.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode, urlsplit

from syndicator.domain import backoff
from syndicator.domain.feed import Site
from syndicator.domain.subscription import (
    CallbackReply,
    Intent,
    IntentVerdict,
    Mode,
    SubscriberKind,
    Subscription,
    SubscriptionState,
    Terms,
    Topic,
    after,
    digest,
    judged,
    signature,
)
from syndicator.jobs.job import Job
from syndicator.jobs.ports import LEASE, Bell, CallbackRequest, Callbacks, Documents
from syndicator.jobs.store_ports import DistributeStore, IntentOutcome

log = logging.getLogger(__name__)

#: Subscriptions or intents claimed at once: few enough to be sent to well within a lease, and for other
#: workers to share in a large audience.
BATCH_SIZE = 200

#: Subscriptions in one task: other topics' tasks get their turn.
MAX_SUBSCRIPTIONS = 20_000

#: The pause of subscriptions while the documents at hand are older than those on record.
BEHIND_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Distributor:
    """What **distribute** works with. ``topics`` by name; ``lease``: how long a batch stays in one hand."""

    topics: Mapping[str, Topic]
    site: Site
    terms: Terms
    documents: Documents
    callbacks: Callbacks
    store: DistributeStore
    bell: Bell
    clock: Callable[[], datetime]
    lease: timedelta = LEASE


def distribute(distributor: Distributor, name: str) -> int:
    """Ask what has to be confirmed, and send what is owed to subscribers of a topic. Returns how many were
    sent to, successfully or not. A topic that is no longer declared has denials at most."""
    distributor.store.tidy_subscriptions(name, distributor.clock())
    _confirm_intents(distributor, name)
    topic = distributor.topics.get(name)
    if topic is None:
        return 0
    counts = _send_content(distributor, topic)
    if counts:
        log.info("topic %s: sent to %d, failed for %d", name, counts["sent"], counts["failed"])
    if counts.total() >= MAX_SUBSCRIPTIONS:
        distributor.bell.ring(Job.DISTRIBUTE, name)
    return counts.total()


# Content: claim a batch, send, settle. Requests are taken, and replies handed over, in this thread: the next
# batch is claimed as soon as there is room for it, however slow the hosts of the one before are.


def _send_content(distributor: Distributor, topic: Topic) -> Counter[str]:
    """Send what is newest to whoever is owed it. Returns how many were "sent" to, and how many "failed"."""
    counts = Counter[str]()
    for results in distributor.callbacks.send(_content_requests(distributor, topic)):
        now = distributor.clock()
        settled = [_after_reply(distributor, request, reply, now) for request, reply in results]
        distributor.store.settle_subscriptions(topic.name, settled, now)
        counts.update("failed" if s.failures else "sent" for s in settled)
    return counts


def _content_requests(distributor: Distributor, topic: Topic) -> Iterator[CallbackRequest]:
    """A request for each subscription that is due, claimed by the batch."""
    claimed = 0
    while claimed < MAX_SUBSCRIPTIONS:
        now = distributor.clock()
        content = distributor.documents.read(topic.name)
        if content is None:  # not built yet, or on another disk
            return
        batch = distributor.store.claim_subscriptions(topic.name, now, distributor.lease, BATCH_SIZE)
        if not batch:
            return
        claimed += len(batch)
        newest = digest(content)
        behind = [replace(s, next_attempt=now + BEHIND_PAUSE) for s in batch if s.has == newest]
        if behind:
            distributor.store.settle_subscriptions(topic.name, behind, now)
        for subscription in batch:
            if subscription.has != newest:
                yield _content_request(distributor, topic, subscription, content, newest)


def _content_request(
    distributor: Distributor, topic: Topic, subscription: Subscription, content: bytes, newest: str
) -> CallbackRequest:
    about = (subscription, newest)
    late_headers: Callable[[], Mapping[str, str]] = dict
    if subscription.kind is SubscriberKind.HUB:
        # Not part of the specification; hub.url is what hubs have always taken, hub.topic what some want.
        form = {"hub.mode": "publish", "hub.url": topic.address, "hub.topic": topic.address}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form).encode()
    else:
        headers = {"Content-Type": topic.media_type, "Link": distributor.site.topic_links(topic.address)}
        body = content
        if subscription.secret:
            late_headers = partial(_signed, content, subscription.secret, distributor.terms.signature)
    return CallbackRequest(
        method="POST",
        url=subscription.callback,
        headers=headers,
        late_headers=late_headers,
        body=body,
        about=about,
    )


def _signed(content: bytes, secret: str, method: str) -> Mapping[str, str]:
    """The header that says so. It takes longer than all else about a request: made in this thread, beside the
    one that sends, both would wait for the interpreter's lock for most of the time."""
    return {"X-Hub-Signature": signature(content, secret, method)}


def _after_reply(
    distributor: Distributor, request: CallbackRequest, reply: CallbackReply, now: datetime
) -> Subscription:
    before, newest = request.about
    settled = after(before, reply, newest, now, distributor.terms.give_up)
    if settled.state is not SubscriptionState.ACTIVE:
        host = urlsplit(settled.callback).hostname
        log.warning(
            "topic %s: subscriber at %s is %s: %s", settled.topic, host, settled.state, settled.reason
        )
    return settled


# Intents: claim a batch, ask, settle, likewise.


def _confirm_intents(distributor: Distributor, name: str) -> None:
    """Ask callbacks whether they mean it, and tell those whose topic has ended."""
    for results in distributor.callbacks.send(_intent_requests(distributor, name)):
        now = distributor.clock()
        outcomes = [_intent_outcome(request, reply, now) for request, reply in results]
        for outcome in outcomes:
            host = urlsplit(outcome.intent.callback).hostname
            log.info("topic %s: %s for %s: %s", name, outcome.intent.mode, host, outcome.reason)
        distributor.store.settle_intents(name, outcomes, now)


def _intent_requests(distributor: Distributor, name: str) -> Iterator[CallbackRequest]:
    """A request for each intent that is due, claimed by the batch."""
    topic = distributor.topics.get(name)
    address = topic.address if topic else f"{distributor.site.feeds_url}/{name}"
    while intents := distributor.store.claim_intents(
        name, distributor.clock(), distributor.lease, BATCH_SIZE
    ):
        for intent in intents:
            challenge = secrets.token_urlsafe(32)
            url = _intent_url(intent, address, challenge)
            yield CallbackRequest(method="GET", url=url, about=(intent, challenge))


def _intent_url(intent: Intent, address: str, challenge: str) -> str:
    """The callback's address with the question in its query (section 5.3); what the subscriber's own query
    says stays as it is."""
    query = {"hub.mode": intent.mode.value, "hub.topic": address}
    if intent.mode is Mode.DENIED:
        query["hub.reason"] = intent.reason
    else:
        query["hub.challenge"] = challenge
        query["hub.lease_seconds"] = str(int(intent.lease.total_seconds()))
    separator = "&" if "?" in intent.callback else "?"
    return f"{intent.callback}{separator}{urlencode(query)}"


def _intent_outcome(request: CallbackRequest, reply: CallbackReply, now: datetime) -> IntentOutcome:
    intent, challenge = request.about
    verdict, reason = judged(intent, challenge, reply)
    is_over = verdict is not IntentVerdict.UNANSWERED
    next_attempt = None if is_over else now + backoff.CONFIRMATION.wait(intent.failures + 1)
    return IntentOutcome(intent=intent, verdict=verdict, reason=reason, next_attempt=next_attempt)
