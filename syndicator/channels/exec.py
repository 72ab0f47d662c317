"""Exec: a program of the newsroom's own, which is handed a JSON document about each article.

The document is the webhook's (docs/channels.md). Exit codes are those of sysexits.h (FreeBSD's sysexits(3)).
"""

from __future__ import annotations

import errno
import json
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO, Any

import requests

from syndicator.domain.article_event import Event
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import STEP_DEADLINE_S, Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.post import Post
from syndicator.jobs.event_channel import EventChannel, EventContent, event_capabilities
from syndicator.secret import Secret, redacted

#: Exit codes: done; not done, and may be later (EX_TEMPFAIL); nothing works until a person mends it
#: (EX_NOPERM, EX_CONFIG). All others: not done, and never will be.
DONE, LATER, TO_BE_MENDED = 0, 75, (77, 78)

#: Bytes that a program may write in all; and of its words, those that are looked at.
MAX_OUTPUT_BYTES, MAX_WORDS_BYTES = 1_000_000, 10_000

#: Seconds between two looks whether a program has ended.
LOOK_S = 0.05

#: The longest time for a program: a step has other things to do.
MAX_TIMEOUT = timedelta(seconds=STEP_DEADLINE_S - 10)


@dataclass(frozen=True, kw_only=True)
class Exec(EventChannel):
    """A program. The fields are the channel's settings.

    ``command``: the program and its arguments, which no shell reads. ``environment``: the names of variables
    that it gets of ours. ``timeout``: how long it may take. ``remembers_keys``: whether it knows a document
    that it is handed again, so that this may be done. All channels are made alike: this one has a ``session``
    and does not use it.
    """

    name: str
    command: tuple[str, ...]
    environment: tuple[str, ...] = ("PATH",)
    timeout: timedelta = timedelta(seconds=30)
    remembers_keys: bool = False
    content: EventContent = "summary"
    session: requests.Session = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.command or not self.command[0] or any("\0" in each for each in self.command):
            raise ValueError('command: a program and its arguments: ["/usr/local/bin/post-it", "--quiet"]')
        if not timedelta(0) < self.timeout <= MAX_TIMEOUT:
            raise ValueError(f"timeout: {MAX_TIMEOUT.total_seconds():g} seconds at most")
        for each in self.environment:
            if not each or {"=", "\0"} & {*each} or each.startswith("SYNDICATOR_"):
                raise ValueError(f"environment: {each[:40]!r} is no name of a variable to be handed on")

    @property
    def capabilities(self) -> Capabilities:
        """A program that has not ended in time is ended with its children: nobody goes on, unless we die,
        too."""
        return event_capabilities(
            key_memory=timedelta(days=3650) if self.remembers_keys else None,
            settles_within=self.timeout,
            verified="real programs",
        )

    def find(self, post: Post, *, key: str) -> Receipt:
        """The same, where a repeat does no harm. Raises ``OutcomeUnknown`` elsewhere."""
        if not self.remembers_keys:
            raise OutcomeUnknown(f"{self.command[0]} cannot be asked for what it has done: look there")
        return super().find(post, key=key)

    def check(self) -> str:
        """Whether the program is there: it is not tried."""
        environment = self._environment()
        found = shutil.which(self.command[0], path=environment.get("PATH", os.defpath))
        if not found:
            raise Misconfigured(f"{self.command[0]}: there is no such program, or we may not run it")
        return f"{found}, untried"

    def _environment(self) -> dict[str, str]:
        """The variables that are handed on. Raises ``Misconfigured``."""
        if missing := [each for each in self.environment if each not in os.environ]:
            raise Misconfigured(f"environment: {missing[0]} is not set: set it wherever workers run")
        return {each: os.environ[each] for each in self.environment}

    def hand_on(self, event: Event, name: str, message: Mapping[str, Any]) -> None:
        """Hands the document to the program. Raises what its end means."""
        environment = self._environment()
        ours = {"SYNDICATOR_EVENT": event.value, "SYNDICATOR_EVENT_ID": name}
        with tempfile.TemporaryFile() as document:  # and no pipe: who does not read it keeps nobody waiting
            document.write(json.dumps(message, ensure_ascii=False).encode())
            document.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 - the newsroom's own, as declared
                    self.command,
                    stdin=document,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env={**environment, **ours},
                    start_new_session=True,  # a group of its own, which is ended as a whole
                )
            except OSError as e:
                raise _not_started(self.command[0], e) from e
        try:
            words, why = _output(process, self.timeout.total_seconds())
        finally:
            _end(process)
        output = " ".join(words.decode("utf-8", "replace").split())
        output = redacted(output, (Secret(f"env:{each}") for each in self.environment if each != "PATH"))
        text = f"{self.command[0]} {why or _ending(process.returncode)}" + (
            f": {output[-200:]}" if output else ""
        )
        if why or process.returncode < 0:
            raise OutcomeUnknown(text)
        match process.returncode:
            case code if code == DONE:
                return
            case code if code == LATER:
                raise TryLater(text, rests=False)
            case code if code in TO_BE_MENDED:
                raise Misconfigured(text)
        raise Refused(text)


def _output(process: subprocess.Popen[bytes], timeout_s: float) -> tuple[bytes, str]:
    """What a program has written by its end, the last of it, and why it is to be ended before."""
    deadline, kept, total = time.monotonic() + timeout_s, b"", 0
    assert process.stdout  # noqa: S101 - a pipe
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            has_ended = _has_ended(process)
            for chunk in _chunks(selector, process.stdout, 0 if has_ended else LOOK_S):
                kept, total = (kept + chunk)[-MAX_WORDS_BYTES:], total + len(chunk)
            if total > MAX_OUTPUT_BYTES:
                return kept, f"was ended, since it wrote more than {MAX_OUTPUT_BYTES:,} bytes"
            if has_ended:
                return kept, ""
            if time.monotonic() > deadline:
                return kept, f"was ended after {timeout_s:g} seconds"


def _chunks(selector: selectors.BaseSelector, pipe: IO[bytes], wait_s: float) -> Iterator[bytes]:
    """What there is to read, for a moment; a program that has closed its output is waited for."""
    if not selector.get_map():
        time.sleep(wait_s)
        return
    until = time.monotonic() + LOOK_S
    while selector.select(wait_s) and time.monotonic() < until:
        chunk = os.read(pipe.fileno(), 65_536)
        if not chunk:
            selector.unregister(pipe)
            return
        yield chunk
        wait_s = 0


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has, without taking its number from it, which others might be given."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a program and whatever it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()


def _ending(code: int) -> str:
    return f"exits with {code}" if code >= 0 else f"was ended by signal {-code}"


def _not_started(program: str, error: OSError) -> SyndicatorError:
    if (
        isinstance(error, FileNotFoundError | PermissionError | NotADirectoryError)
        or error.errno == errno.ENOEXEC
    ):
        return Misconfigured(f"{program} cannot be run: {error.strerror}")
    return TryLater(f"{program} cannot be started: {error.strerror}")
