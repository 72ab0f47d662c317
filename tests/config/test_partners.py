"""Partners as they are declared: ours, an operator's own, and what fits a feed."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.config.partners import BUILT_IN, Partners
from syndicator.config.shapes import Scope
from syndicator.domain.partner import Partner, Rule
from tests.config.folders import FEED, SITE, declared, mistakes

NAMES = sorted(path.stem for path in BUILT_IN.glob("*.toml"))
DOCS = Path(__file__).parents[2] / "docs"

OWN = 'partner = "The Own"\n'
RULED = OWN + '[title]\nleast = 5\nmost = 9\nsource = "https://own.test/rules"\n'


def own(folder: Path, text: str, name: str = "own") -> None:
    (folder / "profiles").mkdir(exist_ok=True)
    (folder / "profiles" / f"{name}.toml").write_text(text, "utf-8")


def test_five_partners_ship() -> None:
    assert NAMES == ["apple-news", "flipboard", "msn", "newsbreak", "smartnews"]


@pytest.mark.parametrize("name", NAMES)
def test_a_partner_of_ours_is_right_documented_and_names_its_sources(name: str) -> None:
    partner = Partners(Path("/nowhere")).get(name, Scope(folder=Path(), names={}, format=str))

    assert partner
    rules = [getattr(partner, f.name) for f in fields(partner)]
    sources = {rule.source for rule in [*rules, *partner.elements] if isinstance(rule, Rule)}
    text = (DOCS / "partners.md").read_text("utf-8")
    assert sources
    for source in sources:
        assert source in text
    assert re.search(rf"^### {name}$", text, re.MULTILINE)


def test_every_rule_is_documented() -> None:
    text = (DOCS / "partners.md").read_text("utf-8")

    documented = re.findall(r"^\| `(?:\[+)?(\w+)(?:\]+)?` \|", text, re.MULTILINE)

    assert set(documented) == {f.name for f in fields(Partner)} - {"name"}


def test_the_partner_in_the_documentation_is_right(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(partner.*?)```", (DOCS / "partners.md").read_text("utf-8"), re.DOTALL)
    own(tmp_path, text)

    assert declared(tmp_path, SITE, {"all": FEED + 'profile = "own"'}).feeds["all"].partner


def test_a_feed_takes_from_its_partner_what_it_does_not_say(tmp_path: Path) -> None:
    feeds = {
        "short": FEED + 'profile = "msn"',
        "said": 'title = "B"\nprofile = "msn"\nformats = ["atom"]\nlength = 5',
        "free": 'title = "C"\nprofile = "own"',
    }
    own(tmp_path, RULED)

    made = declared(tmp_path, SITE, feeds).feeds

    assert (made["short"].formats, made["short"].length) == (("rss", "atom"), 29)
    assert (made["said"].formats, made["said"].length) == (("atom",), 5)
    assert (made["free"].formats, made["free"].length) == (("rss", "atom", "json"), 50)
    assert made["free"].partner
    assert made["free"].partner.title
    assert (made["free"].partner.name, made["free"].partner.title.most) == ("own", 9)


def test_what_a_partner_only_advises_is_no_mistake_and_no_limit(tmp_path: Path) -> None:
    feeds = {"all": FEED + 'profile = "own"\nlength = 99', "msn": 'title = "B"\nprofile = "msn"\nlength = 50'}
    own(tmp_path, OWN + '[age]\nmost = "3d"\nadvice = true\nsource = "https://own.test/rules"\n')

    made = declared(tmp_path, SITE, feeds).feeds

    assert made["all"].age is None
    assert made["msn"].length == 50


def test_articles_leave_a_partners_feed_when_they_are_too_old_for_it_or_sooner(tmp_path: Path) -> None:
    feeds = {
        "default": FEED + 'profile = "msn"',
        "sooner": 'title = "B"\nprofile = "msn"\nage = "30d"',
        "ageless": 'title = "C"\nprofile = "newsbreak"',
    }

    made = declared(tmp_path, SITE, feeds).feeds

    assert {name: feed.age for name, feed in made.items()} == {
        "default": timedelta(days=365),
        "sooner": timedelta(days=30),
        "ageless": None,
    }


def test_an_operators_own_partner_comes_before_ours(tmp_path: Path) -> None:
    own(tmp_path, OWN + '[age]\nmost = "3d"\nsource = "https://own.test/rules"\n', "msn")

    partner = declared(tmp_path, SITE, {"all": FEED + 'profile = "msn"'}).feeds["all"].partner

    assert partner
    assert partner.age
    assert (partner.partner, partner.age.most, partner.title) == ("The Own", timedelta(days=3), None)


@pytest.mark.parametrize(
    ("feed", "mistake"),
    [
        ('profile = "mns"', "2: profile: there is no profile 'mns'; do you mean 'msn'?"),
        (
            'profile = "msn"\nformats = ["rss", "json"]',
            "3: formats: profile 'msn' takes 'rss' and 'atom', and not 'json'",
        ),
        ('profile = "own"\nlength = 4', "3: length: profile 'own' takes 5 to 9 entries"),
        ('length = 10\nprofile = "own"', "2: length: profile 'own' takes 5 to 9 entries"),
        ('profile = "msn"\nage = "366d"', "3: age: profile 'msn' takes nothing that is 365 days old"),
        (
            'profile = "msn"\ncontent = "summary"',
            "3: content: profile 'msn' takes whole articles only: write \"full\", or leave it out",
        ),
    ],
)
def test_what_does_not_fit_a_feeds_partner_is_told_with_its_line(
    tmp_path: Path, feed: str, mistake: str
) -> None:
    own(tmp_path, RULED.replace("[title]", "[entries]"))

    assert mistakes(tmp_path, SITE, {"all": FEED + feed}) == [f"feeds/all.toml:{mistake}"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("", '1: partner: is missing; add partner = "..."'),
        (OWN + "[titel]\nleast = 5", "2: [titel]: there is no such key; do you mean 'title'?"),
        (OWN + "[title]\nmost = 9", '2: [title] source: is missing; add source = "..."'),
        (RULED + "leest = 3", "6: [title] leest: there is no such key; do you mean 'least'?"),
        (RULED.replace("most = 9", "most = 3"), "4: [title] most: must not be below least"),
        (RULED.replace("least = 5", "least = -5"), "3: [title] least: must not be below 0"),
        (
            RULED.replace("https://own.test/rules", "their mail of May"),
            '5: [title] source: must be the page that says so, such as "https://partner.example/specs"',
        ),
        (
            OWN + '[markup]\ntags = ["b"]\nsource = "https://own.test/"',
            '3: [markup] tags: must have "p": what has no element of its own becomes a paragraph',
        ),
        (
            OWN + '[formats]\naccepts = []\nsource = "https://own.test/"',
            "3: [formats] accepts: must name at least one format",
        ),
        (
            OWN + '[namespaces]\nmedia = "https://own.test/ns"',
            "3: [namespaces] media: 'media' is taken, or no prefix: choose another one",
        ),
        (
            OWN + '[age]\nmost = "0s"\nsource = "https://own.test/"',
            "3: [age] most: must be longer than nothing",
        ),
        (OWN + '[namespaces]\nown = "nonsense"', "3: [namespaces] own: must be a namespace's address"),
        (
            OWN + '[[elements]]\nname = "own:logo"\ntext = "x"\nsource = "https://own.test/"',
            "3: elements.name: add own under [namespaces]",
        ),
        (
            OWN + '[[elements]]\nname = "logo"\ntext = "x"\nsource = "https://own.test/"',
            '3: elements.name: must be PREFIX:NAME, such as "dcterms:modified"',
        ),
        (
            OWN + '[[elements]]\nname = "dc:x"\nvalue = "site.icon"\nsource = "https://own.test/"',
            "4: elements.value: must be one of article.title, ",
        ),
        (
            OWN + '[[elements]]\nname = "dc:x"\nsource = "https://own.test/"',
            "2: elements.value: must be there, or text instead of it",
        ),
        (
            OWN + '[[elements]]\nname = "dc:x"\ntext = "x"\ninner = "a:b"\nsource = "https://own.test/"',
            "5: elements.inner: must be a name without a prefix",
        ),
        ("partner = \n", "1:11: is not TOML: Invalid value"),
    ],
)
def test_a_mistake_in_a_partner_is_told_with_its_line_whether_or_not_it_is_used(
    tmp_path: Path, text: str, mistake: str
) -> None:
    own(tmp_path, text)

    (found,) = mistakes(tmp_path, SITE)

    assert found.startswith(f"profiles/own.toml:{mistake}")


def test_a_partner_has_a_name_like_everything_else(tmp_path: Path) -> None:
    own(tmp_path, RULED, "The_Own")

    assert mistakes(tmp_path, SITE) == [
        "profiles/The_Own.toml:1: 'The_Own' is no name: use a-z, 0-9 and hyphens, 63 of them at most"
    ]


def test_another_partner_is_another_declaration(tmp_path: Path) -> None:
    """The store fills and builds a feed anew when its declaration, as it is written out, has changed."""
    own(tmp_path, RULED)
    before = declared(tmp_path, SITE, {"all": FEED + 'profile = "own"'}).feeds["all"]
    own(tmp_path, RULED.replace("9", "8"))
    after = declared(tmp_path, SITE, {"all": FEED + 'profile = "own"'}).feeds["all"]

    assert repr(before) != repr(after)
    assert hash(before) != hash(after)
