"""Bounces and complaints: what mail servers write back, and what follows for whoever the mail was for.

Reports on deliveries: RFC 3464, with statuses of RFC 3463; complaints: RFC 5965. The envelope sender of each
mail has the recipient's ticket in it (``news+TICKET@...``, a variable envelope return path), so that a report
need not name anybody. What somebody forges about a ticket concerns its holder alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from syndicator.mail.addresses import without_addresses

#: Bytes of a report that are read, its parts, and characters of a reason: reports carry whole messages back.
MAX_REPORT_BYTES, MAX_PARTS, MAX_REASON_CHARS = 2_000_000, 64, 200

#: A recipient's ticket: its number on record, and what only its own mails say.
TICKET = re.compile(r"[1-9]\d{0,8}-[a-z2-7]{16}")

#: Where a server notes whom a message that it hands over was for.
ENVELOPE_HEADERS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to")

#: A status (RFC 3463 section 2), and the code of an answer (RFC 5321 section 4.2).
STATUS, ANSWER = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})"), re.compile(r"\b([245])\d\d\b")

#: Statuses of an address that does not work, and never will (RFC 3463 section 3.2 and 3.3, RFC 7505): no such
#: mailbox, domain or name, moved away, null MX; the mailbox is disabled.
DEAD_STATUSES = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})

#: Statuses by their subject that are about what we sent, or about us: sender's address, content, security and
#: policy (5.7.x; RFC 7372, and large programs' rules for bulk mail), and a message that is too large.
OUR_SUBJECTS, OUR_STATUSES = frozenset({"6", "7"}), frozenset({"5.1.7", "5.1.8", "5.2.3", "5.3.4"})


class Verdict(StrEnum):
    """What follows from a report, or from a relay's answer, for the recipient."""

    DEAD = "dead"  # no mail is sent there any more
    COUNTED = "counted"  # none was taken this time: often enough, it is dead
    OURS = "ours"  # not the recipient's fault: the newsroom is told
    COMPLAINT = "complaint"  # who calls it spam is left alone
    LEAVES = "leaves"  # an answer to the address of List-Unsubscribe (RFC 2369 section 3.2)
    NOTHING = "nothing"  # it is only late, or has arrived
    UNREAD = "unread"  # no report, or one that says nothing


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What one message says about one recipient. ``ticket``: whose (``""``: nobody's of ours); ``status``
    (RFC 3463), ``reason``: in the words of the server, in one line."""

    verdict: Verdict
    ticket: str = ""
    status: str = ""
    reason: str = ""


def read_report(content: bytes, recipient: str = "") -> Report:
    """The report in a message. ``recipient``: whom the message was for, where whoever hands it over knows."""
    message = message_from_bytes(content[:MAX_REPORT_BYTES])
    parts = list(_parts(message))
    ticket = _ticket(message, parts, recipient)
    if complaint := _first(parts, "message/feedback-report"):
        return _complaint(complaint, ticket)
    if status := _first(parts, "message/delivery-status"):
        return _delivery(status, ticket)
    subject = _line(_text(message, "subject"))
    if subject.lower() == "unsubscribe":
        return Report(verdict=Verdict.LEAVES, ticket=ticket, reason="unsubscribed by mail")
    return Report(
        verdict=Verdict.UNREAD,
        ticket=ticket,
        reason=without_addresses(f"no report: {subject}")[:MAX_REASON_CHARS],
    )


def verdict_of(status: str, answer: str = "") -> Verdict:
    """What follows from a status, or from the ``answer`` where there is none."""
    if match := STATUS.fullmatch(status):
        if status in DEAD_STATUSES:
            return Verdict.DEAD
        if match[1] == "5" and (match[2] in OUR_SUBJECTS or status in OUR_STATUSES):
            return Verdict.OURS
        return Verdict.NOTHING if match[1] == "2" else Verdict.COUNTED
    if code := ANSWER.search(answer):
        return Verdict.NOTHING if code[1] == "2" else Verdict.COUNTED
    return Verdict.UNREAD


def status_in(text: str) -> str:
    """The first status in a server's words; ``""``: none."""
    match = STATUS.search(text)
    return match[0] if match else ""


def with_ticket(address: str, ticket: str) -> str:
    """An envelope sender that tells its recipient."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{ticket}@{domain}"


def _parts(message: Message) -> Iterator[Message]:
    for count, part in enumerate(message.walk()):
        if count >= MAX_PARTS:
            return
        yield part


def _first(parts: list[Message], kind: str) -> Message | None:
    return next((part for part in parts if part.get_content_type() == kind), None)


def _ticket(message: Message, parts: list[Message], recipient: str) -> str:
    """The ticket in the address that the report was sent to, else in the headers that it returns."""
    envelopes = [recipient, *(_text(message, name) for name in ENVELOPE_HEADERS)]
    returned = [
        text
        for part in parts[1:]
        for text in (_text(part, "return-path"), _text(part, "list-unsubscribe"), *_returned_headers(part))
    ]
    return next((match[0] for text in (*envelopes, *returned) if (match := TICKET.search(text))), "")


def _returned_headers(part: Message) -> Iterator[str]:
    """What a report returns of a message's headers as text (RFC 6522 section 4)."""
    if part.get_content_type() == "text/rfc822-headers":
        returned = message_from_bytes(_content(part))
        yield from (_text(returned, "return-path"), _text(returned, "list-unsubscribe"))


def _content(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _fields(part: Message) -> list[Message]:
    """The groups of fields in a part that is made of them."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return [each for each in payload if isinstance(each, Message)]
    return [message_from_bytes(block) for block in re.split(rb"\r?\n\r?\n", _content(part).strip())]


def _complaint(part: Message, ticket: str) -> Report:
    """Of what kind a complaint is (RFC 5965 section 3.1, RFC 6430): some say that nothing is wrong."""
    fields = next(iter(_fields(part)), Message())
    kind = _line(_text(fields, "feedback-type")).lower()
    is_one = kind in ("abuse", "fraud", "opt-out", "opt-out-list", "other", "virus")
    verdict = Verdict.COMPLAINT if is_one else Verdict.NOTHING
    return Report(
        verdict=verdict, ticket=ticket, reason=f"reported as {kind or 'nothing'}"[:MAX_REASON_CHARS]
    )


def _delivery(part: Message, ticket: str) -> Report:
    """The gravest of what is said of the recipients, who are one, but may be written in several ways; some
    servers have no empty line before what is said of them, and others have too many."""
    groups = [fields for fields in _fields(part) if "action" in fields or "status" in fields]
    reports = [_recipient(fields, ticket) for fields in groups]
    gravest = [Verdict.DEAD, Verdict.COUNTED, Verdict.OURS, Verdict.NOTHING, Verdict.UNREAD]
    unread = Report(verdict=Verdict.UNREAD, ticket=ticket, reason="a report that names no recipient")
    return min(reports, key=lambda report: gravest.index(report.verdict), default=unread)


def _recipient(fields: Message, ticket: str) -> Report:
    action = _line(_text(fields, "action")).lower()
    diagnosis = _line(_text(fields, "diagnostic-code").partition(";")[2])
    status = status_in(_text(fields, "status"))
    inner = status_in(diagnosis)
    if status[2:] in ("", "0.0") and inner[:1] == (status[:1] or inner[:1]):
        status = inner or status  # what the last server said says more than "something"
    verdict = verdict_of(status, diagnosis)
    if action in ("delayed", "delivered", "relayed", "expanded"):
        verdict = Verdict.NOTHING
    return Report(
        verdict=verdict,
        ticket=ticket,
        status=status,
        reason=without_addresses(f"{status} {diagnosis or action}".strip())[:MAX_REASON_CHARS],
    )


def _text(message: Message, name: str) -> str:
    return str(message.get(name, ""))[:4096]


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
