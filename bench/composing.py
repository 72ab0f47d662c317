"""Composition: posts of an article for twenty channels of five shapes.

./run bench composing
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from syndicator.domain.article import Article
from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.posts.compose import compose
from syndicator.text.rulers import CHARACTERS, GRAPHEMES, UTF8_BYTES, UTF16_UNITS, Both

CHANNELS, ARTICLES, ROUNDS = 20, 200, 5

#: Channels of different shape, as they would be declared.
SHAPES = (
    Capabilities(ruler=GRAPHEMES, unit="", text=500, link=23),
    Capabilities(
        ruler=Both((GRAPHEMES, 300), (UTF8_BYTES, 3000)), unit="", text=300, link_place=LinkPlace.WORDS
    ),
    Capabilities(ruler=UTF16_UNITS, unit="", text=4096, link_place=LinkPlace.WORDS),
    Capabilities(ruler=CHARACTERS, unit="", text=10_000),
    Capabilities(ruler=CHARACTERS, unit="", text=280, link=23),
)

ENGLISH = ("river", "bridge", "council", "tram", "market", "opened", "after", "repairs", "in", "the", "town")
LAO = "ລົດລາງຈະຂ້າມແມ່ນ້ຳອີກຄັ້ງໃນວັນຈັນ. ຄັນທຳອິດອອກເດີນທາງໃນຕອນເຊົ້າມືດ ແລະ ຄ່າໂດຍສານຍັງຄືເກົ່າ."


def articles(count: int) -> list[Article]:
    """Articles of four sentences, every other one in Lao; none is another's twin."""
    luck, now = random.Random(5), datetime(2026, 3, 1, tzinfo=UTC)  # noqa: S311 - no secret

    def sentence() -> str:
        return " ".join(luck.choices(ENGLISH, k=luck.randint(8, 20))).capitalize() + "."

    def one(number: int) -> Article:
        is_lao = number % 2
        return Article(
            guid=str(number),
            source="site",
            key=str(number),
            url=f"https://ledger.example/{number}",
            title=f"ຂົວ {number} ເປີດຄືນຫຼັງຈາກສ້ອມແປງ" if is_lao else sentence()[:-1],
            summary=f"{LAO} {number} {LAO} {LAO}" if is_lao else " ".join(sentence() for _ in range(4)),
            language="lo" if is_lao else "en",
            published=now,
            updated=now,
            first_seen=now,
        )

    return [one(number) for number in range(count)]


def cpu_ms(work: Callable[[Article], object], told: list[Article]) -> float:
    """Milliseconds of processor for an article, as a median of rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for article in told:
            work(article)
        times.append((time.process_time() - began) / len(told) * 1000)
    return median(times)


def main() -> None:
    channels = [SHAPES[number % len(SHAPES)] for number in range(CHANNELS)]
    told = articles(ARTICLES)
    posts = cpu_ms(lambda article: [compose(article, channel) for channel in channels], told)
    print(f"composing for {CHANNELS} channels: {posts:.2f} ms an article (1 is wanted)")


if __name__ == "__main__":
    main()
