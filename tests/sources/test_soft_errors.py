"""Pages that are no articles although they answer 200, in any language: they change nothing and are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.sources.pages.traits import GONE_SHARE, SAME_SHARE, likeness, sketch
from tests.channels.local_server import Reply
from tests.sources.pages_of_a_site import CANONICAL, DATED, HOUR, MINUTE, Town, page, story, watching

pytestmark = pytest.mark.slow  # looks at many pages


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as running:
        yield running


def bare(title: str, text: str, head: str = "") -> str:
    return page(title, f"<p>{text}</p>", head, around="<h1>{}</h1>{}")


ERRORS = {
    "maintenance": bare(
        "Gleich wieder da", "Wir bauen um. In wenigen Minuten ist alles wie zuvor, versprochen."
    ),
    "not found": bare(
        "Sidan finns inte", "Den adress som du har följt leder ingenstans; gå till startsidan."
    ),
    "consent": bare(
        "Vaše soukromí", "Naši partneři a my ukládáme údaje do vašeho zařízení. Souhlasíte s tím?"
    ),
    "lao": bare("ກຳລັງປັບປຸງເວັບໄຊ", "ຂໍອະໄພໃນຄວາມບໍ່ສະດວກ ເວັບໄຊຂອງພວກເຮົາຢູ່ໃນໄລຍະປັບປຸງ ກະລຸນາກັບມາໃໝ່ພາຍຫຼັງ"),
    "bot check": bare("One moment", "This site looks at your browser before it lets you in. Ray 8f3a-77."),
    "arabic": bare("الصفحة غير موجودة", "عذرا، الصفحة التي تبحث عنها غير موجودة أو تم نقلها إلى مكان آخر."),
    "redesigned": page(
        "ຍິນດີຕ້ອນຮັບ", "<p>ກະລຸນາເຂົ້າສູ່ລະບົບ ເພື່ອອ່ານຂ່າວທັງໝົດຂອງພວກເຮົາ ທຸກໆວັນ</p>", CANONICAL.format("/")
    ),
    "teasers' dates": bare(
        "Nada por aquí",
        "Lo que buscas no está. Quizá te interese: <a href='/news/9'>el puente</a> "
        "<time datetime='2026-03-02'>hoy</time>, o la portada de siempre.",
    ),
}


@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS.keys())
@pytest.mark.parametrize("count", [1, 6])
@pytest.mark.parametrize("head", [DATED.format(7), "canonical", "both"], ids=["dated", "addressed", "both"])
def test_a_page_that_has_lost_all_stays_as_it_was(town: Town, error: str, count: int, head: str) -> None:
    """On a site of one page, too, and where every page says the same."""
    for number in range(count):
        address = CANONICAL.format(f"/news/{number}")
        heads = {"canonical": address, "both": DATED.format(number) + address}
        town.publish(number, head=heads.get(head, head))
    watch = watching(town)
    assert len(watch.look().sightings) == count
    well = dict(town.pages)
    town.pages = dict.fromkeys(well, error)

    looks = [watch.look(10 * MINUTE) for _ in range(6)]

    assert [s.title for look in looks for s in look.sightings] == []
    assert not any(look.gone for look in looks)
    assert all(look.problems for look in looks)
    town.pages = well
    assert len(set(watch.titles(HOUR, 8))) == count


def test_neither_a_day_nor_a_week_makes_an_article_of_it(town: Town) -> None:
    town.publish(0)
    watch = watching(town)
    watch.look()
    town.pages["/news/0"] = ERRORS["maintenance"]

    assert watch.titles(12 * HOUR, 14) == []


def test_each_page_may_say_something_else(town: Town) -> None:
    """A counter, an id of the request, another sentence each time."""
    for number in range(6):
        town.publish(number)
    watch = watching(town)
    watch.look()
    titles = []
    for look in range(8):
        for number in range(6):
            text = f"{'Ticket' if number % 2 else 'Anfrage'} {look * 7919 + number:x}: " + story(
                f"x{number}{look}"
            )
            town.pages[f"/news/{number}"] = bare(f"Fehler {number}-{look}", text)
        titles += watch.titles(10 * MINUTE)

    assert titles == []


def test_what_is_new_meanwhile_is_no_article_either(town: Town) -> None:
    for number in range(4):
        town.publish(number)
    watch = watching(town)
    watch.look()
    well = dict(town.pages)
    town.pages = dict.fromkeys(well, ERRORS["not found"])
    for number in range(4, 8):
        town.publish(number)
        well[f"/news/{number}"] = town.pages[f"/news/{number}"]
        town.pages[f"/news/{number}"] = bare(
            "Sidan finns inte", f"Begäran {number * 31}. " + story(f"id {number}")
        )
        assert watch.titles(2 * MINUTE) == []

    town.pages = well

    assert len(set(watch.titles(HOUR, 10))) >= 4


def test_a_link_to_what_is_not_there_yet_is_no_article(town: Town) -> None:
    """While all others are well."""
    for number in range(4):
        town.publish(number)
    watch = watching(town)
    watch.look()
    town.publish(4)
    there = town.pages["/news/4"]
    town.pages["/news/4"] = ERRORS["lao"]

    look = watch.look(MINUTE)

    assert look.sightings == []
    assert "neither the date nor the address" in " ".join(look.problems)
    town.pages["/news/4"] = there
    assert watch.titles(HOUR) != []


def test_bare_pages_of_one_text_are_no_articles_from_the_first_look_on(town: Town) -> None:
    for number in range(5):
        town.publish(number)
        town.pages[f"/news/{number}"] = bare(
            "Un instant", story("server") + f"<p>Requête {number * 977:x}</p>"
        )

    look = watching(town).look()

    assert look.sightings == []
    assert len(look.problems) == 5


def test_pages_without_any_mark_are_articles_where_that_is_usual(town: Town) -> None:
    for number in range(5):
        town.publish(number)
        town.pages[f"/news/{number}"] = bare(f"Story {number}", story(f"ferry {number * number}"))
    watch = watching(town)

    assert len(watch.look().sightings) == 5
    town.publish(5)
    town.pages["/news/5"] = bare("Story five", story("cable car"))
    assert watch.titles(MINUTE) == ["Story five"]


LOGINS = {
    "old headline": ("<title>{0}</title>", '<meta property="og:title" content="{0}">'),
    "old address": (
        "<title>{0}</title>",
        '<meta property="og:title" content="{0}">' + CANONICAL.format("/news/0"),
    ),
    "old date": (
        "<title>{0}</title>",
        '<meta property="og:title" content="{0}">' + CANONICAL.format("/news/0") + DATED.format(0),
    ),
}


@pytest.mark.parametrize("heads", LOGINS.values(), ids=LOGINS.keys())
def test_a_form_for_logging_in_under_the_old_headline_is_no_correction(
    town: Town, heads: tuple[str, str]
) -> None:
    town.publish(0, title="What becomes of the quay")
    watch = watching(town)
    watch.look()
    town.pages["/news/0"] = (
        f"<html><head>{''.join(heads).format('What becomes of the quay')}</head>"
        "<main><article><h1>Bienvenue</h1>"
        "<form method=post><p>Entrez votre adresse et votre mot de passe pour continuer la lecture, ou "
        "créez un compte.</p><input name=u><input type='password' name=p></form></article></main></html>"
    )

    assert watch.titles(10 * MINUTE, 6) == []


@pytest.mark.parametrize(
    "target", ["/consent?continue=/news/0", "/welcome", "http://localhost:{port}/news/0"]
)
def test_a_redirect_to_a_page_of_another_kind_is_no_correction(town: Town, target: str) -> None:
    """Not even where the address of the article stands in that of the page."""
    town.publish(0)
    watch = watching(town)
    watch.look()
    target = target.format(port=town.address.rpartition(":")[2])
    town.pages["/news/0"] = Reply(status=302, headers={"Location": target})
    text = story("consent")
    town.pages["/consent"] = town.pages["/welcome"] = page("Your choice", text, DATED.format(0))

    looks = [watch.look(10 * MINUTE) for _ in range(6)]

    assert all(look.sightings == [] for look in looks)
    assert all(look.problems for look in looks)


REWRITES: dict[str, Callable[[int], str]] = {
    "all marks": lambda n: DATED.format(n) + CANONICAL.format(f"/news/{n}"),
    "the date": DATED.format,
    "a later date": lambda n: DATED.format(n + 9) + CANONICAL.format(f"/news/{n}"),
}


@pytest.mark.parametrize("head", REWRITES.values(), ids=REWRITES.keys())
@pytest.mark.parametrize("count", [1, 5])
def test_an_article_that_is_written_anew_is_a_correction(
    town: Town, head: Callable[[int], str], count: int
) -> None:
    for number in range(count):
        town.publish(number)
    watch = watching(town)
    watch.look()
    town.pages["/news/0"] = page("All is different", story("zeppelin"), head(0))

    assert "All is different" in watch.titles(10 * MINUTE)


LOOSE = (
    "<aside><article><a href='/news/7'>The mill</a> <time datetime='2026-03-02T08:00:00Z'></time></article>"
    "</aside>"
)
OWN = "<time datetime='2026-03-01T08:00:00Z'>Sunday</time>"


@pytest.mark.parametrize(
    ("before", "after", "is_new"), [(OWN, OWN, True), (LOOSE, LOOSE, False), (OWN, LOOSE, False)]
)
def test_a_teasers_date_speaks_for_nothing(town: Town, before: str, after: str, *, is_new: bool) -> None:
    town.publish(0)
    town.pages["/news/0"] = page("The ferry sails", before + story("ferry"))
    watch = watching(town)
    watch.look()
    town.pages["/news/0"] = page("The tram runs", after + story("tram"))

    assert ("The tram runs" in watch.titles(10 * MINUTE, 3)) is is_new


def test_a_new_template_without_dates_is_no_error(town: Town) -> None:
    """Headline or text are what they were."""
    for number in range(5):
        town.publish(number)
    watch = watching(town)
    watch.look()
    for number in range(5):
        town.pages[f"/news/{number}"] = bare(
            f"The Town: {number}",
            story(f"{['quay', 'market', 'school', 'bridge', 'library'][number]} {number}"),
        )

    assert len(watch.titles(10 * MINUTE)) == 5


def test_where_pages_have_no_marks_a_day_tells(town: Town) -> None:
    town.publish(0)
    town.pages["/news/0"] = bare("The ferry sails", story("ferry"))
    watch = watching(town)
    watch.look()
    town.pages["/news/0"] = bare("The tram runs", story("tram"))

    assert watch.titles(2 * HOUR, 10) == []
    assert set(watch.titles(4 * HOUR, 12)) == {"The tram runs"}


def test_of_a_hundred_pages_five_are_named(town: Town) -> None:
    for number in range(30):
        town.publish(number)
    watch = watching(town)
    watch.look()
    town.pages = dict.fromkeys(town.pages, ERRORS["arabic"])

    problems = watch.look(10 * MINUTE).problems

    assert len(problems) == 6
    assert "25 more" in problems[-1]


@given(st.text(), st.text())
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0 <= likeness(sketch(one), sketch(other)) <= 1
    assert likeness(sketch(one), sketch(other)) == likeness(sketch(other), sketch(one))
    assert likeness(sketch(one), sketch(one)) == (1 if sketch(one) else 0)


@pytest.mark.parametrize("name", ["ferry", "ເຮືອ", "渡し船", "паром"])
def test_a_text_with_another_counter_is_like_itself_and_unlike_others(name: str) -> None:
    text = story(name) + name * 9

    assert likeness(sketch(text), sketch(f"{text} 4711 {text[:9]}")) >= SAME_SHARE
    assert (
        likeness(sketch(text), sketch("Nichts davon war jemals wahr, sagt die Stadt, und schweigt."))
        <= GONE_SHARE
    )
