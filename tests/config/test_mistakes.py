"""Whatever is wrong with declarations is told at once: file, line, what, and what to do."""
# ruff: noqa: E501 - the lines that operators read are not broken in two

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.config import load
from syndicator.domain.errors import DeclarationError
from tests.config.folders import FEED, SITE, declared, mistakes, write
from tests.config.kinds import KINDS

WIRE = '[sources.wire]\nkind = "wire"\naddress = "a"\n'
PAGER = '[channels.desk]\nkind = "pager"\nnumber = "42"\ntoken = "env:T"\n'


@pytest.mark.parametrize(
    ("added", "mistake"),
    [
        # keys
        ('titel = "x"', "4: [site] titel: there is no such key; do you mean 'title'?"),
        (
            "zzz = 1",
            "4: [site] zzz: there is no such key; there are accent, authority, copyright, former_hosts, hubs, icon, language, logo, rights, story_tags, timezone, title, url",
        ),
        ("[sorces.a]", "4: [sorces]: there is no such key; do you mean 'sources'?"),
        (WIRE + "mots = 3", "7: [sources.wire] mots: there is no such key; do you mean 'most'?"),
        (WIRE + "http = 3", "7: [sources.wire] http: there is no such key; there are"),
        (WIRE + 'knd = "wire"', "7: [sources.wire] knd: there is no such key; do you mean 'kind'?"),
        (
            PAGER + 'max_aeg = "1h"',
            "8: [channels.desk] max_aeg: there is no such key; do you mean 'max_age'?",
        ),
        (
            WIRE + 'first = { label = "a", evry = "1s" }',
            "7: [sources.wire.first] evry: there is no such key; do you mean 'every'?",
        ),
        (
            WIRE + '[sources.wire.first]\nlabel = "a"\nmost = 3',
            "9: [sources.wire.first] most: does not belong into this table; write it further up, above the line of the table's name",
        ),
        (
            WIRE + 'shelves = [\n  { label = "a" },\n  { lable = "b", label = "b" },\n]',
            "9: [sources.wire] shelves.lable: there is no such key; do you mean 'label'?",
        ),
        # what is missing
        ("[example]", '4: [example] folder: is missing; add folder = "var/..."'),
        ("[newsroom]", '4: [newsroom] folder: is missing; add folder = "var/..."'),
        (
            '[example]\nfolder = "x"\n[newsroom]\nfolder = "y"',
            "6: [newsroom]: is the old name of [example], which stands in line 4: remove one of them",
        ),
        ("[sources.a]", '4: [sources.a] kind: is missing; add kind = "..."'),
        ('[sources.a]\nkind = "wire"', '4: [sources.a] address: is missing; add address = "..."'),
        (
            '[channels.a]\nkind = "pager"\nnumber = "1"',
            '4: [channels.a] token: is missing; add token = "env:NAME"',
        ),
        # types
        ("copyright = 5", '4: [site] copyright: must be text in quotation marks, such as "..."'),
        ('hubs = "https://hub.test/"', '4: [site] hubs: must be a list, such as ["..."]'),
        ('[keep]\nphotos = "~no-such-user/x"', "5: [keep] photos: begins with ~ and the name of nobody here"),
        ('[keep]\nphotos = ""', "5: [keep] photos: must not be empty"),
        ("web = 3", "4: [site] web: there is no such key; there are"),
        ("[sources]\na = 3", "5: [sources] a: must be a table"),
        (
            WIRE + 'most = "50"',
            "7: [sources.wire] most: must be a whole number without quotation marks, such as 10",
        ),
        (
            WIRE + 'share = "1.5"',
            "7: [sources.wire] share: must be a number without quotation marks, such as 1.5",
        ),
        (
            WIRE + 'embargoes = "yes"',
            "7: [sources.wire] embargoes: must be true or false, without quotation marks",
        ),
        (
            WIRE + "embargoes = 1",
            "7: [sources.wire] embargoes: must be true or false, without quotation marks",
        ),
        (WIRE + 'tone = "silent"', '7: [sources.wire] tone: must be "plain" or "loud"'),
        (
            WIRE + 'timezone = "Laos"',
            '7: [sources.wire] timezone: must be an IANA time zone, such as "Asia/Vientiane"',
        ),
        (WIRE + 'pace = "sloow"', '7: [sources.wire] pace: must be "slow" or "fast"'),
        (
            WIRE + "headers = { a = 1 }",
            '7: [sources.wire.headers] a: must be text in quotation marks, such as "..."',
        ),
        (
            WIRE + 'every = "5 minutes"',
            '7: [sources.wire] every: must be a span of time, such as "30s", "5m", "2h" or "1d"',
        ),
        (
            WIRE + "every = 5",
            '7: [sources.wire] every: must be a span of time, such as "30s", "5m", "2h" or "1d"',
        ),
        (WIRE + 'every = "40000d"', "7: [sources.wire] every: must not be longer than a hundred years"),
        (
            WIRE + 'rechecks = [\n"1m",\n"1x"]',
            '9: [sources.wire] rechecks: must be a span of time, such as "30s", "5m", "2h" or "1d"',
        ),
        # values
        ('language = "English!"', '4: [site] language: must be a language tag, such as "en" or "lo-LA"'),
        ('timezone = "Mars/One"', '4: [site] timezone: must be an IANA time zone, such as "Asia/Vientiane"'),
        ('timezone = "../etc"', '4: [site] timezone: must be an IANA time zone, such as "Asia/Vientiane"'),
        ('icon = "http://[::1"', '4: [site] icon: must be a web address, such as "https://news.example/"'),
        ('icon = "icon.png"', '4: [site] icon: must be a web address, such as "https://news.example/"'),
        (
            'authority = "https://a.test"',
            '4: [site] authority: must be a domain name, such as "news.example"',
        ),
        ('[web]\nlisten = "8000"', '5: [web] listen: must be HOST:PORT, such as "127.0.0.1:8000"'),
        ('[web]\nlisten = "127.0.0.1:80000"', '5: [web] listen: must be HOST:PORT, such as "127.0.0.1:8000"'),
        (
            '[fetch]\nallow = ["10.0.0.1/8"]',
            '5: [fetch] allow: must be HOST, HOST:PORT or a network, such as "cms.internal", "127.0.0.1:8001", "10.0.0.0/8"',
        ),
        (
            '[fetch]\nallow = ["http://a.test"]',
            '5: [fetch] allow: must be HOST, HOST:PORT or a network, such as "cms.internal", "127.0.0.1:8001", "10.0.0.0/8"',
        ),
        (
            '[keep]\ndatabase = "mysql://a/b"',
            '5: [keep] database: must be "sqlite:///PATH" or "postgresql://..."',
        ),
        (
            '[keep]\ndatabase = "sqlite:///"',
            '5: [keep] database: must be "sqlite:///PATH" or "postgresql://..."',
        ),
        *(
            (
                f'[keep]\ndocuments = "{place}"',
                '5: [keep] documents: must be a folder, or a bucket: "s3://BUCKET" or "s3://BUCKET/PREFIX"',
            )
            for place in ("s3://", "s3://A_Bucket", "s3://feeds//x", "s3://feeds/a b", "gs://feeds")
        ),
        (
            '[keep]\ndocuments = "s3://feeds"\nprivate = "var/private"',
            '6: [keep] private: must be a bucket: "s3://BUCKET" or "s3://BUCKET/PREFIX"',
        ),
        (
            '[keep]\nprivate = "s3://board"',
            "5: [keep] private: goes with documents in a bucket; in a folder private feeds are kept apart already: remove it",
        ),
        *(
            (
                f'[keep]\ndocuments = "{public}"\nprivate = "{private}"',
                "6: [keep] private: must be another bucket than that of documents, 'feeds', which is for everybody",
            )
            for public, private in (
                ("s3://feeds", "s3://feeds/"),
                ("s3://feeds/a", "s3://feeds/a"),
                ("s3://feeds/a", "s3://feeds/b"),
            )
        ),
        (
            '[keep.s3]\naccess_key = "env:KEY"',
            "4: [keep.s3] secret_key: is missing; both keys are declared, or none",
        ),
        (
            '[keep.s3]\naccess_key = "AKIA"',
            "5: [keep.s3] access_key: a secret is not written here but referred to",
        ),
        (
            "[keep]\nphotos_mb = 10",
            "5: [keep] photos_mb: should be greater than or equal to 50",
        ),
        (
            '[keep]\nbroker = "kafka://a"',
            '5: [keep] broker: must be "filesystem:PATH", or begin with redis://, rediss://, sentinel://, amqp://, amqps://',
        ),
        (
            '[keep]\nbroker = "filesystem:"',
            '5: [keep] broker: must be "filesystem:PATH", or begin with redis://, rediss://, sentinel://, amqp://, amqps://',
        ),
        # what fits together
        (
            '[web]\nlisten = "0.0.0.0:8000"',
            '5: [web] listen: others can reach 0.0.0.0:8000, and the console with it: declare a password, such as password = "env:OPERATOR_PASSWORD"',
        ),
        (
            '[example]\nfolder = "x"\nlisten = "127.0.0.1:8000"',
            "6: [example] listen: [web] has port 8000 already; choose another one",
        ),
        # what is plugged in
        (
            '[sources.a]\nkind = "wier"',
            "5: [sources.a] kind: no such kind of source: 'wier'; do you mean 'wire'?",
        ),
        ("[sources.a]\nkind = 3", '5: [sources.a] kind: must be text in quotation marks, such as "..."'),
        (
            '[sources.a]\nkind = "homeless"',
            "5: [sources.a] kind: 'homeless' must be a dataclass with the fields name and http",
        ),
        (
            WIRE.replace("sources.wire", "sources.The_Wire"),
            "4: [sources.The_Wire]: 'The_Wire' is no name: use a-z, 0-9 and hyphens, 63 of them at most",
        ),
        (
            PAGER + PAGER.replace("desk", "wall"),
            "10: [channels.wall] number: '42' is that of [channels.desk] already: choose another",
        ),
        (PAGER.replace("42", "four"), "6: [channels.desk] number: must be made of digits"),
        (
            PAGER.replace("env:T", "T0ps3cret"),
            '7: [channels.desk] token: a secret is not written here but referred to: "env:NAME" (an environment variable) or "file:PATH" (a file that holds it)',
        ),
        (
            PAGER + "max_age = 1",
            '8: [channels.desk] max_age: must be a span of time, such as "30s", "5m", "2h" or "1d"',
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, added: str, mistake: str) -> None:
    (found,) = mistakes(tmp_path, SITE + added)

    assert found.startswith(f"syndicator.toml:{mistake}")


@pytest.mark.parametrize(
    ("feed", "mistake"),
    [
        ('description = "x"', '1: title: is missing; add title = "..."'),
        (FEED + 'tilte = "x"', "2: tilte: there is no such key; do you mean 'title'?"),
        (FEED + 'channels = ["wall", "dsk"]', "2: channels: there is no channel 'dsk'; do you mean 'desk'?"),
        (
            FEED + 'channels = [\n"desk",\n"wall",\n"dsk",\n]',
            "5: channels: there is no channel 'dsk'; do you mean 'desk'?",
        ),
        (FEED + 'sources = ["x"]', "2: sources: there is no source 'x'; none is declared"),
        (
            FEED + '[exclude]\nsources = ["x"]',
            "3: [exclude] sources: there is no source 'x'; none is declared",
        ),
        (
            FEED + "[exclude]\nlength = 5",
            "3: [exclude] length: does not belong into this table; write it further up, above the line of the table's name",
        ),
        (
            FEED + '[[any]]\nsectoins = ["x"]',
            "3: any.sectoins: there is no such key; do you mean 'sections'?",
        ),
        (
            FEED + '[[any]]\ntags = ["x"]\n[[any]]\n[any.exclude]\n[[any.exclude.any]]\nlanguages = ["Lao!"]',
            '7: any.exclude.any.languages: must be a language tag, such as "en" or "lo-LA"',
        ),
        (
            FEED + '[[any]]\ntags = ["x"]\n[[any]]\n',
            "4: any: asks for nothing, and so accepts every article: add a condition",
        ),
        (
            FEED + "[exclude]\n[[exclude.any]]\ntags = []",
            "3: [exclude] any: asks for nothing, and so accepts every article: add a condition",
        ),
        (
            FEED + 'keywords = ["...", "x"]',
            '2: keywords: must be a word or a phrase, such as "coffee" or "rice mill"',
        ),
        (FEED + 'formats = ["rss", "atm"]', "2: formats: no such kind of format: 'atm'; do you mean 'atom'?"),
        (FEED + "length = 0", "2: length: should be greater than or equal to 1"),
        (FEED + 'content = "some"', '2: content: must be "full" or "summary"'),
        (FEED + 'max_age = "soon"', '2: max_age: must be a span of time, such as "30s", "5m", "2h" or "1d"'),
        (FEED + 'languages = ["Lao!"]', '2: languages: must be a language tag, such as "en" or "lo-LA"'),
    ],
)
def test_a_mistake_in_a_feed_is_told_with_its_line(tmp_path: Path, feed: str, mistake: str) -> None:
    main = SITE + PAGER + PAGER.replace("desk", "wall").replace("42", "43")

    assert mistakes(tmp_path, main, {"all": feed}) == [f"feeds/all.toml:{mistake}"]


def test_every_mistake_is_told_at_once_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    main = """\
        [site]
        titel = "The Test"

        [channels.desk]
        number = 5
        kind = "pager"
        [sources.wire]
        every = "1"
        kind = "wire"
        most = "a"
        """
    feeds = {"b": "length = 0\ntitle = 5\n", "a": 'title = "A"\nchannels = ["dask"]', "C": FEED}

    assert mistakes(tmp_path, main, feeds) == [
        'syndicator.toml:1: [site] title: is missing; add title = "..."',
        'syndicator.toml:1: [site] url: is missing; add url = "..."',
        "syndicator.toml:2: [site] titel: there is no such key; do you mean 'title'?",
        'syndicator.toml:4: [channels.desk] token: is missing; add token = "env:NAME"',
        'syndicator.toml:5: [channels.desk] number: must be text in quotation marks, such as "..."',
        'syndicator.toml:7: [sources.wire] address: is missing; add address = "..."',
        'syndicator.toml:8: [sources.wire] every: must be a span of time, such as "30s", "5m", "2h" or "1d"',
        "syndicator.toml:10: [sources.wire] most: must be a whole number without quotation marks, such as 10",
        "feeds/C.toml:1: the file's name is the feed's address, and 'C' is no name: use a-z, 0-9 and hyphens, 63 of them at most",
        "feeds/a.toml:2: channels: there is no channel 'dask'; do you mean 'desk'?",
        "feeds/b.toml:1: length: should be greater than or equal to 1",
        'feeds/b.toml:2: title: must be text in quotation marks, such as "..."',
    ]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[site]\ntitle = \n", "2:9: is not TOML: Invalid value"),
        ("a = 1\na = 2\n", "2:6: is not TOML: Cannot overwrite a value"),
        ('[site]\n\ntitle = "\n', "3:10: is not TOML: Illegal character '\\n'"),
        ('[site]\n\na = """\n\n', "3: is not TOML: Unterminated string (the file ends here)"),
    ],
)
def test_what_is_no_toml_is_told_with_line_and_column(tmp_path: Path, text: str, mistake: str) -> None:
    assert mistakes(tmp_path, text) == [f"syndicator.toml:{mistake}"]


def test_a_feed_is_checked_even_if_the_main_file_is_no_toml(tmp_path: Path) -> None:
    feeds = {"all": 'channels = ["anything"]\nlength = 0\ntitle = "All"\n', "broken": "x"}

    assert mistakes(tmp_path, "[site", feeds) == [
        "syndicator.toml:1: is not TOML: Expected ']' at the end of a table declaration (the file ends here)",
        "feeds/all.toml:2: length: should be greater than or equal to 1",
        "feeds/broken.toml:1: is not TOML: Expected '=' after a key in a key/value pair (the file ends here)",
    ]


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "feeds" / "all.toml").write_bytes(b'# ok\ntitle = "caf\xe9"\n')

    with pytest.raises(
        DeclarationError, match=r"feeds/all\.toml:2: is not UTF-8; save the file in this encoding"
    ):
        load(tmp_path, KINDS)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "feeds" / "lao.toml").mkdir()

    with pytest.raises(DeclarationError, match=r"feeds/lao\.toml: cannot be read \(Is a directory\)"):
        load(tmp_path, KINDS)


def test_a_folder_without_declarations_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"nothing/syndicator\.toml: there is no such file; create it"):
        load(tmp_path / "nothing", KINDS)


def test_a_newsroom_without_feeds_is_told(tmp_path: Path) -> None:
    (found,) = mistakes(tmp_path, SITE, {})

    assert found.startswith("syndicator.toml:1: no feed is declared; create feeds/NAME.toml beside this file")


def test_files_are_named_as_they_are_typed_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, SITE + "x = 1")
    monkeypatch.chdir(tmp_path.parent)

    with pytest.raises(DeclarationError, match=f"^{tmp_path.name}/syndicator.toml:4: "):
        load(tmp_path, KINDS)


@pytest.mark.parametrize("name", ["database", "broker"])
def test_a_password_in_an_address_is_a_mistake_that_does_not_show_it(tmp_path: Path, name: str) -> None:
    scheme = {"database": "postgresql", "broker": "redis"}[name]

    (found,) = mistakes(tmp_path, SITE + f'[keep]\n{name} = "{scheme}://me:T0ps3cret@db/x"')

    assert found.startswith(f"syndicator.toml:5: [keep] {name}: holds a password, which is not written here")
    assert "T0ps3cret" not in found


@pytest.mark.parametrize("key", ["token", "tokn", "number", "max_age", "kind"])
def test_a_secret_is_never_shown_wherever_it_was_written(tmp_path: Path, key: str) -> None:
    table = {"kind": '"pager"', "number": '"42"', "token": '"env:T"', key: '"T0p,s3cret"'}
    lines = "\n".join(f"{name} = {value}" for name, value in table.items())

    found = "\n".join(mistakes(tmp_path, f"{SITE}[channels.desk]\n{lines}"))

    assert key == "kind" or "s3cret" not in found


def test_an_address_whose_variable_is_not_set_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)

    assert mistakes(tmp_path, SITE + '[keep]\ndatabase = "env:DATABASE_URL"') == [
        "syndicator.toml:5: [keep] database: the environment variable DATABASE_URL is not set: set it to the secret"
    ]


TABLES = {
    "site": {"title": "x", "url": "https://news.test/"},
    "keep": {},
    "web": {},
    "fetch": {},
    "example": {"folder": "x"},
    "sources.wire": {"kind": "wire", "address": "a"},
    "sources.wire.first": {"label": "a"},
    "channels.desk": {"kind": "pager", "number": "4", "token": "env:T"},
}


@pytest.mark.slow
@given(
    key=st.from_regex(r"[a-z_]{1,12}x[0-9]", fullmatch=True),
    value=st.sampled_from(["1", '"""\n\n"""', "[\n1,\n]", "{ a = 1 }"]),
    table=st.sampled_from(sorted(TABLES)),
)
def test_an_unknown_key_is_always_told_with_its_line(
    tmp_path: Path, key: str, value: str, table: str
) -> None:
    written = ["# comment", ""]
    expected = 0
    for name, pairs in TABLES.items():
        written += [f"[{name}]", *(f'{k} = "{v}"' for k, v in pairs.items())]
        if name == table:
            expected = len(written) + 1
            written += f"{key} = {value}".split("\n")

    (found,) = mistakes(tmp_path, "\n".join(written))

    assert found.startswith(f"syndicator.toml:{expected}: [{table}{f'.{key}' if value[0] == '{' else ''}]")
    assert "there is no such key" in found


KEYS = sorted(
    f"{table}.{key}"
    for table, keys in {
        "site": "title url language timezone authority copyright icon hubs",
        "keep": "database broker documents photos",
        "web": "listen public_url password",
        "fetch": "allow",
        "hub": "enabled lease shortest_lease longest_lease give_up signature subscriptions per_host",
        "example": "folder listen state",
        "sources.wire": "kind address every rechecks timezone cache most share embargoes pace tone shelves first "
        "headers key",
        "channels.desk": "kind number token max_age",
        "sources": "wire other",
        "channels": "desk other",
    }.items()
    for key in keys.split()
)
TEXTS = st.sampled_from(
    ["", " ", "x", "http://[", "//", "env:", "env:X", "file:", "file:/", "[::1]:0", "10.0.0.0/99", "::1", "wire",
     "9999999d", "1.9999999d", "sqlite://", "sqlite:///", "redis:", "filesystem:", "filesystem://", "..", "~no-such-user/x", "ກ", "/"]
)  # fmt: skip
VALUES = st.recursive(
    TEXTS.map(json.dumps) | st.sampled_from(["0", "-1", "1e300", "nan", "true", "1979-05-27", "07:32:00"]),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda found: f"[{', '.join(found)}]")
        | st.dictionaries(st.sampled_from(["url", "label", "every", "x"]), inner, max_size=2).map(
            lambda found: "{" + ", ".join(f"{key} = {value}" for key, value in found.items()) + "}"
        )
    ),
    max_leaves=4,
)


@pytest.mark.slow
@given(st.dictionaries(st.sampled_from(KEYS), TEXTS.map(json.dumps) | VALUES, min_size=1, max_size=3))
def test_whatever_is_written_is_accepted_or_told_line_by_line(tmp_path: Path, pairs: dict[str, str]) -> None:
    right = {
        f"{name}.{key}": json.dumps(told) for name, table in TABLES.items() for key, told in table.items()
    }
    said = right | pairs
    kept = {key: told for key, told in said.items() if not any(key.startswith(f"{other}.") for other in said)}
    text = "\n".join(f"{key} = {told}" for key, told in kept.items())
    write(tmp_path, text)

    try:
        load(tmp_path, KINDS)
    except DeclarationError as e:
        for mistake in e.mistakes:
            assert re.match(r"syndicator\.toml:\d+:", mistake.removeprefix(f"{tmp_path}/"))


def test_declarations_without_a_mistake_are_accepted(tmp_path: Path) -> None:
    assert declared(tmp_path, SITE + WIRE + PAGER).warnings == (
        f"{tmp_path}/syndicator.toml:7: [channels.desk]: no feed delivers to it",
    )


def test_an_age_of_nothing_would_empty_the_feed(tmp_path: Path) -> None:
    [mistake] = mistakes(tmp_path, feeds={"all": FEED + 'age = "0s"\n'})

    assert "all.toml" in mistake
    assert 'age: must be longer than nothing, such as "48h"; leave it out for no limit' in mistake
