"""What does not read back as what it was made of is not let through; what does is, whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.domain.errors import Unfit
from syndicator.domain.feed import Feed, Site
from syndicator.formats.gate import ReadBackGate
from syndicator.jobs.ports import Document, Format, History
from tests.formats.newsroom import (
    FEED,
    NINE,
    SHORT,
    SITE,
    article,
    articles,
    nasty,
    nasty_addresses,
    tidy,
)

NAMES = sorted(formats.kind.built_in)

NO_HISTORY = History()


class Misprint:
    """A format with a defect: what it writes has one text in the place of another."""

    def __init__(self, name: str, old: str, new: str, *, in_head: bool = False) -> None:
        self.form: Format = formats.kind(name)()
        self.extension, self.media_type = self.form.extension, self.form.media_type
        self.age, self.keeps_archives = self.form.age, self.form.keeps_archives
        self.old, self.new, self.in_head = old.encode(), new.encode(), in_head
        self.renderings = 0

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        entry = self.form.entry(site, feed, article)
        return entry if self.in_head else entry.replace(self.old, self.new)

    def document(
        self, site: Site, feed: Feed, articles: Sequence[Article], entries: Sequence[bytes], history: History
    ) -> bytes:
        self.renderings += 1
        document = self.form.document(site, feed, articles, entries, history)
        return document.replace(self.old, self.new) if self.in_head else document


def document_of(
    form: Format, carried: Sequence[Article], feed: Feed = FEED, history: History = NO_HISTORY
) -> Document:
    entries = [form.entry(SITE, feed, each) for each in carried]
    content = form.document(SITE, feed, carried, entries, history)
    return Document(
        extension=form.extension, content=content, modified=NINE, page=history.page, entries=entries
    )


def check(form: Format, sent: Article | None = None) -> None:
    sent = sent or article()
    ReadBackGate().entry(form, SITE, FEED, sent, form.entry(SITE, FEED, sent))


ENTRIES = [
    ("rss", "page/1<", "page/2<", "the guid"),
    ("rss", "guid", "gone", "it has 0 of guid"),
    ("rss", "</item>", "</item><item/>", "it has 0 of guid"),
    ("rss", "</title>", "</titel>", "not well-formed"),
    ("rss", "Bridge 1", "Bridge &#0;", "not well-formed"),
    ("rss", "Bridge 1", "Bridge &nbsp;", "not well-formed"),
    ("rss", "Bridge 1", "Bridge 2", "the title 'Bridge 2 reopens' instead of 'Bridge 1 reopens'"),
    ("rss", "<link>https", "<link>http", "the address"),
    ("rss", "01 Mar 2026 09", "01 Mar 2026 10", "the published"),
    ("rss", "2026-03-01T10:30", "2026-03-01T11:30", "the updated"),
    ("rss", 'length="123456"', 'length="None"', "the enclosure"),
    ("rss", "<item>", "</channel><channel><item>", "cannot be read"),
    ("atom", "<id>tag", "<id>gat", "the guid"),
    ("atom", ":page/1<", ":page/1</id><id>x<", "it has 2 of"),
    ("atom", "Bridge 1", "Bridge 2", "the title"),
    ("atom", 'rel="alternate"', 'rel="related"', "it has 0 links of the relation alternate"),
    ("atom", "<published>2026", "<published>2025", "the published"),
    ("atom", "<updated>2026-03-01T", "<updated>yesterday T", "it cannot be read"),
    ("atom", 'rel="enclosure"', 'rel="alternate"', "it has 2 links of the relation alternate"),
    ("json", '"title":"Bridge', '"title":"Fridge', "the title"),
    ("json", '"id":', '"ident":', "it cannot be read: 'id'"),
    ("json", '"url":"https://ledger.example/1"', '"url":null', "the address None"),
    ("json", '"date_modified"', '"date_modifed"', "it cannot be read"),
    ("json", "2026-03-01T09:30:00Z", "2026-03-01T09:30:01Z", "the published"),
    ("json", '"size_in_bytes":123456', '"size_in_bytes":12345', "the enclosure"),
    ("json", '"revision":1', '"revision":1}', "it cannot be read"),
]


@pytest.mark.parametrize(("name", "old", "new", "why"), ENTRIES)
def test_an_entry_that_says_something_else_is_not_let_through(
    name: str, old: str, new: str, why: str
) -> None:
    check(formats.kind(name)())
    form = Misprint(name, old, new)
    assert form.entry(SITE, FEED, article()) != form.form.entry(SITE, FEED, article())

    with pytest.raises(Unfit) as refused:
        check(form)

    assert why in str(refused.value)


DOCUMENTS = [
    ("rss", "<title>All news", "<title>No news", "a title"),
    ("rss", "all.rss", "all.xml", "it says that its address is"),
    ("rss", "</channel></rss>", "</channel>", "not well-formed"),
    ("rss", "</channel></rss>", "<item/></channel></rss>", "it has 0 of guid"),
    ("rss", "<pubDate>", "<pubdate>", "its entries do not stand in it"),
    ("rss", "</item><item>", "</item><ttl/><item>", "its entries do not stand in it"),
    ("atom", "http://www.w3.org/2005/Atom", "http://www.w3.org/2005/atom", "not an Atom feed"),
    ("atom", "all.atom", "short.atom", "it says that its address is"),
    ("atom", "All news", "", "a title ''"),
    ("json", '"items":[', '"items":[,', "it cannot be read"),
    ("json", "all.json", "short.json", "it says that its address is"),
    ("json", '"title":"All', '"titel":"All', "it cannot be read: 'title'"),
]


@pytest.mark.parametrize(("name", "old", "new", "why"), DOCUMENTS)
def test_a_document_that_is_broken_is_not_let_through(name: str, old: str, new: str, why: str) -> None:
    form = Misprint(name, old, new, in_head=True)
    broken = document_of(form, [article("1"), article("2")])

    with pytest.raises(Unfit) as refused:
        ReadBackGate().document(form, SITE, FEED, broken)

    assert why in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@given(
    sent=st.lists(articles(nasty, nasty_addresses) | articles(tidy), max_size=3, unique_by=lambda a: a.guid),
    feed=st.sampled_from([FEED, SHORT]),
    text=nasty,
    page=st.none() | st.integers(1, 9),
)
def test_no_honest_article_is_refused(
    name: str, sent: list[Article], feed: Feed, text: str, page: int | None
) -> None:
    """In any script, with any markup and any character in any field, in any feed."""
    form, gate = formats.kind(name)(), ReadBackGate()
    feed = replace(feed, title=f"News {text}", description=text)
    carried = []
    for each in sent:
        try:
            entry = form.entry(SITE, feed, each)
        except ValueError:  # an address that is none: the writer itself says so
            continue
        gate.entry(form, SITE, feed, each, entry)
        carried.append(each)

    history = History(page=page, previous=page, following=page, withdrawn=() if page else sent)
    gate.document(form, SITE, feed, document_of(form, carried, feed, history))


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_feedparser_s_idea_of_entities_keeps_no_article_back(name: str) -> None:
    """In RSS it drops the semicolons of these addresses."""
    check(formats.kind(name)(), article(url="https://ledger.example/?a=1&copy;2&b;"))


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_is_read_back_once_for_each_revision(name: str) -> None:
    form, gate = Misprint(name, "", ""), ReadBackGate()
    form.in_head = False
    for sent in (article(), article(), article(revision=2), article(), article(title="New", revision=3)):
        gate.entry(form, SITE, FEED, sent, form.form.entry(SITE, FEED, sent))

    assert form.renderings == 3


def test_an_entry_that_was_refused_is_refused_again() -> None:
    form, gate = Misprint("rss", "Bridge 1", "Bridge 2"), ReadBackGate()

    for _ in range(2):
        with pytest.raises(Unfit):
            gate.entry(form, SITE, FEED, article(), form.entry(SITE, FEED, article()))


def test_the_same_bytes_do_not_stand_for_another_article() -> None:
    form, gate = formats.kind("atom")(), ReadBackGate()
    entry = form.entry(SITE, FEED, article("1"))
    gate.entry(form, SITE, FEED, article("1"), entry)

    with pytest.raises(Unfit, match="the guid"):
        gate.entry(form, SITE, FEED, article("2"), entry)


class Odd:
    """A format that nobody here has heard of."""

    extension, keeps_archives = "odd", False
    age: timedelta | None = None

    def __init__(self, media_type: str, content: bytes) -> None:
        self.media_type, self.content = media_type, content

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        return b"never found"

    def document(
        self, site: Site, feed: Feed, articles: Sequence[Article], entries: Sequence[bytes], history: History
    ) -> bytes:
        return self.content


@pytest.mark.parametrize(
    ("media_type", "content", "is_good"),
    [
        ("application/xml", b"<urlset/>", True),
        ("application/vnd.iptc.g2.newsitem+xml; charset=utf-8", b"<newsItem>", False),
        ("application/xml", b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>', False),
        ("application/json", b'{"uri": 1}', True),
        ("application/json", b'{"uri": 1', False),
        ("text/plain", b"\xff<", True),
    ],
)
def test_of_other_formats_it_is_known_whether_they_can_be_parsed(
    media_type: str, content: bytes, is_good: bool
) -> None:
    form: Format = Odd(media_type, content)
    document = Document(extension="odd", content=content, modified=NINE, entries=[b"never found"])

    refusal = nullcontext() if is_good else pytest.raises(Unfit, match=r"not well-formed|cannot be read")

    with refusal:
        ReadBackGate().entry(form, SITE, FEED, article(), b"never found")
    with refusal:
        ReadBackGate().document(form, SITE, FEED, document)


@pytest.mark.parametrize("name", sorted(formats.kind.built_in))
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_feed_that_has_taken_articles_back_is_let_through(name: str, count: int) -> None:
    """Some formats show what was retracted among, or instead of, their entries."""
    form, carried = formats.kind(name)(), [article(str(number)) for number in range(count)]
    entries = [form.entry(SITE, FEED, each) for each in carried]
    history = History(previous=2, withdrawn=[article("7"), article("8")])
    content = form.document(SITE, FEED, carried, entries, history)
    document = Document(extension=form.extension, content=content, modified=NINE, entries=entries)

    ReadBackGate().document(form, SITE, FEED, document)
