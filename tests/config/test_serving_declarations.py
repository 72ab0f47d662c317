"""What is declared of serving: who may read a feed, where one has gone, how long it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.cli.check import weakness
from syndicator.config import load
from syndicator.domain.errors import DeclarationError
from tests.config.folders import FEED, SITE, declared, mistakes
from tests.config.kinds import KINDS

WEB = SITE + "[web]\n"


def test_feeds_say_how_long_they_are_kept(tmp_path: Path) -> None:
    told = FEED + 'max_age = "2m"\nstale_while_revalidate = "0s"\nstale_if_error = "2h"\n'

    feeds = declared(tmp_path, feeds={"all": told, "plain": 'title = "Plain"\n'}).feeds

    assert (feeds["all"].stale_while_revalidate, feeds["all"].stale_if_error) == (0, 7200)
    assert (feeds["plain"].stale_while_revalidate, feeds["plain"].stale_if_error) == (None, 86_400)


def test_a_feed_with_readers_is_private(tmp_path: Path) -> None:
    told = FEED + '[readers]\nann = "env:ANN"\nthe-desk = "file:secrets/desk"\n'

    found = declared(tmp_path, feeds={"all": told, "plain": 'title = "Plain"\n'})

    assert [name for name, feed in found.feeds.items() if feed.is_private] == ["all"]
    assert {name: str(secret) for name, secret in found.readers["all"].items()} == {
        "ann": "env:ANN",
        "the-desk": f"file:{tmp_path}/secrets/desk",
    }


def test_a_feed_whose_last_reader_is_gone_is_not_for_everybody(tmp_path: Path) -> None:
    found = declared(tmp_path, feeds={"all": FEED + "[readers]\n"})

    assert found.feeds["all"].is_private
    assert found.readers == {"all": {}}


def test_a_file_in_a_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "syndicator.toml").write_text(SITE)
    (tmp_path / "feeds").write_text("")

    with pytest.raises(DeclarationError, match=r"feeds is a file, and is to be a folder"):
        load(tmp_path, KINDS)
    with pytest.raises(DeclarationError, match=r"syndicator\.toml: is no folder"):
        load(tmp_path / "syndicator.toml", KINDS)


def test_private_feeds_in_a_bucket_need_one_of_their_own(tmp_path: Path) -> None:
    main = SITE + '[keep]\ndocuments = "s3://feeds"\n'
    feeds = {"all": FEED, **dict.fromkeys(("board", "agency"), f'{FEED}[readers]\nann = "env:ANN"\n')}

    [said] = mistakes(tmp_path, main, feeds)
    assert said == (
        "syndicator.toml:5: [keep] documents: is for everybody, and there are private feeds: agency, board; "
        'declare another bucket for them, private = "s3://BUCKET/PREFIX"'
    )
    assert (
        declared(tmp_path, main + 'private = "s3://desk/feeds/"\n', feeds).keep.private == "s3://desk/feeds"
    )


@pytest.mark.parametrize(
    ("readers", "mistake"),
    [
        ('ann = "hunter2"', '2: [readers] ann: a secret is not written here but referred to: "env:NAME"'),
        ('"a:b" = "env:A"', "2: [readers] a:b: a reader's name is made of a-z, 0-9 and hyphens"),
    ],
)
def test_what_is_wrong_with_readers_is_said(tmp_path: Path, readers: str, mistake: str) -> None:
    [said] = mistakes(tmp_path, feeds={"all": f'title = "All"\n[readers]\n{readers}\n'})

    assert said.startswith(f"feeds/all.toml:{mistake.replace('2:', '3:', 1)}")
    assert "hunter2" not in said


def test_feeds_move_and_end(tmp_path: Path) -> None:
    told = (
        WEB
        + 'ended = ["old"]\nmoved = { town = "all", sea = "https://sea.test/{ext}" }\nmost_per_minute = 0\n'
    )

    web = declared(tmp_path, told).web

    assert web.ended == ("old",)
    assert web.moved == {"town": "all", "sea": "https://sea.test/{ext}"}


@pytest.mark.parametrize(
    ("told", "mistake"),
    [
        ('moved = { town = "al" }', "[web.moved] town: there is no feed 'al'; do you mean 'all'?"),
        (
            'moved = { town = "ftp://x/" }',
            '[web.moved] town: must be a web address, such as "https://news.example/"',
        ),
        (
            'moved = { all = "all" }',
            "[web.moved] all: the feed 'all' is declared: remove feeds/all.toml, or what is said of it here",
        ),
        (
            'moved = { "A b" = "all" }',
            "[web.moved] A b: 'A b' is no name: use a-z, 0-9 and hyphens, 63 of them at most",
        ),
        (
            'ended = ["all"]',
            "[web] ended: the feed 'all' is declared: remove feeds/all.toml, or what is said of it here",
        ),
        ('ended = ["A"]', "[web] ended: 'A' is no name: use a-z, 0-9 and hyphens, 63 of them at most"),
        (
            'ended = ["town"]\nmoved = { town = "all" }',
            "[web] ended: the feed 'town' has moved, [web.moved] says: it is one or the other",
        ),
        ("most_per_minute = -1", "[web] most_per_minute: "),
    ],
)
def test_what_cannot_have_moved_is_a_mistake(tmp_path: Path, told: str, mistake: str) -> None:
    [said] = mistakes(tmp_path, WEB + told + "\n")

    assert said.startswith(f"syndicator.toml:5: {mistake}")


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("mVq3x8_LkT-92hWzR~b.", ""),
        ("short", "has 5 characters, and can be guessed"),
        ("with a space and a / in it", "holds characters that no address has"),
    ],
)
def test_weak_secrets_are_told(secret: str, said: str) -> None:
    assert weakness(secret).startswith(said)
    assert bool(weakness(secret)) is bool(said)
    assert secret not in weakness(secret)
