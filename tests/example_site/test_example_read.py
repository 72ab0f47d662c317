"""The example's own declarations read the example's own pages, in both languages, down to the last field."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.domain.article import Sighting
from syndicator.text.clean import plain
from syndicator.wiring import App, inspect_app
from tests.example_site.served import EXAMPLE, ServedExample

pytestmark = pytest.mark.slow  # the whole example is read

DECLARED = EXAMPLE.parent


@pytest.fixture
def app(example: ServedExample, tmp_path: Path) -> App:
    """What the repository declares, with the site where this test serves it."""
    said = (DECLARED / "syndicator.toml").read_text("utf-8")
    host = example.url.removeprefix("http://")
    (tmp_path / "syndicator.toml").write_text(said.replace("127.0.0.1:8001", host), "utf-8")
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\n')
    return inspect_app(tmp_path)


def look(app: App, number: int) -> Sighting:
    """The article of this number, as the sources see it now."""
    looks = [source.look({}, datetime.now(UTC)) for source in app.sources.values()]
    assert [problem for one in looks for problem in one.problems] == []
    return next(s for one in looks for s in one.sightings if s.key == str(number))


def test_all_that_is_published_is_found(example: ServedExample, app: App) -> None:
    looks = [source.look({}, datetime.now(UTC)) for source in app.sources.values()]
    seen = {s.url: s for one in looks for s in one.sightings}

    assert set(seen) == {one.url for one in example.published()}
    for one in example.published():
        sighting, picture = seen[one.url], one.story.picture
        assert sighting.title == one.title
        assert sighting.summary == one.summary
        assert sighting.authors == one.story.authors
        assert sighting.tags == one.story.tags
        assert sighting.language == one.story.language
        assert sighting.warnings == ()
        assert sighting.published is not None
        assert abs(sighting.published - one.published).total_seconds() < 60  # Lao pages tell the minute
        # Lao texts begin with their lead; the agency's marks around it are no part of them
        lead = (one.summary,) if one.story.language == "lo" else ()
        assert plain(sighting.content_html) == " ".join((*lead, *one.paragraphs))
        if picture is None:
            assert sighting.photo is None
            continue
        assert sighting.photo is not None
        assert sighting.photo.url == f"{example.url}/photos/{picture.file}"
        assert sighting.photo.caption == picture.caption
        assert sighting.photo.credit == picture.credit
        assert sighting.photo.alt == picture.alt


@pytest.mark.parametrize("number", [107, 108])
def test_a_correction_is_seen_with_its_note(example: ServedExample, app: App, number: int) -> None:
    corrected = example.correct(str(number))

    sighting = look(app, number)

    assert sighting.title == corrected.title
    assert corrected.note in sighting.note


def test_a_bulletin_is_read_like_any_other_story(example: ServedExample, app: App) -> None:
    while example.publish().story.id < 1002:
        pass

    for number in (1001, 1002):
        one = next(one for one in example.published() if one.story.id == number)
        sighting = look(app, number)
        assert (sighting.title, sighting.summary) == (one.title, one.summary)
        assert sighting.photo is not None


def test_a_retraction_is_told_by_the_page_itself(tmp_path: Path, example: ServedExample, app: App) -> None:
    source = next(s for s in app.sources.values() if s.reads(f"{example.url}/lo/market-hearing-108"))
    first = source.look({}, datetime.now(UTC))

    example.retract("108")

    second = source.look(first.memory, datetime.now(UTC))
    assert list(second.gone) == ["108"]
