"""The photos in an article's text, beside its lead photo."""

from __future__ import annotations

from dataclasses import replace

from syndicator.domain.article import Photo
from syndicator.domain.photo import may_leave
from syndicator.sources.pages.text_photos import text_photos
from tests.channels.contract import ARTICLE

MARKET = """<p>The market opens at five.</p>
<figure><img src="https://news.example/img/market-gate-7741.jpg" alt="The gate of the market">
<figcaption>The gate at dawn. Photo: Bounmy Keo</figcaption></figure>
<figure><img src="/img/melons.jpg" alt="A pile of melons"></figure>
<figure><img src="/img/melons.jpg?w=400" alt="Melons, small"></figure>
<p><img src="https://news.example/img/inline.jpg" alt="no figure"></p>
<figure><img src="https://news.example/img/icon.png" alt="" width="120" height="120"></figure>
<figure><img src="https://news.example/c.gif" width="1" height="1" alt=""></figure>
<figure><img src="javascript:alert(1)" alt=""></figure>
<figure><img src="https://news.example/img/boats.jpg" alt="">
<figcaption>Boats at the pier / AFP</figcaption></figure>"""


def photos(html: str, lead: Photo | None) -> list[Photo]:
    return list(text_photos(replace(ARTICLE, photo=lead, content_html=html)))


def test_figures_are_photos_with_their_words() -> None:
    gate, melons, boats = photos(MARKET, Photo(url="https://news.example/img/lead-fishing-nets.jpg"))

    assert (gate.alt, gate.caption, gate.credit) == (
        "The gate of the market",
        "The gate at dawn",
        "Bounmy Keo",
    )
    assert melons.url == "https://news.example/img/melons.jpg"
    assert boats.rights == "Boats at the pier / AFP"


def test_the_lead_photo_in_another_size_is_none_of_them() -> None:
    lead = Photo(url="https://cdn.news.example/resize/800x450/img/market-gate-7741.jpg")

    assert [each.alt for each in photos(MARKET, lead)] == ["A pile of melons", ""]


def test_rights_of_the_lead_photo_and_of_their_own_hold_for_them() -> None:
    rules: dict[str, tuple[str, ...]] = {"AFP": (), "web only": ()}
    own = photos(MARKET, Photo(url="https://news.example/lead.jpg"))
    leads = photos(MARKET, Photo(url="https://news.example/lead.jpg", rights="Web only, all of it"))

    assert [bool(may_leave(each, "wire", rules)) for each in own] == [False, False, True]
    assert all(may_leave(each, "wire", rules) for each in leads)


def test_without_a_lead_photo_there_are_none() -> None:
    assert not photos(MARKET, None)
    assert not photos("", Photo(url="https://news.example/lead.jpg"))
