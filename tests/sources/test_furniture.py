"""A site's cover and motto are no article's photo and summary, whoever names them first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syndicator.sources.pages.extract import Select
from syndicator.sources.pages.furniture import picture_hash
from tests.sources.pages_of_a_site import CANONICAL, DATED, HOUR, MINUTE, NOW, Town, page, story, watching

COVER = '<meta property="og:image" content="{}">'
MOTTO = '<meta name="description" content="All that the town talks about, every day anew">'


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as running:
        yield running


def with_head(town: Town, number: int, head: str, text: str = "") -> None:
    marks = DATED.format(number) + CANONICAL.format(f"/news/{number}")
    town.publish(number, head=marks + head, text=text)


@pytest.mark.parametrize(
    "of_article",
    [
        "/img/cover.jpg",
        "/img/size/w1200/cover.jpg",
        "/img/cover-1024x683.jpg",
        "/img/cover.jpg?w=1200&amp;fit=crop",
    ],
)
def test_the_listings_own_picture_is_nobodys_photo(town: Town, of_article: str) -> None:
    town.head = COVER.format("/img/cover.jpg") + MOTTO
    with_head(town, 1, COVER.format(of_article) + MOTTO)
    with_head(town, 2, COVER.format("/img/quay.jpg"))

    photos = {s.key[-1]: s.photo and s.photo.url for s in watching(town).look().sightings}

    assert photos == {"1": None, "2": f"{town.address}/img/quay.jpg"}


@pytest.mark.parametrize("item", ["li, article", ":is(li, article)", "ul > li"])
def test_the_picture_of_the_first_article_is_its_own_although_the_listing_names_it(
    town: Town, item: str
) -> None:
    town.head = COVER.format("/img/size/w600/quay.jpg")
    with_head(town, 1, COVER.format("/img/quay.jpg"))
    town.listing = '<ul><li><a href="/news/1"><img data-src="/img/quay-300x200.jpg" src="data:,"> x</a></ul>'

    [seen] = watching(town, listing_item=item).look().sightings

    assert seen.photo
    assert seen.photo.url.endswith("/img/quay.jpg")


def test_a_photo_in_the_text_takes_the_place_of_the_sites_cover(town: Town) -> None:
    town.head = COVER.format("/img/cover.jpg")
    head = COVER.format("/img/cover.jpg") + '<meta property="og:image:alt" content="The town hall">'
    with_head(town, 1, head, "<figure><img src=/img/own.jpg alt='A crane'></figure>" + story("crane"))

    [seen] = watching(town).look().sightings

    assert seen.photo
    assert (seen.photo.url, seen.photo.alt) == (f"{town.address}/img/own.jpg", "A crane")


def test_the_motto_is_no_summary(town: Town) -> None:
    town.head = MOTTO
    with_head(town, 1, MOTTO)

    [seen] = watching(town).look().sightings

    assert seen.summary.startswith("About the market 1")


@pytest.mark.slow
def test_what_three_articles_share_is_the_sites_from_the_first_look_on(town: Town) -> None:
    for number in range(3):
        with_head(town, number, COVER.format(f"/img/size/w{number + 1}00/cover.jpg") + MOTTO)
    with_head(town, 3, COVER.format("/img/tram.jpg"))
    watch = watching(town)

    look = watch.look()

    assert [s.key[-1] for s in look.sightings if s.photo] == ["3"]
    assert all(s.summary.startswith("About") for s in look.sightings)
    assert "/cover.jpg" in " ".join(look.problems)
    assert "every day anew" in " ".join(look.problems)
    assert len(watch.look(MINUTE).problems) == 2
    assert watch.look(25 * HOUR).problems == []


@pytest.mark.slow
def test_what_is_found_late_leaves_the_articles_that_are_out_once(town: Town) -> None:
    watch = watching(town)
    for number in range(2):
        with_head(town, number, COVER.format("/img/cover.jpg"))
    assert all(s.photo for s in watch.look().sightings)
    with_head(town, 2, COVER.format("/img/cover.jpg"))
    [new] = watch.look(MINUTE).sightings
    assert new.photo is None

    seen = [s for _ in range(20) for s in watch.look(MINUTE).sightings]

    assert {s.key[-1] for s in seen if s.key[-1] != "2"} == {"0", "1"}
    assert not any(s.photo for s in seen)


def test_an_error_page_in_the_listings_place_changes_nothing(town: Town) -> None:
    watch = watching(town)
    town.head = COVER.format("/img/cover.jpg")
    with_head(town, 1, COVER.format("/img/cover.jpg"))
    watch.look()
    town.head = ""
    with_head(town, 2, COVER.format("/img/cover.jpg"))

    assert [s.photo for _ in range(10) for s in watch.look(HOUR).sightings if s.photo] == []


def test_two_articles_may_share_a_picture(town: Town) -> None:
    for number in range(2):
        with_head(town, number, COVER.format("/img/mayor.jpg"))

    look = watching(town).look()

    assert all(s.photo for s in look.sightings)
    assert look.problems == []


def test_what_has_a_caption_an_editor_has_chosen(town: Town) -> None:
    for number in range(4):
        caption = "<figure><img src=/img/mayor.jpg><figcaption>The mayor. Photo: A. Li</figcaption></figure>"
        with_head(town, number, COVER.format("/img/mayor.jpg"), caption + story(f"mayor {number}"))

    look = watching(town, select=Select(content="main", caption="figcaption")).look()

    assert all(s.photo for s in look.sightings)


def test_one_text_at_three_addresses_is_one_article_with_its_photo(town: Town) -> None:
    for number in range(3):
        town.pages[f"/news/{number}"] = page(
            "One", story("one"), DATED.format(1) + COVER.format("/img/one.jpg")
        )
    town.listed = ["/news/0", "/news/1", "/news/2"]

    assert all(s.photo for s in watching(town).look().sightings)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://a.example/i.php?id=1", "https://a.example/i.php?id=2", False),
        ("https://a.example/i.php?id=1&w=3", "https://www.a.example/i.php?w=9&id=1", True),
        ("https://a.example/photo.jpg?1", "https://a.example/photo.jpg?2", False),
        ("https://a.example/1/photo.jpg", "https://a.example/2/photo.jpg", False),
        ("https://a.example/content/images/size/w30/a.jpg", "https://a.example/content/images/a.jpg", True),
        ("https://a.example/a-scaled.jpg", "http://a.example/a-150x150.jpg", True),
        ("https://a.example/a-1.jpg", "https://a.example/a-2.jpg", False),
    ],
)
def test_a_picture_is_the_same_in_all_sizes(one: str, other: str, *, is_same: bool) -> None:
    assert (picture_hash(one) == picture_hash(other)) is is_same


def test_one_article_alone_is_read_as_a_look_reads_it(town: Town) -> None:
    town.head = COVER.format("/img/cover.jpg") + MOTTO
    with_head(town, 1, COVER.format("/img/cover.jpg") + MOTTO)
    watch = watching(town)

    seen = watch.source.read(f"{town.address}/news/1", NOW)

    assert (seen.photo, seen.summary) == (None, watch.look().sightings[0].summary)


def test_a_saved_page_is_read_without_the_site(town: Town) -> None:
    with_head(town, 1, COVER.format("/img/quay.jpg"))
    saved = str(town.pages["/news/1"]).encode()

    seen = watching(town).source.read(f"{town.address}/news/1", NOW, saved)

    assert seen.photo
    assert not town.requests
