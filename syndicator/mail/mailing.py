"""A mailing: one message for all readers of a list. What they have in common is made once, by the standard
library; each gets a few headers, the link to unsubscribe, and the signatures.

The link stands in the text and in the page: from there on, they are encoded for each reader; photos are not.
Everything is 7-bit, in short lines, and in the form that is signed: relays have nothing to re-encode.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header as EncodedHeader
from email.headerregistry import Address
from email.message import EmailMessage
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import SMTP
from email.utils import format_datetime

from syndicator.domain.photo import PhotoFile
from syndicator.mail.dkim import DkimKey, Header, SignatureForm, relaxed_body

#: What stands for the link to unsubscribe where a mailing is made.
LINK = "https://leave.invalid/" + secrets.token_hex(16)

#: Bytes of a line in base64, of 76 characters (RFC 2045 section 6.8).
LINE_BYTES = 57

#: What stands for the encoded text and page.
TEXT, PAGE = f"text-{secrets.token_hex(16)}", f"page-{secrets.token_hex(16)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What everybody gets. ``text`` and ``page`` have ``LINK`` where the link to unsubscribe belongs;
    ``photos``: by their names in the page."""

    subject: str
    text: str
    page: str
    language: str
    photos: tuple[tuple[str, PhotoFile], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """What is on every message of a list. ``list_id``: RFC 2919; ``reply_to``: ``None``: to the sender."""

    sender: Address
    list_id: str
    list_title: str
    reply_to: Address | None = None
    keys: tuple[DkimKey, ...] = ()

    @property
    def feedback_id(self) -> str:
        """What mail services name a list by that tell senders how many of its messages are called spam
        (https://support.google.com/a/answer/6254652): the last part is the sender's, of 5 to 15 letters."""
        domain = self.sender.domain
        name, sender = self.list_id.removesuffix(f".{domain}"), hashlib.sha256(domain.encode()).hexdigest()
        return f"{name}:{domain}:list:{sender[:15]}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who gets one message. ``message_id`` and ``answers`` (the message that it is about, ``""``: none)
    without brackets; ``leave``: the page to unsubscribe at, and ``leave_by_mail`` the address (``""``:
    none)."""

    address: str
    message_id: str
    leave: str
    leave_by_mail: str = ""
    answers: str = ""


class Mailing:
    """One message for all readers of a list. ``date``: when it was made."""

    def __init__(self, head: Letterhead, contents: Contents, date: datetime) -> None:
        self.head, self.contents, self.date = head, contents, date
        self._text, self._page = _Linked(contents.text), _Linked(contents.page)
        raw = _parts(contents).as_bytes(policy=SMTP)
        top, _, body = raw.partition(b"\r\n\r\n")
        self._headers = [*_common_headers(head, contents, date), *_headers(top)]
        self._top = _written(self._headers)
        before, _, rest = relaxed_body(body).partition(TEXT.encode())
        between, _, after = rest.partition(PAGE.encode())
        self._before, self._between, self._after = before, between, after
        self._forms: dict[tuple[str, ...], Sequence[SignatureForm]] = {}

    def message(self, reader: Reader) -> bytes:
        """The message to one reader, signed."""
        own = _own_headers(reader)
        body = (
            self._before,
            self._text.encoded(reader.leave),
            self._between,
            self._page.encoded(reader.leave),
            self._after,
        )
        return b"".join((self._signatures(own, body), self._top, _written(own), b"\r\n", *body))

    def _signatures(self, own: Sequence[Header], body: Sequence[bytes]) -> bytes:
        """The headers that sign a message. ``body``: in the form that is signed, in pieces."""
        if not self.head.keys:
            return b""
        body_hash = hashlib.sha256()
        for piece in body:
            body_hash.update(piece)
        names = tuple(name for name, _ in own)
        if names not in self._forms:
            headers = [*self._headers, *((name, None) for name in names)]
            at = int(self.date.timestamp())
            self._forms[names] = [key.form(headers, at) for key in self.head.keys]
        values = {name.lower(): value for name, value in own}
        signatures = (form.signature(values, body_hash.digest()) for form in self._forms[names])
        return _written([("DKIM-Signature", signature) for signature in signatures])


class _Linked:
    """A text with ``LINK`` in it, in base64: all before the link is encoded once."""

    def __init__(self, text: str) -> None:
        first, *rest = (_with_line_ends(part) for part in text.split(LINK))
        shared = max(len(first) - 1, 0) // LINE_BYTES * LINE_BYTES  # whole lines, and never the last one
        self._shared = _base64(first[:shared]) + b"\r\n" if shared else b""
        self._rest = [first[shared:], *rest]

    def encoded(self, link: str) -> bytes:
        return self._shared + _base64(link.encode().join(self._rest))


def notice(head: Letterhead, recipient: str, subject: str, text: str, language: str, date: datetime) -> bytes:
    """A message to somebody who is no reader yet: words alone, signed."""
    contents = Contents(subject=subject, text=text, page="", language=language)
    part = _part("plain", TEXT)
    part["MIME-Version"] = "1.0"
    id_ = f"{secrets.token_hex(16)}@{head.sender.domain}"
    top = [*_common_headers(head, contents, date), ("To", recipient), ("Message-ID", f"<{id_}>")]
    headers = [*top, *_headers(part.as_bytes(policy=SMTP).partition(b"\r\n\r\n")[0])]
    return _signed(head, headers, _base64(_with_line_ends(text)) + b"\r\n", date)


def _signed(head: Letterhead, headers: list[Header], body: bytes, date: datetime) -> bytes:
    """The message, whose body is in the form that is signed."""
    body_hash, at = hashlib.sha256(body).digest(), int(date.timestamp())
    signatures = [key.signature(headers, body_hash, at) for key in head.keys]
    return _written([*signatures, *headers]) + b"\r\n" + body


def _written(headers: Iterable[Header]) -> bytes:
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("ascii")


def _parts(contents: Contents) -> MIMEMultipart:
    """Text, page and photos (RFC 2046 section 5.1.4, RFC 2387), with the first two still to be filled in."""
    whole = MIMEMultipart("alternative")
    whole.attach(_part("plain", TEXT))
    page = _part("html", PAGE)
    if not contents.photos:
        whole.attach(page)
        return whole
    related = MIMEMultipart("related", type="text/html")
    related.attach(page)
    for name, photo in contents.photos:
        image = MIMEImage(photo.content, photo.media_type.partition("/")[2])
        image["Content-ID"] = f"<{name}>"
        image.add_header("Content-Disposition", "inline", filename=photo.filename)
        del image["MIME-Version"]  # which is the message's (RFC 2045 section 4)
        related.attach(image)
    del related["MIME-Version"]
    whole.attach(related)
    return whole


def _part(kind: str, place: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", kind, charset="utf-8")
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(place)
    del part["MIME-Version"]
    return part


def _common_headers(head: Letterhead, contents: Contents, date: datetime) -> list[Header]:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = head.sender
    if head.reply_to:
        mail["Reply-To"] = head.reply_to
    mail["Subject"] = " ".join(contents.subject.split())
    mail["Date"] = format_datetime(date)
    mail["Precedence"] = "bulk"
    mail["Feedback-ID"] = head.feedback_id
    mail["Auto-Submitted"] = "auto-generated"  # nobody's out-of-office note answers it (RFC 3834 section 5)
    if contents.language:
        mail["Content-Language"] = contents.language
    title = EncodedHeader(head.list_title, "utf-8", header_name="List-Id").encode(linesep="\r\n")
    list_id = ("List-Id", f"{title}\r\n <{head.list_id}>")
    return [*_headers(mail.as_bytes(policy=SMTP).partition(b"\r\n\r\n")[0]), list_id]


def _own_headers(reader: Reader) -> list[Header]:
    """Each in one line, whatever its length: what is folded in an address is shown by nobody."""
    by_mail = f", <mailto:{reader.leave_by_mail}?subject=unsubscribe>" if reader.leave_by_mail else ""
    headers = [
        ("To", reader.address),
        ("Message-ID", f"<{reader.message_id}>"),
        ("List-Unsubscribe", f"<{reader.leave}>{by_mail}"),
    ]
    if reader.leave.startswith("https:"):  # there is no one click without (RFC 8058 section 3.1)
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if reader.answers:
        headers += [("In-Reply-To", f"<{reader.answers}>"), ("References", f"<{reader.answers}>")]
    return headers


def _headers(top: bytes) -> list[Header]:
    """Headers as they stand, each with the lines that it is folded into."""
    lines: list[str] = []
    for line in top.decode("ascii").split("\r\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += f"\r\n{line}"
        elif line:
            lines.append(line)
    pairs = [line.partition(":") for line in lines]
    return [(name, value.removeprefix(" ")) for name, _, value in pairs]


def _with_line_ends(text: str) -> bytes:
    """Text whose lines end in CR LF."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _base64(content: bytes) -> bytes:
    """In lines, with CR LF between them."""
    return base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def message_id_for(base: str, ticket: str, domain: str) -> str:
    """The id of the message that ``base`` names, to the holder of a ticket: the same at every attempt. The
    ticket cannot be told from it, since ids go on in answers."""
    digest = hashlib.sha256(f"{base} {ticket}".encode()).hexdigest()[:16]
    return f"{base}.{digest}@{domain}"
