"""No more hashtags and mentions in a post than its network takes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.posts.signs import HASHTAG
from tests.channels.contract import ARTICLE
from tests.fakes import Words

FEW = Capabilities(
    ruler=Words(), unit="characters", text=9000, has_mentions=True, most_hashtags=3, most_mentions=2
)


@given(st.lists(st.sampled_from(["#one ", "#ສອງ ", "# ", "##", "C# ", "#1", "word "]), max_size=12))
def test_words_stay_and_hashtags_are_few(pieces: list[str]) -> None:
    text = "".join(pieces)

    post = compose(replace(ARTICLE, title="A title", summary=text or "-"), FEW)

    assert len(HASHTAG.findall(post.text)) <= 3
    shown = compose(replace(ARTICLE, title="A title", summary=text or "-"), replace(FEW, most_hashtags=None))
    assert post.text.replace("\u200b", "") == shown.text


def test_the_newsrooms_own_hashtags_go_first() -> None:
    article = replace(ARTICLE, title="#early words", summary="#later words", section="City", tags=("a", "b"))
    style = Style(hashtags={"City": "City", "a": "A", "b": "B"})

    post = compose(article, replace(FEW, most_hashtags=4), style)

    assert post.text.endswith(f"#A #B #City\n\n{ARTICLE.url}")
    assert HASHTAG.findall(post.text.partition("\n\n")[0]) == ["#"]
    assert "#\u200blater" in post.text


def test_fewer_hashtags_are_declared_than_taken() -> None:
    style = Style(hashtags={"City": "City", "a": "A"})

    post = compose(replace(ARTICLE, tags=("a",)), replace(FEW, most_hashtags=1), style)

    assert [span.target for span in post.spans if span.kind == "hashtag"] == ["A"]


def test_names_beyond_the_last_mention_stay_names() -> None:
    article = replace(ARTICLE, title="Noy, Kham and Mali", summary="Kham again")
    style = Style(mentions={"Noy": "@noy", "Kham": "kham", "Mali": "mali"})

    post = compose(article, FEW, style)

    assert post.text.startswith("@noy, @kham and Mali\n\nKham again")


def test_a_link_that_is_left_out_costs_nothing() -> None:
    room = len(f"{ARTICLE.title}\n\n{ARTICLE.summary}")

    post = compose(ARTICLE, replace(FEW, link_place=LinkPlace.NOWHERE, text=room))

    assert post.text == f"{ARTICLE.title}\n\n{ARTICLE.summary}"
    assert post.url == ARTICLE.url
    assert not post.omitted
