"""Which articles a feed carries: conditions, alternatives and exceptions, as deep as it takes."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Filter
from tests.formats.newsroom import article


def carries(only: Filter, **changes: Any) -> bool:
    return Feed(name="x", title="X", only=only).carries(article(**changes))


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "has", "is_met"),
        [
            ({"sections": ("CITY", "Sport")}, {"section": "City"}, True),
            ({"sections": ("Sport",)}, {"section": "City"}, False),
            ({"sections": ("Sport",)}, {"section": ""}, False),
            ({"tags": ("harbour",)}, {"tags": ("Trams", "Harbour")}, True),
            ({"authors": ("José Ruiz",)}, {"authors": (unicodedata.normalize("NFD", "JOSÉ RUIZ"),)}, True),
            ({"languages": ("lo",)}, {"language": "lo-LA"}, True),
            ({"languages": ("lo-LA",)}, {"language": "lo"}, False),
            ({"languages": ("lo",)}, {"language": "lok"}, False),
            ({"places": ("port lowe",)}, {"places": ("Kelp Bay", "Port Lowe")}, True),
            ({"places": ("port",)}, {"places": ("Port Lowe",)}, False),
            ({"places": ("port",)}, {"places": ()}, False),
            ({"sources": ("wire",)}, {"source": "wire"}, True),
            ({"sections": ("City",), "tags": ("chess",)}, {"section": "City", "tags": ()}, False),
        ],
    )
    def test_a_condition_is_met_by_any_of_its_values_and_all_conditions_are_to_be_met(
        self, condition: dict[str, Any], has: dict[str, Any], is_met: bool
    ) -> None:
        assert carries(Filter(**condition), **has) is is_met

    def test_without_a_condition_everything_is_carried(self) -> None:
        assert carries(Filter(), section="", tags=(), authors=())


class TestKeywords:
    @pytest.mark.parametrize(
        ("keyword", "text", "is_there"),
        [
            ("tram", "The last TRAM, at noon", True),
            ("tram", "Trams and tramways", False),
            ("tram", "A (tram)-free day", True),
            ("rice mill", "a rice\n   mill runs", True),
            ("rice mill", "a rice windmill", False),
            ("straße", "In der STRASSE", True),
            ("café", unicodedata.normalize("NFD", "the cafés, the café"), True),
            ("cafe", "the café", False),
            ("caf", unicodedata.normalize("NFD", "caf é"), True),
            ("office", "the o\ufb03ce", True),
            ("co-operative", "the co\u00ad-operative", True),
            ("driver’s", "the driver's seat", True),
            ("C++", "written in C++, of course", True),
            ("5G", "5G網路", True),
            ("5", "in 2025", False),
            ("река", "Рекам и реке", False),
            ("река", "Река.", True),
            ("कल", "कलम", False),
            ("ກາເຟ", "ຊາວບ້ານປູກກາເຟຢູ່ພູດອກ", True),
            ("ປາ", "ຕະຫຼາດປ\u200bາ", True),
            ("ນ", "ກິນ້ຳ", False),
            ("ข้าว", "โรงสีข้าวเปลือก", True),
            ("កាហ្វេ", "ដំណាំកាហ្វេថ្មី", True),
            ("大橋", "鐵路大橋重開", True),
            ("カフェ", "駅前ｶﾌｪ開店", True),
            ("서울", "서울에서", True),
        ],
    )
    def test_words_are_found_as_readers_find_them(self, keyword: str, text: str, is_there: bool) -> None:
        assert carries(Filter(keywords=(keyword,)), title="-", summary=text, content_html="") is is_there

    @pytest.mark.parametrize("part", ["title", "summary", "content_html"])
    def test_title_summary_and_text_are_searched(self, part: str) -> None:
        empty = {"title": "-", "summary": "", "content_html": ""}

        assert carries(Filter(keywords=("harbour",)), **empty | {part: "Old harbour"})

    def test_a_phrase_does_not_begin_in_the_title_and_end_in_the_summary(self) -> None:
        only = Filter(keywords=("old harbour",))

        assert not carries(only, title="Where it is old", summary="harbour news", content_html="")

    @pytest.mark.parametrize(
        ("markup", "is_there"),
        [
            ("<p>The <b>h</b>arbour.</p>", True),
            ("<p>The har&#98;our &amp; the pier.</p>", True),
            ("<ul><li>har</li><li>bour</li></ul>", False),
            ('<p><a href="https://ledger.example/harbour">here</a></p>', False),
            ('<img src="https://ledger.example/x.jpg" alt="a > harbour">', False),
        ],
    )
    def test_what_is_read_is_searched_and_not_the_markup(self, markup: str, is_there: bool) -> None:
        only = Filter(keywords=("harbour",))

        assert carries(only, title="-", summary="", content_html=markup) is is_there

    @given(
        before=st.text(max_size=5), word=st.text("abcé", min_size=1, max_size=4), after=st.text(max_size=5)
    )
    def test_a_word_between_spaces_is_always_found(self, before: str, word: str, after: str) -> None:
        assert carries(Filter(keywords=(word.upper(),)), title=f"{before} {word} {after}")


SECTIONS, TAGS, LANGUAGES = ("City", "Sport"), ("chess", "rain"), ("lo", "en")


def reference(chosen: Filter, each: Article) -> bool:
    """The same in plain words, written down without looking at the other one."""
    conditions = []
    if chosen.sections:
        conditions.append(each.section in chosen.sections)
    if chosen.tags:
        conditions.append(bool(set(each.tags) & set(chosen.tags)))
    if chosen.languages:
        conditions.append(each.language in chosen.languages)
    if chosen.any:
        conditions.append(any(reference(one, each) for one in chosen.any))
    return False not in conditions and not excludes(chosen.exclude, each)


def excludes(excluded: Filter | None, each: Article) -> bool:
    if excluded is None or excludes(excluded.exclude, each):
        return False
    return (
        each.section in excluded.sections
        or any(tag in excluded.tags for tag in each.tags)
        or each.language in excluded.languages
        or any(reference(one, each) for one in excluded.any)
    )


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


leaves = st.builds(Filter, sections=some(SECTIONS), tags=some(TAGS), languages=some(LANGUAGES))


def one_level(inner: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    return st.builds(
        Filter,
        sections=some(SECTIONS),
        tags=some(TAGS),
        languages=some(LANGUAGES),
        any=st.lists(inner, max_size=2).map(tuple),
        exclude=st.none() | inner,
    )


filters = st.recursive(leaves, one_level, max_leaves=6)

stories = st.builds(
    lambda section, tags, language: article(section=section, tags=tags, language=language),
    st.sampled_from(("", *SECTIONS)),
    some(TAGS),
    st.sampled_from(LANGUAGES),
)


class TestAlgebra:
    @given(chosen=filters, each=stories)
    def test_a_filter_says_what_its_words_say(self, chosen: Filter, each: Article) -> None:
        assert chosen.accepts(each) is reference(chosen, each)

    @pytest.mark.slow
    @given(left=filters, right=filters, each=stories)
    def test_or_and_not_obey_their_laws(self, left: Filter, right: Filter, each: Article) -> None:
        def negated(*these: Filter) -> Filter:
            return Filter(exclude=Filter(any=these))

        either = Filter(any=(left, right))
        both = negated(negated(left), negated(right))

        assert either.accepts(each) is (left.accepts(each) or right.accepts(each))
        assert negated(left, right).accepts(each) is not either.accepts(each)
        assert both.accepts(each) is (left.accepts(each) and right.accepts(each))
        assert negated(negated(left)).accepts(each) is left.accepts(each)

    @given(chosen=filters, each=stories)
    def test_what_is_excluded_is_not_accepted(self, chosen: Filter, each: Article) -> None:
        excluded = Filter(exclude=chosen)

        assert excluded.accepts(each) is not chosen.touches(each)

    def test_a_sentence_that_people_would_write(self) -> None:
        """Sport or rain; no chess, unless it is chess in Lao; nothing that is both City and English."""
        only = Filter(
            any=(Filter(sections=("Sport",)), Filter(tags=("rain",))),
            exclude=Filter(
                tags=("chess",),
                any=(Filter(sections=("City",), languages=("en",)),),
                exclude=Filter(languages=("lo",)),
            ),
        )

        assert carries(only, section="Sport", tags=(), language="en")
        assert carries(only, section="City", tags=("rain",), language="lo")
        assert not carries(only, section="City", tags=("rain",), language="en")
        assert not carries(only, section="Sport", tags=("chess",), language="en")
        assert carries(only, section="Sport", tags=("chess",), language="lo")
        assert not carries(only, section="City", tags=(), language="lo")
