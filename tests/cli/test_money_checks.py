"""``syndicator check`` and money: what it costs, what is declared, and what is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from syndicator.cli.money_checks import money_remarks
from syndicator.wiring import inspect_app

MAIN = """
[site]
title = "The River"
url = "https://river.test/"
authority = "river.test"

[sources.site]
kind = "page"
listings = [{{ url = "https://river.test/news" }}]
article = '/news/\\d+$'
key = '/news/(\\d+)$'
language = "en"

[channels.paid]
kind = "x"
api_key = "env:K"
api_key_secret = "env:KS"
access_token = "env:T"
access_token_secret = "env:TS"
{paid}

[channels.free]
kind = "outbox"
folder = "out"
{free}
"""


@pytest.fixture
def remarks(tmp_path: Path) -> Callable[[str, str], list[tuple[str, str]]]:
    def declared(paid: str, free: str) -> list[tuple[str, str]]:
        (tmp_path / "syndicator.toml").write_text(MAIN.format(paid=paid, free=free))
        (tmp_path / "feeds").mkdir(exist_ok=True)
        (tmp_path / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["paid", "free"]\n')
        return list(money_remarks(inspect_app(tmp_path)))

    return declared


Remarks = Callable[[str, str], list[tuple[str, str]]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("paid", "free", "name", "words"),
    [
        ("", "", "paid", "costs $0.20 there, and no money_per_month bounds that"),
        ("money_per_month = 0.1", "", "paid", "none ever goes out with $0.10 a month"),
        ("money_per_month = 60", "money_per_month = 5", "free", "charges nothing"),
    ],
)
def test_an_odd_budget_is_remarked(remarks: Remarks, paid: str, free: str, name: str, words: str) -> None:
    [(channel, remark)] = remarks(paid, free)

    assert channel == name
    assert words in remark
    assert "syndicator.toml:" in remark


@pytest.mark.slow
def test_of_a_budget_that_fits_nothing_is_said(remarks: Remarks) -> None:
    assert remarks('money_per_month = 60\nwithout_money = "skip"', "") == []
