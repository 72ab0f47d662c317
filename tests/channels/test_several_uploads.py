"""Several photos of one post on X, Facebook and LinkedIn: each is uploaded, one request posts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicator.channels.facebook import Facebook
from syndicator.channels.linkedin import LinkedIn
from syndicator.channels.x import X
from syndicator.domain.capabilities import PhotoEdits
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.fixed import kept_id, own_id
from syndicator.domain.ledger import Ledger
from syndicator.domain.pacing import Pace
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post
from syndicator.jobs.deliver import deliver
from syndicator.jobs.ports import Channel
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import ARTICLE, CORRECTED, KEY, picture
from tests.channels.graph_server import FakePage
from tests.channels.linkedin_server import FakeLinkedIn
from tests.channels.local_server import Request, Trouble, reset, status
from tests.channels.test_several_photos import LEAD, TEXT, Room
from tests.channels.x_server import FakeX

COLOURS = ("crimson", "gold", "seagreen", "orchid", "navy", "teal", "olive", "coral", "indigo", "khaki")

#: What no service takes for a photo.
BAD = PhotoFile(content=b"<html>none</html>", media_type="image/tiff", width=9, height=9, alt="A page")


@dataclass(frozen=True)
class Peer:
    """A service. ``uploads``: the path that photos are sent to; ``posts``: that which posts them."""

    server: Callable[[], Any]
    channel: Callable[[str, Path, requests.Session], Channel]
    uploads: str
    posts: str


def x_at(address: str, folder: Path, session: requests.Session) -> Channel:
    for name, value in {**FakeX.keys, "token_secret": FakeX.token_secret}.items():
        (folder / name).write_text(value)
    key, key_secret, token, token_secret = (
        Secret(f"file:{folder}/{name}") for name in ("key", "key_secret", "token", "token_secret")
    )
    return X(
        name="wire", api_key=key, api_key_secret=key_secret, access_token=token,
        access_token_secret=token_secret, premium=True, server=address, session=session,
    )  # fmt: skip


def facebook_at(address: str, folder: Path, session: requests.Session) -> Channel:
    (folder / "token").write_text(FakePage.token)
    token = Secret(f"file:{folder}/token")
    return Facebook(name="wire", server=address, page=FakePage.page, token=token, session=session)


def linkedin_at(address: str, folder: Path, session: requests.Session) -> Channel:
    (folder / "token").write_text(FakeLinkedIn.token)
    token, organization = Secret(f"file:{folder}/token"), FakeLinkedIn.organization
    return LinkedIn(name="wire", server=address, organization=organization, token=token, session=session)


PAGE = f"/{FakePage.version}/{FakePage.page}"
PEERS = {
    "x": Peer(FakeX, x_at, "/2/media/upload", "/2/tweets"),
    "facebook": Peer(FakePage, facebook_at, f"{PAGE}/photos", f"{PAGE}/feed"),
    "linkedin": Peer(FakeLinkedIn, linkedin_at, "/dms-uploads", "/rest/posts"),
}


@dataclass(frozen=True)
class FromThe(Trouble):
    """Trouble that only the ``nth`` request meets, and those after it."""

    nth: int = 1
    seen: list[Request] = field(default_factory=list)

    def meets(self, request: Request) -> bool:
        if super().meets(request):
            self.seen.append(request)
        return super().meets(request) and len(self.seen) >= self.nth


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.http.linkedin_api.POLL_S", 0.01)


@pytest.fixture(params=PEERS)
def peer(request: pytest.FixtureRequest) -> Peer:
    return PEERS[request.param]


@pytest.fixture
def server(peer: Peer) -> Iterator[Any]:
    with peer.server() as server:
        yield server


@pytest.fixture
def channel(peer: Peer, server: Any, session: requests.Session, tmp_path: Path) -> Channel:
    return peer.channel(server.address, tmp_path, session)


def described(colour: str) -> PhotoFile:
    return replace(picture(colour), alt=f"A {colour} wall")


def post_of(channel: Channel, *photos: PhotoFile, article: Any = ARTICLE) -> Post:
    """A post with the lead photo, and these beside it."""
    return replace(compose(article, channel.capabilities, photo=picture()), further=photos)


def shown(server: Any) -> list[tuple[bytes | None, str]]:
    """The photos of the one post that is out, each with its words."""
    [published] = server.published
    return [(published.photo, published.alt), *published.further]


LEADS = (picture().content, "A tram on the bridge at dawn")


def walls(*colours: str) -> list[tuple[bytes, str]]:
    return [(picture(colour).content, f"A {colour} wall") for colour in colours]


@pytest.mark.parametrize("colours", [("gold",), ("gold", "navy", "crimson")])
def test_each_is_shown_with_its_words(channel: Channel, server: Any, colours: tuple[str, ...]) -> None:
    channel.send(post_of(channel, *map(described, colours)), key=KEY)

    assert shown(server) == [LEADS, *walls(*colours)]
    assert server.published[0].leads_to(ARTICLE.url)


def test_one_without_words_stands_among_others(channel: Channel, server: Any) -> None:
    channel.send(post_of(channel, picture("gold"), described("navy")), key=KEY)

    assert shown(server) == [LEADS, (picture("gold").content, ""), *walls("navy")]


def test_as_many_are_taken_as_are_declared(channel: Channel, server: Any) -> None:
    most = channel.capabilities.photos
    photos = [described(COLOURS[number % len(COLOURS)]) for number in range(most)]
    with pytest.raises(Refused):
        channel.send(post_of(channel, *photos), key=KEY)
    assert server.published == []

    channel.send(post_of(channel, *photos[1:]), key=KEY)
    assert len(shown(server)) == most


@pytest.mark.parametrize("colours", [(), ("gold",)])
def test_one_that_is_refused_leaves_the_others(
    channel: Channel, server: Any, remarks: list[str], colours: tuple[str, ...]
) -> None:
    channel.send(post_of(channel, BAD, *map(described, colours)), key=KEY)

    assert shown(server) == [LEADS, *walls(*colours)]
    [line] = remarks
    assert line.startswith(f"without photo 2 of {2 + len(colours)}: 127.0.0.1 answers 400")


def test_where_the_first_is_refused_the_next_stands_in_its_place(
    channel: Channel, server: Any, remarks: list[str]
) -> None:
    post = replace(post_of(channel, described("gold"), described("navy")), photo=BAD)
    channel.send(post, key=KEY)

    assert shown(server) == walls("gold", "navy")
    assert [line.partition(":")[0] for line in remarks] == ["without photo 1 of 3"]


def test_the_news_goes_out_although_all_are_refused(
    channel: Channel, server: Any, remarks: list[str]
) -> None:
    channel.send(replace(post_of(channel, BAD, BAD), photo=BAD), key=KEY)

    assert shown(server) == [(None, "")]
    assert server.published[0].leads_to(ARTICLE.url)
    assert [line.partition(":")[0] for line in remarks] == [f"without photo {n} of 3" for n in (1, 2, 3)]


def test_the_news_does_not_wait_for_slow_uploads(
    channel: Channel, server: Any, remarks: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.remarks.MAX_UPLOADS_S", 0.0)

    channel.send(post_of(channel, described("gold"), described("navy")), key=KEY)

    assert shown(server) == [LEADS]
    assert remarks == [f"without photo {n} of 3: there was no more time to upload it" for n in (2, 3)]


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("after", [True, False])
def test_an_upload_that_fails_posts_nothing_and_may_be_repeated(
    channel: Channel, server: Any, peer: Peer, nth: int, *, after: bool
) -> None:
    post = post_of(channel, described("gold"), described("navy"))
    server.trouble = FromThe(reset, at=peer.uploads, after=after, nth=nth)
    with pytest.raises(TryLater):
        channel.send(post, key=KEY)
    assert server.published == []

    server.trouble = None
    channel.send(post, key=KEY)
    assert shown(server) == [LEADS, *walls("gold", "navy")]


@pytest.mark.parametrize(("code", "error"), [(401, Misconfigured), (429, TryLater)])
def test_an_account_in_trouble_amid_uploads_posts_nothing(
    channel: Channel, server: Any, peer: Peer, code: int, error: type[SyndicatorError]
) -> None:
    server.trouble = FromThe(status(code), at=peer.uploads, nth=2)

    with pytest.raises(error):
        channel.send(post_of(channel, described("gold")), key=KEY)
    assert server.published == []


def test_a_lost_answer_of_the_post_is_looked_for(channel: Channel, server: Any, peer: Peer) -> None:
    post = post_of(channel, described("gold"))
    server.trouble = Trouble(reset, at=peer.posts, method="POST", after=True)
    with pytest.raises(OutcomeUnknown):
        channel.send(post, key=KEY)

    server.trouble = None
    found = channel.find(post, key=KEY)
    assert found is not None
    assert found.remote_id == server.published[0].remote_id
    assert shown(server) == [LEADS, *walls("gold")]


@pytest.mark.parametrize("peer", [PEERS["facebook"]], ids=["facebook"])
def test_photos_that_are_called_posted_before_lead_to_the_post(channel: Channel, server: FakePage) -> None:
    post = post_of(channel, described("gold"))
    receipt = channel.send(post, key=KEY)
    server.forbids = (100, 1366051)

    assert own_id(channel.send(post, key=KEY)) == own_id(receipt)
    assert shown(server) == [LEADS, *walls("gold")]


def corrected(channel: Channel, *photos: PhotoFile) -> Post:
    return post_of(channel, *photos, article=replace(CORRECTED, photo=ARTICLE.photo))


@pytest.mark.parametrize("colours", [("gold", "crimson"), ("gold",), ()])
def test_a_correction_of_any_photo_is_made_or_told(
    channel: Channel, server: Any, colours: tuple[str, ...]
) -> None:
    receipt = channel.send(post_of(channel, described("gold"), described("navy")), key=KEY)
    post = corrected(channel, *map(described, colours))

    if channel.capabilities.photo_edits is PhotoEdits.ALL:
        channel.edit(receipt, post)
        assert shown(server) == [LEADS, *walls(*colours)]
    else:
        with pytest.raises(Refused, match=r"photo.* of a post cannot be exchanged"):
            channel.edit(receipt, post)
        assert shown(server) == [LEADS, *walls("gold", "navy")]
    assert CORRECTED.title in server.published[0].text


def test_photos_that_stay_are_no_correction(channel: Channel, server: Any) -> None:
    receipt = channel.send(post_of(channel, described("gold"), described("navy")), key=KEY)

    channel.edit(receipt, corrected(channel, described("gold"), described("navy")))
    assert shown(server) == [LEADS, *walls("gold", "navy")]


@pytest.mark.parametrize("peer", [PEERS["facebook"], PEERS["linkedin"]], ids=["facebook", "linkedin"])
class TestWordsAlone:
    """Where an edit changes no photo."""

    def test_one_that_cannot_be_had_now_was_not_taken_away(self, channel: Channel, server: Any) -> None:
        receipt = channel.send(post_of(channel, described("gold"), described("navy")), key=KEY)

        assert channel.edit(receipt, replace(corrected(channel, described("navy")), lacks_photo=True))

    def test_one_that_was_refused_is_not_missed(self, channel: Channel, server: Any) -> None:
        receipt = channel.send(post_of(channel, BAD, described("navy")), key=KEY)

        assert channel.edit(receipt, corrected(channel, BAD, described("navy"))) == receipt

    def test_more_that_are_wanted_later_are_no_other_photo(self, channel: Channel, server: Any) -> None:
        receipt = channel.send(post_of(channel), key=KEY)

        assert receipt.remote_id == kept_id(server.published[0].remote_id, [picture().content])
        assert channel.edit(receipt, corrected(channel, described("gold"))) == receipt


@pytest.mark.parametrize("peer", [PEERS["x"]], ids=["x"])
def test_each_alternative_text_is_paid_for(channel: Channel, server: FakeX) -> None:
    price = channel.capabilities.price
    assert price

    channel.send(post_of(channel, described("gold"), picture("navy"), described("crimson")), key=KEY)

    assert 100 - server.credits == pytest.approx(price.post_with_link + 3 * price.alternative_text)


@pytest.mark.parametrize("peer", [PEERS["x"]], ids=["x"])
def test_photos_in_work_are_waited_for(channel: Channel, server: FakeX) -> None:
    server.slow_media = 2

    channel.send(post_of(channel, described("gold")), key=KEY)

    assert shown(server) == [LEADS, *walls("gold")]


@pytest.mark.parametrize("peer", [PEERS["linkedin"]], ids=["linkedin"])
def test_one_that_failed_in_work_leaves_the_others(
    channel: Channel, server: FakeLinkedIn, remarks: list[str]
) -> None:
    server.states = ["PROCESSING", "AVAILABLE", "PROCESSING", "PROCESSING_FAILED", "PROCESSING", "AVAILABLE"]

    channel.send(post_of(channel, described("gold"), described("navy")), key=KEY)

    assert shown(server) == [LEADS, *walls("navy")]
    assert remarks == ["without photo 2 of 3: 127.0.0.1 has made nothing of it: PROCESSING_FAILED"]


@pytest.mark.slow
class TestDeliveries:
    """What the job makes of it."""

    @pytest.fixture
    def room(self, sqlite_store: Store, channel: Channel) -> Room:
        room = Room(sqlite_store)
        room.baseline()
        room.real = channel
        return room

    def test_as_many_as_the_newsroom_wants_are_shown(self, room: Room, server: Any) -> None:
        room.publishes_gallery()

        assert [words for _, words in shown(server)] == [LEAD.alt, *(f"A {c} wall" for c in COLOURS[:3])]

    @pytest.mark.parametrize("peer", [PEERS["x"]], ids=["x"])
    def test_each_counts_of_the_accounts_budget(self, room: Room, server: Any, channel: Channel) -> None:
        room.publishes(photo=LEAD, content_html=TEXT)
        courier = replace(room.courier(), pace=Pace().of_service(channel.capabilities))
        deliver(room.deliverer(courier), "wire")

        assert len(shown(server)) == 4
        plan = Ledger.from_json(room.channel_row.ledger).plan(room.clock())
        assert any(line.startswith("496 of 500 photos in 15 min left") for line in plan), plan

    def test_all_that_the_channel_carries_are_shown(self, room: Room, server: Any, channel: Channel) -> None:
        room.photos_wanted = 20
        names = [f"A wall with {number} doors" for number in range(30)]
        figures = "".join(
            f'<figure><img src="https://ledger.example/photos/{number}.jpg" alt="{name}"></figure>'
            for number, name in enumerate(names)
        )
        room.publishes(photo=LEAD, content_html=figures)
        room.delivers()

        words = [alt for _, alt in shown(server)]
        assert words == [LEAD.alt, *names][: channel.capabilities.photos]

    @pytest.mark.parametrize("peer", [PEERS["facebook"], PEERS["linkedin"]], ids=["facebook", "linkedin"])
    def test_a_correction_while_a_photo_cannot_be_had_is_made(self, room: Room, server: Any) -> None:
        room.publishes_gallery()
        room.gallery.trouble = {"gold"}
        room.publishes(photo=LEAD, content_html=TEXT, title="The wall, and its colours")
        room.delivers()

        assert room.delivery.standing is Standing.SENT
        assert server.published[0].text.startswith("The wall, and its colours")

    @pytest.mark.parametrize("peer", [PEERS["facebook"], PEERS["linkedin"]], ids=["facebook", "linkedin"])
    @pytest.mark.parametrize("takes", ["the figure", "the rights"])
    def test_a_photo_that_is_taken_away_is_told(self, room: Room, server: Any, takes: str) -> None:
        room.publishes_gallery()
        room.rules = {"Crimson Press": ()} if takes == "the rights" else {}
        text = TEXT.partition("</figure>")[2] if takes == "the figure" else TEXT
        room.publishes(photo=LEAD, content_html=text, title="The wall, and its colours")
        room.delivers()

        assert "cannot be exchanged there" in room.delivery.reason
        assert len(server.published) == 1
