"""What a list's messages say: an alert, a digest, and what is sent to somebody who signs up."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from syndicator.domain.post import Occasion
from syndicator.mail.mailed import MailedPost
from syndicator.mail.mailing import LINK, Contents
from syndicator.mail.message import PHOTO_NAME, Footer, page
from syndicator.mail.words import ListWords, list_words

log = logging.getLogger(__name__)

#: Bytes of a page, from which on Gmail shows the rest on demand alone; less than its 102 kB, since some count
#: what stands in the message, which is a third longer.
MAX_PAGE_BYTES = 75_000

#: Photos of a digest, in articles' order: with more, messages grow beyond a megabyte.
MAX_DIGEST_PHOTOS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ListNames:
    """What a list is called. ``language``: its own, for what is of no article. ``home``: the site."""

    title: str
    language: str
    site_title: str
    home: str

    @property
    def words(self) -> ListWords:
        return list_words(self.language)


def alert(post: MailedPost) -> Contents:
    """One post."""
    footer = Footer(words=list_words(post.language), leave=LINK)
    return Contents(
        subject=_subject(post, footer.words),
        text=f"{post.text}\n{_text_footer(footer)}",
        page=page(
            [(post, PHOTO_NAME if post.photo else "")],
            title=post.title,
            language=post.language,
            footer=footer,
        ),
        language=post.language,
        photos=((PHOTO_NAME, post.photo),) if post.photo else (),
    )


def digest(posts: Sequence[MailedPost], names: ListNames, day: date) -> Contents:
    """Several, the newest first. What there is no room for is counted, and told in the log."""
    footer = Footer(words=names.words, leave=LINK)
    heading = f"{names.title} – {_day(day, names.language)}"
    newest = [*reversed(posts)]
    shown = newest
    while True:
        more = _more(names, len(newest) - len(shown))
        named = [(each, _photo_name(i, each)) for i, each in enumerate(shown)]
        html = page(named, title=heading, language=names.language, heading=heading, more=more, footer=footer)
        excess = len(html.encode()) - MAX_PAGE_BYTES
        if excess <= 0 or len(shown) == 1:
            break
        shown = shown[: max(1, min(len(shown) - 1, len(shown) * MAX_PAGE_BYTES // len(html.encode())))]
    if omitted := len(newest) - len(shown):
        log.warning(
            "%s: %d of its %d articles are counted only: there is no room", heading, omitted, len(posts)
        )
    blocks = [heading, *(each.text for each in shown), *(f"{words}\n{target}" for words, target in more)]
    return Contents(
        subject=heading if len(shown) != 1 else f"{names.title}: {shown[0].subject}",
        text="\n\n* * *\n\n".join(blocks) + "\n" + _text_footer(footer),
        page=html,
        language=names.language,
        photos=tuple((name, each.photo) for each, name in named if name and each.photo),
    )


def confirmation(names: ListNames, link: str) -> tuple[str, str]:
    """Subject and text of what asks whether an address is of who signs it up."""
    words, title = names.words, names.title
    subject = words.confirm_subject.format(title=title)
    return subject, f"{words.confirm_text.format(title=title)}\n\n{link}\n\n{words.ignore}\n"


def known(names: ListNames, link: str) -> tuple[str, str]:
    """The same to who is on the list already: nobody else learns that."""
    words, title = names.words, names.title
    return title, f"{words.known.format(title=title)}\n\n{link}\n\n{words.ignore}\n"


def _subject(post: MailedPost, words: ListWords) -> str:
    """The subject, which says what the message is, where it is no news."""
    match post.occasion:
        case Occasion.CORRECTION:
            return words.corrected.format(title=post.title or post.subject)
        case Occasion.RETRACTION:
            return words.withdrawn.format(title=post.title or post.subject)
        case Occasion.NEWS:
            return post.subject


def _text_footer(footer: Footer) -> str:
    """Below a line that mail programs know a signature by (RFC 3676 section 4.3)."""
    return f"\n-- \n{footer.words.why}\n{footer.words.unsubscribe}: {footer.leave}\n"


def _photo_name(index: int, post: MailedPost) -> str:
    return f"{PHOTO_NAME}{index + 1}" if post.photo and index < MAX_DIGEST_PHOTOS else ""


def _more(names: ListNames, count: int) -> list[tuple[str, str]]:
    words = names.words.more.format(count=count, site=names.site_title)
    return [(words, names.home)] if count else []


def _day(day: date, language: str) -> str:
    """A day as its language writes it."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - of use only for digests
    from babel.dates import format_date  # noqa: PLC0415 - likewise

    try:
        locale = Locale.parse(language.replace("-", "_") or "en")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return format_date(day, "long", locale)
