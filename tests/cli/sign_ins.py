"""What a person does who connects a channel: declares it, types what is asked for, and opens a browser."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
import requests

from syndicator.cli import browser_visit
from syndicator.wiring import declarations

MAIN = """
[site]
title = "The River Times"
url = "https://river.news/"

[fetch]
allow = ["127.0.0.1"]

[channels.box]
{settings}
"""


def declared(folder: Path, settings: str) -> Path:
    """A folder with one channel, ``box``."""
    declarations.cache_clear()
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["box"]\n')
    (folder / "syndicator.toml").write_text(MAIN.format(settings=settings))
    return folder


@dataclass
class Person:
    """Somebody at the terminal. ``types``: their answers, by what is asked for. ``addresses``: those that
    they were to open; ``pages``: where the browser ended."""

    types: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    pages: list[requests.Response] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def opens(self, line: str) -> None:
        """What is printed for them: an address in it is opened, beside the one who waits for it."""
        found = [word for word in line.split() if word.startswith("http")]
        self.addresses += found
        for address in found:
            Thread(target=self._browse, args=(address,)).start()

    def _browse(self, address: str) -> None:
        self.pages.append(requests.get(address, timeout=5))

    def reads(self, line: str) -> None:
        """What is printed, where the browser is elsewhere."""
        self.addresses += [word for word in line.split() if word.startswith("http")]

    def answers(self, what: str, **_options: object) -> str:
        self.asked.append(what)
        for name, words in self.types.items():
            if what.startswith(name):
                return words
        raise AssertionError(f"nobody expected to be asked: {what}")


def at_the_terminal(monkeypatch: pytest.MonkeyPatch, person: Person) -> str:
    """Has the person sit there. Returns the address that their browser will come back to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(browser_visit, "PORT", port)
    monkeypatch.setattr(browser_visit, "SIGN_IN_S", 20.0)
    monkeypatch.setattr("syndicator.cli.browser_visit.guide", person.opens)
    monkeypatch.setattr("typer.prompt", person.answers)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    return f"http://127.0.0.1:{port}{browser_visit.PATH}"


def with_a_browser_elsewhere(
    monkeypatch: pytest.MonkeyPatch, person: Person, brings: Callable[[str], str]
) -> None:
    """``brings``: what the person types in, of the address that they open elsewhere."""
    monkeypatch.setattr("syndicator.cli.browser_visit.guide", person.reads)

    def answers(what: str, **options: object) -> str:
        return (
            brings(person.addresses[-1]) if what.startswith("the code") else person.answers(what, **options)
        )

    monkeypatch.setattr("typer.prompt", answers)


def ends_at(url: str) -> str:
    """The address where a browser ends for which nothing answers there."""
    reply = requests.get(url, allow_redirects=False, timeout=5)
    assert reply.status_code == 302, reply.text
    return reply.headers["Location"]


def kept(folder: Path, names: Sequence[str]) -> Mapping[str, str]:
    """The secrets in a folder's files, where there are any."""
    return {name: (folder / name).read_text().strip() for name in names if (folder / name).exists()}
