"""What looks like the date of an article's publication on its page, and is none: titles, changes, other days;
and where its own stands all the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://harbour.example/news/21"
SOURCE = PageSource(
    name="harbour",
    listings=(Listing(url="https://harbour.example/"),),
    article=r"/news/\d+",
    http=Http(),
)
TEXT = "".join(
    f"<p>The crane of berth {name} is lifted onto the quay at dawn, when the tide is low, and the tugs "
    "have no other ship to move.</p>"
    for name in ("one", "two", "three", "four", "five")
)


def read(
    inner: str, head: str = "<title>The crane arrives at the quay</title>", lang: str = "en"
) -> Sighting:
    page = f'<!doctype html><html lang="{lang}"><head>{head}</head><body><main>{inner}</main></body></html>'
    return SOURCE.read(URL, NOW, page=page.encode())


@pytest.mark.parametrize("name", ["article:modified_time", "og:updated_time", "last-modified"])
def test_the_last_change_is_no_publication(name: str) -> None:
    """Years may lie between the two: an old article that was touched is no news."""
    head = f'<title>The crane arrives</title><meta property="{name}" content="2026-11-25T09:00:00Z">'
    seen = read(f"<article><h1>The crane arrives</h1>{TEXT}</article>", head)

    assert (seen.published, seen.is_undated) == (None, True)
    assert seen.updated == datetime(2026, 11, 25, 9, tzinfo=UTC)
    assert [warning for warning in seen.warnings if "its last change" in warning]


@pytest.mark.parametrize(
    ("lang", "label"),
    [("en", "Last updated: "), ("en", "Modified on "), ("de", "Aktualisiert am "), ("fr", "Mis à jour le ")],
)
def test_a_time_behind_the_word_for_a_change_is_that_of_a_change(lang: str, label: str) -> None:
    times = f'<p>{label}<time datetime="2026-11-20">20.11.2026</time></p>'
    published = '<p><time datetime="2026-11-02">2.11.2026</time></p>'
    seen = read(
        f"<article><h1>The crane arrives at the quay</h1>{times}{published}{TEXT}</article>", lang=lang
    )

    assert (seen.published, seen.updated) == (
        datetime(2026, 11, 2, tzinfo=UTC),
        datetime(2026, 11, 20, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["published", "entry-title published", "dt-published"])
def test_a_class_that_says_that_the_title_is_published_is_no_date(name: str) -> None:
    seen = read(
        f'<article><h1 class="{name}">The crane arrives at the quay</h1><p>Nov 3, 2026</p>{TEXT}</article>'
    )

    assert seen.published == datetime(2026, 11, 3, tzinfo=UTC)
    assert [warning for warning in seen.warnings if "guessed" in warning]


@pytest.mark.parametrize(
    "line", ["by Ann Harbour · Nov 3, 2026 at 3:00 am · No comments", "3 November 2026, 03:00"]
)
def test_the_day_right_below_the_headline_comes_before_days_in_the_text(line: str) -> None:
    days = "<p>Ordered: June 17, 2025</p><p>Built: May 2, 2026</p>"
    seen = read(f"<article><h1>The crane arrives at the quay</h1><p>{line}</p>{days}{TEXT}</article>")

    assert seen.published == datetime(2026, 11, 3, 3, tzinfo=UTC)


def test_two_days_right_below_the_headline_are_not_chosen_from() -> None:
    days = "<p>Ordered: June 17, 2025</p><p>Built: May 2, 2026</p>"

    assert read(f"<article><h1>The crane arrives at the quay</h1>{days}{TEXT}</article>").published is None


@pytest.mark.parametrize("tag", ["h1", "h2"])
def test_a_headline_in_other_words_than_the_title_has_its_day_beside_it(tag: str) -> None:
    """The others on the page are of other stories."""
    inner = f"""<div><span>November 3, 2026</span><{tag}>The crane finally arrives at our quay</{tag}>{TEXT}
        </div><div class="related"><h2>Ferries stay in port</h2><span>May 1, 2026</span></div>"""

    assert read(inner).published == datetime(2026, 11, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lang", "byline"),
    [
        ("en", '<time class="published-date" datetime="2026-11-20T09:35"><i>Updated Nov 20, 2026</i></time>'),
        ("en", '<time class="entry-date" datetime="2026-11-20T09:35">Last updated on 20 Nov 2026</time>'),
        ("de", '<time datetime="2026-11-20T09:35">Zuletzt aktualisiert: 20.11.2026</time>'),
        ("en", '<p class="field--name-changed"><time datetime="2026-11-20T09:35">20 Nov 2026</time></p>'),
        ("en", '<p class="last-modified"><b><time datetime="2026-11-20T09:35">Nov 20</time></b></p>'),
    ],
)
def test_a_time_that_says_itself_that_it_is_of_a_change(lang: str, byline: str) -> None:
    seen = read(f"<article><h1>The crane arrives at the quay</h1>{byline}{TEXT}</article>", lang=lang)

    assert (seen.published, seen.is_undated) == (None, True)
    assert seen.updated == datetime(2026, 11, 20, 9, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    "byline",
    [
        '<p class="byline updated">By Ann, <time datetime="2026-11-20T09:35">20 Nov 2026</time></p>',
        '<time datetime="2026-11-20T09:35">20 Nov 2026, updated 21 Nov 2026</time>',
        '<time datetime="2026-11-20T09:35">Published 20 Nov 2026</time>',
    ],
)
def test_a_time_that_does_not_say_so_is_of_the_publication(byline: str) -> None:
    seen = read(f"<article><h1>The crane arrives at the quay</h1>{byline}{TEXT}</article>")

    assert seen.published == datetime(2026, 11, 20, 9, 35, tzinfo=UTC)
