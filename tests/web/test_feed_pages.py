"""Feeds as people find them: their pages over HTTP, the list, and the subscription list."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from syndicator.documents.directory import Directory
from syndicator.domain.feed import Feed, Filter
from syndicator.domain.partner import Partner
from syndicator.formats import kind
from syndicator.jobs.ports import Document, History
from syndicator.store import StoreError
from syndicator.web.index import GROUPS, group
from syndicator.web.opml import subscription_list
from tests.fakes import ALL, NOON, SITE
from tests.formats.newsroom import article, nasty
from tests.web.browser import Browser, browsing
from tests.web.house import CITY, FORMATS, House

PAGE = "/feeds/all.html"

RSS = "https://feeds.ledger.example/feeds/all.rss"


class Away:
    """A store whose database does not answer."""

    def __getattr__(self, name: str) -> object:
        raise StoreError("the database is away")


def build_page(house: House) -> bytes:
    form, carried = kind("html")(), [article()]
    entries = [form.entry(SITE, ALL, each) for each in carried]
    content: bytes = form.document(SITE, ALL, carried, entries, History())
    page = Document(extension="html", content=content, modified=NOON)
    Directory(house.folder / "documents").replace("all", [page])
    return content


def test_a_page_is_served_as_feeds_are_without_the_database(house: House) -> None:
    content = build_page(house)
    house.store = Away()  # type: ignore[assignment]
    with browsing(house.app()) as browser:
        whole = browser.get(PAGE)
        packed = browser.get(PAGE, accept_encoding="gzip")
        same = browser.get(PAGE, if_none_match=whole.headers["etag"])

    assert (whole.status, whole.body) == (200, content)
    assert whole.headers["content-type"] == "text/html; charset=utf-8"
    assert packed.headers["content-encoding"] == "gzip"
    assert (same.status, same.body) == (304, b"")


def test_a_page_may_show_photos_from_anywhere_and_run_nothing_but_our_script(house: House) -> None:
    build_page(house)
    with browsing(house.app()) as browser:
        answer = browser.get(PAGE)
        policy = dict(
            part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
        )
        shown = LexborHTMLParser(answer.body)
        ours = [
            str(node.attributes.get("src") or node.attributes.get("href"))
            for node in shown.css("script, link[rel=stylesheet], link[rel=icon]")
        ]

        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert {"https:", "http:"} <= set(policy["img-src"].split())
        assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert [browser.get(each.removeprefix("..")).status for each in ours] == [200, 200, 200]


def test_a_page_is_no_topic_of_its_own(house: House) -> None:
    """A hub tells of the feeds that the page names: RSS, Atom and JSON."""
    with browsing(house.app(hubs=("https://hub.example/",))) as browser:
        assert browser.get(PAGE).headers["link"] == (
            '<https://feeds.ledger.example/feeds/all.html>; rel="canonical", '
            '<https://hub.example/>; rel="hub"'
        )


@pytest.mark.parametrize("path", ["/feeds/all", "/feeds/all/"])
def test_a_feed_s_name_leads_to_its_page(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status, answer.headers["location"]) == (301, PAGE)


def test_a_feed_of_one_format_has_its_page_all_the_same(browser: Browser) -> None:
    assert "html" not in CITY.formats
    assert browser.get("/feeds/city.html").status == 200


def test_the_list_names_a_feed_s_page_first(browser: Browser) -> None:
    shown = LexborHTMLParser(browser.get("/").text)

    for name in "all", "city":
        links = [str(each.attributes["href"]) for each in shown.css(f"#{name} a")]
        assert links[0] == f"/feeds/{name}.html"


def test_the_list_has_the_lines_for_the_site_s_own_pages(browser: Browser) -> None:
    shown = LexborHTMLParser(browser.get("/").text)
    [code] = shown.css("details pre code")

    assert code.text().splitlines() == [
        f'<link rel="alternate" type="{media_type}" title="Everything ({label})" '
        f'href="https://feeds.ledger.example/feeds/all.{extension}">'
        for extension, label, media_type in [
            ("rss", "RSS", "application/rss+xml"),
            ("atom", "Atom", "application/atom+xml"),
            ("json", "JSON Feed", "application/feed+json"),
        ]
    ]


def test_the_list_is_in_parts_the_widest_feeds_first(browser: Browser) -> None:
    shown = LexborHTMLParser(browser.get("/").text)

    assert [each.text() for each in shown.css(".group > h2")] == ["Everything", "By topic"]


@pytest.mark.parametrize(
    ("only", "part"),
    [
        (Filter(), "Everything"),
        (Filter(languages=("lo",)), "By language"),
        (Filter(languages=("lo",), sections=("Sport",)), "By topic"),
        (Filter(tags=("rice",)), "By topic"),
        (Filter(authors=("Noi",), languages=("lo",)), "By author"),
        (Filter(sources=("wire",)), "More feeds"),
    ],
)
def test_a_feed_belongs_to_a_part_by_what_it_carries(only: Filter, part: str) -> None:
    assert group(Feed(name="x", title="X", only=only)) == part
    assert part in GROUPS


def test_a_partners_feed_stands_apart() -> None:
    partner = Partner(name="x", partner="X")

    assert group(Feed(name="x", title="X", only=Filter(languages=("lo",)), partner=partner)) == GROUPS[-1]


def test_the_subscription_list_names_every_feed_once(browser: Browser) -> None:
    answer = browser.get("/feeds.opml")
    root = etree.fromstring(answer.body)

    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "The Ledger")
    assert [dict(outline.attrib) for outline in root.findall("body/outline")] == [
        {
            "type": "rss",
            "text": "Everything",
            "title": "Everything",
            "xmlUrl": RSS,
            "htmlUrl": "https://ledger.example/",
            "language": "en",
            "version": "RSS",
        },
        {
            "type": "rss",
            "text": "City & <river>",
            "title": "City & <river>",
            "xmlUrl": "https://feeds.ledger.example/feeds/city.rss",
            "htmlUrl": "https://ledger.example/",
            "language": "en",
            "version": "RSS",
        },
    ]


def test_the_subscription_list_is_sent_once(browser: Browser) -> None:
    tag = browser.get("/feeds.opml").headers["etag"]

    same = browser.get("/feeds.opml", if_none_match=f'"other", W/{tag}')

    assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
    assert browser.get("/feeds.opml", if_none_match='"other"').status == 200


def test_the_list_leads_to_the_subscription_list(browser: Browser) -> None:
    answer = browser.get("/")
    [link] = LexborHTMLParser(answer.text).css('head link[type="text/x-opml"]')

    assert link.attributes["href"] == "/feeds.opml"
    assert answer.headers["link"] == '</feeds.opml>; rel="alternate"; type="text/x-opml"'


@given(st.lists(st.tuples(nasty, nasty), max_size=4))
def test_any_title_makes_a_subscription_list_that_can_be_read(said: list[tuple[str, str]]) -> None:
    feeds = [
        Feed(name=f"f{n}", title=title, description=description)
        for n, (title, description) in enumerate(said)
    ]

    outlines = etree.fromstring(subscription_list(SITE, feeds, FORMATS)).findall("body/outline")

    assert [each.get("xmlUrl") for each in outlines] == [
        f"https://feeds.ledger.example/feeds/f{n}.rss" for n in range(len(said))
    ]


def test_a_feed_that_no_reader_subscribes_to_is_not_on_the_subscription_list() -> None:
    feed = Feed(name="x", title="X", formats=("html",))

    assert etree.fromstring(subscription_list(SITE, [feed], FORMATS)).findall("body/outline") == []


def test_a_real_reader_imports_the_subscription_list(browser: Browser, tmp_path: Path) -> None:
    newsboat = shutil.which("newsboat")
    if newsboat is None:
        pytest.skip("newsboat is not installed")
    subscriptions, urls, config = tmp_path / "feeds.opml", tmp_path / "urls", tmp_path / "config"
    subscriptions.write_bytes(browser.get("/feeds.opml").body)
    urls.touch()
    config.touch()
    places = ["-u", str(urls), "-c", str(tmp_path / "cache.db"), "-C", str(config)]

    subprocess.run([newsboat, *places, "-i", str(subscriptions)], check=True, timeout=60, capture_output=True)

    imported = re.findall(r"^\S+", urls.read_text(), re.MULTILINE)
    assert imported == [RSS, "https://feeds.ledger.example/feeds/city.rss"]
