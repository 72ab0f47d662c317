"""Nostr's relays: a real one, and one that can be made to fail."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import nostr_sdk
from aiohttp import web

from tests.channels.servers import Published


@contextmanager
def looping() -> Iterator[Callable[[Coroutine[Any, Any, Any]], Any]]:
    """An event loop in a thread of its own; runs what it is given, and waits for it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield lambda coroutine: asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


class RealRelay:
    """The relay of nostr-sdk, and an app of the same library that reads it."""

    def __init__(self, run: Callable[[Coroutine[Any, Any, Any]], Any], relay: Any, author: str) -> None:
        self.run, self.relay, self.author = run, relay, author
        self.address = str(run(relay.url()))

    @property
    def notes(self) -> list[Any]:
        """All notes of the newsroom that it has, the first first."""

        async def read() -> list[Any]:
            client = nostr_sdk.ClientBuilder().build()
            await client.add_relay(nostr_sdk.RelayUrl.parse(self.address))
            await client.connect()
            wanted = nostr_sdk.Filter().author(nostr_sdk.PublicKey.parse(self.author)).kind(nostr_sdk.Kind(1))
            found = await client.fetch_events(nostr_sdk.ReqTarget.auto([wanted]), timedelta(seconds=5))
            await client.shutdown()
            return list(found)

        found: list[Any] = self.run(read())
        return sorted(found, key=lambda event: int(event.created_at().as_secs()))

    @property
    def published(self) -> list[Published]:
        return [shown(json.loads(event.as_json())) for event in self.notes]


def shown(event: dict[str, Any]) -> Published:
    """A note as apps show it: the photo in the place of its address."""
    tags: list[list[str]] = event["tags"]
    imeta = dict(each.split(" ", 1) for tag in tags if tag[0] == "imeta" for each in tag[1:])
    return Published(
        remote_id=event["id"],
        text=event["content"].removesuffix(f"\n\n{imeta['url']}") if imeta else event["content"],
        alt=imeta.get("alt", ""),
        photo_address=imeta.get("url", ""),
    )


@contextmanager
def real_relay(author: str) -> Iterator[RealRelay]:
    with looping() as run:
        relay = nostr_sdk.LocalRelayBuilder().addr("127.0.0.1").build()
        run(relay.run())
        yield RealRelay(run, relay, author)
        relay.shutdown()


class OddRelay:
    """``answer`` says what it sends for each message: texts, or ``None`` to hang up; ``events``: what it was
    handed."""

    def __init__(self) -> None:
        self.answer: Callable[[list[Any]], list[str | None]] = self.take
        self.events: list[dict[str, Any]] = []
        self.address = ""

    def take(self, message: list[Any]) -> list[str | None]:
        match message:
            case ["EVENT", dict(event)]:
                self.events.append(event)
                return [json.dumps(["OK", event["id"], True, ""])]
            case ["REQ", name, *_]:
                return [json.dumps(["EOSE", name])]
        return []

    def keep(self, message: list[Any]) -> list[str | None]:
        """Takes what it is handed, and shows it to whoever asks."""
        has = self.events if message[0] == "REQ" else []
        return [*(json.dumps(["EVENT", message[1], event]) for event in has), *self.take(message)]

    def refuses(self, words: str) -> None:
        self.answer = lambda message: (
            [json.dumps(["OK", message[1]["id"], False, words])]
            if message[0] == "EVENT"
            else self.take(message)
        )

    async def respond(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            for answer in self.answer(json.loads(message.data)):
                if answer is None:
                    await socket.close()
                    return socket
                await socket.send_str(answer)
        return socket


@contextmanager
def odd_relay() -> Iterator[OddRelay]:
    with looping() as run:
        relay, app = OddRelay(), web.Application()
        app.router.add_get("/", relay.respond)
        runner = web.AppRunner(app)

        async def start() -> int:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            return int(runner.addresses[0][1])

        relay.address = f"ws://127.0.0.1:{run(start())}"
        yield relay
        run(runner.cleanup())
