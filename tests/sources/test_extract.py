"""Pages of every make: what they say of their article is found, and what stands around it is not."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from syndicator.sources.pages.boilerplate import is_button, is_same, is_sign_off
from syndicator.sources.pages.credit import split_credit
from syndicator.sources.pages.discovery import drop_related
from syndicator.sources.pages.extract import Select, extract
from syndicator.sources.pages.extracted import Extracted
from syndicator.text.clean import fold, plain
from syndicator.text.datelines import without_dateline
from syndicator.text.dates import cut_date
from syndicator.text.markup import parse

URL = "https://ledger.example/news/ferry-7"

LEAD = "The ferry to the southern islands resumes on Monday, weeks earlier than the harbour office expected."
SECOND = "Engineers replaced both engines in nine days, working through the nights while the river was low."
THIRD = "Fishermen had carried passengers in their own boats, for twice the price of an ordinary ticket."
FOURTH = "Tickets are sold at the pier from six in the morning, and on the telephone until ten at night."


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>Ledger</title>{head}</head><body>{body}</body></html>"


def ld(**fields: Any) -> str:
    told = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


def is_other(url: str) -> bool:
    return "/news/" in url and url != URL


def read(markup: str, **select: str) -> Extracted:
    return extract(markup, URL, select=Select(**select), is_other=is_other)


def paragraphs(found: Extracted) -> list[str]:
    return [plain(line) for line in found.get("content_html").split("\n")]


class TestTrust:
    """For each field the most trustworthy place that has it."""

    HEAD = (
        ld(headline="By JSON-LD", datePublished="2026-03-01T09:00:00+07:00", articleSection="City")
        + '<meta property="og:title" content="By OpenGraph"><meta name="description" content="By meta">'
        '<meta property="article:published_time" content="2026-03-02">'
    )
    BODY = '<h1>By h1</h1><h2 class="t">By selector</h2><div class="x"><p>Text.</p></div>'

    def test_a_declared_place_comes_first(self) -> None:
        found = read(page(self.BODY, self.HEAD), title=".t", content=".x")

        assert (found.get("title"), found.origins["title"]) == ("By selector", "select.title")

    def test_then_json_ld_then_metadata(self) -> None:
        found = read(page(self.BODY, self.HEAD), title=".nowhere", content=".x")

        assert (found.get("title"), found.origins["title"]) == ("By JSON-LD", "json-ld")
        assert found.get("published") == "2026-03-01T09:00:00+07:00"
        assert (found.get("summary"), found.origins["summary"]) == ("By meta", "description")

    @pytest.mark.parametrize(
        ("body", "title", "origin"),
        [
            (
                '<span itemprop="headline">By microdata</span><h1>By h1</h1>',
                "By microdata",
                "itemprop headline",
            ),
            ("<h1>By h1</h1>", "By h1", "h1"),
            ("<h1>Two</h1><h1>headings</h1>", "Ledger", "title"),
        ],
    )
    def test_then_markup(self, body: str, title: str, origin: str) -> None:
        found = read(page(body))

        assert (found.get("title"), found.origins["title"]) == (title, origin)

    def test_a_pages_title_ends_before_the_sites_name(self) -> None:
        head = '<meta property="og:site_name" content="The Ledger"><title>Ferry runs | The Ledger</title>'

        assert read(f"<html><head>{head}</head><body></body></html>").get("title") == "Ferry runs"


class TestJsonLd:
    """The quirks of real sites."""

    @pytest.mark.parametrize(
        "script",
        [
            '{"@type": "NewsArticle", "headline": "Ferry & bridge"}',
            '{"@type": ["Thing", "http://schema.org/NewsArticle"], "headline": "Ferry & bridge"};',
            '[{"@type": "WebSite"}, {"@type": "BlogPosting", "headline": "Ferry &amp; bridge"}]',
            '{"@graph": [{"@type": "Person"}, {"@type": "Article", "headline": "Ferry & bridge"}]}',
            '<!-- {"@type": "NewsArticle", "headline": "Ferry & bridge"} -->',
            '//<![CDATA[\n{"@type": "NewsArticle", "headline": "Ferry & bridge"}\n//]]>',
            html.escape('{"@type": "NewsArticle", "headline": "Ferry &amp; bridge"}'),
            '{"@type": "WebPage", "mainEntity": {"@type": "NewsArticle", "headline": "Ferry\t& bridge\n"}}',
        ],
    )
    def test_an_article_is_found_however_it_is_wrapped(self, script: str) -> None:
        found = read(page("<p>x</p>", f'<script type="application/ld+json">{script}</script>'))

        assert (found.get("title"), found.origins["title"]) == ("Ferry & bridge", "json-ld")

    @pytest.mark.parametrize(
        ("author", "names"),
        [
            ("A. Writer, B. Other", ("A. Writer", "B. Other")),
            ({"@type": "Person", "name": "A. Writer"}, ("A. Writer",)),
            ([{"name": "A. Writer"}, "B. Other"], ("A. Writer", "B. Other")),
            ({"name": ["A. Writer", "B. Other"]}, ("A. Writer", "B. Other")),
            ({"@id": "#a"}, ("C. Referred",)),
            ([{"@id": "#a"}, {"@id": "#missing"}], ("C. Referred",)),
            ({"url": "https://ledger.example/people/1"}, ()),
        ],
    )
    def test_authors_come_in_every_shape(self, author: Any, names: tuple[str, ...]) -> None:
        graph = [
            {"@type": "Person", "@id": "#a", "name": "C. Referred"},
            {"@type": "Article", "author": author},
        ]
        script = f'<script type="application/ld+json">{json.dumps({"@graph": graph})}</script>'

        assert read(page("<p>x</p>", script)).tuple("authors") == names

    @pytest.mark.parametrize(
        "image",
        [
            "/a.jpg",
            ["/a.jpg", "/b.jpg"],
            {"@type": "ImageObject", "url": "/a.jpg"},
            [{"contentUrl": "/a.jpg"}],
            {"url": {"url": "/a.jpg"}},
        ],
    )
    def test_images_too(self, image: Any) -> None:
        assert read(page("<p>x</p>", ld(image=image))).values["photo"] == {
            "url": "https://ledger.example/a.jpg"
        }

    @pytest.mark.parametrize(
        ("told", "places"),
        [
            ({"contentLocation": {"@type": "Place", "name": "Port Lowe"}}, ("Port Lowe",)),
            ({"contentLocation": "Port Lowe, Isle of Sand"}, ("Port Lowe", "Isle of Sand")),
            (
                {"contentLocation": [{"name": "Port Lowe"}, "Kelp Bay", {"name": "Port Lowe"}]},
                ("Port Lowe", "Kelp Bay"),
            ),
            (
                {"contentLocation": {"address": {"addressLocality": "Port Lowe", "addressCountry": "SA"}}},
                ("Port Lowe", "SA"),
            ),
            ({"contentLocation": {"address": "Pier 4, Port Lowe"}}, ("Pier 4", "Port Lowe")),
            ({"locationCreated": {"name": "Kelp Bay"}, "dateline": "PORT LOWE, 1 March"}, ("Kelp Bay",)),
            ({"dateline": "PORT LOWE, 1 March"}, ("PORT LOWE",)),
            ({"dateline": "Saint-Malo (Sea News) – At noon"}, ("Saint-Malo",)),
            ({"dateline": "1 March"}, ()),
            ({"contentLocation": {"geo": {"latitude": 1}}}, ()),
            ({"contentLocation": 7, "dateline": None}, ()),
        ],
    )
    def test_places_come_in_every_shape(self, told: Any, places: tuple[str, ...]) -> None:
        found = read(page("<h1>T</h1>", ld(headline="H", **told)))

        assert found.tuple("places") == places

    def test_a_declared_place_on_the_page_comes_before_metadata(self) -> None:
        head = ld(headline="H", contentLocation={"name": "Port Lowe"})

        found = read(page('<b class="where">Kelp Bay</b>', head), places=".where")

        assert (found.tuple("places"), found.origins["places"]) == (("Kelp Bay",), "select.places")

    def test_of_several_articles_the_pages_own_is_taken(self) -> None:
        teaser = ld(headline="A teaser", url="https://ledger.example/news/other-8")
        own = ld(headline="Its own", mainEntityOfPage={"@id": URL})

        assert read(page("<p>x</p>", teaser + own)).get("title") == "Its own"

    @pytest.mark.parametrize(
        "script",
        [
            "{",
            "[" * 50_000,
            '{"a":' * 50_000,
            "null",
            '"x"',
            '{"@type": 3}',
            '{"@type": "Article", "headline": []}',
        ],
    )
    def test_broken_metadata_is_no_metadata(self, script: str) -> None:
        found = read(page("<h1>By h1</h1>", f'<script type="application/ld+json">{script}</script>'))

        assert found.get("title") == "By h1"

    def test_nesting_does_not_exhaust_anything(self) -> None:
        deep = '{"@type": "Article", "author": ' + "[" * 900 + '"x"' + "]" * 900 + "}"

        assert (
            read(page("<p>x</p>", f'<script type="application/ld+json">{deep}</script>')).tuple("authors")
            == ()
        )


class TestPhoto:
    def test_a_lead_photo_is_not_printed_again_in_the_text_but_tells_its_caption(self) -> None:
        body = (
            '<div class="x"><figure><img src="/a-1024x683.jpg" alt="A ferry">'
            "<figcaption>On Monday. Photo: B. Camera</figcaption></figure>"
            f"<p>{LEAD}</p><p>{SECOND}</p></div>"
        )
        found = read(page(body, '<meta property="og:image" content="/a.jpg">'), content=".x")

        assert found.values["photo"] == {"url": "https://ledger.example/a.jpg"}
        assert found.get("alt") == "A ferry"
        assert split_credit(found.get("caption")) == ("On Monday", "B. Camera")
        assert paragraphs(found) == [LEAD, SECOND]

    def test_without_any_other_the_picture_above_the_text_is_the_lead_photo(self) -> None:
        body = f'<div class="x"><p><img data-src="/a.jpg"><br><em>The pier.</em></p><p>{LEAD}</p></div>'
        found = read(page(body), content=".x")

        assert found.values["photo"] == {"url": "https://ledger.example/a.jpg"}
        assert found.get("caption") == "The pier."
        assert paragraphs(found) == [LEAD]

    def test_a_picture_further_down_stays_where_it_is(self) -> None:
        found = read(
            page(f'<div class="x"><p>{LEAD}</p><p><img src="/a.jpg"></p><p>{SECOND}</p></div>'), content=".x"
        )

        assert found.values["photo"] == {"url": "https://ledger.example/a.jpg"}
        assert '<figure><img src="https://ledger.example/a.jpg"></figure>' in found.get("content_html")

    @pytest.mark.parametrize(
        "name", ["logo.png", "default-og-image.jpg", "site_logo.jpg", "placeholder-1200x630.png"]
    )
    def test_a_sites_stock_picture_is_no_photo(self, name: str) -> None:
        head = f'<meta property="og:image" content="https://ledger.example/i/{name}">'

        assert "photo" not in read(page(f"<p>{LEAD}</p>", head)).values

    def test_a_photo_of_logos_is_one(self) -> None:
        head = '<meta property="og:image" content="/sites/default/files/logo-contest-winners.jpg">'

        assert "photo" in read(page(f"<p>{LEAD}</p>", head)).values


FIGURE = '<figure><img src="https://ledger.example/b.jpg"><figcaption>The pier.</figcaption></figure>'


class TestBody:
    def content(self, markup: str, agency: str = "", **select: str) -> str:
        found = extract(
            page(f'<div class="x">{markup}</div>'),
            URL,
            select=Select(content=".x", **select),
            agency=agency,
            is_other=is_other,
        )
        return found.get("content_html")

    @pytest.mark.parametrize(
        "markup",
        [
            '<p style="text-align:center"><img src="/b.jpg"><br><em>The pier.</em></p>',
            '<figure><picture><img src="/b.jpg"></picture><figcaption>The pier.</figcaption></figure>',
            '<p><a href="/big.jpg"><img src="/b.jpg"></a></p><p class="wp-caption-text">The pier.</p>',
            '<div class="photo"><img src="/b.jpg"><div class="cap">The pier.</div></div>',
            '<p><img src="/b.jpg"><span style="color:gray"><em>The pier.</em></span></p>',
        ],
    )
    def test_a_picture_in_the_text_is_a_figure_with_its_caption(self, markup: str) -> None:
        assert (
            self.content(f"<p>{LEAD}</p>{markup}<p>{SECOND}</p>")
            == f"<p>{LEAD}</p>\n{FIGURE}\n<p>{SECOND}</p>"
        )

    def test_a_picture_within_a_paragraph_leaves_the_paragraph_whole(self) -> None:
        found = self.content(f'<p>{LEAD}</p><p><img src="/b.jpg">{SECOND} <em>Really.</em></p>')

        assert found.split("\n")[1:] == [
            '<figure><img src="https://ledger.example/b.jpg"></figure>',
            f"<p>{SECOND} <em>Really.</em></p>",
        ]

    @pytest.mark.parametrize(
        "mark", ["(TML) ", "<b>(TML)</b> - ", "TML ", "<strong>TML</strong>&nbsp;– ", "[TML] "]
    )
    def test_an_agencys_mark_in_front_is_taken_off(self, mark: str) -> None:
        assert plain(self.content(f"<p>{mark}{LEAD}</p><p>{SECOND}</p>", agency="TML")) == f"{LEAD} {SECOND}"

    def test_where_an_agency_acts_it_is_named(self) -> None:
        text = "TML has learned that the ferry resumes, and that tickets are sold."

        assert plain(self.content(f"<p>{text}</p><p>{SECOND}</p>", agency="TML")) == f"{text} {SECOND}"

    def test_a_place_and_a_day_stay(self) -> None:
        text = f"VIENTIANE, March 3 (AFP) - {LEAD}"

        assert plain(self.content(f"<p>{text}</p>")) == text

    def test_what_stands_around_the_text_goes(self) -> None:
        markup = (
            f"<div>Email Print 2204</div><h2>Ledger</h2><p>&nbsp;</p><p>(TML) {LEAD}</p><p>{LEAD}</p>"
            f"<p>{SECOND}</p>"
            "<p>Share 12</p><p>(TML)</p><h3>More</h3>"
            '<ul><li><a href="/news/a-1">One</a></li><li><a href="/news/b-2">Two</a></li></ul>'
        )

        assert plain(self.content(markup)) == f"{LEAD} {SECOND}"

    def test_a_list_in_the_text_stays(self) -> None:
        markup = f'<p>{LEAD}</p><ul><li>Piers</li><li><a href="/news/a-1">Boats</a></li></ul><p>{SECOND}</p>'

        assert plain(self.content(markup)) == f"{LEAD} Piers Boats {SECOND}"

    def test_the_lead_is_in_the_text_once(self) -> None:
        """Many readers show the text alone."""
        edited = LEAD.replace("resumes", "will resume")
        body = f'<div class="x"><b class="lead">TML {LEAD}</b><p>(TML) {edited}</p><p>{SECOND}</p></div>'
        found = read(page(body), summary=".lead", content=".x")

        assert found.get("summary") == LEAD
        assert paragraphs(found) == [LEAD, SECOND]
        assert found.get("agency") == "TML"

    def test_paragraphs_that_are_alike_are_not_the_same(self) -> None:
        results = [
            f"Gold over {far} metres for the rowers of the river towns, ahead of the hills." for far in "25"
        ]

        assert plain(self.content("".join(f"<p>{r}</p>" for r in (LEAD, *results)))) == " ".join(
            (LEAD, *results)
        )

    def test_without_a_summary_the_first_paragraph_is_one(self) -> None:
        found = read(page(f'<div class="x"><p>{LEAD}</p><p>{SECOND}</p></div>'), content=".x")

        assert (found.get("summary"), found.origins["summary"]) == (LEAD, "first paragraph")
        assert paragraphs(found) == [LEAD, SECOND]

    def test_the_note_on_a_correction_is_no_part_of_the_text(self) -> None:
        found = read(
            page(f'<div class="x"><p>{LEAD}</p><p class="c">Correction: nine days.</p></div>'),
            content=".x",
            note=".c",
        )

        assert (found.get("note"), paragraphs(found)) == ("Correction: nine days.", [LEAD])

    def test_a_page_without_the_declared_place_has_no_text(self) -> None:
        found = read(page(f"<p>{LEAD}</p><p>{SECOND}</p><p>{THIRD}</p>"), content=".x")

        assert not found.has_body

    def test_what_is_stripped_is_nowhere(self) -> None:
        markup = page(f'<div class="x"><p>{LEAD}</p><div class="ad"><p class="ad">Buy!</p></div></div>')

        assert "Buy" not in extract(markup, URL, select=Select(content=".x"), strip=(".ad",)).get(
            "content_html"
        )


class TestDiscovery:
    """Pages of which nothing is declared."""

    MAIN = (
        f"<article><p>{LEAD}</p><figure><img src='/b.jpg'><figcaption>The pier.</figcaption></figure>"
        f"<p>{SECOND}</p><p>{THIRD}</p><p>{FOURTH}</p></article>"
    )
    RELATED = "".join(
        f"<li><a href='/news/story-{n}'><img src='/{n}.jpg'></a><h4><a href='/news/story-{n}'>No {n}</a></h4>"
        f"<p>Here is what story {n} says in the many words of a teaser, so that it looks like text.</p></li>"
        for n in range(5)
    )

    def test_the_text_is_found_without_the_lists_around_it(self) -> None:
        found = read(page(f"<h1>Ferry</h1>{self.MAIN}<div><h3>Other news</h3><ul>{self.RELATED}</ul></div>"))

        assert found.origins["content_html"] == "trafilatura"
        assert paragraphs(found) == [LEAD, "The pier.", SECOND, THIRD, FOURTH]
        assert FIGURE in found.get("content_html")

    def test_lists_of_other_articles_are_dropped_wherever_they_stand(self) -> None:
        teasers = "".join(f"<div class=t><a href='/news/story-{n}'>No {n}</a></div>" for n in range(3))
        links = "".join(f"<p>{LEAD} <a href='/news/story-{n}'>Here</a>.</p>" for n in range(2))
        tree = parse(
            page(f"<div><h3>More</h3><div>{teasers}</div></div><div class=b>{links}<p>{SECOND}</p></div>")
        )

        drop_related(tree, URL, is_other)

        assert plain(tree.html or "") == f"Ledger {LEAD} Here. {LEAD} Here. {SECOND}"

    @pytest.mark.slow
    def test_a_hundred_pages_leave_no_trace_on_the_next(self) -> None:
        markup = page(f"<h1>Ferry</h1>{self.MAIN}")
        first = read(markup).get("content_html")

        assert {read(markup).get("content_html") for _ in range(100)} == {first}

    def test_a_text_that_is_only_in_metadata_is_found_there(self) -> None:
        found = read(page("<div id=app></div>", ld(articleBody=f"{LEAD}\n\n{SECOND}")))

        assert (found.origins["content_html"], paragraphs(found)) == ("json-ld", [LEAD, SECOND])


@dataclass(frozen=True)
class Story:
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    author: str
    section: str


def as_modern(story: Story) -> str:
    """All in metadata, the text in an article element."""
    told = ld(
        headline=story.title,
        description=story.summary,
        author={"@type": "Person", "name": story.author},
        articleSection=[story.section],
    )
    text = "".join(f"<p>{html.escape(p)}</p>" for p in story.paragraphs)
    return page(f"<nav>Home</nav><article><h1>x</h1><div class=content>{text}</div></article>", told)


def as_portal(story: Story) -> str:
    """Nothing in metadata; boxes for paragraphs; buttons and a list of other articles around them."""
    text = "".join(f"<div>{html.escape(p)}</div>" for p in story.paragraphs)
    return page(
        f"<table><tr><td><span class=sec>{html.escape(story.section)}</span>"
        f"<h2 class=title>\u00a0{html.escape(story.title)}</h2>"
        f"<b class=lead>(TML) {html.escape(story.summary)}</b><i class=by>{html.escape(story.author)}</i>"
        f"<div class=content>Email Print 2204<br><br>{text}<p>TML</p></div></td></tr></table>"
    )


def as_lines(story: Story) -> str:
    """Paragraphs between line breaks, after the lead once more."""
    text = "<br /><br />".join(html.escape(p) for p in (f"(TML) {story.summary}", *story.paragraphs))
    return page(
        f"<h2 class=title>{html.escape(story.title)}</h2><p class=lead>{html.escape(story.summary)}</p>"
        f"<p class=sec>{html.escape(story.section)}</p><p class=by>{html.escape(story.author)}</p>"
        f"<div class=content><font>{text}<br><br>(TML)</font></div>"
    )


#: Words of several scripts, and signs that mean something in markup.
words = st.lists(
    st.sampled_from(
        ("river", "boat", "ຂ່າວ", "ແມ່ນ້ຳ", "người", "ข่าว", "café", "5 & 6", "3 < 4", "“now”", "A's", "&lt;")
    )
    | st.text("abcdefgh", min_size=2, max_size=9),
    min_size=6,
    max_size=25,
).map(" ".join)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """No text of a story says what another one says."""
    count = draw(st.integers(1, 6))
    ends = (
        "north wind",
        "old mill",
        "low water",
        "dry season",
        "late bell",
        "first rice",
        "new roof",
        "dawn",
    )
    texts = [f"{draw(words)} {ends[n]} {n}{n}{n}{n}" for n in range(count + 2)]
    assume(not any(is_same(text, other) for text in texts for other in texts if text is not other))
    return Story(texts[0], texts[1], tuple(texts[2:]), author="K. Writer", section="City & river")


SELECT = Select(title=".title", summary=".lead", author=".by", section=".sec", content=".content")


@pytest.mark.slow
@given(story=stories())
def test_articles_come_back_as_they_went_in_from_a_modern_page(story: Story) -> None:
    # JSON-LD holds text that may be escaped once more
    story = replace(story, title=_unescaped(story.title), summary=_unescaped(story.summary))

    assert_came_back(story, extract(as_modern(story), URL, select=Select(content=".content")))


@pytest.mark.slow
@pytest.mark.parametrize("template", [as_portal, as_lines])
@given(story=stories())
def test_articles_come_back_as_they_went_in(template: Callable[[Story], str], story: Story) -> None:
    found = extract(template(story), URL, select=SELECT, agency="TML", is_other=is_other)

    assert_came_back(story, found, *([story.summary] if template is as_lines else []))


def assert_came_back(story: Story, found: Extracted, *lead: str) -> None:
    assert found.get("title") == fold(story.title)
    assert found.get("summary") == fold(story.summary)
    assert found.tuple("authors") == (story.author,)
    assert found.get("section") == story.section
    assert paragraphs(found) == [fold(p) for p in (*lead, *story.paragraphs)]


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "and")


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read(content: bytes) -> None:
    markup = content.decode("utf-8", "replace")

    assert isinstance(read(f"<h1>{markup}</h1><p>{markup}", content="p").get("title"), str)


@pytest.mark.parametrize(
    ("text", "agency", "expected"),
    [
        ("(KPL) The ferry", "", ("The ferry", "KPL")),
        ("[AP] – The ferry", "", ("The ferry", "AP")),
        ("KPL The ferry", "", ("KPL The ferry", "")),
        ("KPL The ferry", "KPL", ("The ferry", "KPL")),
        ("KPL ນາຍົກ", "KPL", ("ນາຍົກ", "KPL")),
        ("KPL reports", "KPL", ("KPL reports", "")),
        ("(ຂປລ) ນາຍົກ", "ຂປລ", ("ນາຍົກ", "ຂປລ")),
        ("(UPDATE) The ferry", "", ("(UPDATE) The ferry", "")),
        ("VIENTIANE, March 3 (AFP) - The ferry", "", ("VIENTIANE, March 3 (AFP) - The ferry", "AFP")),
        ("The Bank (BOL) said", "", ("The Bank (BOL) said", "")),
    ],
)
def test_datelines(text: str, agency: str, expected: tuple[str, str]) -> None:
    assert without_dateline(text, agency) == expected


@pytest.mark.parametrize(
    "text", ["Email Print 2204", "Share 12", "3,021 views", "Print", "ແບ່ງປັນ", "Facebook | LINE"]
)
def test_buttons_and_counters(text: str) -> None:
    assert is_button(text)


@pytest.mark.parametrize(
    "text", ["", "2204", "Views", "Print media are read by more people", "1" * 5000 + "x", LEAD]
)
def test_what_is_no_button(text: str) -> None:
    assert not is_button(text)


def test_sameness() -> None:
    assert is_same(f"(KPL) {LEAD}", LEAD.upper())
    assert is_same(LEAD, LEAD.replace("resumes", "will resume"))
    assert is_same(f"VIENTIANE, March 3 (AFP) - {LEAD}", LEAD)
    assert not is_same(LEAD, SECOND)
    assert not is_same(LEAD, f"{LEAD} {SECOND}")
    assert not is_same("", "")
    assert not is_same("ab" * 1_000_000, "cd" * 1_000_000)


def test_sign_offs() -> None:
    assert is_sign_off("(KPL)", {"KPL"})
    assert is_sign_off("Source: Kpl", {"", "KPL"})
    assert not is_sign_off("", {""})
    assert not is_sign_off("KPL said so.", {"KPL"})


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("Published: 03/08/2025 11:00 Print 2204", "%d/%m/%Y %H:%M", "03/08/2025 11:00"),
        ("11/4/2025  2:53:57 PM", "%m/%d/%Y %I:%M:%S %p", "11/4/2025  2:53:57 PM"),
        ("On 3 August 2025, by B.", "%d %B %Y", "3 August 2025"),
        ("2025-08-03T11:00:00+07:00", "%d/%m/%Y", "2025-08-03T11:00:00+07:00"),
        ("any", "", "any"),
    ],
)
def test_a_date_is_cut_out_of_what_stands_around_it(text: str, form: str, expected: str) -> None:
    assert cut_date(text, form) == expected
