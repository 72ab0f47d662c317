"""Lead photos of pages whose metadata name none, as common systems mark them."""

from __future__ import annotations

import pytest

from syndicator.sources.pages.extract import Select, extract

TEXT = "<p>" + "The ferry leaves at eight, and comes back at noon with the mail and the papers. " * 6 + "</p>"
TEASER = '<article><a href="/other/"><img class="wp-post-image" src="/other.jpg"></a></article>'

WORDPRESS = f"""<article class="post"><header><h1>Ferry</h1><figure class="post-thumbnail">
<img src="/a.jpg" alt="A pier" class="wp-post-image"><figcaption>By the river</figcaption></figure></header>
{TEXT}</article>{TEASER}"""

GHOST = f"""<main><article><h1>Ferry</h1><figure class="gh-article-image"><img src="/a.jpg" alt="A pier">
<figcaption>By the river</figcaption></figure>{TEXT}</article></main>"""


@pytest.mark.parametrize(
    "markup",
    [WORDPRESS, GHOST],
    ids=["WordPress", "Ghost"],
)
def test_a_featured_image_is_the_lead_photo(markup: str) -> None:
    extracted = extract(f"<body>{markup}</body>", "https://river.example/ferry/", select=Select())

    assert extracted.values["photo"] == {"url": "https://river.example/a.jpg"}
    assert (extracted.get("alt"), extracted.get("caption")) == ("A pier", "By the river")


def test_a_teasers_image_is_not() -> None:
    markup = f"<body><article><h1>Ferry</h1>{TEXT}</article>{TEASER}</body>"

    extracted = extract(markup, "https://river.example/ferry/", select=Select())

    assert "photo" not in extracted.values
