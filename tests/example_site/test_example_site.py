"""The pages, as they come over HTTP."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest
import requests
from lxml import etree
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from syndicator.example_site.content import SECTIONS, load
from tests.example_site.served import EXAMPLE, ServedExample, serving

ARCHIVE = [story for story in load(EXAMPLE) if story.hours_ago is not None]


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=10)


def page(url: str) -> LexborHTMLParser:
    answer = get(url)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def json_ld(url: str) -> Any:
    [script] = page(url).css('script[type="application/ld+json"]')
    return json.loads(script.text())


def text(shown: LexborHTMLParser, selector: str) -> str:
    """What the one element there says."""
    [node] = shown.css(selector)
    return " ".join(node.text().split())


def listed(example: ServedExample, path: str) -> list[str]:
    """The titles on a listing page, in order."""
    return [node.text() for node in page(example.url + path).css("article h2 a")]


def published(example: ServedExample, number: int) -> str:
    return next(one.url for one in example.published() if one.story.id == number)


@pytest.mark.parametrize("language", ["en", "lo"])
def test_a_listing_shows_all_of_its_language_newest_first(example: ServedExample, language: str) -> None:
    ours = [one for one in example.published() if one.story.language == language]

    assert listed(example, f"/{language}/") == [one.title for one in ours]
    assert [one.published for one in ours] == sorted((one.published for one in ours), reverse=True)
    assert len(ours) == 4


@pytest.mark.parametrize("language", ["en", "lo"])
def test_every_story_of_the_archive_is_in_its_section(example: ServedExample, language: str) -> None:
    titles = [title for section in SECTIONS for title in listed(example, f"/{language}/{section}")]

    assert sorted(titles) == sorted(listed(example, f"/{language}/"))


@pytest.mark.slow
@pytest.mark.parametrize("story", ARCHIVE, ids=lambda story: story.slug)
def test_every_link_and_picture_of_a_page_leads_somewhere(example: ServedExample, story: Any) -> None:
    shown = page(published(example, story.id))
    links = {node.attributes["href"] for node in shown.css("a[href], link[href]")}
    pictures = {node.attributes["src"] for node in shown.css("img")}

    for link in {link for link in links | pictures if link and link.startswith("/")}:
        assert get(example.url + link).status_code == 200, link


def test_an_english_page_says_everything_in_metadata(example: ServedExample) -> None:
    url = published(example, 107)
    said, meta = json_ld(url), page(url)

    assert said["@type"] == "NewsArticle"
    assert said["headline"] == "The old iron bridge reopens after 14 weeks of repairs"
    assert said["mainEntityOfPage"] == url
    assert [author["name"] for author in said["author"]] == ["Malina Sengdara", "Peter Halloway"]
    assert said["articleSection"] == "Society"
    assert said["contentLocation"]["name"] == "Vang Thong"
    assert said["image"]["creditText"] == "Peter Halloway"
    assert datetime.fromisoformat(said["datePublished"]).utcoffset() == timedelta(hours=7)
    assert "correction" not in said
    properties = {
        node.attributes["property"]: node.attributes["content"] for node in meta.css("meta[property]")
    }
    assert properties["og:title"] == said["headline"]
    assert properties["og:description"] == said["description"]
    assert properties["og:image"] == said["image"]["url"]
    assert properties["og:image:alt"]
    assert properties["article:published_time"] == said["datePublished"]


def test_a_lao_page_says_it_to_people_only(example: ServedExample) -> None:
    shown = page(published(example, 108))

    assert not shown.css("script, time, article, [itemprop]")
    assert [node.attributes["property"] for node in shown.css("meta[property]")] == ["og:image"]
    date = text(shown, ".info .date")
    told = next(one for one in example.published() if one.story.id == 108).published
    assert date == (told + timedelta(hours=7)).strftime("%d/%m/%Y %H:%M")
    assert re.fullmatch(r"\S+ \S+ ພູດອກ Email Print \d+", text(shown, ".info"))
    lead = text(shown, ".lead")
    paragraphs = [node.text() for node in shown.css(".content p")]
    assert paragraphs[0] == f"(TML) {lead}"
    assert paragraphs[-1] == "TML"


def test_the_story_without_a_photo_names_none(example: ServedExample) -> None:
    url = published(example, 101)

    assert "image" not in json_ld(url)
    assert not page(url).css(".story img, meta[property='og:image']")


def test_photos_are_large_pictures_of_moderate_weight(example: ServedExample) -> None:
    for story in load(EXAMPLE):
        if story.picture:
            answer = get(f"{example.url}/photos/{story.picture.file}")
            assert answer.headers["Content-Type"] == "image/jpeg"
            assert len(answer.content) < 150_000
            assert Image.open(io.BytesIO(answer.content)).size == (1600, 1000)


def test_the_feed_is_valid_atom_with_the_english_stories(example: ServedExample) -> None:
    answer = get(f"{example.url}/feed.xml")
    etree.fromstring(answer.content)
    parsed = feedparser.parse(answer.content)

    assert not parsed.bozo
    assert [entry.title for entry in parsed.entries] == listed(example, "/en/")
    assert all(get(entry.link).status_code == 200 for entry in parsed.entries)


@pytest.mark.parametrize("path", ["/", "/en/", "/en/iron-bridge-reopens-107", "/photos/bridge.jpg"])
def test_what_has_not_changed_is_not_sent_again(example: ServedExample, path: str) -> None:
    first = get(example.url + path)

    by_tag = get(example.url + path, **{"If-None-Match": first.headers["ETag"]})
    by_date = get(example.url + path, **{"If-Modified-Since": first.headers["Last-Modified"]})
    other = get(example.url + path, **{"If-None-Match": '"other"'})

    assert [by_tag.status_code, by_date.status_code, other.status_code] == [304, 304, 200]
    assert by_tag.content == b""
    assert by_tag.headers["ETag"] == first.headers["ETag"]


def test_a_correction_changes_the_tag(example: ServedExample) -> None:
    url = published(example, 107)
    before = get(url).headers["ETag"]

    example.correct("107")

    assert get(url, **{"If-None-Match": before}).status_code == 200


def test_head_is_get_without_the_page(example: ServedExample) -> None:
    answer = requests.head(f"{example.url}/en/", timeout=10)

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["ETag"] == get(f"{example.url}/en/").headers["ETag"]


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/en/nothing-1",
        "/lo/iron-bridge-reopens-107",
        "/en/night-market-returns-109",
        "/photos/nothing.jpg",
        "/photos/..%2f..%2fpyproject.toml",
        "/photos/../../pyproject.toml",
    ],
)
def test_what_is_not_there_is_not_found(example: ServedExample, path: str) -> None:
    with requests.Session() as session:
        asked = requests.Request("GET", example.url).prepare()
        asked.url = example.url + path  # as it is: nothing tidied up
        assert session.send(asked, timeout=10).status_code == 404


def test_links_lead_back_by_the_way_the_reader_came(example: ServedExample) -> None:
    answer = get(f"{example.url}/feed.xml", Host="news.example:8001")
    assert "http://news.example:8001/en/iron-bridge-reopens-107" in answer.text

    strange = get(f"{example.url}/feed.xml", Host='x"><script>')
    assert "script>" not in strange.text
    assert f"{example.url}/en/iron-bridge-reopens-107" in strange.text


def test_a_draft_mended_wrongly_is_named_on_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    (folder / "articles").mkdir(parents=True)
    story = folder / "articles" / "1-a.toml"
    written = (EXAMPLE / "articles" / "101-budget-in-plain-words.toml").read_text("utf-8")
    story.write_text(written, "utf-8")
    with serving(tmp_path, folder) as served:
        assert get(f"{served.url}/en/").status_code == 200

        story.write_text(written + "\ntitel = 1\n", "utf-8")

        answer = get(f"{served.url}/en/")
        assert answer.status_code == 500
        assert "1-a.toml" in answer.text
        assert "is title meant?" in answer.text
