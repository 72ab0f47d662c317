"""The machine that tries to break it: that its judge is not blind, that its servers keep the truth, and a
short round of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.machine import faults
from tests.faults.machine.channels import WAYS, Mastodon
from tests.faults.machine.history import Act, Applied, Entry, History, Recorded, Shown, Trouble
from tests.faults.machine.judge import compared, is_clean, judgements
from tests.faults.machine.readers import articles_in
from tests.faults.machine.report import Report
from tests.faults.machine.run import Plan, run

CHANNELS = ("keyed", "hook")
DOCUMENTS = ("all.rss", "all.json")


def act(at: float, article: str, verb: str = "publish", version: int = 1, *, is_old: bool = False) -> Act:
    return Act(at=at, source="site", article=article, verb=verb, version=version, is_old=is_old)  # type: ignore[arg-type]


def well(count: int = 5, *, corrected: int = 2, retracted: int = 3) -> History:
    """A history in which everything is as it should be: articles ``/news/1`` and so on, of which the first is
    old news, one was corrected and one retracted."""
    history = History(channels=CHANNELS, documents=DOCUMENTS, told=frozenset({"hook"}), reads=100)
    for number in range(1, count + 1):
        article, at, is_old = f"/news/{number}", number * 10.0, number == 1
        history.acts.append(act(at, article, is_old=is_old))
        version = 2 if number == corrected else 1
        if number == corrected:
            history.acts.append(act(at + 5, article, "correct", 2))
        if number == retracted:
            history.acts.append(act(at + 5, article, "retract", 1))
        else:
            history.entries += [Entry(document=d, article=article, version=version) for d in DOCUMENTS]
        if not is_old:
            _post(history, number, at, version, is_gone=number == retracted)
    return history


def _post(history: History, number: int, at: float, version: int, *, is_gone: bool) -> None:
    article = f"/news/{number}"
    for channel in CHANNELS:
        remote_id = f"{channel}-{number}"
        applied = Applied(
            at=at + 1, channel=channel, article=article, verb="post", remote_id=remote_id, version=1
        )
        history.applied.append(applied)
        if version == 2:
            history.applied.append(replace(applied, at=at + 6, verb="edit", version=2))
        if is_gone:
            history.applied.append(replace(applied, at=at + 6, verb="delete", version=0))
        else:
            history.shown.append(
                Shown(channel=channel, remote_id=remote_id, article=article, version=version)
            )
        standing = Recorded(channel=channel, article=article, standing="sent", remote_id=remote_id)
        history.recorded.append(standing)


def found(history: History) -> set[str]:
    """The judgements that find anything."""
    return {judgement for judgement, findings in judgements(history).items() if findings}


def test_a_history_in_order_is_clean() -> None:
    history = well()
    assert found(history) == set()
    assert is_clean(history)
    assert compared(history) == 6  # three pairs on each of two channels


def a_post_is_missing(history: History) -> None:
    history.shown = [s for s in history.shown if (s.channel, s.article) != ("keyed", "/news/4")]


def an_entry_is_missing(history: History) -> None:
    history.entries = [e for e in history.entries if (e.document, e.article) != ("all.json", "/news/1")]


def a_post_stands_twice(history: History) -> None:
    history.shown.append(Shown(channel="keyed", remote_id="other", article="/news/4", version=1))
    history.recorded.append(Recorded(channel="keyed", article="/news/4", standing="sent", remote_id="other"))


def a_post_was_accepted_twice_and_one_is_gone(history: History) -> None:
    history.applied.append(
        Applied(at=99, channel="keyed", article="/news/4", verb="post", remote_id="other", version=1)
    )


def an_event_was_told_twice(history: History) -> None:
    history.applied.append(next(a for a in history.applied if a.channel == "hook"))


def an_entry_stands_twice(history: History) -> None:
    history.entries.append(history.entries[-1])


def an_older_text_stands_on_a_channel(history: History) -> None:
    history.shown = [replace(s, version=1) for s in history.shown]


def an_older_text_stands_in_a_feed(history: History) -> None:
    history.entries = [replace(e, version=1) for e in history.entries]


def a_retracted_post_stands(history: History) -> None:
    history.shown.append(Shown(channel="keyed", remote_id="keyed-3", article="/news/3", version=1))


def a_retracted_article_stands_in_a_feed(history: History) -> None:
    history.entries.append(Entry(document="all.rss", article="/news/3", version=1))


def a_post_leads_nowhere(history: History) -> None:
    history.shown.append(Shown(channel="keyed", remote_id="odd", article="", version=0))


def a_post_is_on_nobodys_record(history: History) -> None:
    history.recorded = [replace(r, remote_id=None) for r in history.recorded]


def old_news_was_posted(history: History) -> None:
    history.shown.append(Shown(channel="keyed", remote_id="x", article="/news/1", version=1))
    history.recorded.append(Recorded(channel="keyed", article="/news/1", standing="sent", remote_id="x"))


def a_later_article_came_first(history: History) -> None:
    history.applied = [replace(a, at=60.0) if a.article == "/news/4" else a for a in history.applied]


def an_older_version_came_last(history: History) -> None:
    post = next(a for a in history.applied if a.article == "/news/2" and a.channel == "keyed")
    history.applied.append(replace(post, verb="edit", at=50.0))


def half_a_feed_was_read(history: History) -> None:
    history.broken.append("all.rss: not whole")


def a_worker_ended_as_if_it_had_been_asked_to(history: History) -> None:
    history.quits.append("worker")


def a_delivery_waits_for_no_reason(history: History) -> None:
    history.recorded.append(Recorded(channel="keyed", article="/news/4", standing="unknown"))


@pytest.mark.parametrize(
    ("goes_wrong", "judgement"),
    [
        (a_post_is_missing, "lost"),
        (an_entry_is_missing, "lost"),
        (a_post_stands_twice, "doubled"),
        (a_post_was_accepted_twice_and_one_is_gone, "doubled"),
        (an_event_was_told_twice, "doubled"),
        (an_entry_stands_twice, "doubled"),
        (an_older_text_stands_on_a_channel, "stale"),
        (an_older_text_stands_in_a_feed, "stale"),
        (a_retracted_post_stands, "orphaned"),
        (a_retracted_article_stands_in_a_feed, "orphaned"),
        (a_post_leads_nowhere, "orphaned"),
        (a_post_is_on_nobodys_record, "orphaned"),
        (old_news_was_posted, "orphaned"),
        (a_later_article_came_first, "out of order"),
        (an_older_version_came_last, "out of order"),
        (half_a_feed_was_read, "half or invalid feeds"),
        (a_worker_ended_as_if_it_had_been_asked_to, "ended with status 0"),
        (a_delivery_waits_for_no_reason, "unknown without a reason"),
    ],
)
def test_the_judge_sees(goes_wrong: Callable[[History], None], judgement: str) -> None:
    history = well()
    goes_wrong(history)
    assert found(history) == {judgement}
    assert not is_clean(history)


@given(st.data())
def test_whatever_single_post_or_entry_is_taken_away_is_missed(data: st.DataObject) -> None:
    history = well(data.draw(st.integers(4, 12)))
    places: list[list[Shown] | list[Entry]] = [history.shown, history.entries]
    place = data.draw(st.sampled_from(places))
    place.pop(data.draw(st.integers(0, len(place) - 1)))
    assert found(history) == {"lost"}


def unknown(history: History, *, with_reason: bool) -> History:
    history.shown = [s for s in history.shown if (s.channel, s.article) != ("keyed", "/news/4")]
    standing = Recorded(channel="keyed", article="/news/4", standing="unknown")
    history.recorded = [
        standing if (r.channel, r.article) == ("keyed", "/news/4") else r for r in history.recorded
    ]
    torn = Trouble(
        began=41, ended=41, fault="torn", channel="keyed", article="/news/4", loses_answers=with_reason
    )
    history.troubles.append(torn)
    return history


def test_what_waits_for_a_person_because_an_answer_was_lost_is_told_and_no_fault() -> None:
    history = unknown(well(), with_reason=True)
    assert found(history) == {"unknown"}
    assert is_clean(history)


def test_what_waits_for_a_person_although_the_answer_was_no_is_a_fault() -> None:
    assert found(unknown(well(), with_reason=False)) == {"lost", "unknown without a reason"}


@pytest.mark.parametrize(
    ("refuses", "is_notice", "is_right"),
    [(True, True, True), (True, False, False), (False, True, False)],
)
def test_a_notice_may_stand_where_a_deletion_was_refused(
    refuses: bool, is_notice: bool, is_right: bool
) -> None:
    history = well()
    a_retracted_post_stands(history)
    history.recorded = [
        replace(each, is_notice=is_notice and (each.channel, each.article) == ("keyed", "/news/3"))
        for each in history.recorded
    ]
    history.troubles.append(
        Trouble(began=41, ended=41, fault="422", channel="keyed", article="/news/3", refuses=refuses)
    )
    assert found(history) == (set() if is_right else {"orphaned"})


def in_a_reply(history: History, *, version: int = 2, refuses: bool = True) -> History:
    """The correction of ``/news/2`` was named in a reply on one channel, for an edit was refused."""
    where = ("keyed", "/news/2")
    history.shown = [replace(s, version=1) if (s.channel, s.article) == where else s for s in history.shown]
    history.shown.append(
        Shown(channel="keyed", remote_id="below", article="/news/2", version=version, answers="keyed-2")
    )
    history.applied = [
        replace(a, verb="reply", remote_id="below", version=version)
        if (a.channel, a.article, a.verb) == (*where, "edit")
        else a
        for a in history.applied
    ]
    history.recorded = [
        replace(r, replies=("below",)) if (r.channel, r.article) == where else r for r in history.recorded
    ]
    trouble = Trouble(began=26, ended=26, fault="422", channel="keyed", article="/news/2", refuses=refuses)
    history.troubles.append(trouble)
    return history


def test_a_correction_may_stand_in_a_reply_where_an_edit_was_refused() -> None:
    assert found(in_a_reply(well())) == set()
    assert found(in_a_reply(well(), refuses=False)) == {"doubled"}
    assert found(in_a_reply(well(), version=1)) == {"stale"}

    history = in_a_reply(well())
    history.recorded = [replace(each, replies=()) for each in history.recorded]
    assert found(history) == {"orphaned"}

    history = in_a_reply(well())
    history.applied.append(next(a for a in history.applied if a.verb == "reply"))
    assert found(history) == {"doubled"}

    history = in_a_reply(well())
    history.shown = [s for s in history.shown if (s.channel, s.article) != ("keyed", "/news/2") or s.answers]
    assert found(history) == {"lost"}


def test_order_is_not_judged_where_a_fault_came_between() -> None:
    history = well()
    a_later_article_came_first(history)
    history.troubles.append(Trouble(began=55, ended=56, fault="worker killed"))
    assert found(history) == set()
    assert compared(history) == 2


def test_a_report_is_good_only_if_everything_is_right_and_settled() -> None:
    report = Report(
        setup="embedded",
        seed=1,
        seconds=60,
        settled_after=5,
        history=well(),
        faults={"web killed": 2, "beat killed": 0},
        left_out={"disk full": "only root can"},
        unsettled=0,
    )
    assert report.is_good
    assert "; 2 faults of 1 kinds; " in report.summary
    assert "| doubled | 0 |" in report.markdown()
    assert "| web killed | 2 |" in report.markdown()
    assert "| disk full | none: only root can |" in report.markdown()
    assert not replace(report, unsettled=1).is_good
    a_post_stands_twice(report.history)
    assert not report.is_good
    assert "| doubled | 1 |" in report.markdown()
    assert "keyed: /news/4 was posted 2 times" in report.text()
    assert '"is_good": false' in report.json()


def test_readers_refuse_half_a_document() -> None:
    item = b"<link>http://x/news/1</link><title>No. 1 of the site, version 3</title>"
    whole = b"<rss><channel><item>%s</item></channel></rss>" % item
    assert articles_in("rss", whole) == [("/news/1", 3)]
    with pytest.raises(SyntaxError):
        articles_in("rss", whole[:-9])
    with pytest.raises(ValueError, match="Expecting"):
        articles_in("json", b'{"items": [')


def says(server: Mastodon, number: int, version: int = 1) -> dict[str, str]:
    return {"status": f"No. {number} of the site, version {version}\n\n{server.address}/news/{number}"}


def post(server: Mastodon, number: int) -> requests.Response:
    headers = {"Authorization": f"Bearer {server.token}", "Idempotency-Key": f"key-{number}"}
    return requests.post(
        f"{server.address}/api/v1/statuses", json=says(server, number), headers=headers, timeout=30
    )


def test_a_post_that_leads_nowhere_is_known_by_what_it_names() -> None:
    with Mastodon("social") as server:
        name = post(server, 1).json()["id"]
        notice = {"status": "Withdrawn: No. 1 of the site, version 1"}
        headers = {"Authorization": f"Bearer {server.token}"}
        url = f"{server.address}/api/v1/statuses/{name}"
        requests.put(url, json=notice, headers=headers, timeout=30)

        assert [shown.article for shown in server.shown()] == ["/news/1"]


def test_a_reply_is_told_from_a_post() -> None:
    with Mastodon("social") as server:
        name = post(server, 1).json()["id"]
        headers = {"Authorization": f"Bearer {server.token}"}
        answer = says(server, 1, version=2) | {"in_reply_to_id": name}
        requests.post(f"{server.address}/api/v1/statuses", json=answer, headers=headers, timeout=30)

        assert [a.verb for a in server.applied] == ["post", "reply"]
        assert [shown.answers for shown in server.shown()] == ["", name]


@pytest.mark.parametrize(("honours_keys", "statuses"), [(True, 1), (False, 2)])
def test_a_server_honours_keys_or_does_not(honours_keys: bool, statuses: int) -> None:
    with Mastodon("social", honours_keys=honours_keys) as server:
        post(server, 1), post(server, 1)
        assert len(server.shown()) == statuses
        assert [a.verb for a in server.applied] == ["post"] * statuses


def test_work_that_outlasts_our_patience_began_before_any_key_was_known() -> None:
    """As Mastodon does: a request that is repeated while the first is worked at makes a second status."""
    with Mastodon("social") as server:
        server.ways.append(("504, applied late", WAYS["504, applied late"]))
        server.late_s = (0.5, 0.5)
        assert post(server, 1).status_code == 504
        assert server.shown() == []
        assert post(server, 1).status_code == 200
        end = time.monotonic() + 20
        while len(server.shown()) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        assert [(a.verb, a.article) for a in server.applied] == [("post", "/news/1")] * 2
        [trouble] = server.troubles
        assert (trouble.article, trouble.loses_answers) == ("/news/1", True)


def test_work_that_outlasts_our_patience_is_not_begun_for_a_key_that_is_known() -> None:
    with Mastodon("social") as server:
        assert post(server, 1).status_code == 200
        server.ways.append(("504, applied late", WAYS["504, applied late"]))
        server.late_s = (0.0, 0.0)
        assert post(server, 1).status_code == 504
        assert server.works == 0
        assert post(server, 2).status_code == 200
        assert [a.article for a in server.applied] == ["/news/1", "/news/2"]


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.answer >= 0])
def test_a_server_fails_as_it_is_told_to(name: str) -> None:
    with Mastodon("social") as server:
        server.late_s = (60, 60)
        server.ways.append((name, WAYS[name]))
        way = WAYS[name]
        if way.answer:
            assert post(server, 1).status_code == way.answer
        else:
            with pytest.raises(requests.ConnectionError):
                post(server, 1)
        assert len(server.shown()) == (way.applies == "before")


def test_each_set_up_has_its_faults() -> None:
    embedded = {fault.name for fault in faults.deck("embedded", 600)}
    servers = {fault.name for fault in faults.deck("servers", 600)}
    assert "SQLite held for 15 s" in embedded - servers
    assert {"Redis flushed (FLUSHALL)", "PostgreSQL restarted (immediate)"} <= servers - embedded
    assert "worker stopped beyond its lease" not in {fault.name for fault in faults.deck("embedded", 60)}
    assert {fault.name for fault in faults.deck("embedded", 60, is_quick=True)} < embedded


@pytest.mark.slow
def test_a_short_round_of_it_finds_nothing() -> None:
    """``./run faults --seconds 32 --on embedded --quick --seed 7``"""
    said: list[str] = []
    report = run(Plan(setup="embedded", seconds=32, seed=7, is_quick=True), said.append)
    assert report.is_good, "\n".join([*said, report.text()])
    assert sum(report.faults.values()) >= 5
    assert report.history.reads > 50
    assert len(report.history.acts) > 10
