"""What stands beside a post's text is drawn, too: its link, and a photo that the network fetches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.domain.capabilities import Capabilities, LinkCard, LinkPlace
from syndicator.posts.compose import compose
from syndicator.posts.drawing import DrawnPost, page
from syndicator.text.rulers import CHARACTERS
from tests.channels.contract import ARTICLE

BESIDE = Capabilities(ruler=CHARACTERS, unit="characters", text=500, link_place=LinkPlace.BESIDE)


def drawn(capabilities: Capabilities) -> str:
    post = compose(ARTICLE, capabilities)
    return page("t", [DrawnPost(channel="c", title="", post=post, capabilities=capabilities)])


@pytest.mark.parametrize(("text", "words"), [(500, "news.example"), (0, ARTICLE.url.replace("&", "&amp;"))])
def test_a_link_beside_the_text_is_drawn(text: int, words: str) -> None:
    address = ARTICLE.url.replace("&", "&amp;")
    assert f'<a href="{address}" rel="noopener">{words}</a>' in drawn(replace(BESIDE, text=text))


@pytest.mark.parametrize(
    "other", [{"link_place": LinkPlace.WORDS}, {"link_place": LinkPlace.TEXT}, {"card": LinkCard.SENT}]
)
def test_a_link_that_stands_elsewhere_is_drawn_once(other: dict[str, LinkPlace | LinkCard]) -> None:
    capabilities = replace(BESIDE, **other)  # type: ignore[arg-type]  # one or the other

    assert drawn(capabilities).count("news.example</a>") <= 1
    assert ('rel="noopener">news.example</a>' in drawn(capabilities)) == (
        capabilities.link_place is LinkPlace.WORDS
    )


def test_a_photo_that_the_network_fetches_is_named() -> None:
    words = "the photo, from its address on the site"

    assert words in drawn(replace(BESIDE, photo_by_address=True))
    assert words not in drawn(BESIDE)


@pytest.mark.parametrize("photo_by_address", [True, False])
def test_a_photo_that_the_network_fetches_stands_for_the_card_of_the_link(photo_by_address: bool) -> None:
    capabilities = Capabilities(
        ruler=CHARACTERS,
        unit="characters",
        text=500,
        card=LinkCard.FETCHED,
        photo_by_address=photo_by_address,
    )

    assert ('class="link-card"' in drawn(capabilities)) != photo_by_address
