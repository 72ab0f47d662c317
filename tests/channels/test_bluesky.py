"""Bluesky, against a real server of the AT Protocol."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from syndicator.channels.bluesky import Bluesky
from syndicator.domain.article import Article
from syndicator.domain.capabilities import Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.pacing import Pace
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post, SpanKind, Style
from syndicator.http.repository import record_key
from syndicator.http.stated_limits import listening
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    OTHER_KEY,
    HttpChannelContract,
    ImpatientInTrouble,
    picture,
)
from tests.channels.local_server import Act, Handler, Trouble, reset, said, status
from tests.channels.pds import JWT_SECRET, PdsProxy

PUT = "/xrpc/com.atproto.repo.putRecord"
UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
LOGIN = "/xrpc/com.atproto.server.createSession"
REFRESH = "/xrpc/com.atproto.server.refreshSession"


@pytest.fixture
def server(pds: str) -> Iterator[PdsProxy]:
    with PdsProxy(pds) as proxy:
        yield proxy


@pytest.fixture
def secret(server: PdsProxy) -> str:
    return server.account.password


@pytest.fixture
def build(server: PdsProxy, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Bluesky]]:
    monkeypatch.setenv("TEST_PASSWORD", server.account.password)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", ImpatientInTrouble(server))
        yield lambda address: Bluesky(
            name="wire",
            handle=server.account.handle,
            password=Secret("env:TEST_PASSWORD"),
            server=address,
            session=session,
        )


@pytest.fixture
def channel(build: Callable[[str], Bluesky], server: PdsProxy) -> Bluesky:
    return build(server.address)


def post_of(
    channel: Bluesky, article: Article = ARTICLE, photo: PhotoFile | None = None, **style: object
) -> Post:
    return compose(article, channel.capabilities, Style(**style), photo)  # type: ignore[arg-type]


class TestBluesky(HttpChannelContract):
    at = PUT

    @pytest.fixture(autouse=True)
    def begun(self, channel: Bluesky) -> None:
        """A login takes servers some time, so that nobody counts on it; faults are those of posting."""
        channel.check()


def texts_behind(value: dict[str, object]) -> list[tuple[str, str]]:
    """The bytes of a record's text that are behind each facet, as text, and what the facet says."""
    text = str(value["text"]).encode()
    found = []
    for facet in value["facets"]:  # type: ignore[attr-defined]
        [feature] = facet["features"]
        says = next(feature[name] for name in ("uri", "tag", "did") if name in feature)
        found.append((text[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(), says))
    return found


def value_of(server: PdsProxy) -> dict[str, object]:
    [record] = server.records
    return dict(record["value"])


def paths(server: PdsProxy) -> list[str]:
    return [request.path for request in server.requests]


def count(server: PdsProxy, path: str) -> int:
    return paths(server).count(path)


class TestRecords:
    def test_a_post_with_a_photo(self, channel: Bluesky, server: PdsProxy) -> None:
        photo = picture()
        receipt = channel.send(post_of(channel, photo=photo), key=KEY)

        value = value_of(server)
        [image] = value["embed"]["images"]  # type: ignore[index]
        assert image["alt"] == "A tram on the bridge at dawn"
        assert image["aspectRatio"] == {"width": 64, "height": 48}
        assert server.blob(image["image"]["ref"]["$link"]) == photo.content
        assert value["langs"] == ["lo-LA"]
        assert texts_behind(value) == [("news.example", ARTICLE.url)]
        assert receipt.is_current
        assert receipt.url == (f"https://bsky.app/profile/{server.account.handle}/post/{receipt.remote_id}")
        made = datetime.fromisoformat(str(value["createdAt"]))
        assert abs(datetime.now(UTC) - made) < timedelta(minutes=1)

    def test_a_post_without_a_photo_has_a_card(self, channel: Bluesky, server: PdsProxy) -> None:
        assert channel.send(post_of(channel), key=KEY).is_current

        value = value_of(server)
        assert value["embed"] == {
            "$type": "app.bsky.embed.external",
            "external": {"uri": ARTICLE.url, "title": ARTICLE.title, "description": ARTICLE.summary},
        }
        assert "news.example" not in str(value["text"])

    def test_a_card_with_its_photo_for_those_who_want_one(self, channel: Bluesky, server: PdsProxy) -> None:
        photo = picture()
        channel = replace(channel, show="card")

        assert channel.send(post_of(channel, photo=photo), key=KEY).is_current

        value = value_of(server)
        assert value["embed"]["external"]["uri"] == ARTICLE.url  # type: ignore[index]
        [published] = server.published
        assert published.photo == photo.content

    @pytest.mark.parametrize(
        ("title", "summary"),
        [
            ("ຂ່າວດ່ວນ ນ້ຳຖ້ວມໃຫຍ່ຢູ່ແຂວງຈຳປາສັກ ", "ປະຊາຊົນຫຼາຍພັນຄົນຕ້ອງຍົກຍ້າຍອອກຈາກເຮືອນ. " * 40),
            ("Long " * 600, ""),
            ("👩‍👩‍👧‍👦" * 200, "🏳️‍🌈" * 300),
            ("e\u0301\u0323\u0330" * 500, "x"),
            ("a\u200bb\u200d\u2060 \u202eevil\u202c \u2067rtl\u2069", "\u200f\u061cنص عربي طويل " * 60),
            ("\U0001f1f1\U0001f1e6" * 400, "\U00020000" * 3000),
        ],
        ids=["Lao", "3,000 characters", "families", "marks", "directions", "flags"],
    )
    @pytest.mark.parametrize("has_photo", [True, False])
    def test_takes_text_of_every_kind(
        self, channel: Bluesky, server: PdsProxy, title: str, summary: str, has_photo: bool
    ) -> None:
        article = replace(ARTICLE, title=title, summary=summary)
        photo = picture() if has_photo else None

        post = post_of(channel, article, photo, hashtags={"city": "ຂ່າວ🚋"})
        assert channel.send(post, key=KEY).is_current

        value = value_of(server)
        assert value["text"] == post.text
        assert len(str(value["text"]).encode()) <= 3000
        expected = [(f"#{span.target}" if span.kind == "hashtag" else "news.example") for span in post.spans]
        assert [text for text, _ in texts_behind(value)] == expected

    def test_facets_are_behind_the_bytes_of_their_words(self, channel: Bluesky, server: PdsProxy) -> None:
        other = server.new_account()
        article = replace(
            ARTICLE, title="ນ້ຳ 👩‍👩‍👧‍👦 e\u0301 Noy S. opens", summary="ຂົວ 🚋 for all.", tags=("flood",)
        )
        style = {
            "hashtags": {"flood": "ນ້ຳຖ້ວມ", "city": "Vientiane🚋"},
            "mentions": {"Noy S.": f"@{other.handle}"},
            "utm": {"utm_source": "bsky"},
        }

        channel.send(post_of(channel, article, picture(), **style), key=KEY)

        assert texts_behind(value_of(server)) == [
            ("Noy S.", other.did),
            ("#ນ້ຳຖ້ວມ", "ນ້ຳຖ້ວມ"),
            ("#Vientiane🚋", "Vientiane🚋"),
            ("news.example", f"{ARTICLE.url}&utm_source=bsky"),
        ]

    @pytest.mark.parametrize("nobody", ["nobody-at-all.test", "not a handle", "gone.invalid"])
    def test_nobody_is_mentioned_who_is_not_there(
        self, channel: Bluesky, server: PdsProxy, remarks: list[str], nobody: str
    ) -> None:
        article = replace(ARTICLE, title="Mayor Noy opens the bridge")

        channel.send(post_of(channel, article, mentions={"Noy": nobody}), key=KEY)

        assert value_of(server)["facets"] == []
        [line] = remarks
        assert line.startswith(f"without the mention of {nobody}: ")

    @pytest.mark.parametrize("tag", ["ກ" * 65, "👩‍👩‍👧‍👦" * 30])
    def test_a_hashtag_that_is_too_long_is_text(
        self, channel: Bluesky, server: PdsProxy, remarks: list[str], tag: str
    ) -> None:
        article = replace(ARTICLE, title="The bridge", summary="")

        channel.send(post_of(channel, article, hashtags={"city": tag}), key=KEY)

        assert f"#{tag}" in str(value_of(server)["text"])
        assert value_of(server)["facets"] == []
        assert remarks == [f"without a hashtag: {tag[:100]} is too long for one"]

    @pytest.mark.parametrize("language", ["lo", "zh-Hant-TW", "sr-Latn", "x-test", ""])
    def test_says_its_language(self, channel: Bluesky, server: PdsProxy, language: str) -> None:
        channel.send(post_of(channel, replace(ARTICLE, language=language)), key=KEY)

        assert value_of(server).get("langs", []) == ([language] if language else [])

    @pytest.mark.parametrize(
        "refused",
        [
            status(400, {"error": "InvalidRequest", "message": "no such thing"}),
            status(413, {"error": "PayloadTooLarge"}),
        ],
    )
    def test_goes_out_with_the_card_when_the_photo_is_refused(
        self, channel: Bluesky, server: PdsProxy, remarks: list[str], refused: Act
    ) -> None:
        server.trouble = Trouble(refused, at=UPLOAD)

        receipt = channel.send(post_of(channel, photo=picture()), key=KEY)

        assert value_of(server)["embed"]["external"]["uri"] == ARTICLE.url  # type: ignore[index]
        [line] = remarks
        assert line.startswith("without its photo")
        remarks.clear()
        channel.edit(receipt, post_of(channel, CORRECTED, photo=picture()))
        [line] = remarks
        assert line.startswith("without its photo")
        server.trouble = None
        remarks.clear()
        channel.edit(receipt, post_of(channel, photo=picture()))
        assert remarks == []

    def test_goes_out_with_the_card_when_the_photo_is_refused_with_the_record(
        self, channel: Bluesky, server: PdsProxy, remarks: list[str]
    ) -> None:
        huge = replace(picture(), content=picture().content + bytes(2_000_000))

        receipt = channel.send(post_of(channel, photo=huge), key=KEY)

        assert value_of(server)["embed"]["external"]["uri"] == ARTICLE.url  # type: ignore[index]
        [line] = remarks
        assert line.startswith("without its photo: ")
        assert receipt.is_current

    def test_a_photo_that_cannot_be_had_now_is_tried_later(self, channel: Bluesky, server: PdsProxy) -> None:
        server.trouble = Trouble(status(500), at=UPLOAD)

        with pytest.raises(TryLater, match="photo") as caught:
            channel.send(post_of(channel, photo=picture()), key=KEY)

        assert not caught.value.whole_channel
        assert server.records == []

    def test_says_what_is_not_there_as_it_was_sent(self, channel: Bluesky, server: PdsProxy) -> None:
        other = {"uri": "at://x", "cid": "bafy", "value": {"text": "something else"}}
        server.trouble = Trouble(status(200, other), at="/xrpc/com.atproto.repo.getRecord")

        receipt = channel.send(post_of(channel), key=KEY)

        assert not receipt.is_current
        assert "text" in receipt.differs

    @pytest.mark.parametrize(
        ("lost", "differs"),
        [
            ({"facets": []}, "link"),
            ({"facets": None, "langs": None}, "link, language"),
            ({"embed": None}, "photo"),
            ({"text": "something else", "embed": {"$type": "app.bsky.embed.images"}}, "photo, text"),
            ({}, ""),
        ],
    )
    def test_what_a_server_lost_is_told_in_words(
        self, channel: Bluesky, server: PdsProxy, lost: dict[str, object], differs: str
    ) -> None:
        post = post_of(channel, replace(ARTICLE, language="en"), photo=picture())
        receipt = channel.send(post, key=KEY)
        [record] = server.records
        shown = {"uri": record["uri"], "cid": record["cid"], "value": {**record["value"], **lost}}
        held = {name: value for name, value in shown["value"].items() if value is not None}
        server.trouble = Trouble(status(200, {**shown, "value": held}), at="/xrpc/com.atproto.repo.getRecord")

        assert channel.edit(receipt, post).differs == differs

    def test_the_card_that_a_server_lost_is_told_as_one(self, channel: Bluesky, server: PdsProxy) -> None:
        post = post_of(channel)
        receipt = channel.send(post, key=KEY)
        [record] = server.records
        shown = {name: value for name, value in record["value"].items() if name != "embed"}
        bare = {"uri": record["uri"], "cid": record["cid"], "value": shown}
        server.trouble = Trouble(status(200, bare), at="/xrpc/com.atproto.repo.getRecord")

        assert channel.edit(receipt, post).differs == "card"

    def test_a_mention_of_nobody_is_told(
        self, channel: Bluesky, server: PdsProxy, remarks: list[str]
    ) -> None:
        style = Style(mentions={"harbour": "nobody.invalid"})
        article = replace(ARTICLE, title="The harbour reopens")
        post = compose(article, channel.capabilities, style)
        assert post.linked(SpanKind.MENTION)

        assert channel.send(post, key=KEY).differs == ""
        [line] = remarks
        assert line.startswith("without the mention of nobody.invalid: ")

    def test_a_post_that_cannot_be_read_back_is_posted(
        self, channel: Bluesky, server: PdsProxy, remarks: list[str]
    ) -> None:
        server.trouble = Trouble(reset, at="/xrpc/com.atproto.repo.getRecord")

        receipt = channel.send(post_of(channel), key=KEY)

        assert not receipt.is_current
        [line] = remarks
        assert line.startswith("it cannot be read back: ")


class TestPoints:
    def test_edits_and_deletions_take_from_the_same_points_as_posts(
        self, channel: Bluesky, server: PdsProxy
    ) -> None:
        pace = Pace().of_service(channel.capabilities)
        costs = [pace.cost_of_post, pace.cost_of_edit, pace.cost_of_deletion]
        assert [cost[Spent.POINTS] for cost in costs] == [3, 2, 1]
        assert pace.posts_in(timedelta(hours=1)) == 1_666

        server.limited = True
        with listening() as limits:
            receipt = channel.send(post_of(channel), key=KEY)
            channel.edit(receipt, post_of(channel, CORRECTED))
            channel.delete(receipt, post_of(channel))
        assert set(limits) <= {Spent.POINTS, "logins"}


class TestOnce:
    def test_a_repeat_says_whether_it_is_current(self, channel: Bluesky, server: PdsProxy) -> None:
        server.trouble = Trouble(reset, at=PUT, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(post_of(channel, photo=picture()), key=KEY)
        server.trouble = None
        before = server.records

        assert channel.send(post_of(channel, photo=picture()), key=KEY).is_current
        assert not channel.send(post_of(channel, CORRECTED, picture()), key=KEY).is_current
        assert not channel.send(post_of(channel, photo=picture("tomato")), key=KEY).is_current
        assert server.records == before

    def test_is_found_after_a_restored_backup(self, channel: Bluesky, server: PdsProxy) -> None:
        receipt = channel.send(post_of(channel, photo=picture()), key=KEY)
        later = replace(ARTICLE, first_seen=datetime(2026, 3, 2, tzinfo=UTC))
        channel.send(replace(post_of(channel, OTHER), reply_to=receipt), key=OTHER_KEY)

        for article in (ARTICLE, later):  # the second: all that is left is the article's address
            assert channel.find(post_of(channel, article), key=KEY) == receipt
        nowhere = replace(ARTICLE, url="https://news.example/never")
        assert channel.find(post_of(channel, nowhere), key="another") is None

    def test_a_correction_that_answers_the_post_is_not_taken_for_it(
        self, channel: Bluesky, server: PdsProxy
    ) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        channel.send(replace(post_of(channel, CORRECTED), reply_to=receipt), key=f"{KEY}#correction")

        later = replace(ARTICLE, first_seen=datetime(2026, 3, 2, tzinfo=UTC))
        assert channel.find(post_of(channel, later), key=KEY) == receipt

    def test_a_post_that_was_taken_down_is_not_posted_again(self, channel: Bluesky, server: PdsProxy) -> None:
        channel.send(post_of(channel), key=KEY)
        [record] = server.records
        server.take_down(record)

        with pytest.raises(Refused, match="was taken down there"):
            channel.send(post_of(channel), key=KEY)

    def test_record_keys_are_as_the_protocol_wants_them(self) -> None:
        keys = {record_key(f"key {n}", ARTICLE.first_seen + timedelta(days=n)) for n in range(1000)}

        assert len(keys) == 1000
        assert all(re.fullmatch("[234567a-j][234567a-z]{12}", key) for key in keys)
        assert record_key(KEY, ARTICLE.first_seen) == record_key(KEY, ARTICLE.first_seen)


class TestAfterwards:
    def test_a_correction_keeps_the_time_and_changes_the_photo(
        self, channel: Bluesky, server: PdsProxy
    ) -> None:
        receipt = channel.send(post_of(channel, photo=picture()), key=KEY)
        before = value_of(server)

        assert channel.edit(receipt, post_of(channel, CORRECTED, picture("tomato"))).is_current
        edited = value_of(server)
        assert edited["createdAt"] == before["createdAt"]
        assert edited["embed"] != before["embed"]
        assert CORRECTED.note in str(edited["text"])

        assert channel.edit(receipt, post_of(channel, CORRECTED)).is_current
        assert value_of(server)["embed"]["$type"] == "app.bsky.embed.external"  # type: ignore[index]
        assert value_of(server)["createdAt"] == before["createdAt"]

    def test_an_edit_that_changes_nothing_writes_nothing(self, channel: Bluesky, server: PdsProxy) -> None:
        receipt = channel.send(post_of(channel, photo=picture()), key=KEY)
        before = server.call("com.atproto.sync.getLatestCommit", params={"did": server.account.did})

        channel.edit(receipt, post_of(channel, photo=picture()))

        after = server.call("com.atproto.sync.getLatestCommit", params={"did": server.account.did})
        assert after == before

    def test_a_post_that_was_deleted_there_is_not_posted_anew_by_an_edit(
        self, channel: Bluesky, server: PdsProxy
    ) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        channel.delete(receipt, post_of(channel))

        with pytest.raises(Refused, match="the post was deleted there"):
            channel.edit(receipt, post_of(channel, CORRECTED))

        assert server.records == []

    def test_two_who_edit_at_once_do_not_overwrite_one_another(
        self, channel: Bluesky, server: PdsProxy
    ) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        server.trouble = Trouble(status(400, {"error": "InvalidSwap"}), at=PUT)

        with pytest.raises(TryLater, match="somebody else edits"):
            channel.edit(receipt, post_of(channel, CORRECTED))

    def test_replies_name_their_parent_and_their_root(self, channel: Bluesky, server: PdsProxy) -> None:
        first = channel.send(post_of(channel), key=KEY)
        second = channel.send(replace(post_of(channel, OTHER), reply_to=first), key=OTHER_KEY)
        third_article = replace(ARTICLE, url="https://news.example/3")
        third = channel.send(replace(post_of(channel, third_article), reply_to=second), key="third")

        by_key = {record["uri"].rpartition("/")[2]: record for record in server.records}

        def reference(receipt: Receipt) -> dict[str, str]:
            record = by_key[receipt.remote_id]
            return {"uri": record["uri"], "cid": record["cid"]}

        assert "reply" not in by_key[first.remote_id]["value"]
        assert by_key[second.remote_id]["value"]["reply"] == {
            "root": reference(first),
            "parent": reference(first),
        }
        reply = by_key[third.remote_id]["value"]["reply"]
        assert reply == {"root": reference(first), "parent": reference(second)}

        channel.edit(third, replace(post_of(channel, CORRECTED), reply_to=second))
        edited = {record["uri"].rpartition("/")[2]: record for record in server.records}
        assert edited[third.remote_id]["value"]["reply"] == reply

    def test_a_reply_to_a_deleted_post_stands_alone(
        self, channel: Bluesky, server: PdsProxy, caplog: pytest.LogCaptureFixture
    ) -> None:
        first = channel.send(post_of(channel), key=KEY)
        channel.delete(first, post_of(channel))

        channel.send(replace(post_of(channel, OTHER), reply_to=first), key=OTHER_KEY)

        assert "reply" not in value_of(server)
        assert "no reply, since" in caplog.text


def expired(token: str) -> str:
    """A token as the server would have signed it a day ago."""

    def encoded(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    head, body, _ = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["exp"] = int(time.time()) - 86400
    claims["iat"] = claims["exp"] - 60
    signed = f"{head}.{encoded(json.dumps(claims).encode())}"
    return f"{signed}.{encoded(hmac.new(JWT_SECRET.encode(), signed.encode(), hashlib.sha256).digest())}"


class TestSessions:
    def test_one_login_serves_many_posts(self, channel: Bluesky, server: PdsProxy) -> None:
        channel.send(post_of(channel), key=KEY)
        channel.send(post_of(channel, OTHER), key=OTHER_KEY)

        assert count(server, LOGIN) == 1

    def test_a_session_that_has_ended_is_renewed(self, channel: Bluesky, server: PdsProxy) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        channel.account._access = expired(channel.account._access)

        channel.edit(receipt, post_of(channel, CORRECTED))

        assert (count(server, REFRESH), count(server, LOGIN)) == (1, 1)

    def test_one_may_be_renewed_by_the_tokens_that_it_has(self, channel: Bluesky, server: PdsProxy) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        account = channel.account
        same = {"did": account.did, "accessJwt": account._access, "refreshJwt": account._refresh}
        server.trouble = Trouble(status(200, same), at=REFRESH)
        account._access = expired(account._access)

        channel.edit(receipt, post_of(channel, CORRECTED))

        assert account._refresh == same["refreshJwt"]

    def test_one_that_cannot_be_renewed_begins_anew(self, channel: Bluesky, server: PdsProxy) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        channel.account._access = expired(channel.account._access)
        channel.account._refresh = expired(channel.account._refresh)

        channel.edit(receipt, post_of(channel, CORRECTED))

        assert (count(server, REFRESH), count(server, LOGIN)) == (1, 2)
        assert CORRECTED.note in str(value_of(server)["text"])

    def test_one_that_ends_at_once_is_not_begun_for_ever(self, channel: Bluesky, server: PdsProxy) -> None:
        server.trouble = Trouble(status(400, {"error": "ExpiredToken", "message": "expired"}), at=PUT)

        with pytest.raises(TryLater, match="ended as soon as it had begun"):
            channel.send(post_of(channel), key=KEY)

        assert count(server, PUT) == 2

    def test_tokens_that_a_server_repeats_are_struck_out(self, channel: Bluesky, server: PdsProxy) -> None:
        def repeat(handler: Handler) -> None:
            message = f"no, {handler.headers['Authorization']}"
            handler.reply(said(400, {"error": "InvalidRequest", "message": message}))

        server.trouble = Trouble(repeat, at=PUT)
        with pytest.raises(Refused, match=r"no, Bearer \[env:SESSION\]") as caught:
            channel.send(post_of(channel), key=KEY)

        for part in channel.account._access.split("."):
            assert part not in str(caught.value)

    def test_threads_share_one_login(self, channel: Bluesky, server: PdsProxy) -> None:
        articles = [replace(ARTICLE, url=f"https://news.example/{n}") for n in range(4)]
        together = threading.Barrier(len(articles))

        def send(article: Article) -> None:
            together.wait()
            channel.send(post_of(channel, article), key=article.url)

        threads = [threading.Thread(target=send, args=[article]) for article in articles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(server.records) == 4
        assert count(server, LOGIN) == 1

    def test_a_revoked_password_needs_a_person(self, channel: Bluesky, server: PdsProxy) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        server.revoke()
        channel.account._access = expired(channel.account._access)

        with pytest.raises(Misconfigured, match="make a new one") as caught:
            channel.edit(receipt, post_of(channel, CORRECTED))
        assert server.account.handle in str(caught.value)
        with pytest.raises(Misconfigured, match="make a new one"):
            channel.check()

    def test_a_suspended_account_needs_a_person(
        self, channel: Bluesky, build: Callable[[str], Bluesky], server: PdsProxy
    ) -> None:
        channel.send(post_of(channel), key=KEY)
        server.suspend()

        with pytest.raises(Misconfigured, match="AccountTakedown"):
            channel.send(post_of(channel, OTHER), key=OTHER_KEY)
        for each in (channel, build(server.address)):  # with a session from before, and without one
            with pytest.raises(Misconfigured, match="account is suspended"):
                each.check()

    def test_an_account_that_is_switched_off_needs_a_person(self, channel: Bluesky, server: PdsProxy) -> None:
        receipt = channel.send(post_of(channel), key=KEY)
        server.call("com.atproto.server.deactivateAccount", {})

        for act in (
            lambda: channel.send(post_of(channel, OTHER), key=OTHER_KEY),
            lambda: channel.delete(receipt, post_of(channel)),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match=r"AccountDeactivated|closed there"):
                act()

        # Its records are asked of the network instead, which may know nothing of them.
        server.trouble = Trouble(
            status(400, {"error": "RecordNotFound"}), at="/xrpc/com.atproto.repo.getRecord"
        )
        with pytest.raises(Misconfigured, match="closed there"):
            channel.edit(receipt, post_of(channel, CORRECTED))

    def test_restarts_in_a_loop_wait_as_long_as_the_server_says(
        self, build: Callable[[str], Bluesky], server: PdsProxy
    ) -> None:
        server.limited = True
        wrong = {"identifier": server.account.handle, "password": "x" * 600}  # refused without much ado
        for _ in range(30):
            requests.post(f"{server.address}{LOGIN}", json=wrong, timeout=30)

        with pytest.raises(TryLater) as caught:
            build(server.address).send(post_of(build(server.address)), key=KEY)

        assert caught.value.rests_account
        assert caught.value.not_before
        assert timedelta() < caught.value.not_before - datetime.now(UTC) <= timedelta(minutes=5)

    def test_a_limit_is_obeyed_that_has_no_retry_after(self, channel: Bluesky, server: PdsProxy) -> None:
        until = int(time.time()) + 240

        def limited(handler: Handler) -> None:
            limits = {"ratelimit-limit": "5000", "ratelimit-remaining": "0", "ratelimit-reset": f"{until}"}
            handler.reply(said(429, {"error": "RateLimitExceeded"}, **limits))

        server.trouble = Trouble(limited, at=PUT)
        with pytest.raises(TryLater) as caught:
            channel.send(post_of(channel), key=KEY)

        assert caught.value.not_before == datetime.fromtimestamp(until, UTC)

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (status(401, {"error": "AuthFactorTokenRequired"}), "an app password needs none"),
            (status(404, {"error": "Not Found"}), "is .* the server of"),
            (status(400, {"error": "InvalidRequest"}), "is .* the server of"),
        ],
    )
    def test_says_why_it_cannot_log_in(
        self, channel: Bluesky, server: PdsProxy, answer: Act, words: str
    ) -> None:
        server.trouble = Trouble(answer, at=LOGIN)

        with pytest.raises(SyndicatorError, match=words) as caught:
            channel.check()

        assert isinstance(caught.value, Misconfigured)

    def test_a_trial_proves_the_password(self, channel: Bluesky, server: PdsProxy) -> None:
        assert channel.check() == f"@{server.account.handle} on 127.0.0.1 ({server.account.did})"
        channel.check()
        assert count(server, LOGIN) == 2


class TestSettings:
    @pytest.mark.parametrize("server", ["bsky.social", "https://bsky.app/profile", "ftp://bsky.social", ""])
    def test_what_is_no_server_is_told(self, server: str) -> None:
        with pytest.raises(ValueError, match="is no address of a server"):
            Bluesky(
                name="w",
                handle="a.test",
                password=Secret("env:X"),
                server=server,
                session=requests.Session(),
            )

    @pytest.mark.parametrize("handle", ["newsroom", "@newsroom.bsky.social", "news@example.com", ""])
    def test_what_is_no_handle_is_told(self, handle: str) -> None:
        with pytest.raises(ValueError, match="is no handle"):
            Bluesky(name="w", handle=handle, password=Secret("env:X"), session=requests.Session())
