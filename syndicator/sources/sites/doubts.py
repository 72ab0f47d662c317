"""What speaks against a page's being the article that it was, or an article at all, although it answers 200:
maintenance, consent, a form for logging in, "not found". They are known by what is missing, in any language:
an article that is written anew keeps the date or the address that its page gives itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from syndicator.domain.addresses import stem
from syndicator.domain.article import Sighting
from syndicator.sources.pages.extracted import NO_TEXT
from syndicator.sources.pages.traits import ALIKE_SHARE, GONE_SHARE, SAME_SHARE, Traits, likeness

#: Hashes of a page's title and of its text; for the text "" where it is too short to distinguish pages.
Fingerprint = tuple[str, str]

#: What operators are to make of a page that is no article any more.
ADVICE = "a page for logging in, or of an error? Its article stays as it is"

#: Seconds for which a page that nothing speaks for has to stay as it is before it is believed.
DOUBT_S = 24 * 3600

#: Other pages that have to have a date, or an address, so that one without is odd; and characters from which
#: on it is long enough to be an article all the same.
MIN_OTHERS, MIN_ARTICLE_CHARS = 3, 1000

#: Characters up to which a page that keeps its date alone may be a notice in place of the article.
MAX_NOTICE_CHARS = 400

#: New pages with one text, each at a place of its own, of which none is an article.
MIN_ALIKE = 3


def loss(page: Mapping[str, Any], new: Fingerprint, traits: Traits, now: int) -> str:
    """Why a page that is known is not believed; "" if it is. ``page``: what is remembered of it; ``now`` in
    seconds since 1970."""
    before, said = Traits.of_memory(page), page.get("said")
    if before is None or not said or not _is_text_gone(said, before, new, traits):
        return ""
    if traits.asks_password and not before.asks_password:
        return f"asks for a password, and its text is gone: {ADVICE}"
    lost = [name for name in ("date", "canonical") if getattr(before, name) and not getattr(traits, name)]
    is_headline_new = said[0] != new[0]
    if before.date and traits.date == before.date:
        if not (lost and is_headline_new and traits.length <= MAX_NOTICE_CHARS) or _has_lasted(
            page, new, now
        ):
            return ""
        return (
            f"has nothing left but its date, and a notice of {traits.length} characters: {ADVICE} for a day"
        )
    if "date" in lost or (lost and (is_headline_new or not traits.date)):
        names = " and ".join("its date" if name == "date" else "its canonical address" for name in lost)
        headline = "its headline, " if is_headline_new else ""
        return f"has lost {headline}its text and {names} at once: {ADVICE}"
    is_vouched = bool(before.canonical or (before.date and traits.origin == before.origin))
    if not is_headline_new or is_vouched or _has_lasted(page, new, now):
        return ""
    return f"says nothing that it said before, and has no date to know it by: {ADVICE} for a day"


def text_loss(page: Mapping[str, Any], sighting: Sighting, new: Fingerprint, now: int) -> str:
    """Why a page is not believed that has nothing but a headline any more, and no lock; "" if it is."""
    is_bare = NO_TEXT in sighting.warnings and not sighting.content_html and not sighting.summary
    if not is_bare or not page["said"][1] or _has_lasted(page, new, now):
        return ""
    return f"has a headline and no text any more: {ADVICE} for a day"


def strangers(
    new_pages: Mapping[str, tuple[Fingerprint, Traits]],
    pages: Mapping[str, Mapping[str, Any]],
    now: int,
    *,
    is_site_away: bool,
) -> dict[str, str]:
    """New pages that are not taken for articles, by key, with why. ``new_pages``: those that were read now
    for the first time; ``pages``: what is remembered; ``is_site_away``: known pages have lost all now."""
    there = [page for page in pages.values() if page.get("said") and not page.get("gone")]
    known = [traits for page in there if (traits := Traits.of_memory(page))]
    is_usual = len(known) >= MIN_OTHERS and (all(t.date for t in known) or all(t.canonical for t in known))
    doubted_titles = {page["doubt"][1] for page in pages.values() if page.get("doubt")}
    found: dict[str, str] = {}
    for key, (new, traits) in new_pages.items():
        if traits.has_marks or _has_lasted(pages[key], new, now):
            continue
        if is_site_away or new[0] in doubted_titles:
            found[key] = "has neither a date nor an address of its own, and others have just lost theirs"
        elif is_usual and traits.length < MIN_ARTICLE_CHARS:
            found[key] = "has neither the date nor the address that all others give themselves"
    bare = {key: (new[0], t.sketch) for key, (new, t) in new_pages.items() if not t.has_marks}
    for key, (title, text) in bare.items():
        alike = [o for o, (t, other) in bare.items() if t == title and likeness(text, other) >= SAME_SHARE]
        if len({stem(pages[other]["url"]) for other in alike}) >= MIN_ALIKE:
            found.setdefault(key, f"says what {len(alike) - 1} other new pages say, and has no date")
    return {key: f"{why}: not taken for an article" for key, why in found.items()}


def alike(
    readings: Mapping[str, tuple[Fingerprint, Traits]], pages: Mapping[str, Mapping[str, Any]], now: int
) -> dict[str, str]:
    """Known pages of whose text nothing is left, and that now say nearly what another page says, by key, with
    why: one notice at many addresses, with another name or counter in each. They may have kept date, headline
    and address, and are not believed for a day. ``readings``: known pages that were read now."""
    remembered = {
        key: (page["url"], before.sketch) for key, page in pages.items() if (before := _there(page))
    }
    found: dict[str, str] = {}
    for key, (new, traits) in readings.items():
        before = Traits.of_memory(pages[key])
        if not (before and before.sketch and traits.sketch) or _has_lasted(pages[key], new, now):
            continue
        if likeness(before.sketch, traits.sketch) > GONE_SHARE:
            continue
        own = stem(pages[key]["url"])
        others = {
            **remembered,
            **{other: (pages[other]["url"], each.sketch) for other, (_, each) in readings.items()},
        }
        like = next(
            (url for url, text in others.values() if stem(url) != own and has_become(text, before, traits)),
            "",
        )
        if like:
            found[key] = f"says nearly what {like} says, and did not before: {ADVICE} for a day"
    return found


def has_become(text: str, before: Traits, traits: Traits) -> bool:
    """Whether a page says nearly what another does (``text``: a sketch), and did not ``before``: what a site
    puts under all its texts is no notice."""
    return likeness(text, traits.sketch) >= ALIKE_SHARE and likeness(text, before.sketch) < ALIKE_SHARE


def _there(page: Mapping[str, Any]) -> Traits | None:
    """The traits of a page that is there, if it has a text."""
    traits = None if page.get("gone") else Traits.of_memory(page)
    return traits if traits and traits.sketch else None


def doubt(page: Mapping[str, Any], new: Fingerprint, now: int) -> list[Any]:
    """What is remembered of a doubt: since when, and of which headline."""
    before = page.get("doubt")
    return before if before and before[1] == new[0] else [now, new[0]]


def _has_lasted(page: Mapping[str, Any], new: Fingerprint, now: int) -> bool:
    before: Sequence[Any] = page.get("doubt") or ()
    return bool(before) and before[1] == new[0] and before[0] + DOUBT_S <= now


def _is_text_gone(said: Sequence[str], before: Traits, new: Fingerprint, traits: Traits) -> bool:
    """Whether nothing is left of a text."""
    if said[1] == new[1] and said[1]:
        return False
    if before.sketch and traits.sketch:
        return likeness(before.sketch, traits.sketch) <= GONE_SHARE
    return said[1] != new[1]
