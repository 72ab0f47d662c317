"""A post as it would be sent now, drawn without fetching anything: for pages of a process that must not."""

from __future__ import annotations

from dataclasses import replace

from syndicator.domain.article import Article
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Composer
from syndicator.jobs.courier import Courier
from syndicator.jobs.post_photo import without_picture
from syndicator.posts.drawing import DrawnPost


def unfetched_scene(courier: Courier, compose: Composer, channel: str, article: Article) -> DrawnPost:
    """The post of an article, with a stand-in of its picture. Raises ``Misconfigured`` where what the
    newsroom has declared is no template."""
    capabilities, shown = courier.channel.capabilities, without_picture(courier, article)
    photo, file = shown.article.photo, None
    if capabilities.photo and (photo or courier.draw_card):
        size = (photo.width or 0, photo.height or 0) if photo else (0, 0)
        file = PhotoFile(content=b"", media_type="image/jpeg", width=size[0], height=size[1])
    post = compose(shown.article, capabilities, courier.style, file)
    omitted = (*post.omitted, *filter(None, [shown.remark]))
    return DrawnPost(
        channel=channel, title="", post=replace(post, omitted=omitted), capabilities=capabilities
    )
