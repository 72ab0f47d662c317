"""What a partner gets to see of an article, and what it would refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.domain.errors import Unfit
from syndicator.domain.partner import Age, Markup, Partner, Range
from syndicator.formats.partner_fit import fitted, shortened, trims
from syndicator.text.clean import ATTRIBUTES, TAGS, narrowed, plain, sanitise
from tests.formats.newsroom import (
    NINE,
    PHOTO,
    SITE,
    article,
    articles,
    nasty,
    nasty_addresses,
    tidy,
    written,
)
from tests.formats.partners import NAMES, PAGE, PARTNER, built_in, made_for
from tests.formats.test_joined_documents import as_lxml_writes, by_feedgen_alone

FEED = made_for(PARTNER)

SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "dcterms": "http://purl.org/dc/terms/",
    "media": "http://search.yahoo.com/mrss/",
    "pn": "https://partner.example/ns",
    "snf": "http://www.smartnews.be/snf",
}

every_partner = st.sampled_from([PARTNER, *map(built_in, NAMES)])

several = st.lists(articles(nasty, nasty_addresses) | articles(tidy), max_size=3)


def good(**changes: Any) -> Article:
    return article(**{"content_html": "<p>Trams cross the river.</p>", **changes})


class TestTrimming:
    def test_a_long_title_ends_between_words(self) -> None:
        shown = fitted(SITE, FEED, good(title="The old iron bridge reopens"))

        assert shown.title == "The old iron bridge…"

    def test_lao_is_cut_between_words_too(self) -> None:
        partner = replace(PARTNER, title=Range(most=16, source=PAGE))

        shown = shortened(partner, good(title="ໂຮງຮຽນບ້ານດອນເປີດຫ້ອງສະໝຸດ"))

        assert shown.title.endswith("…")
        assert "ໂຮງຮຽນບ້ານດອນເປີດຫ້ອງສະໝຸດ".startswith(shown.title.removesuffix("…"))
        assert len(shown.title) <= 16

    def test_what_is_only_advised_is_not_cut(self) -> None:
        partner = replace(PARTNER, title=Range(most=16, advice=True, source=PAGE))

        assert shortened(partner, good(title="The old iron bridge reopens")).title.endswith("reopens")

    @pytest.mark.slow
    @given(each=articles(tidy) | articles(nasty), partner=every_partner)
    def test_nothing_is_ever_longer_than_a_partner_takes_and_cutting_twice_changes_nothing(
        self, each: Article, partner: Partner
    ) -> None:
        shown = shortened(partner, each)

        for name, rule in (("title", partner.title), ("summary", partner.summary)):
            if rule and rule.most and not rule.advice:
                assert len(getattr(shown, name)) <= rule.most
        assert shortened(partner, shown) == shown
        assert shown != each or list(trims(partner, each)) == []

    def test_what_was_trimmed_is_told(self) -> None:
        long = good(title="The old iron bridge reopens", content_html="<p>a</p><ul><li>b</li></ul>")

        title, markup = trims(PARTNER, long)

        assert (title.rule, title.found, title.shown, title.source) == (
            "title",
            "27 characters, 5 to 20 are taken",
            "The old iron bridge…",
            PAGE,
        )
        assert (markup.rule, markup.found) == ("markup", "elements that are not taken: li, ul")

    def test_attributes_that_go_are_told_and_white_space_is_not(self) -> None:
        content = '<p lang="fr">Un tram.</p><p><a title="Plan" href="https://x.example/">Ici</a>.</p>'

        [markup] = trims(PARTNER, good(content_html=content))

        assert markup.found == "attributes that are not taken: lang of p, title of a"
        assert list(trims(PARTNER, good(content_html="<p>Trams cross the river. </p>"))) == []


class TestMarkup:
    @pytest.mark.parametrize(
        ("was", "shown"),
        [
            ("<p>A <i>b</i> <b>c</b></p>", "<p>A b <b>c</b></p>"),
            ("<h2>Head</h2><p>Text</p>", "<p>Head</p>\n<p>Text</p>"),
            ("<ul><li>one</li><li>two</li></ul>", "<p>one</p>\n<p>two</p>"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "<p>a b</p>"),
            ("<blockquote><p>said</p></blockquote>", "<p>said</p>"),
            (
                '<figure><img src="https://x.example/a.jpg"><figcaption>At noon</figcaption></figure>',
                "<p>At noon</p>",
            ),
            (
                '<p><a href="https://x.example/?a=1&amp;b=%3E" title="x > y">here</a></p>',
                '<p><a href="https://x.example/?a=1&amp;b=%3E">here</a></p>',
            ),
            ("<p>5 &lt; 6 &amp; <u>7</u></p>", "<p>5 &lt; 6 &amp; 7</p>"),
            ("<p>one<br>two</p>", "<p>one two</p>"),
        ],
    )
    def test_elements_go_and_their_text_stays(self, was: str, shown: str) -> None:
        assert shortened(PARTNER, good(content_html=was)).content_html == shown

    @given(
        parts=st.lists(
            st.sampled_from(
                [
                    *("<p>a</p>", "<h2>b</h2>", "<ul><li>c<b>d</b></li></ul>", "e &amp; f", "<i>g</i>"),
                    *("<table><tr><td>h</td></tr></table>", "<blockquote>i</blockquote>", "<pre>j\nk</pre>"),
                    '<p><a href="https://x.example/" onclick="x()">l</a></p>',
                ]
            ),
            max_size=6,
        ),
        tags=st.sets(st.sampled_from(["b", "i", "ul", "li", "h2", "blockquote", "a", "table", "tr", "td"])),
    )
    def test_only_what_is_permitted_is_left_and_no_word_is_lost(
        self, parts: list[str], tags: set[str]
    ) -> None:
        clean = sanitise("".join(parts), "https://x.example/")

        shown = narrowed(clean, {"p", *tags}, {"a": {"href"}})

        left = {node.tag for node in etree.HTML(f"<body>{shown}</body>").iter()}
        assert left <= {"html", "body", "tbody", "p", *tags}
        assert plain(shown).split() == plain(clean).split()

    def test_a_partner_may_name_elements_that_no_text_has(self) -> None:
        tags = {"p", "script", "style", "iframe"}

        assert narrowed("<p>a <b>b</b></p>", tags, {"iframe": {"src"}, "*": {"lang"}}) == "<p>a b</p>"

    def test_smartnews_takes_every_element_and_attribute_that_our_texts_have(self) -> None:
        """But for edits, whose marks it need not know, and the numbers of lists."""
        markup = built_in("smartnews").markup

        assert markup
        assert set(markup.tags) == TAGS - {"del", "ins"}
        assert {tag: set(names) for tag, names in markup.attributes.items()} == {
            tag: names for tag, names in ATTRIBUTES.items() if tag not in {"ol", "li"}
        }

    @pytest.mark.parametrize(
        ("partner", "content"),
        [
            ("smartnews", "<p>The mayor <s>resigned</s> stayed.</p>"),
            ("msn", "<p>The mayor  stayed.</p>"),
        ],
    )
    def test_no_partner_shows_deleted_text_as_said(self, partner: str, content: str) -> None:
        markup = built_in(partner).markup
        edited = "<p>The mayor <del>resigned</del> <ins>stayed</ins>.</p>"

        assert markup
        assert narrowed(edited, set(markup.tags), {}) == content

    def test_a_tag_list_without_paragraphs_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match='tags: must have "p"'):
            Markup(tags=("b",), source=PAGE)


class TestObjections:
    @pytest.mark.parametrize(
        ("changes", "rule", "found"),
        [
            ({"title": "Tram"}, "title", "4 characters"),
            ({"content_html": ""}, "text", "none"),
            ({"content_html": "<p>5 &lt; <b>6&amp;7</b></p>"}, "text", "7 characters"),
            ({"content_html": f"<p>{'x' * 201}</p>"}, "text", "201 characters"),
            (
                {"content_html": "<p><a href='/'><b><b>Trams cross the river.</b></b></a></p>"},
                "nesting",
                "4 levels",
            ),
            ({"url": "https://ledger.com/1"}, "domain", "ledger.com"),
            ({"url": "https://[half/1"}, "domain", r"\[half"),
            ({"authors": ()}, "byline", "none"),
            ({"photo": None}, "image", "none"),
            ({"photo": replace(PHOTO, width=399)}, "image", "399 pixels wide"),
            ({"photo": replace(PHOTO, height=299)}, "image", "299 pixels high"),
            ({"photo": replace(PHOTO, credit="")}, "credit", "none"),
            ({"language": "lo"}, "language", "lo"),
        ],
    )
    def test_what_cannot_be_mended_leaves_the_article_out(
        self, changes: dict[str, Any], rule: str, found: str
    ) -> None:
        with pytest.raises(Unfit, match=f"^The Partner would refuse it: {rule}: {found}; wanted: .*{PAGE}"):
            fitted(SITE, FEED, good(**changes))

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"photo": replace(PHOTO, width=None)},
            {"photo": replace(PHOTO, width=400, height=300)},
            {"language": ""},
            {"language": "en-US"},
            {"content_html": "<p>Ten of 10.</p>"},
            {"content_html": f"<p>{'x' * 200}</p>"},
            {"content_html": '<p><b><a href="https://x.example/">Trams</a></b> cross <b>the</b> river.</p>'},
            {"url": "https://m.ledger.example/1"},
        ],
    )
    def test_what_is_well_or_not_known_stays(self, changes: dict[str, Any]) -> None:
        assert fitted(SITE, FEED, good(**changes)) == good(**changes)

    def test_without_a_partner_an_article_is_as_it_is(self) -> None:
        bare = article(content_html="", photo=None, title="x" * 500)

        assert fitted(SITE, replace(FEED, partner=None), bare) is bare

    @pytest.mark.parametrize(
        ("most", "age", "told"),
        [
            ({"days": 7}, {"days": 9}, ["9 days old; wanted: younger than 7 days"]),
            ({"days": 7}, {"days": 7}, ["7 days old; wanted: younger than 7 days"]),
            ({"days": 7}, {"days": 6, "hours": 23}, []),
            ({"hours": 36}, {"hours": 40}, ["40 hours old; wanted: younger than 36 hours"]),
            ({"hours": 1}, {"hours": 1}, ["1 hour old; wanted: younger than 1 hour"]),
        ],
    )
    def test_age_is_judged_when_it_is_asked_for_and_not_in_documents(
        self, most: dict[str, float], age: dict[str, float], told: list[str]
    ) -> None:
        partner = replace(PARTNER, age=Age(most=timedelta(**most), source=PAGE))
        old = good(published=NINE - timedelta(**age))

        assert fitted(SITE, made_for(partner), old) == old
        assert [f"{o.found}; wanted: {o.wanted}" for o in partner.too_old(old, NINE)] == told

    def test_a_whole_feed_may_be_refused(self) -> None:
        found = PARTNER.feed_objections(
            address="http://feeds.example/x.rss",
            is_own=False,
            language="en",
            description="x" * 31,
            icon="",
            count=1,
            length=100_001,
        )

        assert [o.rule for o in found] == [
            *("https", "domain", "language", "description", "entries", "size", "pn:logo")
        ]


@pytest.mark.slow
class TestDocuments:
    def test_the_partners_elements_stand_where_it_wants_them(self) -> None:
        root = etree.fromstring(written(formats.kind("rss")(), [good(note="Corrected."), good()], FEED))

        channel = root[0]
        assert channel.findtext("pubDate") == "Sun, 01 Mar 2026 10:30:00 +0000"
        assert channel.findtext("pn:logo/url", namespaces=SPACES) == SITE.icon
        assert channel.findtext("pn:paper", namespaces=SPACES) == "yes"
        first, second = channel.findall("item")
        assert first.findtext("dcterms:modified", namespaces=SPACES) == "2026-03-01T10:30:00+00:00"
        [thumbnail] = first.findall("media:thumbnail", SPACES)
        assert thumbnail.get("url") == PHOTO.url
        assert first.findtext("media:content/pn:rights", namespaces=SPACES) == "1"
        assert first.findtext("pn:note", namespaces=SPACES) == "Corrected."
        assert second.find("pn:note", SPACES) is None

    def test_rss_elements_are_not_put_into_atom(self) -> None:
        root = etree.fromstring(written(formats.kind("atom")(), [good()], FEED))

        assert root.find("atom:pubDate", SPACES) is None
        assert root.find("pn:paper", SPACES) is not None
        assert root.find("atom:entry/dcterms:modified", SPACES) is not None

    @pytest.mark.parametrize("dialect", ["rss", "atom"])
    @given(carried=several, partner=every_partner)
    def test_joined_entries_are_what_feedgen_writes_byte_for_byte(
        self, dialect: str, carried: list[Article], partner: Partner
    ) -> None:
        feed = made_for(partner)
        shown = [shortened(partner, each) for each in carried]

        document = as_lxml_writes(written(formats.kind(dialect)(), shown, feed))

        assert document == by_feedgen_alone(feed, shown, dialect)

    @pytest.mark.parametrize("name", ["rss", "atom", "json"])
    @given(carried=several, partners=st.lists(st.none() | every_partner, min_size=2, max_size=3))
    def test_feeds_of_several_partners_share_a_format_and_each_gets_its_own(
        self, name: str, carried: list[Article], partners: Sequence[Partner | None]
    ) -> None:
        used = formats.kind(name)()
        feeds = [replace(FEED, partner=partner) for partner in partners]

        for feed in feeds * 2:
            for each in carried:
                assert used.entry(SITE, feed, each) == formats.kind(name)().entry(SITE, feed, each)

    @pytest.mark.parametrize("name", NAMES)
    def test_readers_read_what_is_made_for_partners(self, name: str) -> None:
        partner = built_in(name)
        feed = made_for(partner)
        long = "The ferry to the southern islands resumes, weeks early"
        text = f"<p>{'Trams cross the river. ' * 20}</p>"
        shown = [
            fitted(SITE, feed, good(key=str(n), title=f"{long} {n}", content_html=text)) for n in range(3)
        ]
        assert partner.formats

        for each in partner.formats.accepts:
            parsed = feedparser.parse(written(formats.kind(each)(), shown, feed))
            assert not parsed.bozo
            assert [entry.title for entry in parsed.entries] == [f"{long} {n}" for n in range(3)]

    def test_smartnews_gets_its_logo_and_msn_its_date_of_correction(self) -> None:
        smart = etree.fromstring(written(formats.kind("rss")(), [good()], made_for(built_in("smartnews"))))
        msn = etree.fromstring(written(formats.kind("rss")(), [good()], made_for(built_in("msn"))))

        assert smart.findtext("channel/snf:logo/url", namespaces=SPACES) == SITE.icon
        assert smart.findtext("channel/pubDate")
        [thumbnail] = smart.findall("channel/item/media:thumbnail", SPACES)
        assert thumbnail.get("url") == PHOTO.url
        assert msn.findtext("channel/item/dcterms:modified", namespaces=SPACES) == "2026-03-01T10:30:00+00:00"
