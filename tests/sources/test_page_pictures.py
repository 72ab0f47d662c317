"""The lead photo's caption, credit and alternative text, and pictures that are no photo."""

from __future__ import annotations

import time

import pytest

from syndicator.domain.article import Photo
from syndicator.sources.pages import normalise
from syndicator.sources.pages.extract import Select, extract
from syndicator.sources.pages.extracted import Extracted

URL = "https://ledger.example/news/ferry-opens"
TEXT = "".join(
    f"<p>Sentence {n} of the story tells of the new ferry, its crew, and all who cross the river.</p>"
    for n in range(8)
)


def read(markup: str, head: str = "", **selectors: str) -> Extracted:
    page = (
        f"<html lang=en><head><title>A ferry opens</title>{head}</head><body><article><h1>A ferry opens</h1>"
        f"{markup}</article></body></html>"
    )
    return extract(page, URL, select=Select(**selectors))


def photo(markup: str, image: str = "", **selectors: str) -> Photo:
    head = f'<meta property="og:image" content="{image}">' if image else ""
    found = normalise.photo(read(markup, head, **selectors))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("/up/2026/11/b2.jpg", '<img src="/up/2026/11/b2-1024x683.jpg" alt="A pier">'),
        ("/c/images/2026/11/b2.jpg", '<img src="/c/images/size/w900/2026/11/b2.jpg" alt="A pier">'),
        ("/i/48151623/1200x630.jpg", '<img src="/t/48151623/640x360.jpg" alt="A pier">'),
        ("/m/b2.jpg", '<img src="/x.gif" srcset="/o/1.jpg 400w, /m/b2.jpg 900w" alt="A pier">'),
        ("/m/b2.jpg", '<img src="/_next/image?url=%2Fm%2Fb2.jpg&w=640" alt="A pier">'),
        ("/m/b2.jpg", '<img src="/s.gif" data-src="/m/b2.jpg?w=640" alt="A pier">'),
        ("/m/b2.jpg", '<picture><source srcset="/m/b2.jpg?w=640"><img alt="A pier"></picture>'),
    ],
)  # fmt: skip
def test_the_words_of_a_photo_are_those_of_the_same_picture_in_another_size(image: str, shown: str) -> None:
    figure = f"<figure>{shown}<figcaption>The pier at dawn. Photo: A. Name</figcaption></figure>"
    found = photo(figure + TEXT, f"https://ledger.example{image}")
    assert (found.caption, found.credit, found.alt) == ("The pier at dawn", "A. Name", "A pier")


@pytest.mark.parametrize(
    "figure",
    [
        '<figure>{}<figcaption>The pier <span class="credit">A. Name</span></figcaption></figure>',
        '<figure>{}<figcaption>The pier</figcaption><span class="Photo-Copyright">© A. Name</span></figure>',
        '<div class="wp-caption">{}<p class="wp-caption-text">The pier. Photo: A. Name</p></div>',
        '<div class="media"><a href="/b">{}</a></div><p class="caption">The pier (Foto: A. Name)</p>',
        '<p>{}<b itemprop="caption">The pier</b><i itemprop="copyrightHolder">A. Name</i></p>',
        '<div>{}<p class="bildunterschrift">The pier</p><p class="bildquelle">A. Name</p></div>',
        '<figure>{}<figcaption><b class="sr-only">C</b>The pier<i class="credit">A. Name</i></figcaption>',
    ],
)  # fmt: skip
def test_captions_and_credits_are_known_by_their_marks_and_are_no_text(figure: str) -> None:
    markup = figure.replace("{}", '<img src="/m/pier-of-the-ferry-800x600.jpg">', 1)
    found = photo(TEXT[:300] + markup + TEXT, "https://ledger.example/m/pier-of-the-ferry.jpg")
    assert (found.caption.rstrip("."), found.credit) == ("The pier", "A. Name")
    content = read(f"<p>Before all else, a sentence.</p>{markup}{TEXT}").get("content_html")
    assert "<p>The pier" not in content
    assert "<p>A. Name" not in content


def test_another_pictures_words_are_not_the_photos() -> None:
    figures = "".join(
        f'<figure><img src="/m/IMG_000{n}.jpg" alt="{n}"><figcaption>No. {n}</figcaption></figure>'
        for n in (1, 2)
    )
    assert photo(figures + TEXT, "https://ledger.example/m/IMG_0003.jpg") == Photo(
        url="https://ledger.example/m/IMG_0003.jpg"
    )


def test_the_headline_is_neither_alt_text_nor_caption() -> None:
    image = "https://ledger.example/m/b2.jpg"
    markup = '<figure><img src="/m/b2.jpg" alt="A ferry opens"></figure>'
    head = '<meta property="og:image:alt" content="A ferry opens">'
    page = read(markup + TEXT, f'<meta property="og:image" content="{image}">{head}')
    assert normalise.photo(page) == Photo(url=image)


@pytest.mark.parametrize(
    "trap",
    [
        '<img class="emoji" src="/images/core/emoji/1.png" alt="">',
        '<img src="/count.gif" width="1" height="1">',
        '<div class="author-box"><img src="/people/jane.jpg"></div>',
        '<a rel="author" href="/jane"><img src="/people/jane.jpg"></a>',
        '<p class="byline"><img src="/people/jane.jpg"> Jane</p>',
        '<img src="/assets/ledger-logo.png">',
        '<div id="logo"><img src="/assets/l.png"></div>',
        '<img src="/assets/share.png" width="32" height="32">',
        '<div class="ad-slot"><img src="/banner.jpg"></div>',
    ],
)
def test_traps_are_no_lead_photo(trap: str) -> None:
    shown = '<figure><img src="/m/b2.jpg" alt="A pier"></figure>'
    found = normalise.photo(
        read(f'<div class="text">{trap}{TEXT}{shown}</div>', content=".text")  # the declared text
    )
    assert found is not None
    assert found.url == "https://ledger.example/m/b2.jpg"
    assert normalise.photo(read(f'<div class="text">{trap}{TEXT}</div>', content=".text")) is None


def test_a_publishers_logo_is_no_photo() -> None:
    logo = '{"@type": "Organization", "logo": {"@type": "ImageObject", "url": "/brand/l.png"}}'
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A ferry opens", '
        f'"image": "/brand/l.png", "publisher": {logo}}}</script>'
    )
    assert normalise.photo(read(TEXT, head)) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "markup",
    [
        '<div class="caption">' * 200 + '<img src="/a.jpg">' * 3000,
        "<figure><img src=/a.jpg><figcaption class=credit>x" * 3000,
        '<p class="caption">' + '<span class="caption">' * 5000 + '<img src="/a.jpg">',
    ],
)
def test_hostile_captions_take_no_time(markup: str) -> None:
    start = time.process_time()
    read(markup, '<meta property="og:image" content="https://ledger.example/a.jpg">', content="p")
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "shown",
    [
        '<figure><img src="/a.jpg" alt="IMG_1234.JPG"><figcaption>DSC_0042.jpg</figcaption></figure>',
        '<figure><img src="/a.jpg" alt="ຮູບ ເຮືອ 1.png"></figure>',
    ],
)
def test_the_name_of_a_file_says_nothing_of_a_photo_and_is_told(shown: str) -> None:
    extracted = read(shown + TEXT, '<meta property="og:image" content="https://ledger.example/a.jpg">')
    found = normalise.photo(extracted)

    assert found
    assert (found.caption, found.alt) == ("", "")
    assert any("is the name of a file: left out" in line for line in extracted.warnings)


def test_the_name_of_a_file_in_metadata_is_no_alternative_text() -> None:
    head = '<meta property="og:image" content="/a.jpg"><meta property="og:image:alt" content="IMG_1234.JPG">'
    found = normalise.photo(read(TEXT, head))
    assert found
    assert found.alt == ""
