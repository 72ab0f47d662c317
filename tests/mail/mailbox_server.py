"""Servers with a mailbox: one of RFC 3501's that refuses whatever it has no rule for, and Dovecot."""

from __future__ import annotations

import base64
import getpass
import os
import re
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from tests.channels.local_server import closed_port

USER, PASSWORD = "bounces@news.example", 'pass "word" of the mailbox'

SEEN, FLAGGED = r"\Seen", r"\Flagged"


class MailboxServer(Protocol):
    """``messages``: what is in its inbox, in order, each with its flags."""

    @property
    def address(self) -> str: ...

    def receives(self, content: bytes, *flags: str) -> None: ...

    @property
    def messages(self) -> list[tuple[bytes, set[str]]]: ...


@dataclass
class Kept:
    content: bytes
    flags: set[str] = field(default_factory=set)


class ContractServer(socketserver.ThreadingTCPServer):
    """``rule``: what it answers to a command instead, by its first words (``{tag}`` is the command's);
    ``None``: it hangs up. ``greeting``: by what it greets; ``has_parted``: a client has said goodbye."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.inbox: dict[int, Kept] = {}
        self.rules: dict[str, str | None] = {}
        self.greeting = "* OK ready"
        self.drips = False
        self.has_parted = threading.Event()
        self.selected: list[str] = []
        self.capabilities = "IMAP4rev1 AUTH=PLAIN"
        self.password = PASSWORD
        self.user = USER

    @property
    def address(self) -> str:
        return f"imap://127.0.0.1:{self.server_address[1]}"

    def receives(self, content: bytes, *flags: str) -> None:
        self.inbox[10 * len(self.inbox) + 7] = Kept(content, set(flags))

    @property
    def messages(self) -> list[tuple[bytes, set[str]]]:
        return [(each.content, each.flags) for _, each in sorted(self.inbox.items())]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Conversation(socketserver.StreamRequestHandler):
    """One client's. A command that is not as RFC 3501 section 9 has it, or not in its turn, is ``BAD``."""

    server: ContractServer

    def handle(self) -> None:
        self.state, self.is_over = "not let in", False
        with suppress(OSError):
            if self.server.drips:
                self._drip()
                return
            self._say(self.server.greeting)
            while not self.is_over and (line := self.rfile.readline()):
                tag, _, command = line.decode().rstrip("\r\n").partition(" ")
                self._answer(tag, command)

    def _drip(self) -> None:
        self.wfile.write(b"* OK ")
        while True:
            self.wfile.write(b".")
            time.sleep(0.05)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _answer(self, tag: str, command: str) -> None:
        for words, answer in self.server.rules.items():
            if command.startswith(words):
                if answer is None:
                    self.is_over = True
                else:
                    self._say(answer.format(tag=tag))
                return
        for state, pattern, act in RULES:
            if (match := re.fullmatch(pattern, command)) and state in ("", self.state):
                self._say(f"{tag} {act(self, *match.groups())}")
                return
        self._say(f"{tag} BAD {self.state}: {command[:20]}")

    def capability(self) -> str:
        self._say(f"* CAPABILITY {self.server.capabilities}")
        return "OK done"

    def authenticate(self) -> str:
        self._say("+ ")
        words = base64.b64decode(self.rfile.readline()).decode().split("\0")
        if words != ["", self.server.user, self.server.password]:
            return "NO [AUTHENTICATIONFAILED] not with that password: " + words[-1]
        self.state = "let in"
        return "OK done"

    def select(self, folder: str) -> str:
        self.server.selected.append(folder)
        self.state = "selected"
        self._say(f"* {len(self.server.inbox)} EXISTS")
        self._say(r"* FLAGS (\Seen \Flagged)")
        return "OK [READ-WRITE]"

    def search(self) -> str:
        unseen = [str(uid) for uid, each in self.server.inbox.items() if SEEN not in each.flags]
        self._say(" ".join(("* SEARCH", *unseen)))
        return "OK done"

    def fetch(self, uid: str, length: str) -> str:
        if kept := self.server.inbox.get(int(uid)):
            content = kept.content[: int(length)]
            self._say(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(content)}}}")
            self.wfile.write(content)
            self._say(")")
        return "OK done"

    def store(self, uid: str, flags: str) -> str:
        if kept := self.server.inbox.get(int(uid)):
            kept.flags |= set(flags.split())
        return "OK done"

    def logout(self) -> str:
        self.is_over = True
        self._say("* BYE")
        self.server.has_parted.set()
        return "OK done"


#: In which state a command is good (``""``: in any), what it is, and what follows.
RULES: list[tuple[str, str, Callable[..., str]]] = [
    ("", "CAPABILITY", Conversation.capability),
    ("not let in", "AUTHENTICATE PLAIN", Conversation.authenticate),
    ("let in", r'SELECT ("(?:[^"\\]|\\["\\])+")', Conversation.select),
    ("selected", "UID SEARCH UNSEEN", Conversation.search),
    ("selected", r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", Conversation.fetch),
    ("selected", r"UID STORE (\d+) \+FLAGS\.SILENT \(([\\ A-Za-z]+)\)", Conversation.store),
    ("", "LOGOUT", Conversation.logout),
]

#: What Dovecot is told: one mailbox, and no user of the machine's.
DOVECOT = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {me}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
auth_mechanisms = plain
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


def dovecot_missing() -> str:
    """Why it cannot be started; empty if it can."""
    return "" if shutil.which("dovecot") else "Dovecot is not installed"


class Dovecot:
    """A real server of one mailbox, whose files are looked at (Maildir: flags are letters of their names)."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.address = folder, f"imap://127.0.0.1:{port}"

    def receives(self, content: bytes, *flags: str) -> None:
        letters = "".join(sorted(flag[1] for flag in flags))
        count = len(self.messages)
        path = self.folder / "mail" / "cur" / f"{1000 + count}.here:2,{letters}"
        path.write_bytes(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        os.chown(path, *_owner())

    @property
    def messages(self) -> list[tuple[bytes, set[str]]]:
        files = sorted((self.folder / "mail" / "cur").iterdir())
        names = {"S": SEEN, "F": FLAGGED}
        return [
            (path.read_bytes(), {names[letter] for letter in path.name.rpartition(",")[2]}) for path in files
        ]


def _owner() -> tuple[int, int]:
    """Whose the mailbox is: Dovecot gives none to the superuser."""
    return (8, 8) if os.getuid() == 0 else (os.getuid(), os.getgid())


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    """The server, in a folder of its own that its users may enter."""
    with tempfile.TemporaryDirectory(prefix="dovecot") as folder, _dovecot(Path(folder)) as server:
        yield server


@contextmanager
def _dovecot(folder: Path) -> Iterator[Dovecot]:
    port, (uid, gid) = closed_port(), _owner()
    is_root = os.getuid() == 0
    for name in ("cur", "new", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, uid, gid)
        path.chmod(0o755)
    config = DOVECOT.format(
        folder=folder,
        port=port,
        uid=uid,
        gid=gid,
        me="dovecot" if is_root else getpass.getuser(),
        login="dovenull" if is_root else getpass.getuser(),
        group="dovecot" if is_root else gid,
    )
    (folder / "dovecot.conf").write_text(config)
    command = ["dovecot", "-F", "-c", str(folder / "dovecot.conf")]
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        _wait(process, port, folder)
        yield Dovecot(folder, port)
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            if line.recv(4) == b"* OK":
                return
        time.sleep(0.05)
    raise AssertionError((folder / "output").read_text()[-2000:])
