"""What becomes of posts, as it is declared."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.config import load
from syndicator.domain.capabilities import NEVER
from syndicator.domain.errors import DeclarationError
from syndicator.domain.policy import OnCorrection, OnRetraction, Policy
from syndicator.wiring import KINDS, inspect_app

MAIN = """
[site]
title = "The Harbour Post"
url = "https://harbour.example/"
story_tags = "story:"

[sources.site]
kind = "feed"
url = "https://harbour.example/feed"

[channels.wall]
kind = "outbox"
folder = "wall"
{keys}
"""


def folder(tmp_path: Path, keys: str = "") -> Path:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["wall"]\n')
    (tmp_path / "syndicator.toml").write_text(MAIN.format(keys=keys))
    return tmp_path


def test_a_policy_is_declared_for_each_channel(tmp_path: Path) -> None:
    keys = 'on_correction = "repost"\non_retraction = "notice"\nrepost_within = "1h"\nwait_for_page = "30s"\n'
    declared = load(folder(tmp_path, keys), KINDS)

    outlet = declared.channels["wall"]
    assert outlet.policy == Policy(
        on_correction=OnCorrection.REPOST,
        on_retraction=OnRetraction.NOTICE,
        repost_within=timedelta(hours=1),
    )
    assert outlet.wait_for_page == timedelta(seconds=30)
    assert declared.site.story_tags == "story:"


@pytest.mark.slow
def test_couriers_have_what_is_declared(tmp_path: Path) -> None:
    app = inspect_app(folder(tmp_path, 'on_retraction = "leave"\nwait_for_page = "0s"\n'))

    courier = app.couriers["wall"]
    assert courier.policy.on_retraction is OnRetraction.LEAVE
    assert courier.wait_for_page == NEVER
    assert app.deliverer.pages is not None
    # it carries articles, not posts: no policy of posts concerns it
    assert courier.terms.policy == Policy()


def test_without_a_word_posts_are_edited_deleted_and_wait_for_their_pages(tmp_path: Path) -> None:
    outlet = load(folder(tmp_path), KINDS).channels["wall"]

    assert outlet.policy == Policy()
    assert outlet.wait_for_page == timedelta(minutes=2)


@pytest.mark.parametrize("key", ["on_correction", "on_retraction"])
def test_another_word_is_a_mistake(tmp_path: Path, key: str) -> None:
    with pytest.raises(DeclarationError, match=f'{key}: must be "'):
        load(folder(tmp_path, f'{key} = "shout"'), KINDS)
