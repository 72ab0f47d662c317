"""Letters of a text alone, and addresses that are joined without being taken apart."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.addresses import web_address
from syndicator.text.letters import letters, letters_and_digits
from syndicator.text.markup import of_xml


@given(st.text())
def test_letters_are_what_python_calls_so(text: str) -> None:
    assert letters(text) == "".join(filter(str.isalpha, text))
    assert letters_and_digits(text) == "".join(filter(str.isalnum, text))


def test_a_text_of_many_signs_keeps_its_letters() -> None:
    signs = "".join(map(chr, range(0x2190, 0x2300)))
    assert letters(f"a{signs}é") == "aé"


@pytest.mark.parametrize(
    "href",
    [
        *(
            "https://news.example/a/b.html?x=1&y=2",
            "/a/b-c_d/",
            "/a?b=c",
            "/.hidden/x",
            "/a/../b",
            "//cdn.example/x",
        ),
        *(
            "https://news.example/a;",
            "https://news.example/a?",
            "https://news.example/a#b",
            "/a//b",
            "/ä/%20",
        ),
        *("a/b", "?p=1", "https://news.example", "/"),
    ],
)
@pytest.mark.parametrize("base", ["https://news.example/x/y?z", "http://news.example:8080"])
def test_addresses_are_joined_as_the_standard_library_joins_them(href: str, base: str) -> None:
    assert web_address(href, base) == urljoin(base, href)


def test_what_is_empty_in_xml_holds_nothing_in_html() -> None:
    assert of_xml(f"<p><b/>{'word ' * 500}</p>").startswith("<p><b></b>word")
