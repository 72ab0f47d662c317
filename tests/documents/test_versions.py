"""What is new since a version: exactly the entries whose bytes it did not have."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndicator import formats
from syndicator.documents.directory import Directory
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.documents.shelf import Served
from syndicator.documents.versions import MAX_ENTRIES, MAX_VERSIONS, Versions, digest
from syndicator.domain.article import Article
from syndicator.jobs.ports import Document, History
from tests.formats.newsroom import FEED, SITE, article

NINE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

HEAD, FOOT = b"<head of its own>", b"<foot>"

entry = st.binary(min_size=1, max_size=3)

entries = st.lists(st.builds(b"(%b)".__mod__, entry), max_size=6, unique=True)


def joined(carried: Sequence[bytes], between: bytes) -> bytes:
    return HEAD + between.join(carried) + FOOT


def build(folder: Path, carried: Sequence[bytes], content: bytes) -> Served:
    Directory(folder).replace(
        "all", [Document(extension="rss", content=content, modified=NINE, entries=carried)]
    )
    served = DirectoryShelf(folder).load("all.rss")
    assert served
    return served


@pytest.mark.slow
@given(st.lists(entries, min_size=1, max_size=6), st.sampled_from([b"", b","]))
@example([[b"(a)"], [b"(b)", b"(a)"], [b"(b)"], [b"(c)", b"(b)", b"(a)"]], b",")
def test_news_are_the_entries_that_differ_and_nothing_else(
    history: list[list[bytes]], between: bytes
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for carried in history:
            served = build(Path(folder), carried, joined(carried, between))
    now = history[-1]
    for known in history:
        news = [each for each in now if each not in known]
        found = served.since([digest(joined(known, between))])
        if known == now or not known or len(news) == len(now):
            assert found is None
        else:
            assert found == (digest(joined(known, between)), joined(news, between))


@given(st.lists(entry, min_size=1, max_size=3), st.binary(max_size=9), st.binary(max_size=9))
def test_entries_are_found_or_left_alone(carried: list[bytes], head: bytes, foot: bytes) -> None:
    """However they look like what is around them."""
    content = head + b"".join(carried) + foot

    versions = Versions.of(content, carried, None)

    if versions:
        assert content[: versions.begins] + b"".join(carried) == content[: len(content) - len(foot)]


def story(number: int, **changes: Any) -> Article:
    return article(str(number), **changes)


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
@pytest.mark.parametrize("news", [0, 1, 3])
def test_in_every_format_news_are_a_feed_of_their_own(tmp_path: Path, name: str, news: int) -> None:
    form = formats.kind(name)()

    def built(articles: Sequence[Article]) -> Served:
        written = [form.entry(SITE, FEED, each) for each in articles]
        return build(tmp_path, written, form.document(SITE, FEED, articles, written, History()))

    before = [story(n) for n in range(5)]
    after = [*(story(10 + n) for n in range(news)), replace(before[0], title="Corrected"), *before[1:4]]
    first, second = built(before), built(after)

    found = second.since([first.digest])

    assert found
    said = found[1]
    wanted = [each.guid for each in after[: news + 1]]
    if name == "json":
        assert [each["id"] for each in json.loads(said)["items"]] == wanted
    else:
        parsed = feedparser.parse(io.BytesIO(said))
        assert not parsed.bozo
        assert [each.id for each in parsed.entries] == wanted


@pytest.mark.slow
def test_only_the_latest_versions_are_remembered(tmp_path: Path) -> None:
    seen = []
    for number in range(MAX_VERSIONS + 5):
        carried = [b"(same)", b"(%d)" % number]
        served = build(tmp_path, carried, joined(carried, b""))
        seen.append(served.digest)

    assert all(served.since([each]) for each in seen[-MAX_VERSIONS - 1 : -1])
    assert not any(served.since([each]) for each in seen[: -MAX_VERSIONS - 1])


def test_long_feeds_are_remembered_for_less_long(tmp_path: Path) -> None:
    long = [b"(%d)" % n for n in range(MAX_ENTRIES // 2 - 1)]
    for number in range(4):
        carried = [b"(new %d)" % number, *long]
        served = build(tmp_path, carried, joined(carried, b""))

    assert len(served.versions) < 20 * MAX_ENTRIES


def test_of_several_versions_the_latest_counts(tmp_path: Path) -> None:
    tags = []
    for carried in ([b"(a)"], [b"(b)", b"(a)"], [b"(c)", b"(b)", b"(a)"]):
        served = build(tmp_path, carried, joined(carried, b""))
        tags.append(served.digest)

    assert served.since([tags[0], "f" * 24, tags[1]]) == (tags[1], joined([b"(c)"], b""))


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"places":[0,""],"versions":{}}',
        b'{"places":[0,"",3],"versions":{"a":""}}',
    ],
)
def test_a_spoilt_record_costs_the_news_and_nothing_else(tmp_path: Path, spoilt: bytes) -> None:
    old = build(tmp_path, [b"(a)"], joined([b"(a)"], b""))
    (tmp_path / "all.rss.entries").write_bytes(spoilt)

    served = build(tmp_path, [b"(b)", b"(a)"], joined([b"(b)", b"(a)"], b""))

    assert served.variants[""] == joined([b"(b)", b"(a)"], b"")
    assert served.since([old.digest]) is None


def test_a_record_of_another_build_is_none(tmp_path: Path) -> None:
    old = build(tmp_path, [b"(a)"], joined([b"(a)"], b""))
    build(tmp_path, [b"(b)", b"(a)"], joined([b"(b)", b"(a)"], b""))
    (tmp_path / "all.rss").write_bytes(joined([b"(c)", b"(b)", b"(a)"], b""))

    served = DirectoryShelf(tmp_path).load("all.rss")

    assert served
    assert served.since([old.digest]) is None
