"""DKIM: signatures that tell receivers that a message is the domain's own (RFC 6376; ed25519: RFC 8463).

Messages of a list differ in a few headers and lines, and there are thousands: what they have in common is
made canonical once, before it is sent, and is signed as it stands.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
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
        present: dict[str, list[Header]] = {}
        for header in headers:
            present.setdefault(header[0].lower(), []).append(header)
        signed = tuple(name for name in SIGNED for _ in present.get(name, ())) + SEALED
        unsigned = FOLD.join(
            (
                f"v=1; a={self.key.algorithm}; c=relaxed/relaxed;",
                f"d={self.domain}; s={self.selector}; t={at};",
                _names(signed),
                f"bh={base64.b64encode(body_hash).decode()};",
                "b=",
            )
        )
        chosen = [
            relaxed_header(name, each)
            for wanted in SIGNED
            for name, each in reversed(present.get(wanted, ()))  # the last one first (section 5.4.2)
        ]
        own = relaxed_header("dkim-signature", unsigned).removesuffix(b"\r\n")
        signature = base64.b64encode(self.key.sign(b"".join(chosen) + own)).decode()
        pieces = [signature[i : i + FOLD_CHARS] for i in range(0, len(signature), FOLD_CHARS)]
        return "DKIM-Signature", unsigned + FOLD.join(pieces)


@lru_cache(maxsize=64)
def _names(signed: tuple[str, ...]) -> str:
    """The tag that names what is signed, in lines."""
    return FOLD.join(wrap("h=" + ": ".join(signed) + ";", FOLD_CHARS, break_on_hyphens=False))


@lru_cache(maxsize=256)
def relaxed_header(name: str, value: str) -> bytes:
    """A header as it is signed (section 3.4.2). Most are those of all messages of a list."""
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
