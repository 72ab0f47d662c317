"""Addresses as X finds them in texts: those that are to be links, whole, and those that are not."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.text.x_length import ADDRESS_LENGTH, X_WEIGHTED, whole_address, without_addresses


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://press.la/2026/bridge?from=a&b=1#top", "https://press.la/2026/bridge?from=a&b=1#top"),
        ("https://press.la/ຂ່າວ", "https://press.la/%E0%BA%82%E0%BB%88%E0%BA%B2%E0%BA%A7"),
        ("https://press.la/wiki/Tram_(city)", "https://press.la/wiki/Tram_%28city%29"),
        ("https://press.la/read?q=why.", "https://press.la/read?q=why%2E"),
        ("https://press.la/%E0%BA%82/x!", "https://press.la/%E0%BA%82/x%21"),
        ("https://press.la/find?q=tram+", "https://press.la/find?q=tram%20"),
        ("https://press.la/what/?", "https://press.la/what/"),
        ("https://press.la/50%", "https://press.la/50%25"),
        ("https://press.la", "https://press.la"),
    ],
)
def test_an_address_is_one_link(url: str, written: str) -> None:
    assert whole_address(url) == written
    assert X_WEIGHTED.measure(written) == ADDRESS_LENGTH


@given(st.text(alphabet="ab1 ກ้é(){}[]<>\"'!?.,;:&=~|^`\\#/@$_-字", max_size=40))
def test_any_address_is_one_link_and_leads_to_the_same_place(path: str) -> None:
    url = f"https://press.la/{path}"

    written = whole_address(url)

    assert X_WEIGHTED.measure(written) == ADDRESS_LENGTH
    assert unquote(written) == (url[:-1] if url.find("?") == len(url) - 1 else url)
    assert whole_address(written) == written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Read example.com today", "Read example.\u200bcom today"),
        (
            "BBC.co.uk and news.bbc.co.uk/sport",
            "BBC.\u200bco.\u200buk and news.\u200bbbc.\u200bco.\u200buk/sport",
        ),
        ("At 3.30 p.m., 1.5 km. Then more", "At 3.30 p.m., 1.5 km. Then more"),
        ("ຂ່າວ press.la ວັນນີ້", "ຂ່າວ press.\u200bla ວັນນີ້"),
        ("No dots", "No dots"),
        (
            "By www.press.org.za and park.gov.bd",
            "By www.\u200bpress.\u200borg.\u200bza and park.\u200bgov.\u200bbd",
        ),
        ("Read press.みんなで or news.рф", "Read press.\u200bみんなで or news.\u200bрф"),
        ("At élan.la, 橋-press.com", "At élan.\u200bla, 橋-press.\u200bcom"),
        ("press.みんな/a,press.みんな", "press.\u200bみんな/a,press.\u200bみんな"),
    ],
)
def test_a_host_in_a_headline_is_no_link(text: str, shown: str) -> None:
    assert without_addresses(text) == shown
    assert X_WEIGHTED.measure(shown) == len(shown) + len(re.findall("[橋みんなで]", shown))


@given(
    st.lists(
        st.sampled_from(
            ["bbc", "co", "みんな", "é", "uk", ".", "/", "com", "ກ", " ", "https://", "@", "👍", "x"]
        ),
        max_size=12,
    )
)
def test_what_has_no_addresses_stays_without(parts: list[str]) -> None:
    once = without_addresses("".join(parts))

    assert without_addresses(once) == once
    assert once.replace("\u200b", "") == "".join(parts)
