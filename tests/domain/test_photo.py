"""Photos that stay at home, and facts of a photo that readers do not see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.article import Article, Photo
from syndicator.domain.changes import New, Unchanged, decide, fingerprint
from syndicator.domain.photo import may_leave
from syndicator.store.records import article_of, article_values
from tests.fakes import NOON, sighting

RULES = {"web only": (), "Reuters": ("mastodon", "outbox")}


@pytest.mark.parametrize(
    ("rights", "channel", "stays"),
    [
        ("", "mastodon", False),
        ("CC BY 4.0", "mastodon", False),
        ("Web only", "mastodon", True),
        ("For the WEB\n only, until May", "outbox", True),
        ("© Reuters 2026", "mastodon", False),
        ("© Reuters 2026", "bluesky", True),
        ("Reuters, web only", "mastodon", True),
        ("Cobweb only", "mastodon", False),
        ("reutersville", "bluesky", False),
    ],
)
def test_rights_keep_photos_from_channels(rights: str, channel: str, stays: bool) -> None:
    reason = may_leave(Photo(url="https://l.example/a.jpg", rights=rights), channel, RULES)
    assert bool(reason) is stays
    assert "\n" not in reason


@pytest.mark.parametrize(
    ("rights", "rules", "stays"),
    [
        ("web only", {}, True),
        ("For website only", {}, True),
        ("Web use only, (c) Noy", {"Reuters": ()}, True),
        ("Web only", {"WEB  only": ("mastodon",)}, False),
        ("(c) Noy", {}, False),
    ],
)
def test_web_only_stays_at_home_undeclared(rights: str, rules: dict[str, Any], stays: bool) -> None:
    photo = Photo(url="https://l.example/a.jpg", rights=rights)
    assert bool(may_leave(photo, "mastodon", rules)) is stays


@given(rights=st.text(max_size=400), words=st.text(max_size=20))
def test_a_reason_is_short_whatever_is_in_it(rights: str, words: str) -> None:
    reason = may_leave(Photo(url="u", rights=f"{rights} {words}"), "x", {words: ()})
    assert len(reason) < 700
    assert may_leave(Photo(url="u", rights=f"{rights} {words}"), "x", {words: ("x",)}) == ""


def on_file(photo: Photo) -> Article:
    decision = decide(None, sighting(photo=photo), NOON, authority="ledger.example")
    assert isinstance(decision, New)
    return decision.article


PLAIN = Photo(url="https://ledger.example/a.jpg", alt="A bridge")


def test_rights_and_focus_are_no_correction_and_are_kept() -> None:
    known = on_file(PLAIN)
    said = replace(PLAIN, rights="web only", focus=(0.25, 0.5))
    decision = decide(known, sighting(photo=said), NOON, authority="ledger.example")
    assert isinstance(decision, Unchanged)
    assert decision.article
    assert decision.article.photo == said
    assert decision.article.revision == known.revision
    assert fingerprint(decision.article) == fingerprint(known)


def row_of(values: dict[str, Any]) -> Any:
    return SimpleNamespace(operator_words="", **values)


@pytest.mark.parametrize("focus", [None, (0.0, 0.0), (0.25, 1.0)])
def test_they_are_stored_and_read(focus: tuple[float, float] | None) -> None:
    article = on_file(replace(PLAIN, rights="web only", focus=focus))
    values = article_values(article)
    if focus:
        values["content"]["photo"]["focus"] = list(focus)  # as JSON has it
    assert article_of(row_of(values)) == article


def test_rows_from_before_are_read() -> None:
    values = article_values(on_file(PLAIN))
    assert set(values["content"]["photo"]) == {"url", "alt"}
    assert article_of(row_of(values)).published == datetime(2026, 3, 1, 12, tzinfo=UTC)
