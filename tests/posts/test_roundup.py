"""Round-ups as they are composed: whole headlines, each with its link, within what the channel allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.capabilities import Capabilities, LinkPlace, Ruler
from syndicator.domain.post import Occasion, Post, SpanKind, Style
from syndicator.domain.roundup import Roundup, no_roundups
from syndicator.posts.compose import compose
from syndicator.posts.labels import LABELS
from syndicator.text.mentions import without_mentions
from syndicator.text.rulers import CHARACTERS, GRAPHEMES, UTF8_BYTES, UTF16_UNITS, Both
from syndicator.text.x_length import Weighted

SOME_TIME = datetime(2026, 3, 1, tzinfo=UTC)
SITE_URL = "https://ledger.example/"

#: What stands for a round-up on record.
OWN = Article(
    guid="roundup:wire:1",
    source="",
    key="roundup:wire:1",
    url="https://ledger.example/1",
    title="Round-up",
    published=SOME_TIME,
    updated=SOME_TIME,
    first_seen=SOME_TIME,
    state=ArticleState.ROUNDUP,
)

HEADLINES = {
    "lo": "ຂົວຂ້າມແມ່ນ້ຳເປີດໃຫ້ລົດແລ່ນອີກຄັ້ງຫຼັງຈາກສ້ອມແປງສອງປີ",
    "th": "สะพานข้ามแม่น้ำเปิดอีกครั้งหลังซ่อมแซมนานสองปี",
    "ar": "الجسر يفتح أبوابه من جديد بعد عامين من الإصلاحات",
    "zh": "大桥维修两年后重新开放",
    "en": "The bridge reopens after two years of repairs 👩‍👩‍👧‍👦",
    "my": "တံတားကို နှစ်နှစ်ကြာ ပြုပြင်ပြီးနောက် ပြန်ဖွင့်သည်",
}


def member(number: int, title: str, language: str = "en", path: str = "") -> Article:
    key = str(number)
    url = f"https://ledger.example/{path}{number}"
    return replace(
        OWN,
        guid=key,
        key=key,
        source="page",
        url=url,
        title=title,
        language=language,
        state=ArticleState.LIVE,
    )


def capable(ruler: Ruler, text: int, place: LinkPlace, link: int | None = None) -> Capabilities:
    return Capabilities(ruler=ruler, unit="units", text=text, link_place=place, link=link)


#: As networks are: (ruler, room, place of links, what one costs).
CHANNELS = [
    capable(GRAPHEMES, 500, LinkPlace.TEXT, 23),
    capable(Both((GRAPHEMES, 300), (UTF8_BYTES, 3000)), 300, LinkPlace.WORDS),
    capable(UTF16_UNITS, 4096, LinkPlace.WORDS),
    capable(Weighted(), 280, LinkPlace.TEXT, 23),
    capable(CHARACTERS, 500, LinkPlace.TEXT),
    capable(UTF8_BYTES, 12_000, LinkPlace.WORDS),
]

composed = partial(compose, OWN, site_url=SITE_URL)


def length(post: Post, capabilities: Capabilities) -> int:
    """As the channel counts it, independently of how it was laid out."""
    text, flat = post.text, 0
    if capabilities.link is not None and capabilities.link_place is LinkPlace.TEXT:
        for span in sorted(post.linked(SpanKind.LINK), key=lambda span: -span.start):
            text = text[: span.start] + text[span.end :]
            flat += capabilities.link
    return capabilities.ruler.measure(text) + flat


@given(
    st.sampled_from(CHANNELS),
    st.lists(st.tuples(st.sampled_from(sorted(HEADLINES)), st.integers(1, 12)), min_size=1, max_size=30),
    st.integers(0, 200),
)
@settings(max_examples=150, deadline=None)
def test_in_all_scripts_it_fits_and_names_nobody_in_half(
    capabilities: Capabilities, articles: list[tuple[str, int]], more: int
) -> None:
    members = tuple(
        member(number, " ".join([HEADLINES[language]] * times), language)
        for number, (language, times) in enumerate(articles, 1)
    )
    post = composed(capabilities, roundup=Roundup(members=members, count=len(members) + more))
    assert length(post, capabilities) <= capabilities.text
    assert post.length <= post.room
    by_guid = {each.guid: each for each in members}
    at = 0
    for guid in post.named:  # in the order of worth, each whole, with its link
        found = post.text.index(by_guid[guid].title, at)
        assert found >= at
        at = found + len(by_guid[guid].title)
    links = post.linked(SpanKind.LINK)
    assert [span.target for span in links][: len(post.named)] == [by_guid[g].url for g in post.named]
    left = len(members) + more - len(post.named)
    assert (f"+{left}" in post.text.split("\n\n")[-1]) == (left > 0)
    assert bool(post.omitted) == (left > 0)
    assert len(links) == len(post.named) + (left > 0)
    for span in links[: len(post.named)]:
        shown = post.text[span.start : span.end]
        assert shown == span.target or capabilities.link_place is LinkPlace.WORDS
    assert [(span.start, span.end) for span in links] == sorted((s.start, s.end) for s in links)


@pytest.mark.parametrize("language", sorted(HEADLINES))
def test_it_begins_in_the_language_of_most(language: str) -> None:
    members = (
        member(1, "Le pont", "fr"),
        *(member(number, HEADLINES[language], language) for number in (2, 3)),
    )
    post = composed(CHANNELS[0], roundup=Roundup(members=members, count=3))
    assert post.text.startswith(LABELS[language].more_news)
    assert post.language == language


def test_every_language_has_words_of_its_own() -> None:
    assert all(labels.more_news for labels in LABELS.values())
    assert len({labels.more_news for labels in LABELS.values()}) == len(LABELS)


def test_the_card_is_of_the_first() -> None:
    members = (member(7, "The first"), member(8, "The second"))
    post = composed(CHANNELS[1], Style(utm={"utm_source": "x"}), roundup=Roundup(members=members, count=2))
    assert (post.url, post.headline) == ("https://ledger.example/7?utm_source=x", "The first")
    assert post.addresses == (post.url, OWN.url)


def test_a_headline_longer_than_the_post_is_counted_and_the_next_is_named() -> None:
    members = (member(1, "word " * 400), member(2, "The second"))
    post = composed(CHANNELS[0], roundup=Roundup(members=members, count=2))
    assert post.named == ("2",)
    assert post.text == f"More news\n\nThe second\nhttps://ledger.example/2\n\n+1\n{SITE_URL}"


def test_nothing_that_fits_is_still_a_way_there() -> None:
    post = composed(CHANNELS[0], roundup=Roundup(members=(member(1, "word " * 400),), count=2))
    assert post.text == f"More news\n\n+2\n{SITE_URL}"
    assert post.url == OWN.url


def test_strangers_and_addresses_in_headlines_are_only_words() -> None:
    import re  # noqa: PLC0415 - here alone

    plain = partial(without_mentions, mention=re.compile("@"))
    capabilities = replace(CHANNELS[0], plain=plain, most_hashtags=1)
    members = (member(1, "@bob said #this and #that at https://elsewhere.example/x"),)
    post = composed(capabilities, roundup=Roundup(members=members, count=1))
    assert "@bob" not in post.text
    assert "https://elsewhere.example" not in post.text
    assert "#that" not in post.text


def test_a_line_from_right_to_left_begins_there() -> None:
    members = (member(1, "NASA تطلق مركبة جديدة", "ar"),)
    post = composed(CHANNELS[0], roundup=Roundup(members=members, count=1))
    assert "\n\u200fNASA" in post.text


def test_a_warning_for_one_is_a_warning_for_all() -> None:
    capabilities = replace(CHANNELS[0], has_warning=True)
    members = (member(1, "Harmless"), replace(member(2, "Blood"), tags=("War",)))
    style = Style(warnings={"war": "Violence"})
    assert composed(capabilities, style, roundup=Roundup(members=members, count=2)).warning == "Violence"


def test_a_warning_takes_from_the_room_where_it_counts() -> None:
    capabilities = replace(CHANNELS[0], has_warning=True, warning_counts=True)
    members = tuple(replace(member(n, "word " * 8), tags=("War",)) for n in range(1, 20))
    style = Style(warnings={"war": "Violence, and blood, and tears"})

    post = composed(capabilities, style, roundup=Roundup(members=members, count=19))

    room = capabilities.text - capabilities.ruler.measure(post.warning)
    assert post.named
    assert post.length <= room == post.room


def test_a_template_is_for_single_posts() -> None:
    style = Style(templates={"*": "{{ headline }} !!!"})
    post = composed(CHANNELS[0], style, roundup=Roundup(members=(member(1, "One"),), count=1))
    assert "!!!" not in post.text


def test_without_members_it_says_that_they_are_withdrawn() -> None:
    own = replace(OWN, language="fr")
    post = compose(own, CHANNELS[0], occasion=Occasion.RETRACTION, roundup=Roundup(members=(), count=0))
    assert post.text.startswith("Autres actualités\n\nCet article a été retiré.")


@pytest.mark.parametrize(
    ("able", "why"),
    [
        ({"link_place": LinkPlace.BESIDE}, "no links"),
        ({"link_place": LinkPlace.NOWHERE}, "no links"),
        ({"carries_article": True}, "one article"),
        ({"is_notification": True}, "one article"),
        ({"is_mail": True}, "digests"),
        ({"needs_photo": True}, "photo"),
        ({}, ""),
    ],
)
def test_where_there_can_be_none(able: dict[str, object], why: str) -> None:
    told = no_roundups(replace(CHANNELS[0], **able))  # type: ignore[arg-type]
    assert (why in told) if why else not told


def test_of_many_it_costs_little() -> None:
    """Members beyond what fits cost a measurement each, and no more."""
    members = tuple(member(number, HEADLINES["th"] * 3, "th") for number in range(100))
    post = composed(CHANNELS[3], roundup=Roundup(members=members, count=10_000))
    assert post.text.endswith(f"+{10_000 - len(post.named)}\n{SITE_URL}")
    assert SOME_TIME + timedelta(0) == OWN.published
