"""Feeds whose descriptions have lists: the excerpt reads as one."""

from __future__ import annotations

from syndicator.sources.feeds.feed_text import first_paragraph, is_whole_text, lead_of
from syndicator.text.clean import plain

ITEMS = "<ul><li>The weir is mended</li><li>Boats pass again</li></ul>"


def test_a_description_sets_its_items_apart() -> None:
    assert lead_of(ITEMS) == "The weir is mended; Boats pass again"
    assert lead_of(f"<h2>At a glance</h2>{ITEMS}") == "The weir is mended; Boats pass again"


def test_a_text_that_is_a_list_begins_with_its_items() -> None:
    assert first_paragraph(ITEMS) == "The weir is mended; Boats pass again"


def test_a_text_in_a_description_is_still_known_as_the_text() -> None:
    whole = ITEMS + "<p>The lock keeper counted forty boats in the first hour alone.</p>" * 20
    assert is_whole_text(lead_of(whole), plain(whole))
