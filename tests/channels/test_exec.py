"""Exec, with real programs."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from syndicator.channels.exec import Exec
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from tests.channels.contract import ARTICLE, CORRECTED, KEY, ChannelContract
from tests.channels.servers import Published

#: As long as a program may take to begin, on a machine that is busy with other tests.
ENOUGH = timedelta(seconds=8)

#: A program as newsrooms write them: it keeps articles by their guid, and does an event once.
PROGRAM = """
import json, os, subprocess, sys, time
folder = sys.argv[1]
wish = os.path.join(folder, "trouble")
trouble = open(wish).read().split(" ") if os.path.exists(wish) else [""]
def get_into_trouble():
    kind, *more = trouble
    if kind == "exit":
        print("as you wish:", os.environ.get("A_SECRET"), "ກໍ່ໄດ້", file=sys.stderr)
        sys.exit(int(more[0]))
    elif kind == "hang":
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        open(os.path.join(folder, "child"), "w").write(str(child.pid))
        time.sleep(60)
    elif kind == "leave":
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        open(os.path.join(folder, "child"), "w").write(str(child.pid))
    elif kind == "flood":
        while True: print("x" * 100_000)
    elif kind == "die":
        os.kill(os.getpid(), 9)
    elif kind == "quiet":
        os.close(1), os.close(2), time.sleep(0.2), os._exit(0)
after = trouble[-1] == "after"
if not after: get_into_trouble()
document = json.load(sys.stdin)
name = os.path.join(folder, "events", os.environ["SYNDICATOR_EVENT_ID"])
assert document["type"] == os.environ["SYNDICATOR_EVENT"]
if not os.path.exists(name):
    data, path = document["data"], os.path.join(folder, "articles")
    kept = json.load(open(path)) if os.path.exists(path) else {}
    if document["type"] == "article.withdrawn":
        kept.pop(data["guid"], None)
    elif kept.get(data["guid"], {"revision": 0})["revision"] < data["revision"]:
        kept[data["guid"]] = data
    json.dump(kept, open(path, "w"))
    open(name, "w").write(json.dumps(dict(os.environ)))
if after: get_into_trouble()
print("done")
"""


@dataclass(frozen=True)
class Desk:
    """What the program keeps."""

    folder: Path

    @property
    def articles(self) -> dict[str, Any]:
        path = self.folder / "articles"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    @property
    def published(self) -> list[Published]:
        return [
            Published(
                remote_id=guid,
                text=data["text"],
                alt=(data["photo"] or {}).get("alt", ""),
                photo_address=(data["photo"] or {}).get("url", ""),
                links=(data["url"],),
            )
            for guid, data in self.articles.items()
        ]

    @property
    def environments(self) -> list[dict[str, str]]:
        return [json.loads(path.read_text()) for path in (self.folder / "events").iterdir()]

    def get_into_trouble(self, how: str) -> None:
        (self.folder / "trouble").write_text(how)

    def is_child_alive(self) -> bool:
        """Whether what the program has started still runs, a moment later."""
        deadline = time.monotonic() + 5
        with suppress(psutil.NoSuchProcess):
            child = psutil.Process(int((self.folder / "child").read_text()))
            while time.monotonic() < deadline and child.status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.02)
            return child.status() != psutil.STATUS_ZOMBIE
        return False


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("A_SECRET", "c0rrect-horse")
    return "c0rrect-horse"


@pytest.fixture
def server(tmp_path: Path) -> Desk:
    (tmp_path / "events").mkdir()
    (tmp_path / "program").write_text(PROGRAM)
    return Desk(tmp_path)


@pytest.fixture
def channel(server: Desk, secret: str) -> Exec:
    return Exec(
        name="desk",
        command=(sys.executable, "-S", "-E", str(server.folder / "program"), str(server.folder)),
        environment=("A_SECRET",),
        session=requests.Session(),
    )


class TestExec(ChannelContract):
    pass


class TestExecThatRemembers(ChannelContract):
    @pytest.fixture
    def channel(self, channel: Exec) -> Exec:
        return replace(channel, remembers_keys=True)

    @pytest.mark.parametrize("how", ["die after", pytest.param("hang after", marks=pytest.mark.slow)])
    def test_what_was_lost_is_made_up_for(self, channel: Exec, server: Desk, how: str) -> None:
        channel = replace(channel, timeout=ENOUGH)
        server.get_into_trouble(how)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)
        server.get_into_trouble("")

        channel.send(self.post(channel), key=KEY)

        assert len(server.published) == len(server.environments) == 1


class TestExitCodes:
    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (75, TryLater),
            (77, Misconfigured),
            (78, Misconfigured),
            (1, Refused),
            (64, Refused),
            (255, Refused),
        ],
    )
    def test_an_exit_code_says_whether_it_was_done(
        self, channel: Exec, server: Desk, code: int, error: type[SyndicatorError], secret: str
    ) -> None:
        post = ChannelContract().post(channel)
        receipt = channel.send(post, key=KEY)
        server.get_into_trouble(f"exit {code}")

        for attempt in (
            lambda: channel.send(post, key=KEY),
            lambda: channel.edit(receipt, post),
            lambda: channel.delete(receipt, post),
        ):
            with pytest.raises(
                error, match=rf"exits with {code}: as you wish: \[env:A_SECRET\] ກໍ່ໄດ້"
            ) as caught:
                attempt()
            assert secret not in str(caught.value)

    def test_a_program_that_may_be_run_later_keeps_nobody_else_waiting(
        self, channel: Exec, server: Desk
    ) -> None:
        server.get_into_trouble("exit 75")

        with pytest.raises(TryLater) as caught:
            channel.send(ChannelContract().post(channel), key=KEY)

        assert not caught.value.rests_account

    def test_the_outcome_of_what_was_killed_is_unknown(self, channel: Exec, server: Desk) -> None:
        server.get_into_trouble("die")

        with pytest.raises(OutcomeUnknown, match="ended by signal 9"):
            channel.send(ChannelContract().post(channel), key=KEY)

    @pytest.mark.parametrize("program", ["/nowhere/at/all", "no-such-program", "{folder}/program"])
    def test_what_cannot_be_run_stops_the_channel(self, channel: Exec, server: Desk, program: str) -> None:
        lost = replace(channel, command=(program.format(folder=server.folder),))

        with pytest.raises(Misconfigured, match="no such program"):
            lost.check()
        with pytest.raises(Misconfigured, match="cannot be run"):
            lost.send(ChannelContract().post(lost), key=KEY)

    def test_a_script_without_an_interpreter_stops_the_channel(self, channel: Exec, server: Desk) -> None:
        (server.folder / "program").chmod(0o700)

        with pytest.raises(Misconfigured, match="Exec format error"):
            replace(channel, command=(str(server.folder / "program"),)).send(
                ChannelContract().post(channel), key=KEY
            )


class TestLimits:
    @pytest.mark.slow
    @pytest.mark.parametrize(("how", "was_done"), [("hang", False), ("hang after", True)])
    def test_it_is_ended_with_its_children_when_its_time_is_up(
        self, channel: Exec, server: Desk, how: str, was_done: bool
    ) -> None:
        channel = replace(channel, timeout=ENOUGH)
        server.get_into_trouble(how)
        before = time.monotonic()

        with pytest.raises(OutcomeUnknown, match="was ended after 8 seconds"):
            channel.send(ChannelContract().post(channel), key=KEY)

        assert time.monotonic() - before < 40
        assert not server.is_child_alive()
        assert bool(server.published) is was_done

    def test_nothing_that_it_leaves_behind_goes_on(self, channel: Exec, server: Desk) -> None:
        server.get_into_trouble("leave after")
        before = time.monotonic()

        channel.send(ChannelContract().post(channel), key=KEY)

        assert time.monotonic() - before < 20
        assert not server.is_child_alive()

    def test_it_is_ended_when_it_writes_without_end(self, channel: Exec, server: Desk) -> None:
        server.get_into_trouble("flood")

        with pytest.raises(OutcomeUnknown, match=r"wrote more than 1,000,000 bytes: x{200}$"):
            channel.send(ChannelContract().post(channel), key=KEY)

    def test_one_that_closes_its_output_is_waited_for(self, channel: Exec, server: Desk) -> None:
        server.get_into_trouble("quiet after")

        channel.send(ChannelContract().post(channel), key=KEY)

        assert len(server.published) == 1

    def test_one_that_reads_nothing_keeps_nobody_waiting(self, channel: Exec) -> None:
        article = replace(ARTICLE, content_html="<p>x</p>" * 100_000)
        deaf = replace(channel, command=(sys.executable, "-S", "-c", "pass"), content="full")

        assert deaf.send(ChannelContract().post(deaf, article), key=KEY).remote_id == KEY


class TestEnvironment:
    def test_it_gets_what_is_declared_and_no_more(
        self, channel: Exec, server: Desk, monkeypatch: pytest.MonkeyPatch, secret: str
    ) -> None:
        monkeypatch.setenv("ANOTHER_SECRET", "x")

        channel.send(ChannelContract().post(channel), key=KEY)

        [environment] = server.environments
        assert environment.pop("A_SECRET") == secret
        assert environment.pop("SYNDICATOR_EVENT") == "article.published"
        assert environment.pop("SYNDICATOR_EVENT_ID").startswith("msg_")
        assert {*environment} <= {"LC_CTYPE"}  # Python's own

    def test_what_is_not_set_is_told(self, channel: Exec) -> None:
        unset = replace(channel, environment=("NOBODY_HAS_SET_THIS",))

        for attempt in (unset.check, lambda: unset.send(ChannelContract().post(unset), key=KEY)):
            with pytest.raises(Misconfigured, match="NOBODY_HAS_SET_THIS is not set"):
                attempt()

    def test_arguments_are_nothing_to_a_shell(self, channel: Exec, server: Desk) -> None:
        out = server.folder / "arguments"
        code = f"import sys; open({str(out)!r}, 'w').write(repr(sys.argv[1:]))"
        odd = ("$HOME; touch x", "`id`", "ກ *", "")
        channel = replace(channel, command=(sys.executable, "-S", "-c", code, *odd))

        channel.send(ChannelContract().post(channel), key=KEY)

        assert out.read_text() == repr([*odd])

    def test_events_are_told_apart(self, channel: Exec, server: Desk) -> None:
        post = ChannelContract().post(channel)
        receipt = channel.send(post, key=KEY)
        channel.edit(receipt, ChannelContract().post(channel, CORRECTED))
        channel.delete(receipt, ChannelContract().post(channel, replace(CORRECTED, revision=3)))

        events = [each["SYNDICATOR_EVENT"] for each in server.environments]
        assert sorted(events) == ["article.published", "article.updated", "article.withdrawn"]
        assert len({each["SYNDICATOR_EVENT_ID"] for each in server.environments}) == 3
        assert server.published == []

    def test_a_trial_names_the_program_and_does_not_run_it(self, channel: Exec, server: Desk) -> None:
        assert channel.check() == f"{sys.executable}, untried"
        assert not os.listdir(server.folder / "events")  # noqa: PTH208 - nothing at all


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"command": ()}, "^command: "),
        ({"command": ("",)}, "^command: "),
        ({"command": ("/bin/true", "a\0b")}, "^command: "),
        ({"timeout": timedelta(0)}, "^timeout: 50 seconds at most"),
        ({"timeout": timedelta(minutes=1)}, "^timeout: 50 seconds at most"),
        ({"environment": ("A=B",)}, "^environment: "),
        ({"environment": ("",)}, "^environment: "),
        ({"environment": ("SYNDICATOR_EVENT",)}, "^environment: "),
    ],
)
def test_what_makes_no_sense_is_refused(channel: Exec, wrong: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        replace(channel, **wrong)
