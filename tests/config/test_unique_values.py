"""What two channels of a kind must not share."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.config import load
from syndicator.domain.errors import DeclarationError
from syndicator.wiring import KINDS
from tests.config.folders import SITE, write


def actors(*handles: str) -> str:
    lines = (f'[channels.a{place}]\nkind = "activitypub"\n{handle}\n' for place, handle in enumerate(handles))
    return SITE + "".join(lines)


@pytest.mark.parametrize(
    "second", ['handle = "news"', 'handle = "News"', 'handle = "news"\ndomain = "other.test"']
)
def test_actors_have_a_handle_each(tmp_path: Path, second: str) -> None:
    folder = write(tmp_path, actors('handle = "news"', second))

    with pytest.raises(DeclarationError) as raised:
        load(folder, KINDS)

    [mistake] = raised.value.mistakes
    assert "syndicator.toml:9: [channels.a1] handle:" in mistake
    assert "is that of [channels.a0] already: choose another" in mistake


def test_others_are_nobodys(tmp_path: Path) -> None:
    folder = write(tmp_path, actors('handle = "news"', 'handle = "sport"'))

    assert set(load(folder, KINDS).channels) == {"a0", "a1"}
