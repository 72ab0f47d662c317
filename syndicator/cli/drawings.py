"""``syndicator preview --html``: an article's posts as their networks would show them, and what becomes of
them when it is corrected or retracted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from syndicator.domain.article import Article
from syndicator.domain.capabilities import LinkCard, PhotoEdits
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.policy import OnCorrection, OnRetraction, on_correction, on_retraction
from syndicator.domain.post import Occasion, Post
from syndicator.jobs.courier import Courier
from syndicator.posts.drawing import DrawnPost, page
from syndicator.wiring import App

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


def drawings(app: App, article: Article, posts: dict[str, Post]) -> str:
    """The page: for each channel the post, the corrected one, and what a retraction leaves."""
    return page(
        article.title,
        [
            scene
            for name, courier in app.couriers.items()
            for scene in _scenes(app, name, courier, article, posts[name])
        ],
    )


def _scenes(app: App, name: str, courier: Courier, article: Article, post: Post) -> Iterator[DrawnPost]:
    capabilities, compose = courier.channel.capabilities, app.composer_of(article)
    news = DrawnPost(
        channel=name,
        title="as it is published",
        post=post,
        capabilities=capabilities,
        card_picture=_card_picture(app, article) if capabilities.card is not LinkCard.NONE else b"",
    )
    yield news
    terms, age = courier.terms, _age(app, name, article)
    correction = on_correction(terms.policy, capabilities, age)
    shown = post.article  # whose photo may be shown here
    corrected = replace(shown, note=shown.note or SAMPLE_NOTE, revision=shown.revision + 1)
    if correction is OnCorrection.LEAVE:
        then = post
    elif correction is OnCorrection.REPLY:
        then = compose(corrected, capabilities, courier.style, None, Occasion.CORRECTION)
    else:
        then = compose(corrected, capabilities, courier.style, post.photo, Occasion.NEWS)
        then = replace(then, further=post.further, further_by_address=post.further_by_address)
    yield replace(news, title="when it is corrected", post=then, remark=CORRECTIONS[correction])
    retraction = on_retraction(terms.policy, capabilities, age)
    has_notice = retraction in (OnRetraction.NOTICE, OnRetraction.REPLY)
    notice = compose(shown, capabilities, courier.style, None, Occasion.RETRACTION) if has_notice else None
    remark = RETRACTIONS[retraction]
    is_fixed = capabilities.photo_edits is not PhotoEdits.ALL and post.photo is not None
    if notice and retraction is OnRetraction.NOTICE and is_fixed:
        notice = replace(notice, photo=post.photo, alt=post.alt, further=post.further)
        remark = f"{remark} {PHOTO_STAYS}"
    yield replace(
        news,
        title="when it is retracted",
        post=post if retraction is OnRetraction.LEAVE else notice,
        remark=remark,
    )


def _age(app: App, name: str, article: Article) -> timedelta:
    """How old the article's post is on a channel; new where there is none on record."""
    deliveries = (line.delivery for line in app.store.deliveries_of(article.guid))
    posted_at = next((each.posted_at for each in deliveries if each.channel == name and each.receipt), None)
    return app.deliverer.clock() - posted_at if posted_at else timedelta(0)


def _card_picture(app: App, article: Article) -> bytes:
    """The photo as cards show it; none where it cannot be had, which the post's own line tells already."""
    if article.photo is None:
        return b""
    try:
        return app.photos.fit(article.photo, PhotoLimits(side=800, length=400_000)).content
    except PhotoError:
        return b""
