"""Instagram, against a server built from the pages and the published calls of its API."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from PIL import Image

from syndicator.channels.instagram import PHOTOS, Instagram
from syndicator.domain.article import Article
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post, Style
from syndicator.jobs.ports import Channel
from syndicator.photos.renditions import fitted
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    picture,
)
from tests.channels.graph_contract import ContainerContract
from tests.channels.instagram_server import FakeInstagram
from tests.channels.local_server import Trouble, reset

CONTAINERS = f"/v26.0/{FakeInstagram.account}/media"
PUBLISH = f"{CONTAINERS}_publish"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.http.graph_containers.POLL_S", 0.01)


SERVER = FakeInstagram


def channel_at(address: str, secret: Secret, session: requests.Session) -> Instagram:
    return Instagram(
        name="insta", account=FakeInstagram.account, server=address, token=secret, session=session
    )


def drawing(width: int, height: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(out, kind)
    return out.getvalue()


def another(n: int) -> Article:
    """An article about something else."""
    return replace(
        OTHER,
        title=f"Harvest festival, day {n}: drums in the rice fields",
        summary="Dancers from nine villages meet at the temple.",
        url=f"https://news.example/other/{n}",
    )


class TestInstagram(ContainerContract):
    at, containers = PUBLISH, CONTAINERS
    quota = f"{FakeInstagram.account}/content_publishing_limit"

    def post(self, channel: Channel, article: Article = ARTICLE, photo: PhotoFile | None = None) -> Post:
        return super().post(channel, article, photo or picture())  # there is no post without one

    def test_a_caption_has_no_address_and_says_whose_photo_it_is(
        self, channel: Instagram, server: FakeInstagram
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        [post] = server.posts.values()
        assert "news.example" not in post["caption"]
        assert "Noy S. / Example News" in post["caption"]
        assert receipt.url.startswith("https://www.instagram.com/p/")

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("width", "height", "kind"),
        [
            (900, 1600, "JPEG"),
            (2400, 700, "JPEG"),
            (1001, 524, "JPEG"),
            (1080, 1350, "JPEG"),
            (1200, 630, "PNG"),
            (503, 640, "JPEG"),
            (1915, 1000, "JPEG"),
            (3000, 3000, "WEBP"),
            (70, 90, "PNG"),
        ],
    )
    def test_a_photo_of_any_shape_and_type_is_made_to_fit(
        self, channel: Instagram, server: FakeInstagram, width: int, height: int, kind: str
    ) -> None:
        photo = fitted(drawing(width, height, kind), PHOTOS)

        channel.send(self.post(channel, photo=photo), key=KEY)

        [published] = server.published
        with Image.open(io.BytesIO(published.photo or b"")) as shown:
            assert max(shown.size) <= 1440
            assert 0.8 <= shown.width / shown.height <= 1.91

    @pytest.mark.parametrize("shape", [(1080, 1350), (1200, 630), (1080, 1080), (1440, 960)])
    def test_a_photo_of_a_shape_that_is_taken_is_not_cropped(self, shape: tuple[int, int]) -> None:
        photo = fitted(drawing(*shape), PHOTOS)

        assert (photo.width, photo.height) == shape

    @pytest.mark.slow
    @pytest.mark.parametrize(("width", "height", "kind"), [(900, 300, "JPEG"), (600, 500, "PNG")])
    def test_what_the_site_has_is_passed_over_where_it_is_refused(
        self, channel: Instagram, server: FakeInstagram, width: int, height: int, kind: str
    ) -> None:
        content, ours = drawing(width, height, kind), picture()
        original = PhotoFile(content=content, media_type="image/jpeg", width=width, height=height)
        photo = replace(ours, addresses=(self.host.put(original), self.host.put(ours)))

        channel.send(replace(self.post(channel), photo=photo), key=KEY)

        assert [each.photo for each in server.published] == [ours.content]

    def test_a_photo_that_cannot_be_fetched_is_tried_again(
        self, channel: Instagram, server: FakeInstagram
    ) -> None:
        gone = replace(picture(), addresses=(f"{self.host.address}/gone.jpg",))

        with pytest.raises(TryLater, match=r"could not be fetched.*gone\.jpg") as caught:
            channel.send(replace(self.post(channel), photo=gone), key=KEY)

        assert not caught.value.whole_channel
        assert server.posts == {}

    @pytest.mark.parametrize("photo", [None, picture()])
    def test_words_alone_are_no_post(
        self, channel: Instagram, server: FakeInstagram, photo: PhotoFile | None
    ) -> None:
        with pytest.raises(Refused, match="without a photo"):
            channel.send(replace(self.post(channel), photo=photo), key=KEY)

        assert server.requests == []

    @pytest.mark.parametrize("words", ["#news ", "#ຂ່າວ ", "@example.news "])
    def test_no_more_signs_stand_in_a_caption_than_are_taken(
        self, channel: Instagram, server: FakeInstagram, words: str
    ) -> None:
        names = {f"Name{n:02}": f"account{n}" for n in range(25)}
        topics = {f"t{n}": f"Topic{n}" for n in range(9)}
        article = replace(ARTICLE, title=words * 25, summary=words * 25 + " ".join(names), tags=tuple(topics))
        style = Style(hashtags=topics, most_hashtags=9, mentions=names)
        post = compose(article, channel.capabilities, style, self.post(channel).photo)

        channel.send(post, key=KEY)

        [published] = server.published
        assert published.text.endswith("#Topic7 #Topic8")
        assert published.text.count("@account") == 20
        assert published.text.count("Name") == 5

    def test_a_post_is_published_when_it_is_ready(self, channel: Instagram, server: FakeInstagram) -> None:
        server.states = [("IN_PROGRESS", ""), ("IN_PROGRESS", "")]
        server.publishing = [(9007, 2207027), (24, 2207008)]

        channel.send(self.post(channel), key=KEY)

        assert len(server.posts) == 1
        assert [r.path for r in server.requests].count(PUBLISH) == 3

    @pytest.mark.parametrize(
        ("state", "why", "error"),
        [
            ("ERROR", "Error: Media upload has failed with error code 2207052", TryLater),
            ("ERROR", "Error: Media upload has failed with error code 2207009", Refused),
            ("EXPIRED", "Expired", Refused),
        ],
    )
    def test_a_container_that_failed_says_why(
        self, channel: Instagram, server: FakeInstagram, state: str, why: str, error: type[SyndicatorError]
    ) -> None:
        server.states = [("IN_PROGRESS", ""), (state, why)]

        with pytest.raises(error, match=why):
            channel.send(self.post(channel), key=KEY)

        assert server.posts == {}

    @pytest.mark.parametrize(
        ("code", "subcode", "error"),
        [
            (25, 2207050, Misconfigured),
            (-1, 2207001, TryLater),
            (-1, 2207032, TryLater),
            (-2, 2207003, TryLater),
            (36003, 2207009, Refused),
            (36000, 2207004, Refused),
            (36004, 2207010, Refused),
            (100, 33, Misconfigured),
        ],
    )
    def test_errors_of_containers_have_numbers(
        self, channel: Instagram, server: FakeInstagram, code: int, subcode: int, error: type[SyndicatorError]
    ) -> None:
        assert isinstance(self.declined(channel, server, code, subcode), error)

    @pytest.mark.parametrize(
        ("code", "subcode", "error"),
        [
            (-1, 2207001, OutcomeUnknown),
            (1, 0, OutcomeUnknown),
            (-2, 2207020, TryLater),
            (24, 2207006, TryLater),
            (9, 2207042, TryLater),
            (25, 2207050, Misconfigured),
            (36003, 2207009, Refused),
        ],
    )
    def test_errors_of_publishing_say_whether_it_was_posted(
        self, channel: Instagram, server: FakeInstagram, code: int, subcode: int, error: type[SyndicatorError]
    ) -> None:
        server.publishing = [(code, subcode)]

        with pytest.raises(SyndicatorError) as caught:
            channel.send(self.post(channel), key=KEY)

        assert isinstance(caught.value, error)

    def test_a_lost_answer_names_what_was_being_published(
        self, channel: Instagram, server: FakeInstagram
    ) -> None:
        server.trouble = Trouble(reset, at=PUBLISH, after=True)

        with pytest.raises(OutcomeUnknown) as caught:
            channel.send(self.post(channel), key=KEY)

        assert f"container {next(iter(server.containers))}" in str(caught.value)

    @pytest.mark.slow
    @pytest.mark.parametrize("ignores_since", [False, True])
    def test_a_post_is_found_among_many(
        self, channel: Instagram, server: FakeInstagram, *, ignores_since: bool
    ) -> None:
        server.most, server.ignores_since = 2000, ignores_since
        receipt = channel.send(self.post(channel), key=KEY)
        for n in range(120):
            channel.send(self.post(channel, another(n)), key=f"{n}")
        post = replace(self.post(channel), since=datetime.now(UTC) - timedelta(hours=1))

        assert channel.find(post, key=KEY) == receipt

    def test_what_is_older_than_the_first_attempt_is_not_looked_at(
        self, channel: Instagram, server: FakeInstagram
    ) -> None:
        server.ignores_since = True
        channel.send(self.post(channel), key=KEY)
        for each in server.posts.values():
            each["created"] -= timedelta(hours=2)
        post = replace(self.post(channel), since=datetime.now(UTC) - timedelta(hours=1))

        assert channel.find(post, key=KEY) is None

    def test_a_post_of_before_a_small_correction_is_found(
        self, channel: Instagram, server: FakeInstagram
    ) -> None:
        long = replace(ARTICLE, summary=f"{ARTICLE.summary} The operator expects nine thousand riders a day.")
        receipt = channel.send(self.post(channel, long), key=KEY)
        post = self.post(channel, replace(long, title=long.title.replace("reopens", "re-opens")))

        assert channel.find(post, key=KEY) == replace(receipt, is_current=False)

    @pytest.mark.parametrize(
        "changes",
        [
            {"summary": "Engineers found a crack. The ferry goes on for another month, says the city."},
            {"title": "Trams are back", "summary": f"{ARTICLE.summary} Well, nearly all of them do."},
        ],
    )
    def test_what_only_looks_like_it_is_left_to_a_person(
        self, channel: Instagram, server: FakeInstagram, changes: dict[str, Any]
    ) -> None:
        channel.send(self.post(channel), key=KEY)

        with pytest.raises(OutcomeUnknown, match=r"https://www\.instagram\.com/p/\S+ looks like"):
            channel.find(self.post(channel, replace(ARTICLE, **changes)), key=KEY)

    def test_another_article_is_another_post(self, channel: Instagram, server: FakeInstagram) -> None:
        channel.send(self.post(channel, another(1)), key="1")

        assert channel.find(self.post(channel), key=KEY) is None

    def test_a_token_of_another_account_is_told(self, channel: Instagram) -> None:
        with pytest.raises(Misconfigured, match="for another one than 1784"):
            replace(channel, account="17841400000000002").check()

    def test_what_the_api_cannot_do_names_the_post(self, channel: Instagram) -> None:
        receipt = Receipt(remote_id="1", url="https://www.instagram.com/p/C1/")

        with pytest.raises(Refused, match=r"instagram\.com/p/C1/ stays as it is"):
            channel.edit(receipt, self.post(channel, CORRECTED))
        with pytest.raises(Refused, match=r"delete https://www\.instagram\.com/p/C1/ there"):
            channel.delete(receipt, self.post(channel, CORRECTED))

    @pytest.mark.parametrize(
        ("setting", "value"), [("version", "26"), ("server", "insta/x"), ("account", "me"), ("account", "١")]
    )
    def test_settings_are_checked(self, channel: Instagram, setting: str, value: str) -> None:
        changes: dict[str, Any] = {setting: value}

        with pytest.raises(ValueError, match=f"^{setting}: "):
            replace(channel, **changes)
