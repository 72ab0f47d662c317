"""``syndicator words``: what it says, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from syndicator.cli import words
from syndicator.domain.errors import SyndicatorError
from tests.formats.newsroom import article


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the store is told; it has one article, which one of two channels has posted."""
    calls: list[tuple[str, str]] = []

    def write_for_posts(guid: str, said: str, _now: Any) -> dict[str, bool]:
        calls.append((guid, said))
        return {"fedi": True, "wire": False}

    articles = {"a": article(guid="a", title="The weir holds")}
    store = SimpleNamespace(
        known=lambda names: {}, article_of_guid=articles.get, write_for_posts=write_for_posts
    )
    monkeypatch.setattr(words, "inspect_app", lambda folder: SimpleNamespace(store=store))
    return calls


def test_it_says_what_will_be_posted_and_where_not(
    written: list[tuple[str, str]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words.write_words(tmp_path, "a", "  It  holds,\nso far. ", is_undone=False)
    lines = capsys.readouterr().out
    assert written == [("a", "It holds,\nso far.")]
    assert "“The weir holds” is posted as “It holds, so far.”" in " ".join(lines.split())
    assert "wire: it is posted already" in lines
    assert "fedi" not in lines

    words.write_words(tmp_path, "a", "", is_undone=True)
    assert written[-1] == ("a", "")


@pytest.mark.parametrize(
    ("what", "said", "undo", "message"),
    [
        ("a", " ", False, "say in which words"),
        ("a", "Other words", True, "say in which words"),
        ("c", "Other words", False, "c: no article on record"),
    ],
)
def test_what_says_nothing_or_names_nothing_is_refused(
    written: list[tuple[str, str]], tmp_path: Path, what: str, said: str, *, undo: bool, message: str
) -> None:
    with pytest.raises(SyndicatorError, match=message):
        words.write_words(tmp_path, what, said, is_undone=undo)
    assert written == []
