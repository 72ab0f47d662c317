"""A mailbox where returned mail waits, at a server of the contract's and at a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from syndicator.domain.errors import Misconfigured, SyndicatorError, TryLater
from syndicator.mail.mailbox import MAX_MESSAGE_BYTES, Mailbox
from syndicator.secret import Secret
from tests.channels.local_server import closed_port
from tests.mail import mailbox_server
from tests.mail.mailbox_server import FLAGGED, PASSWORD, SEEN, USER, ContractServer, MailboxServer

Open = Callable[..., Mailbox]


@pytest.fixture(
    params=["contract", pytest.param("dovecot", marks=pytest.mark.slow)],
)
def server(request: pytest.FixtureRequest) -> Iterator[MailboxServer]:
    if request.param == "contract":
        with ContractServer() as contract:
            yield contract
        return
    if why := mailbox_server.dovecot_missing():
        pytest.skip(why)
    with mailbox_server.dovecot() as real:
        yield real


@pytest.fixture
def odd() -> Iterator[ContractServer]:
    with ContractServer() as server:
        yield server


@pytest.fixture
def open_(tmp_path: Path) -> Open:
    def open_(address: str, password: str = PASSWORD) -> Mailbox:
        (tmp_path / "password").write_text(password)
        return Mailbox(address=address, user=USER, password=Secret(f"file:{tmp_path}/password"))

    return open_


def mail(text: str) -> bytes:
    return f"Subject: {text}\r\n\r\nText.\r\n".encode()


def test_what_is_unread_is_handed_over_once_in_order(server: MailboxServer, open_: Open) -> None:
    for text in ("one", "two", "three"):
        server.receives(mail(text), *([SEEN] if text == "two" else []))
    box, found = open_(server.address), list[bytes]()
    assert box.check() == 2

    def understood(content: bytes) -> bool:
        found.append(content)
        return content == mail("one")

    assert box.read(understood) == 2
    assert box.read(understood) == 0

    assert found == [mail("one"), mail("three")]
    assert server.messages == [(mail("one"), {SEEN}), (mail("two"), {SEEN}), (mail("three"), {SEEN, FLAGGED})]
    assert box.check() == 0


def test_what_nothing_could_follow_from_stays_unread(server: MailboxServer, open_: Open) -> None:
    server.receives(mail("one"))
    server.receives(mail("two"))

    def understood(content: bytes) -> bool:
        if content == mail("two"):
            raise TryLater("the database is away")
        return True

    with pytest.raises(TryLater, match="the database is away"):
        open_(server.address).read(understood)

    assert [flags for _, flags in server.messages] == [{SEEN}, set()]


def test_a_long_message_is_read_in_part(server: MailboxServer, open_: Open) -> None:
    server.receives(mail("x" * MAX_MESSAGE_BYTES))
    found = list[bytes]()

    def understood(content: bytes) -> bool:
        found.append(content)
        return True

    open_(server.address).read(understood)

    assert [len(content) for content in found] == [MAX_MESSAGE_BYTES]


def test_a_wrong_password_is_told_and_not_shown(server: MailboxServer, open_: Open) -> None:
    with pytest.raises(Misconfigured, match="refuses the user and the password") as caught:
        open_(server.address, "correct-horse-battery").check()

    assert "horse" not in str(caught.value)


def test_a_folder_that_there_is_not_is_told(server: MailboxServer, open_: Open) -> None:
    if isinstance(server, ContractServer):
        server.rules["SELECT"] = "{tag} NO no such folder"

    with pytest.raises(Misconfigured, match="refuses the folder Bounces of the news"):
        open_(f"{server.address}/Bounces%20of%20the%20news").check()


def test_few_are_read_at_one_look(odd: ContractServer, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.mail.mailbox.MAX_MESSAGES", 2)
    for text in ("one", "two", "three"):
        odd.receives(mail(text))

    assert open_(odd.address).read(lambda _: True) == 2
    assert open_(odd.address).read(lambda _: True) == 1


def test_a_folder_is_named_as_it_is(odd: ContractServer, open_: Open) -> None:
    open_(f'{odd.address}/a%20"b%5C').check()

    assert odd.selected == [r'"a \"b\\"']


def test_a_message_that_somebody_deletes_meanwhile_is_passed_over(odd: ContractServer, open_: Open) -> None:
    odd.receives(mail("one"))
    odd.rules["UID FETCH"] = "{tag} OK nothing there"

    assert open_(odd.address).read(lambda _: True) == 0


@pytest.mark.parametrize(
    ("words", "answer", "error"),
    [
        ("AUTHENTICATE", "{tag} NO [UNAVAILABLE] the users are elsewhere", TryLater),
        ("AUTHENTICATE", "{tag} NO [AUTHENTICATIONFAILED] no", Misconfigured),
        ("AUTHENTICATE", "{tag} BAD what", Misconfigured),
        ("AUTHENTICATE", None, TryLater),
        ("SELECT", "{tag} OK [READ-ONLY] look", Misconfigured),
        ("SELECT", "{tag} NO [INUSE] wait", TryLater),
        ("SELECT", None, TryLater),
        ("UID SEARCH", "{tag} NO not now", TryLater),
        ("UID SEARCH", "* SEARCH one\r\n{tag} OK done", TryLater),
        ("UID SEARCH", "* SEARCH " + "7 " * 600_000, TryLater),
        ("UID FETCH", "{tag} NO not now", TryLater),
        ("UID FETCH", "* 1 FETCH (BODY[]<0> {{99999999999}}\r\n", TryLater),
        ("UID FETCH", "* 1 FETCH (BODY[]<0> {{5}}\r\nab", None),
        ("UID FETCH", None, TryLater),
        ("UID STORE", "{tag} NO never", TryLater),
        ("CAPABILITY", "* CAPABILITY IMAP4rev1\r\n{tag} OK done", Misconfigured),
    ],
)
def test_whatever_a_server_answers_is_an_error_of_ours(
    odd: ContractServer,
    open_: Open,
    words: str,
    answer: str | None,
    error: type[SyndicatorError] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("syndicator.mail.deadline.CONVERSATION_S", 2.0)
    odd.receives(mail("one"))
    odd.rules[words] = answer

    with pytest.raises(SyndicatorError) as caught:
        open_(odd.address).read(lambda _: True)

    assert type(caught.value) is (error or TryLater)
    assert odd.messages == [(mail("one"), set())]


def test_a_password_that_a_server_repeats_is_not_shown(odd: ContractServer, open_: Open) -> None:
    with pytest.raises(Misconfigured) as caught:
        open_(odd.address, "correct-horse-battery").check()

    assert "horse" not in str(caught.value)


def test_nobody_there_is_tried_later(open_: Open) -> None:
    for address in (f"imap://127.0.0.1:{closed_port()}", "imaps://nobody.invalid"):
        with pytest.raises(TryLater, match="cannot be reached"):
            open_(address).check()


def test_a_server_that_drips_is_left(
    odd: ContractServer, open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.mail.deadline.CONVERSATION_S", 0.5)
    odd.drips = True

    with pytest.raises(TryLater, match="cannot be reached"):
        open_(odd.address).check()


def test_no_password_goes_to_another_machine_in_the_open(
    odd: ContractServer, open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.mail.mailbox.is_loopback", lambda host: False)

    with pytest.raises(Misconfigured, match="a password would be open"):
        open_(odd.address).check()


@pytest.mark.parametrize(
    "address",
    [
        "mail.example",
        "https://mail.example",
        "imaps://",
        "imaps://me:pw@mail.example",
        "imaps://mail.example/%C3%BC",
        "imaps://mail.example/a%0D%0Ab",
        "imaps://mail.example:x",
    ],
)
def test_what_is_no_mailbox_is_told(open_: Open, address: str) -> None:
    with pytest.raises(ValueError, match=r"imaps?://|Latin letters|[Pp]ort"):
        open_(address)
