"""What becomes of a post that is out when its article is corrected or retracted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import ALWAYS, NEVER, Capabilities
from syndicator.domain.decisions import retry, was_not_posted, was_posted
from syndicator.domain.delivery import NOTICE_REVISION, Receipt, Standing
from syndicator.domain.errors import OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.policy import OnCorrection, OnRetraction, Policy
from syndicator.domain.post import Occasion, Post
from syndicator.jobs.courier import Courier
from syndicator.store import Store
from tests.fakes import FakeChannel
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout


@dataclass
class AbleChannel(FakeChannel):
    """One that can do what it is told to be able to. ``refuses``: by request, what is refused of it."""

    abilities: dict[str, object] = field(default_factory=dict)
    refuses: dict[str, Exception] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, **self.abilities)  # type: ignore[arg-type] # a test's own names

    def _begin(self, request: str) -> None:
        super()._begin(request)
        if request in self.refuses:
            raise self.refuses[request]


class Wire(Story):
    """A newsroom with a policy."""

    policy = Policy()
    channel: AbleChannel

    def courier(self) -> Courier:
        return replace(super().courier(), policy=self.policy)

    @property
    def posts(self) -> list[Post]:
        return list(self.channel.shown.values())

    def rules(self, ruling: Callable[..., object]) -> None:
        self.store.rule(self.delivery.id, ruling, self.clock(), event="ruled")  # type: ignore[arg-type]


@pytest.fixture
def wire(store: Store) -> Wire:
    wire = Wire(store)
    wire.channel = AbleChannel()
    wire.baseline()
    wire.publishes()
    wire.delivers()
    wire.clock.tick(minutes=10)
    return wire


def able(wire: Wire, **abilities: object) -> None:
    wire.channel.abilities = {"edit_within": NEVER, "delete_within": NEVER, **abilities}


def test_when_a_post_was_out_and_what_it_shows_is_on_record(wire: Wire) -> None:
    assert wire.delivery.posted_at == wire.clock() - timedelta(minutes=10)
    assert wire.delivery.shows == wire.posts[0].digest


@pytest.mark.parametrize(
    "change",
    [
        {"content_html": "<p>Trams cross the river again, slowly.</p>"},
        {"authors": ("Ines Duarte",)},
        {"tags": ("trams", "bridges")},
    ],
)
def test_a_correction_of_what_the_channel_does_not_show_sends_nothing(
    wire: Wire, change: dict[str, Any]
) -> None:
    wire.publishes(updated=wire.clock(), **change)
    wire.delivers()

    assert wire.channel.requests == ["send"]
    assert (wire.delivery.has, wire.delivery.standing) == (2, Standing.SENT)
    assert "changes nothing that this channel shows" in wire.events[-1]


def test_a_channel_that_carries_the_article_hears_of_every_correction(wire: Wire) -> None:
    wire.channel.abilities = {"carries_article": True}
    wire.publishes(updated=wire.clock(), authors=("Ines Duarte",))
    wire.delivers()

    assert wire.channel.requests == ["send", "edit"]


def test_a_correction_that_is_taken_back_after_a_lost_edit_is_edited(wire: Wire) -> None:
    """What the post shows is not known while an edit's outcome is not."""
    wire.channel.after = [OutcomeUnknown("no answer")]
    wire.publishes(title="Bridge stays shut")
    wire.delivers()
    wire.publishes()
    wire.clock.tick(minutes=5)
    wire.delivers()

    assert wire.channel.requests == ["send", "edit", "edit"]
    assert "Bridge 1 reopens" in wire.texts[0]


def test_a_correction_that_was_refused_and_is_taken_back_needs_no_edit(wire: Wire) -> None:
    wire.channel.before = [Refused("422")]
    wire.publishes(title="Bridge stays shut")
    wire.delivers()
    wire.publishes()
    wire.delivers()

    assert wire.channel.requests == ["send", "edit"]
    assert wire.delivery.standing is Standing.SENT


def test_where_nothing_can_be_edited_a_reply_names_the_correction(wire: Wire) -> None:
    able(wire, replies=True)
    wire.publishes(title="Bridge mended", note="The bridge is mended, not new.")
    wire.delivers()

    first, reply = wire.posts
    assert reply.occasion is Occasion.CORRECTION
    assert reply.reply_to == wire.delivery.receipt
    assert "not new" in reply.text
    assert "Bridge 1 reopens" in first.text
    assert wire.delivery.has == 2
    assert wire.events[-1] == "correction named in a reply https://wire.example/p1"


@pytest.mark.parametrize(
    "change",
    [
        {"photo": Photo(url="https://ledger.example/heron.jpg", credit="Dao")},
        {"url": "https://ledger.example/2/moved"},
        {"language": "lo"},
    ],
)
def test_what_changes_no_words_is_named_in_no_reply(wire: Wire, change: dict[str, Any]) -> None:
    able(wire, replies=True)
    wire.publishes(updated=wire.clock(), **change)
    wire.delivers()

    assert wire.channel.requests == ["send"]
    assert (wire.delivery.has, wire.delivery.standing) == (2, Standing.SENT)
    assert wire.events[-1] == "revision 2 changes no words: there is nothing that a reply could name"

    wire.publishes(updated=wire.clock(), title="Bridge mended", **change)
    wire.delivers()
    assert [post.occasion for post in wire.posts] == [Occasion.NEWS, Occasion.CORRECTION]

    photo = Photo(url="https://ledger.example/stork.jpg", credit="Kham")  # of what the reply has named
    wire.publishes(updated=wire.clock(), title="Bridge mended", **{**change, "photo": photo})
    wire.delivers()
    assert len(wire.posts) == 2


@pytest.mark.parametrize("edit_within", [NEVER, ALWAYS])
def test_what_was_withdrawn_in_a_reply_and_stands_again_is_told_in_another(
    wire: Wire, edit_within: timedelta
) -> None:
    """Its words are those of the post: but readers were told last that it is withdrawn."""
    able(wire, replies=True, edit_within=edit_within)
    wire.policy = Policy(on_retraction=OnRetraction.REPLY)
    wire.retracts()
    wire.delivers()
    assert wire.delivery.has == NOTICE_REVISION

    wire.publishes(updated=wire.clock())
    wire.delivers()

    assert [post.occasion for post in wire.posts] == [Occasion.NEWS, Occasion.RETRACTION, Occasion.CORRECTION]
    assert "Bridge 1 reopens" in wire.posts[-1].text
    assert wire.delivery.has == wire.delivery.wants
    wire.delivers_until_done()
    assert len(wire.posts) == 3


def test_a_second_correction_gets_a_reply_of_its_own(wire: Wire) -> None:
    able(wire, replies=True)
    for title in "Bridge A", "Bridge B":
        wire.publishes(title=title)
        wire.delivers()

    assert len(wire.posts) == 3
    assert [reply.remote_id for reply in wire.delivery.replies] == ["p2", "p3"]


def test_a_reply_whose_answer_was_lost_is_repeated_under_its_key(wire: Wire) -> None:
    able(wire, replies=True)
    wire.channel.after = [OutcomeUnknown("no answer")]
    wire.publishes(title="Bridge mended")
    wire.delivers()
    wire.clock.tick(minutes=5)
    wire.delivers()

    assert wire.channel.requests == ["send", "send", "send"]
    assert wire.channel.made == 2
    assert (wire.delivery.has, wire.delivery.standing) == (2, Standing.SENT)


@pytest.mark.parametrize(
    ("ruling", "made"), [(was_posted(Receipt(remote_id="p2")), 2), (was_posted(None), 2), (was_not_posted, 3)]
)
def test_a_reply_that_may_be_out_there_is_left_to_a_person_where_keys_are_not_known(
    wire: Wire, ruling: Callable[..., object], made: int
) -> None:
    wire.channel.key_memory = None
    able(wire, replies=True)
    wire.channel.after = [OutcomeUnknown("no answer")]
    wire.publishes(title="Bridge mended")
    wire.delivers_until_done()

    assert wire.channel.requests == ["send", "send"]
    assert wire.delivery.standing is Standing.UNKNOWN
    assert "a reply under the post may be out there" in wire.delivery.reason

    wire.rules(ruling)
    wire.delivers_until_done()

    assert wire.channel.made == made
    assert (wire.delivery.has, wire.delivery.standing) == (2, Standing.SENT)
    assert wire.delivery.receipt == Receipt(remote_id="p1", url="https://wire.example/p1")


def test_a_reply_that_certainly_did_not_go_out_is_tried_again(wire: Wire) -> None:
    wire.channel.key_memory = None
    able(wire, replies=True)
    wire.channel.before = [TryLater("503")]
    wire.publishes(title="Bridge mended")
    wire.delivers_until_done()

    assert wire.channel.requests == ["send", "send", "send"]
    assert wire.channel.made == 2


def test_a_post_is_deleted_and_posted_again_within_the_declared_time(wire: Wire) -> None:
    wire.policy = Policy(on_correction=OnCorrection.REPOST, repost_within=timedelta(hours=1))
    wire.publishes(title="Bridge mended")
    wire.delivers()

    assert wire.channel.requests == ["send", "delete", "send"]
    [text] = wire.texts
    assert "Bridge mended" in text
    assert wire.delivery.posted_at == wire.clock()

    wire.clock.tick(hours=2)
    wire.publishes(title="Bridge mended again")
    wire.delivers()
    assert wire.channel.requests == ["send", "delete", "send", "edit"]


def test_what_is_no_news_any_more_is_not_deleted_to_be_posted_again(wire: Wire) -> None:
    wire.policy = Policy(on_correction=OnCorrection.REPOST, repost_within=timedelta(days=9))
    wire.clock.tick(days=2)
    wire.publishes(title="Bridge mended")
    wire.delivers()

    assert wire.channel.requests == ["send", "edit"]


def test_a_post_that_is_to_stay_as_it_is_says_so_in_its_history(wire: Wire) -> None:
    wire.policy = Policy(on_correction=OnCorrection.LEAVE)
    wire.publishes(title="Bridge mended")
    wire.delivers()

    assert wire.channel.requests == ["send"]
    assert (wire.delivery.has, wire.delivery.standing) == (2, Standing.SENT)
    assert wire.events[-1].startswith("corrected, and left as it was https://wire.example/p1")


def test_a_retraction_tells_when_the_post_was_removed(wire: Wire) -> None:
    wire.retracts()
    wire.delivers()

    assert wire.texts == []
    assert wire.events[-1] == "deleted https://wire.example/p1 at 2026-03-01 12:11:00 UTC"


def test_a_retraction_takes_replies_back_too(wire: Wire) -> None:
    able(wire, replies=True, delete_within=timedelta.max)
    wire.publishes(title="Bridge mended")
    wire.delivers()
    wire.retracts()
    wire.delivers()

    assert wire.texts == []
    assert wire.delivery.replies == ()


def test_where_nothing_can_be_deleted_the_post_becomes_a_notice(wire: Wire) -> None:
    able(wire, edit_within=timedelta.max)
    wire.retracts()
    wire.delivers()

    [post] = wire.posts
    assert post.occasion is Occasion.RETRACTION
    assert post.photo is None
    assert "trams cross" not in post.text
    assert (wire.delivery.has, wire.delivery.standing) == (NOTICE_REVISION, Standing.SENT)
    assert wire.events[-1] == "turned into a notice https://wire.example/p1"

    wire.publishes()
    wire.delivers()
    assert "trams cross" in wire.texts[0]
    assert wire.channel.made == 1


def test_a_notice_can_still_be_deleted(wire: Wire) -> None:
    wire.channel.refuses = {"delete": Refused("400: too old")}
    wire.retracts()
    wire.delivers()
    assert wire.channel.requests == ["send", "delete", "edit"]

    wire.channel.refuses = {}
    wire.rules(retry)
    wire.delivers()
    assert wire.texts == []
    assert (wire.delivery.has, wire.delivery.standing) == (None, Standing.SENT)


def test_what_is_refused_falls_to_the_next_best_and_all_of_it_is_told(wire: Wire) -> None:
    able(wire, edit_within=timedelta.max, delete_within=timedelta.max, replies=True)
    wire.channel.refuses = {"delete": Refused("too old"), "edit": Refused("not any more")}
    wire.retracts()
    wire.delivers()

    assert wire.channel.requests == ["send", "delete", "edit", "send"]
    assert wire.posts[1].occasion is Occasion.RETRACTION
    assert wire.events[-1] == (
        "delete: too old; notice: not any more; retraction named in a reply https://wire.example/p1"
    )
    assert wire.delivery.has == NOTICE_REVISION


@pytest.mark.parametrize("had_begun", [False, True])
def test_who_carries_the_article_is_never_told_that_a_withdrawn_one_lives(
    wire: Wire, had_begun: bool
) -> None:
    """To a machine, a notice is an article with a new text. It is told of the withdrawal, or a person is."""
    wire.channel.abilities = {"carries_article": True}
    if had_begun:
        wire.channel.before = [OutcomeUnknown("reset")]
        wire.retracts()
        wire.delivers()
        wire.clock.tick(minutes=5)
    wire.channel.refuses = {"delete": Refused("422")}
    wire.retracts()
    wire.delivers()

    assert set(wire.channel.requests) == {"send", "delete"}
    assert wire.delivery.standing is Standing.REFUSED
    assert "take it back by hand" in wire.delivery.reason

    wire.channel.refuses = {}
    wire.rules(retry)
    wire.delivers()
    assert (wire.texts, wire.delivery.standing) == ([], Standing.SENT)


def test_a_deletion_that_had_begun_and_is_refused_becomes_a_notice(wire: Wire) -> None:
    wire.channel.before = [OutcomeUnknown("reset")]
    wire.retracts()
    wire.delivers()
    wire.channel.refuses = {"delete": Refused("400: too old")}
    wire.clock.tick(minutes=5)
    wire.delivers()

    assert wire.channel.requests == ["send", "delete", "delete", "edit"]
    assert wire.delivery.has == NOTICE_REVISION


@pytest.mark.parametrize("policy", [Policy(), Policy(on_retraction=OnRetraction.LEAVE)])
def test_a_retraction_that_nothing_can_be_done_about_is_left_to_a_person(wire: Wire, policy: Policy) -> None:
    wire.policy = policy
    able(wire)
    wire.retracts()
    wire.delivers_until_done()

    assert wire.channel.requests == ["send"]
    assert wire.delivery.standing is Standing.REFUSED
    assert "take it back by hand: https://wire.example/p1" in wire.delivery.reason


def test_a_retraction_is_tried_for_days(wire: Wire) -> None:
    wire.channel.refuses = {"delete": TryLater("503")}
    wire.retracts()
    wire.delivers_until_done(hours=72)
    assert wire.delivery.standing is Standing.PENDING

    wire.channel.refuses = {}
    wire.delivers_until_done()
    assert wire.texts == []


@pytest.mark.parametrize(
    ("abilities", "request_"), [({"edit_within": ALWAYS}, "edit"), ({"replies": True}, "send")]
)
def test_a_retracted_post_that_somebody_has_deleted_is_gone(
    wire: Wire, abilities: dict[str, Any], request_: str
) -> None:
    able(wire, **abilities)
    wire.channel.refuses = {request_: PostGone("404: deleted on the server")}
    wire.retracts()
    wire.delivers()

    assert wire.channel.requests == ["send", request_]
    assert (wire.delivery.standing, wire.delivery.receipt) == (Standing.SENT, None)
    assert wire.events[-1] == "gone already https://wire.example/p1"


def test_a_corrected_post_that_somebody_has_deleted_is_not_answered(wire: Wire) -> None:
    able(wire, edit_within=ALWAYS, replies=True)
    wire.channel.refuses = {"edit": PostGone("404: deleted on the server")}
    wire.publishes(title="Bridge mended")
    wire.delivers()

    assert wire.channel.requests == ["send", "edit"]
    assert wire.delivery.standing is Standing.REFUSED


def test_a_correction_reply_to_a_post_that_is_gone_is_told(wire: Wire) -> None:
    able(wire, replies=True)
    wire.channel.refuses = {"send": PostGone("404: the post that it answers is gone")}
    wire.publishes(title="Bridge mended")
    wire.delivers_until_done()

    assert wire.channel.requests == ["send", "send"]
    assert wire.delivery.standing is Standing.REFUSED
    assert "gone" in wire.delivery.reason
