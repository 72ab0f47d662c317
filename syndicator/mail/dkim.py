"""DKIM: signatures that tell receivers that a message is the domain's own (RFC 6376; ed25519: RFC 8463).

Messages of a list differ in a few headers and lines, and there are thousands: what they have in common is
made canonical once, before it is sent, and is signed as it stands.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, zip_longest
from textwrap import wrap
from typing import Protocol

#: Headers that are signed, where a message has them: what it shows, and all that programs act upon (RFC 6376
#: section 5.4.1; ``List-Unsubscribe``: RFC 8058 section 4).
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-language",
    "auto-submitted",
    "precedence",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
)

#: Headers that are signed once more than they are there, so that none can be added (section 8.15).
SEALED = ("from", "to", "subject", "date")

#: White space within a line, a line's end, and lines without anything at the end (RFC 6376 section 3.4).
BLANKS, BEFORE_END = re.compile(rb"[ \t]+"), re.compile(rb"[ \t]+(?=\r\n)")
HEADER_BLANKS = re.compile(r"[ \t]+")

#: Characters of a line of a signature, and what stands between two.
FOLD_CHARS, FOLD = 72, "\r\n "

#: A header of a message: its name and its value as they stand.
Header = tuple[str, str]


class PrivateKey(Protocol):
    """A key of one algorithm. ``name``: as ``k=`` in DNS has it; ``algorithm``: as ``a=`` in signatures."""

    @property
    def name(self) -> str: ...

    @property
    def algorithm(self) -> str: ...

    def sign(self, content: bytes) -> bytes: ...

    @property
    def public(self) -> bytes:
        """The public key, as DNS has it."""
        ...


@dataclass(frozen=True)
class DkimKey:
    """A key that a domain signs with. ``selector`` tells it from others of the domain."""

    domain: str
    selector: str
    key: PrivateKey

    @property
    def place(self) -> str:
        """Where DNS has the public key (RFC 6376 section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """What DNS is to say there (section 3.6.1)."""
        return f"v=DKIM1; k={self.key.name}; p={base64.b64encode(self.key.public).decode()}"

    def signature(self, headers: Sequence[Header], body_hash: bytes, at: int) -> Header:
        """The header that signs a message of these headers. ``body_hash``: of its ``relaxed_body``; ``at``:
        seconds since 1970."""
        return "DKIM-Signature", self.form(headers, at).signature({}, body_hash)

    def form(self, headers: Sequence[tuple[str, str | None]], at: int) -> SignatureForm:
        """The signatures of messages of these headers: ``None`` for a value that each has of its own."""
        present: dict[str, list[str | None]] = {}
        for name, value in headers:
            present.setdefault(name.lower(), []).append(value)
        signed = tuple(name for name in SIGNED for _ in present.get(name, ())) + SEALED
        before = FOLD.join(
            (
                f"v=1; a={self.key.algorithm}; c=relaxed/relaxed;",
                f"d={self.domain}; s={self.selector}; t={at};",
                FOLD.join(wrap("h=" + ": ".join(signed) + ";", FOLD_CHARS, break_on_hyphens=False)),
                "bh=",
            )
        )
        chosen = [
            (wanted, value)
            for wanted in SIGNED
            for value in reversed(present.get(wanted, ()))  # the last one first (section 5.4.2)
        ]
        pieces: list[bytes] = [b""]
        own: list[str] = []
        for name, value in chosen:
            if value is None:
                own.append(name)
                pieces.append(b"")
            else:
                pieces[-1] += relaxed_header(name, value)
        pieces[-1] += relaxed_header("dkim-signature", before).removesuffix(b"\r\n")
        return SignatureForm(self.key, before, tuple(pieces), tuple(own))


@dataclass(frozen=True)
class SignatureForm:
    """What the signatures of messages share whose headers have the same names, and most of them the same
    values. ``before``: a signature up to the hash of the body. ``pieces``: what is signed, but for the
    headers of each message's ``own``, which stand between them."""

    key: PrivateKey
    before: str
    pieces: tuple[bytes, ...]
    own: tuple[str, ...]

    def signature(self, own: Mapping[str, str], body_hash: bytes) -> str:
        """The signature of one message. ``own``: its headers, by their names in lower case."""
        bh = base64.b64encode(body_hash).decode()
        between = [relaxed_header(name, own[name]) for name in self.own]
        content = b"".join(chain.from_iterable(zip_longest(self.pieces, between, fillvalue=b"")))
        signed = self.key.sign(content + f"{bh}; b=".encode())
        signature = base64.b64encode(signed).decode()
        lines = [signature[i : i + FOLD_CHARS] for i in range(0, len(signature), FOLD_CHARS)]
        return f"{self.before}{bh};{FOLD}b={FOLD.join(lines)}"


def relaxed_header(name: str, value: str) -> bytes:
    """A header as it is signed (section 3.4.2)."""
    unfolded = value.replace("\r\n", "").strip(" \t")
    return f"{name.lower()}:{HEADER_BLANKS.sub(' ', unfolded)}\r\n".encode()


def relaxed_body(body: bytes) -> bytes:
    """A body as it is signed (section 3.4.4). Sent like that, it is signed as it stands."""
    lines = BLANKS.sub(b" ", BEFORE_END.sub(b"", body)).rstrip(b"\r\n \t")
    return lines + b"\r\n" if lines else b""


@lru_cache(maxsize=8)
def private_key(pem: str) -> PrivateKey:
    """A key from a file as ``openssl genpkey`` writes it (PEM). Raises ``ValueError`` with what is wrong."""
    from syndicator.mail.dkim_keys import load  # noqa: PLC0415 - OpenSSL takes 8 MB: for those who sign

    return load(pem)
