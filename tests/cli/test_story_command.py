"""``syndicator story``: what it says, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from syndicator.cli import stories
from syndicator.domain.errors import SyndicatorError
from tests.formats.newsroom import article


@pytest.fixture
def on_record(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """What the store is told; it has two articles, and three channels owe the first one's post."""
    told: list[tuple[str, str | None]] = []
    articles = {
        "a": article(guid="a", title="The weir holds"),
        "b": article(guid="b", title="The weir cracks"),
    }

    def continue_story(guid: str, former: str | None, _now: Any) -> dict[str, bool]:
        told.append((guid, former))
        return {"fedi": True, "hook": True, "wire": False}

    def courier(*, replies: bool) -> Any:
        return SimpleNamespace(channel=SimpleNamespace(capabilities=SimpleNamespace(replies=replies)))

    store = SimpleNamespace(
        known=lambda names: {}, article_of_guid=articles.get, continue_story=continue_story
    )
    couriers = {"fedi": courier(replies=True), "hook": courier(replies=False), "wire": courier(replies=True)}
    monkeypatch.setattr(
        stories, "inspect_app", lambda folder: SimpleNamespace(store=store, couriers=couriers)
    )
    return told


def test_it_says_for_each_channel_what_will_be(
    on_record: list[tuple[str, str | None]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    stories.continue_story(tmp_path, "a", former="b", alone=False)
    said = " ".join(capsys.readouterr().out.split())
    assert on_record == [("a", "b")]
    assert "fedi: its post will be a reply" in said
    assert "hook: this channel has no replies" in said
    assert "wire: it is posted already" in said

    stories.continue_story(tmp_path, "a", former="", alone=True)
    assert on_record[-1] == ("a", None)
    assert "fedi: its post will stand alone" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("what", "former", "alone", "message"),
    [
        ("a", "", False, "say which"),
        ("a", "b", True, "say which"),
        ("c", "b", False, "c: no article on record"),
    ],
)
def test_what_names_no_two_articles_is_refused(
    on_record: list[tuple[str, str | None]], tmp_path: Path, what: str, former: str, alone: bool, message: str
) -> None:
    with pytest.raises(SyndicatorError, match=message):
        stories.continue_story(tmp_path, what, former=former, alone=alone)
    assert on_record == []
