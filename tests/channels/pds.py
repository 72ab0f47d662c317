"""A real server of the AT Protocol (``tests/peers/pds``), and a proxy in front of it that can fail."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from syndicator.channels.bluesky import Bluesky
from syndicator.secret import Secret
from tests.channels.local_server import LocalServer, Reply, Request, closed_port
from tests.channels.servers import Published

FOLDER = Path(__file__).parents[1] / "peers" / "pds"

#: Seconds that it may take to start, on a machine that is busy with other tests.
START_TIMEOUT_S = 60.0

#: The oldest Node.js that the server runs on.
MIN_NODE = 20

#: As ``start.cjs`` has them.
ADMIN, JWT_SECRET = ("admin", "admin-of-the-suite"), "secret-of-the-suite"
NO_LIMITS = {"x-ratelimit-bypass": "let-the-suite-pass"}

POSTS = "app.bsky.feed.post"


def missing() -> str:
    """Why the server cannot be started; empty if it can."""
    if not shutil.which("node"):
        return "there is no node"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("v") or int(version[1:].partition(".")[0]) < MIN_NODE:
        return f"node {version.strip()} is too old for it: {MIN_NODE} is needed"
    if not [*FOLDER.glob("node_modules/better-sqlite3/build/Release/better_sqlite3.node")]:
        return "npm ci and npm rebuild better-sqlite3 were not run in tests/peers/pds"
    return ""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server. It ends when its stdin does: when we close it, or are killed."""
    port = closed_port()
    log = folder / "log"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            ["node", str(FOLDER / "start.cjs"), str(port), str(closed_port()), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
    assert process.stdin
    assert process.stdout
    lines = iter(process.stdout.readline, "")
    log_reader = threading.Thread(
        target=lambda: [*lines], daemon=True
    )  # or the server waits for us in the end
    too_slow = threading.Timer(START_TIMEOUT_S, process.kill)
    too_slow.start()
    try:
        assert any(line == "ready\n" for line in lines), log.read_text()[-2000:]
        too_slow.cancel()
        log_reader.start()
        yield f"http://127.0.0.1:{port}"
    finally:
        too_slow.cancel()
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        if log_reader.is_alive():
            log_reader.join()
        process.stdout.close()


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account on it, with an app password."""

    handle: str
    did: str
    access: str
    password: str


class PdsProxy(LocalServer):
    """Hands requests on to a real server, unless trouble gets in the way. ``limited``: whether the server's
    limits hold."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.pds = address
        self.limited = False
        self.http = requests.Session()
        self.account = self.new_account()

    def answer(self, request: Request) -> Reply:
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.lower() in ("authorization", "content-type")
        }
        reply = self.http.request(
            request.method,
            self.pds + request.path,
            params=dict(request.query),
            headers=headers | ({} if self.limited else NO_LIMITS),
            data=request.body or None,
            timeout=30,
        )
        limits = {name: value for name, value in reply.headers.items() if "limit" in name.lower()}
        return Reply(
            status=reply.status_code,
            body=reply.content,
            media_type=reply.headers.get("Content-Type", ""),
            headers=limits,
        )

    def call(self, name: str, json: Any = None, **options: Any) -> Any:
        """A call to the server itself, in the account's name unless ``auth`` says otherwise."""
        headers = dict(NO_LIMITS)
        if "auth" not in options:
            headers |= options.pop("headers", None) or {"Authorization": f"Bearer {self.account.access}"}
        method = "POST" if json is not None else "GET"
        reply = self.http.request(
            method, f"{self.pds}/xrpc/{name}", json=json, headers=headers, timeout=30, **options
        )
        assert reply.ok, reply.text
        is_json = "json" in reply.headers.get("Content-Type", "")
        return reply.json() if is_json and reply.content else reply.content

    def new_account(self) -> Account:
        handle, password = f"n{secrets.token_hex(6)}.test", secrets.token_hex(8)
        made = self.call(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@example.com", "password": password},
            auth=None,
        )
        access = {"Authorization": f"Bearer {made['accessJwt']}"}
        app = self.call("com.atproto.server.createAppPassword", {"name": "syndicator"}, headers=access)
        return Account(handle=handle, did=made["did"], access=made["accessJwt"], password=app["password"])

    def revoke(self) -> None:
        """Revoke the app password, as its owner does."""
        self.call("com.atproto.server.revokeAppPassword", {"name": "syndicator"})

    def suspend(self) -> None:
        """Suspend the account, as a moderator does."""
        self._take_down({"$type": "com.atproto.admin.defs#repoRef", "did": self.account.did})

    def take_down(self, record: dict[str, Any]) -> None:
        """Take down one post, as a moderator does."""
        self._take_down({"$type": "com.atproto.repo.strongRef", "uri": record["uri"], "cid": record["cid"]})

    def _take_down(self, subject: dict[str, str]) -> None:
        takedown = {"applied": True, "ref": "test"}
        self.call(
            "com.atproto.admin.updateSubjectStatus", {"subject": subject, "takedown": takedown}, auth=ADMIN
        )

    @property
    def records(self) -> list[dict[str, Any]]:
        """The account's posts, the first key first: each with ``uri``, ``cid`` and ``value``."""
        query = {"repo": self.account.did, "collection": POSTS, "limit": 100, "reverse": "true"}
        return list(self.call("com.atproto.repo.listRecords", params=query)["records"])

    def blob(self, cid: str) -> bytes:
        """The bytes of a file that a record refers to."""
        query = {"did": self.account.did, "cid": cid}
        return bytes(self.call("com.atproto.sync.getBlob", params=query))

    @property
    def published(self) -> list[Published]:
        return [self._published(record) for record in self.records]

    def _published(self, record: dict[str, Any]) -> Published:
        value = record["value"]
        embed = value.get("embed", {})
        card = embed.get("external", {})
        [image] = embed.get("images") or [{}]
        file = image.get("image") or card.get("thumb")
        features = [feature for facet in value["facets"] for feature in facet["features"]]
        links = [feature["uri"] for feature in features if "uri" in feature]
        return Published(
            remote_id=record["uri"].rpartition("/")[2],
            text=value["text"],
            photo=self.blob(file["ref"]["$link"]) if file else None,
            alt=image.get("alt", ""),
            links=(*links, *([card["uri"]] if card else ())),
            language=",".join(value.get("langs", ())),
            reply_to=value.get("reply", {}).get("parent", {}).get("uri", "").rpartition("/")[2],
        )


@contextmanager
def account_of(pds: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PdsProxy, Bluesky]]:
    """A new account on a real server, and the channel that posts there."""
    with PdsProxy(pds) as server, requests.Session() as session:
        session.trust_env = False
        monkeypatch.setenv("TEST_PASSWORD", server.account.password)
        yield (
            server,
            Bluesky(
                name="wire",
                handle=server.account.handle,
                password=Secret("env:TEST_PASSWORD"),
                server=server.address,
                session=session,
            ),
        )
