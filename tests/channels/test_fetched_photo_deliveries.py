"""Deliveries whose photo the service fetches: from where, and what becomes of those that have none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from syndicator.channels.instagram import Instagram
from syndicator.channels.threads import Threads
from syndicator.documents.public_photos import PhotoFolder, PublishedPhotos
from syndicator.domain.article import Article, Photo
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.deliver import deliver
from syndicator.jobs.ports import PublicPhotos
from syndicator.photos.share_card import share_card
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import impatient_session, picture
from tests.channels.instagram_server import FakeInstagram
from tests.channels.local_server import Trouble, reset
from tests.channels.photo_host import PhotoHost
from tests.channels.threads_server import FakeThreads
from tests.fakes import SITE
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout


@dataclass
class SizedPhotos:
    """Photos that are measured as they say, or in trouble."""

    width: int = 800
    height: int = 600
    media_type: str = "image/jpeg"
    trouble: PhotoError | None = None
    file: PhotoFile = field(default_factory=picture)

    def measure(self, photo: Photo) -> Photo:
        if self.trouble:
            raise self.trouble
        return replace(photo, width=self.width, height=self.height, length=40_000, media_type=self.media_type)

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        self.measure(photo)
        return self.file


class Full:
    """Takes no photo any more."""

    def put(self, photo: PhotoFile) -> str:
        raise PhotoError("no space left", lasting=False)


class Room(Story):
    """A newsroom whose photos are fetched from ``host``, and from its own site."""

    public: PublicPhotos | None = None
    has_cards = False

    def __init__(self, store: Store, host: PhotoHost) -> None:
        super().__init__(store)
        self.host = self.public = host
        self.photos = self.sized = SizedPhotos()  # type: ignore[assignment]  # in their stead

    def courier(self) -> Courier:
        card = (lambda article, limits: share_card(article, SITE, limits)) if self.has_cards else None
        return replace(super().courier(), draw_card=card)

    def deliverer(self, courier: Courier | None = None) -> Deliverer:
        return replace(super().deliverer(courier), public_photos=self.public)

    def on_the_site(self, photo: PhotoFile | None = None) -> Photo:
        """A photo on the newsroom's own site."""
        return Photo(url=self.host.put(photo or picture("tomato")), alt="A weir", credit="Mali P.")


@pytest.fixture
def instagram() -> Iterator[FakeInstagram]:
    with FakeInstagram() as fake:
        yield fake


@pytest.fixture
def threads() -> Iterator[FakeThreads]:
    with FakeThreads() as fake:
        yield fake


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with impatient_session() as session:
        yield session


@pytest.fixture
def room(store: Store, instagram: FakeInstagram, session: requests.Session, tmp_path: Path) -> Iterator[Room]:
    """That posts to Instagram."""
    (tmp_path / "token").write_text(instagram.token)
    with PhotoHost() as host:
        room = Room(store, host)
        room.baseline()
        room.real = Instagram(
            name="wire",
            account=instagram.account,
            server=instagram.address,
            token=Secret(f"file:{tmp_path}/token"),
            session=session,
        )
        yield room


@pytest.fixture
def on_threads(room: Room, threads: FakeThreads, session: requests.Session, tmp_path: Path) -> Room:
    """The same, to Threads."""
    (tmp_path / "other").write_text(threads.token)
    room.real = Threads(
        name="wire", server=threads.address, token=Secret(f"file:{tmp_path}/other"), session=session
    )
    return room


def asked_for(server: FakeInstagram | FakeThreads) -> list[str]:
    """The addresses that the service was told, in their order."""
    fields = [request.fields() for request in server.requests if request.method == "POST"]
    return [each["image_url"] for each in fields if "image_url" in each]


def test_a_photo_that_will_do_is_fetched_from_the_site(room: Room, instagram: FakeInstagram) -> None:
    photo = room.on_the_site()

    room.publishes(photo=photo)
    room.delivers()

    assert asked_for(instagram) == [photo.url]
    assert [post.alt for post in instagram.published] == ["A weir"]
    assert [post.photo for post in instagram.published] == [picture("tomato").content]


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 3000, "height": 1000},
        {"width": 600, "height": 1200},
        {"media_type": "image/webp"},
        {"media_type": "image/png"},
        {"width": 6000, "height": 4000},
    ],
)
def test_a_photo_that_will_not_do_is_fetched_from_us(
    room: Room, instagram: FakeInstagram, changes: dict[str, int | str]
) -> None:
    room.sized = room.photos = replace(room.sized, **changes)  # type: ignore[arg-type,assignment]

    room.publishes(photo=room.on_the_site())
    room.delivers()

    assert asked_for(instagram) == [room.host.put(picture())]
    assert [post.photo for post in instagram.published] == [picture().content]


@pytest.mark.parametrize("url", ["https://cms.internal.invalid/weir.jpg", "data:image/jpeg;base64,AAAA"])
def test_a_site_that_the_service_cannot_reach_does_not_matter(
    room: Room, instagram: FakeInstagram, url: str
) -> None:
    room.publishes(photo=Photo(url=url))
    room.delivers()

    assert asked_for(instagram)[-1] == room.host.put(picture())
    assert len(instagram.posts) == 1


def test_who_serves_nothing_has_the_sites_photos_fetched(on_threads: Room, threads: FakeThreads) -> None:
    on_threads.public = None
    large = replace(on_threads.sized, width=5000, height=4000)
    on_threads.sized = on_threads.photos = large  # type: ignore[assignment]
    photo = on_threads.on_the_site()

    on_threads.publishes(photo=photo)
    on_threads.delivers()

    assert asked_for(threads) == [photo.url]


def test_a_place_that_takes_no_photo_does_not_stop_those_that_the_site_has(
    room: Room, instagram: FakeInstagram, caplog: pytest.LogCaptureFixture
) -> None:
    room.public = Full()

    room.publishes(photo=room.on_the_site())
    room.delivers()

    assert len(instagram.posts) == 1
    assert "no space left" in caplog.text


def test_a_photo_that_can_be_had_nowhere_yet_is_waited_for(room: Room, instagram: FakeInstagram) -> None:
    room.public = Full()
    webp = replace(room.sized, media_type="image/webp")
    room.sized = room.photos = webp  # type: ignore[assignment]
    room.publishes(photo=room.on_the_site())

    for _ in range(6):
        room.delivers()
        room.clock.tick(minutes=11)

    assert instagram.posts == {}
    assert (room.delivery.standing, "no space left" in room.delivery.reason) == (Standing.PENDING, True)
    room.public = room.host
    room.delivers_until_done(1)
    assert (room.delivery.standing, len(instagram.posts)) == (Standing.SENT, 1)


def test_on_threads_the_news_goes_out_without_it(on_threads: Room, threads: FakeThreads) -> None:
    on_threads.public = Full()
    webp = replace(on_threads.sized, media_type="image/webp")
    on_threads.sized = on_threads.photos = webp  # type: ignore[assignment]

    on_threads.publishes(photo=on_threads.on_the_site())
    on_threads.delivers_until_done(1)

    assert [post["media_type"] for post in threads.posts.values()] == ["TEXT"]
    assert any("without its photo" in text and "no space left" in text for text in on_threads.events)


def test_an_article_without_a_photo_is_skipped_in_so_many_words(room: Room, instagram: FakeInstagram) -> None:
    room.publishes()
    room.delivers()

    assert instagram.requests == []
    assert room.delivery.standing is Standing.SKIPPED
    assert "there is no post without a photo there; card = true" in room.delivery.reason
    assert room.events[-1] == room.delivery.reason


@pytest.mark.parametrize("urgent", [False, True])
def test_an_article_whose_photo_is_gone_for_good_is_skipped(
    room: Room, instagram: FakeInstagram, *, urgent: bool
) -> None:
    room.publishes(photo=room.on_the_site(), urgent=urgent)
    room.sized.trouble = PhotoError("410 Gone", lasting=True, may_come=False)
    room.delivers()

    assert room.delivery.standing is Standing.SKIPPED
    assert "410 Gone" in room.delivery.reason


def test_a_caption_without_a_link_waits_for_no_page(room: Room, instagram: FakeInstagram) -> None:
    class Pages:
        """None is ready, ever."""

        def missing(self, article: Article) -> str:
            return "no title"

        def passed_over(self, article: Article) -> None: ...

    room.publishes(photo=room.on_the_site())
    courier = replace(room.courier(), wait_for_page=timedelta(hours=1))
    deliver(replace(room.deliverer(courier), pages=Pages()), "wire")

    assert len(instagram.posts) == 1


def test_a_card_is_a_photo_where_the_newsroom_wants_one(room: Room, instagram: FakeInstagram) -> None:
    room.has_cards = True

    room.publishes()
    room.delivers()

    [post] = instagram.published
    assert post.photo
    assert post.alt.startswith("Headline card: ")
    assert "Mali P." not in post.text


def test_a_correction_and_a_retraction_are_left_to_a_person(room: Room, instagram: FakeInstagram) -> None:
    photo = room.on_the_site()
    room.publishes(photo=photo)
    room.delivers()
    room.publishes(photo=photo, title="The bridge reopens on Monday")
    room.delivers_until_done()
    assert any("corrected, and left as it was https://www.instagram.com/p/" in t for t in room.events)

    room.retracts()
    room.delivers_until_done()

    assert room.delivery.standing is Standing.REFUSED
    assert "by hand" in room.delivery.reason
    assert len(instagram.posts) == 1


def test_a_lost_answer_is_looked_for_and_not_repeated(room: Room, instagram: FakeInstagram) -> None:
    room.publishes(photo=room.on_the_site())
    at = f"/{instagram.version}/{instagram.account}/media_publish"
    instagram.trouble = Trouble(reset, at=at, after=True)
    room.delivers()
    instagram.trouble = None

    room.delivers_until_done(1)

    assert len(instagram.posts) == 1
    assert room.delivery.standing is Standing.SENT
    assert any(text.startswith("found https://www.instagram.com/p/") for text in room.events)


def test_what_was_not_published_is_published_after_a_look(room: Room, instagram: FakeInstagram) -> None:
    room.publishes(photo=room.on_the_site())
    at = f"/{instagram.version}/{instagram.account}/media_publish"
    instagram.trouble = Trouble(reset, at=at)
    room.delivers()
    instagram.trouble = None

    room.delivers_until_done(1)

    assert len(instagram.posts) == 1
    assert "not found: it can be sent" in room.events


def test_what_is_put_for_a_post_is_what_the_web_server_reads(room: Room, tmp_path: Path) -> None:
    place = PhotoFolder(tmp_path / "documents")
    room.public = PublishedPhotos(place, SITE.feeds_url)
    webp = replace(room.sized, media_type="image/webp")
    room.sized = room.photos = webp  # type: ignore[assignment]

    room.publishes(photo=room.on_the_site())
    room.delivers()

    [file] = (tmp_path / "documents").glob("*/*")
    assert place.read(file.name) == picture().content
