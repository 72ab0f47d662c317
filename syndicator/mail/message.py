"""Messages: a post as mail, in plain text and in HTML, its photo inline.

The order of parts is that of RFC 2046 section 5.1.4 (the plainest first) and RFC 2387 (the page before what
it shows).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from jinja2 import Environment, PackageLoader, StrictUndefined

from syndicator.domain.post import Post
from syndicator.mail.mailed import MailedPost
from syndicator.mail.words import ListWords

#: The name of the photo in the page.
PHOTO_NAME = "photo"


@dataclass(frozen=True, kw_only=True, slots=True)
class Footer:
    """What a list's message ends with: why it came, and where (``leave``) to end that."""

    words: ListWords
    leave: str


_environment = Environment(
    loader=PackageLoader("syndicator.mail", "."), autoescape=True, undefined=StrictUndefined
)


def message(post: Post, *, sender: str, recipient: str, message_id: str, date: datetime) -> EmailMessage:
    """A post as mail. ``sender`` and ``recipient`` may have names (``"Example News <news@news.example>"``);
    ``message_id`` has no angle brackets. One that answers another is in its thread (RFC 5322 section
    3.6.4)."""
    mailed = MailedPost.of(post)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = address(sender), address(recipient)
    mail["Date"] = format_datetime(date)
    mail["Subject"] = mailed.subject
    mail["Message-ID"] = f"<{message_id}>"
    if post.reply_to:
        mail["In-Reply-To"] = mail["References"] = f"<{post.reply_to.remote_id}>"
    mail["Auto-Submitted"] = "auto-generated"  # nobody's out-of-office note answers it (RFC 3834 section 5)
    mail.set_content(post.text + "\n")
    shown = [(mailed, PHOTO_NAME if post.photo else "")]
    mail.add_alternative(page(shown, title=mailed.title, language=post.language), subtype="html")
    if post.photo and (html := mail.get_body(("html",))):
        kind, _, subkind = post.photo.media_type.partition("/")
        html.add_related(
            post.photo.content,
            maintype=kind,
            subtype=subkind,
            cid=f"<{PHOTO_NAME}>",
            filename=post.photo.filename,
            disposition="inline",
        )
    if post.language:  # last: what is made of parts takes such headers along
        mail["Content-Language"] = post.language
    return mail


def address(text: str) -> Address:
    """A person's or a list's address, with a name or without. Raises ``ValueError``."""
    name, spec = parseaddr(text)
    local, at, domain = spec.rpartition("@")
    if not (at and local and domain and "." in domain and spec.isascii() and text.isprintable()):
        raise ValueError(f'{text!r} is no address: write "news@news.example", or "Name <news@news.example>"')
    return Address(display_name=name, username=local, domain=domain)


def message_id(key: str, sender: str) -> str:
    """The id of a delivery's message: the same at every attempt, so that a repeat is known by it."""
    return f"{post_id(key)}@{address(sender).domain}"


def post_id(key: str) -> str:
    """The same without the domain."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def page(
    posts: Sequence[tuple[MailedPost, str]],
    *,
    title: str,
    language: str,
    heading: str = "",
    more: Sequence[tuple[str, str]] = (),
    footer: Footer | None = None,
) -> str:
    """Posts as a page, each with the name of its photo in the message (``""``: none); below a ``heading``
    where they are several. ``more``: words at the end, and where they lead."""
    return _environment.get_template("message.html").render(
        posts=posts, title=title, language=language, heading=heading, more=more, footer=footer
    )
