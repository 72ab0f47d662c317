"""Where articles belong is found without asking every feed, and is the same as if every feed were asked."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Filter
from syndicator.jobs.routing import Editor
from tests.fakes import SITE
from tests.formats.newsroom import article

words = st.lists(
    st.sampled_from(["City", "city", "Sport", "ກິລາ", "ẞ", "ss", "caf\u00e9", "cafe\u0301", ""]), max_size=2
).map(tuple)

filters = st.builds(
    Filter,
    sections=words,
    tags=words,
    authors=words,
    sources=words,
    languages=st.sampled_from([(), ("en",), ("lo",)]),
)

stories = st.builds(
    article,
    section=words.map(lambda some: some[0] if some else ""),
    tags=words,
    authors=words,
    source=st.sampled_from(["city", "page"]),
    language=st.sampled_from(["en-GB", "lo"]),
)


@given(told=st.lists(st.tuples(filters, filters | st.just(Filter())), max_size=6), story=stories)
def test_an_article_belongs_where_every_feed_says_so(
    told: list[tuple[Filter, Filter]], story: Article
) -> None:
    feeds = [
        Feed(name=str(n), title="", only=replace(only, exclude=exclude), channels=(f"to {n % 2}",))
        for n, (only, exclude) in enumerate(told)
    ]
    editor = Editor(site=SITE, feeds=feeds)

    carrying = [feed for feed in feeds if feed.carries(story)]

    assert editor.feeds_of(story) == {feed.name for feed in carrying}
    assert editor.channels_of(story) == {feed.channels[0] for feed in carrying}
