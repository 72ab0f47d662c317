"""When an article was published, as its page and its listing say."""

from __future__ import annotations

from collections.abc import Iterator

from syndicator.sources.pages import page_dates, visible_dates
from syndicator.sources.pages.dating import Date, Dates, Publication
from syndicator.sources.pages.extracted import Extracted
from syndicator.sources.pages.visible_dates import NO_LINES

#: What the operator is told of an article without a date of its publication.
NO_DATE = "neither the page nor its listing has a date"
CHANGE_ONLY = f"{NO_DATE} but that of its last change, which is not taken for it: declare select.published"


def publication_of(dates: Dates, extracted: Extracted, listed: Date, url: str, form: str) -> Publication:
    """When what was ``extracted`` of the page at an address was published; its origin is noted there.
    ``listed``: the listing's date; ``form``: how pages write dates."""
    missing = CHANGE_ONLY if extracted.dates["updated"] else NO_DATE
    publication = dates.publication(_possible(dates, extracted, listed, url, form), missing)
    if extracted.is_date_doubtful and publication.date:
        others = _others(dates, extracted, publication.date, form)
        publication = dates.checked(publication, others, extracted.given("updated", form))
    if publication.date:
        extracted.put("published", publication.date.origin, publication.date.text)
    elif extracted.is_date_doubtful:
        extracted.origins.pop("published", None)
    return publication


def _possible(dates: Dates, extracted: Extracted, listed: Date, url: str, form: str) -> Iterator[Date]:
    """The dates that may be that of the publication, the most certain first."""
    yield from extracted.given("published", form)
    yield listed
    lines = NO_LINES if extracted.is_date_doubtful else extracted.lines
    yield from visible_dates.guesses(lines, url, dates)


def _others(dates: Dates, extracted: Extracted, first: Date, form: str) -> Iterator[Date]:
    """What else says surely when an article was published whose first date is doubtful."""
    for date in extracted.given("published", form):
        if date.origin in page_dates.SURE and date.origin != first.origin:
            yield date
    yield from visible_dates.stated(extracted.lines, dates)
