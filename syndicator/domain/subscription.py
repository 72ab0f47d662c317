"""Subscriptions: one WebSub subscriber of one topic, and how its answers change it.

A topic is a feed document. A subscription *has* the content it was last sent (a hash) and *wants* the
topic's; only the newest content is ever sent. Whoever asks to be subscribed states an *intent*, which the
callback has to confirm, because anybody can name anybody's address. A hub of somebody else's that we ping
is a subscription, too, of another kind. All of it is pure.

WebSub: https://www.w3.org/TR/websub/
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from syndicator.domain import backoff
from syndicator.domain.errors import SyndicatorError

#: Times that a callback which does not answer is asked to confirm.
MAX_CONFIRMATION_TRIES = 3

#: Bytes that a secret must be shorter than (section 5.1).
SECRET_LIMIT_BYTES = 200

#: Characters of a callback's address: what servers commonly take.
MAX_CALLBACK_CHARS = 2000

#: Lines of a subscription's log: the latest ones stay.
MAX_LOG_LINES = 12

#: An address as it goes over the wire (RFC 3986): no spaces, no control characters, nothing to encode.
ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)


class Unacceptable(SyndicatorError):
    """A request to the hub that is answered with a status of 4xx or 503 and this text."""

    def __init__(self, why: str, *, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(why)
        self.status, self.retry_after = status, retry_after


class Mode(StrEnum):
    """The mode of an intent (section 5.1), or of a denial to a subscriber (section 5.2)."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    DENIED = "denied"


class SubscriberKind(StrEnum):
    SUBSCRIBER = "subscriber"
    HUB = "hub"  # somebody else's: told that there is news, never sent it


class SubscriptionState(StrEnum):
    """The states of a subscription."""

    ACTIVE = "active"
    EXPIRED = "expired"  # its lease has run out
    GONE = "gone"  # the callback answered 410
    SUSPENDED = "suspended"  # it has failed for too long; subscribing again mends that


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """A feed document that may be subscribed to: its path, its address (``rel=self``), and its type."""

    name: str
    address: str
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The terms that the hub grants. Leases: ``lease`` where a subscriber asks for none; any other is brought
    within the other two. ``give_up``: after failing for so long, a subscription is suspended.
    ``subscriptions`` and ``per_host`` (of one callback host) are the most there may be, ``pending_per_host``
    the most intents of one callback host that wait to be confirmed or have lately failed to be."""

    lease: timedelta = timedelta(days=10)
    shortest_lease: timedelta = timedelta(minutes=5)
    longest_lease: timedelta = timedelta(days=30)
    give_up: timedelta = timedelta(days=3)
    signature: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    subscriptions: int = 100_000
    per_host: int = 2000
    pending_per_host: int = 50

    def granted(self, requested: timedelta | None) -> timedelta:
        """The lease that a subscriber gets."""
        return min(max(requested, self.shortest_lease), self.longest_lease) if requested else self.lease


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """A request to subscribe or unsubscribe, until the callback has confirmed it; or a denial, until the
    subscriber has been told.

    ``lease``: what is granted. ``id`` and ``token`` belong to the row in hand. ``failures``: how often the
    callback did not confirm it.
    """

    mode: Mode
    topic: str
    callback: str
    lease: timedelta = timedelta()
    secret: str = field(default="", repr=False)
    reason: str = ""
    failures: int = 0
    id: int = 0
    token: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """One subscriber of one topic. Times are aware UTC.

    ``has`` and ``wants`` are hashes of the topic's content (``digest``). ``next_attempt`` is ``None`` while
    nothing is owed. ``failures`` counts them in a row, ``failing_since`` is when the first of them was.
    ``log``: the latest attempts, the newest last.
    """

    id: int
    topic: str
    callback: str
    kind: SubscriberKind = SubscriberKind.SUBSCRIBER
    state: SubscriptionState = SubscriptionState.ACTIVE
    secret: str = field(default="", repr=False)
    expires: datetime | None = None
    wants: str = ""
    has: str = ""
    next_attempt: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    reason: str = ""
    log: tuple[str, ...] = ()
    token: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackReply:
    """A callback's answer; ``status`` ``None``: it gave no answer, and ``error`` says why.
    ``retry_at``: when it asked to be left alone until."""

    status: int | None = None
    body: bytes = field(default=b"", repr=False)
    retry_at: datetime | None = None
    error: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def summary(self) -> str:
        """The answer in a few words, for people."""
        if self.status is None:
            return self.error
        if 300 <= self.status < 400:
            return f"answers {self.status}: redirects are not followed"
        return f"answers {self.status}"


class IntentVerdict(StrEnum):
    """The outcome of asking a callback to confirm an intent."""

    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNANSWERED = "unanswered"  # ask again, later


def digest(content: bytes) -> str:
    """A hash of a topic's content."""
    return hashlib.sha256(content).hexdigest()[:32]


def judged(intent: Intent, challenge: str, answer: CallbackReply) -> tuple[IntentVerdict, str]:
    """Whether a callback confirms an intent (section 5.3), and the reason. It does by a success that repeats
    the challenge; 404 and every other answer is a no. Where its server is in trouble, it is asked a few
    times."""
    if intent.mode is Mode.DENIED and (answer.is_success or answer.status == 410):
        return IntentVerdict.CONFIRMED, "told"
    if answer.is_success:
        if hmac.compare_digest(answer.body.strip(), challenge.encode()):
            return IntentVerdict.CONFIRMED, "confirmed"
        return IntentVerdict.FAILED, f"{answer.summary} and does not repeat the challenge"
    if answer.status == 404:
        return IntentVerdict.FAILED, "answers 404: it does not want this"
    is_trouble = answer.status is None or answer.status in (408, 425, 429) or answer.status >= 500
    if is_trouble and intent.failures + 1 < MAX_CONFIRMATION_TRIES:
        return IntentVerdict.UNANSWERED, answer.summary
    return IntentVerdict.FAILED, answer.summary


def after(
    subscription: Subscription, answer: CallbackReply, sent: str, now: datetime, give_up: timedelta
) -> Subscription:
    """The subscription after the answer to a distribution (section 7). ``sent``: the hash of what was
    sent. Success is 2xx, and 410 ends it; every other answer, and none, is a failure, after which the next
    attempt brings what is newest then."""
    line = f"{now:%Y-%m-%d %H:%M:%S} {answer.summary}"
    subscription = replace(subscription, log=(*subscription.log, line)[-MAX_LOG_LINES:])
    if answer.is_success:
        return replace(subscription, has=sent, next_attempt=None, failures=0, failing_since=None, reason="")
    is_hub = subscription.kind is SubscriberKind.HUB
    since = subscription.failing_since or now
    failed = replace(
        subscription, failures=subscription.failures + 1, failing_since=since, reason=answer.summary
    )
    if answer.status == 410 and not is_hub:
        return replace(
            failed, state=SubscriptionState.GONE, next_attempt=None, reason="answered 410: wants no more"
        )
    if now - since >= give_up and not is_hub:
        days = f"{(now - since) / timedelta(days=1):.1f} days"
        return replace(
            failed,
            state=SubscriptionState.SUSPENDED,
            next_attempt=None,
            reason=f"for {days}: {answer.summary}",
        )
    then = now + backoff.SUBSCRIBER.wait(failed.failures)
    return replace(failed, next_attempt=max(then, answer.retry_at) if answer.retry_at else then)


def signature(content: bytes, secret: str, method: str) -> str:
    """The value of ``X-Hub-Signature`` (section 7.1)."""
    return f"{method}={hmac.new(secret.encode(), content, method).hexdigest()}"


def parse_intent(fields: Mapping[str, str], topics: Mapping[str, str], terms: Terms) -> Intent:
    """The intent that a form states (section 5.1). ``topics``: names by address. Raises ``Unacceptable``."""
    mode = _mode(fields.get("hub.mode", ""))
    address = fields.get("hub.topic", "")
    if not address:
        raise Unacceptable("hub.topic is missing: the address of the feed, as its rel=self says it")
    topic = topics.get(address)
    if topic is None:
        raise Unacceptable(
            "hub.topic: this hub serves its own feeds only, by the address that their rel=self says",
            status=404,
        )
    callback = _callback(fields.get("hub.callback", ""))
    if mode is Mode.UNSUBSCRIBE:
        # "This parameter MAY be present for unsubscription requests and MUST be ignored by the hub in that
        # case" is said of the lease; a secret means nothing there, either.
        return Intent(mode=mode, topic=topic, callback=callback)
    return Intent(
        mode=mode,
        topic=topic,
        callback=callback,
        lease=terms.granted(_lease(fields.get("hub.lease_seconds", ""))),
        secret=_secret(fields.get("hub.secret", "")),
    )


def _secret(value: str) -> str:
    if len(value.encode("utf-8", "surrogatepass")) >= SECRET_LIMIT_BYTES:
        raise Unacceptable(f"hub.secret must be shorter than {SECRET_LIMIT_BYTES} bytes")
    if "\0" in value:
        raise Unacceptable("hub.secret must not hold a zero byte")
    return value


def _mode(value: str) -> Mode:
    if value in (Mode.SUBSCRIBE, Mode.UNSUBSCRIBE):
        return Mode(value)
    raise Unacceptable('hub.mode must be "subscribe" or "unsubscribe"')


def _callback(value: str) -> str:
    if not value:
        raise Unacceptable("hub.callback is missing: the address that feeds are to be sent to")
    if len(value) > MAX_CALLBACK_CHARS or not ADDRESS.fullmatch(value) or "#" in value:
        raise Unacceptable(
            "hub.callback must be an http or https address without a fragment, percent-encoded, "
            f"of {MAX_CALLBACK_CHARS} characters at most"
        )
    return value


def _lease(value: str) -> timedelta | None:
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", value) or int(value) == 0:
        raise Unacceptable("hub.lease_seconds must be a positive number of seconds")
    return timedelta(seconds=min(int(value), 10_000_000_000))
