"""What readers get out of a feed is what the newsroom put in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from syndicator import formats
from syndicator.domain.article import Article
from tests.formats.newsroom import SHORT, article, articles, tidy, written
from tests.formats.readers import READERS, Reader, expected

pytestmark = pytest.mark.slow  # every reader reads every feed

EACH = [
    pytest.param(name, read, id=f"{name}-{reader}")
    for reader, (read, names) in READERS.items()
    for name in names
]


@pytest.mark.parametrize(("name", "read"), EACH)
@given(sent=articles(tidy))
def test_readers_get_what_the_newsroom_said(name: str, read: Reader, sent: Article) -> None:
    [got] = read(written(formats.kind(name)(), [sent]))

    wanted = expected(sent)
    assert got == {about: wanted[about] for about in got}


@pytest.mark.parametrize(("name", "read"), EACH)
@given(sent=articles(tidy))
def test_a_feed_of_summaries_holds_no_body(name: str, read: Reader, sent: Article) -> None:
    [got] = read(written(formats.kind(name)(), [sent], SHORT))

    assert got["text"] == expected(replace(sent, content_html=""))["text"]


@pytest.mark.parametrize(("name", "read"), EACH)
def test_readers_see_a_correction_before_the_text(name: str, read: Reader) -> None:
    sent = article(note="The bridge is 300 m <long>, not 200.")

    [got] = read(written(formats.kind(name)(), [sent]))

    assert got["text"] == "The bridge is 300 m <long>, not 200. Trams cross the river again."
