"""The broker that needs no server: messages are files in a folder, and none is ever seen half written.

kombu's own transport of this kind opens a message's file and then writes it. A worker that looks in between
reads nothing, and ends. Here files are written under another name and then renamed, which is one step for
whoever looks (POSIX, rename); a file that cannot be read all the same is a lost doorbell and costs a sweep.
"""

from __future__ import annotations

import fcntl
import logging
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

log = logging.getLogger(__name__)

#: The scheme of its addresses, known to kombu from the import of this module on.
SCHEME = "doorbells"

TRANSPORT_ALIASES[SCHEME] = "syndicator.doorbells:Transport"


class Channel(filesystem.Channel):
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
        file.parent.mkdir(parents=True, exist_ok=True)
        with _channel_errors(f"exchange {exchange!r}"), file.with_suffix(".lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            bindings = self.get_table(exchange)
            before = [*bindings]
            yield bindings
            if bindings != before or not file.exists():
                _write(file, dumps(bindings))

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # its bases disagree
        name = f"{time.time_ns():020}_{uuid.uuid4().hex}.{queue}.msg"
        with _channel_errors(f"queue {queue!r}"):
            _write(Path(self.data_folder_out, name), dumps(payload))

    def _get(self, queue: str, timeout: Any = None) -> Any:  # noqa: ARG002 - kombu's
        """The oldest message, now in no other hand."""
        for name in sorted(path.name for path in Path(self.data_folder_in).iterdir()):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder, name)
            try:
                Path(self.data_folder_in, name).rename(taken)
            except FileNotFoundError:  # another worker was faster
                continue
            with _channel_errors(f"queue {queue!r}"):
                content = taken.read_bytes()
                taken.unlink()
            try:
                message = loads(content.decode())
            except ValueError as e:
                log.warning("broker: %s is no message (%s): left out", name, e)
                continue
            return message
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel


@contextmanager
def _channel_errors(what: str) -> Iterator[None]:
    """Full disks and missing folders as the error that kombu expects of a broker."""
    try:
        yield
    except OSError as e:
        raise ChannelError(f"broker, {what}: {e}") from e


def _write(path: Path, content: str) -> None:
    """Put a file there, whole at once. What a crash leaves begins with a dot, and nobody reads it."""
    new = path.with_name(f".{uuid.uuid4().hex}")
    try:
        new.write_text(content, "utf-8")
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
