"""Notices: replies that name a correction, and what stands in for what was retracted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndicator.domain.capabilities import LinkPlace
from syndicator.domain.post import Occasion
from syndicator.posts.compose import compose
from syndicator.posts.layout import GAP
from tests.posts.test_compose import SUMMARY, article, limits

LONG = "The town council voted late on Monday to rebuild the old stone bridge " * 4
LAO = "ສະພາເມືອງລົງມະຕິໃນວັນຈັນໃຫ້ສ້ອມແປງຂົວເກົ່າຄືນໃໝ່ທັງໝົດພາຍໃນສອງປີ " * 5


@pytest.mark.parametrize(
    ("title", "language", "withdrawn"),
    [
        (LONG, "en", "This article has been withdrawn."),
        (LAO, "lo", "ບົດຄວາມນີ້ຖືກຖອນອອກແລ້ວ."),
        ("桥" * 240, "zh", "本文已撤回。"),
    ],
)
@pytest.mark.parametrize("place", [LinkPlace.TEXT, LinkPlace.WORDS, LinkPlace.BESIDE])
def test_a_retraction_is_said_and_the_headline_gives_way(
    title: str, language: str, withdrawn: str, place: LinkPlace
) -> None:
    channel = replace(limits(200, link=23 if place is LinkPlace.TEXT else None), link_place=place)
    post = compose(article(title=title, language=language), channel, occasion=Occasion.RETRACTION)

    headline, said, *_ = post.text.split(GAP)
    assert said == post.summary == withdrawn
    assert headline == post.headline
    assert 100 < len(headline) < len(title)
    assert post.length <= post.room
    assert post.omitted == ("headline cut: no room",)


@pytest.mark.parametrize(
    "note", ["It named the wrong river.", "The bridge is 230 metres long, not 320 as was said. " * 3]
)
def test_a_correction_is_named_whole_and_the_headline_gives_way(note: str) -> None:
    post = compose(article(title=LONG, note=note), limits(280, link=23), occasion=Occasion.CORRECTION)

    headline, named, _ = post.text.split(GAP)
    assert named == f"Correction: {note.strip()}"
    assert LONG.startswith(headline.removesuffix("…"))
    assert post.omitted == ("headline cut: no room",)


def test_a_correction_that_fills_a_post_leaves_the_headline_a_line() -> None:
    note = "The bridge is 230 metres long, not 320 as was said. " * 20
    post = compose(article(title=LONG, note=note), limits(280, link=23), occasion=Occasion.CORRECTION)

    headline, named, _ = post.text.split(GAP)
    assert 20 < len(headline) < 60
    assert named.startswith("Correction: The bridge")
    assert post.omitted == ("headline cut: no room", "correction cut: no room")
    short = compose(article(note=note), limits(280, link=23), occasion=Occasion.CORRECTION)
    assert short.text.startswith(f"Bridge reopens{GAP}Correction: ")


def test_where_there_is_room_for_one_alone_it_is_what_happened() -> None:
    for room in (34, 40, 50):
        channel = replace(limits(room), link_place=LinkPlace.NOWHERE)
        post = compose(article(title=LONG), channel, occasion=Occasion.RETRACTION)
        assert post.text.endswith("This article has been withdrawn.")
        assert post.length <= room


@pytest.mark.parametrize(("language", "label"), [("en", "Correction"), ("lo-LA", "ແກ້ໄຂ"), ("th", "แก้ไข")])
def test_a_correction_without_a_note_is_one_by_its_headline(language: str, label: str) -> None:
    told = article(language=language)
    post = compose(told, limits(), occasion=Occasion.CORRECTION)
    assert post.text.split(GAP) == [f"{label}: Bridge reopens", SUMMARY, told.url]
    assert post.headline == f"{label}: Bridge reopens"
    assert compose(told, limits()).text.startswith("Bridge reopens\n")


def test_a_correction_without_a_note_is_named_once_and_where_the_summary_says_the_headline() -> None:
    named = article(title="Corrected: Bridge reopens")
    assert compose(named, limits(), occasion=Occasion.CORRECTION).text.startswith("Corrected: Bridge")
    said = article(title="Bridge reopens after repairs", summary="Bridge reopens after repairs of two years.")
    post = compose(said, limits(), occasion=Occasion.CORRECTION)
    assert post.text.split(GAP) == ["Correction: Bridge reopens after repairs of two years.", said.url]
