"""**distribute**: bring the subscribers of a topic to its newest content (WebSub).

::

    end leases → claim intents → ask the callbacks whether they mean it → subscribe | unsubscribe
        → claim a batch → read what is served → sign → send, many at once → settle → next batch ...

It comes after the new bytes are served, so that a subscriber who fetches the feed instead sees the same.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from syndicator.domain.delivery import wait
from syndicator.domain.feed import Site
from syndicator.domain.subscription import (
    FIRST_WAIT,
    CallbackReply,
    Intent,
    Mode,
    SubscriberKind,
    Subscription,
    SubscriptionState,
    Terms,
    Topic,
    Verdict,
    after,
    digest,
    judged,
    signed,
)
from syndicator.jobs.job import Job
from syndicator.jobs.ports import LEASE, Bell, Callbacks, Documents, Letter
from syndicator.jobs.store_ports import DistributeStore, Ruled

log = logging.getLogger(__name__)

#: Subscriptions in hand at once: few enough to be sent to well within a lease, and for other workers to
#: share in a large audience.
BATCH = 200

#: Subscriptions in one task: other topics' tasks get their turn.
MOST = 20_000

#: How long to wait where the documents at hand are older than what is on record.
BEHIND = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True)
class Distributor:
    """All that distributing needs. ``topics`` by name; ``lease``: how long a batch stays in one hand."""

    site: Site
    topics: Mapping[str, Topic]
    terms: Terms
    store: DistributeStore
    documents: Documents
    callbacks: Callbacks
    clock: Callable[[], datetime]
    lease: timedelta = LEASE


def distribute(distributor: Distributor, name: str, *, bell: Bell) -> int:
    """Ask what has to be confirmed, and send what is owed to subscribers of a topic. Returns how many were
    sent to, successfully or not. A topic that is no longer declared has denials at most."""
    distributor.store.tidy_subscriptions(name, distributor.clock())
    _confirm(distributor, name)
    topic = distributor.topics.get(name)
    if topic is None:
        return 0
    how = Counter[str]()
    for answers in distributor.callbacks.send(_contents(distributor, topic)):
        now = distributor.clock()
        settled = [_after(distributor, letter, answer, now) for letter, answer in answers]
        distributor.store.settle_subscriptions(name, settled, now)
        how.update("failed" if s.failures else "sent" for s in settled)
    if how:
        log.info("topic %s: sent to %d, failed for %d", name, how["sent"], how["failed"])
    if how.total() >= MOST:
        bell.ring(Job.DISTRIBUTE, name)
    return how.total()


def _contents(distributor: Distributor, topic: Topic) -> Iterator[Letter]:
    """A letter for each subscription that is due, claimed by the batch as their turn comes."""
    taken = 0
    while taken < MOST:
        now = distributor.clock()
        content = distributor.documents.read(topic.name)
        if content is None:  # not built yet, or on another disk
            return
        batch = distributor.store.claim_subscriptions(topic.name, now, distributor.lease, BATCH)
        if not batch:
            return
        taken += len(batch)
        newest = digest(content)
        behind = [replace(s, next_attempt=now + BEHIND) for s in batch if s.has == newest]
        if behind:
            distributor.store.settle_subscriptions(topic.name, behind, now)
        for subscription in batch:
            if subscription.has != newest:
                yield _letter(distributor, topic, subscription, content, newest)


def _letter(
    distributor: Distributor, topic: Topic, subscription: Subscription, content: bytes, newest: str
) -> Letter:
    about = (subscription, newest)
    if subscription.kind is SubscriberKind.HUB:
        # Not part of the specification; hub.url is what hubs have always taken, hub.topic what some want.
        told = {"hub.mode": "publish", "hub.url": topic.address, "hub.topic": topic.address}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return Letter(
            method="POST", url=subscription.callback, headers=form, body=urlencode(told).encode(), about=about
        )
    headers = {"Content-Type": topic.media_type, "Link": distributor.site.topic_links(topic.address)}
    if subscription.secret:
        headers["X-Hub-Signature"] = signed(content, subscription.secret, distributor.terms.signature)
    return Letter(method="POST", url=subscription.callback, headers=headers, body=content, about=about)


def _after(distributor: Distributor, letter: Letter, answer: CallbackReply, now: datetime) -> Subscription:
    before, newest = letter.about
    settled = after(before, answer, newest, now, distributor.terms.give_up)
    if settled.state is not SubscriptionState.ACTIVE:
        host = urlsplit(settled.callback).hostname
        log.warning(
            "topic %s: subscriber at %s is %s: %s", settled.topic, host, settled.state, settled.reason
        )
    return settled


def _confirm(distributor: Distributor, name: str) -> None:
    """Ask callbacks whether they mean it, and tell those whose topic has ended."""
    for answers in distributor.callbacks.send(_questions(distributor, name)):
        now = distributor.clock()
        ruled = [_ruled(letter, answer, now) for letter, answer in answers]
        for each in ruled:
            host = urlsplit(each.intent.callback).hostname
            log.info("topic %s: %s for %s: %s", name, each.intent.mode, host, each.reason)
        distributor.store.settle_intents(name, ruled, now)


def _questions(distributor: Distributor, name: str) -> Iterator[Letter]:
    topic = distributor.topics.get(name)
    address = topic.address if topic else f"{distributor.site.feeds_url}/{name}"
    while intents := distributor.store.claim_intents(name, distributor.clock(), distributor.lease, BATCH):
        for intent in intents:
            challenge = secrets.token_urlsafe(32)
            yield Letter(method="GET", url=_question(intent, address, challenge), about=(intent, challenge))


def _question(intent: Intent, address: str, challenge: str) -> str:
    """The callback's address with the question in its query (section 5.3); what the subscriber's own query
    says stays as it is."""
    asked = {"hub.mode": intent.mode.value, "hub.topic": address}
    if intent.mode is Mode.DENIED:
        asked["hub.reason"] = intent.reason
    else:
        asked["hub.challenge"] = challenge
        asked["hub.lease_seconds"] = str(int(intent.lease.total_seconds()))
    joint = "&" if "?" in intent.callback else "?"
    return f"{intent.callback}{joint}{urlencode(asked)}"


def _ruled(letter: Letter, answer: CallbackReply, now: datetime) -> Ruled:
    intent, challenge = letter.about
    verdict, reason = judged(intent, challenge, answer)
    again = now + wait(intent.failures + 1, first=FIRST_WAIT) if verdict is Verdict.UNANSWERED else None
    return Ruled(intent=intent, verdict=verdict, reason=reason, next_attempt=again)
