"""A post's text in two, for channels with a place for titles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.text.rulers import CHARACTERS
from tests.channels.contract import ARTICLE

BESIDE = Capabilities(ruler=CHARACTERS, unit="characters", text=500, link_place=LinkPlace.BESIDE)


@pytest.mark.parametrize("title", [ARTICLE.title, "ຂົວໃໝ່ເປີດແລ້ວ", "One. Two: three\u2014four?"])
def test_both_together_are_the_text(title: str) -> None:
    post = compose(replace(ARTICLE, title=title), BESIDE)

    assert post.headline_and_rest == (title, ARTICLE.summary)
    assert "\n\n".join(post.headline_and_rest) == post.text


def test_a_headline_alone_has_no_rest() -> None:
    assert compose(replace(ARTICLE, summary=""), BESIDE).headline_and_rest == (ARTICLE.title, "")


def test_a_headline_that_was_cut_is_the_one_that_stands_there() -> None:
    headline, rest = compose(replace(ARTICLE, title="A long word, " * 100), BESIDE).headline_and_rest

    assert 400 < len(headline) <= 500
    assert rest == ""


@pytest.mark.parametrize(
    "template", ["★ {{ headline }}\n\n{{ summary }}", "{{ summary }}", "{{ headline }}!"]
)
def test_a_text_of_the_newsrooms_own_making_is_all_rest(template: str) -> None:
    post = compose(ARTICLE, BESIDE, Style(templates={"*": template}))

    assert post.headline_and_rest == ("", post.text)
