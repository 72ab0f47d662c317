"""What an entry says, in whatever form its publisher writes it."""

from __future__ import annotations

from typing import Any

import pytest

from syndicator.domain.article import Photo
from syndicator.sources.feeds.byline import people
from syndicator.sources.feeds.feed_text import headline, plain_text
from tests.sources.feed_documents import atom, json_feed, only, read, rss


@pytest.mark.parametrize(
    "markup",
    [
        (
            "<div><img src='/a.jpg' alt='Crane'><h3>Where</h3>On the <a href='/quay'>"
            "quay</a>.<ul><li>East</li></ul></div>"
        ),
        "<img src='/a.jpg' alt='Crane'>On the <a href='/quay'>quay</a>.<br>East.",
    ],
)
@pytest.mark.parametrize("form", ["<![CDATA[{}]]>", "escaped"])
def test_a_description_of_markup_without_paragraphs_stays_markup(markup: str, form: str) -> None:
    written = form.format(markup) if "{}" in form else markup.replace("&", "&amp;").replace("<", "&lt;")

    sighting = only(rss(f"<title>Crane falls</title><description>{written}</description>"))

    assert '<a href="https://harbour.example/quay">quay</a>' in sighting.content_html
    assert "<br>" in sighting.content_html or "<li>East</li>" in sighting.content_html
    assert sighting.photo == Photo(url="https://harbour.example/a.jpg", alt="Crane")
    assert "quay" in sighting.summary


def test_a_whole_text_is_no_summary() -> None:
    first = "The crane fell at dawn, when nobody was on the quay but a gull."
    body = "".join(f"<p>{text}</p>" for text in (first, *(f"{n}: {first}" for n in range(12))))

    description = only(rss(f"<title>Crane falls</title><description><![CDATA[{body}]]></description>"))
    twice = only(
        rss(
            f"<title>C</title><description><![CDATA[{body}]]></description><content:encoded>"
            f"<![CDATA[{body}]]></content:encoded>"
        )
    )
    alone = only(rss(f"<title>C</title><content:encoded><![CDATA[{body}]]></content:encoded>"))
    unmarked = only(rss("<title>C</title><description>" + "\n\n".join([first] * 12) + "</description>"))
    text = only(json_feed({"title": "C", "content_text": "\n\n".join([first] * 12)}))

    assert [s.summary for s in (description, twice, alone, unmarked, text)] == [first] * 5
    assert all(s.content_html.count("<p>") >= 12 for s in (description, twice, alone, unmarked, text))


def test_bases_of_feed_entry_and_content_count() -> None:
    content = '<content type="html" {0}>&lt;a href="plan"&gt;Plan&lt;/a&gt; &lt;img src="c.jpg"&gt;</content>'
    other_base = 'xml:base="//cdn.example/p/"'
    entries = (
        f'<entry xml:base="cranes/"><title>One</title>{content.format("")}</entry>',
        f"<entry><title>Two</title>{content.format(other_base)}</entry>",
    )

    one, two = read(atom(*entries, attributes='xml:base="https://cms.example/news/"')).sightings

    assert 'href="https://cms.example/news/cranes/plan"' in one.content_html
    assert one.photo == Photo(url="https://cms.example/news/cranes/c.jpg")
    assert two.photo == Photo(url="https://cdn.example/p/c.jpg")


def test_the_feeds_authors_are_those_of_entries_without_one() -> None:
    head = "<author><name>The Desk</name></author>"
    source = "<source><title>x</title><author><name>Another Desk</name></author></source>"
    entries = (
        "<title>1</title>",
        f"<title>2</title>{source}",
        "<title>3</title><author><name>Ada Roe</name></author>",
    )

    assert [s.authors for s in read(atom(*entries, head=head)).sightings] == [
        ("The Desk",),
        ("Another Desk",),
        ("Ada Roe",),
    ]
    items: tuple[dict[str, Any], ...] = ({"title": "1"}, {"title": "2", "authors": [{"name": "Ada Roe"}]})
    for authors in ({"authors": [{"name": "The Desk"}]}, {"author": {"name": "The Desk"}}):
        assert [s.authors for s in read(json_feed(*items, **authors)).sightings] == [
            ("The Desk",),
            ("Ada Roe",),
        ]
    editor = "<managingEditor>chief@harbour.example (The Chief)</managingEditor>"
    assert only(rss("<title>1</title>", head=editor)).authors == ()


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["ada@harbour.media (Ada Roe)"], ["Ada Roe"]),
        (["Ada Roe <ada@xn--hafen.xn--p1ai>"], ["Ada Roe"]),
        (["mailto:ada@harbour.photography (Ada Roe)"], ["Ada Roe"]),
        (["ada@harbour.online"], []),
        (["Ada Roe (ada@harbour.co.example)"], ["Ada Roe"]),
        (["Ada Roe", "ADA ROE", "Ben Lo"], ["Ada Roe", "Ben Lo"]),
        (["Ada Roe, Ben Lo and Cy Mott"], ["Ada Roe", "Ben Lo", "Cy Mott"]),
        (["Ada Roe; Ben Lo, and Cy Mott"], ["Ada Roe", "Ben Lo", "Cy Mott"]),
        (["Roe, Ada"], ["Roe, Ada"]),
        (["Ministry of Ports, Ships and Canals"], ["Ministry of Ports, Ships and Canals"]),
        (["O&amp;P Agency"], ["O&P Agency"]),
    ],
)
def test_names_of_people(texts: list[str], names: list[str]) -> None:
    assert people(texts) == names


def test_an_author_in_two_elements_is_one() -> None:
    item = (
        "<title>1</title><author>ada@harbour.press (Ada Roe)</author><dc:creator>"
        "Ada Roe</dc:creator><itunes:author>Ben Lo</itunes:author>"
    )

    assert only(rss(item)).authors == ("Ada Roe", "Ben Lo")


def test_an_author_in_an_element_that_dublin_core_does_not_have_is_one() -> None:
    assert only(rss("<title>1</title><dc:author>Ada Roe</dc:author>")).authors == ("Ada Roe",)


def test_labels_are_tags_and_codes_are_none() -> None:
    entry = (
        '<title>1</title><category term="15000000" scheme="http://cv.example/topics/"/>'
        '<category term="urn:topic:7"/><category term="ships" label="Ships" scheme="urn:desk"/>'
        '<category term="port-life" label="Port life"/><category term="2026"/>'
    )

    sighting = only(atom(entry))

    assert (sighting.section, sighting.tags) == ("Port life", ("Ships", "Port life", "2026"))


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Use <main> once", "Use <main> once"),
        ("</footer>", "</footer>"),
        ("Tom & Co", "Tom & Co"),
        ("a &amp; b", "a &amp; b"),
        ("The pilot&#39;s&nbsp;boat", "The pilot's boat"),
    ],
)
def test_plain_text_is_no_markup(written: str, title: str) -> None:
    escaped = written.replace("&", "&amp;").replace("<", "&lt;")

    assert plain_text(written) == title
    assert only(atom(f'<title type="text">{escaped}</title><summary>{escaped}</summary>')).title == title
    assert only(atom(f"<title>{escaped}</title><summary>{escaped}</summary>")).summary == title


def test_plain_text_of_a_json_feed_is_no_markup() -> None:
    sighting = only(
        json_feed({"title": "Use <main> &amp; <p>", "summary": "<b>x", "content_text": "a <b>\n\nc"})
    )

    assert (sighting.title, sighting.summary) == ("Use <main> &amp; <p>", "<b>x")
    assert sighting.content_html == "<p>a &lt;b&gt;</p>\n<p>c</p>"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("How <video> works", "How <video> works"),
        ("<b>Late:</b> ship sinks", "Late: ship sinks"),
        ("Ship<br>sinks", "Ship sinks"),
        ("#include </etc/x>", "#include </etc/x>"),
        ("List<Ship> &amp; more", "List<Ship> & more"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_a_headline_is_markup_only_if_all_of_it_is(written: str, title: str) -> None:
    assert headline(written) == title


def test_languages_of_entry_and_content_count() -> None:
    entry = '<entry xml:lang="nl"><title>Kraan valt</title></entry>'
    content = '<title>x</title><content type="html" xml:lang="pt-BR">&lt;p&gt;Cais&lt;/p&gt;</content>'

    sightings = read(atom(entry, content, "<title>Short</title>", attributes='xml:lang="fi"')).sightings

    assert [s.language for s in sightings] == ["nl", "pt-BR", "fi"]


def test_the_address_is_the_one_before_the_counter() -> None:
    item = "<title>1</title><feedburner:origLink>https://harbour.example/real</feedburner:origLink>"

    assert only(rss(item)).url == "https://harbour.example/real"


def test_tombstones_are_retractions_unless_the_entry_is_there_again() -> None:
    stones = "".join(
        (
            f'<at:deleted-entry xmlns:at="http://purl.org/atompub/tombstones/1.0" ref="urn:harbour:{n}" '
            f'when="2026-03-01T{hour}:00:00Z"/>'
        )
        for n, hour in ((1, "10"), (2, "08"), (9, "10"))
    )

    edition = read(atom("<title>1</title>", "<title>2</title>", head=stones))

    assert edition.gone == ["urn:harbour:1", "urn:harbour:9"]
    assert [s.title for s in edition.sightings] == ["2"]


@pytest.mark.parametrize(
    ("field", "read_as"),
    [
        ({"tags": "Ships, Ports"}, {"tags": ("Ships", "Ports")}),
        ({"tags": ["Ships", ["Ports"], None]}, {"tags": ("Ships",)}),
        (
            {"attachments": ["https://harbour.example/a.jpg", 5]},
            {"photo": Photo(url="https://harbour.example/a.jpg")},
        ),
        (
            {"attachments": {"url": "https://harbour.example/a", "mime_type": "image/png"}},
            {"photo": Photo(url="https://harbour.example/a")},
        ),
        ({"authors": ["Ada Roe", {"name": 5}]}, {"authors": ("Ada Roe",)}),
    ],
)
def test_a_careless_field_costs_no_more_than_itself_and_is_told(
    field: dict[str, Any], read_as: dict[str, Any]
) -> None:
    one, two = read(json_feed({"title": "1"} | field, {"title": "2"})).sightings

    assert {name: getattr(one, name) for name in read_as} == read_as
    assert len(one.warnings) == 1
    assert not two.warnings


@pytest.mark.parametrize(
    "field", [{"authors": {"name": "Ada Roe"}}, {"author": "Ada Roe"}, {"authors": "Ada Roe"}]
)
def test_an_author_alone_is_an_author(field: dict[str, Any]) -> None:
    assert only(json_feed({"title": "1"} | field)).authors == ("Ada Roe",)


POSTS = (
    "<description>The lock is shut until noon. Ships wait.</description>",
    "<description>&lt;p&gt;ປະຕູນ້ຳປິດແລ້ວ&lt;/p&gt;</description>",
)


def test_a_feed_of_entries_without_titles_takes_them_from_the_texts_and_says_so() -> None:
    edition = read(rss(*POSTS))

    assert [s.title for s in edition.sightings] == ["The lock is shut until noon.", "ປະຕູນ້ຳປິດແລ້ວ"]
    assert "2 of 2 entries have no title" in edition.problems[0]
    assert read(rss(*POSTS), titles="from text").problems == []
    assert read(rss(*POSTS), titles="required").sightings == []


def test_in_a_feed_with_titles_one_without_takes_it_from_its_text_and_that_is_told() -> None:
    document = rss(POSTS[0], *(["<title>Other</title>"] * 2))

    edition = read(document)

    assert len(edition.sightings) == 3
    assert "1 of 3 entries have no title" in edition.problems[0]
    required = read(document, titles="required")
    assert len(required.sightings) == 2
    assert "has no title" in required.problems[0]


def test_an_entry_without_any_words_is_left_out_and_named() -> None:
    edition = read(
        rss("<description>&lt;img src='https://harbour.example/a.jpg'&gt;</description>", POSTS[0])
    )

    assert len(edition.sightings) == 1
    assert any("has no title" in problem for problem in edition.problems)


@pytest.mark.parametrize(
    "shown",
    [
        "<img src='/a.jpg' alt='{}'>",
        "<figure><iframe src='https://films.example/7' title='{}'></iframe></figure>",
        "<p><img src='/IMG_1.jpg' alt='IMG_1.jpg'></p><video title='{}' src='/a.mp4'></video>",
        "<iframe title='YouTube video player' src='https://films.example/7'></iframe><img src='/a' alt='{}'>",
    ],
)
def test_an_entry_without_words_is_called_as_what_it_shows(shown: str) -> None:
    markup = shown.format("Ships wait at the lock")

    edition = read(rss(f"<description><![CDATA[{markup}]]></description>", POSTS[0]))

    assert edition.sightings[0].title == "Ships wait at the lock"


def test_an_entry_without_words_is_called_as_its_medium_is() -> None:
    picture = (
        '<media:content url="https://harbour.example/a.jpg" medium="image">'
        "<media:title>Ships wait at the lock</media:title></media:content>"
    )

    assert read(rss(picture, POSTS[0])).sightings[0].title == "Ships wait at the lock"


def test_a_picture_after_which_an_entry_is_called_keeps_its_alternative_text() -> None:
    picture = "<img src='https://harbour.example/a.jpg' alt='Ships wait at the lock'>"

    edition = read(rss(f"<description><![CDATA[{picture}]]></description>", POSTS[0]))

    assert edition.sightings[0].photo
    assert edition.sightings[0].photo.alt == "Ships wait at the lock"


def test_a_long_text_is_cut_at_a_word() -> None:
    title = only(rss("<description>" + "harbour " * 60 + "</description>")).title

    assert 80 < len(title) <= 110
    assert title.endswith("harbour…")


SIGN_OFFS = [
    'The post <a href="{own}">{title}</a> appeared first on <a href="{home}">The Harbour Post</a>.',
    (
        'Der Beitrag <a href="{own}?utm_source=rss">{title}</a> erschien zuerst '
        'auf <a href="{home}">The Harbour Post</a>.'
    ),
    (
        'ໂພສ <a href="{own}">{title}</a> ປາກົດຄັ້ງທຳອິດໃນ <a rel="nofollow" href="https://www.harbour.example">'
        "The Harbour Post</a>"
    ),
    '投稿 <a href="{own}">{title}</a> は <a href="{home}">The Harbour Post</a> に最初に表示されました。',
]
READ_ON = [
    '<a class="more" href="{own}#more-7">Continue reading <span>{title}</span> &rarr;</a>',
    '[&#8230;] <a href="{own}">Lire la suite</a>',
]


@pytest.mark.parametrize(
    "form",
    [
        "<p>The crane fell.</p>\n<p>{}</p>",
        "The crane fell.<br><br>{}",
        "<div><p>The crane fell.</p><p>{}</p></div>",
    ],
)
@pytest.mark.parametrize("tail", [*SIGN_OFFS, READ_ON[0]])
def test_where_a_text_appeared_first_is_no_text(form: str, tail: str) -> None:
    words = tail.format(own="https://harbour.example/1", home="https://harbour.example/", title="Crane falls")
    body = f"<![CDATA[{form.format(words)}]]>"

    both = only(
        rss(
            f"<title>Crane falls</title><description>{body}</description><content:encoded>"
            f"{body}</content:encoded>"
        )
    )
    one = only(rss(f"<title>Crane falls</title><description>{body}</description>"))

    assert both.summary == one.summary == "The crane fell."
    assert both.content_html == one.content_html == "<p>The crane fell.</p>"


@pytest.mark.parametrize(
    "words",
    [
        "The post Crane “falls” appeared first on Harbour Post Online.",
        "Der Beitrag Kran fällt erschien zuerst auf Hafenpost.",
    ],
)
def test_where_a_text_appeared_first_is_no_text_without_its_links_either(words: str) -> None:
    body = f"<![CDATA[<p>The crane fell.</p><p>{words}</p>]]>"
    sighting = only(rss(f"<title>Crane falls</title><content:encoded>{body}</content:encoded>"))
    assert sighting.content_html == "<p>The crane fell.</p>"
    bare = only(rss(f"<title>Crane falls</title><description>The crane fell. {words}</description>"))
    assert bare.summary == "The crane fell."


def test_a_link_to_read_on_goes_and_the_dots_stay() -> None:
    words = READ_ON[1].format(own="https://harbour.example/1")

    sighting = only(
        rss(f"<title>Crane falls</title><description><![CDATA[The crane fell {words}]]></description>")
    )

    assert sighting.summary == "The crane fell […]"


@pytest.mark.parametrize(
    "text",
    [
        "The post Crane falls appeared first on The Harbour Post.",
        "Read more »",
        "Continue reading Crane falls",
        "ອ່ານຕໍ່",
    ],
)
def test_sign_offs_whose_links_are_gone_go(text: str) -> None:
    assert (
        only(rss(f"<title>Crane falls</title><description>It fell at dawn. {text}</description>")).summary
        == "It fell at dawn."
    )


@pytest.mark.parametrize(
    "text",
    [
        (
            '<p>It fell.</p><p>More on <a href="https://harbour.example/">our site</a>'
            ' and <a href="https://harbour.example/2">here</a>.</p>'
        ),
        (
            '<p>It fell.</p><p>The story first appeared in <a href="https://other.example/">'
            "The Other Post</a>.</p>"
        ),
        '<p>It fell, as told at <a href="https://harbour.example/1">length</a></p>',
        '<p><a href="https://harbour.example/1">Crane falls</a></p>',
        "<p>It fell. Read more books, said the mayor.</p>",
    ],
)
def test_what_only_looks_like_a_sign_off_stays(text: str) -> None:
    assert (
        only(
            rss(f"<title>Crane falls</title><description><![CDATA[{text}]]></description>")
        ).content_html.replace("\n", "")
        == text
    )
