"""Pages are asked for once, by however many channels."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest

from syndicator.domain.article import Article
from syndicator.posts.ready_pages import AGAIN_AFTER_S, MAX_PAGES, MAX_VAIN, ReadyPages
from tests.posts.test_compose import article


@dataclass
class Site:
    lacks: str = ""
    asked: list[str] = field(default_factory=list)
    now: float = 0.0
    takes_s: float = 0.0

    def missing(self, article: Article) -> str:
        self.asked.append(article.url)
        time.sleep(self.takes_s)
        return self.lacks

    def pages(self) -> ReadyPages:
        return ReadyPages(self, clock=lambda: self.now)


def at(path: str) -> Article:
    return article(url=f"https://ledger.example/{path}")


def test_a_ready_page_is_asked_for_once() -> None:
    site = Site()
    pages = site.pages()

    assert [pages.missing(at("1")) for _ in range(5)] == [""] * 5
    assert len(site.asked) == 1


def test_channels_at_once_share_one_question() -> None:
    site = Site(takes_s=0.1)
    pages = site.pages()
    threads = [threading.Thread(target=pages.missing, args=(at("1"),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(site.asked) == 1


def test_a_page_that_is_not_ready_is_asked_for_again_after_a_while() -> None:
    site = Site(lacks="404")
    pages = site.pages()
    assert (pages.missing(at("1")), pages.missing(at("1")), len(site.asked)) == ("404", "404", 1)

    site.now, site.lacks = AGAIN_AFTER_S, ""
    assert pages.missing(at("1")) == ""


def test_a_site_whose_pages_never_get_ready_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    site = Site(lacks="no photo")
    pages = site.pages()
    for number in range(MAX_VAIN):
        for _ in range(3):  # channels
            assert pages.missing(at(str(number))) == "no photo"
        for _ in range(3):
            pages.passed_over(at(str(number)))
    assert pages.missing(at("later")) == ""
    assert len(caplog.messages) == 1
    assert pages.missing(article(url="https://other.example/1")) == "no photo"

    site.lacks = ""
    pages.missing(at("mended"))
    site.lacks = "no photo"
    assert pages.missing(at("after")) == "no photo"


@pytest.mark.slow
def test_what_is_remembered_is_bounded() -> None:
    pages = Site().pages()
    for number in range(MAX_PAGES + 10):
        pages.missing(at(str(number)))

    assert len(pages._entries) == MAX_PAGES
