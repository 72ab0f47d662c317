"""People's addresses: one form each, and none of them in a log."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.mail.addresses import mail_address, masked, without_addresses

LIKE_ADDRESSES = st.lists(
    st.sampled_from([*"aZ9.-_+'\" <>,;:@\r\n\0", "ຂ່", "ß", "example", "İ"]), max_size=12
)


@given(LIKE_ADDRESSES.map("".join) | st.text(max_size=30))
def test_an_address_is_good_for_headers_and_stays_as_it_is(text: str) -> None:
    try:
        address = mail_address(text)
    except ValueError:
        return

    assert mail_address(address) == mail_address(f"  {address.upper()} ") == address
    assert address.isascii()
    assert address.isprintable()
    assert not set(address) & set(' <>,;:"\\()')
    assert address.count("@") == 1


@given(st.from_regex(r"[a-z0-9.]{2,20}@[a-z]{1,9}\.example", fullmatch=True), st.sampled_from("<>(): ;'"))
def test_an_address_in_a_server_s_words_is_masked(address: str, beside: str) -> None:
    text = f"550 5.1.1 {beside}{address}{beside} unknown"

    assert address not in without_addresses(text)
    assert masked(address) in without_addresses(text)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["a" * 200_000, "a@" * 100_000, "@" * 200_000, "a." * 100_000 + "@b"])
def test_masking_takes_time_by_length_alone(text: str) -> None:
    begins = time.process_time()
    without_addresses(text)
    assert time.process_time() - begins < 5
