"""An independent server of the fediverse (``tests/peers/fedify``), with an account that follows."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.channels.local_server import closed_port

FOLDER = Path(__file__).parents[1] / "peers" / "fedify"

#: Its own, newer than what systems have.
NODE = FOLDER / "node_modules" / ".bin" / "node"


def missing() -> str:
    """Why the server cannot be started; empty if it can."""
    if not NODE.exists():
        return "npm ci was not run in tests/peers/fedify, or has no Node.js 22 for this machine"
    return ""


@dataclass(frozen=True)
class Fedify:
    address: str

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://")

    def acts(self, what: str, at: str) -> dict[str, Any]:
        """Have its account follow, unfollow or like what is at an address."""
        reply = requests.post(f"{self.address}/act", params={"do": what, "at": at}, timeout=60)
        found: dict[str, Any] = reply.json()
        assert "error" not in found, found
        return found

    @property
    def seen(self) -> list[dict[str, Any]]:
        """What came to its inbox, was verified and understood."""
        found: list[dict[str, Any]] = requests.get(f"{self.address}/seen", timeout=60).json()
        return found


@contextmanager
def running(scheme: str = "rfc9421") -> Iterator[Fedify]:
    """It ends when its stdin does: when we close it, or are killed. ``scheme``: how it signs; its default."""
    port = closed_port()
    process = subprocess.Popen(
        [str(NODE), str(FOLDER / "start.mjs"), str(port), scheme],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    try:
        assert process.stdout.readline() == "ready\n"
        yield Fedify(f"http://127.0.0.1:{port}")
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()
