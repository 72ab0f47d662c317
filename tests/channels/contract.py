"""What every channel promises. Subclass, and provide the fixtures ``server`` and ``channel``."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
import requests
from PIL import Image
from requests.adapters import HTTPAdapter

from syndicator.domain.article import Article, Photo
from syndicator.domain.capabilities import NEVER, LinkPlace, PhotoEdits
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Post
from syndicator.jobs.ports import Channel
from syndicator.posts.compose import compose
from tests.channels import local_server
from tests.channels.hostile import HOSTILE
from tests.channels.local_server import Act, LocalServer, Trouble, body, half, reset, silence, status
from tests.channels.previewed import preview_and_publish
from tests.channels.servers import Published

ARTICLE = Article(
    guid="tag:news.example,2026-03-01:site/bridge",
    source="site",
    key="bridge",
    url="https://news.example/2026/bridge?from=front&edition=1",
    title="ຂົວຂ້າມແມ່ນ້ຳເປີດຄືນ: the bridge reopens",
    summary="After two years of repairs, trams cross the river again.",
    section="City",
    language="lo-LA",
    authors=("Noy S.",),
    published=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    updated=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    first_seen=datetime(2026, 3, 1, 9, 31, tzinfo=UTC),
    photo=Photo(
        url="https://news.example/tram.jpg",
        alt="A tram on the bridge at dawn",
        credit="Noy S. / Example News",
    ),
)
CORRECTED = replace(
    ARTICLE,
    revision=2,
    title="The bridge reopens on Monday",
    note="An earlier version named the wrong day.",
    updated=datetime(2026, 3, 1, 11, 0, tzinfo=UTC),
)
OTHER = replace(
    ARTICLE, guid="tag:news.example,2026-03-01:site/ferry", url="https://news.example/2026/bridge"
)
KEY = f"{ARTICLE.guid}#wire"
OTHER_KEY = f"{OTHER.guid}#wire"


def picture(colour: str = "steelblue", media_type: str = "image/jpeg") -> PhotoFile:
    """A photo of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, media_type.removeprefix("image/"))
    return PhotoFile(content=file.getvalue(), media_type=media_type, width=64, height=48)


class Impatient(HTTPAdapter):
    """Waits a moment where we wait seconds otherwise."""

    def send(self, *args: object, **options: object) -> requests.Response:
        return super().send(*args, **{**options, "timeout": 1.0})  # type: ignore[arg-type]  # as they came


class ImpatientInTrouble(HTTPAdapter):
    """Waits a moment for what gets no answer, and as long as it takes for a server at work."""

    def __init__(self, server: LocalServer) -> None:
        super().__init__()
        self.server = server

    def send(self, request: requests.PreparedRequest, **options: object) -> requests.Response:  # type: ignore[override]  # as they come
        trouble = self.server.trouble
        meets = trouble is not None and request.path_url.startswith(trouble.at)
        return super().send(request, **{**options, "timeout": 2.0 if meets else 30.0})  # type: ignore[arg-type]  # as they came


def impatient_session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", Impatient())
    return session


class Place(Protocol):
    """Where posts end up, as readers see it."""

    @property
    def published(self) -> list[Published]: ...


def must_know_keys(channel: Channel) -> None:
    """Skips the rest where a repeat is another post: what jobs do instead is tried with deliveries."""
    if channel.capabilities.key_memory is None:
        pytest.skip("a repeat is another post there: it is looked for, or left to a person")


def must_change_its_posts(channel: Channel, *, what: str) -> None:
    """Skips the rest where posts cannot be edited, or deleted: what jobs then do is tried with them. The
    channel says so, however it is asked."""
    if what == "edit" and channel.capabilities.edit_within == NEVER:
        with pytest.raises(Refused):
            channel.edit(Receipt(remote_id=KEY), compose(CORRECTED, channel.capabilities))
        pytest.skip("posts cannot be edited there")
    if what == "delete" and channel.capabilities.delete_within == NEVER:
        with pytest.raises(Refused):
            channel.delete(Receipt(remote_id=KEY), compose(CORRECTED, channel.capabilities))
        pytest.skip("posts cannot be deleted there")


def must_lead_to(published: Published, channel: Channel, url: str) -> None:
    """Readers get there, unless the channel's texts have no links."""
    assert published.leads_to(url) != (channel.capabilities.link_place is LinkPlace.NOWHERE)


class ChannelContract:
    """The promises of ``syndicator.jobs.ports.Channel`` that need no network to be broken."""

    def post(self, channel: Channel, article: Article = ARTICLE, photo: PhotoFile | None = None) -> Post:
        return compose(article, channel.capabilities, photo=photo)

    def test_publishes_title_summary_and_link(self, channel: Channel, server: Place) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        [published] = server.published
        assert ARTICLE.title in published.text
        assert ARTICLE.summary in published.text
        must_lead_to(published, channel, ARTICLE.url)
        assert receipt.remote_id

    def test_shows_the_lead_photo_with_its_alternative_text(self, channel: Channel, server: Place) -> None:
        photo = picture() if channel.capabilities.photo else None

        channel.send(self.post(channel, photo=photo), key=KEY)

        [published] = server.published
        assert published.photo == (photo.content if photo else None)
        assert published.alt == ("A tram on the bridge at dawn" if channel.capabilities.alt else "")
        is_by_address = channel.capabilities.photo_by_address
        assert published.photo_address == ("https://news.example/tram.jpg" if is_by_address else "")

    def test_a_post_without_a_photo_has_none(self, channel: Channel, server: Place) -> None:
        if channel.capabilities.needs_photo:
            pytest.skip("there is no post without a photo there: jobs skip the article")
        channel.send(self.post(channel, replace(ARTICLE, photo=None)), key=KEY)

        [published] = server.published
        assert (published.photo, published.photo_address, published.alt) == (None, "", "")
        assert published.further == ()
        must_lead_to(published, channel, ARTICLE.url)

    @pytest.mark.slow
    def test_is_sent_what_a_preview_shows(
        self, channel: Channel, server: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shown = preview_and_publish(channel, tmp_path / "previewed", capsys)

        [published] = server.published
        assert published.text == shown["text"]
        must_lead_to(published, channel, shown["url"])
        assert published.alt == shown["alt"] == ("A teal day." if channel.capabilities.alt else "")
        assert (published.photo is None) == (shown["photo"] is None) == (channel.capabilities.photo is None)
        if published.photo:
            if not channel.capabilities.photo_fetched:  # the site's own file may do, with all that is in it
                assert len(published.photo) == shown["photo"]["bytes"]
            with Image.open(io.BytesIO(published.photo)) as photo:
                assert photo.size == (shown["photo"]["width"], shown["photo"]["height"])

    def test_the_same_key_publishes_once(self, channel: Channel, server: Place) -> None:
        must_know_keys(channel)
        first = channel.send(self.post(channel), key=KEY)
        again = channel.send(self.post(channel), key=KEY)

        assert first == again
        assert len(server.published) == 1

    def test_another_key_publishes_another_post(self, channel: Channel, server: Place) -> None:
        first = channel.send(self.post(channel), key=KEY)
        second = channel.send(self.post(channel, OTHER), key=OTHER_KEY)

        assert first != second
        assert len(server.published) == 2

    def test_an_edit_makes_the_post_say_the_new_thing(self, channel: Channel, server: Place) -> None:
        must_change_its_posts(channel, what="edit")
        receipt = channel.send(self.post(channel), key=KEY)

        for _ in range(2):  # repeating it is harmless
            edited = channel.edit(receipt, self.post(channel, CORRECTED))
            is_same = edited.remote_id == receipt.remote_id
            assert is_same != channel.capabilities.edit_renews_id

        [published] = server.published
        assert CORRECTED.title in published.text
        assert CORRECTED.note in published.text
        assert ARTICLE.title not in published.text

    def test_a_retractions_notice_leads_nowhere_and_shows_no_photo(
        self, channel: Channel, server: Place
    ) -> None:
        if channel.capabilities.carries_article:
            pytest.skip("it is told of the retraction, and not how to show it")
        must_change_its_posts(channel, what="edit")
        if channel.capabilities.photo_edits is PhotoEdits.NONE:
            pytest.skip("an edit changes words alone")
        receipt = channel.send(self.post(channel), key=KEY)
        notice = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)
        channel.edit(receipt, notice)

        [published] = server.published
        assert ARTICLE.title in published.text
        assert ARTICLE.summary not in published.text
        assert not published.leads_to(ARTICLE.url)
        assert ARTICLE.url not in published.text
        assert published.photo is None

    def test_an_edit_changes_the_photo_and_takes_it_away(self, channel: Channel, server: Place) -> None:
        if channel.capabilities.photo is None:
            pytest.skip("this channel carries no photo files")
        must_change_its_posts(channel, what="edit")
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        other = picture("tomato", "image/png")
        if channel.capabilities.photo_edits is PhotoEdits.NONE:
            for photo in (other, None):
                corrected = self.post(
                    channel, replace(CORRECTED, photo=ARTICLE.photo if photo else None), photo
                )
                with pytest.raises(Refused, match="photo"):
                    channel.edit(receipt, corrected)
                assert CORRECTED.title in server.published[0].text
                assert server.published[0].photo == picture().content
            return
        receipt = channel.edit(receipt, self.post(channel, CORRECTED, photo=other))
        assert server.published[0].photo == other.content

        if channel.capabilities.photo_edits is PhotoEdits.STAYS:
            with pytest.raises(Refused, match="photo"):
                channel.edit(receipt, self.post(channel, CORRECTED))
            assert server.published[0].photo == other.content
            return
        channel.edit(receipt, self.post(channel, CORRECTED))
        assert server.published[0].photo is None

    def test_deleting_twice_is_harmless(self, channel: Channel, server: Place) -> None:
        must_change_its_posts(channel, what="delete")
        post = self.post(channel)
        receipt = channel.send(post, key=KEY)

        channel.delete(receipt, post)
        channel.delete(receipt, post)

        assert server.published == []

    def test_what_was_taken_back_can_be_published_again(self, channel: Channel, server: Place) -> None:
        must_change_its_posts(channel, what="delete")
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)
        channel.delete(receipt, self.post(channel, replace(ARTICLE, revision=2)))

        again = channel.send(self.post(channel, replace(ARTICLE, revision=3)), key=KEY)

        assert len(server.published) == 1
        must_know_keys(channel)
        assert channel.send(self.post(channel, replace(ARTICLE, revision=3)), key=KEY) == again
        assert len(server.published) == 1

    def test_finds_what_it_has_posted(self, channel: Channel, server: Place) -> None:
        channel.send(self.post(channel, OTHER), key=OTHER_KEY)
        receipt = channel.send(self.post(channel), key=KEY)

        if not (channel.capabilities.finds or channel.capabilities.key_memory):
            with pytest.raises(OutcomeUnknown):
                channel.find(self.post(channel), key=KEY)
            return
        assert channel.find(self.post(channel), key=KEY) == receipt

    def test_takes_the_longest_post_that_it_allows(self, channel: Channel, server: Place) -> None:
        long = replace(
            ARTICLE,
            title="ຂ່າວດ່ວນ 👩‍👩‍👧‍👦 é " * 400,
            summary="ກຳລັງ " * 4000,
            photo=Photo(url="https://news.example/x.jpg", alt="ນ້ຳ " * 3000),
        )
        photo = picture() if channel.capabilities.photo else None

        channel.send(self.post(channel, long, photo), key=KEY)

        [published] = server.published
        must_lead_to(published, channel, long.url)
        assert (published.photo is None) == (photo is None)

    @pytest.mark.parametrize("has_photo", [True, False])
    @pytest.mark.parametrize("what", HOSTILE)
    def test_takes_whatever_sites_write(
        self, channel: Channel, server: Place, what: str, *, has_photo: bool
    ) -> None:
        title, summary = HOSTILE[what]
        is_with_photo = channel.capabilities.needs_photo or (has_photo and channel.capabilities.photo)
        photo = picture() if is_with_photo else None
        article = replace(ARTICLE, title=title, summary=summary, photo=ARTICLE.photo if has_photo else None)

        channel.send(self.post(channel, article, photo), key=KEY)

        [published] = server.published
        must_lead_to(published, channel, ARTICLE.url)

    def test_a_trial_says_where_it_posts_to(self, channel: Channel, server: Place) -> None:
        assert channel.check()
        assert server.published == []

    def test_keeps_its_secrets_to_itself(self, channel: Channel, secret: str) -> None:
        channel.send(self.post(channel), key=KEY)

        assert secret not in repr(channel)


#: Beside ``TROUBLES``, which has it, too: the wait for it is the same everywhere, and long.
SILENCE = pytest.param(silence, marks=pytest.mark.slow)

TROUBLES: dict[str, tuple[Act, type[SyndicatorError]]] = {
    "429": (status(429), TryLater),
    "503": (status(503), TryLater),
    "408": (status(408), TryLater),
    "425": (status(425), TryLater),
    "500": (status(500), OutcomeUnknown),
    "502": (status(502), OutcomeUnknown),
    "504": (status(504), OutcomeUnknown),
    "silence": (silence, OutcomeUnknown),
    "reset": (reset, OutcomeUnknown),
    "half an answer": (half, OutcomeUnknown),
    "a huge answer": (body(b"x" * 5_000_000), OutcomeUnknown),
    "401": (status(401), Misconfigured),
    "403": (status(403), Misconfigured),
    "301": (status(301, Location="https://elsewhere.example/"), Misconfigured),
    "308": (status(308, Location="https://elsewhere.example/"), Misconfigured),
    "422": (status(422), Refused),
    "400": (status(400), Refused),
}

#: Those that are sorted as others of them are: the fast half has one of each. Silence takes a second.
ALIKE = frozenset({"408", "425", "502", "504", "403", "308", "400", "silence"})

EACH_TROUBLE = [
    pytest.param(act, error, id=name, marks=[pytest.mark.slow] if name in ALIKE else [])
    for name, (act, error) in TROUBLES.items()
]


class HttpChannelContract(ChannelContract):
    """The same for channels that post by HTTP: every error is sorted by "was it posted?".

    ``at`` is the path that posts are sent to; ``build`` makes the channel for a server's address.
    """

    at: str

    @pytest.mark.parametrize(("act", "error"), EACH_TROUBLE)
    def test_says_whether_it_was_posted(
        self, channel: Channel, server: LocalServer, act: Act, error: type[SyndicatorError], secret: str
    ) -> None:
        server.trouble = Trouble(act, at=self.at)

        with pytest.raises(SyndicatorError) as caught:
            channel.send(self.post(channel), key=KEY)

        assert type(caught.value) is error
        assert "127.0.0.1" in str(caught.value)
        assert secret not in str(caught.value)

    def test_nobody_there_means_not_posted(self, build: Callable[[str], Channel]) -> None:
        channel = build(f"http://127.0.0.1:{local_server.closed_port()}")

        with pytest.raises(TryLater, match="cannot be reached: Connection refused"):
            channel.send(self.post(channel), key=KEY)

    def test_a_name_that_nobody_knows_means_not_posted(self, build: Callable[[str], Channel]) -> None:
        channel = build("http://nobody.invalid")

        with pytest.raises(TryLater, match="cannot be reached"):
            channel.send(self.post(channel), key=KEY)

    def test_an_endless_answer_is_cut_off(
        self, channel: Channel, server: LocalServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("syndicator.http.exchange.STEP_S", 0.2)
        server.trouble = Trouble(local_server.trickle, at=self.at)

        with pytest.raises(OutcomeUnknown, match="took too long"):
            channel.send(self.post(channel), key=KEY)

    def test_waits_as_long_as_the_server_says(self, channel: Channel, server: LocalServer) -> None:
        server.trouble = Trouble(status(429, Retry_After="120"), at=self.at)
        before = datetime.now(UTC)

        with pytest.raises(TryLater) as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.not_before is not None
        assert (
            timedelta(0) <= caught.value.not_before - before - timedelta(seconds=120) < timedelta(minutes=1)
        )

    def test_a_move_is_told_with_the_new_address(self, channel: Channel, server: LocalServer) -> None:
        server.trouble = Trouble(status(301, Location="https://new.example/hook"), at=self.at)

        with pytest.raises(Misconfigured, match=r"has moved to 'https://new\.example/hook'"):
            channel.send(self.post(channel), key=KEY)

    @pytest.mark.parametrize("act", [SILENCE, reset, half, status(502)])
    def test_a_lost_answer_is_made_up_for_under_the_same_key(
        self, channel: Channel, server: LocalServer, act: Act
    ) -> None:
        if not (channel.capabilities.finds or channel.capabilities.key_memory):
            pytest.skip("an unknown outcome is left to a person")
        post = self.post(channel)
        server.trouble = Trouble(act, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(post, key=KEY)
        server.trouble = None

        if channel.capabilities.key_memory is None:
            assert channel.find(post, key=KEY)
        else:
            channel.send(post, key=KEY)

        assert len(self.seen(server)) == 1

    def seen(self, server: object) -> list[Published]:
        found: list[Published] = server.published  # type: ignore[attr-defined]  # a Place, too
        return found

    def test_an_edit_that_failed_can_be_repeated(self, channel: Channel, server: LocalServer) -> None:
        must_change_its_posts(channel, what="edit")
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(reset, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.edit(receipt, self.post(channel, CORRECTED))
        server.trouble = None

        channel.edit(receipt, self.post(channel, CORRECTED))

        [published] = self.seen(server)
        assert CORRECTED.title in published.text

    def test_a_revoked_token_stops_corrections_and_retractions_too(
        self, channel: Channel, server: LocalServer, secret: str
    ) -> None:
        receipt, corrected = channel.send(self.post(channel), key=KEY), self.post(channel, CORRECTED)
        server.trouble = Trouble(status(401))

        acts: list[tuple[timedelta, Callable[[], object]]] = [
            (channel.capabilities.edit_within, lambda: channel.edit(receipt, corrected)),
            (channel.capabilities.delete_within, lambda: channel.delete(receipt, corrected)),
        ]
        for within, act in acts:
            with pytest.raises(Refused if within == NEVER else Misconfigured) as caught:
                act()
            assert secret not in str(caught.value)

    @pytest.mark.parametrize("act", [status(500), status(503), SILENCE, reset])
    def test_a_trial_that_gets_no_answer_can_be_made_later(
        self, channel: Channel, server: LocalServer, act: Act
    ) -> None:
        server.trouble = Trouble(act)

        with pytest.raises(TryLater):
            channel.check()
