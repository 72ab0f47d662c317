"""Who made a picture, at the end of its caption."""

from __future__ import annotations

import time

import pytest

from syndicator.posts.labels import LABELS
from syndicator.sources.pages import normalise
from syndicator.sources.pages.credit import bare_credit, split_credit
from syndicator.sources.pages.extract import Select, extract
from tests.sources.feed_documents import only, rss


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("At dawn. Photo: B. Camera", ("At dawn", "B. Camera")),
        ("The pier (Photo by Jane Doe/Getty Images)", ("The pier", "Jane Doe/Getty Images")),
        ("Der Hafen. Foto: dpa/Jan W.", ("Der Hafen", "dpa/Jan W")),
        ("Hamnen | Bild: TT", ("Hamnen", "TT")),
        ("Le port (Crédit photo : J. Dupont)", ("Le port", "J. Dupont")),
        ("Photo credit: A. Name", ("", "A. Name")),
        ("Der Hafen © Reuters", ("Der Hafen", "Reuters")),
        ("ถนนสายใหม่ ภาพ: สมชาย", ("ถนนสายใหม่", "สมชาย")),
        ("ທ່າເຮືອ (ພາບ: ຄຳ)", ("ທ່າເຮືອ", "ຄຳ")),
        ("A ferry crosses (AP Photo/Jo Lee)", ("A ferry crosses", "AP Photo/Jo Lee")),
        ("A ferry crosses. REUTERS/Jo Lee", ("A ferry crosses.", "REUTERS/Jo Lee")),
        ("A ferry crosses. Jo Lee/AFP via Getty Images", ("A ferry crosses.", "Jo Lee/AFP via Getty Images")),
        ("A ferry | Getty Images", ("A ferry", "Getty Images")),
    ],
)
def test_a_credit_is_split_off_in_the_forms_that_newsrooms_use(
    caption: str, expected: tuple[str, str]
) -> None:
    assert split_credit(caption) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "A photo by the river shows people",
        "The AP office in Oslo",
        "He sells to Getty Images",
        "A man in a photo",
        "The report on Reuters",
        "Three credits were given",
        "",
    ],
)
def test_words_that_only_look_alike_stay(caption: str) -> None:
    assert split_credit(caption) == (caption, "")


def test_the_word_before_a_name_is_no_part_of_it() -> None:
    assert [bare_credit(text) for text in ("Foto: A. Name", "(A. Name)", "© A. Name")] == ["A. Name"] * 3


@pytest.mark.parametrize("piece", ["photo: ", "(", "© ", "a/", ". ", " - ", "credit ", "(AP/"])
def test_long_captions_take_no_time(piece: str) -> None:
    start = time.process_time()
    split_credit(piece * 20_000)
    assert time.process_time() - start < 0.3


@pytest.mark.parametrize(
    ("written", "maker"),
    [
        ("Photo: Anna Li", "Anna Li"),
        ("PHOTO BY Anna Li", "Anna Li"),
        ("(Photo: Anna Li / AFP)", "Anna Li / AFP"),
        ("Photo credit: Anna Li", "Anna Li"),
        ("Foto: © Anna Li/dpa", "Anna Li/dpa"),
        ("ພາບ: ນາງ ແອນນາ", "ນາງ ແອນນາ"),
        ("图：安娜", "安娜"),
        ("© Anna Li", "Anna Li"),
        # no word before a name
        ("Anna Li (AFP)", "Anna Li (AFP)"),
        ("Anna Li. Reuters", "Anna Li. Reuters"),
        ("AP Photo/Anna Li", "AP Photo/Anna Li"),
        ("Photo Agency Paris", "Photo Agency Paris"),
        ("Fotograf Li", "Fotograf Li"),
        ("Photo:", "Photo:"),
        ("", ""),
    ],
)
def test_a_credit_has_no_word_before_the_name(written: str, maker: str) -> None:
    assert bare_credit(written) == maker


@pytest.mark.parametrize("label", sorted({each.photo for each in LABELS.values()}))
def test_the_words_that_posts_put_before_a_name_are_known_in_all_languages(label: str) -> None:
    assert bare_credit(f"{label}: Anna Li") == "Anna Li"


def test_feeds_and_pages_say_the_name_alone() -> None:
    media = "<media:credit>Photo: Anna Li</media:credit>"
    picture = f'<media:content url="https://harbour.example/a.jpg" medium="image">{media}</media:content>'
    photo = only(rss(f"<title>Tram</title><description>Rails.</description>{picture}")).photo
    assert photo
    assert photo.credit == "Anna Li"
    page = (
        '<html><head><meta property="og:image" content="https://harbour.example/a.jpg"></head><body><h1>Tram</h1>'
        '<p class="by">Foto: Anna Li</p></body></html>'
    )
    shown = normalise.photo(extract(page, "https://harbour.example/1", select=Select(credit=".by")))
    assert shown
    assert shown.credit == "Anna Li"
