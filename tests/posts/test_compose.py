"""Composing posts, by what holds for every article and every channel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syndicator.domain.article import Article, Photo
from syndicator.domain.capabilities import Capabilities, LinkCard, LinkPlace
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, SpanKind, Style
from syndicator.posts.compose import compose
from syndicator.posts.labels import is_labelled
from syndicator.posts.layout import GAP, MIN_PART_LENGTH
from syndicator.posts.words import one_line, without_links
from syndicator.text.cutting import ELLIPSIS
from syndicator.text.excerpts import goes_on_from, without_leftovers
from syndicator.text.rulers import GRAPHEMES
from tests.fakes import NOON

PHOTO = PhotoFile(content=b"", media_type="image/jpeg", width=8, height=6)

SUMMARY = "After two years of repairs, trams cross the river again. The first one leaves at dawn."


def article(**changes: Any) -> Article:
    fields: dict[str, Any] = {
        "guid": "tag:ledger.example,2026:1",
        "source": "page",
        "key": "1",
        "url": "https://ledger.example/2026/bridge",
        "title": "Bridge reopens",
        "summary": SUMMARY,
        "published": NOON,
        "updated": NOON,
        "first_seen": NOON,
    }
    return Article(**fields | changes)


def limits(text: int = 500, link: int | None = None, alt: int = 100) -> Capabilities:
    return Capabilities(ruler=GRAPHEMES, unit="graphemes", text=text, alt=alt, link=link, has_mentions=True)


said = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["ສະພາ", "ຜ່ານ", "ງົບປະມານ", "vote.", "late", "\n\n", "👍🏽", "(the"])).map(
        " ".join
    ),
)
articles = st.builds(article, title=said, summary=said, note=st.one_of(st.just(""), said))
links = st.sampled_from([None, 23])


def length_as_counted(text: str, url: str, channel: Capabilities) -> int:
    """The channel's own count, where a link costs a flat rate."""
    flat = "x" * channel.link if channel.link is not None else url
    return GRAPHEMES.measure(text.removesuffix(url) + flat)


@given(told=articles, text=st.integers(min_value=34, max_value=200), link=links)
def test_every_post_fits_and_ends_with_the_whole_link(told: Article, text: int, link: int | None) -> None:
    channel = limits(text, link)
    post = compose(told, channel)
    assert post.text.endswith(told.url)
    assert length_as_counted(post.text, told.url, channel) <= text


@given(told=articles, text=st.integers(min_value=0, max_value=33))
def test_the_link_survives_even_where_it_does_not_fit(told: Article, text: int) -> None:
    assert compose(told, limits(text)).text == told.url


@pytest.mark.slow
@given(told=articles, text=st.integers(min_value=0, max_value=200))
def test_parts_stand_one_gap_apart_and_none_is_empty(told: Article, text: int) -> None:
    parts = compose(told, limits(text)).text.split(GAP)
    assert all(part == part.strip() and part for part in parts)
    assert len(parts) <= 4


@given(told=articles)
def test_with_enough_room_everything_is_said_once_in_order(told: Article) -> None:
    title, note = (without_links(one_line(part)) for part in (told.title, told.note))
    summary = without_links(one_line(without_leftovers(told.summary, title)))
    assume(not goes_on_from(summary, title))
    correction = note if not note or is_labelled(note) else f"Correction: {note}"
    wanted = [part for part in (title, summary, correction) if part]
    post = compose(told, limits(10_000))
    assert post.text.split(GAP) == [*wanted, told.url]
    assert not any("no room" in line for line in post.omitted)


@pytest.mark.parametrize("summary", ["Bridge reopens", "Bridge reopens.", "  BRIDGE\nreopens "])
def test_a_title_is_never_repeated_as_the_summary(summary: str) -> None:
    told = article(title="Bridge reopens", summary=summary)
    assert compose(told, limits()).text == GAP.join([told.title, told.url])


def test_a_correction_is_named_behind_the_summary_in_the_articles_language() -> None:
    told = article(note="An earlier version named the wrong river.")
    named = f"Correction: {told.note}"
    assert compose(told, limits()).text == GAP.join([told.title, told.summary, named, told.url])
    lao = replace(told, language="lo-LA")
    assert f"ແກ້ໄຂ: {told.note}" in compose(lao, limits()).text


@pytest.mark.parametrize(
    "note", ["Correction: it was Monday.", "Corrected on Monday.", "**Korrektur:** Montag."]
)
def test_a_note_that_names_itself_is_not_named_twice(note: str) -> None:
    assert note in compose(article(note=note), limits()).text.split(GAP)


def test_the_summary_gives_way_first_then_the_correction_then_the_title() -> None:
    told = article(title="T" * 10, note="n" * 30, summary="s" * 60)
    correction = f"Correction: {told.note}"
    whole = 10 + len(correction) + 60 + len(told.url) + 3 * len(GAP)
    summary_cut = compose(told, limits(whole - 1))
    assert summary_cut.text.split(GAP) == [told.title, "s" * 58 + ELLIPSIS, correction, told.url]
    assert summary_cut.omitted == ("summary cut: no room",)
    title_cut = compose(told, limits(len(told.url) + len(GAP) + 9))
    assert title_cut.text.split(GAP) == ["T" * 8 + ELLIPSIS, told.url]
    assert len(title_cut.omitted) == 3


def test_a_long_correction_leaves_half_of_the_room_to_the_summary() -> None:
    told = article(note="The number of boats was wrong. " * 20)
    text = compose(told, limits(300)).text.split(GAP)
    assert text[1].startswith("After two years of repairs")
    assert text[2].startswith("Correction: The number")


def test_a_summary_that_would_be_a_mere_stump_is_left_out() -> None:
    told = article()
    room = len(told.title) + len(told.url) + 2 * len(GAP)
    assert compose(told, limits(room + MIN_PART_LENGTH - 1)).text == GAP.join([told.title, told.url])
    assert compose(told, limits(room + MIN_PART_LENGTH + 8)).text.count(GAP) == 2


def test_a_short_summary_that_fits_is_no_stump() -> None:
    assert "It rains." in compose(article(summary="It rains."), limits()).text


def test_a_long_link_costs_what_the_channel_says() -> None:
    told = article(url="https://ledger.example/" + "x" * 500)
    assert SUMMARY in compose(told, limits(200, link=23)).text


def test_alt_text_is_the_photos_own_else_its_caption_and_never_the_headline() -> None:
    photo = Photo(url="https://ledger.example/a.jpg", alt="A tram", caption="The first tram")
    for shown, expected in (
        (photo, "A tram"),
        (replace(photo, alt=""), "The first tram"),
        (replace(photo, alt="", caption=""), ""),
        (None, ""),
    ):
        assert compose(article(photo=shown), limits()).alt == expected


@given(alt=said, room=st.integers(min_value=0, max_value=80))
def test_alt_text_fits(alt: str, room: int) -> None:
    shown = Photo(url="https://ledger.example/a.jpg", alt=alt)
    assert GRAPHEMES.measure(compose(article(photo=shown), limits(alt=room)).alt) <= room


def test_the_photos_credit_is_named_where_a_photo_goes_along() -> None:
    told = article(photo=Photo(url="https://ledger.example/a.jpg", credit="Noy S. / Ledger"), language="fr")
    assert "Photo: Noy S. / Ledger" in compose(told, limits(), photo=PHOTO).text
    assert "Noy" not in compose(told, limits()).text
    assert "Noy" not in compose(told, limits(), Style(credit=False), PHOTO).text


def test_hashtags_are_the_newsrooms_own_and_are_spans() -> None:
    told = article(tags=("ນ້ຳຖ້ວມ", "Rivers"), section="City", language="lo")
    style = Style(hashtags={"ນ້ຳຖ້ວມ": "ນ້ຳຖ້ວມ", "rivers": "#Mekong", "city": "VangThong"}, most_hashtags=2)
    post = compose(told, limits(), style)
    assert post.text.split(GAP)[-2] == "#ນ້ຳຖ້ວມ #Mekong"
    assert [post.text[s.start : s.end] for s in post.linked(SpanKind.HASHTAG)] == ["#ນ້ຳຖ້ວມ", "#Mekong"]


def test_a_mapped_name_is_mentioned_and_no_stranger_is() -> None:
    told = article(title="Harbour Board opens quay", summary="Write to the Harbour Board.")
    style = Style(mentions={"Harbour Board": "@board@gov.example"})
    assert compose(told, limits(), style).text.startswith("@board@gov.example opens quay")
    behind = replace(limits(), link_place=LinkPlace.WORDS)
    [mention] = compose(told, behind, style).linked(SpanKind.MENTION)
    assert (mention.start, mention.end, mention.target) == (0, 13, "board@gov.example")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Annual report of Ann", "Annual report of @ann@x.example"),
        ("Annex: Ann's report", "Annex: @ann@x.example's report"),
        ("Joann and @Ann met", ""),
        ("Ann met Ann Lee", "@ann@x.example met @lee@x.example"),
        ("Ann Lee at x.example", "@lee@x.example at x.example"),
        ("ທ່ານແອນພົບນັກຂ່າວ", "ທ່ານ@an@x.exampleພົບນັກຂ່າວ"),
    ],
)
def test_a_name_is_one_in_whole_words_and_told_once(title: str, shown: str) -> None:
    told = article(title=title, summary="So said Joanna and Annabel.")
    mentions = {"Ann": "@ann@x.example", "Ann Lee": "lee@x.example", "ແອນ": "an@x.example"}
    post = compose(told, limits(), Style(mentions=mentions))

    assert post.text.partition(GAP)[0] == (shown or post.headline)
    assert [post.text[s.start : s.end] for s in post.linked(SpanKind.MENTION)] == [
        word for word in ("@ann@x.example", "@lee@x.example", "@an@x.example") if word in shown
    ]


def test_a_link_to_an_account_is_on_whole_words() -> None:
    behind = replace(limits(), link_place=LinkPlace.WORDS)
    told = article(title="Annual report of Ann", summary="")
    [mention] = compose(told, behind, Style(mentions={"Ann": "@ann@x.example"})).linked(SpanKind.MENTION)
    assert (mention.start, mention.end) == (17, 20)


def test_what_was_written_for_posts_stands_in_place_of_headline_and_summary() -> None:
    told = article(title="Bridge opens", summary="After two years.", social="Cross it at last!")
    assert compose(told, limits()).text == f"Cross it at last!\n\n{told.url}"
    told = replace(told, operator_words="The river can be crossed.")
    assert compose(told, limits()).text == f"The river can be crossed.\n\n{told.url}"


def test_a_link_gets_the_channels_parameters_and_keeps_its_own() -> None:
    told = article(url="https://ledger.example/a?x=%2B1&utm_source=own#top")
    post = compose(told, limits(), Style(utm={"utm_source": "wire", "utm_medium": "social"}))
    assert post.url == "https://ledger.example/a?x=%2B1&utm_source=own&utm_medium=social#top"
    assert post.text.endswith(post.url)


def test_a_link_behind_words_shows_the_host_and_one_beside_the_text_nothing() -> None:
    told = article(url="https://www.ledger.example/2026/a-long-slug")
    behind = compose(told, replace(limits(), link_place=LinkPlace.WORDS))
    [link] = behind.linked(SpanKind.LINK)
    assert behind.text[link.start : link.end] == "ledger.example"
    assert link.target == told.url
    beside = compose(told, replace(limits(), link_place=LinkPlace.BESIDE))
    assert "ledger.example" not in beside.text
    assert beside.url == told.url


def test_no_link_stands_before_the_articles_own() -> None:
    told = article(summary="See https://www.votes.example/places?x=1 and HTTP://other.example.")
    assert "See votes.example/places?x=1 and other.example." in compose(told, limits()).text


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("看https://votes.example/z", "看votes.example/z"),
        ("ອ່ານທີ່https://www.votes.example/x ນີ້", "ອ່ານທີ່votes.example/x ນີ້"),
        ("See:1https://votes.example_http://other.example", "See:1votes.example_other.example"),
        ("The http:// of it", "The http:// of it"),
    ],
)
def test_no_link_stands_there_behind_letters_either(title: str, shown: str) -> None:
    assert compose(article(title=title, summary=""), limits()).text.startswith(f"{shown}{GAP}")


def test_no_link_stands_in_what_names_people_and_topics() -> None:
    told = article(
        authors=("Ann Author https://ann.example",),
        photo=Photo(url="https://ledger.example/a.jpg", credit="https://pictures.example/jane"),
        tags=("https://tag.example",),
        section="https://desk.example",
    )
    post = compose(told, limits(), Style(byline=True), PHOTO)
    assert "Photo: pictures.example/jane" in post.text
    assert "Ann Author ann.example" in post.text
    template = "{{ headline }} {{ byline }} {{ tags[0] }} {{ section }} {{ credit }}"
    made = compose(told, limits(), Style(templates={"*": template}), PHOTO)
    assert made.text.count("://") == 1


@pytest.mark.parametrize("language", ["ar", "he-IL", "fa"])
def test_a_line_of_a_right_to_left_language_begins_from_the_right(language: str) -> None:
    told = article(title="WHO \u0645\u0646\u0638\u0645\u0629", language=language)
    assert compose(told, limits()).text.startswith("\u200fWHO")
    assert not compose(replace(told, title="\u05e9\u05dc\u05d5\u05dd WHO"), limits()).text.startswith(
        "\u200f"
    )


def test_marks_that_turn_the_direction_of_what_follows_are_gone() -> None:
    told = article(title="a\u202ecod.exe\u2066 b\ufeff\x07", summary="")
    assert compose(told, limits()).text.startswith("acod.exe b\n")


def test_what_is_worth_a_warning_is_put_behind_it_where_the_channel_can() -> None:
    told, style = article(section="War"), Style(warnings={"war": "Pictures of war"})
    post = compose(told, replace(limits(), has_warning=True), style)
    assert (post.warning, post.room) == ("Pictures of war", 500)
    assert not compose(told, limits(), style).warning


@pytest.mark.parametrize("template", ["", "{{ headline }} - {{ summary }} {{ link }}"])
def test_a_warning_takes_from_the_room_where_it_counts(template: str) -> None:
    counting = replace(limits(120), has_warning=True, warning_counts=True)
    told = article(section="War", summary=SUMMARY * 3)
    templates = {"*": template} if template else {}
    style = Style(warnings={"war": "Pictures of war"}, templates=templates)

    post = compose(told, counting, style)

    assert post.room == 120 - len("Pictures of war")
    assert len(post.text) == post.length <= post.room
    assert compose(told, counting, Style(templates=templates)).room == 120


def test_a_warning_leaves_half_of_the_room_to_the_news() -> None:
    counting = replace(limits(120), has_warning=True, warning_counts=True)
    told, style = article(section="War"), Style(warnings={"war": "Pictures of war. " * 9})

    post = compose(told, counting, style)

    assert post.warning == "Pictures of war. Pictures of war. Pictures of war."
    assert "warning cut: no room" in post.omitted
    assert post.text.startswith("Bridge reopens")
    assert len(post.warning) + len(post.text) <= 120


def test_a_notice_stands_in_for_what_was_retracted() -> None:
    post = compose(article(language="de"), limits(), occasion=Occasion.RETRACTION)
    assert post.text.split(GAP) == ["Bridge reopens", "Dieser Artikel wurde zurückgezogen."]


@pytest.mark.parametrize("place", LinkPlace)
@pytest.mark.parametrize("card", LinkCard)
def test_a_notice_leads_nowhere(place: LinkPlace, card: LinkCard) -> None:
    capabilities = replace(limits(), link_place=place, card=card, photo_by_address=True)
    post = compose(article(), capabilities, Style(utm={"utm_source": "x"}), occasion=Occasion.RETRACTION)
    assert post.link == ""
    assert post.spans == ()
    assert "example" not in post.text
    assert post.named_photo is None
    for occasion in (Occasion.NEWS, Occasion.CORRECTION):
        assert compose(article(), capabilities, occasion=occasion).link == post.article.url


@given(told=articles, text=st.integers(min_value=40, max_value=300), link=links)
def test_the_length_is_the_channels_own_count(told: Article, text: int, link: int | None) -> None:
    post = compose(told, limits(text, link), Style(byline=True, hashtags={"x": "x"}))
    assert post.length == length_as_counted(post.text, told.url, limits(text, link)) <= post.room


@pytest.mark.parametrize(
    ("title", "summary", "shown"),
    [
        ("Who pays for the bridge?", "Who pays for the bridge? The town does.", "The town does."),
        (
            "Market reopens | The Ledger",
            "The ferry market is open again. Read more »",
            "The ferry market is open again.",
        ),
        ("Quake shakes hills", "VANG THONG (TML) – Nobody was hurt.", "Nobody was hurt."),
    ],
)
def test_what_a_cms_leaves_around_an_excerpt_is_no_part_of_a_post(
    title: str, summary: str, shown: str
) -> None:
    post = compose(article(title=title, summary=summary), limits(), site_title="The Ledger")
    assert post.text.split(GAP) == [title.removesuffix(" | The Ledger"), shown, article().url]


def test_a_summary_that_says_the_headline_and_goes_on_stands_for_both() -> None:
    told = article(
        title="Bridge reopens after repairs", summary="Bridge reopens after repairs that took two years."
    )
    post = compose(told, limits())
    assert post.text.split(GAP) == [told.summary, told.url]
    assert post.headline == told.title
