"""Mastodon, against a server built from its documentation."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from syndicator.channels.mastodon import Mastodon
from syndicator.domain.article import ArticleState
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PostGone,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Post, Style
from syndicator.domain.roundup import Roundup
from syndicator.http import mastodon_api
from syndicator.http.mastodon_api import PAGE_STATUSES
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    OTHER_KEY,
    SILENCE,
    HttpChannelContract,
    picture,
)
from tests.channels.local_server import (
    Act,
    Handler,
    Reply,
    Request,
    Trouble,
    body,
    half,
    reset,
    silence,
    status,
)
from tests.channels.servers import FakeMastodon

MEDIA = "/api/v2/media"
STATUSES = "/api/v1/statuses"
ACCOUNTS = "/api/v1/accounts"


SERVER = FakeMastodon


def channel_at(address: str, secret: Secret, session: requests.Session) -> Mastodon:
    return Mastodon(name="wire", server=address, token=secret, session=session)


class TestMastodon(HttpChannelContract):
    at = STATUSES

    def test_a_receipt_tells_where_the_status_is(self, channel: Mastodon, server: FakeMastodon) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        assert receipt.url == f"{server.address}/@newsroom/{receipt.remote_id}"

    def test_a_status_has_its_language_and_visibility(self, channel: Mastodon, server: FakeMastodon) -> None:
        replace(channel, visibility="unlisted").send(self.post(channel), key=KEY)

        [status] = server.shelf.statuses.values()
        assert (status.language, status.visibility) == ("lo", "unlisted")

    @pytest.mark.parametrize("has_roundup", [False, True])
    def test_a_warning_and_the_text_have_room_together(
        self, channel: Mastodon, server: FakeMastodon, has_roundup: bool
    ) -> None:
        long = replace(ARTICLE, summary="Trams cross the river, and people wait there. " * 30)
        style = Style(warnings={"City": "Graphic description of a violent death"})
        members = tuple(replace(long, url=f"{long.url}&n={n}") for n in range(30))
        stands_for = replace(long, state=ArticleState.ROUNDUP) if has_roundup else long

        post = compose(stands_for, channel.capabilities, style, roundup=Roundup(members=members, count=30))
        receipt = channel.send(post, key=KEY)
        channel.edit(receipt, post)

        assert post.warning == "Graphic description of a violent death"
        assert 350 < post.length <= post.room == 500 - len(post.warning)
        assert len(server.published) == 1

    def test_an_article_without_a_language_leaves_it_to_the_account(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        channel.send(self.post(channel, replace(ARTICLE, language="")), key=KEY)

        assert "language" not in server.requests[-1].fields()

    def test_waits_for_a_photo_that_is_still_being_processed(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        server.slow_media = 2

        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert server.published[0].photo == picture().content
        looks = [r for r in server.requests if r.path.startswith("/api/v1/media/")]
        assert len(looks) == 3

    def test_a_photo_that_is_never_ready_is_tried_later(
        self, channel: Mastodon, server: FakeMastodon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("syndicator.http.exchange.STEP_S", 0.3)
        server.slow_media = 1_000

        with pytest.raises(TryLater):
            channel.send(self.post(channel, photo=picture()), key=KEY)

        assert server.published == []

    @pytest.mark.parametrize(
        "act", [SILENCE, reset, half, status(500), body(b"not JSON"), body(b'{"id2": 1}')]
    )
    @pytest.mark.parametrize("after", [False, True])
    def test_a_lost_photo_is_no_mystery(
        self, channel: Mastodon, server: FakeMastodon, act: Act, after: bool
    ) -> None:
        """Nothing that readers see was posted, and the next article may fare better."""
        server.trouble = Trouble(act, at=MEDIA, after=after)

        with pytest.raises(TryLater, match=r"^photo: ") as caught:
            channel.send(self.post(channel, photo=picture()), key=KEY)

        assert not caught.value.whole_channel
        assert server.published == []

    def test_a_photo_that_the_server_will_not_have_stops_no_news(
        self, channel: Mastodon, server: FakeMastodon, caplog: pytest.LogCaptureFixture
    ) -> None:
        unreadable = replace(picture(), content=b"no picture at all")

        channel.send(self.post(channel, photo=unreadable), key=KEY)

        assert server.published[0].photo is None
        assert "without its photo: 127.0.0.1 answers 422: Validation failed: File is invalid" in caplog.text

    def test_an_alternative_text_is_counted_in_characters_by_servers(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        assert ARTICLE.photo
        article = replace(ARTICLE, photo=replace(ARTICLE.photo, alt="ນ້ຳ" * 1500))

        channel.send(self.post(channel, article, picture()), key=KEY)

        assert 1450 < len(server.published[0].alt) <= 1500

    @pytest.mark.parametrize(
        "act", [body(b"[]"), body(b"{}"), body(b"[" * 100_000), body(b'{"id": 1', code=202)]
    )
    def test_an_answer_that_makes_no_sense_is_no_answer(
        self, channel: Mastodon, server: FakeMastodon, act: Act
    ) -> None:
        server.trouble = Trouble(act, at=STATUSES, after=True)
        with pytest.raises(OutcomeUnknown, match="unreadable answer"):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        channel.send(self.post(channel), key=KEY)

        assert len(server.published) == 1

    def test_a_rate_limit_is_waited_for(self, channel: Mastodon, server: FakeMastodon) -> None:
        then = (datetime.now(UTC) + timedelta(minutes=4)).replace(microsecond=0)
        headers = {"X_RateLimit_Reset": then.isoformat().replace("+00:00", ".000000Z")}
        server.trouble = Trouble(status(429, **headers), at=STATUSES)

        with pytest.raises(TryLater) as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.not_before == then
        assert caught.value.whole_channel

    def test_a_server_is_asked_once_what_it_is(self, channel: Mastodon, server: FakeMastodon) -> None:
        channel.send(self.post(channel), key=KEY)
        channel.send(self.post(channel, OTHER), key=OTHER_KEY)

        assert [request.path for request in server.requests].count("/api/v2/instance") == 1
        assert channel.capabilities.key_memory is not None

    @pytest.mark.parametrize("act", [status(404), status(403), status(500), body(b"[]"), body(b"{}")])
    def test_a_server_that_does_not_say_what_it_is_is_what_is_declared(
        self, channel: Mastodon, server: FakeMastodon, act: Act
    ) -> None:
        server.trouble = Trouble(act, at="/api/v2/instance")

        channel.send(self.post(channel), key=KEY)
        channel.send(self.post(channel), key=KEY)

        assert len(server.published) == 1
        assert channel.capabilities.key_memory is not None

    @pytest.mark.parametrize("act", [SILENCE, reset, status(429), status(503)])
    def test_nothing_is_posted_before_a_server_has_said_what_it_is(
        self, channel: Mastodon, server: FakeMastodon, act: Act
    ) -> None:
        server.trouble = Trouble(act, at="/api/v2/instance")
        with pytest.raises(TryLater):
            channel.send(self.post(channel), key=KEY)
        assert server.published == []

        server.trouble = None
        channel.send(self.post(channel), key=KEY)
        assert len(server.published) == 1

    def test_after_an_hour_a_server_has_forgotten_the_key(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        """Which is why our memory of it is shorter, and then we look."""
        channel.send(self.post(channel), key=KEY)
        server.now = lambda: datetime.now(UTC) + timedelta(hours=1)

        channel.send(self.post(channel), key=KEY)

        assert len(server.published) == 2
        assert channel.capabilities.key_memory is not None
        assert channel.capabilities.key_memory < timedelta(hours=1)

    def test_an_address_without_a_mastodon_server_is_told(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        server.trouble = Trouble(status(404))

        for attempt in (lambda: channel.send(self.post(channel), key=KEY), channel.check):
            with pytest.raises(Misconfigured, match="is there a Mastodon server at"):
                attempt()

    @pytest.mark.parametrize("gone", [404, 410])
    def test_a_status_that_somebody_deleted_cannot_be_edited(
        self, channel: Mastodon, server: FakeMastodon, gone: int
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(status(gone), at=f"{STATUSES}/{receipt.remote_id}")

        with pytest.raises(PostGone, match="was deleted on the server"):
            channel.edit(receipt, self.post(channel, CORRECTED))

    def test_what_another_account_has_posted_is_left_to_a_person(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.strangers.add(receipt.remote_id)

        for attempt in (
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
        ):
            with pytest.raises(Refused, match=f"{receipt.url} stands, and is not this account's") as caught:
                attempt()
            assert not isinstance(caught.value, PostGone)  # which would end a retraction
        assert len(server.published) == 1

    def test_what_was_posted_at_another_server_is_left_to_a_person(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        receipt = replace(channel.send(self.post(channel), key=KEY), url="https://old.example/@newsroom/101")
        server.shelf.statuses.clear()

        notice = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)
        for attempt in (
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.send(replace(notice, reply_to=receipt), key=OTHER_KEY),
        ):
            with pytest.raises(Refused, match=r"posted at old\.example") as caught:
                attempt()
            assert not isinstance(caught.value, PostGone)
        with pytest.raises(PostGone):  # news stands by itself
            channel.send(replace(self.post(channel, OTHER), reply_to=receipt), key=OTHER_KEY)

    def test_a_server_is_known_by_the_name_of_its_accounts(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        server.domain = "newsroom.example"
        receipt = channel.send(self.post(channel), key=KEY)
        channel.delete(receipt, self.post(channel))

        channel.delete(replace(receipt, url="https://newsroom.example/@newsroom/1"), self.post(channel))

    def test_deleting_takes_the_photo_along(self, channel: Mastodon, server: FakeMastodon) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        channel.delete(receipt, self.post(channel))

        assert server.shelf.media == {}

    @pytest.mark.parametrize(
        ("act", "error"),
        [
            pytest.param(silence, OutcomeUnknown, marks=pytest.mark.slow),
            (reset, OutcomeUnknown),
            (status(429), TryLater),
            (status(403), Misconfigured),
        ],
    )
    def test_a_failed_deletion_is_sorted_too(
        self, channel: Mastodon, server: FakeMastodon, act: Act, error: type[SyndicatorError]
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(act, method="DELETE")

        with pytest.raises(error):
            channel.delete(receipt, self.post(channel))

    @pytest.mark.parametrize(
        ("server_says", "mistake"),
        [
            ("mastodon.example", "mastodon.example"),
            ("ftp://x", "ftp"),
            ("https://x/web", "web"),
            ("https://", ""),
        ],
    )
    def test_what_is_no_server_is_refused(self, channel: Mastodon, server_says: str, mistake: str) -> None:
        with pytest.raises(ValueError, match=f"^server: .*{mistake}.* is no address of a server"):
            replace(channel, server=server_says)


class TestFinding:
    """Whether a status is there, when its answer was lost and its key is forgotten."""

    def post(self, channel: Mastodon, **changes: object) -> Post:
        article = replace(ARTICLE, first_seen=datetime.now(UTC), **changes)  # type: ignore[arg-type]  # by name
        return Post(article=article, text=f"{article.title}\n\n{article.url}")

    def fill(self, channel: Mastodon, count: int) -> None:
        for n in range(count):
            channel.send(self.post(channel, url=f"https://news.example/{n}"), key=f"{n}")

    def test_an_account_without_statuses_has_none(self, channel: Mastodon) -> None:
        assert channel.find(self.post(channel), key=KEY) is None

    def test_another_address_that_begins_alike_is_another_article(self, channel: Mastodon) -> None:
        post = self.post(channel, url="https://news.example/2026/bridge-closed")
        channel.send(post, key=KEY)

        assert channel.find(self.post(channel, url=OTHER.url), key=KEY) is None

    @pytest.mark.parametrize(
        "url",
        [
            "https://news.example/a?b=1&c=2#part",
            "https://news.example/ຂ່າວ/ຂົວ",
            "https://news.example/%E0%BA%82%E0%BB%88",
            f"https://news.example/{'long/' * 60}",
        ],
    )
    def test_an_address_is_known_again_however_it_is_escaped(self, channel: Mastodon, url: str) -> None:
        receipt = channel.send(self.post(channel, url=url), key=KEY)

        assert channel.find(self.post(channel, url=url), key=KEY) == receipt

    @pytest.mark.slow
    def test_looks_on_later_pages(self, channel: Mastodon) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        self.fill(channel, PAGE_STATUSES + 1)

        assert channel.find(self.post(channel), key=KEY) == receipt

    @pytest.mark.slow
    def test_what_is_older_than_the_article_need_not_be_read(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        server.now = lambda: datetime.now(UTC) - timedelta(hours=1)
        self.fill(channel, PAGE_STATUSES + 1)
        before = len(server.requests)

        assert channel.find(self.post(channel), key=KEY) is None
        assert len(server.requests) - before == 2  # the account and one page

    @pytest.mark.slow
    def test_cannot_tell_when_there_is_more_than_it_reads(
        self, channel: Mastodon, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mastodon_api, "MAX_PAGES", 1)
        self.fill(channel, PAGE_STATUSES + 1)

        with pytest.raises(OutcomeUnknown, match="there are more"):
            channel.find(self.post(channel), key=KEY)

    @pytest.mark.parametrize(
        "act",
        [SILENCE, reset, status(500), body(b"{}"), body(b"[{}]"), body(b'[{"id": 1, "created_at": "x"}]')],
    )
    def test_trouble_while_looking_proves_nothing(
        self, channel: Mastodon, server: FakeMastodon, act: Act
    ) -> None:
        server.trouble = Trouble(act, at=f"{ACCOUNTS}/7/statuses")

        with pytest.raises(TryLater):
            channel.find(self.post(channel), key=KEY)


class TestTrial:
    def test_says_who_we_are(self, channel: Mastodon) -> None:
        assert channel.check() == "@newsroom on 127.0.0.1; may post, with photos"

    def test_says_where_the_servers_limits_differ(self, channel: Mastodon, server: FakeMastodon) -> None:
        server.max_characters, server.description_limit = 5000, 420

        assert channel.check() == (
            "@newsroom on 127.0.0.1; may post, with photos; "
            "the server's max_characters is 5000, not 500: declare it; "
            "the server's description_limit is 420, not 1500: declare it"
        )

    def test_says_when_a_server_may_not_know_keys(self, channel: Mastodon, server: FakeMastodon) -> None:
        server.source_url = "https://codeberg.org/superseriousbusiness/gotosocial"

        assert "declare remembers_keys = false" in channel.check()
        forgetful = replace(channel, remembers_keys=False)
        assert forgetful.check() == "@newsroom on 127.0.0.1; may post, with photos"
        assert forgetful.capabilities.key_memory is None

    def test_declared_limits_count(self, channel: Mastodon, server: FakeMastodon) -> None:
        server.max_characters = 5000
        roomy = replace(channel, max_characters=5000)

        assert roomy.check() == "@newsroom on 127.0.0.1; may post, with photos"
        assert roomy.capabilities.text == 5000

    @pytest.mark.parametrize("answer", [[], {}, {"configuration": 1}, {"configuration": {"statuses": 1}}])
    def test_limits_that_make_no_sense_are_told(
        self, channel: Mastodon, server: FakeMastodon, answer: object
    ) -> None:
        server.trouble = Trouble(body(json.dumps(answer).encode()), at="/api/v2/instance")

        with pytest.raises(TryLater, match="unreadable answer"):
            channel.check()

    def test_a_server_that_does_not_tell_its_limits_is_taken_as_declared(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        server.trouble = Trouble(status(404), at="/api/v2/instance")

        assert channel.check() == "@newsroom on 127.0.0.1; may post, with photos"

    @pytest.mark.parametrize("photo", [None, picture()], ids=["words", "photo"])
    def test_a_token_that_was_revoked_is_told_at_a_post_and_at_a_check(
        self, channel: Mastodon, server: FakeMastodon, tmp_path: Path, photo: PhotoFile | None
    ) -> None:
        (tmp_path / "token").write_text("another")

        post = compose(ARTICLE, channel.capabilities, photo=photo)
        for attempt in (channel.check, lambda: channel.send(post, key=KEY)):
            with pytest.raises(Misconfigured, match="401: The access token is invalid; check the account"):
                attempt()
        assert server.published == []

    def test_a_missing_token_is_told(self, channel: Mastodon, tmp_path: Path) -> None:
        (tmp_path / "token").unlink()

        with pytest.raises(Misconfigured, match="token cannot be read"):
            channel.check()


class TestWhatIsNoRefusal:
    """422 is for good, unless it is the photo's alone."""

    def post(self, channel: Mastodon) -> Post:
        return compose(ARTICLE, channel.capabilities, photo=picture())

    @pytest.mark.parametrize("how", ["still processed", "gone", "in so many words"])
    def test_a_photo_that_cannot_be_attached_yet_is_tried_later(
        self, channel: Mastodon, server: FakeMastodon, how: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said = "Medien sind noch in Arbeit" if how != "in so many words" else NOT_READY
        server.trouble = Trouble(status(422, {"error": said}), at=STATUSES)
        taken = FakeMastodon._take_media

        def take(self: FakeMastodon, request: Request) -> Reply:
            reply = taken(self, request)
            [name] = self.shelf.media
            match how:
                case "still processed":
                    self.shelf.media[name] = replace(self.shelf.media[name], looks=1)
                case "gone":
                    del self.shelf.media[name]
            return reply

        monkeypatch.setattr(FakeMastodon, "_take_media", take)

        with pytest.raises(TryLater, match=f"^photo: .*{said}") as caught:
            channel.send(self.post(channel), key=KEY)

        assert not caught.value.whole_channel

    def test_an_edit_whose_photo_is_not_ready_is_tried_later(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.trouble = Trouble(status(422, {"error": NOT_READY}), method="PUT")

        with pytest.raises(TryLater):
            channel.edit(receipt, self.post(channel))

    def test_a_text_that_is_refused_is_refused_with_its_photo(
        self, channel: Mastodon, server: FakeMastodon
    ) -> None:
        server.trouble = Trouble(status(422, {"error": "Validation failed"}), at=STATUSES)

        with pytest.raises(Refused, match="422: Validation failed"):
            channel.send(self.post(channel), key=KEY)


NOT_READY = "Cannot attach files that have not finished processing. Try again in a moment!"

#: ``MENTION_RE`` of Mastodon's app/models/account.rb, as Python has it.
MENTION_RE = re.compile(r"(?<![=/\w])@(([a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)(?:@[\w.-]+)?)", re.IGNORECASE)


class TestMentions:
    @pytest.mark.parametrize(
        "title",
        [
            "@bob is back",
            "Ask @bob@example.social",
            "(@bob) says",
            ".@bob",
            "ຂ່າວ @bob",
            "@bob@b.example @eve",
        ],
    )
    def test_a_headline_mentions_nobody(self, channel: Mastodon, title: str) -> None:
        text = compose(replace(ARTICLE, title=title, summary=title + "!"), channel.capabilities).text
        assert MENTION_RE.search(title)

        assert not MENTION_RE.search(text)
        assert text.replace("\u200b", "").startswith(title)

    @pytest.mark.parametrize(
        "title", ["desk@ledger.example", "https://x.example/@bob/1", "#bridge reopens", "5 @ 10", "a = b@c"]
    )
    def test_what_mentions_nobody_stays_as_it_is(self, channel: Mastodon, title: str) -> None:
        text = compose(replace(ARTICLE, title=title), channel.capabilities).text
        assert text.startswith(title.removeprefix("https://"))

    def test_it_is_counted_and_taken_by_the_server(self, channel: Mastodon, server: FakeMastodon) -> None:
        post = compose(replace(ARTICLE, title="@bob " * 200), channel.capabilities)

        receipt = channel.send(post, key=KEY)

        assert len(server.published) == 1
        assert channel.find(post, key=KEY) == receipt

    def test_addresses_are_never_touched(self, channel: Mastodon) -> None:
        url = "https://news.example/?by=@bob"
        assert compose(replace(ARTICLE, url=url), channel.capabilities).text.endswith(url)


class TestWhatItShows:
    def test_a_receipt_tells_whether_the_status_says_just_that(self, channel: Mastodon) -> None:
        post = compose(replace(ARTICLE, title="Fish & <b>chips</b>  \u201csoon\u201d"), channel.capabilities)
        assert channel.send(post, key=KEY).is_current

        found = channel.find(post, key=KEY)
        assert found
        assert found.is_current
        other = channel.find(compose(CORRECTED, channel.capabilities), key=KEY)
        assert other
        assert not other.is_current

    def test_a_remembered_key_brings_back_what_is_out_of_date(self, channel: Mastodon) -> None:
        channel.send(compose(ARTICLE, channel.capabilities), key=KEY)

        assert not channel.send(compose(CORRECTED, channel.capabilities), key=KEY).is_current


class TestSecretsThatComeBack:
    """A server may repeat what it was sent, in whatever form and place."""

    @pytest.mark.parametrize(
        "form",
        [
            "cannot read header Bearer {}",
            "BEARER {upper}",
            "https://x.example/?t={quoted}",
            "Basic {base64}",
            "\\u0074{rest}",
            "token {cut}",
        ],
    )
    def test_no_words_of_the_server_hold_the_token(
        self, channel: Mastodon, server: FakeMastodon, form: str, secret: str
    ) -> None:
        words = form.format(
            secret,
            upper=secret.upper(),
            quoted=quote(secret, safe=""),
            base64=base64.b64encode(f"user:{secret}".encode()).decode(),
            rest=secret[1:],
            cut=secret[:-4],
        )
        error = b'{"error": "%s"}' % words.encode()
        server.trouble = Trouble(body(error, code=400), at=STATUSES)

        with pytest.raises(Refused) as caught:
            channel.send(compose(ARTICLE, channel.capabilities), key=KEY)

        assert leaked(str(caught.value), secret) is None
        assert "token]" in str(caught.value)

    def test_no_receipt_holds_the_token(self, channel: Mastodon, server: FakeMastodon, secret: str) -> None:
        said = {"id": "1", "url": f"https://x.example/{secret}", "content": ""}
        server.trouble = Trouble(body(json.dumps(said).encode()), at=STATUSES)

        assert secret not in channel.send(compose(ARTICLE, channel.capabilities), key=KEY).url

    def test_no_address_to_move_to_holds_the_token(
        self, channel: Mastodon, server: FakeMastodon, secret: str
    ) -> None:
        server.trouble = Trouble(status(301, Location=f"https://x.example/{'a' * 180}/{secret}"), at=STATUSES)

        with pytest.raises(Misconfigured) as caught:
            channel.send(compose(ARTICLE, channel.capabilities), key=KEY)

        assert leaked(str(caught.value), secret) is None

    def test_no_trial_tells_the_token(self, channel: Mastodon, server: FakeMastodon, secret: str) -> None:
        server.trouble = Trouble(
            body(json.dumps({"id": "7", "acct": secret}).encode()), at=f"{ACCOUNTS}/verify_credentials"
        )

        assert secret not in channel.check()

    def test_no_broken_answer_tells_the_token(
        self, channel: Mastodon, server: FakeMastodon, secret: str
    ) -> None:
        def broken(handler: Handler) -> None:
            handler.wfile.write(f"{secret} HTTP/1.1 200 OK\r\n\r\n".encode())
            handler.close_connection = True

        server.trouble = Trouble(broken, at=STATUSES)

        with pytest.raises(OutcomeUnknown) as caught:
            channel.send(compose(ARTICLE, channel.capabilities), key=KEY)

        assert secret not in str(caught.value)


def leaked(text: str, secret: str) -> str | None:
    """The longest beginning of the secret that stands in a text, if it tells anything."""
    found = next((secret[:n] for n in range(len(secret), 7, -1) if secret[:n].lower() in text.lower()), None)
    return found or (text if base64.b64encode(secret.encode()).decode()[2:-4] in text else None)
