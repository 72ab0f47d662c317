"""What sites put into an article's text that nobody wrote for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.text.clean import plain

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
SOURCE = PageSource(
    name="weir", listings=(Listing(url="https://weir.example/"),), article=r"/news/\d+", http=Http()
)
PARAGRAPHS = (
    "The weir below the old town was opened at six, an hour before the river was expected to be highest.",
    "Nobody had to leave the houses on the bank this time, although the cellars of four of them are wet.",
    "A measuring point upstream had failed in the night, so that the fire brigade sent out two of its own.",
    "They read the water by lamp and telephone, every ten minutes, until the first trains ran at half past.",
    "By noon the river had fallen by a hand, and the weir was closed again for the boats of the afternoon.",
)


def text_with(insert: str) -> str:
    first, *others = (f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    page = f"""<!doctype html><html lang="en"><head><title>The weir holds</title></head><body><article>
        <h1>The weir holds</h1>{first}{insert}{"".join(others)}</article></body></html>"""
    return plain(SOURCE.read("https://weir.example/news/5", NOW, page=page.encode()).content_html)


@pytest.mark.parametrize(
    "insert",
    [
        (
            '<div id="Newsletter"><div><h3>The morning letter</h3><h4>All that you missed.</h4>'
            '<form><input name="mail"></form></div><div><h3>Thanks for signing up!</h3></div>'
            "<div><h3>Sorry!</h3><h4>There was an error.</h4></div></div>"
        ),
        (
            '<section class="c-signup-box"><p>Jeden Morgen um sechs das Wichtigste vom Fluss.</p>'
            '<label>Adresse <input type="email"></label><button>Bestellen</button></section>'
        ),
        (
            '<aside class="article__subscription"><p>Recevez chaque soir nos articles.</p>'
            '<input type="text"></aside>'
        ),
        (
            '<div itemprop="publisher" itemscope><div itemprop="name">WeirNewsOnline</div>'
            '<span itemprop="logo"><span itemprop="url">https://weir.example/logo.png</span></span></div>'
            '<div itemprop="datePublished">2026-11-26T05:57:40+01:00</div>'
            '<div itemprop="keywords">weir,river,water</div><div itemprop="headline">Weir: it holds</div>'
        ),
    ],
)
def test_what_nobody_wrote_for_the_article_is_no_text(insert: str) -> None:
    assert text_with(insert) == " ".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "insert",
    [
        '<div class="letter-to-subscribers"><p>The council says that it is older than the bridge.</p></div>',
        '<p class="subscribers-only">Whoever subscribed to the alarm heard it an hour before the others.</p>',
        '<p>It was opened on <span itemprop="datePublished">3 May</span> before, for a single night.</p>',
    ],
)
def test_what_only_is_called_like_it_stays(insert: str) -> None:
    assert plain(insert) in text_with(insert)


@pytest.mark.parametrize("name", ["newsletter-popup-enabled", "has-signup subscriber"])
def test_an_article_in_a_box_of_such_a_name_stays(name: str) -> None:
    field = '<form><input name="search"></form>'
    page = f"""<!doctype html><html lang="en"><head><title>The weir holds</title></head><body class="{name}">
        <div class="{name}"><h1>The weir holds</h1>{field}{"".join(f"<p>{p}</p>" for p in PARAGRAPHS)}</div>
        </body></html>"""
    found = SOURCE.read("https://weir.example/news/5", NOW, page=page.encode())
    assert plain(found.content_html) == " ".join(PARAGRAPHS)
