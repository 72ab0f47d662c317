"""What becomes of posts, by what channels can do and newsrooms want."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syndicator.domain.capabilities import ALWAYS, NEVER, Capabilities
from syndicator.domain.policy import OnCorrection, OnRetraction, Policy, on_correction, on_retraction
from tests.fakes import Words

HOUR = timedelta(hours=1)


def able(edit: timedelta = ALWAYS, delete: timedelta = ALWAYS, *, replies: bool = False) -> Capabilities:
    return Capabilities(
        ruler=Words(), unit="", text=1, edit_within=edit, delete_within=delete, replies=replies
    )


@pytest.mark.parametrize(
    ("policy", "capabilities", "age", "expected"),
    [
        (Policy(), able(), 90 * HOUR, OnCorrection.EDIT),
        (Policy(), able(edit=HOUR), 2 * HOUR, OnCorrection.LEAVE),
        (Policy(), able(edit=HOUR, replies=True), 2 * HOUR, OnCorrection.REPLY),
        (Policy(), able(edit=HOUR, replies=True), HOUR / 2, OnCorrection.EDIT),
        (Policy(repost_within=HOUR), able(edit=NEVER), HOUR / 2, OnCorrection.REPOST),
        (Policy(repost_within=HOUR), able(edit=NEVER), 2 * HOUR, OnCorrection.LEAVE),
        (Policy(repost_within=HOUR), able(edit=NEVER, delete=NEVER), HOUR / 2, OnCorrection.LEAVE),
        (Policy(on_correction=OnCorrection.REPLY), able(replies=True), HOUR, OnCorrection.REPLY),
        (Policy(on_correction=OnCorrection.REPLY), able(), HOUR, OnCorrection.EDIT),
        (Policy(on_correction=OnCorrection.LEAVE), able(), HOUR, OnCorrection.LEAVE),
    ],
)
def test_a_correction(
    policy: Policy, capabilities: Capabilities, age: timedelta, expected: OnCorrection
) -> None:
    assert on_correction(policy, capabilities, age) is expected


@pytest.mark.parametrize(
    ("policy", "capabilities", "age", "expected"),
    [
        (Policy(), able(), 90 * HOUR, OnRetraction.DELETE),
        (Policy(), able(delete=47 * HOUR), 48 * HOUR, OnRetraction.NOTICE),
        (Policy(), able(edit=NEVER, delete=NEVER, replies=True), HOUR, OnRetraction.REPLY),
        (Policy(), able(edit=NEVER, delete=NEVER), HOUR, OnRetraction.LEAVE),
        (Policy(on_retraction=OnRetraction.NOTICE), able(), HOUR, OnRetraction.NOTICE),
        (Policy(on_retraction=OnRetraction.NOTICE), able(edit=NEVER), HOUR, OnRetraction.DELETE),
    ],
)
def test_a_retraction(
    policy: Policy, capabilities: Capabilities, age: timedelta, expected: OnRetraction
) -> None:
    assert on_retraction(policy, capabilities, age) is expected
