"""``syndicator channels``: what each declared channel can do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from syndicator.domain.capabilities import (
    ALWAYS,
    NEVER,
    Budget,
    Capabilities,
    LinkCard,
    LinkPlace,
    PhotoEdits,
    Price,
)
from syndicator.domain.photo import PhotoLimits
from syndicator.wiring import inspect_app

#: A key that is remembered for longer is remembered for ever.
FOR_EVER = timedelta(days=365)


def channels(folder: Path, *, as_json: bool) -> None:
    """Print what the declared channels can do."""
    couriers = inspect_app(folder).deliverer.couriers
    facts = {name: facts_of(courier.channel.capabilities) for name, courier in couriers.items()}
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    table = Table("", *facts, show_lines=True)
    for fact in next(iter(facts.values()), {}):
        table.add_row(fact, *(each[fact] for each in facts.values()))
    Console().print(table)


def facts_of(capabilities: Capabilities) -> dict[str, str]:
    """A channel's capabilities in words, by what they are about."""
    return {
        "text": _text(capabilities),
        "link": _link(capabilities),
        "photo": _photo(capabilities),
        "alternative text": f"{capabilities.alt:,}" if capabilities.alt else "no",
        "language": _yes(capabilities.has_language),
        "warning": _yes(capabilities.has_warning),
        "correction": _within(capabilities.edit_within)
        + (", under a new id" if capabilities.edit_renews_id else "")
        + (f", {capabilities.photo_edits}" if capabilities.photo_edits is not PhotoEdits.ALL else ""),
        "retraction": _within(capabilities.delete_within),
        "reply": _yes(capabilities.replies),
        "own posts can be looked up": _yes(capabilities.finds),
        "a repeated post is known for": _memory(capabilities.key_memory),
        "may go on working for": _span(capabilities.settles_within),
        "allows": "; ".join([*map(_budget, capabilities.budgets), *_gap(capabilities)]) or "any number",
        "costs": _price(capabilities.price) if capabilities.price else "nothing",
        "tried against": capabilities.verified,
    }


def _gap(capabilities: Capabilities) -> list[str]:
    gap = capabilities.gap_per_article
    return [f"one in {_span(gap)} of an article"] if gap else []


def _text(capabilities: Capabilities) -> str:
    beside = capabilities.text_with_photo
    return f"{capabilities.text:,} {capabilities.unit}" + (f"; {beside:,} beside a photo" if beside else "")


def _photo(capabilities: Capabilities) -> str:
    if capabilities.photo_by_address:
        count = capabilities.photos
        named = f"{count}, by their addresses on the site" if count > 1 else "by its address on the site"
        shown = capabilities.photo_shown
        return f"{named}; from us what is none of {_types(shown)}" if shown else named
    limits = capabilities.photo
    if limits is None:
        return "no"
    facts = [str(capabilities.photos), f"{limits.side} px", _size(limits.length), _types(limits)]
    facts += ["fetched from its address"] if capabilities.photo_fetched else []
    facts += ["none without"] if capabilities.needs_photo else []
    return ", ".join(facts)


def _types(limits: PhotoLimits) -> str:
    return ", ".join(each.removeprefix("image/").upper() for each in limits.media_types)


def _link(capabilities: Capabilities) -> str:
    place = str(capabilities.link_place)
    if capabilities.link_place is LinkPlace.TEXT and capabilities.link is not None:
        place += f", counts {capabilities.link}"
    match capabilities.card:
        case LinkCard.NONE:
            return place
        case LinkCard.FETCHED:
            return f"{place}; card by the network"
        case LinkCard.SENT:
            return f"{place}; in our card where there is one"


def _within(span: timedelta) -> str:
    if span == ALWAYS:
        return "always"
    return "no" if span == NEVER else f"within {_span(span)}"


def _memory(span: timedelta | None) -> str:
    if span is None:
        return "not known"
    return "ever" if span > FOR_EVER else _span(span)


def _price(price: Price) -> str:
    others = {
        "an edit": price.edit,
        "a deletion": price.deletion,
        "an alternative text": price.alternative_text,
        "looking for a post, about": price.look_up,
    }
    posts = f"${price.post:g} a post, ${price.post_with_link:g} with a link"
    return "; ".join((posts, *(f"{what} ${amount:g}" for what, amount in others.items() if amount)))


def _budget(budget: Budget) -> str:
    return f"{budget.most:,} {budget.of} in {_span(budget.per)}"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    unit, size = next((u, s) for u, s in units if seconds and seconds % s == 0) if seconds else ("s", 1)
    return f"{seconds // size} {unit}"


def _size(length: int) -> str:
    return f"{length / 1_000_000:g} MB"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
