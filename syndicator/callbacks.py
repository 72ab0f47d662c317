"""Sending to many callbacks at once, behind the same guard that everything is fetched through.

Callbacks are addresses that strangers have named: they are slow, dead, or meant to reach inside or to hold
us up. Each letter has one deadline for everything, from the name's resolution to the answer's last byte;
connections are kept open between letters; nobody waits for anybody else. HTTP/1.1 is spoken here without
``requests``, which cannot be stopped while it waits for headers and needs a thread for each letter.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import ssl
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from ipaddress import ip_address
from time import monotonic
from urllib.parse import SplitResult, urlsplit

import uvloop
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from syndicator.errors import FetchError
from syndicator.http import PORTS, USER_AGENT, Guard, check_address, plainly, retry_at
from syndicator.ports import Letter
from syndicator.subscription import Answer

#: Letters under way at once, in all and to one host.
AT_ONCE, AT_HOST = 256, 32

#: Letters that may wait for their hosts to be less busy, and for how many seconds: then their hosts are too
#: slow for so many.
WAITING, LONGEST = 400, 30.0

#: Seconds for one letter in all.
DEADLINE = 10.0

#: Answers are handed over in groups of so many, or after so many seconds.
GROUP, GROUP_WAIT = 200, 0.5

#: Bytes of an answer's head, and of its body.
HEAD, BODY = 16_384, 16_384

#: Seconds that the rest of an answer may take whose status is all that matters.
REST = 0.5

#: A host that has given no answer so many times in a row is not waited for again in this run.
SILENCES = 8

#: Interim answers (RFC 9110 section 15.2) before the one that counts.
INTERIM = 5

STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: [^\r\n]*)?", re.ASCII)

Origin = tuple[str, str, int]


class Broken(FetchError):
    """What came is no answer in HTTP."""


@dataclass(eq=False)
class Line:
    """A connection. ``used``: it has carried a letter before."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    used: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.writer.is_closing() or self.reader.at_eof())

    def drop(self) -> None:
        self.writer.transport.abort()


@dataclass(frozen=True)
class GuardedCallbacks:
    """See ``ports.Callbacks``. ``deadline`` in seconds for one letter."""

    guard: Guard
    at_once: int = AT_ONCE
    deadline: float = DEADLINE
    user_agent: str = USER_AGENT

    def send(self, letters: Iterable[Letter]) -> Iterator[Sequence[tuple[Letter, Answer]]]:
        letters = iter(letters)
        first = next(letters, None)
        if first is None:  # most often: no loop is needed
            return
        run = Run(self, _chained(first, letters))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            try:
                while group := runner.run(run.group()):
                    yield group
            finally:
                runner.run(run.end())

    @cached_property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)


def _host(letter: Letter) -> str:
    try:
        return urlsplit(letter.url).hostname or ""
    except ValueError:
        return ""


def _chained(first: Letter, rest: Iterator[Letter]) -> Iterator[Letter]:
    yield first
    yield from rest


@dataclass(eq=False)
class Run:
    """One run of many letters, on one event loop."""

    how: GuardedCallbacks
    letters: Iterator[Letter]
    answers: list[tuple[Letter, Answer]] = field(default_factory=list)
    hands: set[asyncio.Task[None]] = field(default_factory=set)
    idle: dict[Origin, list[Line]] = field(default_factory=lambda: defaultdict(list))
    silences: Counter[str] = field(default_factory=Counter)
    busy: Counter[str] = field(default_factory=Counter)
    waiting: dict[str, deque[tuple[Letter, float]]] = field(default_factory=lambda: defaultdict(deque))
    deferred: int = 0
    trouble: BaseException | None = None
    is_begun: bool = False

    async def group(self) -> Sequence[tuple[Letter, Answer]]:
        """The next answers; none once there is no letter left. Raises what taking a letter raised, after
        all answers that had come."""
        if not self.is_begun:
            self.is_begun = True
            self.full, self.some, self.moved = asyncio.Event(), asyncio.Event(), asyncio.Event()
            for _ in range(self.how.at_once):
                hand = asyncio.create_task(self._work())
                self.hands.add(hand)
                hand.add_done_callback(self._done)
        if self.hands and not self.answers:
            await self.some.wait()
        if self.hands and len(self.answers) < GROUP:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.full.wait(), GROUP_WAIT)
        found, self.answers = self.answers, []
        self.full.clear()
        self.some.clear()
        if not self.hands:
            self.some.set()
        if not found and self.trouble:
            raise self.trouble
        return found

    async def end(self) -> None:
        for hand in list(self.hands):
            hand.cancel()
        await asyncio.gather(*self.hands, return_exceptions=True)
        for lines in self.idle.values():
            for line in lines:
                line.drop()
        await asyncio.sleep(0)  # transports are told

    def _done(self, hand: asyncio.Task[None]) -> None:
        self.hands.discard(hand)
        if not hand.cancelled() and hand.exception():
            self.trouble = hand.exception()
        if not self.hands:
            self.full.set()
            self.some.set()

    async def _work(self) -> None:
        while self.trouble is None:
            letter = await self._take()
            if letter is None:
                return
            host = _host(letter)
            self.busy[host] += 1
            while letter is not None:
                self._record(letter, await self._ask(letter))
                letter = self._deferred(host)
            self.busy[host] -= 1
            self.moved.set()

    async def _take(self) -> Letter | None:
        """The next letter to a host that is not busy with as many as it may be. Others wait."""
        while True:
            while self.deferred >= WAITING:
                self.moved.clear()
                await self.moved.wait()
            letter = next(self.letters, None)
            if letter is None or self.busy[_host(letter)] < AT_HOST:
                return letter
            self.waiting[_host(letter)].append((letter, monotonic()))
            self.deferred += 1

    def _deferred(self, host: str) -> Letter | None:
        """The next letter that waited for this host; those that waited for too long are answered for it."""
        waiting = self.waiting[host]
        while waiting:
            letter, since = waiting.popleft()
            self.deferred -= 1
            self.moved.set()
            if monotonic() < since + LONGEST:
                return letter
            self._record(letter, Answer(error="its host is too slow"))
        return None

    def _record(self, letter: Letter, answer: Answer) -> None:
        self.answers.append((letter, answer))
        self.some.set()
        if len(self.answers) >= GROUP:
            self.full.set()

    async def _ask(self, letter: Letter) -> Answer:
        try:
            check_address(letter.url, self.how.guard)
            parts = urlsplit(letter.url)
            host = parts.hostname or ""
            if self.silences[host] >= SILENCES:
                return Answer(error="its host gives no answer")
            async with asyncio.timeout(self.how.deadline):
                answer = await self._exchange(letter, parts, host)
        except TimeoutError:
            self.silences[host] += 1
            return Answer(error=f"no answer in {self.how.deadline:g} s")
        except FetchError as e:
            return Answer(error=e.why)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError) as e:
            return Answer(error=_said(e))
        except (OSError, ValueError) as e:
            return Answer(error=_said(e))
        self.silences[host] = 0
        return answer

    async def _exchange(self, letter: Letter, parts: SplitResult, host: str) -> Answer:
        origin = (parts.scheme, host, parts.port or PORTS[parts.scheme])
        sent = _written(letter, parts, self.how.user_agent)
        line = await self._line(origin)
        try:
            return await self._once(line, origin, sent, letter)
        except (ConnectionError, asyncio.IncompleteReadError) as e:
            is_stale = line.used and not getattr(e, "partial", b"")
            if not is_stale:  # a kept connection may be closed under our hands; a fresh one tells
                raise
        return await self._once(await self._fresh(origin), origin, sent, letter)

    async def _once(self, line: Line, origin: Origin, sent: bytes, letter: Letter) -> Answer:
        keeps = False
        try:
            line.writer.write(sent)
            if letter.body:
                line.writer.write(letter.body)
            await line.writer.drain()
            answer, keeps = await _read(line.reader, letter)
        finally:
            if keeps and line.is_open:
                line.used = True
                self.idle[origin].append(line)
            else:
                line.drop()
        return answer

    async def _line(self, origin: Origin) -> Line:
        waiting = self.idle[origin]
        while waiting:
            line = waiting.pop()
            if line.is_open:
                return line
            line.drop()
        return await self._fresh(origin)

    async def _fresh(self, origin: Origin) -> Line:
        scheme, host, port = origin
        if _is_literal(host):
            addresses = self.how.guard.addresses(host, port)
        else:
            addresses = await asyncio.to_thread(self.how.guard.addresses, host, port)
        tls = self.how.tls if scheme == "https" else None
        name = host if tls else None
        error: OSError | None = None
        for address in addresses:
            try:
                return Line(
                    *await asyncio.open_connection(*address, limit=HEAD, ssl=tls, server_hostname=name)
                )
            except OSError as e:
                error = e
        raise error or OSError(f"{host} has no address")


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _written(letter: Letter, parts: SplitResult, user_agent: str) -> bytes:
    """The request's head. Raises ``ValueError`` for what cannot be sent."""
    netloc = parts.netloc.encode("ascii").decode()
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    headers = {"Host": netloc, "User-Agent": user_agent, "Accept": "*/*", **letter.headers}
    if letter.method != "GET":
        headers["Content-Length"] = str(len(letter.body))
    lines = [f"{letter.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any(re.search(r"[\r\n\0]", line) for line in lines) or " " in target:
        raise ValueError("not an address or a header that can be sent")
    return "\r\n".join([*lines, "", ""]).encode("ascii")


async def _read(reader: asyncio.StreamReader, letter: Letter) -> tuple[Answer, bool]:
    """An answer, and whether the connection can carry another letter (RFC 9112 section 9.3). What is said
    in answer to content is of no interest: it is only read for the connection's sake."""
    url = letter.url
    for _ in range(INTERIM):
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
        found = STATUS.fullmatch(head[0])
        if not found:
            raise Broken(url, "its answer is not HTTP/1.1")
        status = int(found[1])
        if status >= 200:
            break
    else:
        raise Broken(url, "it gives interim answers without end")
    headers = _headers(head[1:])
    try:
        async with asyncio.timeout(None if letter.method == "GET" else REST):
            body, is_whole = await _body(reader, status, headers)
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        if letter.method == "GET":
            raise
        body, is_whole = b"", False
    keeps = (
        is_whole and head[0].startswith(b"HTTP/1.1") and "close" not in headers.get("connection", "").lower()
    )
    later = retry_at(CaseInsensitiveDict(headers), datetime.now(UTC)) if status in (429, 503) else None
    return Answer(status=status, body=body, retry_at=later), keeps


def _headers(lines: Sequence[bytes]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        found[name.strip().lower()] = value.strip()
    return found


async def _body(reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """The beginning of the body, and whether that was all of it and its end is certain."""
    if status in (204, 304):
        return b"", True
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers:
        return await _chunks(reader)
    if re.fullmatch(r"[0-9]{1,9}", length, re.ASCII):
        if int(length) > BODY:
            return await _beginning(reader, BODY), False
        return await reader.readexactly(int(length)), True
    return await _beginning(reader, BODY), False


async def _beginning(reader: asyncio.StreamReader, limit: int) -> bytes:
    found = bytearray()
    while len(found) < limit and (piece := await reader.read(limit - len(found))):
        found += piece
    return bytes(found)


async def _chunks(reader: asyncio.StreamReader) -> tuple[bytes, bool]:
    """A chunked body (RFC 9112 section 7.1)."""
    found = bytearray()
    while len(found) <= BODY:
        size = (await reader.readuntil(b"\r\n")).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,6}", size) or int(size, 16) > BODY:
            break
        if int(size, 16) == 0:
            while (await reader.readuntil(b"\r\n")) != b"\r\n":
                pass  # trailers
            return bytes(found), True
        found += await reader.readexactly(int(size, 16))
        await reader.readexactly(2)
    return bytes(found[:BODY]), False


def _said(error: Exception) -> str:
    """An error in an operator's words, without the address."""
    match error:
        case ssl.SSLError():
            return f"TLS: {error.reason or error}"
        case asyncio.IncompleteReadError():
            return "closed the connection without an answer"
        case asyncio.LimitOverrunError():
            return "its answer's head is too long"
        case OSError() if error.errno in errno.errorcode and error.errno:
            return os.strerror(error.errno).lower()
        case _:
            return plainly(error)
