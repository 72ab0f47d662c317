"""A real homeserver of Matrix (``tests/peers/synapse``), and a proxy in front of it that can fail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from selectolax.lexbor import LexborHTMLParser

from tests.channels.local_server import LocalServer, Reply, Request, closed_port
from tests.channels.servers import Published

FOLDER = Path(__file__).parents[1] / "peers" / "synapse"
PYTHON = FOLDER / ".venv" / "bin" / "python"

#: Seconds that it may take to start, on a machine that is busy with other tests.
START_TIMEOUT_S = 180.0

#: As ``homeserver.yaml`` has it.
REGISTRATION_SECRET = b"secret-of-the-suite"

LOG = """
version: 1
handlers: {file: {class: logging.FileHandler, filename: FOLDER/log}}
root: {level: WARNING, handlers: [file]}
"""


def missing() -> str:
    """Why the server cannot be started; empty if it can."""
    if not [*FOLDER.glob(".venv/lib/python3.*/site-packages/synapse/app/homeserver.py")]:
        return "requirements.lock was not installed into tests/peers/synapse/.venv"
    return ""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """The address of a server. It ends when its stdin does: when we close it, or are killed."""
    port = closed_port()
    for name, text in {"homeserver.yaml": (FOLDER / "homeserver.yaml").read_text(), "log.yaml": LOG}.items():
        (folder / name).write_text(text.replace("FOLDER", str(folder)).replace("PORT", str(port)))
    key = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    (folder / "signing.key").write_text(f"ed25519 a_suite {key}\n")
    command = [str(PYTHON), str(FOLDER / "start.py"), "-c", str(folder / "homeserver.yaml")]
    address = f"http://127.0.0.1:{port}"
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output)
    assert process.stdin
    try:
        _wait(process, address, folder)
        yield address
    finally:
        process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(requests.RequestException):
            if requests.get(f"{address}/health", timeout=5).ok:
                return
        time.sleep(0.1)
    raise AssertionError((folder / "output").read_text()[-2000:])


class SynapseProxy(LocalServer):
    """Hands requests on to a real server, unless trouble gets in the way. There are a robot, in a room of its
    own, and a reader, who is in it, too."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.synapse = address
        self.http = requests.Session()
        self.robot, self.token = self.new_account()
        _, self.reader = self.new_account()
        self.room = self.new_room(room_alias_name=f"n{secrets.token_hex(6)}")
        self.alias = self.state("m.room.canonical_alias")["alias"]

    def answer(self, request: Request) -> Reply:
        wanted = ("authorization", "content-type")
        headers = {name: value for name, value in request.headers.items() if name.lower() in wanted}
        try:
            reply = self.http.request(
                request.method,
                self.synapse + request.path,
                params=dict(request.query),
                headers=headers,
                data=request.body or None,
                timeout=30,
            )
        except requests.ConnectionError:  # it hangs up on what is far too large, and so do we
            raise ConnectionResetError from None
        return Reply(
            status=reply.status_code, body=reply.content, media_type=reply.headers.get("Content-Type", "")
        )

    def call(self, method: str, path: str, json: Any = None, token: str = "", **options: Any) -> Any:
        """What the server itself answers the robot, or whoever has the token."""
        reply = self.http.request(
            method,
            f"{self.synapse}{path}",
            json=json,
            headers={"Authorization": f"Bearer {token or self.token}"},
            timeout=30,
            **options,
        )
        assert reply.ok, reply.text
        return reply.json() if "json" in reply.headers.get("Content-Type", "") else reply.content

    def new_account(self, *, is_admin: bool = False) -> tuple[str, str]:
        """The id and a token of a new account (Synapse's docs/admin_api/register_api.md)."""
        name, kind = f"u{secrets.token_hex(6)}", "admin" if is_admin else "notadmin"
        nonce = self.http.get(f"{self.synapse}/_synapse/admin/v1/register", timeout=30).json()["nonce"]
        text = f"{nonce}\0{name}\0password\0{kind}".encode()
        mac = hmac.new(REGISTRATION_SECRET, text, hashlib.sha1).hexdigest()
        fields = {"nonce": nonce, "username": name, "password": "password", "admin": is_admin, "mac": mac}
        made = self.http.post(f"{self.synapse}/_synapse/admin/v1/register", json=fields, timeout=30).json()
        return made["user_id"], made["access_token"]

    def new_room(self, **options: Any) -> str:
        """The id of a new room, with the robot and the reader in it."""
        room = self.call("POST", f"{V3}/createRoom", {"preset": "public_chat", **options})["room_id"]
        self.call("POST", f"{V3}/join/{quote(room)}", {}, token=self.reader)
        return str(room)

    def log_in(self, **options: Any) -> Any:
        """A new login of the robot."""
        identifier = {"type": "m.id.user", "user": self.robot}
        fields = {"type": "m.login.password", "identifier": identifier, "password": "password", **options}
        return self.call("POST", f"{V3}/login", fields)

    def limit(self, per_second: int) -> None:
        """So many messages of the robot a second, as the server's owner may set
        (Synapse's docs/admin_api/user_admin_api.md)."""
        _, token = self.new_account(is_admin=True)
        path = f"/_synapse/admin/v1/users/{quote(self.robot)}/override_ratelimit"
        self.call("POST", path, {"messages_per_second": per_second, "burst_count": per_second}, token=token)

    def state(self, kind: str) -> Any:
        return self.call("GET", f"{V3}/rooms/{quote(self.room)}/state/{kind}")

    @property
    def events(self) -> list[dict[str, Any]]:
        """The messages of the room as the reader is given them, the first one first, redacted ones, too."""
        params = {"dir": "f", "limit": 1000, "filter": '{"types": ["m.room.message"]}'}
        path = f"{V3}/rooms/{quote(self.room)}/messages"
        return list(self.call("GET", path, params=params, token=self.reader)["chunk"])

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The contents that the reader sees now: corrected, and none that was deleted."""
        found = []
        for event in self.events:
            if not event["content"] or "rel_type" in event["content"].get("m.relates_to", {}):
                continue
            latest = event["unsigned"].get("m.relations", {}).get("m.replace", {}).get("content", {})
            found.append({**latest.get("m.new_content", event["content"]), "event_id": event["event_id"]})
        return found

    def file(self, address: str) -> bytes:
        """The bytes of an uploaded file, as the reader is given them."""
        path = f"/_matrix/client/v1/media/download/{address.removeprefix('mxc://')}"
        return bytes(self.call("GET", path, token=self.reader))

    @property
    def published(self) -> list[Published]:
        return [self._published(message) for message in self.messages]

    def _published(self, message: dict[str, Any]) -> Published:
        page = LexborHTMLParser(re.sub("<br>", "\n", message["formatted_body"]))
        caption = message["filename"] != message["body"] if message["msgtype"] == "m.image" else True
        assert caption, "a body that is the file's name is no caption"
        return Published(
            remote_id=message["event_id"],
            text=page.text(),
            photo=self.file(message["url"]) if "url" in message else None,
            links=tuple(link.attributes.get("href") or "" for link in page.css("a")),
        )


V3 = "/_matrix/client/v3"
