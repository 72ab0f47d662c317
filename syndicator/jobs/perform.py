"""The request of a step: what is asked of the channel, and how its answer leaves the delivery."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from syndicator.domain.delivery import NOTICE_REVISION, Delivery, Receipt, absent, closed, posted, replied
from syndicator.domain.errors import PostGone
from syndicator.domain.post import Post, with_words_of
from syndicator.domain.step import Step
from syndicator.jobs.ports import Channel


def perform(channel: Channel, delivery: Delivery, step: Step, post: Post, now: datetime) -> Delivery:
    """The delivery after the step, which begins ``now``. Raises what channels do."""
    match step, delivery.receipt:
        case Step.SEND, _:
            return posted(delivery, _sent(channel, delivery, post), now, shows=post.digest)
        case Step.REPEAT, _:  # it shows what it showed then
            return posted(delivery, _sent(channel, delivery, post), now)
        case Step.FIND, _:
            existing = channel.find(post, key=delivery.key)
            return posted(delivery, existing, now) if existing else absent(delivery)
        case Step.EDIT, Receipt() as receipt:
            return closed(delivery, delivery.wants, channel.edit(receipt, post), post.digest)
        case Step.DELETE, Receipt() as receipt:
            for reply in delivery.replies:
                channel.delete(reply, post)
            channel.delete(receipt, post)
            return closed(delivery, None)
        case _, Receipt() as receipt:
            return _with_notice(channel, delivery, receipt, step, post)
    raise AssertionError(f"{step} with {delivery.receipt}")


def _sent(channel: Channel, delivery: Delivery, post: Post) -> Receipt:
    """The receipt of a first post; it stands by itself where the one that it is to answer is gone."""
    try:
        return channel.send(post, key=delivery.key)
    except PostGone:
        return channel.send(replace(post, reply_to=None), key=delivery.key)


def _with_notice(channel: Channel, delivery: Delivery, receipt: Receipt, step: Step, post: Post) -> Delivery:
    """The delivery once its post says, or is answered by, what has become of its article. A retracted one
    that somebody has deleted is as it should be."""
    try:
        if step is Step.NOTICE:
            return closed(delivery, NOTICE_REVISION, channel.edit(receipt, post), post.digest)
        after = replied(delivery, channel.send(post, key=delivery.key_of_reply))
        return replace(after, shows=with_words_of(after.shows, post.digest))
    except PostGone:
        if delivery.wants is not None:
            raise
        return closed(delivery, None)


def event_of(before: Delivery, after: Delivery, step: Step, now: datetime) -> str:
    """The step that has succeeded, in words for the delivery's history."""
    receipt = after.receipt or before.receipt
    where = f" {receipt.url}" if receipt and receipt.url else ""
    match step:
        case Step.FIND:
            return f"found{where}" if after.receipt else "not found: it can be sent"
        case Step.DELETE:
            is_over = before.wants is None and before.attempted not in (None, NOTICE_REVISION)
            reply = "; a reply that named a correction may still be out there" if is_over else ""
            return f"deleted{where} at {now:%Y-%m-%d %H:%M:%S} UTC{reply}"
        case Step.EDIT:
            return f"edited{where}"
        case _ if before.receipt and not after.receipt:
            return f"gone already{where}"
        case Step.NOTICE:
            return f"turned into a notice{where}"
        case Step.REPLY | Step.REPLY_AGAIN:
            what = "retraction" if before.attempted == NOTICE_REVISION else "correction"
            return f"{what} named in a reply{where}"
        case _:
            return f"posted{where}"
