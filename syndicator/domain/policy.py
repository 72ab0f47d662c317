"""Policy: what becomes of a post when its article is corrected or retracted, by what its channel can do and
what the newsroom wants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from syndicator.domain.capabilities import NEVER, Capabilities


class OnCorrection(StrEnum):
    """What is done with a post whose article was corrected."""

    EDIT = "edit"
    REPLY = "reply"  # a reply under it names the correction
    REPOST = "repost"  # it is deleted, and posted again
    LEAVE = "leave"  # nothing, and the operator is told


class OnRetraction(StrEnum):
    """What is done with a post whose article was retracted."""

    DELETE = "delete"
    NOTICE = "notice"  # it is edited into a notice
    REPLY = "reply"  # a reply under it says so
    LEAVE = "leave"  # nothing, and the operator is told


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What a newsroom wants of one channel. What the channel cannot do gives way to the next best, in the
    order of ``OnCorrection`` and ``OnRetraction``. ``repost_within``: how long after it was posted a post may
    be deleted and posted again; not at all unless that is declared."""

    on_correction: OnCorrection = OnCorrection.EDIT
    on_retraction: OnRetraction = OnRetraction.DELETE
    repost_within: timedelta = NEVER


def on_correction(policy: Policy, capabilities: Capabilities, age: timedelta) -> OnCorrection:
    """What is done with a post that was posted ``age`` ago."""
    possible = {OnCorrection.LEAVE, *_possible_corrections(policy, capabilities, age)}
    wanted = policy.on_correction
    return wanted if wanted in possible else next(each for each in OnCorrection if each in possible)


def on_retraction(policy: Policy, capabilities: Capabilities, age: timedelta) -> OnRetraction:
    """What is done with a post that was posted ``age`` ago."""
    possible = {OnRetraction.LEAVE, *_possible_retractions(capabilities, age)}
    wanted = policy.on_retraction
    return wanted if wanted in possible else next(each for each in OnRetraction if each in possible)


def _possible_corrections(
    policy: Policy, capabilities: Capabilities, age: timedelta
) -> Iterator[OnCorrection]:
    if age < capabilities.edit_within:
        yield OnCorrection.EDIT
    if capabilities.replies:
        yield OnCorrection.REPLY
    if age < min(capabilities.delete_within, policy.repost_within):
        yield OnCorrection.REPOST


def _possible_retractions(capabilities: Capabilities, age: timedelta) -> Iterator[OnRetraction]:
    if age < capabilities.delete_within:
        yield OnRetraction.DELETE
    if age < capabilities.edit_within and not capabilities.carries_article:  # to machines, it lives
        yield OnRetraction.NOTICE
    if capabilities.replies:
        yield OnRetraction.REPLY
