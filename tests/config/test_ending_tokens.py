"""Tokens that end by themselves are told of before they do."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.config import Declared, load
from syndicator.wiring import KINDS
from tests.config.folders import SITE, write

KINDS_THAT_END = {
    "threads": "",
    "instagram": 'account = "17841400000000000"',
    "linkedin": 'organization = "1337"',
}
Declares = Callable[..., Declared]


@pytest.fixture
def declares(tmp_path: Path) -> Declares:
    """A channel whose token was kept so many days ago."""

    def declares(kind: str, settings: str, days_ago: float) -> Declared:
        token = tmp_path / "token"
        token.write_text("T0ken")
        kept_at = (datetime.now(UTC) - timedelta(days=days_ago)).timestamp()
        os.utime(token, (kept_at, kept_at))
        main = f'[channels.desk]\nkind = "{kind}"\ntoken = "file:{token}"\n{settings}\n'
        return load(write(tmp_path, SITE + main), KINDS)

    return declares


@pytest.mark.parametrize(("kind", "settings"), KINDS_THAT_END.items())
@pytest.mark.parametrize(
    ("days_ago", "said"),
    [
        (0, ""),
        (45.9, ""),
        (46.1, "it ends in 13 days"),
        (53.1, "it ends in 6 days"),
        (58.5, "it ends in 1 day;"),
        (59.5, "it ends in less than a day"),
        (61, "it has probably ended"),
    ],
)
def test_the_end_of_a_token_is_told_of(
    declares: Declares, kind: str, settings: str, days_ago: float, said: str
) -> None:
    ending = declares(kind, settings, days_ago).ending_tokens(datetime.now(UTC))

    assert set(ending) == ({"desk"} if said else set())
    assert said in ending.get("desk", "")
    assert not said or ending["desk"].endswith("syndicator connect desk")


def test_others_do_not_end(declares: Declares) -> None:
    facebook = declares("facebook", 'page = "100"', 400)

    assert facebook.ending_tokens(datetime.now(UTC)) == {}


def test_of_a_token_in_the_environment_nobody_knows(tmp_path: Path) -> None:
    main = '[channels.desk]\nkind = "threads"\ntoken = "env:T"\n'

    assert load(write(tmp_path, SITE + main), KINDS).ending_tokens(datetime.now(UTC)) == {}
