"""``syndicator preview --html``: an article's posts as their networks would show them, and what becomes of
them when it is corrected or retracted."""

from __future__ import annotations

from collections.abc import Iterator

from syndicator.domain.article import Article
from syndicator.domain.capabilities import LinkCard
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.jobs.courier import Courier
from syndicator.posts.afterwards import afterwards
from syndicator.posts.drawing import DrawnPost, page
from syndicator.wiring import App


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
    capabilities = courier.channel.capabilities
    news = DrawnPost(
        channel=name,
        title="as it is published",
        post=post,
        capabilities=capabilities,
        card_picture=_card_picture(app, article) if capabilities.card is not LinkCard.NONE else b"",
    )
    yield news
    yield from afterwards(news, post, courier, app.composer_of(article), app.age_of_post(name, article))


def _card_picture(app: App, article: Article) -> bytes:
    """The photo as cards show it; none where it cannot be had, which the post's own line tells already."""
    if article.photo is None:
        return b""
    try:
        return app.photos.fit(article.photo, PhotoLimits(side=800, length=400_000)).content
    except PhotoError:
        return b""
