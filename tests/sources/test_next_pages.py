"""A burst that is larger than the listing is followed, within bounds, and what may be missing is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from syndicator.sources.sites.next_pages import MAX_NEXT_PAGES, next_address
from syndicator.text.markup import parse
from tests.channels.local_server import Reply, Request
from tests.sources.pages_of_a_site import MINUTE, Town, watching

SIZE = 5


class Paged(Town):
    """Shows ``SIZE`` articles on each page of its listing; ``next_form`` is the link to the next one."""

    def __init__(self, next_form: str = "", generator: str = "", path: str = "/news/page/{}/") -> None:
        super().__init__()
        self.next_form, self.generator, self.path = next_form, generator, path
        self.sidebar: list[str] = []
        self.sticky: list[str] = []

    def answer(self, request: Request) -> Reply:
        number = self._number(request)
        if number is None:
            return super().answer(request)
        shown = self.listed[SIZE * (number - 1) : SIZE * number]
        if not shown:
            return Reply(status=404)
        items = "".join(f"<li><a href='{path}'>{path}</a></li>" for path in (*self.sticky, *shown))
        more = self.next_form.format(address=self.path.format(number + 1), number=number + 1)
        is_last = SIZE * number >= len(self.listed)
        aside = "".join(f"<a href='{path}'>popular</a>" for path in self.sidebar)
        body = (
            f"<head>{self.generator}{'' if is_last or '<link' not in more else more}</head><ul>{items}</ul>"
            f"{'' if is_last or '<link' in more else more}<aside>{aside}</aside>"
        )
        return Reply(body=body.encode(), media_type="text/html")

    def _number(self, request: Request) -> int | None:
        if request.path == "/news":
            return int(request.query.get("paged", 1))
        if request.path.startswith("/news/page/"):
            return int(request.path.strip("/").rpartition("/")[2])
        return None


#: How listings name their next page: what stands there, the system's name, the address.
FORMS: dict[str, Callable[[], Paged]] = {
    "head": lambda: Paged("<link rel='next' href='{address}'>"),
    "rel": lambda: Paged("<a rel='next nofollow' href='{address}'>Older</a>"),
    "class": lambda: Paged("<div class=pagination><a class='next page-numbers' href='{address}'>»</a></div>"),
    "number": lambda: Paged("<a href='{address}'>{number}</a>"),
    "query": lambda: Paged("<a href='{address}'>ຕໍ່ໄປ</a>", path="/news?paged={}"),
    "wordpress": lambda: Paged(generator="<meta name=generator content='WordPress 6.1.9'>"),
    "ghost": lambda: Paged(generator="<meta name='generator' content='Ghost 5.130'>"),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("count", [7, pytest.param(15, marks=pytest.mark.slow)])
def test_a_burst_larger_than_the_listing_is_read_whole(form: Callable[[], Paged], count: int) -> None:
    with form() as town:
        check_burst(town, count)


def check_burst(town: Paged, count: int) -> None:
    for number in range(12):
        town.publish(number)
    watch = watching(town)
    assert len(watch.look().sightings) == SIZE
    town.sidebar, town.sticky = ["/news/11", "/news/10"], ["/news/9"]
    watch.look(MINUTE)
    for number in range(100, 100 + count):
        town.publish(number)

    look = watch.look(MINUTE)

    assert {s.key.rpartition("/")[2] for s in look.sightings} >= {str(n) for n in range(100, 100 + count)}
    assert not {s.key.rpartition("/")[2] for s in look.sightings} & {str(n) for n in range(7)}  # old ones
    assert look.problems == []
    assert watch.look(MINUTE).problems == []


@pytest.mark.slow
def test_what_may_be_missing_is_told_where_there_is_no_next_page() -> None:
    with Paged() as town:
        for number in range(6):
            town.publish(number)
        watch = watching(town)
        watch.look()
        for number in range(100, 108):
            town.publish(number)

        look = watch.look(MINUTE)

    assert {s.key.rpartition("/")[2] for s in look.sightings} >= {"103", "107"}
    assert "some between may be missing" in look.problems[0]


@pytest.mark.slow
def test_pages_are_followed_so_far_and_no_further() -> None:
    with Paged("<a class=next href='{address}'>next</a>") as town:
        for number in range(6):
            town.publish(number)
        watch = watching(town, most=200)
        watch.look()
        for number in range(100, 200):
            town.publish(number)
        town.requests.clear()

        look = watch.look(MINUTE)

        asked = [request.path for request in town.requests if "/page/" in request.path]
    assert len(asked) == MAX_NEXT_PAGES
    assert len(look.sightings) >= SIZE * MAX_NEXT_PAGES
    assert "some between may be missing" in look.problems[0]


@pytest.mark.slow
def test_nothing_is_followed_on_an_ordinary_day() -> None:
    with Paged("<a class=next href='{address}'>next</a>") as town:
        for number in range(20):
            town.publish(number)
        watch = watching(town)
        watch.look()
        for number in range(20, 22):
            town.publish(number)
            watch.look(MINUTE)

        assert not [request.path for request in town.requests if "/page/" in request.path]


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        ("<a rel=next href='https://elsewhere.example/page/2'>x</a>", ""),
        ("<a rel=next href='javascript:go()'>x</a>", ""),
        ("<a rel=next href='#'>x</a>", ""),
        ("<a href='/town/page/2/'>2</a>", ""),  # of another listing
        ("<a href='/news/page/3'>3</a>", ""),
        ("<a href='/news/page/2'>2</a>", "https://a.example/news/page/2"),
        ("<a href='?page=2&amp;x=1'>2</a>", ""),
        ("<a href='/news?page=2#top'>2</a>", "https://a.example/news?page=2"),
        ("<meta name=generator content='Drupal'>", ""),
        ("", ""),
    ],
)
def test_a_next_page_is_one_of_the_same_listing(markup: str, address: str) -> None:
    assert next_address(parse(markup), "https://a.example/news", 2) == address
