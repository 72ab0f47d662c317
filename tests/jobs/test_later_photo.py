"""A photo that could not be had when its post went out: added once it can be, and not asked for for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import NEVER
from syndicator.domain.decisions import retry, skip
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import OutcomeUnknown, PhotoError, PostGone, Refused, TryLater
from syndicator.domain.ledger import Ledger, Wait
from syndicator.domain.owed_photo import MAX_LATER_TRIES
from syndicator.domain.pacing import Pace
from syndicator.domain.policy import OnCorrection, Policy
from syndicator.jobs import deliver as deliver_job
from syndicator.jobs.courier import Courier
from syndicator.photos.share_card import share_card
from syndicator.store import Store
from tests.fakes import SITE
from tests.jobs.newsroom import Story
from tests.jobs.test_policy import AbleChannel

pytestmark = pytest.mark.slow  # databases or processes throughout

FERRY = Photo(url="https://ledger.example/ferry.jpg", alt="A ferry in the fog", credit="Noy S.")
AWAY = PhotoError("503 Service Unavailable", lasting=False)
MISSING = PhotoError("404 Not Found", lasting=True, may_come=True)
TOO_LARGE = PhotoError("91,000,000 pixels", lasting=True)


class Desk(Story):
    """A newsroom that wants cards and has a policy, if it is told to."""

    policy = Policy()
    has_cards = False
    channel: AbleChannel

    def courier(self) -> Courier:
        draw = (lambda article, limits: share_card(article, SITE, limits)) if self.has_cards else None
        return replace(super().courier(), policy=self.policy, draw_card=draw)

    def goes_out_without(self, trouble: PhotoError = MISSING) -> None:
        """Its post is out, without its photo."""
        self.publishes(photo=FERRY)
        self.photos.trouble[FERRY.url] = trouble
        for _ in range(3):
            self.delivers()
            self.clock.tick(minutes=1)
        assert self.shown_photo != b"jpeg"

    def photo_comes(self) -> None:
        self.photos.trouble.clear()

    @property
    def shown_photo(self) -> bytes | None:
        [post] = self.channel.shown.values()
        return post.photo.content if post.photo else None


@pytest.fixture
def desk(store: Store) -> Desk:
    desk = Desk(store)
    desk.channel = AbleChannel()
    desk.baseline()
    return desk


@pytest.mark.parametrize("trouble", [AWAY, MISSING])
@pytest.mark.parametrize("has_cards", [False, True])
def test_it_is_added_once_it_can_be_had(desk: Desk, trouble: PhotoError, has_cards: bool) -> None:
    desk.has_cards = has_cards
    desk.goes_out_without(trouble)
    assert (desk.delivery.standing, desk.delivery.has) == (Standing.PENDING, 1)
    assert "it is added once it can be had" in desk.events[-1]
    assert FERRY.url in desk.delivery.reason

    desk.delivers_until_done(hours=1)  # it still cannot
    assert desk.channel.requests == ["send"]
    desk.photo_comes()
    desk.delivers_until_done(hours=6)

    assert desk.shown_photo == b"jpeg"
    assert desk.channel.requests == ["send", "edit"]
    assert (desk.delivery.standing, desk.delivery.photo_owed) == (Standing.SENT, 0)
    assert desk.events[-1].startswith("edited")


def test_nobody_asks_for_it_for_ever(desk: Desk) -> None:
    desk.goes_out_without()
    asked = []
    measure = desk.photos.measure
    desk.photos.measure = lambda photo: asked.append(photo) or measure(photo)  # type: ignore[method-assign, func-returns-value] # counted
    desk.delivers_until_done(hours=60)

    assert len(asked) == MAX_LATER_TRIES
    assert desk.channel.requests == ["send"]
    assert (desk.delivery.standing, desk.delivery.photo_owed) == (Standing.SENT, 0)
    assert desk.events[-1] == f"without its photo {FERRY.url}: 404 Not Found: it stays so"
    assert len(desk.events) == 2


def test_what_will_never_be_had_is_not_asked_for(desk: Desk) -> None:
    desk.goes_out_without(TOO_LARGE)

    assert (desk.delivery.standing, desk.delivery.photo_owed) == (Standing.SENT, 0)
    assert "it is added" not in desk.events[-1]


@pytest.mark.parametrize(
    ("abilities", "policy"),
    [
        ({"edit_within": NEVER}, Policy()),
        ({}, Policy(on_correction=OnCorrection.LEAVE)),
        ({"replies": True}, Policy(on_correction=OnCorrection.REPLY)),
    ],
)
def test_nothing_is_added_where_posts_are_not_edited(
    desk: Desk, abilities: dict[str, object], policy: Policy
) -> None:
    desk.channel.abilities, desk.policy = abilities, policy
    desk.goes_out_without()
    desk.photo_comes()
    desk.delivers_until_done(hours=20)

    assert desk.channel.requests == ["send"]
    assert desk.delivery.standing is Standing.SENT


def test_it_comes_too_late_to_be_edited(desk: Desk) -> None:
    desk.channel.abilities = {"edit_within": timedelta(minutes=30)}
    desk.goes_out_without()
    desk.clock.tick(hours=1)
    desk.photo_comes()
    desk.delivers_until_done(hours=20)

    assert desk.channel.requests == ["send"]
    assert desk.delivery.standing is Standing.SENT
    assert desk.events[-1] == "its post can be edited no longer: it stays without its photo"


def test_a_correction_does_not_wait_for_it(desk: Desk) -> None:
    desk.goes_out_without()
    desk.publishes(title="The ferry sails again", photo=FERRY)
    desk.delivers()

    assert desk.channel.requests == ["send", "edit"]
    assert "The ferry sails again" in desk.texts[0]
    assert (desk.delivery.standing, desk.delivery.has) == (Standing.PENDING, 2)

    desk.photo_comes()
    desk.delivers_until_done(hours=20)
    assert desk.shown_photo == b"jpeg"
    assert desk.channel.requests == ["send", "edit", "edit"]
    assert desk.delivery.standing is Standing.SENT


def test_a_correction_that_changes_nothing_there_forgets_no_photo(desk: Desk) -> None:
    desk.goes_out_without()
    desk.publishes(tags=("rivers",), photo=FERRY)
    desk.delivers()
    assert "changes nothing" in desk.events[-1]
    desk.photo_comes()
    desk.delivers_until_done(hours=20)

    assert desk.shown_photo == b"jpeg"


def test_a_retraction_does_not_wait_for_it_either(desk: Desk) -> None:
    desk.goes_out_without()
    desk.retracts()
    desk.delivers()

    assert not desk.channel.shown
    assert (desk.delivery.standing, desk.delivery.photo_owed) == (Standing.SENT, 0)
    desk.photo_comes()
    desk.delivers_until_done(hours=20)
    assert desk.channel.requests == ["send", "delete"]


def test_an_article_that_loses_its_photo_is_owed_none(desk: Desk) -> None:
    desk.goes_out_without()
    desk.publishes(photo=None)
    desk.photo_comes()
    desk.delivers_until_done(hours=20)

    assert desk.shown_photo is None
    assert (desk.delivery.standing, desk.delivery.photo_owed) == (Standing.SENT, 0)


@pytest.mark.parametrize("trouble", [OutcomeUnknown("reset"), TryLater("busy"), RuntimeError("a defect")])
def test_an_edit_that_fails_is_made_again(desk: Desk, trouble: Exception) -> None:
    desk.goes_out_without()
    desk.photo_comes()
    desk.channel.after = [trouble]
    desk.delivers_until_done(hours=30)

    assert desk.shown_photo == b"jpeg"
    assert desk.channel.requests == ["send", "edit", "edit"]
    assert (desk.delivery.standing, desk.delivery.photo_owed) == (Standing.SENT, 0)


def test_an_edit_that_fails_again_and_again_ends(desk: Desk) -> None:
    desk.goes_out_without()
    desk.photo_comes()
    desk.channel.refuses = {"edit": TryLater("not with this photo", whole_channel=False)}
    desk.delivers_until_done(hours=60)

    assert desk.channel.requests == ["send", *["edit"] * MAX_LATER_TRIES]
    assert desk.delivery.standing is Standing.SENT


def test_an_edit_that_is_refused_leaves_the_post_as_it_is(desk: Desk) -> None:
    desk.goes_out_without()
    desk.photo_comes()
    desk.channel.refuses = {"edit": Refused("too old")}
    desk.delivers_until_done(hours=30)

    assert desk.channel.requests == ["send", "edit"]
    assert desk.delivery.standing is Standing.SENT
    assert "too old" in desk.events[-1]
    assert "it stays without its photo" in desk.events[-1]


def test_a_post_that_a_person_has_deleted_is_not_posted_again(desk: Desk) -> None:
    desk.goes_out_without()
    desk.photo_comes()
    desk.channel.refuses = {"edit": PostGone("404")}
    desk.delivers_until_done(hours=30)

    assert desk.channel.requests == ["send", "edit"]
    assert desk.delivery.standing is Standing.REFUSED


def test_a_first_post_whose_answer_is_lost_gets_its_photo_too(desk: Desk) -> None:
    desk.channel.after = [OutcomeUnknown("reset")]
    desk.publishes(photo=FERRY)
    desk.photos.trouble[FERRY.url] = MISSING
    desk.delivers_until_done(hours=1)
    desk.photo_comes()
    desk.delivers_until_done(hours=20)

    assert desk.shown_photo == b"jpeg"
    assert desk.channel.requests == ["send", "send", "edit"]
    assert len(desk.channel.shown) == 1


def test_breaking_news_gets_the_photo_that_it_did_not_wait_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = Wait(until=desk.clock() + timedelta(hours=2), why="of photos")

    class Spent(Ledger):
        """No photo before its time."""

        def wait(
            self, pace: Pace, cost: Mapping[str, float], now: datetime, *, urgent: bool = False
        ) -> Wait | None:
            return wait if cost == {"photos": 1.0} and now < wait.until else None

    original = deliver_job.Shift.__post_init__

    def with_spent(shift: deliver_job.Shift) -> None:
        original(shift)
        shift.ledger = Spent()

    monkeypatch.setattr(deliver_job.Shift, "__post_init__", with_spent)
    desk.publishes(photo=FERRY, urgent=True)
    desk.delivers()
    assert desk.shown_photo is None
    desk.delivers_until_done(hours=12)

    assert desk.shown_photo == b"jpeg"
    assert desk.channel.requests == ["send", "edit"]


def test_an_operator_asks_for_it_at_once_or_does_without(desk: Desk) -> None:
    desk.goes_out_without()
    desk.photo_comes()
    desk.store.rule(desk.delivery.id, retry, desk.clock(), event="an operator looked")
    desk.delivers()
    assert desk.shown_photo == b"jpeg"


def test_an_operator_does_without_it(desk: Desk) -> None:
    desk.goes_out_without()
    desk.store.rule(desk.delivery.id, skip, desk.clock(), event="an operator looked")
    assert desk.delivery.standing is Standing.SENT
    desk.photo_comes()
    desk.delivers_until_done(hours=20)
    assert desk.shown_photo is None

    desk.publishes(title="The ferry sails again", photo=FERRY)  # and corrections follow all the same
    desk.delivers()
    assert desk.shown_photo == b"jpeg"


def test_it_is_no_backlog(desk: Desk) -> None:
    desk.goes_out_without()

    assert not desk.store.oldest_pending()
    assert desk.channel_row.posted_at is not None
