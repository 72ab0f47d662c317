"""The file broker's messages: there whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from kombu.connection import Connection
from kombu.exceptions import ChannelError

from syndicator.settings import broker
from tests.faults.disk import small_disk


def connection(folder: Path) -> Connection:
    options = broker(f"filesystem:{folder}")
    return Connection(options["broker_url"], transport_options=options["broker_transport_options"])


def test_a_message_arrives_as_it_was_sent(tmp_path: Path) -> None:
    with connection(tmp_path) as sender, connection(tmp_path) as receiver:
        sender.SimpleQueue("build").put({"feed": "all"})
        message = receiver.SimpleQueue("build").get(timeout=10)

        assert message.payload == {"feed": "all"}
        message.ack()
    assert list((tmp_path / "messages").iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing_that_ends_a_worker(tmp_path: Path) -> None:
    """kombu's own transport leaves an empty message there, and its reader ends of it."""
    with small_disk(tmp_path / "disk", 1) as disk, connection(disk.place) as sender:
        queue = sender.SimpleQueue("watch")  # kombu binds a queue once per process
        disk.fill()

        with pytest.raises(ChannelError, match=r"disk/messages: No space left on device"):
            queue.put({"source": "site"})

        assert list((disk.place / "messages").iterdir()) == []
        disk.make_room()
        queue.put({"source": "site"})
        assert queue.get(timeout=10).payload == {"source": "site"}
