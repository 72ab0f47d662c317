"""What a list's messages say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from syndicator.channels.mail import Mail
from syndicator.domain.post import Occasion
from syndicator.mail.list_contents import MAX_PAGE_BYTES, ListNames, alert, confirmation, digest, known
from syndicator.mail.mailed import MailedPost
from syndicator.mail.mailing import LINK
from syndicator.posts.compose import compose
from tests.channels.contract import ARTICLE, CORRECTED, picture

NAMES = ListNames(title="Morning", language="en", site_title="Example News", home="https://news.example/")


def mailed(title: str = "The bridge reopens", language: str = "en", photo: bool = True) -> MailedPost:
    article = replace(ARTICLE, title=title, language=language)
    return MailedPost.of(compose(article, Mail.capabilities, photo=picture() if photo else None))


def test_what_is_kept_is_what_was_shown() -> None:
    post = compose(CORRECTED, Mail.capabilities, photo=picture(), occasion=Occasion.CORRECTION)

    kept = MailedPost.of(post)

    assert MailedPost.read(json.loads(json.dumps(kept.payload))) == kept


@pytest.mark.parametrize(("language", "unsubscribe"), [("en", "Unsubscribe"), ("lo-LA", "ຍົກເລີກການຮັບ")])
def test_an_alert_ends_with_the_way_out_in_its_language(language: str, unsubscribe: str) -> None:
    contents = alert(mailed(language=language))

    assert contents.text.endswith(f"{unsubscribe}: {LINK}\n")
    assert f'<a href="{LINK}">{unsubscribe}</a>' in contents.page
    assert contents.text.count(LINK) == contents.page.count(LINK) == 1
    assert contents.subject == "The bridge reopens"
    assert [name for name, _ in contents.photos] == ["photo"]


def test_a_digest_has_the_newest_first_each_in_its_language() -> None:
    posts = [mailed("First"), mailed("ຂ່າວທີສອງ", "lo-LA"), mailed("Third", photo=False)]

    contents = digest(posts, NAMES, date(2026, 11, 26))

    assert contents.subject == "Morning – November 26, 2026"
    places = [contents.page.index(f">{each.headline}</a>") for each in posts]
    assert places == sorted(places, reverse=True)
    assert '<div lang="lo-LA"' in contents.page
    assert [name for name, _ in contents.photos] == ["photo2", "photo3"]
    assert contents.text.count(LINK) == contents.page.count(LINK) == 1
    assert all(each.text in contents.text for each in posts)


def test_a_digest_in_lao_says_so() -> None:
    contents = digest(
        [mailed(), mailed("x")], replace(NAMES, language="lo", title="ຂ່າວເຊົ້າ"), date(2026, 11, 26)
    )

    assert contents.subject == "ຂ່າວເຊົ້າ – 26 ພະຈິກ 2026"
    assert "ຍົກເລີກການຮັບ" in contents.page


def test_a_digest_of_one_is_called_after_it() -> None:
    assert digest([mailed()], NAMES, date(2026, 11, 26)).subject == "Morning: The bridge reopens"


@pytest.mark.slow
@pytest.mark.parametrize(("count", "title"), [(400, "A short one"), (60, "ຂ່າວຍາວ " * 60)])
def test_a_digest_is_shown_whole_and_says_how_many_are_not(
    count: int, title: str, caplog: pytest.LogCaptureFixture
) -> None:
    contents = digest([mailed(f"{n} {title}") for n in range(count)], NAMES, date(2026, 11, 26))

    assert len(contents.page.encode()) <= MAX_PAGE_BYTES
    shown = contents.page.count("<h2")
    assert shown > 5
    assert f"{count - shown} more on Example News" in contents.page
    assert f"{count - shown} more on Example News\nhttps://news.example/" in contents.text
    assert f"{count - shown} of its {count} articles are counted only" in caplog.text
    assert len(contents.photos) == 20


def test_who_signs_up_is_asked_and_told_the_way() -> None:
    assert confirmation(NAMES, "https://n.example/c")[0] == "Please confirm: Morning"
    assert known(NAMES, "https://n.example/c")[0] == "Morning"
    for _, text in (confirmation(NAMES, "https://n.example/c"), known(NAMES, "https://n.example/c")):
        assert "\nhttps://n.example/c\n" in text
