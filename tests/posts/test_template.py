"""Templates of posts, by what newsrooms write in them."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest

from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.errors import Misconfigured
from syndicator.domain.post import Post, SpanKind, Style
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
        ("{{ headline|no_such_filter }}", "line 1"),
        ("{{ headline|center(1000000000) }}", "line 1"),
        ("{{ '%1000000000d'|format(5) }}", "line 1"),
    ],
)
def test_what_is_no_template_is_told_with_its_place(template: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        compose(article(), limits(), Style(templates={"*": template}))


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ headlin }}", "line 1 of the template: 'headlin' is undefined"),
        ("{{ headline }}\n{{ tags[7].upper() }}", "line 2 of the template: "),
        ("{{ ''.__class__.__mro__ }}", "unsafe|undefined"),
        ("{{ 1 / 0 }}", "division"),
        ("word " * 200, "the template's own words leave no room: "),
    ],
)
def test_a_template_that_fails_of_an_article_is_not_used_for_it_and_told(template: str, message: str) -> None:
    told = article(tags=("one", "two"))
    post = compose(told, limits(), Style(templates={"*": template}))
    assert replace(post, omitted=(), remark="") == compose(told, limits())
    assert post.remark.startswith("composed without its template: ")
    assert re.search(message, post.remark)
    assert post.remark in post.omitted


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'x' * 10**12 }}",
        "{{ headline * 1000000 }}",
        "{{ [headline] * 1000000000 }}",
        "{{ 10**(10**8) > 1 }}",
        "{{ 999999 * 999999 * 999999 }}",
        "{{ headline.ljust(1000000000) }}",
        "{{ '%1000000000d' % 5 }}",
        "{{ '{:1000000000}'.format(5) }}",
    ],
)
def test_no_template_takes_all_memory_or_time(template: str) -> None:
    post = compose(article(), limits(), Style(templates={"*": template}))
    assert "line 1 of the template" in post.remark


def test_a_template_may_reckon() -> None:
    post = compose(article(), limits(), Style(templates={"*": "{{ 3 * 4 + 7 % 4 }} {{ headline ~ '!' }}"}))
    assert post.text.startswith("15 Bridge reopens!")


def on_words(**changes: Any) -> Capabilities:
    """A channel whose links are behind words: those of the site's address."""
    return replace(limits(), link_place=LinkPlace.WORDS, **changes)


def placed(post: Post, kind: SpanKind) -> list[tuple[int, str]]:
    return [(span.start, post.text[span.start : span.end]) for span in post.spans if span.kind is kind]


def test_a_link_is_where_the_template_has_it_and_not_on_words_of_the_headline() -> None:
    told = article(title="Who pays for ledger.example now?", summary="")
    before = compose(told, on_words(), Style(templates={"*": "{{ link }}: {{ headline }}"}))
    assert before.text == "ledger.example: Who pays for ledger.example now?"
    assert placed(before, SpanKind.LINK) == [(0, "ledger.example")]
    joined = compose(told, on_words(), Style(templates={"*": "{{ '(' ~ link + ') ' + headline }}"}))
    assert placed(joined, SpanKind.LINK) == [(1, "ledger.example")]
    without = compose(told, on_words(), Style(templates={"*": "News: {{ headline }}"}))
    assert without.text == "News: Who pays for ledger.example now?\n\nledger.example"
    assert placed(without, SpanKind.LINK) == [(40, "ledger.example")]
    twice = compose(told, on_words(), Style(templates={"*": "{{ link }} {{ headline }} {{ link }}"}))
    assert len(placed(twice, SpanKind.LINK)) == 2


def test_a_link_that_a_template_alters_is_still_one_to_reckon_with() -> None:
    told = article()
    post = compose(told, limits(), Style(templates={"*": "{{ headline }} {{ link|trim }}"}))
    assert post.text == f"Bridge reopens {told.url}"
    assert placed(post, SpanKind.LINK) == [(15, told.url)]
    assert compose(told, limits(), Style(templates={"*": "{{ link|length }}"})).text.startswith(
        f"{len(told.url)}\n"
    )


def test_hashtags_are_where_the_template_has_them() -> None:
    told = article(title="Nobody wants #floods or #flood", summary="", tags=("flood",))
    style = Style(templates={"*": "{{ hashtags }} {{ headline }}"}, hashtags={"flood": "flood"})
    assert placed(compose(told, limits(), style), SpanKind.HASHTAG) == [(0, "#flood")]
    plain = Style(hashtags={"flood": "flood"})
    assert placed(compose(told, limits(), plain), SpanKind.HASHTAG) == [(32, "#flood")]


@pytest.mark.parametrize(
    "template",
    [
        "{{ headline }} / {{ headline }}",
        "{{ headline }}\n{{ summary }}\n{{ headline }}",
        "{% for _ in [1, 2, 3] %}{{ headline }}. {% endfor %}",
    ],
)
@pytest.mark.parametrize("room", [90, 120, 160])
def test_a_headline_that_stands_there_twice_is_cut_by_what_each_has_to_lose(template: str, room: int) -> None:
    told = article(
        title="Trams cross the river on the old bridge again from Monday on, the town says", summary=""
    )
    post = compose(told, limits(room), Style(templates={"*": template}))
    count = 3 if "for" in template else 2
    assert post.length <= room
    assert post.headline.startswith("Trams")
    assert post.text.count(post.headline) == count
    spare = (room - len(told.url) - 12) / count
    assert len(post.headline) > min(len(told.title), spare) - 14


def test_a_summary_that_stands_there_twice_leaves_the_headline_whole() -> None:
    told, style = article(), Style(templates={"*": "{{ headline }}\n{{ summary }}\n{{ summary }}"})
    post = compose(told, limits(180), style)
    assert post.length <= 180
    assert post.headline == told.title
    assert post.omitted == ("summary cut: no room",)


def test_a_template_that_has_no_room_for_its_headline_is_told() -> None:
    style = Style(templates={"*": "{{ headline }} " + "word " * 12})
    assert "no room" in compose(article(), limits(96), style).remark


@pytest.mark.parametrize("template", ["{% if urgent %}{{ headline }}{% endif %}", "  \n ", "{{ credit }}"])
def test_where_a_template_comes_out_blank_the_post_is_as_without_it_and_says_so(template: str) -> None:
    told = article()
    post = compose(told, limits(), Style(templates={"*": template}))
    assert post.text == compose(told, limits()).text
    assert post.remark == "its template comes out blank: composed without it"
    assert post.remark in post.omitted
    assert compose(told, limits(), Style(templates={"*": "{{ headline }}"})).remark == ""


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ headline }}\n\n\n\n{{ correction }}\n\n\nEnd", "Bridge reopens\n\nEnd"),
        ("{{ headline }}  ({{ section }})  {{ credit }}  !", "Bridge reopens (City desk) !"),
        ("\x07{{ headline }}\u202e\x00 now", "Bridge reopens now"),
        ("{{ headline }}: {{ byline }}", "Bridge reopens: Ann Author"),
        ("{{ headline }} {{ tags|join(', ') }} {{ places[0] }}", "Bridge reopens one two, three On Sea"),
    ],
)
def test_what_a_template_makes_is_cleaned_as_other_texts_are(template: str, text: str) -> None:
    told = article(
        section="City\n desk",
        authors=("Ann\x1b  Author",),
        tags=("one\u202e  two", "three"),
        places=("On\nSea",),
    )
    assert compose(told, limits(), Style(templates={"*": template})).text == f"{text}\n\n{told.url}"


def test_what_a_template_names_of_an_article_mentions_nobody() -> None:
    channel = replace(limits(), plain=lambda text: text.replace("@", ""))
    told = article(section="@all", authors=("@ann",), tags=("@here",), places=("@home",))
    template = "{{ headline }} {{ section }} {{ byline }} {{ tags[0] }} {{ places|join }}"
    assert "@" not in compose(told, channel, Style(templates={"*": template})).text


TURNS = "".join(f"{{% for {name} in headline %}}" for name in "abc") + "{{ a }}" + "{% endfor %}" * 3


@pytest.mark.parametrize(
    "template",
    [
        TURNS.replace("{{ a }}", ""),
        TURNS,
        f"{{% set text %}}{TURNS}{{% endset %}}ok",
        "{% for a in headline.upper()|list %}{% for b in headline|map('lower') %}{{ a ~ b }}"
        + "{% for c in headline|list %}{% endfor %}" * 300
        + "{% endfor %}{% endfor %}ok",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "{% for a in headline recursive %}{{ loop(headline|list) if loop.depth < 4 }}{% endfor %}ok",
        "{{ headline|replace('', headline)|replace('', headline)|replace('', headline) }}",
        "{{ headline.join(headline).join(headline).join(headline) }}",
        "{% set x0 = headline %}"
        + "".join(f"{{% set x{n + 1} = x{n} ~ x{n} %}}" for n in range(40))
        + "{{ x40|length }}",
        "{% set x0 = [headline] %}"
        + "".join(f"{{% set x{n + 1} = x{n} + x{n} %}}" for n in range(40))
        + "{{ x40|length }}",
        "{% set x0 = [headline] %}"
        + "".join(f"{{% set x{n + 1} = [x{n}, x{n}] %}}" for n in range(40))
        + "{{ x40 }}",
        "{% for a in headline %}{% for b in headline %}{{ a in b.join(headline) }}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_without_end_is_told_and_the_post_is_as_without_it(template: str) -> None:
    told = article(title="The old bridge reopens at last. " * 10)
    began = time.process_time()
    post = compose(told, limits(), Style(templates={"*": template}))
    assert time.process_time() - began < 2
    assert post.text == compose(told, limits()).text
    assert post.remark == "composed without its template: it does more than any post needs"
    assert post.remark in post.omitted


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "{% for word in headline.split() %}{{ loop.index }}/{{ loop.length }} {{ word }} {% endfor %}",
            "1/2 Bridge",
        ),
        (
            "{% for tag in tags %}#{{ tag|replace(' ', '') }}{{ ' ' if not loop.last }}{% endfor %}",
            "#one #twowords",
        ),
        ("{% for tag in tags if tag != 'one' %}{{ tag|upper }}{% else %}none{% endfor %}", "TWO WORDS"),
        ("{{ tags|join(', ') }}: {{ headline[:6] ~ '!' }}", "one, two words: Bridge!"),
        ("{{ tags|map('capitalize')|join(' + ') }}{{ ' yes' if 'one' in tags }}", "One + Two words yes"),
        ("{% macro bold(x) %}*{{ x }}*{% endmacro %}{{ bold(headline) }}", "*Bridge reopens*"),
        ("{% for letter in summary %}{{ letter }}{% endfor %}", "After two"),
    ],
)
def test_what_newsrooms_write_is_within_bounds(template: str, text: str) -> None:
    post = compose(article(tags=("one", "two words")), limits(), Style(templates={"*": template}))
    assert post.text.startswith(text)
    assert not post.remark
