"""Notices in place of an article that repeat what its page says of itself: date, headline, address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.pages_of_a_site import CANONICAL, DATED, HOUR, MINUTE, WORDS, Town, page, story, watching

pytestmark = pytest.mark.slow  # looks at many pages

NAMES = WORDS[:6]

CONSENT = (
    "<p>Nous et nos partenaires déposons des traceurs sur votre appareil pour mesurer l'audience et vous "
    "proposer des contenus. Vous pouvez accepter, refuser ou choisir, et changer d'avis à tout moment. "
    "Référence de votre visite : {0}.</p>"
) * 3

NOTICES = {
    "maintenance": "<p>The site of {0} is being worked on. Come back in a quarter of an hour. Nr {0}</p>",
    "lao": "<p>ກຳລັງປັບປຸງເວັບໄຊ {0} ຂໍອະໄພໃນຄວາມບໍ່ສະດວກ ເວັບໄຊຂອງພວກເຮົາຢູ່ໃນໄລຍະປັບປຸງ ກະລຸນາກັບມາໃໝ່ພາຍຫຼັງ</p>",
    "consent": CONSENT,
}


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as running:
        for number in range(len(NAMES)):
            running.publish(number)
        yield running


@pytest.mark.parametrize("notice", NOTICES.values(), ids=NOTICES.keys())
@pytest.mark.parametrize("headline", ["What becomes of the {}", "One moment", "{}: one moment"])
def test_one_notice_at_many_addresses_is_no_correction(town: Town, notice: str, headline: str) -> None:
    watch = watching(town)
    assert len(watch.look().sightings) == len(NAMES)
    well = dict(town.pages)
    for number, name in enumerate(NAMES):
        marks = DATED.format(number) + CANONICAL.format(f"/news/{number}")
        town.pages[f"/news/{number}"] = page(headline.format(name), notice.format(f"{name}{number}"), marks)

    looks = [watch.look(10 * MINUTE) for _ in range(6)]

    assert [s.title for look in looks for s in look.sightings] == []
    assert not any(look.gone for look in looks)
    assert all(look.problems for look in looks)
    town.pages = well
    assert len(set(watch.titles(HOUR, 8))) == len(NAMES)


@pytest.mark.parametrize("notice", [NOTICES["maintenance"], NOTICES["lao"]], ids=["en", "lo"])
def test_a_short_notice_that_keeps_the_date_alone_is_none(town: Town, notice: str) -> None:
    watch = watching(town)
    watch.look()
    town.pages["/news/0"] = page("One moment", notice.format("quay"), DATED.format(0))

    looks = [watch.look(10 * MINUTE) for _ in range(3)]

    assert "One moment" not in [s.title for look in looks for s in look.sightings]
    assert any("nothing left but its date" in line for look in looks for line in look.problems)


def test_articles_that_are_all_written_anew_are_corrections(town: Town) -> None:
    watch = watching(town)
    watch.look()
    for number, name in enumerate(NAMES):
        marks = DATED.format(number) + CANONICAL.format(f"/news/{number}")
        town.pages[f"/news/{number}"] = page(f"More on {name}", story(f"second {name}"), marks)

    assert len(set(watch.titles(10 * MINUTE, 3))) == len(NAMES)


def test_a_withdrawn_text_is_believed(town: Town) -> None:
    watch = watching(town)
    watch.look()
    marks = DATED.format(0) + CANONICAL.format("/news/0")
    text = "<p>An earlier version of this article was wrong. We have taken it back, and are sorry.</p>"
    town.pages["/news/0"] = page("Taken back: what becomes of the quay", text, marks)

    assert "Taken back: what becomes of the quay" in watch.titles(10 * MINUTE, 3)
