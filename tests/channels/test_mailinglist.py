"""A mailing list of our own, against a real relay, from what is put on record to what readers have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.channels.mailinglist import MailingList
from syndicator.domain.article import Article
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, Refused
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Post
from syndicator.domain.recipient import RecipientState
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import ARTICLE, CORRECTED, KEY, OTHER, OTHER_KEY, ChannelContract, picture
from tests.channels.list_house import ListHouse, house_of
from tests.channels.mail_server import PASSWORD, USER, MailRelay, page_of, running
from tests.fakes import Clock
from tests.mail.test_dkim import RSA, pem, verifies

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def server(sqlite_store: Store) -> Iterator[ListHouse]:
    with house_of(sqlite_store, Clock(datetime.now(UTC))) as house:
        yield house


@pytest.fixture
def secret() -> str:
    return PASSWORD


@pytest.fixture
def channel(server: ListHouse) -> MailingList:
    return server.channel


class TestMailingList(ChannelContract):
    def test_each_reader_has_a_message_of_its_own(self, channel: MailingList, server: ListHouse) -> None:
        server.joins("bob@reader.example")
        server.joins("cid@reader.example", RecipientState.AWAITING)
        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert server.broadcasts() == 2
        assert server.broadcasts() == 0

        senders = {to: sender for sender, [to] in server.relay.envelopes}
        assert senders == {
            address: f"bounces+{server.ticket(address)}@news.example"
            for address in ("ann@reader.example", "bob@reader.example")
        }
        for mail in server.relay.messages:
            [to] = mail["To"].addresses
            leave = f"https://feeds.ledger.example/lists/morning/leave/{server.ticket(to.addr_spec)}"
            assert mail["List-Unsubscribe"] == (
                f"<{leave}>, <mailto:{senders[to.addr_spec]}?subject=unsubscribe>"
            )
            assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert mail["List-Id"] == "Morning news <morning.news.example>"
            assert leave in page_of(mail)
        assert len({mail["Message-ID"] for mail in server.relay.messages}) == 2

    def test_a_correction_is_in_the_thread_of_each_reader(
        self, channel: MailingList, server: ListHouse
    ) -> None:
        server.joins("bob@reader.example")
        first = channel.send(self.post(channel), key=KEY)
        post = compose(CORRECTED, channel.capabilities, occasion=Occasion.CORRECTION)
        channel.send(replace(post, reply_to=first), key=f"{KEY}#2")

        server.broadcasts()

        for address in ("ann@reader.example", "bob@reader.example"):
            alert, correction = [m for m in server.relay.messages if m["To"] == address]
            assert correction["References"] == correction["In-Reply-To"] == alert["Message-ID"]
            assert alert["References"] is None
            assert correction["Subject"] == f"ແກ້ໄຂ: {CORRECTED.title}"

    def test_a_retraction_names_no_link_to_read_on(self, channel: MailingList, server: ListHouse) -> None:
        first = channel.send(self.post(channel), key=KEY)
        post = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)
        channel.send(replace(post, reply_to=first), key=f"{KEY}#2")

        _, notice = server.published

        assert notice.text == post.text
        assert server.relay.messages[1]["References"] == server.relay.messages[0]["Message-ID"]

    def test_a_repeat_is_known_by_its_id(self, channel: MailingList, server: ListHouse) -> None:
        channel.send(self.post(channel), key=KEY)
        server.relay.replies["DATA"] = "451 4.3.0 later"
        server.broadcasts()
        server.relay.replies.clear()
        server.clock.tick(hours=1)
        server.broadcasts()

        [mail] = server.relay.messages
        assert re.fullmatch(r"<[0-9a-f]{32}\.[0-9a-f]{16}@news\.example>", mail["Message-ID"])

    @pytest.mark.parametrize(
        ("stage", "reply", "state", "is_owed"),
        [
            ("RCPT", "550 5.1.1 <ann@reader.example> unknown", RecipientState.DEAD, False),
            ("RCPT", "550 no such user here", RecipientState.ACTIVE, True),
            ("RCPT", "550 5.7.1 not from you", RecipientState.ACTIVE, False),
            ("RCPT", "452 4.2.2 mailbox full", RecipientState.ACTIVE, True),
            ("DATA", "552 5.3.4 too large", RecipientState.ACTIVE, False),
            ("DATA", "554 no", RecipientState.ACTIVE, False),
            ("DATA", "550 5.1.1 no such mailbox", RecipientState.DEAD, False),
            ("DATA", "451 4.3.0 later", RecipientState.ACTIVE, True),
            ("MAIL", "451 4.3.0 later", RecipientState.ACTIVE, True),
            ("MAIL", "550 5.7.1 not your sender", RecipientState.ACTIVE, True),
        ],
    )
    def test_an_answer_says_what_becomes_of_a_reader(
        self,
        channel: MailingList,
        server: ListHouse,
        stage: str,
        reply: str,
        state: RecipientState,
        is_owed: bool,
    ) -> None:
        channel.send(self.post(channel), key=KEY)
        server.relay.replies[stage] = reply
        server.broadcasts()

        ann = server.reader("ann@reader.example")
        assert ann.state is state
        assert reply[:3] in ann.reason
        assert ann.address not in ann.reason
        server.relay.replies.clear()
        server.clock.tick(hours=12)
        assert server.broadcasts() == is_owed
        assert len(server.relay.messages) == is_owed

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_an_alert_is_not_repeated_where_the_answer_was_lost(
        self, channel: MailingList, server: ListHouse, when: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        server.joins("bob@reader.example")
        channel.send(self.post(channel), key=KEY)
        server.relay.hangs_up = when
        server.broadcasts()
        server.relay.hangs_up = ""
        server.clock.tick(hours=12)

        assert server.broadcasts() == 0
        assert "gave no answer to the message to a…@reader.example: it is not sent again" in caplog.text
        assert "ann@reader.example" not in caplog.text

    def test_nobody_there_means_that_everybody_waits(self, channel: MailingList, server: ListHouse) -> None:
        channel.send(self.post(channel), key=KEY)
        relay = channel.relay
        server.declare(relay="smtp://127.0.0.1:9")
        assert server.broadcasts() == 0
        assert "cannot be reached" in server.reader("ann@reader.example").reason

        server.declare(relay=relay)
        server.clock.tick(minutes=2)
        assert server.broadcasts() == 1

    @pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on this machine
    def test_a_password_that_was_changed_makes_everybody_wait(
        self, channel: MailingList, server: ListHouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "password").write_text("the-one-before")
        relay = MailRelay()
        with running(relay, asks_for_password=True):
            password = Secret(f"file:{tmp_path}/password")
            server.declare(relay=relay.address, user=USER, password=password)
            server.channel.send(self.post(channel), key=KEY)
            assert server.broadcasts() == 0
            assert server.reader("ann@reader.example").state is RecipientState.ACTIVE
            assert "nobody can be told at the moment" in caplog.text
            assert "the-one-before" not in caplog.text

            (tmp_path / "password").write_text(PASSWORD)
            server.clock.tick(minutes=2)
            assert server.broadcasts() == 1
        assert len(relay.messages) == 1

    def test_an_alert_of_yesterday_is_no_alert(self, channel: MailingList, server: ListHouse) -> None:
        channel.send(self.post(channel), key=KEY)
        server.clock.tick(hours=25)

        assert server.broadcasts() == 0

    def test_what_is_out_stays_out(self, channel: MailingList) -> None:
        with pytest.raises(Refused, match="cannot be edited"):
            channel.edit(Receipt(remote_id="x"), self.post(channel, CORRECTED))

    def test_messages_are_signed(self, channel: MailingList, server: ListHouse, tmp_path: Path) -> None:
        (tmp_path / "key.pem").write_text(pem(RSA.key.key))  # type: ignore[attr-defined]  # it is one of RSA
        server.declare(dkim={"n1": Secret(f"file:{tmp_path}/key.pem")})
        server.channel.send(self.post(channel, photo=picture()), key=KEY)

        server.broadcasts()

        assert verifies(server.relay.raw[0], RSA)

    def test_a_key_that_is_none_stops_the_list(
        self, channel: MailingList, server: ListHouse, tmp_path: Path
    ) -> None:
        (tmp_path / "key.pem").write_text("nothing")
        server.declare(dkim={"n1": Secret(f"file:{tmp_path}/key.pem")})
        server.channel.send(self.post(channel), key=KEY)

        assert server.broadcasts() == 0
        with pytest.raises(Misconfigured, match=r"key\.pem holds no private key"):
            server.channel.check()

    @pytest.mark.parametrize(
        ("records", "complaint"),
        [
            ([RSA.record], ""),
            (["v=DKIM1; p=abc", RSA.record.replace("; ", ";")], ""),
            (None, ""),
            ([], "has nothing at n1._domainkey.news.example"),
            (["v=DKIM1; p=abc"], "has another key at n1._domainkey.news.example"),
        ],
    )
    def test_a_trial_asks_dns_for_the_other_half(
        self,
        channel: MailingList,
        server: ListHouse,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        records: list[str] | None,
        complaint: str,
    ) -> None:
        (tmp_path / "key.pem").write_text(pem(RSA.key.key))  # type: ignore[attr-defined]  # as above
        monkeypatch.setattr("syndicator.mail.dkim_setup._texts", lambda name: records)
        signing = server.declare(dkim={"n1": Secret(f"file:{tmp_path}/key.pem")})

        if complaint:
            with pytest.raises(Misconfigured, match=re.escape(complaint)) as caught:
                signing.check()
            assert RSA.record in str(caught.value)
        else:
            said = signing.check()
            assert "signed for n1._domainkey.news.example" in said
            assert ("DNS cannot be asked" in said) == (records is None)

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("sender", "news"),
            ("reply_to", "a@b"),
            ("bounces", "Bounces <b@news.example>"),
            ("bounces", "b+x@news.example"),
            ("relay", "https://mail.example"),
            ("digest", "07:00"),
            ("timezone", "Vientiane"),
            ("dkim", {"a b": Secret("env:KEY")}),
        ],
    )
    def test_settings_are_checked(self, channel: MailingList, setting: str, value: Any) -> None:
        changes: dict[str, Any] = {setting: value}

        with pytest.raises(ValueError, match=f"^{setting}: "):
            replace(channel, **changes)

    def test_a_password_stays_where_it_is(self, channel: MailingList, tmp_path: Path) -> None:
        (tmp_path / "password").write_text(PASSWORD)

        assert PASSWORD not in repr(replace(channel, user=USER, password=Secret(f"file:{tmp_path}/password")))


MORNING = datetime(2026, 11, 26, 0, 0, tzinfo=UTC)  # seven o'clock in Vientiane


OTHER_NEWS = replace(OTHER, title="The ferry stops", language="en")


class Digests:
    """A list with a digest at seven, and what its first reader has."""

    def __init__(self, house: ListHouse, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.channel = house, house.channel
        monkeypatch.setattr("syndicator.channels.mailinglist.now", house.clock)

    def post(self, article: Article, photo: PhotoFile | None = None, **how: Any) -> Post:
        return compose(article, self.channel.capabilities, photo=photo, **how)

    def at(self, moment: datetime) -> list[str]:
        """The texts that have come by a moment."""
        self.house.clock.now = moment
        return [each.text for each in self.house.published]


@pytest.fixture
def digests(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Digests]:
    clock = Clock(MORNING - timedelta(hours=10))
    with house_of(sqlite_store, clock, digest="daily 07:00", timezone="Asia/Vientiane") as house:
        yield Digests(house, monkeypatch)


def test_a_digest_brings_all_articles_at_its_hour(digests: Digests) -> None:
    digests.channel.send(digests.post(ARTICLE, picture()), key=KEY)
    digests.channel.send(digests.post(OTHER_NEWS), key=OTHER_KEY)

    assert digests.at(MORNING - timedelta(seconds=1)) == []
    [text] = digests.at(MORNING)

    assert text.index(OTHER_NEWS.title) < text.index(ARTICLE.title)
    mail = digests.house.relay.messages[0]
    assert mail["Subject"] == "Morning news – November 26, 2026"
    assert mail["Content-Language"] == "en"
    assert [part["Content-ID"] for part in mail.walk() if part["Content-ID"]] == ["<photo2>"]
    assert digests.at(MORNING + timedelta(days=1)) == [text]  # and there is none where nothing was news


@pytest.mark.parametrize("note", ["", CORRECTED.note])
def test_what_was_corrected_before_is_told_as_it_is(digests: Digests, note: str) -> None:
    receipt = digests.channel.send(digests.post(ARTICLE), key=KEY)
    digests.channel.edit(receipt, digests.post(replace(CORRECTED, note=note)))

    [text] = digests.at(MORNING)

    assert CORRECTED.title in text
    assert ARTICLE.title not in text


def test_what_was_retracted_before_is_not_told(digests: Digests) -> None:
    first = digests.channel.send(digests.post(ARTICLE), key=KEY)
    digests.channel.send(digests.post(OTHER_NEWS), key=OTHER_KEY)
    digests.channel.edit(first, digests.post(ARTICLE, occasion=Occasion.RETRACTION))

    [text] = digests.at(MORNING)

    assert ARTICLE.title not in text
    assert OTHER_NEWS.title in text


def test_there_is_no_digest_of_nothing(digests: Digests) -> None:
    first = digests.channel.send(digests.post(ARTICLE), key=KEY)
    digests.channel.edit(first, digests.post(ARTICLE, occasion=Occasion.RETRACTION))

    assert digests.at(MORNING) == []


def test_the_next_digest_tells_what_was_wrong_in_the_last(digests: Digests) -> None:
    receipt = digests.channel.send(digests.post(ARTICLE), key=KEY)
    other = digests.channel.send(digests.post(OTHER_NEWS), key=OTHER_KEY)
    digests.at(MORNING)
    silently = replace(OTHER_NEWS, revision=2, title="The ferry goes on", note="")
    for _ in range(2):  # repeating it is harmless
        digests.channel.edit(receipt, digests.post(CORRECTED))
        digests.channel.edit(other, digests.post(silently))

    _, text = digests.at(MORNING + timedelta(days=1))

    assert text.count(CORRECTED.note) == 1
    assert "ferry" not in text

    digests.channel.edit(other, digests.post(silently, occasion=Occasion.RETRACTION))
    *_, text = digests.at(MORNING + timedelta(days=2))
    assert "This article has been withdrawn." in text


def test_what_came_and_went_while_a_reader_waited_is_not_told(digests: Digests) -> None:
    """A relay was away for two mornings."""
    receipt = digests.channel.send(digests.post(ARTICLE), key=KEY)
    other = digests.channel.send(digests.post(OTHER_NEWS), key=OTHER_KEY)
    digests.house.relay.replies["RCPT"] = "450 4.2.0 later"
    assert digests.at(MORNING) == []
    digests.channel.edit(receipt, digests.post(CORRECTED))
    digests.channel.edit(other, digests.post(OTHER_NEWS, occasion=Occasion.RETRACTION))
    digests.house.relay.replies.clear()

    [text] = digests.at(MORNING + timedelta(days=1, hours=1))

    assert CORRECTED.title in text
    assert ARTICLE.title not in text
    assert OTHER_NEWS.title not in text


def test_a_digest_is_sent_again_where_the_answer_was_lost_under_its_id(digests: Digests) -> None:
    digests.channel.send(digests.post(ARTICLE), key=KEY)
    digests.house.relay.hangs_up = "after"
    digests.at(MORNING)
    digests.house.relay.hangs_up = ""
    digests.at(MORNING + timedelta(hours=6))

    first, second = digests.house.relay.messages
    assert first["Message-ID"] == second["Message-ID"]
