"""Telegram, against a server built from the Bot API's specification."""

from __future__ import annotations

import io
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from syndicator.channels.telegram import Telegram
from syndicator.domain.article import Article, Photo
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Post, Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.text.telegram_messages import caption, text_message
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    HttpChannelContract,
    picture,
)
from tests.channels.local_server import Trouble, body, status
from tests.channels.telegram_server import FakeTelegram, Message

#: Two paragraphs in Lao, far longer than a message, of which 1,024 units are a caption.
LAO = "ລົດລາງຂ້າມແມ່ນ້ຳອີກຄັ້ງ ຫຼັງຈາກສ້ອມແປງສອງປີ. " * 120


SERVER = FakeTelegram


def channel_at(address: str, secret: Secret, session: requests.Session) -> Telegram:
    return Telegram(name="wire", chat="@theledger", server=address, token=secret, session=session)


def only(server: FakeTelegram) -> Message:
    [message] = server.messages.values()
    return message


def notice(article: Article = ARTICLE) -> Post:
    return compose(article, Telegram.capabilities, occasion=Occasion.RETRACTION)


def shape(width: int, height: int) -> PhotoFile:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "jpeg")
    return PhotoFile(content=file.getvalue(), media_type="image/jpeg", width=width, height=height)


class TestTelegram(HttpChannelContract):
    at = "/bot"


class TestWhatReadersSee:
    def post(self, article: Article = ARTICLE, photo: PhotoFile | None = None) -> Post:
        return compose(article, Telegram.capabilities, photo=photo)

    def test_a_photo_has_the_text_as_its_caption(self, channel: Telegram, server: FakeTelegram) -> None:
        receipt = channel.send(self.post(photo=picture()), key=KEY)

        message = only(server)
        assert message.photo == picture().content
        assert message.bold == [ARTICLE.title]
        assert message.links == {"news.example": ARTICLE.url}
        assert message.text.endswith("news.example")
        assert message.card == ""
        assert receipt == Receipt(
            remote_id=f"-1001234567890/{message.number}", url=f"https://t.me/theledger/{message.number}"
        )
        assert receipt.is_current

    def test_a_text_has_the_articles_card_above_it(self, channel: Telegram, server: FakeTelegram) -> None:
        channel.send(self.post(), key=KEY)

        assert only(server).card == ARTICLE.url
        options = server.requests[-1].fields()["link_preview_options"]
        assert options == {"url": ARTICLE.url, "prefer_large_media": True, "show_above_text": True}

    @pytest.mark.parametrize(("photo", "room"), [(None, 4096), (picture(), 1024)])
    def test_a_long_lao_text_fills_its_room_and_no_more(
        self, channel: Telegram, server: FakeTelegram, photo: PhotoFile | None, room: int
    ) -> None:
        post = self.post(replace(ARTICLE, summary=LAO), photo)
        channel.send(post, key=KEY)

        assert room - 120 < len(only(server).text) <= room
        assert only(server).links == {"news.example": ARTICLE.url}
        assert "summary cut: no room" in post.omitted

    def test_a_correction_edits_text_and_card_and_adds_a_photo(
        self, channel: Telegram, server: FakeTelegram
    ) -> None:
        receipt = channel.send(self.post(), key=KEY)

        channel.edit(receipt, self.post(CORRECTED))
        assert (only(server).bold, only(server).photo) == ([CORRECTED.title], None)
        for _ in range(2):  # the same once more changes nothing, and is no error
            edited = channel.edit(receipt, self.post(CORRECTED, picture()))
        assert (only(server).bold, only(server).photo) == ([CORRECTED.title], picture().content)
        assert edited == receipt

        channel.edit(edited, self.post(ARTICLE, picture("tomato")))
        assert only(server).photo == picture("tomato").content

    def test_a_photo_that_is_to_go_is_told_and_stays(self, channel: Telegram, server: FakeTelegram) -> None:
        receipt = channel.send(self.post(photo=picture()), key=KEY)

        with pytest.raises(
            Refused, match=r"takes no photo away from a message: delete https://t\.me/theledger"
        ):
            channel.edit(receipt, self.post(CORRECTED))

        assert (only(server).bold, only(server).photo) == ([ARTICLE.title], picture().content)

    def test_a_retraction_deletes_within_48_hours(self, channel: Telegram, server: FakeTelegram) -> None:
        receipt = channel.send(self.post(), key=KEY)
        server.now = lambda: datetime.now(UTC) + timedelta(hours=47, minutes=59)

        channel.delete(receipt, self.post())

        assert server.messages == {}

    def test_a_retraction_after_that_is_refused_in_clear_words(
        self, channel: Telegram, server: FakeTelegram
    ) -> None:
        receipt = channel.send(self.post(), key=KEY)
        server.now = lambda: datetime.now(UTC) + timedelta(hours=48)

        with pytest.raises(
            Refused, match="a bot deletes what is less than 48 hours old: delete it there by hand"
        ):
            channel.delete(receipt, self.post())

        assert channel.capabilities.delete_within < timedelta(hours=48)

    @pytest.mark.parametrize("photo", [None, picture()])
    @pytest.mark.parametrize("title", [ARTICLE.title, "ຂ່າວ 🚋 " * 500])
    def test_a_retractions_notice_stands_where_the_post_was(
        self, channel: Telegram, server: FakeTelegram, photo: PhotoFile | None, title: str
    ) -> None:
        article = replace(ARTICLE, title=title)
        receipt = channel.send(self.post(article, photo), key=KEY)
        server.now = lambda: datetime.now(UTC) + timedelta(days=9)

        for _ in range(2):
            channel.edit(receipt, notice(article))

        assert only(server).text == notice(article).text
        assert ARTICLE.summary not in only(server).text
        assert only(server).card == ""
        assert only(server).photo == (photo.content if photo else None)

    def test_a_notice_with_a_picture_of_its_own_takes_the_photo_away(
        self, channel: Telegram, server: FakeTelegram
    ) -> None:
        receipt = channel.send(self.post(photo=picture()), key=KEY)

        channel.edit(receipt, replace(notice(), photo=picture("grey")))

        assert only(server).photo == picture("grey").content

    def test_a_reply_stands_under_the_post_in_its_chat(self, channel: Telegram, server: FakeTelegram) -> None:
        receipt = channel.send(self.post(), key=KEY)
        correction = compose(CORRECTED, Telegram.capabilities, occasion=Occasion.CORRECTION)

        channel.send(replace(correction, reply_to=receipt), key="reply")

        first, second = server.messages.values()
        assert second.reply_to == first.number

    def test_a_reply_to_what_is_gone_is_a_post_of_its_own(
        self, channel: Telegram, server: FakeTelegram
    ) -> None:
        receipt = channel.send(self.post(), key=KEY)
        channel.delete(receipt, self.post())

        channel.send(replace(self.post(CORRECTED), reply_to=receipt), key="reply")

        assert only(server).reply_to is None

    def test_a_quiet_channel_makes_no_sound(self, channel: Telegram, server: FakeTelegram) -> None:
        replace(channel, quiet=True).send(self.post(), key=KEY)
        replace(channel, quiet=True).send(self.post(photo=picture()), key="another")

        assert [each.is_silent for each in server.messages.values()] == [True, True]

    def test_accounts_behind_names_are_linked(self, channel: Telegram, server: FakeTelegram) -> None:
        style = Style(mentions={"River Trams": "@rivertrams"})
        article = replace(ARTICLE, title="🚋 River Trams are back")

        channel.send(compose(article, Telegram.capabilities, style), key=KEY)

        assert only(server).links["River Trams"] == "https://t.me/rivertrams"

    def test_an_alternative_text_that_nobody_sees_is_told(self) -> None:
        told = "alternative text left out: this network has none"

        assert told in self.post(photo=picture()).omitted
        assert told not in self.post().omitted
        assert (
            told not in self.post(replace(ARTICLE, photo=Photo(url="https://n.example/x")), picture()).omitted
        )


TITLES = {
    "HTML": "<b>Flood</b> &amp; <a href='https://evil.example/x'>fire</a> <script>1</script>",
    "Markdown": "*Flood* _and_ [fire](https://evil.example/x) `now` ~~gone~~ ||hidden|| \\*",
    "four bytes": "👩‍👩‍👧‍👦 𠮷野家 🚋🏳️‍🌈 bridge",
    "zero width": "Br\u200bidge\u2060 re\u200copens\ufeff",
    "bidirectional": "\u202eegdirB\u202c reopens \u2067جسر\u2069",
    "names": "@durov says: ask @ledger_bot, not bob@news.example",
    "3,000 characters": "ຂົວເປີດແລ້ວ 🚋 " * 200,
    "commands": "/start and #tag and $USD and 20-50",
}


class TestBadInput:
    @pytest.mark.parametrize("photo", [None, picture()])
    @pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
    def test_titles_are_shown_as_they_are(
        self, channel: Telegram, server: FakeTelegram, title: str, photo: PhotoFile | None
    ) -> None:
        article = replace(ARTICLE, title=title)

        receipt = channel.send(compose(article, Telegram.capabilities, photo=photo), key=KEY)
        channel.edit(
            receipt, compose(replace(article, summary="Corrected."), Telegram.capabilities, photo=photo)
        )

        assert list(only(server).links.values()) == [ARTICLE.url]
        assert only(server).mentions == []
        assert only(server).text.startswith(only(server).bold[0])
        assert receipt.is_current

    @pytest.mark.parametrize(
        "url",
        [
            "https://news.example/ຂ່າວ/ຂົວ?a=1&b=ກ&amp=2#ໜ້າ",
            "https://xn--q7ce6a.example/a_(b)?q=%E0%BA%81&r='\"",
        ],
    )
    def test_links_lead_where_they_should(self, channel: Telegram, server: FakeTelegram, url: str) -> None:
        channel.send(compose(replace(ARTICLE, url=url), Telegram.capabilities), key=KEY)

        assert list(only(server).links.values()) == [url]
        assert only(server).card == url

    @pytest.mark.slow
    @settings(max_examples=60, deadline=None)
    @given(st.text(min_size=1, max_size=1500), st.text(max_size=1500), st.booleans())
    def test_whatever_stands_in_an_article_is_taken(self, title: str, summary: str, has_photo: bool) -> None:
        article = replace(ARTICLE, title=f"Bridge {title}", summary=summary)
        post = compose(article, Telegram.capabilities, photo=picture() if has_photo else None)
        server, sent = FakeTelegram(), Telegram.capabilities.ruler.measure(post.text)
        server.server_close()

        fields = {"chat_id": "@theledger", **(caption(post) if has_photo else text_message(post))}
        if has_photo:
            server._send_photo(fields | {"photo": picture().content})
        else:
            server._send_message(fields)

        assert sent == post.length
        assert only(server).text == post.text
        assert ARTICLE.url in only(server).links.values()
        assert only(server).mentions == []

    @pytest.mark.slow
    @pytest.mark.parametrize(
        "photo", [shape(2100, 100), replace(picture(), content=b"no picture"), shape(1, 21)]
    )
    def test_a_photo_that_is_refused_stops_no_news(
        self, channel: Telegram, server: FakeTelegram, photo: PhotoFile, remarks: list[str]
    ) -> None:
        post = compose(ARTICLE, Telegram.capabilities, photo=photo)

        receipt = channel.send(post, key=KEY)
        assert (only(server).photo, only(server).card) == (None, ARTICLE.url)
        [line] = remarks
        assert line.startswith("without its photo: 127.0.0.1 answers 400: Bad Request: ")

        channel.edit(receipt, compose(CORRECTED, Telegram.capabilities, photo=photo))
        assert only(server).bold == [CORRECTED.title]

    def test_a_refused_photo_does_not_leave_the_old_one_under_a_new_text(
        self, channel: Telegram, server: FakeTelegram
    ) -> None:
        receipt = channel.send(compose(ARTICLE, Telegram.capabilities, photo=picture()), key=KEY)

        with pytest.raises(Refused, match="takes no photo away"):
            channel.edit(receipt, compose(CORRECTED, Telegram.capabilities, photo=shape(1, 21)))

        assert only(server).bold == [ARTICLE.title]

    def test_a_link_that_was_dropped_is_told(self, channel: Telegram, server: FakeTelegram) -> None:
        post = compose(replace(ARTICLE, url="http://intranet/a"), Telegram.capabilities)
        receipt = channel.send(post, key=KEY)

        assert receipt.differs == "link"
        assert not receipt.is_current


class TestTrouble:
    post = compose(ARTICLE, Telegram.capabilities)

    def test_a_long_wait_is_told_and_not_slept(self, channel: Telegram, server: FakeTelegram) -> None:
        server.flood_s = 43_837
        before = datetime.now(UTC)

        with pytest.raises(TryLater, match="Too Many Requests: retry after 43837") as caught:
            channel.send(self.post, key=KEY)

        assert caught.value.rests_account
        assert caught.value.not_before is not None
        assert (
            timedelta(0)
            <= caught.value.not_before - before - timedelta(seconds=43_837)
            < timedelta(seconds=9)
        )
        assert "Retry-After" not in json.dumps([*map(str, caught.value.args)])

    @pytest.mark.parametrize(
        ("member", "chat", "words"),
        [
            ({"status": "kicked"}, {}, "Forbidden: bot was kicked from the channel chat"),
            ({"status": "left"}, {}, "Forbidden: bot is not a member"),
            ({"rights": {}}, {}, "need administrator rights in the channel chat"),
            ({}, {"username": "renamed"}, "Bad Request: chat not found"),
            (
                {"token": "110201543:another"},
                {},
                "answers 401: Unauthorized; check the account and its token",
            ),
        ],
    )
    def test_what_stops_the_account_is_told_at_a_post_and_at_a_check(
        self,
        channel: Telegram,
        server: FakeTelegram,
        member: dict[str, str],
        chat: dict[str, str],
        words: str,
    ) -> None:
        for name, value in member.items():
            setattr(server, name, value)
        server.chat |= chat

        with pytest.raises(Misconfigured, match=words):
            channel.send(self.post, key=KEY)
        with pytest.raises(Misconfigured):
            channel.check()

    @pytest.mark.parametrize("status", ["kicked", "left"])
    def test_a_bot_that_was_removed_is_told_with_what_to_do(
        self, channel: Telegram, server: FakeTelegram, status: str
    ) -> None:
        server.status = status

        with pytest.raises(Misconfigured, match=r"; add the bot to @theledger again") as caught:
            channel.send(self.post, key=KEY)

        assert "token" not in str(caught.value)

    @pytest.mark.parametrize("chat", ["@theledger", "-1001234567890"])
    @pytest.mark.parametrize("former_id", [-1009999999999, 0])  # removed from there; and it is no more
    @pytest.mark.parametrize("act", ["edit", "delete"])
    def test_what_was_posted_in_a_chat_before_stops_nothing(
        self, channel: Telegram, server: FakeTelegram, chat: str, former_id: int, act: str
    ) -> None:
        server.former_id = former_id
        there = Receipt(remote_id="-1009999999999/7", url="https://t.me/former/7")
        channel = replace(channel, chat=chat)

        with pytest.raises(Refused, match=r"it is in another chat than \S+: change it there by hand"):
            getattr(channel, act)(there, self.post)

    @pytest.mark.parametrize("chat", ["@theledger", "-1001234567890"])
    @pytest.mark.parametrize("act", ["edit", "delete"])
    def test_what_was_posted_in_its_chat_stops_it(
        self, channel: Telegram, server: FakeTelegram, chat: str, act: str
    ) -> None:
        channel = replace(channel, chat=chat)
        receipt = channel.send(self.post, key=KEY)
        server.rights = {}

        with pytest.raises(Misconfigured, match="need administrator rights"):
            getattr(channel, act)(receipt, self.post)

    @pytest.mark.parametrize("token", ["nonsense", "110201543", "a/b?c#d"])
    def test_what_is_no_token_is_told(self, channel: Telegram, tmp_path: Path, token: str) -> None:
        (tmp_path / "token").write_text(token)

        with pytest.raises(
            Misconfigured, match=r"answers 404: Not Found: is file:\S+token the token of a bot\?"
        ):
            channel.check()

    def test_a_group_that_has_moved_is_told_with_its_new_number(
        self, channel: Telegram, server: FakeTelegram
    ) -> None:
        server.chat = {"id": -4011223344, "type": "group", "title": "Desk"}
        group = replace(channel, chat="-4011223344")
        receipt = group.send(self.post, key=KEY)
        assert receipt.url == ""
        server.new_id = -1009988776655

        with pytest.raises(Misconfigured, match='declare chat = "-1009988776655"'):
            group.send(self.post, key="another")
        with pytest.raises(Refused, match="can only be changed by hand"):
            replace(channel, chat="-1009988776655").delete(receipt, self.post)

    @pytest.mark.parametrize("entered", ["41", "https://t.me/theledger/41", "https://t.me/c/1234567890/41"])
    def test_what_an_operator_enters_is_found(
        self, channel: Telegram, server: FakeTelegram, entered: str
    ) -> None:
        channel.send(self.post, key=KEY)

        edited = channel.edit(Receipt(remote_id=entered), compose(CORRECTED, Telegram.capabilities))

        assert only(server).bold == [CORRECTED.title]
        assert edited.remote_id == "-1001234567890/41"

    @pytest.mark.parametrize("entered", ["", "the one from Tuesday", "https://t.me/theledger/"])
    def test_what_is_no_message_is_told(self, channel: Telegram, entered: str) -> None:
        with pytest.raises(Refused, match="is no message: enter its number, or its link"):
            channel.delete(Receipt(remote_id=entered), self.post)

    def test_a_message_that_somebody_deleted_cannot_be_edited(
        self, channel: Telegram, server: FakeTelegram
    ) -> None:
        receipt = channel.send(self.post, key=KEY)
        server.messages.clear()

        with pytest.raises(Refused, match="message to edit not found"):
            channel.edit(receipt, self.post)

    @pytest.mark.parametrize(
        "content", [b"[]", b'{"ok": true}', b'{"ok": true, "result": {"message_id": "x"}}']
    )
    def test_an_answer_that_makes_no_sense_is_no_answer(
        self, channel: Telegram, server: FakeTelegram, content: bytes
    ) -> None:
        server.trouble = Trouble(body(content), at="/bot", after=True)

        with pytest.raises(OutcomeUnknown, match="unreadable answer"):
            channel.send(self.post, key=KEY)
        with pytest.raises(TryLater, match="unreadable answer"):
            channel.check()

    @pytest.mark.parametrize("code", [400, 422, 413])
    def test_refusals_without_words_are_refusals(
        self, channel: Telegram, server: FakeTelegram, code: int
    ) -> None:
        server.trouble = Trouble(body(b"<html>Bad</html>", "text/html", code), at="/bot")

        with pytest.raises(Refused):
            channel.send(self.post, key=KEY)

    def test_the_token_is_in_no_log(
        self, channel: Telegram, server: FakeTelegram, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.trouble = Trouble(status(400, {"description": f"no such bot{server.token}/x"}))
        with caplog.at_level(logging.DEBUG, "syndicator"), pytest.raises(SyndicatorError) as caught:
            channel.send(compose(ARTICLE, Telegram.capabilities, photo=picture()), key=KEY)

        assert server.token not in f"{caught.value} {caught.value.__cause__}"
        assert not any(
            server.token in r.getMessage() for r in caplog.records if r.name.startswith("syndicator")
        )

    @pytest.mark.parametrize(
        ("chat", "member", "rights", "words"),
        [
            ("channel", "administrator", {"can_post_messages": True}, None),
            ("channel", "administrator", {}, "make the bot an administrator who may post messages"),
            ("channel", "left", {}, r"the bot was removed \(left\): add it again"),
            ("supergroup", "member", {}, None),
            ("supergroup", "restricted", {"can_send_messages": True}, "may not send messages and photos"),
            ("group", "left", {}, r"the bot was removed"),
        ],
    )
    def test_a_check_says_who_we_are_and_what_is_missing(
        self,
        channel: Telegram,
        server: FakeTelegram,
        chat: str,
        member: str,
        rights: dict[str, bool],
        words: str | None,
    ) -> None:
        server.chat["type"], server.status, server.rights = chat, member, rights

        if words is None:
            assert channel.check() == f"@ledger_bot in {chat} 'The Ledger'; may post"
            return
        with pytest.raises(Misconfigured, match=words):
            channel.check()

    @pytest.mark.parametrize(
        "chat", ["theledger", "https://t.me/theledger", "@", "", "-", "@the ledger", "12x"]
    )
    def test_what_is_no_chat_is_not_declared(self, channel: Telegram, chat: str) -> None:
        with pytest.raises(ValueError, match='write "@name", or a number'):
            replace(channel, chat=chat)

    def test_what_is_no_server_is_not_declared(self, channel: Telegram) -> None:
        with pytest.raises(ValueError, match="no address of a server"):
            replace(channel, server="api.telegram.org")
