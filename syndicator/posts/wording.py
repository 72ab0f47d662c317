"""The words of an article that posts on all channels begin with: cleaned once, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from syndicator.posts.labels import is_labelled, labels
from syndicator.posts.words import oddities, one_line, without_links
from syndicator.text.excerpts import goes_on_from, without_leftovers, without_section, without_site_name


@dataclass(frozen=True, slots=True)
class Wording:
    """Each in one line. ``correction`` is named as one in the article's language. ``is_said``: the summary
    says the headline, and more, so that the headline says nothing beside it. ``told``: what their operator
    should know of them."""

    headline: str
    summary: str
    correction: str
    is_said: bool
    told: tuple[str, ...] = ()


@lru_cache(maxsize=64)  # the articles that channels are at
def wording(
    title: str, summary: str, note: str, site_title: str, language: str, section: str = ""
) -> Wording:
    """The words as they may stand in posts, before each channel cuts them. ``section``: the article's, which
    is no part of its headline."""
    headline = without_site_name(one_line(title), site_title)
    headline = without_links(without_section(headline, one_line(section)))
    lead = without_links(one_line(without_leftovers(summary, headline, site_title, language)))
    correction = without_links(one_line(note))
    if correction and not is_labelled(correction):
        correction = f"{labels(language).correction}: {correction}"
    told = (*oddities("headline", title), *oddities("summary", summary), *oddities("correction", note))
    return Wording(headline, lead, correction, goes_on_from(lead, headline), told)
