"""The page of a feed's entry: whether the article still stands there, and what it has that the feed lacks."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import Photo, Sighting
from syndicator.domain.errors import FetchError, SourceError
from syndicator.http.client import Response
from syndicator.sources.feeds.feed_document import FROM_SUMMARY
from syndicator.sources.feeds.pictures import FeedPicture, lead_photo
from syndicator.sources.oddity import is_odd_html, safely
from syndicator.sources.pages.furniture import NO_FURNITURE, Furniture
from syndicator.sources.pages.page_text import decoded_page
from syndicator.sources.pages.same_picture import same_picture
from syndicator.sources.pages.traits import PageReading
from syndicator.sources.sites.article_page import ArticlePages
from syndicator.sources.sites.led_elsewhere import is_same, led_elsewhere
from syndicator.sources.sites.listing import Link
from syndicator.text.clean import plain
from syndicator.text.markup import parse

#: The status of a page that is not there. One that leads elsewhere, or asks for a password, is no better.
NOT_FOUND = 404

#: Paths of pages for logging in.
LOGIN_PATH = re.compile(r"(?:^|/)(?:wp-login|log-?in|sign-?in|account|auth)(?:[./_-]|$)", re.IGNORECASE)

#: What WordPress shows in place of an article that is under a password.
LOCK = 'input[name="post_password"], form.post-password-form'

#: Characters of the text of a page that has nothing but a form.
MAX_FORM_CHARS = 1500

#: Words of a title, and the share of an entry's words that its page's title has at least.
WORD, TITLE_SHARE = re.compile(r"\w{2,}"), 0.5

#: What an entry may lack, by the names of a sighting's fields.
FIELDS = ("photo", "section", "content_html", "language")

#: The origin of a photo that has words which the feed does not have.
WORDS_OF_PAGE = "feed, with words of its page"


class PageLocked(FetchError):
    """The article itself is under a password: it is there, and for nobody."""


def must_stand(url: str, page: Response, home: str) -> None:
    """See that a page is still an article's: ``url`` is where it was asked for, ``home`` its site. Raises
    ``FetchError`` with status 404 where it leads to a home page, a listing, an error page or a form for
    logging in, or asks for a password; ``PageLocked`` where that is the article's own."""
    if page.status == 304:
        return
    why = _what_else(url, page, home)
    if not why and b"password" in page.content.lower():
        is_elsewhere, is_odd = not is_same(url, page.url), is_odd_html(page.content)
        if safely(_is_locked, page, is_odd=is_odd):
            raise PageLocked(url, "it is under a password", status=NOT_FOUND)
        is_asking = safely(_asks_for_password, page, is_elsewhere, is_odd=is_odd)
        why = "it asks for a password" if is_asking else ""
    if why:
        raise FetchError(url, why, status=NOT_FOUND)


def lacks(entry: Sighting) -> tuple[str, ...]:
    """The fields that an entry lacks, in part or whole."""
    photo = entry.photo
    is_lacking = {
        "photo": photo is None or not (photo.alt and photo.caption and photo.credit),
        "section": not entry.section,
        "content_html": entry.origins.get("content_html") == FROM_SUMMARY,
        "language": not entry.language,
    }
    return (*(name for name in FIELDS if is_lacking[name]), *entry.unread)


def read_page(
    pages: ArticlePages,
    entry: Sighting,
    page: Response,
    now: datetime,
    furniture: Furniture = NO_FURNITURE,
) -> PageReading:
    """What the page of an entry says. ``furniture``: what is the site's, and no article's. Raises
    ``SourceError`` where it is none of its article."""
    reading = pages.reading(Link(entry.key, page.url), page, now, furniture)
    if not _is_about(entry, reading.sighting):
        title = reading.sighting.title[:100]
        raise SourceError(f"{entry.url}: is headed {title!r} there: nothing is taken from it")
    return reading


def _is_about(entry: Sighting, page: Sighting) -> bool:
    """Whether a page is one of the entry's article, by its title."""
    words = set(WORD.findall(entry.title.casefold()))
    there = set(WORD.findall(f"{page.title} {plain(page.content_html)[:MAX_FORM_CHARS]}".casefold()))
    return len(words & there) >= TITLE_SHARE * len(words)


def completed(entry: Sighting, page: Sighting, selected: Collection[str] = ()) -> Sighting:
    """The entry, with what it lacks taken from its page. What the feed says stays as it says it.
    ``selected``: what else is looked for on pages, and not there where a page says nothing of it."""
    lacking = lacks(entry)
    values = {name: getattr(page, name) for name in lacking if name != "photo" and getattr(page, name)}
    unread = tuple(name for name in entry.unread if name not in selected and name not in values)
    entry = replace(entry, unread=unread)
    if "photo" in lacking and (photo := _photo(entry.photo, page)) != entry.photo:
        values["photo"] = photo
    origins: dict[str, str] = {name: f"page: {page.origins.get(name, 'markup')}" for name in values}
    if entry.photo and "photo" in values:
        origins["photo"] = WORDS_OF_PAGE
    return replace(entry, **values, origins={**entry.origins, **origins})


def with_words(entry: Sighting, page: Sighting) -> Sighting:
    """The entry, with nothing of its page but the words of its photo."""
    photo = _photo(entry.photo, page) if entry.photo else None
    if photo in (None, entry.photo):
        return entry
    return replace(entry, photo=photo, origins={**entry.origins, "photo": WORDS_OF_PAGE})


def _photo(entry_photo: Photo | None, page: Sighting) -> Photo | None:
    """The page's photo where the feed has none, or the feed's with the words that the page has for it: as its
    lead photo, or in its text."""
    if entry_photo is None:
        return page.photo
    there = page.photo
    if there is None or not same_picture(entry_photo.url, there.url):
        there = lead_photo([FeedPicture(url=entry_photo.url)], (), page.content_html, "", page.url)
    if there is None:
        return None
    return replace(
        entry_photo,
        caption=entry_photo.caption or there.caption,
        credit=entry_photo.credit or there.credit,
        alt=entry_photo.alt or there.alt,
        rights=entry_photo.rights or there.rights,
        focus=entry_photo.focus or there.focus,
    )


def _what_else(url: str, page: Response, home: str) -> str:
    """What a redirect has led to that is no article; "" where none has, or to one."""
    path = urlsplit(page.url).path
    if LOGIN_PATH.search(path) and not is_same(url, page.url) and not LOGIN_PATH.search(urlsplit(url).path):
        return f"it leads to a page for logging in ({page.url})"
    return led_elsewhere(url, page, home=home)


def _is_locked(page: Response) -> bool:
    return parse(decoded_page(page).text).css_first(LOCK) is not None


def _asks_for_password(page: Response, is_elsewhere: bool) -> bool:
    tree = parse(decoded_page(page).text)
    fields = tree.css('input[type="password"]')
    if not fields:
        return False
    is_in_article = bool(tree.css('article input[type="password"], main input[type="password"]'))
    return is_elsewhere or is_in_article or _characters(tree) < MAX_FORM_CHARS


def _characters(tree: LexborHTMLParser) -> int:
    return len(plain((tree.body.html if tree.body else "") or ""))
