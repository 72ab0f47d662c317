"""The caption of a lead photo is never that of something else in the text."""

from __future__ import annotations

import pytest

from syndicator.sources.feeds.pictures import lead_photo
from syndicator.text.clean import sanitise

URL = "https://ledger.example/news/ferry"
PHOTO = '<img src="https://ledger.example/ferry.jpg" alt="A ferry">'


def caption(markup: str) -> str:
    photo = lead_photo((), (), sanitise(markup, URL), markup, URL)
    assert photo
    return photo.caption


@pytest.mark.parametrize(
    "other",
    [
        "<blockquote><p>It floats.</p><figcaption>Who said it</figcaption></blockquote>",
        "<figure><blockquote>It floats.</blockquote><figcaption>Who said it</figcaption></figure>",
        "<figure><table><tr><td>1</td><td>2</td></tr></table><figcaption>Passengers</figcaption></figure>",
    ],
)
def test_captions_of_other_things_are_not_the_photos(other: str) -> None:
    assert caption(f"<div>{PHOTO}<p>The ferry goes on.</p>{other}</div>") == ""


@pytest.mark.parametrize(
    "markup",
    [
        f"<figure>{PHOTO}<figcaption>The ferry at dawn</figcaption></figure><p>It goes on.</p>",
        f'<div class="wp-caption">{PHOTO}<p class="wp-caption-text">The ferry at dawn</p></div><p>On.</p>',
    ],
)
def test_its_own_is(markup: str) -> None:
    assert caption(markup) == "The ferry at dawn"


@pytest.mark.parametrize("name", ["IMG_1234.JPG", "Ferry at dawn (2).jpeg", "ເຮືອ.png"])
def test_the_name_of_a_file_says_nothing(name: str) -> None:
    markup = (
        f"<figure>{PHOTO.replace('A ferry', name)}<figcaption>{name}</figcaption></figure><p>It goes on.</p>"
    )
    photo = lead_photo((), (), sanitise(markup, URL), markup, URL)
    assert photo
    assert (photo.caption, photo.alt) == ("", "")
