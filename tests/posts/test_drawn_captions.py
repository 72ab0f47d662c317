"""A network that shows photos with captions: drawn with the photo first, and nothing without one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.posts.compose import compose
from syndicator.posts.drawing import DrawnPost, page
from syndicator.text.rulers import CHARACTERS
from tests.channels.contract import ARTICLE, picture

CAPTIONS = Capabilities(
    ruler=CHARACTERS,
    unit="characters",
    text=500,
    link_place=LinkPlace.NOWHERE,
    photo=PhotoLimits(),
    needs_photo=True,
)


def drawn(capabilities: Capabilities, photo: PhotoFile | None) -> str:
    post = compose(ARTICLE, capabilities, photo=photo)
    return page("t", [DrawnPost(channel="c", title="", post=post, capabilities=capabilities)])


def test_the_photo_is_above_its_caption() -> None:
    html = drawn(CAPTIONS, picture())

    assert '<article class="post photo-first"' in html
    assert "data:image/jpeg;base64," in html
    assert ARTICLE.summary in html
    assert "news.example" not in html


@pytest.mark.parametrize("needs_photo", [True, False])
def test_nothing_is_shown_without_one(*, needs_photo: bool) -> None:
    html = drawn(replace(CAPTIONS, needs_photo=needs_photo), None)

    assert ("There is no post without a photo there." in html) == needs_photo
    assert (ARTICLE.summary in html) != needs_photo
