"""Nostr's relays: an event is handed to all of them at once, and looked for at all of them.

The protocol: https://github.com/nostr-protocol/nips/blob/master/01.md
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp

from syndicator.domain.errors import (
    Forbidden,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.http.client import USER_AGENT, AddressGuard, check_address, plainly
from syndicator.http.guarded_connector import guarded_connector

T = TypeVar("T")

#: Seconds for one relay in all, and until its line stands.
DEADLINE_S, CONNECT_TIMEOUT_S = 15.0, 8.0

#: Bytes of one message, and messages that are read until the one that is waited for.
MAX_MESSAGE_BYTES, MAX_MESSAGES = 262_144, 500

#: Characters of a relay's words that an operator is shown.
MAX_WORDS_CHARS = 200

#: Events that are asked for at once.
MAX_EVENTS = 100

SUBSCRIPTION = "own"

#: What refusals begin with that concern all our notes, and those that are over soon (NIP-01, NIP-13, NIP-42).
OF_ACCOUNT = ("auth-required", "restricted", "pow")
PASSING = ("rate-limited", "error")


@dataclass(frozen=True, kw_only=True)
class RelayReply:
    """What a relay made of an event, or of a question. ``taken``: whether it has the event (``None``: it gave
    no answer); ``left``: whether our request may have reached it; ``is_forbidden``: we may not connect to it.
    ``words``: its own, or why there are none.
    ``events``: what it has."""

    relay: str
    taken: bool | None = None
    left: bool = False
    is_forbidden: bool = False
    words: str = ""
    events: Sequence[Mapping[str, Any]] = field(default=(), repr=False)

    @property
    def prefix(self) -> str:
        """The word that a refusal begins with, for machines (NIP-01: ``blocked``, ``rate-limited``)."""
        return self.words.partition(":")[0].strip() if ":" in self.words else ""

    @property
    def message(self) -> str:
        """What an operator is told."""
        return f"{self.relay}: {self.words}"

    @property
    def may_take_it_later(self) -> bool:
        """Whether it has not taken an event, and might at another time."""
        has_no_answer = self.taken is None and not self.is_forbidden
        return has_no_answer or (not self.taken and self.prefix in PASSING)


class RelayRefuses(Exception):
    """The relay will not say."""


@dataclass
class RelayLine:
    """A line to one relay. ``has_left``: something was sent."""

    socket: aiohttp.ClientWebSocketResponse
    has_left: bool = False

    async def send(self, *message: Any) -> None:
        self.has_left = True
        await self.socket.send_str(json.dumps(message, ensure_ascii=False))

    async def next(self) -> list[Any]:
        """The next message. Raises ``ConnectionError`` or ``ValueError`` where there is none."""
        message = await self.socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            why = message.extra or f"closed the line ({self.socket.close_code})"
            raise ConnectionError(str(why)[:MAX_WORDS_CHARS])
        found = json.loads(message.data)
        if not isinstance(found, list):
            raise ValueError("sent what is no message")
        return found


def publish(guard: AddressGuard, relays: Sequence[str], event: Mapping[str, Any]) -> list[RelayReply]:
    """Hand an event to relays, and what each made of it."""

    async def hand_over(relay: str, line: RelayLine) -> RelayReply:
        await line.send("EVENT", event)
        for _ in range(MAX_MESSAGES):
            match await line.next():
                case ["OK", str(id_), bool(taken), *words] if id_ == event["id"]:
                    return RelayReply(relay=relay, taken=taken, left=True, words=_words(words))
        raise ValueError("answers something else")

    return _at_all(guard, relays, hand_over)


def missing_at(replies: Sequence[RelayReply]) -> list[str]:
    """The relays that have not taken an event, where others have, in words. Raises what it means where none
    has."""
    missing = [reply.message for reply in replies if not reply.taken]
    if len(missing) < len(replies):
        return missing
    raise _error(replies)(f"no relay took it: {'; '.join(missing)}")


def _error(replies: Sequence[RelayReply]) -> type[SyndicatorError]:
    """What it means that no relay took an event."""
    if any(reply.taken is None and reply.left for reply in replies):
        return OutcomeUnknown
    if any(reply.may_take_it_later for reply in replies):
        return TryLater
    needs_person = any(reply.is_forbidden or reply.prefix in OF_ACCOUNT for reply in replies)
    return Misconfigured if needs_person else Refused


def query(guard: AddressGuard, relays: Sequence[str], wanted: Mapping[str, Any]) -> list[RelayReply]:
    """Ask relays for events (NIP-01's filter), and what each has."""

    async def ask(relay: str, line: RelayLine) -> RelayReply:
        await line.send("REQ", SUBSCRIPTION, wanted)
        events: list[Mapping[str, Any]] = []
        for _ in range(MAX_MESSAGES):
            match await line.next():
                case ["EVENT", str(), dict(event)]:
                    events.append(event)
                case ["EOSE", *_]:
                    return RelayReply(relay=relay, taken=True, left=True, events=events)
                case ["CLOSED", str(), *words]:
                    raise RelayRefuses(_words(words))
        raise ValueError("has no end of what it has")

    return _at_all(guard, relays, ask)


def is_relay(address: str) -> bool:
    """Whether this is a relay's address."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("wss", "ws") and bool(parts.hostname) and (parts.port or 443) > 0
    except ValueError:
        return False


def _at_all(
    guard: AddressGuard, relays: Sequence[str], talk: Callable[[str, RelayLine], Awaitable[RelayReply]]
) -> list[RelayReply]:
    async def all_at_once() -> list[RelayReply]:
        with ThreadPoolExecutor(len(relays), "resolving") as resolving:
            connector = guarded_connector(guard, resolving)
            async with aiohttp.ClientSession(
                connector=connector, headers={"User-Agent": USER_AGENT}, trust_env=False
            ) as session:
                return await asyncio.gather(*(_one(session, guard, each, talk) for each in relays))

    return asyncio.run(all_at_once())


async def _one(
    session: aiohttp.ClientSession,
    guard: AddressGuard,
    relay: str,
    talk: Callable[[str, RelayLine], Awaitable[RelayReply]],
) -> RelayReply:
    line: RelayLine | None = None
    failed = partial(RelayReply, relay=relay)
    try:
        check_address("http" + relay.removeprefix("ws"), guard)
        async with asyncio.timeout(DEADLINE_S):
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                socket = await session.ws_connect(relay, max_msg_size=MAX_MESSAGE_BYTES, autoclose=False)
            line = RelayLine(socket)
            try:
                return await talk(relay, line)
            finally:
                await socket.close()
    except RelayRefuses as e:
        return failed(taken=False, left=True, words=str(e))
    except Forbidden as e:
        return failed(is_forbidden=True, words=e.why)
    except TimeoutError:
        return failed(left=line is not None and line.has_left, words="no answer in time")
    except (aiohttp.ClientError, OSError, ValueError, RecursionError) as e:
        return failed(left=line is not None and line.has_left, words=plainly(e)[:MAX_WORDS_CHARS])


def _words(words: Sequence[Any]) -> str:
    """A relay's own words, in one line."""
    return " ".join(str(words[0]).split())[:MAX_WORDS_CHARS] if words else ""
