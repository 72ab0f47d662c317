"""What right declarations become."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.config import load, load_example
from syndicator.config.tables import Conditions, FeedFile
from syndicator.domain.feed import Feed, Filter, Site
from syndicator.secret import Secret
from tests.config.folders import FEED, SITE, declared, write
from tests.config.kinds import KINDS, Pace, Pager, Shelf, Wire


def test_the_smallest_declarations_have_defaults_for_everything_else(tmp_path: Path) -> None:
    found = declared(tmp_path)

    assert found.folder == tmp_path
    assert found.site == Site(
        title="The Test",
        url="https://news.test/",
        feeds_url="http://127.0.0.1:8000/feeds",
        authority="news.test",
        hubs=("http://127.0.0.1:8000/hub",),
    )
    assert found.keep.database == f"sqlite:///{tmp_path}/var/syndicator.db"
    assert found.keep.broker == f"filesystem:{tmp_path}/var/broker"
    assert found.keep.documents == f"{tmp_path}/var/documents"
    assert found.keep.photos == tmp_path / "var/photos"
    assert (found.web.host, found.web.port, found.web.password) == ("127.0.0.1", 8000, None)
    assert found.fetch.allow == ()
    assert found.example is None
    assert found.sources == {}
    assert found.channels == {}
    assert found.feeds == {"all": Feed(name="all", title="All")}


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://Feeds.Test/A", "https://feeds.test/A"),
        ("HTTPS://feeds.test:443", "https://feeds.test"),
        ("http://Feeds.test:80/x", "http://feeds.test/x"),
        ("http://feeds.test:8080/", "http://feeds.test:8080"),
    ],
)
def test_addresses_are_as_feeds_ids_have_to_be(tmp_path: Path, written: str, address: str) -> None:
    """Which readers compare letter by letter."""
    found = declared(tmp_path, f'{SITE}\n[web]\npublic_url = "{written}"\n')

    assert found.site.feeds_url == f"{address}/feeds"


def test_everything_that_is_declared_arrives(tmp_path: Path) -> None:
    found = declared(
        tmp_path,
        """\
        [site]
        title = " The Test "
        url = "https://news.test/"
        language = "lo"
        authority = "Guids.Test"
        copyright = "© The Test"
        icon = "https://news.test/icon.png"
        hubs = ["https://hub.test/"]
        [web]
        listen = "[::]:9000"
        public_url = "https://feeds.test/"
        password = "env:PASSWORD"
        [fetch]
        allow = ["CMS.internal", "127.0.0.1:81", "10.0.0.0/8", "::1"]
        photos = ["images.internal"]
        [hub]
        allow = ["Readers.internal:8080"]
        [example]
        folder = "site"
        state = "/srv/state"
        """,
    )

    assert found.site == Site(
        title="The Test",
        url="https://news.test/",
        feeds_url="https://feeds.test/feeds",
        authority="guids.test",
        language="lo",
        copyright="© The Test",
        icon="https://news.test/icon.png",
        hubs=("https://feeds.test/hub", "https://hub.test/"),
    )
    assert found.other_hubs == ("https://hub.test/",)
    assert (found.web.host, found.web.port, found.web.password) == ("::", 9000, Secret("env:PASSWORD"))
    assert found.fetch.allow == ("cms.internal", "127.0.0.1:81", "10.0.0.0/8", "::1")
    assert found.fetch.photos == ("images.internal",)
    assert found.hub.allow == ("readers.internal:8080",)
    assert found.example is not None
    assert found.example.folder == tmp_path / "site"
    assert found.example.state == Path("/srv/state")
    assert found.example.listen == "127.0.0.1:8001"


def test_the_example_is_read_under_its_old_name_with_one_remark(tmp_path: Path) -> None:
    found = declared(tmp_path, SITE + '[newsroom]\nfolder = "site"\n')

    assert found.example is not None
    assert found.example.folder == tmp_path / "site"
    [remark] = [each for each in found.warnings if "newsroom" in each]
    assert remark == f"{tmp_path}/syndicator.toml:4: [newsroom]: is called [example] now: rename the table"


def test_the_example_is_read_alone_however_wrong_the_rest_is(tmp_path: Path) -> None:
    assert load_example(tmp_path).folder == tmp_path / "example"  # nothing is declared at all

    write(tmp_path, '[site]\ntitel = 1\n[example]\nfolder = "site"\nlisten = "127.0.0.1:9"\n')

    found = load_example(tmp_path)
    assert (found.folder, found.listen) == (tmp_path / "site", "127.0.0.1:9")
    assert found.state == tmp_path / "var" / "newsroom"  # where what has happened has always been


def test_a_hub_arrives_with_its_terms(tmp_path: Path) -> None:
    found = declared(
        tmp_path, SITE + '[hub]\nlease = "1d"\nshortest_lease = "1h"\nsignature = "sha1"\nrequests = 5\n'
    )

    assert (found.hub.lease, found.hub.shortest_lease) == (timedelta(days=1), timedelta(hours=1))
    assert (found.hub.signature, found.hub.requests) == ("sha1", 5)


def test_without_a_hub_of_our_own_feeds_name_only_those_of_others(tmp_path: Path) -> None:
    found = declared(tmp_path, SITE + 'hubs = ["https://hub.test/"]\n[hub]\nenabled = false\n')

    assert found.site.hubs == found.other_hubs == ("https://hub.test/",)


def test_a_feed_arrives_with_its_conditions(tmp_path: Path) -> None:
    feed = """\
        title = "Sport"
        description = "Balls."
        language = "lo"
        url = "https://news.test/sport"
        sections = ["Sport"]
        tags = ["football"]
        authors = ["A. Author"]
        languages = ["lo", "en-GB"]
        length = 10
        content = "summary"
        formats = ["json"]
        channels = ["desk"]
        max_age = "5m"
        [exclude]
        tags = ["chess"]
        sources = ["wire"]
        """
    main = (
        SITE + '[sources.wire]\nkind="wire"\naddress="a"\n'
        '[channels.desk]\nkind="pager"\nnumber="1"\ntoken="env:T"\nmax_age="2h"'
    )

    found = declared(tmp_path, main, {"sport": feed})

    assert found.feeds["sport"] == Feed(
        name="sport",
        title="Sport",
        description="Balls.",
        language="lo",
        url="https://news.test/sport",
        only=Filter(
            sections=("Sport",),
            tags=("football",),
            authors=("A. Author",),
            languages=("lo", "en-GB"),
            exclude=Filter(tags=("chess",), sources=("wire",)),
        ),
        length=10,
        content="summary",
        formats=("json",),
        channels=("desk",),
        max_age=300,
    )
    assert found.channels["desk"].max_age == timedelta(hours=2)
    assert found.warnings == ()


def test_a_feed_file_can_say_everything_that_a_feed_knows() -> None:
    said = {f.name for f in fields(FeedFile)} - {f.name for f in fields(Conditions)}

    assert said - {"readers"} | {"name", "only", "is_private"} == {
        f.metadata.get("declared_as", f.name) for f in fields(Feed)
    }
    assert {f.name for f in fields(Conditions)} == {f.name for f in fields(Filter)}


def test_the_settings_of_a_source_are_of_the_types_of_its_fields(tmp_path: Path) -> None:
    found = declared(
        tmp_path,
        SITE
        + """
[sources.wire]
kind = "wire"
address = "a"
every = "90s"
rechecks = ["1m", "1.5h", "2d"]
cache = "cache"
most = 3
share = 1
embargoes = true
pace = "fast"
tone = "loud"
shelves = [{ label = "a" }, { label = "b", every = "2m" }]
first.label = "c"
headers = { Accept = "text/html" }
key = "file:key.txt"
""",
    )

    plug = found.sources["wire"]

    assert plug.kind is Wire
    assert plug.kind(name="wire", http=None, **plug.settings) == Wire(
        name="wire",
        http=None,
        address="a",
        every=timedelta(seconds=90),
        rechecks=(timedelta(minutes=1), timedelta(minutes=90), timedelta(days=2)),
        cache=tmp_path / "cache",
        most=3,
        share=1.0,
        embargoes=True,
        pace=Pace.FAST,
        tone="loud",
        shelves=(Shelf(label="a"), Shelf(label="b", every=timedelta(minutes=2))),
        first=Shelf(label="c"),
        headers={"Accept": "text/html"},
        key=Secret(f"file:{tmp_path}/key.txt"),
    )


def test_a_default_path_starts_at_the_folder_too(tmp_path: Path) -> None:
    found = declared(tmp_path, SITE + '[sources.wire]\nkind = "wire"\naddress = "a"')

    assert found.sources["wire"].settings["cache"] == tmp_path / "var/wire"


def test_a_source_without_a_time_zone_has_that_of_the_site(tmp_path: Path) -> None:
    wire = '[sources.{}]\nkind = "wire"\naddress = "a"\n'
    main = (
        SITE
        + 'timezone = "Asia/Vientiane"\n'
        + wire.format("a")
        + wire.format("b")
        + 'timezone = "Asia/Tokyo"'
    )

    found = declared(tmp_path, main).sources

    assert found["a"].settings["timezone"] == "Asia/Vientiane"
    assert found["b"].settings["timezone"] == "Asia/Tokyo"


def test_a_channel_has_a_day_unless_it_says_other(tmp_path: Path) -> None:
    found = declared(tmp_path, SITE + '[channels.desk]\nkind = "pager"\nnumber = "1"\ntoken = "file:~/token"')

    outlet = found.channels["desk"]

    assert outlet.kind is Pager
    assert outlet.settings == {"number": "1", "token": Secret(f"file:{Path.home()}/token")}
    assert outlet.max_age == timedelta(days=1)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("sqlite:///a/b.db", "sqlite:///{}/a/b.db"),
        ("sqlite:////a/b.db", "sqlite:////a/b.db"),
        ("postgresql://db/news", "postgresql://db/news"),
        ("env:ADDRESS", "postgresql://me:T0ps3cret@db/x"),
        ("file:address", "postgresql://me:T0ps3cret@db/y"),
    ],
)
def test_a_database_is_found_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, kept: str
) -> None:
    monkeypatch.setenv("ADDRESS", "postgresql://me:T0ps3cret@db/x")
    (tmp_path / "address").write_text("postgresql://me:T0ps3cret@db/y\n")

    found = declared(tmp_path, SITE + f'[keep]\ndatabase = "{written}"')

    assert found.keep.database == kept.format(tmp_path)
    assert found.keep.database not in repr(found)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("filesystem:a/b", "filesystem:{}/a/b"),
        ("filesystem:///a/b", "filesystem:/a/b"),
        ("redis://10.0.0.5:6379/0", "redis://10.0.0.5:6379/0"),
        ("amqps://broker.test//", "amqps://broker.test//"),
    ],
)
def test_a_broker_is_found(tmp_path: Path, written: str, kept: str) -> None:
    assert declared(tmp_path, SITE + f'[keep]\nbroker = "{written}"').keep.broker == kept.format(tmp_path)


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "127.1.2.3:9000", "localhost:9000", "[::1]:9000"])
def test_no_password_is_needed_where_nobody_else_can_connect(tmp_path: Path, listen: str) -> None:
    assert declared(tmp_path, SITE + f'[web]\nlisten = "{listen}"').web.is_private


def test_what_stops_nothing_is_a_warning(tmp_path: Path) -> None:
    main = SITE + '[web]\nlisten = "0.0.0.0:9000"\npassword = "env:P"\n'
    main += '[channels.desk]\nkind = "pager"\nnumber = "1"\ntoken = "env:T"'

    found = declared(tmp_path, main, {"a": FEED, "b": "length = 3\n" + FEED})

    assert [warning.removeprefix(f"{tmp_path}/") for warning in found.warnings] == [
        "syndicator.toml:7: [channels.desk]: no feed delivers to it",
        "syndicator.toml:1: no source is declared: nothing will be published",
        "syndicator.toml:5: [web] listen: feeds will say they are at http://0.0.0.0:9000: declare public_url",
        "feeds/a.toml:1: title: another feed has the title 'All', too",
        "feeds/b.toml:2: title: another feed has the title 'All', too",
    ]


def test_what_other_editors_leave_behind_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "syndicator.toml").write_bytes(b"\xef\xbb\xbf" + SITE.replace("\n", "\r\n").encode())
    (tmp_path / "feeds" / ".#all.toml").symlink_to("nobody@nowhere")
    (tmp_path / "feeds" / "all.toml~").write_text("not toml")

    assert list(load(tmp_path, KINDS).feeds) == ["all"]
