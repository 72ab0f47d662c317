"""The machine's channel with recipients: that the judge sees what goes wrong with letters, and that the
followers' server keeps the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests

from tests.faults.machine.channels import WAYS
from tests.faults.machine.crowd import PEOPLE, Crowd
from tests.faults.machine.history import History, LetterTaken, Recorded, Shown, Trouble
from tests.faults.machine.judge import judgements
from tests.faults.test_machine import found, well

READERS = ("ann", "bob")


def told() -> History:
    """As ``well``, with two recipients of a channel, of which each was told everything."""
    history = well()
    history.recipients = dict.fromkeys(READERS, "crowd")
    history.announced = [f"{n}#create" for n in (2, 3, 4, 5)] + ["2#update-1", "3#delete"]
    for reader in READERS:
        for rank, announcement in enumerate(history.announced):
            number, _, what = announcement.partition("#")
            letter = LetterTaken(
                at=100.0 + rank * 10,
                recipient=reader,
                article=f"/news/{number}",
                verb=what.partition("-")[0].capitalize(),
                announcement=announcement,
            )
            history.letters.append(letter)
        for n, version in ((2, 2), (4, 1), (5, 1)):
            shown = Shown(channel=reader, remote_id=str(n), article=f"/news/{n}", version=version)
            history.shown.append(shown)
    for n in (2, 3, 4, 5):
        sent = Recorded(channel="crowd", article=f"/news/{n}", standing="sent", remote_id=str(n))
        history.recorded.append(sent)
    return history


def test_a_history_in_order_is_clean() -> None:
    assert found(told()) == set()


def one_was_never_told(history: History) -> None:
    history.shown = [s for s in history.shown if (s.channel, s.article) != ("bob", "/news/4")]


def one_was_not_told_of_a_correction(history: History) -> None:
    history.shown = [
        replace(s, version=1) if (s.channel, s.article) == ("bob", "/news/2") else s for s in history.shown
    ]


def one_was_not_told_of_a_retraction(history: History) -> None:
    history.shown.append(Shown(channel="bob", remote_id="3", article="/news/3", version=1))


def one_shows_what_is_on_nobodys_record(history: History) -> None:
    history.recorded = [r for r in history.recorded if (r.channel, r.article) != ("crowd", "/news/5")]


def one_was_told_the_same_under_two_ids(history: History) -> None:
    create = next(letter for letter in history.letters if letter.announcement == "4#create")
    history.letters.append(replace(create, at=999, announcement="44#create"))


def one_was_told_again_for_no_reason(history: History) -> None:
    history.letters.append(replace(history.letters[0], at=999))


def one_was_told_in_another_order(history: History) -> None:
    history.letters = [
        replace(letter, at=letter.at - 15) if (letter.recipient, letter.verb) == ("bob", "Delete") else letter
        for letter in history.letters
    ]


@pytest.mark.parametrize(
    ("goes_wrong", "judgement"),
    [
        (one_was_never_told, "lost"),
        (one_was_not_told_of_a_correction, "stale"),
        (one_was_not_told_of_a_retraction, "orphaned"),
        (one_shows_what_is_on_nobodys_record, "orphaned"),
        (one_was_told_the_same_under_two_ids, "doubled"),
        (one_was_told_again_for_no_reason, "doubled"),
        (one_was_told_in_another_order, "out of order"),
    ],
)
def test_the_judge_sees(goes_wrong: Callable[[History], None], judgement: str) -> None:
    history = told()
    goes_wrong(history)
    assert found(history) == {judgement}


def test_order_at_a_recipient_holds_whatever_goes_wrong() -> None:
    history = told()
    one_was_told_in_another_order(history)
    history.troubles.append(Trouble(began=0, ended=1000, fault="worker killed"))
    [finding] = judgements(history)["out of order"]
    assert finding == "bob: 2#update-1 came after 3#delete"


@pytest.mark.parametrize(
    ("article", "loses_answers", "is_right"),
    [("/news/2", True, True), ("/news/2", False, False), ("/news/3", True, False)],
)
def test_a_letter_that_was_lost_and_then_refused_may_land_late(
    article: str, loses_answers: bool, is_right: bool
) -> None:
    history = told()
    one_was_told_in_another_order(history)
    history.turned_away = frozenset({("bob", "/news/2")})
    history.troubles.append(
        Trouble(
            began=90, ended=90, fault="torn", channel="crowd", article=article, loses_answers=loses_answers
        )
    )
    assert found(history) == (set() if is_right else {"out of order"})


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(began=500, ended=501, fault="worker killed"),
        Trouble(began=90, ended=90, fault="torn", channel="crowd", article="/news/2", loses_answers=True),
    ],
    ids=lambda trouble: trouble.fault,
)
def test_a_letter_may_come_again_under_its_id_where_its_answer_may_have_been_lost(trouble: Trouble) -> None:
    history = told()
    one_was_told_again_for_no_reason(history)
    history.troubles.append(trouble)
    assert found(history) == set()


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(began=10, ended=11, fault="worker killed"),
        Trouble(began=90, ended=90, fault="503", channel="crowd", article="/news/2"),
        Trouble(began=90, ended=90, fault="torn", channel="hook", article="/news/2", loses_answers=True),
    ],
    ids=lambda trouble: trouble.fault,
)
def test_it_may_not_for_what_happened_before_elsewhere_or_lost_no_answer(trouble: Trouble) -> None:
    history = told()
    one_was_told_again_for_no_reason(history)
    history.troubles.append(trouble)
    assert found(history) == {"doubled"}


def test_what_a_recipient_refused_itself_is_not_lost() -> None:
    history = told()
    one_was_never_told(history)
    history.turned_away = frozenset({("bob", "/news/4")})
    assert found(history) == set()


ANN, BOB = "crowd-01", "crowd-02"


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with Crowd("crowd") as opened:
        yield opened


def activity(verb: str, number: int, version: int = 1) -> dict[str, object]:
    note = {"id": f"https://x.example/posts/{number}", "published": "1", "updated": str(version)}
    content = {"content": f"<p>No. {number} of the wire, version {version}</p>"}
    about = note if verb == "Delete" else {**note, **content}
    return {"id": f"{note['id']}#{verb}-{version}", "type": verb, "object": about}


def test_each_inbox_shows_what_came_to_it_and_keeps_repeats_apart(crowd: Crowd) -> None:
    for name in (ANN, BOB):
        crowd.take(f"/users/{name}/inbox", activity("Create", 1))
    crowd.take(f"/users/{ANN}/inbox", activity("Create", 1))
    crowd.take(f"/users/{ANN}/inbox", activity("Update", 1, version=2))
    crowd.take(f"/users/{BOB}/inbox", activity("Delete", 1))

    assert [(s.channel, s.article, s.version) for s in crowd.shown()] == [(ANN, "/wire/1", 2)]
    assert [letter.verb for letter in crowd.letters] == ["Create"] * 3 + ["Update", "Delete"]
    assert {letter.article for letter in crowd.letters} == {"/wire/1"}


def test_nobody_is_believed_who_did_not_sign(crowd: Crowd) -> None:
    answer = requests.post(f"{crowd.address}/users/{ANN}/inbox", json=activity("Create", 1), timeout=30)
    assert answer.status_code == 401
    assert crowd.letters == []


def test_people_have_an_inbox_each_and_their_server_none_for_all(crowd: Crowd) -> None:
    profiles = [crowd.profile(name) for name in crowd.names]
    assert len({profile["inbox"] for profile in profiles}) == PEOPLE
    assert not any("endpoints" in profile for profile in profiles)


def test_what_was_refused_for_good_is_noted(crowd: Crowd) -> None:
    crowd.ways.append(("422", WAYS["422"]))
    answer = requests.post(f"{crowd.address}/users/{ANN}/inbox", json=activity("Create", 1), timeout=30)
    assert answer.status_code == 422
    assert crowd.turned_away == {(ANN, "/wire/1")}
