"""Push notices: declarative messages that every push service takes, whatever an article says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.article import Article, Photo
from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.errors import Refused
from syndicator.domain.post import Occasion, Style
from syndicator.posts.compose import PLAIN, compose
from syndicator.remarks import gathering
from syndicator.text.push_notices import (
    JSON_BYTES,
    MAX_NOTICE_BYTES,
    MAX_TEXT_BYTES,
    push_message,
    push_notice,
)
from tests.channels.contract import ARTICLE

CAPABILITIES = Capabilities(
    ruler=JSON_BYTES,
    unit="bytes",
    text=MAX_TEXT_BYTES,
    link_place=LinkPlace.BESIDE,
    photo_by_address=True,
)


def notice(
    article: Article, style: Style = PLAIN, icon: str = "", *, is_replacing: bool = False
) -> dict[str, Any]:
    return push_notice(
        compose(article, CAPABILITIES, style),
        tag="t" * 32,
        icon=icon,
        site_title="River News",
        site_url="https://river.example/",
        is_replacing=is_replacing,
    )


def test_browsers_that_know_it_need_no_script() -> None:
    found = notice(ARTICLE, icon="https://river.example/icon.png")

    assert json.loads(push_message(found)) == {"web_push": 8030, "notification": found}
    assert found == {
        "title": ARTICLE.title,
        "navigate": ARTICLE.url,
        "body": f"{ARTICLE.summary}\n\nຮູບ: Noy S. / Example News",
        "tag": "t" * 32,
        "lang": "lo-LA",
        "dir": "auto",
        "icon": "https://river.example/icon.png",
        "image": "https://news.example/tram.jpg",
        "timestamp": 1772357400000,
    }


def test_what_takes_its_place_makes_no_sound() -> None:
    found = notice(ARTICLE, is_replacing=True)

    assert (found["silent"], found["tag"]) == (True, "t" * 32)
    assert "renotify" not in found


def test_what_is_not_there_is_left_out() -> None:
    bare = replace(ARTICLE, photo=None, summary="", language="")

    assert not {"image", "icon", "body", "lang", "silent"} & notice(bare).keys()


@pytest.mark.parametrize(
    "url", ["http://news.example/tram.jpg", "file:///tram.jpg", "data:image/png;base64,AA=="]
)
def test_pictures_that_no_browser_would_load_are_left_out_and_told(
    url: str,
) -> None:
    with gathering() as remarks:
        assert "image" not in notice(replace(ARTICLE, photo=Photo(url=url)))
    assert remarks == ["without its photo: browsers show only those at https addresses"]
    assert "icon" not in notice(ARTICLE, icon=url)


def test_a_notice_of_a_withdrawn_article_shows_no_photo(caplog: pytest.LogCaptureFixture) -> None:
    for photo in (ARTICLE.photo, Photo(url="http://news.example/tram.jpg")):
        withdrawn = compose(replace(ARTICLE, photo=photo), CAPABILITIES, occasion=Occasion.RETRACTION)
        found = push_notice(
            withdrawn, tag="t", icon="", site_title="", site_url="https://river.example/", is_replacing=True
        )
        assert "image" not in found
        assert found["navigate"] == "https://river.example/"
        assert found["body"] == "ບົດຄວາມນີ້ຖືກຖອນອອກແລ້ວ."
    assert caplog.text == ""


def test_a_template_of_the_newsrooms_stands_under_its_name() -> None:
    found = notice(ARTICLE, Style(templates={"*": "{{ headline }}!"}))

    assert (found["title"], found["body"]) == ("River News", f"{ARTICLE.title}!")


def test_a_long_lao_text_is_cut_where_it_may_be() -> None:
    found = notice(replace(ARTICLE, summary="ນັກຂ່າວຂອງພວກເຮົາ ລາຍງານ ຈາກແຂວງ. " * 200))

    assert found["body"].startswith("ນັກຂ່າວ")
    assert 1200 < len(found["body"].encode()) <= MAX_TEXT_BYTES


def test_long_addresses_cost_pictures_first_and_are_told() -> None:
    photo = Photo(url="https://news.example/" + "p" * 1500)
    with gathering() as remarks:
        found = notice(
            replace(ARTICLE, photo=photo, summary="Trams cross. " * 90), icon="https://river.example/i.png"
        )

    assert "image" not in found
    assert "icon" in found
    assert remarks == ["without its photo: its addresses are too long for all of it"]

    with gathering() as remarks:
        found = notice(
            replace(ARTICLE, url="https://news.example/" + "u" * 2000, summary="Trams cross. " * 90)
        )
    assert found["body"].endswith(".")
    assert len(found["body"]) < 900
    parts = [line.partition(":")[0] for line in remarks]
    assert parts == ["without its photo", "without the end of its text"]


def test_an_address_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(Refused, match="too long for a notification"):
        notice(replace(ARTICLE, url="https://news.example/" + "u" * 2800))


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=400)


@given(
    title=WORDS.filter(str.strip),
    summary=WORDS,
    url=st.integers(0, 2200),
    photo=st.integers(0, 3000),
    icon=st.integers(0, 3000),
    is_replacing=st.booleans(),
)
def test_it_is_never_too_long_and_always_whole(
    title: str, summary: str, url: int, photo: int, icon: int, is_replacing: bool
) -> None:
    article = replace(
        ARTICLE,
        title=title,
        summary=summary * 3,
        url="https://news.example/" + "u" * url,
        photo=Photo(url="https://news.example/" + "p" * photo),
    )
    try:
        found = notice(article, icon="https://river.example/" + "i" * icon, is_replacing=is_replacing)
    except Refused:
        assert url > 700
        return
    message = push_message(found)

    assert len(message) <= MAX_NOTICE_BYTES
    assert json.loads(message)["notification"]["navigate"] == article.url
    assert found["title"]


def test_half_a_character_breaks_nothing() -> None:
    assert json.loads(push_message(notice(replace(ARTICLE, title="Bridge \ud83d reopens"))))
