"""Messages as files: none is lost, none is seen twice, and no half of one stops a worker."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from threading import Event
from typing import Any

import pytest
from kombu.connection import Connection
from kombu.exceptions import ChannelError

from syndicator.processes.celery_settings import broker

MANY = 400


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "broker"


def connect(folder: Path) -> Any:
    options = broker(f"filesystem:{folder}")
    return Connection(options["broker_url"], transport_options=options["broker_transport_options"])


@pytest.fixture
def connection(folder: Path) -> Iterator[Any]:
    with connect(folder) as opened:
        yield opened


def test_a_message_comes_out_as_it_went_in_and_once(connection: Any) -> None:
    with connection.SimpleQueue("build") as queue:
        queue.put({"name": "ຂ່າວ"})

        message = queue.get(timeout=60)
        assert message.payload == {"name": "ຂ່າວ"}
        message.ack()
        with pytest.raises(Empty):
            queue.get(block=False)


def test_what_one_folder_has_bound_is_bound_in_the_next_one_too(connection: Any, tmp_path: Path) -> None:
    with connect(tmp_path / "another") as other, other.SimpleQueue("build") as queue:
        queue.put({"is": "there"})
    with connection.SimpleQueue("build") as queue:
        queue.put({"is": "here"})

        assert queue.get(block=False).payload == {"is": "here"}


def test_messages_come_out_in_their_order(connection: Any) -> None:
    channel = connection.default_channel
    for number in range(20):
        channel._put("build", {"number": number})

    assert [channel._get("build")["number"] for _ in range(20)] == list(range(20))


@pytest.mark.parametrize("torn", ["", "{", "\udcff"])
def test_half_a_message_is_passed_over(connection: Any, folder: Path, torn: str) -> None:
    """As a program leaves it that was killed while it wrote, or that does not write whole files."""
    content = torn.encode("utf-8", "surrogateescape")
    (folder / "messages" / f"{time.time_ns():020}_torn.build.msg").write_bytes(content)
    channel = connection.default_channel
    channel._put("build", {"is": "whole"})

    assert channel._get("build") == {"is": "whole"}
    with pytest.raises(Empty):
        channel._get("build")


@pytest.mark.slow
def test_two_workers_never_share_a_message_nor_see_half_of_one(folder: Path) -> None:
    text = "x" * 50_000  # longer than one write
    is_over = Event()

    def work() -> list[int]:
        with connect(folder) as connection:
            channel = connection.default_channel
            seen: list[int] = []
            while True:
                ended = is_over.is_set()
                try:
                    message = channel._get("build")
                except Empty:
                    if ended:
                        return seen
                    continue
                assert message["text"] == text
                seen.append(message["number"])

    with ThreadPoolExecutor(2) as pool, connect(folder) as connection:
        workers = [pool.submit(work) for _ in range(2)]
        for number in range(MANY):
            connection.default_channel._put("build", {"number": number, "text": text})
        is_over.set()
        seen = [number for worker in workers for number in worker.result(60)]

    assert sorted(seen) == list(range(MANY))


def test_queues_bound_at_once_are_all_bound(folder: Path) -> None:
    def bind(number: int) -> None:
        with connect(folder) as connection:
            connection.default_channel._queue_bind("news", f"key-{number}", "", f"queue-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bind, range(40)))

    with connect(folder) as connection:
        table = connection.default_channel.get_table("news")
    assert {binding[2] for binding in table} == {f"queue-{number}" for number in range(40)}


def test_a_torn_table_is_made_anew(connection: Any, folder: Path) -> None:
    (folder / "control" / "news.exchange").write_text("[[")
    channel = connection.default_channel

    assert channel.get_table("news") == []
    channel._queue_bind("news", "key", "", "queue")
    assert len(channel.get_table("news")) == 1


def test_a_queue_that_is_deleted_gets_nothing_more(connection: Any) -> None:
    channel = connection.default_channel
    channel._queue_bind("news", "key", "", "queue")
    channel._put("queue", {"waits": True})

    channel._delete("queue", "news", "key", "")

    assert channel.get_table("news") == []
    with pytest.raises(Empty):
        channel._get("queue")


def test_a_folder_that_cannot_be_written_is_the_brokers_error(connection: Any, folder: Path) -> None:
    for name in ("messages", "processed"):
        (folder / name).rmdir()
    (folder / "messages").write_text("no folder")

    with pytest.raises(ChannelError, match="queue 'build'"):
        connection.default_channel._put("build", {})


@pytest.fixture
def listings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were read from end to end."""
    read: list[str] = []
    listdir = os.listdir

    def listed(path: Any) -> list[str]:
        read.append(str(path))
        return listdir(path)

    monkeypatch.setattr(os, "listdir", listed)
    return read


def test_a_full_folder_is_read_once_and_not_for_each_message(
    connection: Any, listings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.processes.file_broker.LISTING_AGE_S", 3600.0)
    channel = connection.default_channel
    for number in range(50):
        for queue in "watch", "build":
            channel._put(queue, {"number": number})

    taken = [channel._get(queue)["number"] for _ in range(50) for queue in ("watch", "build")]

    assert taken == [number for number in range(50) for _ in range(2)]
    assert len(listings) == 1


def test_news_for_one_queue_does_not_wait_for_thousands_in_another(
    connection: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = connection.default_channel
    for number in range(3):
        channel._put("watch", {"number": number})
    assert channel._get("watch") == {"number": 0}
    channel._put("deliver", {"is": "news"})
    monkeypatch.setattr("syndicator.processes.file_broker.LISTING_AGE_S", 0.0)

    assert channel._get("deliver") == {"is": "news"}
    assert [channel._get("watch")["number"] for _ in range(2)] == [1, 2]


def test_messages_beyond_their_life_are_removed_unread(connection: Any, folder: Path) -> None:
    old = time.time_ns() - int(3600e9)
    for queue in "watch", "nobodys":
        (folder / "messages" / f"{old:020}_old.{queue}.msg").write_text("{}")
    channel = connection.default_channel
    channel._put("watch", {"is": "new"})

    assert channel._get("watch") == {"is": "new"}
    assert list((folder / "messages").iterdir()) == []
