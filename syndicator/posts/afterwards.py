"""What becomes of a post when its article is corrected or retracted, drawn for those who judge it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from syndicator.domain.capabilities import PhotoEdits
from syndicator.domain.policy import OnCorrection, OnRetraction, on_correction, on_retraction
from syndicator.domain.post import Composer, Occasion, Post
from syndicator.jobs.courier import Courier
from syndicator.posts.drawing import DrawnPost

#: A note for articles without one, to show where a correction stands.
SAMPLE_NOTE = "This is where the newsroom's note on a correction stands."

CORRECTIONS = {
    OnCorrection.EDIT: "The post is edited.",
    OnCorrection.REPLY: "A reply under the post names the correction.",
    OnCorrection.REPOST: "The post is deleted, and posted again.",
    OnCorrection.LEAVE: "The post stays as it is; the operator is told.",
}
RETRACTIONS = {
    OnRetraction.DELETE: "The post is deleted.",
    OnRetraction.NOTICE: "The post is edited into a notice.",
    OnRetraction.REPLY: "A reply under the post says so.",
    OnRetraction.LEAVE: "The post stays as it is; the operator is told to take it back by hand.",
}
PHOTO_STAYS = "Its photo stays: it cannot be taken away there."


def afterwards(
    news: DrawnPost, post: Post, courier: Courier, compose: Composer, age: timedelta
) -> Iterator[DrawnPost]:
    """The corrected post, and what a retraction leaves of it. ``age``: how long it is out by then."""
    policy, capabilities = courier.terms.policy, news.capabilities
    correction = on_correction(policy, capabilities, age)
    corrected = _corrected(post, correction, courier, compose)
    yield replace(news, title="when it is corrected", post=corrected, remark=CORRECTIONS[correction])
    retraction = on_retraction(policy, capabilities, age)
    remark, notice = RETRACTIONS[retraction], None
    if retraction is OnRetraction.LEAVE:
        notice = post
    elif retraction is not OnRetraction.DELETE:
        notice = compose(post.article, capabilities, courier.style, None, Occasion.RETRACTION)
        stays = retraction is OnRetraction.NOTICE and capabilities.photo_edits is not PhotoEdits.ALL
        if stays and post.photo:
            notice = replace(notice, photo=post.photo, alt=post.alt, further=post.further)
            remark = f"{remark} {PHOTO_STAYS}"
    yield replace(news, title="when it is retracted", post=notice, remark=remark)


def _corrected(post: Post, correction: OnCorrection, courier: Courier, compose: Composer) -> Post:
    shown, capabilities = post.article, courier.channel.capabilities  # whose photo may be shown here
    article = replace(shown, note=shown.note or SAMPLE_NOTE, revision=shown.revision + 1)
    if correction is OnCorrection.LEAVE:
        return post
    if correction is OnCorrection.REPLY:
        return compose(article, capabilities, courier.style, None, Occasion.CORRECTION)
    made = compose(article, capabilities, courier.style, post.photo, Occasion.NEWS)
    return replace(made, further=post.further, further_by_address=post.further_by_address)
