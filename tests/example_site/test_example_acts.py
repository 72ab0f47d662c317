"""Publishing, correcting and retracting, as the site's readers see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.errors import Misconfigured, SyndicatorError
from syndicator.example_site import bulletins
from syndicator.example_site.content import FIGURE, WAS, load
from syndicator.example_site.scenery import river
from tests.example_site.served import EXAMPLE, ServedExample, serving
from tests.example_site.test_example_site import get, json_ld, listed

pytestmark = pytest.mark.slow  # sites that live through days

DRAFTS = [story for story in load(EXAMPLE) if story.hours_ago is None]


def test_a_published_draft_is_on_top_of_its_listing_and_has_a_page(example: ServedExample) -> None:
    before = datetime.now(UTC).replace(microsecond=0)

    published = example.publish()

    assert published.story.id == DRAFTS[0].id
    assert listed(example, "/en/")[0] == published.title
    assert get(published.url).status_code == 200
    assert datetime.fromisoformat(json_ld(published.url)["datePublished"]) >= before


def test_drafts_go_out_one_by_one_and_bulletins_follow(example: ServedExample) -> None:
    published = [example.publish() for _ in range(len(DRAFTS) + 3)]

    assert [one.story.id for one in published[: len(DRAFTS)]] == [story.id for story in DRAFTS]
    assert [one.story.id for one in published[len(DRAFTS) :]] == [1001, 1002, 1003]
    assert [one.story.language for one in published[-3:]] == ["en", "lo", "en"]
    for one in published:
        assert get(one.url).status_code == 200
        assert one.story.picture
        assert get(f"{example.url}/photos/{one.story.picture.file}").status_code == 200
    assert len({one.url for one in published}) == len(published)


@pytest.mark.parametrize("number", ["107", "108"])
def test_a_correction_changes_the_figure_and_says_so(example: ServedExample, number: str) -> None:
    before = next(one for one in example.published() if str(one.story.id) == number)

    after = example.correct(number)

    assert after.title != before.title
    assert after.summary != before.summary
    text = get(after.url).text
    assert after.note in text
    assert after.title in text
    assert before.title not in text
    assert after.title in listed(example, f"/{after.story.language}/")


def test_a_correction_is_in_the_metadata(example: ServedExample) -> None:
    after = example.correct("iron-bridge-reopens")
    said = json_ld(after.url)

    assert (
        said["correction"]
        == "An earlier version of this report said that the repairs took 14 weeks. They took 16 weeks."
    )
    assert said["dateModified"] > said["datePublished"]


def test_corrections_never_run_out(example: ServedExample) -> None:
    titles = [example.correct("107").title for _ in range(4)]

    assert [title.split()[6] for title in titles] == ["16", "17", "18", "19"]


def test_the_latest_is_meant_where_none_is_named(example: ServedExample) -> None:
    published = example.publish()

    assert example.correct().story == published.story
    assert example.retract().story == published.story
    assert example.retract().story.id == 108


def test_a_retracted_story_is_gone_and_leaves_the_listings(example: ServedExample) -> None:
    story = next(story for story in DRAFTS if story.retraction)
    published = example.publish()
    while published.story != story:
        published = example.publish()

    retracted = example.retract(story.slug)

    answer = get(retracted.url)
    assert answer.status_code == 410
    assert story.retraction in answer.text
    assert published.title not in answer.text
    for path in ("/", "/en/", f"/en/{story.section}"):
        assert published.title not in get(example.url + path).text
    assert published.title not in get(f"{example.url}/feed.xml").text


def test_everything_may_be_retracted_and_the_site_still_stands(example: ServedExample) -> None:
    for _ in example.published():
        example.retract()

    for path in ("/", "/en/", "/lo/sport", "/feed.xml"):
        assert get(example.url + path).status_code == 200
    with pytest.raises(SyndicatorError, match="publish something first"):
        example.correct()


def test_an_unknown_name_is_answered_with_the_nearest(example: ServedExample) -> None:
    with pytest.raises(SyndicatorError, match="is iron-bridge-reopens meant"):
        example.correct("iron-bridge")
    with pytest.raises(SyndicatorError, match="example list"):
        example.retract("109")


def test_the_site_goes_on_where_it_was(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        first.publish()
        first.correct("107")
        first.retract("105")
        before = first.published()
    with serving(tmp_path) as second:
        after = second.published()
        assert [(one.slug, one.published, one.corrections, one.retracted) for one in after] == [
            (one.slug, one.published, one.corrections, one.retracted) for one in before
        ]
        assert all(one.url.startswith(second.url) for one in after)
        assert second.publish().story.id == DRAFTS[1].id


def test_stories_published_at_once_are_all_published(example: ServedExample) -> None:
    count = 16
    with ThreadPoolExecutor(8) as pool:
        published = list(pool.map(lambda _: example.publish(), range(count)))

    assert len({one.story.id for one in published}) == count
    shown = LexborHTMLParser(get(f"{example.url}/en/").text + get(f"{example.url}/lo/").text)
    links = {node.attributes["href"] for node in shown.css("article h2 a")}
    assert {one.url.removeprefix(example.url) for one in published} <= links


def test_pages_are_whole_while_the_desk_works(example: ServedExample) -> None:
    with ThreadPoolExecutor(4) as pool:
        desk = pool.submit(lambda: [example.correct("107") for _ in range(40)])
        while not desk.done():
            answer = requests.get(f"{example.url}/en/", timeout=10)
            assert answer.status_code == 200
            assert answer.text.rstrip().endswith("</html>")
        desk.result()


def test_a_broken_state_is_named(tmp_path: Path) -> None:
    with serving(tmp_path) as example:
        (example.state / "state.json").write_text('{"started": "yesterday"}')

        with pytest.raises(Misconfigured, match=r"state\.json.*remove it to start afresh"):
            example.publish()


def test_a_port_in_use_is_named(example: ServedExample, tmp_path: Path) -> None:
    port = int(example.url.rpartition(":")[2])

    with pytest.raises(Misconfigured, match="choose another --host or --port"), serving(tmp_path, port=port):
        pass


@given(st.integers(min_value=1, max_value=5000))
def test_every_bulletin_is_a_whole_story(n: int) -> None:
    story, before = bulletins.write(bulletins.FIRST + n), bulletins.write(bulletins.FIRST + n - 1)

    assert story.figures[0] != before.figures[0]
    assert FIGURE in story.title
    assert WAS in story.note
    texts = (story.title, story.summary, story.note, *story.body)
    assert all("{" not in text.replace(FIGURE, "").replace(WAS, "") for text in texts)
    assert (story.figures[0] > before.figures[0]) == any(
        word in story.summary for word in ("rising", "ກຳລັງຂຶ້ນ")
    )


def test_the_same_bulletin_has_the_same_picture() -> None:
    assert river(1001) == river(1001)
    assert river(1001) != river(1005)
