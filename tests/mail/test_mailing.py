"""Messages of a list, as another library and the mail programs' own rules see them."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage

import pytest

from syndicator.domain.photo import PhotoFile
from syndicator.mail.mailing import LINK, Contents, Letterhead, Mailing, Reader, message_id_for
from tests.mail.test_dkim import ED25519, RSA, verifies

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
HEAD = Letterhead(
    sender=Address("ຂ່າວ Example News", "news", "news.example"),
    list_id="alerts.news.example",
    list_title="ຂ່າວດ່ວນ ທຸກມື້ ແລະ ທຸກຊົ່ວໂມງ ຈາກບັນນາທິການຂອງພວກເຮົາ",
    reply_to=Address("", "editors", "news.example"),
    keys=(RSA, ED25519),
)
CONTENTS = Contents(
    subject="ຂົວຂ້າມແມ່ນ້ຳເປີດຄືນ: the bridge reopens after two years of repairs, and trams cross it",
    text=f".A line\nFrom a line  \n\tຂ່າວ\n-- \nLeave: {LINK}\n",
    page=f"<p>ຂ່າວ  two</p>\n<p><a href='{LINK}'>Leave</a></p>",
    language="lo-LA",
    photos=(
        ("photo", PhotoFile(content=b"\xff\xd8" + bytes(500), media_type="image/jpeg", width=1, height=1)),
    ),
)
READER = Reader(
    address="somebody@reader.example",
    message_id="abc.def@news.example",
    leave="https://feeds.news.example/lists/leave/1234567-abcdefghijklmnop",
    leave_by_mail="bounces+1234567-abcdefghijklmnop@news.example",
    answers="first@news.example",
)


def parsed(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


@pytest.fixture
def raw() -> bytes:
    return Mailing(HEAD, CONTENTS, NOW).message(READER)


def test_a_message_is_for_its_reader_and_all_else_is_the_lists(raw: bytes) -> None:
    mail = parsed(raw)

    assert mail["From"] == "ຂ່າວ Example News <news@news.example>"
    assert mail["To"] == "somebody@reader.example"
    assert mail["Subject"] == CONTENTS.subject
    assert mail["Reply-To"] == "editors@news.example"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == "<abc.def@news.example>"
    assert mail["References"] == mail["In-Reply-To"] == "<first@news.example>"
    assert mail["List-Id"] == f"{HEAD.list_title} <alerts.news.example>"
    assert mail["Content-Language"] == "lo-LA"
    assert (mail["Auto-Submitted"], mail["Precedence"]) == ("auto-generated", "bulk")
    assert len(mail.get_all("MIME-Version", [])) == 1


def test_text_page_and_photo_come_out_as_they_were(raw: bytes) -> None:
    mail = parsed(raw)
    text, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text
    assert page

    assert text.get_content().replace("\r\n", "\n") == CONTENTS.text.replace(LINK, READER.leave)
    assert page.get_content().replace("\r\n", "\n") == CONTENTS.page.replace(LINK, READER.leave)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/jpeg",
    ]
    [photo] = [part for part in mail.walk() if part["Content-ID"] == "<photo>"]
    assert photo.get_payload(decode=True) == CONTENTS.photos[0][1].content


def test_both_signatures_are_good(raw: bytes) -> None:
    assert verifies(raw, RSA)
    assert raw.count(b"DKIM-Signature:") == 2
    assert verifies(raw[raw.index(b"DKIM-Signature", 10) :], ED25519)
    assert not verifies(raw.replace(b"leave/1234567", b"leave/7654321"), RSA)


def test_one_click_is_as_programs_look_for_it(raw: bytes) -> None:
    """A header that is folded or encoded is no button (RFC 8058 section 3.1)."""
    assert f"\r\nList-Unsubscribe: <{READER.leave}>, <mailto:{READER.leave_by_mail}".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    signed = re.findall(rb"DKIM-Signature:.*?h=(.*?);", raw, re.DOTALL)
    for names in signed:
        assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= {n.strip() for n in names.split(b":")}


def test_spam_reports_are_counted_by_list_and_sender(raw: bytes) -> None:
    """Four parts, of which the last is the sender's and stays, whatever the list and the article."""
    other = replace(HEAD, list_id="evening.news.example")
    again = Mailing(other, replace(CONTENTS, subject="Another"), NOW).message(READER)

    ids = [str(parsed(each)["Feedback-ID"]).split(":") for each in (raw, again)]

    assert [parts[0] for parts in ids] == ["alerts", "evening"]
    assert all(len(parts) == 4 and re.fullmatch(r"[a-z0-9]{5,15}", parts[-1]) for parts in ids)
    assert ids[0][-1] == ids[1][-1]
    signed = re.findall(rb"DKIM-Signature:.*?h=(.*?);", raw, re.DOTALL)
    assert all(b"feedback-id" in {name.strip() for name in names.split(b":")} for names in signed)


def test_there_is_no_one_click_in_the_open() -> None:
    raw = Mailing(HEAD, CONTENTS, NOW).message(replace(READER, leave="http://localhost:8000/lists/a/leave/1"))

    assert b"\r\nList-Unsubscribe: <http:" in raw
    assert b"List-Unsubscribe-Post: " not in raw


def test_relays_have_nothing_to_encode_or_to_break(raw: bytes) -> None:
    lines = raw.split(b"\r\n")

    assert raw.isascii()
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
    assert all(len(line) <= 998 for line in lines)
    body = raw.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert all(len(line) <= 78 for line in body)


def test_readers_are_not_mixed_up() -> None:
    mailing = Mailing(HEAD, CONTENTS, NOW)
    other = Reader(address="b@c.example", message_id="2@n.example", leave="https://n.example/2")

    first, second, again = (mailing.message(each) for each in (READER, other, READER))

    assert first == again
    assert READER.address.encode() not in second
    assert b"In-Reply-To" not in second
    assert b"mailto" not in second


@pytest.mark.parametrize("before", [0, 1, 56, 57, 58, 114, 115, 2000])
@pytest.mark.parametrize("after", [0, 1, 57, 300])
def test_the_link_may_stand_anywhere(before: int, after: int) -> None:
    """What is encoded for all readers, and what for one, meet where lines of base64 do."""
    words = f"{'ຂ່າວ.' + 'x' * 60 + chr(10)}" * 40
    contents = replace(CONTENTS, text=words[:before] + LINK + words[:after], page=words[:before] + "end")

    raw = Mailing(HEAD, contents, NOW).message(READER)

    text, page = parsed(raw).get_body(("plain",)), parsed(raw).get_body(("html",))
    assert text
    assert page
    written = words[:before] + READER.leave + words[:after]
    assert text.get_content().replace("\r\n", "\n") == written
    assert page.get_content().replace("\r\n", "\n") == words[:before] + "end"
    assert all(len(line) <= 76 for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    assert verifies(raw, RSA)


def test_readers_whose_headers_differ_are_signed_for() -> None:
    """One answers a message and the other does not; one's page is open and the other's is not."""
    mailing = Mailing(HEAD, CONTENTS, NOW)
    readers = [READER, replace(READER, answers=""), replace(READER, leave="http://localhost/leave/1")]

    for raw in (mailing.message(each) for each in readers * 2):
        assert verifies(raw, RSA)
        assert not verifies(raw.replace(b"To: somebody", b"To: another"), RSA)


def test_without_a_photo_there_is_none() -> None:
    plain = Contents(subject="x", text=LINK, page=LINK, language="")

    mail = parsed(
        Mailing(Letterhead(sender=HEAD.sender, list_id="a.b", list_title="A"), plain, NOW).message(READER)
    )

    assert [p.get_content_type() for p in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert mail["DKIM-Signature"] is None
    assert mail["List-Id"] == "A <a.b>"


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x00"])
def test_a_headline_makes_no_header(line_break: str) -> None:
    odd = Contents(subject=f"News{line_break}Bcc: x@evil.example", text="", page="", language="")

    mail = parsed(Mailing(HEAD, odd, NOW).message(READER))

    assert mail["Bcc"] is None
    assert "Bcc" in mail["Subject"]


def test_an_id_is_the_same_at_every_attempt_and_tells_no_ticket() -> None:
    one = message_id_for("abc", "1-abcdefghijklmnop", "news.example")

    assert one == message_id_for("abc", "1-abcdefghijklmnop", "news.example")
    assert one != message_id_for("abc", "2-abcdefghijklmnop", "news.example")
    assert "abcdefghijklmnop" not in one
