"""What was written for an article's posts: its paragraphs, and its own address in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import LinkPlace
from syndicator.domain.post import Occasion
from syndicator.posts.compose import ADDRESS_ALONE, compose
from syndicator.posts.layout import GAP
from syndicator.posts.own_words import own_words
from syndicator.text.cutting import ELLIPSIS
from tests.posts.test_compose import PHOTO, SUMMARY, article, limits
from tests.posts.test_odd_texts import NARROW

URL = "https://www.ledger.example/2026/bridge"


@pytest.mark.parametrize(
    ("written", "left"),
    [
        (f"Cross it!\n\nRead more: {URL}\n\n#river", "Cross it!\n\n#river"),
        (f"Cross it! 🎉\n👉 {URL}", "Cross it! 🎉"),
        ("Cross it! http://ledger.example/2026/bridge/?utm_source=x&fbclid=1#top.", "Cross it!"),
        ("Cross it (ledger.example/2026/bridge)", "Cross it"),
        ("ຂ້າມໄດ້ແລ້ວ! ອ່ານຕໍ່: https://ledger.example/2026/bridge", "ຂ້າມໄດ້ແລ້ວ!"),
        (f"Cross it! Read here: {URL}", "Cross it!"),
        (f"Big news! 🎉\n\nRead here: {URL}\n\n#Laos", "Big news! 🎉\n\n#Laos"),
        (f"The price of the bridge: {URL}", "The price of the bridge:"),
        (f"看{URL}", "看"),
        (f"Read it at {URL} today.", "Read it at ledger.example today."),
        ("Cross it!  \r\n \n\n\nIt is  open.\nAt last.", "Cross it!\n\nIt is open.\nAt last."),
        (URL, ""),
        (f"→ {URL}\n{URL}", ""),
        # other pages of the site, and of others
        (
            "See https://www.ledger.example/2026/bridge-2 and https://other.example/2026/bridge",
            "See ledger.example/2026/bridge-2 and other.example/2026/bridge",
        ),
        (f"See {URL}?page=2", "See ledger.example/2026/bridge?page=2"),
        ("See x.ledger.example/2026/bridge", "See x.ledger.example/2026/bridge"),
    ],
)
def test_an_articles_own_address_goes_and_its_paragraphs_stay(written: str, left: str) -> None:
    assert own_words(written, URL) == left


def test_an_address_with_a_query_and_one_in_another_script_are_known() -> None:
    assert (
        own_words("Now: https://ledger.example/?id=7&utm_medium=m", "https://ledger.example/?id=7") == "Now:"
    )
    other = "https://ledger.example/?id=77"
    assert own_words(f"Now: {other}", "https://ledger.example/?id=7") == "Now: ledger.example/?id=77"
    assert own_words("Now: https://a.example/ຂົວ", "https://a.example/%E0%BA%82%E0%BA%BB%E0%BA%A7") == "Now:"
    assert own_words("Read ledger.example today", "https://ledger.example/") == "Read ledger.example today"


@pytest.mark.parametrize("field", ["social", "operator_words"])
def test_words_that_are_the_address_alone_are_left_out_and_told(field: str) -> None:
    told = article(**{field: f"Read more: {article().url}"})
    post = compose(told, limits())
    assert post.text.split(GAP) == ["Bridge reopens", SUMMARY, told.url]
    assert post.omitted == (ADDRESS_ALONE,)
    assert post.remark == ADDRESS_ALONE
    assert not compose(told, limits(), occasion=Occasion.RETRACTION).remark


@pytest.mark.parametrize("room", [60, 90, 300])
def test_paragraphs_stand_in_posts_within_their_room(room: int) -> None:
    told = article(
        social="Cross it at last!\n\nThe first tram leaves at dawn.\nThe last one at midnight, as ever."
    )
    post = compose(told, replace(limits(room), link_place=LinkPlace.BESIDE))
    assert post.text.startswith("Cross it at last!\n\nThe first tram leaves")
    assert len(post.text) <= room
    assert post.headline == "Bridge reopens"
    assert post.headline_and_rest == ("", post.text)


def test_each_line_of_a_right_to_left_language_begins_from_the_right() -> None:
    told = article(title="خبر", social="خبر عاجل\nWHO تعلن", language="ar")
    assert compose(told, limits()).text.startswith("خبر عاجل\n\u200fWHO")


@pytest.mark.parametrize("host", ["staging.ledger.example:8443", "127.0.0.1:8001", "[::1]:8001"])
def test_an_address_with_a_port_is_known(host: str) -> None:
    url = f"http://{host}/2026/bridge"
    assert (
        own_words(f"Cross it! {url}\nAll of it at {url} today.", url)
        == f"Cross it!\nAll of it at {host} today."
    )


PHOTO_BY_LI = Photo(url="https://ledger.example/a.jpg", credit="Anna Li / AFP")
LONG = "The bridge is open, and everybody may cross it once again. " * 20


@pytest.mark.parametrize("words", [LONG, LONG[:290]])
def test_a_correction_and_a_credit_are_said_beside_long_words_for_posts(words: str) -> None:
    told = replace(article(note="It opened on Friday.", social=words), photo=PHOTO_BY_LI)
    post = compose(told, NARROW, photo=PHOTO)
    text, correction, credit = post.text.split(GAP)
    assert text == "The bridge is open, and everybody may cross it once again. " * 3 + (
        "The bridge is open, and everybody may cross it once again."
    )
    assert (correction, credit) == ("Correction: It opened on Friday.", "Photo: Anna Li / AFP")
    assert post.omitted == ("headline cut: no room",)
    assert post.length <= post.room


def test_a_credit_is_said_beside_a_headline_that_is_cut_anyway() -> None:
    told = replace(article(title="Bridge opens to everybody " * 100), photo=PHOTO_BY_LI)
    post = compose(told, NARROW, photo=PHOTO)
    assert post.text.endswith(f"{ELLIPSIS}{GAP}Photo: Anna Li / AFP")
    assert 270 < post.length <= 300


def test_a_headline_that_fits_is_not_cut_for_anything() -> None:
    title = ("Bridge opens to everybody " * 12)[:295].strip()
    told = replace(article(title=title, note="It opened on Friday."), photo=PHOTO_BY_LI)
    post = compose(told, NARROW, photo=PHOTO)
    assert post.headline == title
    assert "photo's credit left out: no room" in post.omitted


def test_a_long_correction_leaves_room_to_the_credit_beside_words_for_posts() -> None:
    told = replace(article(note="It opened on another day. " * 40, social=LONG), photo=PHOTO_BY_LI)
    post = compose(told, NARROW, photo=PHOTO)
    text, correction, credit = post.text.split(GAP)
    assert text.startswith("The bridge is open")
    assert len(text) > 140
    assert correction.startswith("Correction: It opened on another day. It opened")
    assert credit == "Photo: Anna Li / AFP"
