"""What writers may get wrong, and what they are told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.domain.errors import DeclarationError
from syndicator.example_site.content import LANGUAGES, SECTIONS, load
from tests.example_site.served import EXAMPLE

STORY = "107-iron-bridge-reopens.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "example"
    (copy / "articles").mkdir(parents=True)
    (copy / "photos").mkdir()
    shutil.copy(EXAMPLE / "articles" / STORY, copy / "articles")
    shutil.copy(EXAMPLE / "photos" / "bridge.jpg", copy / "photos")
    return copy


def told(folder: Path, change: Callable[[str], str]) -> list[str]:
    path = folder / "articles" / STORY
    path.write_text(change(path.read_text("utf-8")), "utf-8")
    with pytest.raises(DeclarationError) as raised:
        load(folder)
    return list(raised.value.mistakes)


def test_the_example_has_an_archive_and_drafts_in_both_languages() -> None:
    stories = load(EXAMPLE)

    for language in LANGUAGES:
        ours = [story for story in stories if story.language == language]
        assert {story.section for story in ours if story.hours_ago is not None} == set(SECTIONS)
        assert len([story for story in ours if story.hours_ago is None]) == 2
    assert len([story for story in stories if not story.picture]) == 1


def test_every_mistake_is_told_with_file_and_line(folder: Path) -> None:
    mistakes = told(
        folder,
        lambda text: (
            text.replace('section = "society"', 'section = "weather"')
            .replace("tags =", "tag =")
            .replace("hours_ago = 5", 'hours_ago = "5"')
            .replace('alt = "', 'alt = ""  # "')
        ),
    )

    path = f"{folder}/articles/{STORY}"
    lines = (folder / "articles" / STORY).read_text("utf-8").splitlines()
    assert f"{path}:2: section = 'weather': is to be one of politics, economy, society, sport" in mistakes
    assert f"{path}:6: tag is not known: is tags meant?" in mistakes
    assert f"{path}:1: tags is missing: add tags = ... (a list of texts)" in mistakes
    assert f"{path}:7: hours_ago is to be a number, and not empty" in mistakes
    at = next(n for n, line in enumerate(lines, 1) if line.startswith("alt"))
    assert f"{path}:{at}: photo.alt is to be a text, and not empty" in mistakes
    assert len(mistakes) == 5


def test_broken_toml_is_told_with_its_line(folder: Path) -> None:
    [mistake] = told(folder, lambda text: text.replace('title = "', "title = "))

    assert f"articles/{STORY}" in mistake
    assert "line 3" in mistake


def test_a_story_without_its_figure_is_told_where_to_write_it(folder: Path) -> None:
    [mistake] = told(folder, lambda text: text.replace("{figure}", "14"))

    assert "write {figure} where the figure stands" in mistake


def test_a_missing_photo_is_told_with_its_path(folder: Path) -> None:
    [mistake] = told(folder, lambda text: text.replace("bridge.jpg", "tunnel.jpg"))

    assert f"{STORY}: photo.file: {folder}/photos/tunnel.jpg does not exist" in mistake


def test_a_number_is_used_once(folder: Path) -> None:
    shutil.copy(folder / "articles" / STORY, folder / "articles" / "107-once-more.toml")

    with pytest.raises(DeclarationError, match="107 is the number of iron-bridge-reopens"):
        load(folder)


def test_numbers_of_bulletins_are_refused(folder: Path) -> None:
    shutil.copy(folder / "articles" / STORY, folder / "articles" / "1007-too-high.toml")

    with pytest.raises(DeclarationError, match=r"1007-too-high\.toml.*below 1000"):
        load(folder)


def test_an_empty_folder_is_told_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="--folder"):
        load(tmp_path)


def test_a_changed_file_is_read_again(folder: Path) -> None:
    assert load(folder)[0].section == "society"
    path = folder / "articles" / STORY
    path.write_text(path.read_text("utf-8").replace('"society"', '"economy"'), "utf-8")

    assert load(folder)[0].section == "economy"
