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

BLOCKS = f"""<main class="wp-block-group"><figure class="alignwide wp-block-post-featured-image">
<img src="/a.jpg" alt="A pier" class="wp-post-image"><figcaption>By the river</figcaption></figure>
<h1 class="wp-block-post-title">Ferry</h1><div class="entry-content">{TEXT}</div></main>"""

WITHOUT_ARTICLE = f"""<main><h1>Ferry</h1><figure><img src="/a.jpg" alt="A pier" class="wp-post-image">
<figcaption>By the river</figcaption></figure><div class="entry-content">{TEXT}</div></main>"""


@pytest.mark.parametrize(
    "markup",
    [WORDPRESS, GHOST, BLOCKS, WITHOUT_ARTICLE],
    ids=["WordPress", "Ghost", "WordPress's blocks", "WordPress without <article>"],
)
def test_a_featured_image_is_the_lead_photo(markup: str) -> None:
    extracted = extract(f"<body>{markup}</body>", "https://river.example/ferry/", select=Select())

    assert extracted.values["photo"] == {"url": "https://river.example/a.jpg"}
    assert (extracted.get("alt"), extracted.get("caption")) == ("A pier", "By the river")


def test_a_teasers_image_is_not() -> None:
    markup = f"<body><article><h1>Ferry</h1>{TEXT}</article>{TEASER}</body>"

    extracted = extract(markup, "https://river.example/ferry/", select=Select())

    assert "photo" not in extracted.values


@pytest.mark.parametrize(
    "around", ["<a href=/other/>{}</a>", "<div class='wp-block-query'><li>{}</li></div>"]
)
def test_an_image_of_a_list_behind_the_text_is_not_either(around: str) -> None:
    figure = (
        '<figure class="wp-block-post-featured-image"><img class="wp-post-image" src="/other.jpg"></figure>'
    )
    teaser = around.format(figure)
    markup = f"<body><main><h1>Ferry</h1><div class=entry-content>{TEXT}</div>{teaser}</main></body>"

    extracted = extract(markup, "https://river.example/ferry/", select=Select())

    assert extracted.origins.get("photo") != "featured image"
