"""A poisoned article is kept from readers, and keeps nothing else from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.jobs.ports import Format, History
from syndicator.store import Store
from tests.jobs.press import Press

pytestmark = pytest.mark.slow  # databases or processes throughout


class Careless:
    """RSS by a careless writer: titles are not escaped. ``is_broken``: nor are its documents finished."""

    extension, media_type, keeps_archives = "rss", "application/rss+xml", True
    age: timedelta | None = None

    def __init__(self) -> None:
        self.form: Format = formats.kind("rss")()
        self.is_broken = False

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        if "%" in article.title:
            raise KeyError(article.title)
        entry = self.form.entry(site, feed, article)
        return entry.replace(b"&lt;", b"<").replace(b"&amp;", b"&")

    def document(
        self, site: Site, feed: Feed, articles: Sequence[Article], entries: Sequence[bytes], history: History
    ) -> bytes:
        document = self.form.document(site, feed, articles, entries, history)
        return document.removesuffix(b"</rss>") if self.is_broken else document


@pytest.fixture
def press(store: Store, tmp_path: Path) -> Press:
    press = Press(store, tmp_path / "documents")
    press.formats["rss"] = Careless()
    press.redeclare(replace(press.feeds[0], content="summary"))
    return press


def on_record(press: Press) -> list[tuple[str, str, str]]:
    return [(feed, article.key, why) for feed, article, why in press.store.left_out()]


def test_a_poisoned_article_is_left_out_where_it_is_poison_and_named(press: Press) -> None:
    press.prints(1)
    press.prints(2, title="Rivers <& roads")
    press.prints(3)

    assert press.carried("all.rss") == [3, 1]
    assert press.carried("all.atom") == press.carried("all.json") == [3, 2, 1]
    [(feed, key, why)] = on_record(press)
    assert (feed, key) == ("all", "2")
    assert why.startswith("rss: it is not well-formed")
    [row] = press.store.feeds()
    assert (row.failures, row.error, row.wants == row.has) == (0, "", True)


def test_a_defect_in_a_format_is_no_more_than_that(press: Press) -> None:
    press.prints(1, 2)
    press.prints(3, title="5 % more")

    assert press.carried("all.rss") == [2, 1]
    assert on_record(press) == [("all", "3", "rss: KeyError: '5 % more'")]


def test_a_corrected_article_is_let_in(press: Press) -> None:
    press.prints(1, title="Rivers <& roads")
    assert on_record(press)

    press.publishes("1", title="Rivers and roads")
    press.builds_all()

    assert press.carried("all.rss") == [1]
    assert on_record(press) == []


def test_a_poisoned_article_is_left_out_of_archives_too(press: Press) -> None:
    press.prints(1, title="Rivers <& roads")
    press.prints(*range(2, 10))

    assert press.carried("all/1.rss") == [2]
    assert press.carried("all/1.atom") == [2, 1]
    assert [key for _, key, _ in on_record(press)] == ["1"]


def test_one_that_is_retracted_is_no_longer_spoken_of(press: Press) -> None:
    press.prints(1, title="Rivers <& roads")
    press.retracts("1")
    press.builds_all()

    assert on_record(press) == []


def test_a_broken_document_leaves_the_last_good_one_standing(press: Press) -> None:
    press.prints(1)
    careless = press.formats["rss"]
    assert isinstance(careless, Careless)
    careless.is_broken = True
    press.publishes("2")

    assert not press.builds()

    assert press.carried("all.rss") == [1]
    assert press.carried("all.atom") == [2, 1], "the others are served"
    [row] = press.store.feeds()
    assert (row.failures, row.wants == row.has) == (1, False)
    assert row.error.startswith("all.rss stays as it was: it is not well-formed")

    careless.is_broken = False
    press.clock.tick(hours=1)
    press.builds_all()
    assert press.carried("all.rss") == [2, 1]
    [row] = press.store.feeds()
    assert (row.failures, row.error) == (0, "")
