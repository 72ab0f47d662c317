"""The broker that needs no server: messages are files in a folder, and none is ever seen half written.

kombu's own transport of this kind opens a message's file and then writes it. A worker that looks in between
reads nothing, and ends. Here files are written under another name and then renamed, which is one step for
whoever looks (POSIX, rename); a file that cannot be read all the same is a lost doorbell and costs a sweep.
"""

from __future__ import annotations

import fcntl
import logging
import math
import os
import time
import uuid
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from queue import Empty
from typing import Any, ClassVar

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.transport.virtual import BrokerState
from kombu.utils.json import dumps, loads

from syndicator.files import write_whole

log = logging.getLogger(__name__)

#: The scheme of its addresses, known to kombu from the import of this module on.
SCHEME = "doorbells"

#: Seconds after which the names in the folder are read again although there are others left: a message for
#: one queue does not wait for thousands in another, nor for those that nobody here takes.
LISTING_AGE_S = 0.2

TRANSPORT_ALIASES[SCHEME] = "syndicator.processes.file_broker:Transport"


class FolderChannel(filesystem.Channel):
    """See ``kombu.transport.filesystem``, whose options it takes."""

    def get_table(self, exchange: str) -> list[Any]:
        """Which queues an exchange leads to."""
        with _channel_errors(f"exchange {exchange!r}"):
            try:
                bindings = loads(self._exchange_file(exchange).read_text("utf-8"))
            except (FileNotFoundError, ValueError):  # not there, or torn by another program: bound again
                return []
        return [filesystem.exchange_queue_t(*binding) for binding in bindings]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._rewriting(exchange) as bindings:
            if binding not in bindings:
                bindings.insert(0, binding)

    def _delete(self, queue: str, exchange: str, routing_key: str, pattern: str, *_: Any, **__: Any) -> None:
        binding = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        self._purge(queue)
        with self._rewriting(exchange) as bindings, suppress(ValueError):
            bindings.remove(binding)

    @contextmanager
    def _rewriting(self, exchange: str) -> Iterator[list[Any]]:
        """The bindings of an exchange, to be changed by nobody else meanwhile."""
        file: Path = self._exchange_file(exchange)
        with _channel_errors(f"exchange {exchange!r}"):
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.with_suffix(".lock").open("w") as lock_file:
                fcntl.flock(lock_file, fcntl.LOCK_EX)
                bindings = self.get_table(exchange)
                before = [*bindings]
                yield bindings
                if bindings != before or not file.exists():
                    write_whole(file, dumps(bindings).encode())

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # its bases disagree
        name = f"{time.time_ns():020}_{uuid.uuid4().hex}.{queue}.msg"
        path, content = Path(self.data_folder_out, name), dumps(payload).encode()
        with _channel_errors(f"queue {queue!r}"):
            try:
                write_whole(path, content)
            except FileNotFoundError:  # somebody may have removed the folder
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, content)

    def _get(self, queue: str, timeout: Any = None) -> Any:  # noqa: ARG002 - kombu's
        """The oldest message, now in no other hand."""
        while name := self._next(queue):
            claimed = Path(self.processed_folder, name)
            with _channel_errors(f"queue {queue!r}"):
                try:
                    Path(self.data_folder_in, name).rename(claimed)
                except FileNotFoundError:  # another worker was faster; or somebody has removed the folder
                    claimed.parent.mkdir(parents=True, exist_ok=True)
                    continue
                content = claimed.read_bytes()
                claimed.unlink()
            try:
                message = loads(content.decode())
            except ValueError as e:
                log.warning("broker: %s is no message (%s): left out", name, e)
                continue
            return message
        raise Empty

    @cached_property
    def _listing(self) -> FolderListing:
        life = self.connection.client.transport_options.get("message_life_s", math.inf)
        return FolderListing(Path(self.data_folder_in), life)

    def _next(self, queue: str) -> str | None:
        with _channel_errors(f"queue {queue!r}"):
            return self._listing.next(queue)


class FolderListing:
    """The names in a folder of messages, by queue: read once for all queues, and used up before it is read
    again, so that a folder of tens of thousands costs one reading and not one for each message. Messages
    that are older than ``life_s`` seconds are removed unread."""

    def __init__(self, folder: Path, life_s: float) -> None:
        self._folder, self._life_s = folder, life_s
        self._names: dict[str, deque[str]] = {}
        self._read_at = -math.inf

    def next(self, queue: str) -> str | None:
        """The name of the oldest message of a queue; ``None``: there is none. Raises ``OSError``."""
        if not self._names.get(queue):
            is_used_up = not any(self._names.values())
            if not is_used_up and time.monotonic() - self._read_at < LISTING_AGE_S:
                return None
            self._read()
        names = self._names.get(queue)
        return names.popleft() if names else None

    def _read(self) -> None:
        self._names, self._read_at = {}, time.monotonic()
        oldest = f"{max(0, time.time_ns() - int(min(self._life_s, 1e9) * 1e9)):020}"
        self._folder.mkdir(parents=True, exist_ok=True)  # somebody may have removed it
        for name in sorted(os.listdir(self._folder)):  # noqa: PTH208 - half the time, for names alone
            sent_at, _, rest = name.partition(".")
            if not rest.endswith(".msg"):
                continue
            if sent_at < oldest:
                Path(self._folder, name).unlink(missing_ok=True)
            else:
                self._names.setdefault(rest.removesuffix(".msg"), deque()).append(name)


class Transport(filesystem.Transport):
    """kombu keeps one record for all folders of what is bound, and binds nothing that stands in it: what one
    folder has would be missing in the next. Here each folder has its own."""

    Channel = FolderChannel
    _states: ClassVar[dict[str, BrokerState]] = {}

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)
        folder = str(client.transport_options.get("data_folder_in"))
        self.state = self._states.setdefault(folder, BrokerState())


@contextmanager
def _channel_errors(what: str) -> Iterator[None]:
    """Full disks and missing folders as the error that kombu expects of a broker."""
    try:
        yield
    except OSError as e:
        raise ChannelError(f"broker, {what}: {e}") from e
