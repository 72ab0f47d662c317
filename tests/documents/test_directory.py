"""Documents in a directory: replaced whole, compressed once, left alone when nothing changes."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import resource
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.documents import DocumentError
from syndicator.documents.directory import ABANDONED_AFTER_S, Directory
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.documents.shelf import PREPARED_BYTES, Served
from syndicator.domain.errors import SyndicatorError
from syndicator.jobs.ports import Document
from tests.documents.test_keeping import document
from tests.documents.two_hands import replaced_by_two_hands

NINE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def identities(paths: Iterable[Path]) -> dict[str, tuple[int, int, int]]:
    return {p.name: (s.st_ino, s.st_mtime_ns, s.st_ctime_ns) for p in paths for s in [p.stat()]}


@given(st.binary(max_size=2000))
def test_a_document_stands_beside_its_compressed_forms(tmp_path: Path, content: bytes) -> None:
    Directory(tmp_path).replace("all", [document(content)])

    files = contents(tmp_path)
    assert set(files) == {"all.rss", "all.rss.gz", "all.rss.br"}
    assert files["all.rss"] == content
    assert gzip.decompress(files["all.rss.gz"]) == content
    assert brotli.decompress(files["all.rss.br"]) == content


def test_files_are_as_old_as_what_they_say(tmp_path: Path) -> None:
    Directory(tmp_path).replace("all", [document()])

    assert {path.stat().st_mtime for path in tmp_path.iterdir()} == {NINE.timestamp()}


def test_the_same_document_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        Directory(tmp_path / name).replace("all", [document(b"<rss>" * 100)])

    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_what_does_not_change_is_left_alone(tmp_path: Path) -> None:
    Directory(tmp_path).replace("all", [document(), document(b"{}", "json")])
    before = identities(tmp_path.glob("*.rss*"))

    later = NINE + timedelta(hours=1)
    Directory(tmp_path).replace("all", [document(modified=later), document(b"{1}", "json", later)])

    assert identities(tmp_path.glob("*.rss*")) == before
    assert (tmp_path / "all.json").read_bytes() == b"{1}"


def test_feeds_do_not_touch_each_other(tmp_path: Path) -> None:
    Directory(tmp_path).replace("all", [document(b"1")])
    Directory(tmp_path).replace("all-lao", [document(b"2")])

    assert (tmp_path / "all.rss").read_bytes() == b"1"
    assert (tmp_path / "all-lao.rss").read_bytes() == b"2"


def test_archives_stand_in_a_folder_of_their_feed(tmp_path: Path) -> None:
    directory = Directory(tmp_path)
    pages = [replace(document(b"page %d" % n), page=n) for n in (1, 2)]

    directory.replace("all", [*pages, document(b"newest")])

    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {
        f"{name}.rss{ending}" for name in ("all", "all/1", "all/2") for ending in ("", ".gz", ".br")
    }
    assert directory.read("all/2.rss") == b"page 2"
    before = identities((tmp_path / "all").iterdir())
    directory.replace("all", [replace(pages[1], content=b"page two")])
    assert directory.read("all/2.rss") == b"page two"
    after = identities((tmp_path / "all").iterdir())
    assert {name for name in after if after[name] != before[name]} == {"2.rss", "2.rss.gz", "2.rss.br"}


def test_what_others_keep_in_the_folder_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".kept.by.hand").mkdir()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + ABANDONED_AFTER_S + 1)

    Directory(tmp_path).replace("all", [document()])

    assert (tmp_path / ".kept.by.hand").exists()


def test_what_a_killed_process_left_is_cleared_away_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / ".building.all.abcd"
    left.mkdir()
    (left / "all.rss").write_bytes(b"half of i")

    Directory(tmp_path).replace("all", [document(b"1")])
    assert left.exists(), "it may be another hand's, still at work"

    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + ABANDONED_AFTER_S + 1)
    Directory(tmp_path).replace("all", [document(b"2")])
    assert not left.exists()


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "documents"
    place.write_text("in the way")

    with pytest.raises(DocumentError, match=r"documents: File exists; the feed stays as it was"):
        Directory(place).replace("all", [document()])
    assert issubclass(DocumentError, SyndicatorError)


@contextmanager
def files_no_larger_than(length: int) -> Iterator[None]:
    """The system refuses longer writes with an error, as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (length, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_leaves_the_old_set_standing(tmp_path: Path) -> None:
    old = [document(b"old"), document(b"old", "atom"), document(b"old", "json")]
    Directory(tmp_path).replace("all", old)
    before = contents(tmp_path)

    new = [replace(old[0], content=b"new"), replace(old[1], content=os.urandom(50_000)), old[2]]
    with files_no_larger_than(20_000), pytest.raises(DocumentError, match="the feed stays as it was"):
        Directory(tmp_path).replace("all", new)

    assert contents(tmp_path) == before


# Reading


def test_the_shelf_serves_every_form_under_its_own_tag(tmp_path: Path) -> None:
    Directory(tmp_path).replace("all", [document(b"<rss>" * 100)])

    served = DirectoryShelf(tmp_path).load("all.rss")

    assert served is not None
    assert served.modified == NINE
    assert served.variants[""] == b"<rss>" * 100
    assert served.variants["gzip"] == (tmp_path / "all.rss.gz").read_bytes()
    assert served.variants["br"] == (tmp_path / "all.rss.br").read_bytes()
    tag = served.etags[""].strip('"')
    assert served.etags == {"": f'"{tag}"', "gzip": f'"{tag}-gz"', "br": f'"{tag}-br"'}


def test_tags_tell_documents_apart_and_outlive_processes(tmp_path: Path) -> None:
    tags = []
    for content in (b"1", b"2", b"1"):
        Directory(tmp_path).replace("all", [document(content)])
        served = DirectoryShelf(tmp_path).load("all.rss")
        assert served is not None
        tags.append(served.etags[""])

    assert tags[0] == tags[2] != tags[1]


def test_what_is_not_there_is_not_served(tmp_path: Path) -> None:
    Directory(tmp_path).replace("all", [document()])
    shelf = DirectoryShelf(tmp_path)

    assert shelf.load("none.rss") is None
    assert shelf.load("all.rss/more") is None
    assert shelf.load("all.rss") is not None
    (tmp_path / "all.rss").unlink()
    assert shelf.load("all.rss") is None


def test_a_document_is_read_again_only_when_it_was_replaced(tmp_path: Path) -> None:
    directory, shelf = Directory(tmp_path), DirectoryShelf(tmp_path)
    directory.replace("all", [document(b"1")])

    first = shelf.load("all.rss")
    assert shelf.load("all.rss") is first
    directory.replace("all", [document(b"2")])  # as long and, by its own account, as old
    second = shelf.load("all.rss")

    assert second is not None
    assert second.variants[""] == b"2"
    assert shelf.load("all.rss") is second


@pytest.mark.parametrize("beside", [None, b"", b"torn", gzip.compress(b"of another build", mtime=0)])
def test_compressed_files_that_are_not_the_documents_are_not_served(
    tmp_path: Path, beside: bytes | None
) -> None:
    Directory(tmp_path).replace("all", [document(b"this build")])
    for ending in ("gz", "br"):
        if beside is None:
            (tmp_path / f"all.rss.{ending}").unlink()
        else:
            (tmp_path / f"all.rss.{ending}").write_bytes(beside)

    served = DirectoryShelf(tmp_path).load("all.rss")

    assert served is not None
    assert gzip.decompress(served.variants["gzip"]) == b"this build"
    assert brotli.decompress(served.variants["br"]) == b"this build"


def test_a_gzip_file_with_a_broken_middle_is_not_served(tmp_path: Path) -> None:
    Directory(tmp_path).replace("all", [document(b"this build" * 100)])
    path = tmp_path / "all.rss.gz"
    path.write_bytes(path.read_bytes()[:10] + b"\xff" * 20)

    served = DirectoryShelf(tmp_path).load("all.rss")

    assert served is not None
    assert gzip.decompress(served.variants["gzip"]) == b"this build" * 100


def test_the_shelf_forgets_what_is_asked_for_least(tmp_path: Path) -> None:
    for name in "abc":
        Directory(tmp_path).replace(name, [document(os.urandom(1000))])
    shelf = DirectoryShelf(
        tmp_path, memory=2 * PREPARED_BYTES + 7000
    )  # two documents in three forms of a thousand bytes

    first, second = shelf.load("a.rss"), shelf.load("b.rss")
    assert shelf.load("a.rss") is first
    shelf.load("c.rss")

    assert shelf.load("a.rss") is first
    assert shelf.load("b.rss") is not second


#: How often the document is replaced while others read.
VERSIONS = 150


def version(number: int) -> Document:
    """A document that says its number all over, is as long as it and as old as it."""
    content = b"%08d" % number * (500 + number % 7)
    return document(content, modified=NINE + timedelta(seconds=number))


def write_versions(folder: Path) -> None:
    for number in range(1, VERSIONS + 1):
        Directory(folder).replace("all", [version(number)])


def fault(served: Served | None) -> str:
    """What is wrong with what a reader got, if anything is."""
    if served is None:
        return "missing"
    content = served.variants[""]
    wanted = version(int(content[:8]))
    if content != wanted.content:
        return f"torn: {content[:8]!r}"
    if served.modified != wanted.modified:
        return f"mixed: {content[:8]!r} of {served.modified}"
    forms = [gzip.decompress(served.variants["gzip"]), brotli.decompress(served.variants["br"])]
    return "" if forms == [content, content] else f"compressed of another build: {content[:8]!r}"


@pytest.mark.slow  # a process of its own
def test_readers_never_see_a_torn_or_mixed_document(tmp_path: Path) -> None:
    """Many threads read, with one shelf and with many, while another process writes."""
    Directory(tmp_path).replace("all", [version(0)])
    shared, faults, last = DirectoryShelf(tmp_path), set[str](), version(VERSIONS).content
    writer = multiprocessing.get_context("spawn").Process(target=write_versions, args=(tmp_path,))

    def read(shelf: DirectoryShelf | None) -> None:
        is_over = False
        while not is_over:
            is_over = not writer.is_alive()  # one more look, at what was written last
            served = (shelf or DirectoryShelf(tmp_path)).load("all.rss")
            faults.add(fault(served))
        assert served is not None
        if served.variants[""] != last:
            faults.add("not the last")

    writer.start()
    with ThreadPoolExecutor(4) as readers:
        list(readers.map(read, (shared, shared, None, None)))
    writer.join()

    assert writer.exitcode == 0
    assert faults == {""}


@pytest.mark.slow
def test_two_hands_on_one_feed_leave_whole_documents(tmp_path: Path) -> None:
    """A lease that ran out can leave two: neither fails by the other's doing."""
    assert replaced_by_two_hands(Directory(tmp_path), length=100, times=50) == []
    assert set(contents(tmp_path)) == {"all.rss", "all.rss.gz", "all.rss.br"}
    assert len(set((tmp_path / "all.rss").read_bytes())) == 1
