"""An article that was taken back, on a site that answers 404 for nothing: its address leads to the home page,
to a section, to a page of errors. Kind ``page``; of feeds: ``test_feed_retractions``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.channels.local_server import Reply
from tests.sources.pages_of_a_site import CANONICAL, HOUR, MINUTE, Town, Watch, page, story, watching

pytestmark = pytest.mark.slow  # hours of a site


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as running:
        for number in range(5):
            running.publish(number)
        running.pages["/"] = running.pages["/lo/"] = page("The Town News", story("mill 7"))
        section = page("Quays", story("tram 8"))
        running.pages["/quays/"] = section.replace("<body>", '<body class="archive category">')
        running.pages["/news/"] = running.pages["/category/quays"] = section
        running.pages["/errors/404.html"] = page("Oh", "<p>There was something here, and is no more.</p>")
        running.pages["/sign-in"] = page("Readers", "<p>Say who you are, and read on.</p>")
        yield running


@pytest.fixture
def watch(town: Town) -> Watch:
    watch = watching(town, gone_after=HOUR)
    watch.look()
    return watch


def moved(address: str) -> Reply:
    return Reply(status=301, headers={"Location": address})


def gone(watch: Watch, looks: int = 12, step: timedelta = 20 * MINUTE) -> list[str]:
    return [key.rpartition("/")[2] for _ in range(looks) for key in watch.look(step).gone]


PLACES = {
    "home page": "/",
    "home page of a language": "/lo/",
    "listing that is declared": "/news",
    "section by its path": "/category/quays",
    "section by its own words": "/quays/",
    "folder above": "/news/",
    "page of errors": "/errors/404.html",
}


@pytest.mark.parametrize("address", PLACES.values(), ids=PLACES.keys())
def test_what_is_listed_no_more_and_leads_elsewhere_is_withdrawn(
    town: Town, watch: Watch, address: str
) -> None:
    town.pages["/news/2"] = moved(address)
    town.listed.remove("/news/2")

    looks = [watch.look(20 * MINUTE) for _ in range(12)]

    assert [key.rpartition("/")[2] for look in looks for key in look.gone] == ["2"]
    assert not looks[0].gone  # a second look is taken
    assert "/news/2: it leads to " in looks[0].problems[0]


@pytest.mark.parametrize("address", ["/", "/quays/"])
def test_a_pattern_that_takes_that_place_in_changes_nothing(town: Town, address: str) -> None:
    watch = watching(town, gone_after=HOUR, article="/.")
    watch.look()
    town.pages["/news/2"] = moved(address)
    town.listed.remove("/news/2")

    assert gone(watch) == ["2"]


def test_what_is_listed_still_stays(town: Town, watch: Watch) -> None:
    town.pages["/news/2"] = moved("/")

    assert gone(watch, 20) == []


@pytest.mark.parametrize("address", ["/sign-in", "/news/2?view=full", "/news/2/", "/elsewhere/2"])
def test_what_leads_to_a_form_or_to_itself_stays(town: Town, watch: Watch, address: str) -> None:
    text = town.pages["/news/2"]
    town.pages["/news/2"] = moved(address)
    for path in ("/news/2?view=full", "/news/2/", "/elsewhere/2"):
        town.pages[path] = text
    town.listed.remove("/news/2")

    assert gone(watch, 20) == []


def test_a_site_that_leads_everything_to_its_home_page_has_an_outage(town: Town, watch: Watch) -> None:
    town.pages |= {f"/news/{number}": moved("/") for number in range(5)}
    town.listed = ["/news/9"]
    town.pages["/news/9"] = moved("/")

    assert gone(watch, 20) == []


def test_what_comes_back_is_there_again(town: Town, watch: Watch) -> None:
    text = town.pages["/news/2"]
    town.pages["/news/2"] = moved("/")
    town.listed.remove("/news/2")
    assert gone(watch) == ["2"]
    town.pages["/news/2"] = text
    town.listed.append("/news/2")

    assert watch.titles(HOUR, 8)[:1] == ["What becomes of the school"]


def test_an_address_of_its_own_is_no_listing_above_it(town: Town) -> None:
    """``/news/7/print`` leads to ``/news/7``, which says nothing of itself."""
    watch = watching(town, article=r"/news/\d+(/print)?$", gone_after=HOUR)
    town.pages["/news/7/print"] = page("A ferry", story("ferry"), CANONICAL.format("/news/7"))
    town.listed.append("/news/7/print")
    watch.look()
    town.pages["/news/7"] = town.pages["/news/7/print"]
    town.pages["/news/7/print"] = moved("/news/7")
    town.listed.remove("/news/7/print")

    assert gone(watch, 20) == []


@pytest.mark.parametrize("key", ["", r"/news/(\d+)$"], ids=["by address", "by key"])
def test_what_leads_to_another_article_is_withdrawn_and_that_one_stays(town: Town, key: str) -> None:
    """A notice that was deleted in favour of the whole report."""
    watch = watching(town, gone_after=HOUR, key=key)
    watch.look()
    town.pages["/news/2"] = moved("/news/4")
    town.listed.remove("/news/2")

    assert gone(watch, 20) == ["2"]


def test_what_has_a_new_address_that_was_seen_first_is_the_same_article(town: Town, watch: Watch) -> None:
    """The listing shows the new one a look before the old one leads there."""
    town.pages["/news/12"] = town.pages["/news/2"]
    town.listed.append("/news/12")
    watch.look(2 * MINUTE)
    town.pages["/news/2"] = moved("/news/12")
    town.listed.remove("/news/2")

    assert "12" not in gone(watch, 20)


def test_what_leads_to_one_that_no_listing_shows_stays(town: Town, watch: Watch) -> None:
    town.pages["/news/2"] = moved("/news/4")
    town.listed = ["/news/0", "/news/1", "/news/3"]

    assert gone(watch, 20) == []


def test_a_new_slug_as_short_as_a_language_is_no_home_page(town: Town) -> None:
    watch = watching(town, gone_after=HOUR, article=r"/news/\d+$|/mud/$")
    watch.look()
    town.pages["/mud/"] = town.pages["/news/2"]
    town.pages["/news/2"] = moved("/mud/")
    town.listed.remove("/news/2")

    assert gone(watch, 20) == []
