"""Which picture goes along with a post, and what an operator is told where none does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from syndicator.channels.webhook import Webhook
from syndicator.domain.article import Photo
from syndicator.domain.errors import Misconfigured, PhotoError
from syndicator.domain.photo import PhotoFile, PhotoLimits, may_leave
from syndicator.jobs.courier import Courier
from syndicator.photos.share_card import share_card
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import impatient_session
from tests.channels.servers import FakeMastodon, FakeReceiver
from tests.fakes import SITE, FakePhotos
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

HERON = Photo(
    url="https://ledger.example/heron.jpg",
    alt="A heron on a pole",
    credit="Dao Sengsavang / Reuters",
    rights="(c) Reuters",
)
RULES: dict[str, tuple[str, ...]] = {"web only": (), "Reuters": ("wire",)}


@dataclass
class RemarkedPhotos(FakePhotos):
    """Photos whose making an operator should know of."""

    remark: str = ""

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        return replace(super().fit(photo, limits), remark=self.remark)


class Pictures(Story):
    """A newsroom with rules for its photos, and cards where it wants them."""

    has_cards = False
    card_trouble: Exception | None = None

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.rules: dict[str, tuple[str, ...]] = {}

    def courier(self) -> Courier:
        return replace(
            super().courier(),
            kept_back=partial(may_leave, channel="wire", rules=self.rules),
            draw_card=self.draw if self.has_cards else None,
        )

    def draw(self, article: Any, limits: PhotoLimits) -> PhotoFile:
        if self.card_trouble:
            raise self.card_trouble
        return share_card(article, SITE, limits)

    @property
    def post(self) -> Any:
        [post] = self.channel.shown.values()
        return post


@pytest.fixture
def story(store: Store) -> Pictures:
    story = Pictures(store)
    story.baseline()
    return story


def test_a_photo_goes_along_and_nothing_is_remarked(story: Pictures) -> None:
    story.publishes(photo=HERON)
    story.delivers()

    assert story.post.photo.content == b"jpeg"
    assert story.post.alt == "A heron on a pole"
    assert story.events == ["posted https://wire.example/p1"]


@pytest.mark.parametrize("rights", ["(c) Reuters, web only", "Nur WEB  ONLY", "web only"])
def test_rights_keep_a_photo_at_home_and_the_news_go_out(story: Pictures, rights: str) -> None:
    story.rules = RULES
    story.publishes(photo=replace(HERON, rights=rights))
    story.delivers()

    assert story.post.photo is None
    assert (story.post.alt, story.post.credit) == ("", "")
    assert "Photo:" not in story.post.text
    [event] = story.events
    assert event.startswith("posted https://wire.example/p1 (without its photo: its rights, ")
    assert "[site.rights] 'web only'" in event


def test_rights_that_name_the_channel_let_a_photo_go(story: Pictures) -> None:
    story.rules = RULES
    story.publishes(photo=replace(HERON, rights="Reuters"))
    story.delivers()

    assert story.post.photo
    assert "(" not in story.events[0]


def test_a_photo_that_may_not_leave_does_not_so_by_its_address(story: Pictures) -> None:
    story.rules = RULES
    with FakeReceiver() as receiver, impatient_session() as session:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOOK", receiver.secret)
            story.real = Webhook(
                name="wire", url=receiver.address, secret=Secret("env:HOOK"), session=session
            )
            story.publishes(photo=replace(HERON, rights="web only"))
            story.delivers()
        [message] = receiver.messages

    assert message["data"]["photo"] is None
    assert "without its photo: its rights" in story.events[0]


@pytest.mark.parametrize("remark", ["animated: its first picture is shown", "cropped to 4:5"])
def test_how_a_photo_was_made_is_on_record(story: Pictures, remark: str) -> None:
    story.photos = RemarkedPhotos(remark=remark)
    story.publishes(photo=HERON)
    story.delivers()

    assert story.events == [f"posted https://wire.example/p1 ({remark})"]


def test_an_article_without_a_photo_gets_a_card_where_the_newsroom_wants_one(story: Pictures) -> None:
    story.has_cards = True
    story.publishes()
    story.delivers()

    assert story.post.photo.filename == "card.jpg"
    assert story.post.alt == "Headline card: Bridge 1 reopens"
    assert story.events == ["posted https://wire.example/p1"]


def test_an_article_without_a_photo_gets_no_card_by_itself(story: Pictures) -> None:
    story.publishes()
    story.delivers()

    assert story.post.photo is None


@pytest.mark.parametrize(
    ("trouble", "why"), [(PhotoError("no picture", lasting=True), "no picture"), (None, "its rights")]
)
def test_a_card_stands_for_a_photo_that_cannot_be_shown(
    story: Pictures, trouble: PhotoError | None, why: str
) -> None:
    story.has_cards = True
    story.publishes(photo=HERON)  # its photo could be had then
    if trouble:
        story.photos.trouble[HERON.url] = trouble
    else:
        story.rules = {"Reuters": ()}
    story.delivers()

    assert story.post.photo.filename == "card.jpg"
    assert story.post.alt == "Headline card: Bridge 1 reopens"
    assert "Reuters" not in story.post.text + story.post.credit
    assert f"without its photo{'' if trouble is None else f' {HERON.url}'}: {why}" in story.events[0]


@pytest.mark.parametrize(
    "trouble", [Misconfigured("Pillow has no raqm"), PhotoError("too small", lasting=True)]
)
def test_news_go_out_without_a_card_that_cannot_be_drawn(story: Pictures, trouble: Exception) -> None:
    story.has_cards, story.card_trouble = True, trouble
    story.publishes()
    story.delivers()

    assert story.post.photo is None
    assert story.events == [f"posted https://wire.example/p1 (without a card: {trouble})"]


def test_a_corrected_headline_gets_another_card(story: Pictures) -> None:
    story.has_cards = True
    story.publishes()
    story.delivers()
    first = story.post.photo

    story.publishes(title="Bridge closes")
    story.delivers()

    assert story.post.alt == "Headline card: Bridge closes"
    assert story.post.photo.content != first.content


def test_a_card_of_lao_is_named_in_lao_on_a_server(
    story: Pictures, server: FakeMastodon, mastodon: Any
) -> None:
    story.has_cards, story.real = True, mastodon
    story.publishes(language="lo", title="ຂົວເປີດແລ້ວ")
    story.delivers()

    [post] = server.published
    assert post.photo
    assert post.alt == "ບັດພາດຫົວຂ່າວ: ຂົວເປີດແລ້ວ"


def test_a_photo_in_trouble_is_waited_for_before_a_card_stands_in(story: Pictures) -> None:
    story.has_cards = True
    story.photos.trouble[HERON.url] = PhotoError("the server is away", lasting=False)
    story.publishes(photo=HERON)
    story.delivers()
    assert not story.channel.shown

    story.delivers_until_done()

    assert story.post.photo.filename == "card.jpg"
    assert "the server is away" in story.events[-1]
