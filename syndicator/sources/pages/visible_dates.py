"""A date that stands beside an article's headline, in words only: a guess, for pages that say nothing for
machines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.domain.article import CLOCK_SKEW
from syndicator.sources.pages.dated_part import DatedPart
from syndicator.sources.pages.dating import Date, Dates
from syndicator.sources.pages.names import PREFIX
from syndicator.text.dates import DateReading
from syndicator.text.dates.search import MAX_LINE_CHARS, FoundDate, dates_in

#: Paragraphs of running text after which nothing is beside the headline any more, and characters of one.
MAX_PROSE, MIN_PROSE_CHARS = 2, 200

#: Lines right below the headline: a byline, a standfirst; and characters of a date alone.
MAX_LINES_BELOW, MAX_DATE_CHARS = 3, 40

#: Lines of one article that are looked at, and elements.
MAX_LINES, MAX_ELEMENTS = 400, 4000

#: Items of a list that may be a menu: a byline has fewer.
MIN_MENU = 5

#: Elements within a line.
INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "cite", "em", "font", "i", "label", "mark", "small", "span", "strong"),
        *("sub", "sup", "time", "u"),
    )
)
MUTE = frozenset(("script", "style", "noscript", "template", "svg", "iframe", "button", "select", "textarea"))

#: Classes of what holds the day of the last change, and of the publication: Drupal's field "changed", too.
#: "updated" alone is what hAtom asks for, and themes have it on the only day that they show.
HOLDS_CHANGED = re.compile(r"\b(?:modified|changed)\b|\w-updated\b|\bupdated-\w", re.IGNORECASE)
HOLDS_PUBLISHED = re.compile(r"publish", re.IGNORECASE)

#: A day in the path of an address.
DAY_IN_PATH = re.compile(
    r"/((?:19|20)\d\d)/(\d\d?)/(\d\d?)(?=/|$)|[/_-]((?:19|20)\d\d)-(\d\d)-(\d\d)(?=[/._-]|$)"
)

#: A day in figures of which either may be the month.
TWO_DAYS = re.compile(r"(?<!\d)(?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d(?!\d)")

#: The first year in which a page can have been published: earlier ones are those of what it tells of.
FIRST_YEAR = 1995

#: What the operator is told of such a date.
GUESSED = "guessed, since the page gives none for machines: declare select.published"

#: What the operator is told of a day that stands there and is taken in place of a later one.
EARLIER = (
    "it stands beside the headline; what the page says for machines is later, and may be that of a change: "
    "declare select.published if it is wrong"
)

#: What the operator is told where such lines have the last change alone.
CHANGE_ALONE = (
    "beside its headline stands the day of its last change alone, which is not taken for its publication"
)

#: What the operator is told where a line has a day that may be two.
UNREAD = (
    "a day stands on its page that may be two (03/04/2026), and is not taken for its publication: declare "
    "select.published and dates"
)


class Lines(NamedTuple):
    """The short lines of an article: bylines and dates right below its headline, all that are beside it, and
    the others."""

    below: Sequence[str]
    beside: Sequence[str]
    others: Sequence[str]


NO_LINES = Lines((), (), ())


def lines(page: LexborHTMLParser) -> Lines:
    """The short lines with digits of the article's own part of a page."""
    part = DatedPart(page)
    below: list[str] = []
    beside: list[str] = []
    others: list[str] = []
    prose = count_below = 0
    if part.headline is None or part.container is None:
        return NO_LINES
    is_after = False
    for is_headline, line in _lines(part, part.container):
        count_below += is_after and not is_headline
        is_after = is_after or is_headline
        if len(line) >= MIN_PROSE_CHARS and is_after:
            prose += 1
        elif len(line) <= MAX_LINE_CHARS and any(map(str.isdecimal, line)):
            (beside if prose < MAX_PROSE else others).append(line)
            if 0 < count_below <= MAX_LINES_BELOW and not prose and _is_byline(line):
                below.append(line)
    return Lines(below, beside[:MAX_LINES], others[:MAX_LINES])


def guesses(found: Lines, url: str, dates: Dates) -> Iterator[Date]:
    """What may be the date of an article that gives none for machines: the one day that its lines name, that
    of its address."""
    line_date = _date_in(found, dates)
    if line_date:
        yield Date("beside the headline", line_date.text, reading=line_date.reading, note=GUESSED)
    match = DAY_IN_PATH.search(urlsplit(url).path)
    if match:
        yield Date("address", "-".join(part.zfill(2) for part in match.groups() if part), note=GUESSED)


def stated(found: Lines, dates: Dates) -> Iterator[Date]:
    """The one day that stands beside the headline and is said to be that of the publication, or stands there
    in no other words; none where there are several. A line right below the headline goes before others."""
    days = list(_past(found.below, dates)) or list(_past(found.beside, dates))
    named = [date for date in days if date.is_labelled] or [
        date for date in days if not date.is_change and dates.read(Date("", date.text)).moment
    ]
    if _days(named) == 1:
        date = max(named, key=lambda each: _precision(each.reading))
        yield Date("beside the headline", date.text, reading=date.reading, note=EARLIER)


def _date_in(found: Lines, dates: Dates) -> FoundDate | None:
    """The one day that the lines right below the headline name, or those beside it, or else the other lines;
    ``None`` where they name none, or several."""
    read = [list(_past(each, dates)) for each in found]
    labelled = [date for past in read for date in past if date.is_labelled]
    if _days(labelled) == 1:  # whatever other days stand there
        return max(labelled, key=lambda date: _precision(date.reading))
    for each, past in zip(found, read, strict=True):
        if any(_is_unread(line, dates) for line in each):  # it is another day, or the one that is looked for
            dates.warnings += [] if UNREAD in dates.warnings else [UNREAD]
            return None
        published = [date for date in past if not date.is_change]
        if past and not published:
            dates.warnings += [] if CHANGE_ALONE in dates.warnings else [CHANGE_ALONE]
            return None
        days = _days(published)
        if days == 1:
            return max(published, key=lambda date: _precision(date.reading))
        if days and each is not found.below:
            return None
    return None


def _past(found: Sequence[str], dates: Dates) -> Iterator[FoundDate]:
    """The dates in lines that can be that of an article."""
    for line in found:
        for date in dates_in(line, zone=dates.zone, now=dates.now, languages=dates.languages):
            moment = date.reading.moment
            if moment and moment <= dates.now + CLOCK_SKEW and moment.year >= FIRST_YEAR:
                yield date


def _is_unread(line: str, dates: Dates) -> bool:
    """Whether a line has a day that is not understood, since it may be two (03/04/2026)."""
    if not TWO_DAYS.search(line):
        return False
    return not any(dates_in(line, zone=dates.zone, now=dates.now, languages=dates.languages))


def _is_menu(node: LexborNode) -> bool:
    """Whether an element is a list of nothing but links: what is called after a year there is no date."""
    if node.tag not in ("ul", "ol"):
        return False
    items = [item for item in node.iter() if item.tag == "li"]
    return len(items) >= MIN_MENU and all(map(_is_link, items))


def _is_link(item: LexborNode) -> bool:
    link = item.css_first("a")
    return link is not None and link.text().strip() == item.text().strip()


def _is_of_change(node: LexborNode) -> bool:
    """Whether an element is called the place of the day of the last change, and has no more than that."""
    names = node.attributes.get("class") or ""
    is_called_so = HOLDS_CHANGED.search(names) and not HOLDS_PUBLISHED.search(names)
    return bool(is_called_so) and len(node.text().strip()) <= MAX_DATE_CHARS


def _days(found: Iterable[FoundDate]) -> int:
    """How many days these dates are."""
    return len({each.reading.moment.date() for each in found if each.reading.moment})


def _is_byline(line: str) -> bool:
    """Whether a line says who wrote the article, or when alone: what has a label ("Built: ...") is another
    day."""
    return bool(PREFIX.match(line)) or (len(line) <= MAX_DATE_CHARS and ": " not in line)


def _precision(reading: DateReading) -> int:
    moment = reading.moment
    return (moment.hour * 60 + moment.minute) * 60 + moment.second if moment else 0


def _lines(part: DatedPart, container: LexborNode) -> Iterator[tuple[bool, str]]:
    """The lines of a container's text, and whether each is the headline's."""
    headline_id = part.headline.mem_id if part.headline is not None else -1
    words: list[str] = []
    is_headline = False
    for node in _within(part, container):
        if node is not None and node.tag == "-text":
            words.append(node.text(deep=False) or "")
            continue
        if words:
            yield is_headline, " ".join(" ".join(words).split())
        words, is_headline = [], node is not None and node.mem_id == headline_id


def _within(part: DatedPart, container: LexborNode) -> Iterator[LexborNode | None]:
    """Texts and blocks in a container, in their order; ``None``: a block ends."""
    stack: list[LexborNode | None] = [None, container.child]
    for _ in range(MAX_ELEMENTS):
        node = stack.pop() if stack else None
        if node is None:
            yield None
            if not stack:
                return
            continue
        if node.next is not None:
            stack.append(node.next)
        if node.tag == "-text":
            yield node
        elif part.is_card(node) or _is_menu(node):
            continue
        elif node.tag in INLINE:
            stack += [node.child] if node.child is not None else []
        elif node.tag not in MUTE and not part.is_others(node) and not _is_of_change(node):
            yield node
            stack += [None, node.child] if node.child is not None else []
