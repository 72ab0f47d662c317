"""The site's stock cover, which its system names as the picture of every article without one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.channels.local_server import Reply, Request
from tests.sources.newsroom import NOW, Desk, Newsroom, html_reply

pytestmark = pytest.mark.slow  # looks at many pages

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def page(name: str, picture: str) -> str:
    text = f"The ferry {name} leaves at {len(name)} past eight from now on, its owner {name} said on Sunday."
    return (
        f'<html lang="en"><title>The ferry number {name} leaves again</title>'
        f'<meta property="og:image" content="/{picture}"><article>'
        f"<h1>The ferry number {name} leaves again</h1><p>{text}</p><p>{text[::-1]} {name * 9}</p>"
    )


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


def publish(newsroom: Newsroom, name: str, picture: str) -> None:
    newsroom.publish(name).answer = html_reply(page(name, picture))


def test_a_cover_that_many_articles_name_is_no_lead_photo(newsroom: Newsroom) -> None:
    for name in ("ann", "berta", "carla", "dora"):
        publish(newsroom, name, "publication-front.jpg")
    publish(newsroom, "emma", "quay.jpg")
    desk = Desk(newsroom, every=MINUTE)

    shown = [desk.look(10 * MINUTE) for _ in range(4)]

    photos = {key: article.photo and article.photo.url for key, article in desk.on_file.items()}
    assert photos == {f"id-{name}": None for name in ("ann", "berta", "carla", "dora")} | {
        "id-emma": f"{newsroom.address}/quay.jpg"
    }
    assert any("taken for the site's own" in line for each in shown for line in each.look.problems)


def home_names(newsroom: Newsroom, markup: str) -> None:
    def home(request: Request) -> Reply | None:
        return html_reply(f"<title>Harbour</title>{markup}") if request.path == "/" else None

    newsroom.is_away = home


def test_what_the_home_page_names_is_no_lead_photo_of_the_first_either(newsroom: Newsroom) -> None:
    home_names(newsroom, '<meta property="og:image" content="/publication-front.jpg">')
    publish(newsroom, "ann", "publication-front.jpg")
    publish(newsroom, "emma", "quay.jpg")
    desk = Desk(newsroom, every=MINUTE)
    desk.look()
    publish(newsroom, "berta", "size/w1200/publication-front.jpg")
    for _ in range(3):
        desk.look(10 * MINUTE)

    photos = {key: article.photo and article.photo.url for key, article in desk.on_file.items()}
    assert photos == {"id-ann": None, "id-berta": None, "id-emma": f"{newsroom.address}/quay.jpg"}
    assert newsroom.asked("/") == 1


def test_a_picture_that_the_home_page_shows_with_its_article_is_that_ones(newsroom: Newsroom) -> None:
    card = '<article><a href="/emma/"><img src="/quay-300x200.jpg"></a></article>'
    home_names(newsroom, f'<meta property="og:image" content="/quay.jpg">{card}')
    publish(newsroom, "emma", "quay.jpg")
    desk = Desk(newsroom, every=MINUTE)
    desk.look()

    assert desk.on_file["id-emma"].photo


def test_a_home_page_that_is_not_there_stops_nothing_and_is_named(newsroom: Newsroom) -> None:
    newsroom.is_away = lambda request: Reply(status=500) if request.path == "/" else None
    publish(newsroom, "emma", "quay.jpg")
    desk = Desk(newsroom, every=MINUTE)

    shown = desk.look()

    assert desk.on_file["id-emma"].photo
    assert any("the site's own is not known" in line for line in shown.look.problems)


def test_it_is_left_out_of_what_comes_later_and_nothing_flaps(newsroom: Newsroom) -> None:
    for name in ("ann", "berta"):
        publish(newsroom, name, "publication-front.jpg")
    desk = Desk(newsroom, every=MINUTE)
    desk.look()
    assert desk.on_file["id-ann"].photo, "of two nobody can tell"

    publish(newsroom, "carla", "publication-front.jpg")
    corrected = [key for _ in range(12) for key in desk.look(10 * MINUTE).corrected]

    assert sorted(corrected) == ["id-ann", "id-berta"]
    assert [desk.on_file[f"id-{name}"].photo for name in ("ann", "berta", "carla")] == [None] * 3


def test_a_preview_knows_the_cover_too(newsroom: Newsroom) -> None:
    home_names(newsroom, '<meta property="og:image" content="/publication-front.jpg">')
    publish(newsroom, "ann", "publication-front.jpg")
    publish(newsroom, "emma", "quay.jpg")
    source = Desk(newsroom).source

    photos = [source.read(f"{newsroom.address}/{name}/", NOW).photo for name in ("ann", "emma")]

    assert [photo and photo.url for photo in photos] == [None, f"{newsroom.address}/quay.jpg"]
