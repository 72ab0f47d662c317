"""``syndicator check``: what is declared of posts, tried before any is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicator.cli.post_checks import post_mistakes
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.wiring import assemble, declarations
from syndicator.wiring.couriers import SilentBell

MAIN = """
[site]
title = "The River Times"
url = "https://river.news/"

[sources.wire]
kind = "feed"
url = "https://river.news/rss.xml"

[channels.box]
kind = "{kind}"
{settings}
[channels.box.post]
"""

SETTINGS = {
    "outbox": 'folder = "box"',
    "webhook": 'url = "https://hook.example/"\nsecret = "env:HOOK"',
    "mastodon": 'server = "https://social.example"\ntoken = "env:TOKEN"',
    "discord": 'webhook = "env:HOOK"\n',
    "slackhook": 'webhook = "env:HOOK"\n',
}


def mistakes(folder: Path, post: str, kind: str = "outbox") -> list[tuple[str, bool | None]]:
    """What is wrong with what is declared from line 14 on."""
    declarations.cache_clear()
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["box"]\n')
    main = MAIN.format(kind=kind, settings=SETTINGS[kind])
    (folder / "syndicator.toml").write_text(main + post)
    declared = declarations(folder)
    app = assemble(declared, Store(connect(declared.keep.database)), SilentBell())
    return [(text.partition("syndicator.toml:")[2], is_ok) for _, text, is_ok in post_mistakes(app)]


def line_of(folder: Path, part: str) -> int:
    lines = (folder / "syndicator.toml").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


@pytest.mark.parametrize(
    ("template", "line", "why"),
    [
        ("{{ headline }}\n{{ sumary }}", 2, "'sumary' is undefined"),
        ("{{ headline }}\n\n{% if urgent %}!", 3, "Unexpected end of template"),
        ("{{ headline }\n{{ link }}", 1, "unexpected '}'"),
        ("{{ link }}\n{{ tags[7] ~ 1 }}", 2, "no element 7"),
        ("{{ link }}\n{{ '{x}'.format(y=1) }}", 2, "x"),
        ("{{ link }}\n\n\n{{ 1 / 0 }}", 4, "division by zero"),
        ("{{ link }}\n{{ headline.__class__.__mro__ }}", 2, "unsafe"),
    ],
)
def test_a_template_that_fails_is_named_by_file_and_both_lines(
    tmp_path: Path, template: str, line: int, why: str
) -> None:
    [(text, is_ok)] = mistakes(tmp_path, f"[channels.box.post.templates]\n'River' = '''{template}'''\n")

    assert is_ok is False
    at = line_of(tmp_path, "'River'")
    assert text.startswith(f"{at}: [channels.box.post.templates] River: line {line} ")
    assert why in text
    assert "mend it" not in text


@pytest.mark.parametrize(
    ("template", "whose"),
    [
        ("{{ summary }}", "an article that has only a headline"),
        ("{% if section == 'Lake' %}{{ headline }}{% endif %}", "any article"),
    ],
)
def test_a_template_that_says_nothing_is_remarked(tmp_path: Path, template: str, whose: str) -> None:
    [(text, is_ok)] = mistakes(tmp_path, f'[channels.box.post.templates]\n\'River\' = """{template}"""\n')
    assert is_ok is None
    assert f"comes out blank of {whose}" in text


def test_a_template_without_end_is_a_mistake(tmp_path: Path) -> None:
    loops = "{% for a in headline ~ headline %}" * 6 + "{% endfor %}" * 6
    [(text, is_ok)] = mistakes(tmp_path, f'templates = {{ "*" = "{loops}ok" }}\n')
    assert is_ok is False
    assert "does more than any post needs" in text


def test_a_template_that_fails_only_of_a_bare_article_is_found(tmp_path: Path) -> None:
    [(text, _)] = mistakes(tmp_path, "templates = { \"*\" = '{{ headline }} {{ tags[0].upper() }}' }\n")
    assert "line 1 of the template" in text


def test_a_template_whose_words_leave_no_room_is_found(tmp_path: Path) -> None:
    [(text, is_ok)] = mistakes(tmp_path, f'templates = {{ "*" = "{"long " * 300} {{{{ headline }}}}" }}\n')
    assert is_ok is False
    assert "leave no room" in text


def test_what_works_has_no_mistakes(tmp_path: Path) -> None:
    post = """
    hashtags = { river = "ແມ່ນ້ຳ", city = "#เมือง", 2026 = "y2026", ir = "می\u200cرود", ca = "Sant_Jordi" }
    mentions = { "Harbour Board" = "board@gov.example" }
    warnings = { war = "War" }
    templates = { "*" = "{{ headline }}\\n\\n{{ byline }}", Sport = "{{ link }} {{ hashtags }}" }
    card = true
    """
    assert mistakes(tmp_path, post, "mastodon") == []


@pytest.mark.parametrize(
    ("tag", "seen"),
    [
        ("Climate change", "#Climate"),
        ("#COVID-19", "#COVID"),
        ("Côte d'Ivoire", "#Côte"),
        ("ແມ່ນ້ຳ ຂອງ", "#ແມ່ນ້ຳ"),
        ("Elections!", "#Elections"),
    ],
)
def test_a_hashtag_that_networks_cut_is_told_with_what_is_left_of_it(
    tmp_path: Path, tag: str, seen: str
) -> None:
    [(text, is_ok)] = mistakes(tmp_path, f'hashtags = {{ topic = "{tag}" }}\n')
    assert is_ok is None
    assert text.startswith(f"{line_of(tmp_path, 'topic')}: [channels.box.post.hashtags] topic: ")
    assert f"becomes {seen} on networks" in text


@pytest.mark.parametrize("tag", ["2026", "#24", "!", "_", "##"])
def test_a_hashtag_without_a_letter_is_none(tmp_path: Path, tag: str) -> None:
    [(text, _)] = mistakes(tmp_path, f'hashtags = {{ topic = "{tag}" }}\n')
    assert "no hashtag to networks" in text


def test_what_a_channel_does_not_have_is_told(tmp_path: Path) -> None:
    post = 'card = true\nwarnings = { war = "War" }\nmentions = { Board = "the board" }\n'
    found = mistakes(tmp_path, post, "webhook")
    assert [(text.partition(": ")[2].partition(": ")[0], is_ok) for text, is_ok in found] == [
        ("[channels.box.post.mentions] Board", None),
        ("[channels.box.post.mentions]", None),
        ("[channels.box.post.warnings]", None),
        ("[channels.box.post] card", None),
    ]


def test_mentions_on_a_channel_without_any_are_told(tmp_path: Path) -> None:
    [(line, is_ok)] = mistakes(tmp_path, 'mentions = { "Harbour Board" = "board" }\n', "discord")
    assert is_ok is None
    assert line.startswith(f"{line_of(tmp_path, 'mentions')}: [channels.box.post.mentions]: has no effect: ")
