"""A date for machines that may be that of a change: written anew whenever its page is saved, or under a name
that says neither. A surer one that is earlier goes before it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from tests.sources.test_dates_that_mislead import TEXT, read

TITLE = "<title>The crane arrives at the quay</title>"
HEADLINE = "<h1>The crane arrives at the quay</h1>"


def json_ld(**dates: str) -> str:
    thing = {"@type": "Article", "headline": "The crane arrives at the quay", **dates}
    return f'{TITLE}<script type="application/ld+json">{json.dumps(thing)}</script>'


SAVED = json_ld(datePublished="Nov 20, 2026", dateModified="Nov 20, 2026")
ANY_DATE = f'{TITLE}<meta name="date" content="2026-11-20">'


def seen(byline: str, head: str) -> Sighting:
    return read(f"<article>{HEADLINE}{byline}{TEXT}</article>", head)


@pytest.mark.parametrize("head", [SAVED, ANY_DATE])
@pytest.mark.parametrize(
    "byline",
    [
        "<p>November 2, 2026</p>",
        "<p>2 Nov 2026 - Desk: Ann Harbour (who has written of cranes for years)</p>",
        "<div><p>Published Nov 2, 2026</p><p>Updated Nov 20, 2026</p></div>",
        '<p><time datetime="2026-11-02">2 Nov</time></p>',
    ],
)
def test_a_surer_day_that_is_earlier_goes_before_a_doubtful_one(byline: str, head: str) -> None:
    assert seen(byline, head).published == datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "byline",
    [
        "<p>November 19, 2026</p>",  # a zone's difference
        "<p>The storm of November 2, 2026</p>",
        "<p>November 2, 2026</p><p>November 3, 2026</p>",
        "<p>Nov 20, 2026 Ann Harbour 0</p><p>1</p><p>2</p><p>3</p><p>2 Nov 2026</p>",
        "<p>Updated November 2, 2026</p>",
    ],
)
def test_what_is_less_sure_does_not(byline: str) -> None:
    assert seen(byline, SAVED).published == datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize("byline", ["<p>November 24, 2026</p>", "<p>Published 24 Nov 2026</p>"])
def test_a_date_of_whatever_and_a_later_day_that_is_shown_are_both_left(byline: str) -> None:
    """The one may be that of a draft, the other that of a change."""
    sighting = seen(byline, ANY_DATE)

    assert (sighting.published, sighting.is_undated) == (None, True)
    assert "published" not in sighting.origins
    assert [warning for warning in sighting.warnings if "contradict each other" in warning]


@pytest.mark.parametrize(
    ("byline", "head"),
    [
        ("<p>November 21, 2026</p>", ANY_DATE),  # a zone's difference
        ("<p>November 24, 2026</p>", f'{ANY_DATE}<meta name="last-modified" content="2026-11-24">'),
        ("<p>Updated November 24, 2026</p>", ANY_DATE),
        ("<p>The fair of November 24, 2026</p><p>Tickets until November 25, 2026</p>", ANY_DATE),
        ("<p>November 24, 2026</p><p>November 25, 2026</p>", ANY_DATE),
    ],
)
def test_what_explains_a_later_day_leaves_the_date(byline: str, head: str) -> None:
    assert seen(byline, head).published == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_date_that_is_not_doubtful_stands() -> None:
    head = json_ld(datePublished="2026-11-18T08:00:00Z", dateModified="2026-11-20T08:00:00Z")

    assert seen("<p>November 2, 2026</p>", head).published == datetime(2026, 11, 18, 8, tzinfo=UTC)


def test_the_operator_is_told() -> None:
    sighting = seen("<p>November 2, 2026</p>", SAVED)

    assert sighting.origins["published"] == "beside the headline"
    assert [warning for warning in sighting.warnings if "may be that of a change" in warning]


@pytest.mark.parametrize("year", ["Regatta of 12 May 2012", "2013 – 12 May 2013"])
def test_a_menu_that_names_a_day_is_no_byline(year: str) -> None:
    menu = "".join(f'<li><a href="/{i}">{name}</a></li>' for i, name in enumerate(("A", "B", "C", "D", year)))
    sighting = seen(f"<ul>{menu}</ul>", TITLE)

    assert sighting.published is None
