"""River bulletins: what the newsroom publishes when its drafts have run out, as often as asked.

A bulletin follows from its number alone, in English and Lao by turns; it is never stored.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path

from syndicator.example_site.content import Picture, Story

#: Bulletin No. 1 is story 1001: the numbers below are those of files.
FIRST = 1000

TEXTS = {
    "en": {
        "title": "River bulletin No. {n}: the water stands at {figure} cm in Vang Thong",
        "summary": "The Nam Sai is {trend} and stood at {figure} centimetres on the Vang Thong gauge, "
        "the river office reports.",
        "body": "The river office of Vang Thong measured {figure} centimetres at the old ferry landing, "
        "{change} centimetres {direction} than in the bulletin before.\n\n"
        "Ferries and fishing boats keep to their usual hours. The footpath below the market stays open.\n\n"
        "The next bulletin follows when the gauge has been read again.",
        "note": "An earlier version of this bulletin gave the water level as {was} centimetres. It is "
        "{figure} centimetres.",
        "caption": "The Nam Sai above Vang Thong, as the gauge was read for bulletin No. {n}.",
        "alt": "A calm river between layered hills, with the sun low above the water.",
        "author": "River Desk",
        "tags": "river|weather",
        "credit": "The Mekong Ledger",
        "rising": "rising|higher",
        "falling": "falling|lower",
    },
    "lo": {
        "title": "ລາຍງານລະດັບນ້ຳ ສະບັບທີ {n}: ນ້ຳຢູ່ວັງທອງສູງ {figure} ຊັງຕີແມັດ",
        "summary": "ຫ້ອງການແມ່ນ້ຳລາຍງານວ່າ ລະດັບແມ່ນ້ຳໃສຢູ່ວັງທອງກຳລັງ{trend} ແລະ ສູງ {figure} ຊັງຕີແມັດ.",
        "body": "ຫ້ອງການແມ່ນ້ຳວັງທອງ ວັດແທກລະດັບນ້ຳຢູ່ທ່າເຮືອເກົ່າໄດ້ {figure} ຊັງຕີແມັດ, "
        "{direction}ກວ່າລາຍງານສະບັບກ່ອນ {change} ຊັງຕີແມັດ.\n\n"
        "ເຮືອຂ້າມຟາກ ແລະ ເຮືອຫາປາ ແລ່ນຕາມເວລາປົກກະຕິ. ທາງຍ່າງລຸ່ມຕະຫຼາດຍັງເປີດຢູ່.\n\n"
        "ລາຍງານສະບັບຕໍ່ໄປຈະອອກ ຫຼັງຈາກວັດແທກລະດັບນ້ຳຄັ້ງໃໝ່.",
        "note": "ລາຍງານສະບັບກ່ອນໜ້ານີ້ບອກວ່າ ລະດັບນ້ຳແມ່ນ {was} ຊັງຕີແມັດ. ຕົວເລກທີ່ຖືກຕ້ອງແມ່ນ {figure} ຊັງຕີແມັດ.",
        "caption": "ແມ່ນ້ຳໃສ ຢູ່ເໜືອວັງທອງ ໃນເວລາວັດແທກລະດັບນ້ຳ ສຳລັບລາຍງານສະບັບທີ {n}",
        "alt": "ແມ່ນ້ຳທີ່ສະຫງົບລະຫວ່າງພູເຂົາ ແລະ ຕາເວັນທີ່ຢູ່ຕ່ຳເໜືອນ້ຳ.",
        "author": "ໂຕະຂ່າວແມ່ນ້ຳ",
        "tags": "ແມ່ນ້ຳ|ອາກາດ",
        "credit": "ຂ່າວແມ່ນ້ຳຂອງ",
        "rising": "ຂຶ້ນ|ສູງ",
        "falling": "ລົງ|ຕ່ຳ",
    },
}


def is_bulletin(number: int) -> bool:
    """Whether a story of this number is a bulletin."""
    return number > FIRST


def following(published: Iterable[int]) -> int:
    """The number of the bulletin that comes next."""
    return max((number for number in published if is_bulletin(number)), default=FIRST) + 1


def write(number: int) -> Story:
    """The bulletin of this number."""
    n = number - FIRST
    language = "en" if n % 2 else "lo"
    texts = TEXTS[language]
    level, change = _level(n), _level(n) - _level(n - 1)
    trend, direction = texts["rising" if change > 0 else "falling"].split("|")
    words = {"n": n, "trend": trend, "direction": direction, "change": abs(change)}
    written = {key: _filled(text, words) for key, text in texts.items()}
    return Story(
        id=number,
        slug="river-bulletin",
        language=language,
        section="society",
        title=written["title"],
        summary=written["summary"],
        body=tuple(written["body"].split("\n\n")),
        authors=(written["author"],),
        tags=tuple(written["tags"].split("|")),
        figures=(level, level + 20),
        note=written["note"],
        picture=Picture(
            file=f"river-bulletin-{n}.jpg",
            caption=written["caption"],
            credit=written["credit"],
            alt=written["alt"],
        ),
    )


def draw(story: Story, folder: Path) -> None:
    """The bulletin's photo, into a folder."""
    from syndicator.example_site.scenery import river  # noqa: PLC0415 - the server never draws

    assert story.picture is not None  # noqa: S101 - for the type checker
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / story.picture.file
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(river(story.id))
    fresh.replace(path)


def _level(n: int) -> int:
    """The water level in centimetres: it rises and falls, and never stands still (even, odd, even, ...)."""
    return 2 * round(320 + 85 * math.sin(n / 5) + 5 * math.sin(n * 2.3)) + n % 2


def _filled(text: str, words: dict[str, object]) -> str:
    for word, value in words.items():
        text = text.replace("{" + word + "}", str(value))
    return text
