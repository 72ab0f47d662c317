"""Bounces and complaints as servers write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.mail.bounces import Report, Verdict, read_report, status_in, verdict_of, with_ticket

TICKET = "7-abcdefghij234567"


def bounce(
    *recipients: str,
    to: str = f"bounces+{TICKET}@news.example",
    kind: str = "delivery-status",
    returned: str = "Subject: An alert\n",
    returned_as: str = "message/rfc822",
) -> bytes:
    fields = "\n\n".join(("Reporting-MTA: dns; mail.reader.example", *recipients))
    return f"""\
From: MAILER-DAEMON@mail.reader.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="=b"

--=b
Content-Type: text/plain

I am sorry.

--=b
Content-Type: message/{kind}

{fields}

--=b
Content-Type: {returned_as}

{returned}
Text.
--=b--
""".encode()


def said(action: str = "failed", status: str = "", diagnosis: str = "") -> str:
    lines = ["Final-Recipient: rfc822; somebody@reader.example", f"Action: {action}"]
    lines += [f"Status: {status}"] if status else []
    lines += [f"Diagnostic-Code: smtp; {diagnosis}"] if diagnosis else []
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("recipient", "verdict", "status"),
    [
        (said(status="5.1.1", diagnosis="550 5.1.1 <s@r.example>: unknown"), Verdict.DEAD, "5.1.1"),
        (said(status="5.1.10", diagnosis="556 5.1.10 null MX"), Verdict.DEAD, "5.1.10"),
        (said(status="5.2.1"), Verdict.DEAD, "5.2.1"),
        (said(status="5.0.0", diagnosis="550-5.1.1 The account does\n not exist"), Verdict.DEAD, "5.1.1"),
        (said(status="5.1.1 (bad destination mailbox address)"), Verdict.DEAD, "5.1.1"),
        (said(status="5.2.2", diagnosis="552 5.2.2 over quota"), Verdict.COUNTED, "5.2.2"),
        (said(status="5.0.0", diagnosis="550 no"), Verdict.COUNTED, "5.0.0"),
        (said(status="4.4.7", diagnosis="expired"), Verdict.COUNTED, "4.4.7"),
        (said(diagnosis="550 mailbox unavailable"), Verdict.COUNTED, ""),
        (said(status="5.7.1", diagnosis="550 5.7.1 spam"), Verdict.OURS, "5.7.1"),
        (said(status="5.7.26"), Verdict.OURS, "5.7.26"),
        (said(status="5.3.4"), Verdict.OURS, "5.3.4"),
        (said(status="5.1.8"), Verdict.OURS, "5.1.8"),
        (said("delayed", "4.4.1"), Verdict.NOTHING, "4.4.1"),
        (said("delayed", "5.1.1"), Verdict.NOTHING, "5.1.1"),
        (said("relayed", "2.0.0"), Verdict.NOTHING, "2.0.0"),
        (said("FAILED", "nonsense"), Verdict.UNREAD, ""),
    ],
)
def test_a_report_says_what_follows(recipient: str, verdict: Verdict, status: str) -> None:
    report = read_report(bounce(recipient))

    assert (report.verdict, report.status, report.ticket) == (verdict, status, TICKET)
    assert "\n" not in report.reason


def test_empty_lines_where_none_belong_change_nothing() -> None:
    one = said(status="5.1.1")

    assert read_report(bounce(one.replace("\nAction", "\n\nAction"))).verdict is Verdict.DEAD
    assert read_report(bounce(one).replace(b"reader.example\n\nFinal", b"reader.example\nFinal")).verdict is (
        Verdict.DEAD
    )


def test_the_gravest_counts_of_several() -> None:
    report = read_report(bounce(said("delayed", "4.2.0"), said(status="5.1.1"), said(status="5.7.1")))

    assert report.verdict is Verdict.DEAD


@pytest.mark.parametrize(
    ("to", "returned", "returned_as"),
    [
        ("bounces@news.example", f"Return-Path: <bounces+{TICKET}@news.example>\n", "message/rfc822"),
        ("bounces@news.example", f"Return-Path: <bounces+{TICKET}@news.example>\n", "text/rfc822-headers"),
        ("b@n.example", f"List-Unsubscribe: <https://n.example/lists/leave/{TICKET}>\n", "message/rfc822"),
        (f'"B" <bounces+{TICKET.upper().lower()}@news.example>', "", "message/rfc822"),
    ],
)
def test_a_ticket_is_found_where_servers_leave_it(to: str, returned: str, returned_as: str) -> None:
    assert read_report(bounce(said(), to=to, returned=returned, returned_as=returned_as)).ticket == TICKET


def test_whoever_hands_it_over_knows_best() -> None:
    assert read_report(bounce(said()), f"bounces+8-{'b' * 16}@news.example").ticket == f"8-{'b' * 16}"


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [("abuse", Verdict.COMPLAINT), ("fraud", Verdict.COMPLAINT), ("not-spam", Verdict.NOTHING)],
)
def test_a_complaint_is_one(kind: str, verdict: Verdict) -> None:
    message = bounce(
        kind="feedback-report",
        to="fbl@news.example",
        returned=f"List-Unsubscribe: <https://n.example/lists/leave/{TICKET}>\n",
    ).replace(b"Reporting-MTA: dns; mail.reader.example", f"Feedback-Type: {kind}\nVersion: 1".encode())

    report = read_report(message)

    assert (report.verdict, report.ticket) == (verdict, TICKET)


def test_nobody_s_address_stands_in_a_reason() -> None:
    diagnosis = "550 5.1.1 <Ann.B+x@reader.example>: (user:ann@r.example) unknown"

    report = read_report(bounce(said(status="5.1.1", diagnosis=diagnosis)))

    assert report.reason == "5.1.1 550 5.1.1 <A…@reader.example>: (user:a…@r.example) unknown"


def test_somebody_who_is_away_is_no_bounce() -> None:
    report = read_report(f"To: b+{TICKET}@n.example\nSubject: Away until Monday\n\nBye 5.1.1\n".encode())

    assert report == Report(verdict=Verdict.UNREAD, ticket=TICKET, reason="no report: Away until Monday")


def test_who_writes_to_the_address_of_the_header_leaves() -> None:
    message = f"To: b+{TICKET}@n.example\nSubject: Unsubscribe\n\n".encode()

    assert read_report(message).verdict is Verdict.LEAVES


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("550 5.1.1 unknown", Verdict.DEAD),
        ("550 no such user", Verdict.COUNTED),
        ("554 5.7.1 blocked", Verdict.OURS),
        ("450 4.2.1 busy", Verdict.COUNTED),
    ],
)
def test_an_answer_of_smtp_says_the_same(answer: str, verdict: Verdict) -> None:
    assert verdict_of(status_in(answer), answer) is verdict


def test_an_envelope_sender_has_the_ticket() -> None:
    assert read_report(b"\n\n", with_ticket("bounces@news.example", TICKET)).ticket == TICKET


@given(
    st.binary(max_size=400) | st.builds(lambda cut: bounce(said(status="5.1.1"))[:cut], st.integers(0, 700))
)
def test_whatever_comes_in_is_read_without_harm(content: bytes) -> None:
    report = read_report(content)

    assert report.reason.isprintable()
