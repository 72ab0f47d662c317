"""The broker that needs no server: kombu's over files, but a message is there whole or not at all.

kombu's own writes a message under its final name. A worker that reads it too early, or finds what a full
disk has left of it, takes it for an unrecoverable error and ends.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # as kombu has it
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        path = Path(self.data_folder_out, name)
        part = path.with_name(f"{name}.part")
        try:
            part.write_bytes(str_to_bytes(dumps(payload)))
            part.replace(path)
        except OSError as e:
            with suppress(OSError):
                part.unlink()
            raise ChannelError(f"{path.parent}: {e.strerror}") from e


class Transport(filesystem.Transport):
    Channel = Channel
