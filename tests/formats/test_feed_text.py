"""Addresses and text as feeds may carry them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import requests
from hypothesis import given

from syndicator.domain.article import ArticleState
from syndicator.formats import _text
from tests.formats.newsroom import addresses, article, nasty


@pytest.mark.parametrize(
    ("iri", "uri"),
    [
        ("https://ledger.example/a?b=c&d=e#f", "https://ledger.example/a?b=c&d=e#f"),
        ("https://ledger.example/ຂ່າວ", "https://ledger.example/%E0%BA%82%E0%BB%88%E0%BA%B2%E0%BA%A7"),
        ("https://ledger.example/a%20b c", "https://ledger.example/a%20b%20c"),
        ("https://ledger.example/100%", "https://ledger.example/100%25"),
        ("https://ledger.example/100%zz", "https://ledger.example/100%25zz"),
        ("https://ledger.example/[x]|y?z=[1]#a#b", "https://ledger.example/%5Bx%5D%7Cy?z=%5B1%5D#a%23b"),
        ("https://bücher.example:8080/", "https://xn--bcher-kva.example:8080/"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),  # IDNA 2003 would go elsewhere
        ("https://ຂ່າວ.example/", "https://xn--q6c8e6a1f.example/"),
        ("https://[2001:db8::1]:80/a", "https://[2001:db8::1]:80/a"),
        ("https://ledger.example", "https://ledger.example/"),  # RFC 3986 section 6.2.3
        ("https://ledger.example?id=1", "https://ledger.example/?id=1"),
        ("", ""),
    ],
)
def test_addresses_in_any_script_become_uris(iri: str, uri: str) -> None:
    assert _text.uri(iri) == uri


@given(addresses)
def test_an_address_made_a_uri_stays_as_it_is(address: str) -> None:
    made = _text.uri(address)

    assert _text.uri(made) == made
    assert made.isascii()


@given(addresses)
def test_a_uri_leads_where_requests_goes(address: str) -> None:
    theirs = requests.Request("GET", address).prepare().url

    assert _text.uri(theirs or "") == _text.uri(
        requests.Request("GET", _text.uri(address)).prepare().url or ""
    )


@given(nasty)
def test_text_is_clean_of_what_xml_forbids(text: str) -> None:
    cleaned = _text.cleaned(article(title=text, authors=(text,), tags=(text, "")))

    for each in (cleaned.title, *cleaned.authors, *cleaned.tags):
        each.encode()  # no lone surrogate
        assert each == each.strip()
        assert not any(c in each for c in "\x00\x0b\x85\ufffe\uffff")  # U+0085: no HTML may hold it
    assert "" not in (*cleaned.authors, *cleaned.tags)


def test_a_line_break_of_mainframes_is_one_everywhere() -> None:
    assert _text.cleaned(article(content_html="<p>One\x85two</p>")).content_html == "<p>One\ntwo</p>"


def test_times_are_told_in_whole_seconds_of_utc() -> None:
    vientiane = timezone(timedelta(hours=7))

    cleaned = _text.cleaned(article(published=datetime(2026, 3, 1, 7, 0, 0, 999, tzinfo=vientiane)))

    assert cleaned.published.isoformat() == datetime(2026, 3, 1, 0, 0, tzinfo=UTC).isoformat()
    assert cleaned.state is ArticleState.LIVE


def test_what_has_no_title_is_called_by_its_address() -> None:
    assert _text.title(_text.cleaned(article(title=" "))) == "https://ledger.example/1"


def test_terms_are_the_section_and_the_tags_once_each() -> None:
    sent = _text.cleaned(article(section="City", tags=("Trams", "City", " ")))

    assert _text.terms(sent) == ["City", "Trams"]


def test_an_entry_without_a_body_says_the_correction_with_the_summary() -> None:
    sent = article(content_html="", note="Not 200 m <but> 300.", summary="A bridge & a tram.")

    assert _text.body("full", sent) == ""
    assert _text.lead("full", sent) == (
        "<p><em>Not 200 m &lt;but&gt; 300.</em></p><p>A bridge &amp; a tram.</p>"
    )
    assert _text.plain(sent) == "Not 200 m <but> 300.\n\nA bridge & a tram."


def test_an_entry_with_a_body_says_the_correction_there_alone() -> None:
    sent = article(note="Not 200 m.")

    assert _text.body("full", sent).startswith("<p><em>Not 200 m.</em></p><p>Trams")
    assert _text.lead("full", sent) == "Trams cross the river again."
