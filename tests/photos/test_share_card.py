"""Share cards, by what a reader would notice. (How handsome they are takes eyes.)"""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from syndicator.domain.article import Article
from syndicator.domain.errors import PhotoError
from syndicator.domain.feed import Site
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.photos.share_card import share_card, share_card_alt
from tests.fakes import NOON, SITE

TITLES = {
    "en": "Ferry crosses the river again after three winters",
    "lo": "ເຮືອຂ້າມຟາກກັບມາແລ່ນອີກຄັ້ງຫຼັງຈາກສາມປີ",
    "th": "เรือข้ามฟากกลับมาแล่นอีกครั้งหลังหยุดไปสามปี",
    "ar": "العبارة تعبر النهر من جديد بعد ثلاث سنوات",
    "he": "המעבורת חוזרת לחצות את הנהר",
    "my": "ကူးတို့သင်္ဘော ပြန်လည် ပြေးဆွဲ",
    "ja": "三年ぶりに渡し船が川を渡る",
    "zh": "渡轮三年后重新过河",
    "ko": "나룻배 3년 만에 다시 강을 건너다",
}


def article(**changes: Any) -> Article:
    fields: dict[str, Any] = {
        "guid": "g",
        "source": "page",
        "key": "1",
        "url": "https://ledger.example/ferry",
        "title": TITLES["en"],
        "section": "River",
        "language": "en",
        "published": NOON,
        "updated": NOON,
        "first_seen": NOON,
    }
    return Article(**fields | changes)


def drawn(card: PhotoFile) -> Image.Image:
    image = Image.open(io.BytesIO(card.content), formats=["JPEG"])
    assert image.size == (card.width, card.height)
    return image.convert("L")


def ink_of(image: Image.Image) -> tuple[int, int, int, int]:
    """Where anything is drawn below the bar."""
    image = image.crop((0, round(min(image.size) * 0.05), *image.size))
    box = image.point(lambda value: 255 if value < 180 else 0).getbbox()
    assert box
    return box


@pytest.mark.parametrize("language", TITLES)
def test_every_script_is_drawn_within_its_margins(language: str) -> None:
    card = share_card(article(title=TITLES[language], language=language), SITE, PhotoLimits())
    assert (card.width, card.height, card.media_type) == (1200, 630, "image/jpeg")
    left, _, right, _ = ink_of(drawn(card))
    assert left >= 40
    assert right <= 1160


@pytest.mark.parametrize(
    ("language", "is_mirrored"), [("ar", True), ("he", True), ("en", False), ("lo", False)]
)
def test_a_card_starts_where_reading_does(language: str, is_mirrored: bool) -> None:
    short = TITLES[language][:8]
    left, _, right, _ = ink_of(
        drawn(share_card(article(title=short, section="", language=language), SITE, PhotoLimits()))
    )
    assert (right > 1100, left < 100) == (is_mirrored, not is_mirrored)


@pytest.mark.parametrize("ratio", [(1.0, 1.0), (0.8, 0.8), (16 / 9, 16 / 9), (0.8, 1.91)])
@pytest.mark.parametrize("side", [1440, 1080, 320])
def test_a_card_is_drawn_in_the_shape_that_is_taken(ratio: tuple[float, float], side: int) -> None:
    card = share_card(article(title=TITLES["th"]), SITE, PhotoLimits(ratio=ratio, side=side))
    assert ratio[0] * 0.98 <= card.width / card.height <= ratio[1] * 1.02
    assert max(card.width, card.height) <= side


def test_limits_in_bytes_are_met() -> None:
    card = share_card(article(), SITE, PhotoLimits(length=15_000))
    assert len(card.content) <= 15_000


def test_a_card_that_nobody_could_read_is_refused() -> None:
    with pytest.raises(PhotoError, match="no card"):
        share_card(article(), SITE, PhotoLimits(side=60))


@pytest.mark.slow
@pytest.mark.parametrize("title", ["", "W" * 3000, "\u202e\u200b", "🎉" * 40, "a " * 1500])
def test_any_title_makes_a_card(title: str) -> None:
    card = share_card(article(title=title, section=title), SITE, PhotoLimits())
    left, _, right, _ = ink_of(drawn(card))
    assert left >= 40
    assert right <= 1160


def test_the_newsroom_has_its_colour() -> None:
    site = Site(title="L", url="https://l.example/", feeds_url="x", authority="l.example", accent="#00a050")
    image = Image.open(io.BytesIO(share_card(article(), site, PhotoLimits()).content)).convert("RGB")
    colour = image.getpixel((600, 5))
    assert isinstance(colour, tuple)
    assert all(abs(a - b) < 8 for a, b in zip(colour, (0, 160, 80), strict=True))


def test_the_alternative_text_says_that_it_is_a_card() -> None:
    assert share_card_alt(article(), SITE) == f"Headline card: {TITLES['en']}"
    assert share_card_alt(article(language="th", title=TITLES["th"]), SITE).endswith(TITLES["th"])
    assert share_card_alt(article(language="eu"), SITE).startswith("Headline card: ")


def test_chinese_characters_are_written_as_their_language_does() -> None:
    """The same character, in the shapes of three countries."""
    cards = {
        share_card(article(title="直骨", language=tag), SITE, PhotoLimits()).content
        for tag in ("ja", "zh-Hans", "zh-TW")
    }
    assert len(cards) == 3
