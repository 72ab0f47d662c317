"""Messages: a post as mail, in plain text and in HTML, its photo inline.

The order of parts is that of RFC 2046 section 5.1.4 (the plainest first) and RFC 2387 (the page before what
it shows).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from jinja2 import Environment, PackageLoader, StrictUndefined

from syndicator.domain.post import Post, SpanKind
from syndicator.text.rulers import GRAPHEMES

#: The longest subject: phones show some forty graphemes, desktops some seventy.
MAX_SUBJECT = 120

#: The name of the photo in the page.
PHOTO_NAME = "photo"

_environment = Environment(
    loader=PackageLoader("syndicator.mail", "."), autoescape=True, undefined=StrictUndefined
)


def message(post: Post, *, sender: str, recipient: str, message_id: str, date: datetime) -> EmailMessage:
    """A post as mail. ``sender`` and ``recipient`` may have names (``"Example News <news@news.example>"``);
    ``message_id`` has no angle brackets. One that answers another is in its thread (RFC 5322 section
    3.6.4)."""
    headline, _ = post.headline_and_rest
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = address(sender), address(recipient)
    mail["Date"] = format_datetime(date)
    mail["Subject"] = GRAPHEMES.cut(" ".join(_subject(post).split()), MAX_SUBJECT, post.language)
    mail["Message-ID"] = f"<{message_id}>"
    if post.reply_to:
        mail["In-Reply-To"] = mail["References"] = f"<{post.reply_to.remote_id}>"
    mail["Auto-Submitted"] = "auto-generated"  # nobody's out-of-office note answers it (RFC 3834 section 5)
    mail.set_content(post.text + "\n")
    page = _environment.get_template("message.html").render(
        post=post, headline=headline, paragraphs=_paragraphs(post, bool(headline)), photo=PHOTO_NAME
    )
    mail.add_alternative(page, subtype="html")
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
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@{address(sender).domain}"


def _subject(post: Post) -> str:
    """A first post's headline; what answers one says in its first line what it is."""
    first = post.text.strip().partition("\n")[0]
    return first if post.reply_to else post.headline or first or post.article.title


def _paragraphs(post: Post, has_headline: bool) -> list[list[tuple[str, str]]]:
    """The text's paragraphs for the page, each in pieces of words and where they lead (``""``: nowhere); the
    headline is left out, which leads to the article there."""
    pieces: list[tuple[str, str]] = []
    end = 0
    for span in post.linked(SpanKind.LINK):
        pieces += [(post.text[end : span.start], ""), (post.text[span.start : span.end], span.target)]
        end = span.end
    pieces.append((post.text[end:], ""))
    paragraphs: list[list[tuple[str, str]]] = [[]]
    for words, target in pieces:
        first, *others = words.split("\n\n")
        paragraphs[-1].append((first, target))
        paragraphs += [[(each, target)] for each in others]
    shown = [each for each in paragraphs if any(words.strip() for words, _ in each)]
    return shown[1:] if has_headline else shown
