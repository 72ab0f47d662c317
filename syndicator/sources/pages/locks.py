"""Pages and entries that show a lock in place of the article: a form for its password, an invitation to
subscribe. Recognised by what content management systems and paywalls put there, never by its words, which
each site writes in its own language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from syndicator.domain.errors import SourceError
from syndicator.text.markup import parse_part


class Lock(StrEnum):
    """Who may read the article: those who know its password, or members and subscribers."""

    PRIVATE = "private"
    MEMBERS = "members"


class LockPolicy(StrEnum):
    """What becomes of an article that members alone may read: nothing, its headline with what the page tells
    everybody, or all that stands on the page."""

    SKIP = "skip"
    HEADLINE = "headline"
    TEXT = "text"


#: What operators are told of a lock, and of an article of which only the headline is taken.
LOCK_MESSAGES = {
    Lock.PRIVATE: "asks for the article's password: not published",
    Lock.MEMBERS: 'for members only, and left out: see the setting "locked"',
}
HEADLINE_ONLY = 'for members only: headline and link, without its text; see the setting "locked"'


class LockedError(SourceError):
    """A page shows a lock where its article was, or would be, and nothing of it is to be published."""


#: WordPress's form for the password of one post (``get_the_password_form``), in pages and in feeds.
PRIVATE_SELECTOR = (
    'form.post-password-form, form[action*="action=postpass"], form input[name="post_password"]'
)

#: What stands in place of the text where it is for members only. None of these is there, with words in it,
#: on a page that anybody may read.
MEMBERS_SELECTOR = ", ".join(
    (
        # Ghost ({{content}}, and themes that write their own)
        *(
            ".gh-post-upgrade-cta",
            ".gh-paywall",
            ".post-upgrade-cta",
            ".content-cta-post",
            ".post-sneak-peek",
        ),
        # Substack, Medium
        *('[data-testid="paywall"]', ".paywall-title", ".meteredContent"),
        # WordPress.com and Jetpack, Newspack
        *(".jetpack-subscribe-paywall", ".wp-block-jetpack-paywall"),
        *(".wp-block-premium-content-logged-out-view", ".newspack-content-gate__gate"),
        *(".newspack-memberships__gate", ".newspack-content-gate__inline-gate"),
        # WordPress's plugins: Paid Memberships Pro, MemberPress, Restrict Content Pro, Leaky Paywall,
        # WooCommerce Memberships, LaterPay, Simple Membership, Ultimate Member
        *(".pmpro_content_message", ".mepr-unauthorized-message", ".mepr-unauthorized-excerpt"),
        *(".rcp_restricted", ".rcp-restricted-content-message", "#leaky_paywall_message"),
        *(".leaky_paywall_message_wrap", ".wc-memberships-content-restricted-message"),
        *(".wc-memberships-restricted-content-message", ".lp_purchase-overlay", ".laterpay-overlay"),
        *(".swpm-post-not-logged-in-msg", ".swpm-more-tag-not-logged-in", ".um-access-restricted"),
        # Piano, Poool, Steady, Zephr, Pelcro: most are empty, and filled by a script
        *(".tp-container-inner", ".piano-paywall", ".piano-offer", "#piano-inline", "#poool-widget"),
        *(".steady-paywall", "#steady_paywall", ".zephr-paywall", ".pelcro-paywall"),
        # what others call it
        *(".paywall", "#paywall", ".paywall-message", ".paywall-overlay", ".paywall-container"),
        *(".paywall-prompt", ".paywall-banner", ".article-paywall", ".c-paywall", ".subscription-wall"),
        *(".regwall", ".registration-wall"),
    )
)

#: https://developers.facebook.com/docs/instant-articles/subscriptions/content-tiering: "free" is the third.
LOCKED_TIERS = {"locked", "metered"}

HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)

#: Parts of an article that are looked at; real metadata names one or two.
MAX_PARTS = 20


def is_private(root: LexborHTMLParser | LexborNode) -> bool:
    """Whether there is a form for the password of one article."""
    return root.css_first(PRIVATE_SELECTOR) is not None


def lock_of_page(page: LexborHTMLParser, article: Mapping[str, Any]) -> Lock | None:
    """The lock on a page. ``article``: what its JSON-LD says of the article itself."""
    if is_private(page):
        return Lock.PRIVATE
    tier = page.css_first('meta[property="article:content_tier"], meta[name="article:content_tier"]')
    if tier is not None and (tier.attributes.get("content") or "").strip().lower() in LOCKED_TIERS:
        return Lock.MEMBERS
    if _is_paid(article) or _has_paid_part(page, article) or any(map(_has_words, page.css(MEMBERS_SELECTOR))):
        return Lock.MEMBERS
    return None


def lock_of_entry(markup: str) -> Lock | None:
    """The lock that an entry of a feed shows in place of its text. ``markup``: as the feed has it, before
    anything was taken out."""
    if "<" not in markup:
        return None
    part = parse_part(markup)
    if is_private(part):
        return Lock.PRIVATE
    return Lock.MEMBERS if any(map(_has_words, part.css(MEMBERS_SELECTOR))) else None


def _is_paid(thing: Mapping[str, Any]) -> bool:
    """https://schema.org/isAccessibleForFree, which many write as a text."""
    value = thing.get("isAccessibleForFree")
    return value is False or (isinstance(value, str) and _name(value) in ("false", "no", "0"))


def _has_paid_part(page: LexborHTMLParser, article: Mapping[str, Any]) -> bool:
    """Whether a part of the article that the page has is not free
    (https://developers.google.com/search/docs/appearance/structured-data/paywalled-content)."""
    parts = article.get("hasPart")
    for part in (parts if isinstance(parts, list) else [parts])[:MAX_PARTS]:
        if isinstance(part, Mapping) and _is_paid(part):
            selectors = part.get("cssSelector")
            for selector in (selectors if isinstance(selectors, list) else [selectors])[:MAX_PARTS]:
                if isinstance(selector, str) and _finds(page, selector):
                    return True
    return False


def _finds(page: LexborHTMLParser, selector: str) -> bool:
    try:
        return len(selector) < 200 and page.css_first(selector) is not None
    except (SelectolaxError, ValueError):
        return False


def _has_words(node: LexborNode) -> bool:
    """Whether it is more than a place that a script may fill, or show."""
    if "hidden" in node.attributes or node.attributes.get("aria-hidden") == "true":
        return False
    is_shown = not HIDDEN_STYLE.search(node.attributes.get("style") or "")
    return is_shown and any(map(str.isalpha, node.text()))


def _name(value: str) -> str:
    return value.rpartition("/")[2].strip().lower()
