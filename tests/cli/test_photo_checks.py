"""``syndicator check``: what is declared of photos and of the logo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from syndicator.cli.check import _places
from syndicator.domain.errors import SyndicatorError
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.wiring import App, assemble, declarations
from syndicator.wiring.couriers import SilentBell
from tests.cli.test_post_checks import MAIN, SETTINGS, mistakes


@pytest.mark.parametrize(
    ("kind", "photos", "told"),
    [
        ("outbox", 4, "has no effect: this channel shows one photo"),
        ("slackhook", 2, "has no effect: this channel shows one photo"),
        ("mastodon", 4, ""),
        ("outbox", 1, ""),
    ],
)
def test_photos_that_a_channel_does_not_carry_are_told(
    tmp_path: Path, kind: str, photos: int, told: str
) -> None:
    found = mistakes(tmp_path, f"photos = {photos}\n", kind)

    assert [each for each in found if "photo" in each[0]] == ([found[0]] if told else [])
    assert all(told in text and is_ok is None for text, is_ok in found)


def app_with(folder: Path, logo: str) -> App:
    declarations.cache_clear()
    main = MAIN.format(kind="outbox", settings=SETTINGS["outbox"])
    (folder / "syndicator.toml").write_text(main.replace("[site]\n", f"[site]\nlogo = {logo!r}\n"))
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["box"]\n')
    declared = declarations(folder)
    return assemble(declared, Store(connect(declared.keep.database)), SilentBell())


def test_a_logo_is_looked_at_beside_the_declarations(tmp_path: Path) -> None:
    Image.new("RGB", (320, 80), "teal").save(tmp_path / "sign.png")
    tried = dict(_places(app_with(tmp_path, "sign.png")))

    assert tried["logo"]() == f"{tmp_path / 'sign.png'}: 320 x 80 pixels without its margins"


def test_a_logo_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "sign.svg").write_text("<svg/>")
    tried = dict(_places(app_with(tmp_path, "sign.svg")))

    with pytest.raises(SyndicatorError, match=r"sign\.svg: it is not a picture"):
        tried["logo"]()
