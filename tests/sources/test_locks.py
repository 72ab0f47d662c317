"""Articles behind a lock: a password, a membership."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syndicator.sources.pages.locks import Lock, lock_of_entry, lock_of_page
from syndicator.text.markup import parse
from tests.sources.pages_of_a_site import CANONICAL, DATED, HOUR, MINUTE, Town, story, watching

FORM = (
    '<form action="https://town.example/wp-login.php?action=postpass" class="post-password-form" '
    'method="post">'
    "<p>ເນື້ອໃນນີ້ຖືກປ້ອງກັນດ້ວຍລະຫັດຜ່ານ</p><p><label>ລະຫັດ <input name=post_password type=password></label></p></form>"
)
CALL = "<h2>Alleen voor leden</h2><a href='#/portal/signup'>Word lid</a>"

LD = (
    '<script type="application/ld+json">{{"@context":"https://schema.org","@type":"NewsArticle",'
    '"headline":"For some","datePublished":"2026-03-01T09:00:00Z",{}}}</script>'
)

#: What stands on a page that is for members: its head and its text.
MEMBERS = {
    "ghost": (
        "",
        f'<aside class="gh-post-upgrade-cta"><div class="x">{CALL}</div></aside>',
    ),
    "ghost with the beginning": (
        "",
        f"{story('free part')}<aside class='gh-post-upgrade-cta'>{CALL}</aside>",
    ),
    "substack": ("", f"<p>First lines.</p><div class='paywall' data-testid='paywall'>{CALL}</div>"),
    "medium": ("", f"<div class='meteredContent'>{story('metered')}</div>"),
    "plugin": ("", f"<div class='pmpro_content_message'>{CALL}</div>"),
    "tier": ('<meta property="article:content_tier" content="locked">', story("tier")),
    "metered": ('<meta name="article:content_tier" content="metered">', story("tier")),
    "schema.org": (
        LD.format('"isAccessibleForFree":"False"'),
        story("schema"),
    ),
    "a part of it": (
        LD.format('"isAccessibleForFree":true,"hasPart":{"isAccessibleForFree":false,"cssSelector":".rest"}'),
        f"{story('free')}<div class=rest>{story('rest')}</div>",
    ),
}
SUMMARY = '<meta name="description" content="What the council said, for those who pay">'


@pytest.fixture
def town() -> Iterator[Town]:
    with Town() as running:
        yield running


def lock(town: Town, number: int, head: str, text: str) -> None:
    marks = DATED.format(number) + CANONICAL.format(f"/news/{number}")
    town.publish(number, head=marks + SUMMARY + head, text=text, title="For some")


@pytest.mark.parametrize(("head", "text"), MEMBERS.values(), ids=MEMBERS.keys())
def test_of_an_article_for_members_the_headline_goes_out(town: Town, head: str, text: str) -> None:
    lock(town, 1, head, text)

    [seen] = watching(town).look().sightings

    assert (seen.title, seen.content_html) == ("For some", "")
    assert seen.summary == "What the council said, for those who pay"
    assert "for members only" in " ".join(seen.warnings)


@pytest.mark.parametrize(("head", "text"), MEMBERS.values(), ids=MEMBERS.keys())
def test_or_nothing_or_all_as_is_declared(town: Town, head: str, text: str) -> None:
    lock(town, 1, head, text)

    look = watching(town, locked="skip").look()

    assert look.sightings == []
    assert "for members only" in look.problems[0]
    [whole] = watching(town, locked="text").look().sightings
    assert whole.content_html
    assert whole.warnings == ()


def test_the_motto_is_no_summary_of_a_locked_article(town: Town) -> None:
    town.head = SUMMARY
    lock(town, 1, *MEMBERS["ghost"])

    [seen] = watching(town).look().sightings

    assert (seen.summary, seen.content_html) == ("", "")


@pytest.mark.parametrize("locked", ["headline", "skip", "text"])
def test_what_has_a_password_is_never_published(town: Town, locked: str) -> None:
    lock(town, 1, "", FORM)
    town.publish(2)

    look = watching(town, locked=locked).look()

    assert [s.key[-1] for s in look.sightings] == ["2"]
    assert "password" in look.problems[0]


@pytest.mark.slow
@pytest.mark.parametrize("locked", ["headline", "skip"])
def test_an_article_that_gets_a_password_is_withdrawn_at_the_second_look(town: Town, locked: str) -> None:
    for number in (1, 2):
        town.publish(number)
    watch = watching(town, locked=locked)
    watch.look()
    open_page = town.pages["/news/1"]
    lock(town, 1, "", FORM)

    looks = [watch.look(15 * MINUTE) for _ in range(8)]

    assert [key[-1] for look in looks for key in look.gone] == ["1"]
    assert all(look.gone == [] for look in looks[:2])
    assert "password" in looks[0].problems[0]
    town.pages["/news/1"] = open_page
    assert "1" in {s.key[-1] for _ in range(10) for s in watch.look(HOUR).sightings}


def test_an_article_that_is_for_members_from_now_on_loses_its_text(town: Town) -> None:
    for number in (1, 2):
        town.publish(number, title="For some")
    watch = watching(town)
    watch.look()
    lock(town, 1, *MEMBERS["ghost"])

    seen = [s for _ in range(3) for s in watch.look(5 * MINUTE).sightings if s.key[-1] == "1"]

    assert seen
    assert all(s.content_html == "" for s in seen)


@pytest.mark.slow
def test_or_is_withdrawn_where_such_are_left_out(town: Town) -> None:
    for number in (1, 2):
        town.publish(number)
    watch = watching(town, locked="skip")
    watch.look()
    lock(town, 1, *MEMBERS["ghost"])

    assert [key[-1] for _ in range(8) for key in watch.look(15 * MINUTE).gone] == ["1"]


@pytest.mark.slow
def test_all_that_is_locked_at_once_is_not_withdrawn(town: Town) -> None:
    """Where no other page is there, none is gone."""
    for number in range(4):
        town.publish(number)
    watch = watching(town)
    watch.look()
    for number in range(4):
        lock(town, number, "", FORM)

    assert [key for _ in range(12) for key in watch.look(15 * MINUTE).gone] == []


@pytest.mark.parametrize(
    "markup",
    [
        "<div class='paywall'></div><p>Text</p>",
        "<div id=piano-inline> \n</div><div class=tp-container-inner style='display: none'>Subscribe</div>",
        "<div class='paywall-overlay' hidden>Subscribe</div><div class=paywall aria-hidden=true>Join</div>",
        "<style>.gh-post-upgrade-cta { color: red }</style><body class='no-paywall paywall-free'>",
        "<form action=/login><input type=password name=pw></form><p>Text</p>",
        "<meta property='article:content_tier' content='free'>",
        "<template><div class=paywall>Join</div></template>",
    ],
)
def test_what_anybody_may_read_has_no_lock(markup: str) -> None:
    assert lock_of_page(parse(markup), {"isAccessibleForFree": True, "hasPart": None}) is None
    assert lock_of_page(parse(markup), {"isAccessibleForFree": "https://schema.org/True"}) is None


@pytest.mark.parametrize(
    "article",
    [
        {"hasPart": [7, None, "x", {"isAccessibleForFree": False}]},
        {"hasPart": {"isAccessibleForFree": False, "cssSelector": "p:::"}},
        {"hasPart": {"isAccessibleForFree": False, "cssSelector": ["a" * 5000, 7]}},
        {"isAccessibleForFree": []},
    ],
)
def test_metadata_that_say_nothing_lock_nothing(article: dict[str, object]) -> None:
    assert lock_of_page(parse("<p>Text</p>"), article) is None


def test_entries_of_feeds_show_the_same_locks() -> None:
    assert lock_of_entry(FORM) is Lock.PRIVATE
    assert lock_of_entry(MEMBERS["ghost with the beginning"][1]) is Lock.MEMBERS
    assert lock_of_entry(story("open")) is None
    assert lock_of_entry("5 < 6") is None
