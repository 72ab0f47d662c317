"""A post as it would be sent now, drawn without fetching anything: for pages of a process that must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Composer
from syndicator.jobs.courier import Courier
from syndicator.jobs.post_photo import without_picture
from syndicator.posts.afterwards import afterwards
from syndicator.posts.drawing import DrawnPost

#: The age of a post that is not out yet.
NEW = timedelta(0)


def unfetched_scenes(
    courier: Courier, compose: Composer, channel: str, article: Article, age: timedelta = NEW
) -> list[DrawnPost]:
    """The post of an article, with a stand-in of its picture; of one that is public also what a correction
    and a retraction would make of it, at this age. Raises ``Misconfigured`` where what the newsroom has
    declared is no template."""
    capabilities, shown = courier.channel.capabilities, without_picture(courier, article)
    photo, file = shown.article.photo, None
    if capabilities.photo and (photo or courier.draw_card):
        size = (photo.width or 0, photo.height or 0) if photo else (0, 0)
        file = PhotoFile(content=b"", media_type="image/jpeg", width=size[0], height=size[1])
    post = compose(shown.article, capabilities, courier.style, file)
    omitted = (*post.omitted, *filter(None, [shown.remark]))
    post = replace(post, omitted=omitted)
    is_public = article.state is ArticleState.LIVE
    is_withheld = article.state in (ArticleState.EMBARGOED, ArticleState.WITHDRAWN)
    title = f"as it would be sent, were it not {article.state}" if is_withheld else "as it would be sent now"
    news = DrawnPost(channel=channel, title=title, post=post, capabilities=capabilities)
    return [news, *(afterwards(news, post, courier, compose, age) if is_public else ())]
