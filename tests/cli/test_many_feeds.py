"""What a check costs with many feeds: each article is compared with those feeds alone that may want it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.cli.feed_report import oddities
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed
from syndicator.wiring import App, declarations, open_app
from tests.fakes import NOON, sighting

pytestmark = pytest.mark.slow  # thousands of feeds

SECTIONS, ARTICLES, LENGTH = 60, 180, 5


@pytest.fixture
def newsroom(tmp_path: Path) -> App:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "syndicator.toml").write_text(
        '[site]\ntitle = "The Ledger"\nurl = "https://ledger.example/"\n'
    )
    (tmp_path / "feeds" / "all.toml").write_text(f'title = "All"\nlength = {LENGTH}\n')
    for number in range(SECTIONS):
        text = f'title = "{number}"\nsections = ["Section {number}"]\nlength = {LENGTH}\n'
        (tmp_path / "feeds" / f"s{number}.toml").write_text(text)
    declarations.cache_clear()
    opened = open_app(tmp_path)
    shown = [
        sighting(str(n), section=f"Section {n % (SECTIONS - 1)}", published=NOON + timedelta(minutes=n))
        for n in range(ARTICLES)
    ]
    editor = opened.editor
    opened.store.file(shown, lambda known, s: editor.filing(known, s, since=None, now=NOON), NOON)
    return opened


def test_an_article_is_compared_with_the_feeds_that_may_want_it(
    newsroom: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    carries = Feed.carries

    def counted(feed: Feed, article: Article) -> bool:
        calls.append(feed.name)
        return carries(feed, article)

    monkeypatch.setattr(Feed, "carries", counted)

    found = list(oddities(newsroom))

    assert [name for name, _ in found] == [f"s{SECTIONS - 1}"] * 2, "the one section that nothing is in"
    assert calls.count("all") == LENGTH, "a feed that is full is asked no more"
    assert len(calls) == LENGTH + ARTICLES
