"""Templates of posts, by what newsrooms write in them."""

from __future__ import annotations

import pytest

from syndicator.domain.errors import Misconfigured
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from tests.posts.test_compose import SUMMARY, article, limits


def test_a_sections_template_wins_over_that_of_all() -> None:
    style = Style(templates={"*": "{{ headline }}: {{ summary }}", "City": "In the city: {{ headline }}"})
    assert compose(article(section="City"), limits(), style).text.startswith(
        "In the city: Bridge reopens\n\nhttps"
    )
    assert compose(article(section="Sport"), limits(), style).text.startswith(f"Bridge reopens: {SUMMARY}")


def test_a_template_may_place_the_link_and_gets_one_where_it_has_none() -> None:
    told = article()
    placed = compose(told, limits(), Style(templates={"*": "{{ link }} {{ headline }}"}))
    assert placed.text == f"{told.url} Bridge reopens"
    assert compose(told, limits(), Style(templates={"*": "News"})).text == f"News\n\n{told.url}"


def test_what_does_not_fit_is_cut_from_the_summary_then_from_the_headline() -> None:
    told, style = article(), Style(templates={"*": "{{ headline }} / {{ summary }}"})
    post = compose(told, limits(100), style)
    assert post.length <= 100
    assert post.text.startswith("Bridge reopens / After two years")
    assert post.omitted == ("summary cut: no room",)
    tight = compose(article(title="Bridge reopens at long last after years"), limits(60), style)
    assert tight.length <= 60
    assert "headline cut: no room" in tight.omitted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ headline", "line 1"),
        ("ok\n{% if %}", "line 2"),
        ("{{ headlin }}", "headlin"),
        ("{{ ''.__class__.__mro__ }}", "unsafe|undefined"),
        ("{{ headline * 100000000 }}", "without end|memory|large"),
        ("{{ 1 / 0 }}", "division"),
        ("word " * 200, "no room"),
    ],
)
def test_a_template_that_fails_is_told_with_its_place(template: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        compose(article(), limits(), Style(templates={"*": template}))


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'x' * 10**12 }}",
        "{{ headline * 1000000 }}",
        "{{ [headline] * 1000000000 }}",
        "{{ 10**(10**8) > 1 }}",
        "{{ 999999 * 999999 * 999999 }}",
        "{{ headline|center(1000000000) }}",
        "{{ headline.ljust(1000000000) }}",
        "{{ '%1000000000d' % 5 }}",
        "{{ '%1000000000d'|format(5) }}",
        "{{ '{:1000000000}'.format(5) }}",
    ],
)
def test_no_template_takes_all_memory_or_time(template: str) -> None:
    with pytest.raises(Misconfigured, match="line 1 of the template"):
        compose(article(), limits(), Style(templates={"*": template}))


def test_a_template_may_reckon() -> None:
    post = compose(article(), limits(), Style(templates={"*": "{{ 3 * 4 + 7 % 4 }} {{ headline ~ '!' }}"}))
    assert post.text.startswith("15 Bridge reopens!")
