"""The text and the summary of a feed's entry, without what its system has put into them or behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndicator.sources.feeds.feed_tails import Origin, without_tails, without_text_tails
from syndicator.text.addresses import web_address
from syndicator.text.clean import plain
from syndicator.text.shortcodes import without_shortcodes


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryText:
    """``markup`` as it came, and the plain ``summary``; ``shortcodes``: names of those taken out of them."""

    markup: str
    summary: str
    shortcodes: Sequence[str] = ()


def entry_text(entry: Mapping[str, Any], head: Mapping[str, Any], url: str) -> EntryText:
    """An entry's content and its summary. ``head``: the feed's; ``url``: the entry's own address."""
    markup, summary = str(entry.get("content") or ""), str(entry.get("summary") or "")
    if entry.get("is_own"):
        return EntryText(markup=markup, summary=summary)
    markup, of_markup = without_shortcodes(markup)
    summary, of_summary = without_shortcodes(summary, is_markup=False)
    origin = Origin(
        url=url,
        other_url=web_address(str(entry.get("id") or "")),
        title=str(entry.get("title") or ""),
        home=web_address(str(head.get("link") or head.get("home_page_url") or ""), url),
        site=plain(str(head.get("title") or "")),
    )
    return EntryText(
        markup=without_tails(markup, origin),
        summary=without_text_tails(summary, origin),
        shortcodes=tuple(dict.fromkeys((*of_markup, *of_summary))),
    )
