"""Readers by their User-Agents: a reader's name, and how many people it reads for.

Nothing else of it is kept. Readers that we know are called by their names. Of the others, the name is the
product token before the version (RFC 9110 section 10.1.5), and only if it can be no address, e-mail,
number or token that would tell one person from another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from syndicator.store.readership import OTHER_READERS

#: Characters of a User-Agent that are looked at.
MAX_AGENT_LENGTH = 256

#: The most that a column of the database, and our belief, has room for.
MAX_SUBSCRIBERS = 1_000_000_000

#: Readers, aggregators, crawlers and libraries, by what their User-Agents contain. The first that is found
#: counts: what others claim to be like (*like FeedFetcher-Google*) stands last, browsers after all.
KNOWN = {
    "feedly": "Feedly",
    "inoreader": "Inoreader",
    "newsblur": "NewsBlur",
    "feedbin": "Feedbin",
    "theoldreader": "The Old Reader",
    "bazqux": "BazQux",
    "feedspot": "Feedspot",
    "feedhq": "FeedHQ",
    "commafeed": "CommaFeed",
    "miniflux": "Miniflux",
    "freshrss": "FreshRSS",
    "tiny tiny rss": "Tiny Tiny RSS",
    "nextcloud-news": "Nextcloud News",
    "selfoss": "selfoss",
    "yarr": "yarr",
    "netnewswire": "NetNewsWire",
    "reeder": "Reeder",
    "readkit": "ReadKit",
    "newsboat": "Newsboat",
    "newsbeuter": "Newsboat",
    "liferea": "Liferea",
    "akregator": "Akregator",
    "quiterss": "QuiteRSS",
    "rssguard": "RSS Guard",
    "vienna": "Vienna",
    "thunderbird": "Thunderbird",
    "feedme": "FeedMe",
    "flipboard": "Flipboard",
    "smartnews": "SmartNews",
    "newsbreak": "NewsBreak",
    "apple news": "Apple News",
    "slackbot": "Slack",
    "discordbot": "Discord",
    "telegrambot": "Telegram",
    "mastodon": "Mastodon",
    "ifttt": "IFTTT",
    "zapier": "Zapier",
    "rss2email": "rss2email",
    "simplepie": "SimplePie",
    "wordpress": "WordPress",
    "magpierss": "MagpieRSS",
    "googlebot": "Googlebot",
    "google-extended": "Googlebot",
    "bingbot": "Bingbot",
    "applebot": "Applebot",
    "duckduckbot": "DuckDuckBot",
    "yandex": "Yandex",
    "baiduspider": "Baidu",
    "gptbot": "GPTBot",
    "oai-searchbot": "OAI-SearchBot",
    "claudebot": "ClaudeBot",
    "perplexitybot": "PerplexityBot",
    "ccbot": "CCBot",
    "bytespider": "Bytespider",
    "facebookexternalhit": "Facebook",
    "meta-externalagent": "Facebook",
    "ahrefsbot": "AhrefsBot",
    "semrushbot": "SemrushBot",
    "uptimerobot": "UptimeRobot",
    "feedvalidator": "Feed validator",
    "feedfetcher-google": "Google FeedFetcher",
    "python-requests": "python-requests",
    "feedparser": "feedparser",
    "go-http-client": "Go",
    "okhttp": "OkHttp",
    "axios": "axios",
    "curl/": "curl",
    "wget/": "Wget",
    "edg/": "Edge",
    "firefox/": "Firefox",
    "opr/": "Opera",
    "chrome/": "Chrome",
    "safari/": "Safari",
}

NAMES = frozenset(KNOWN.values())

_KNOWN = re.compile("|".join(map(re.escape, KNOWN)))

_SUBSCRIBERS = re.compile(
    r"(?<![\w.])(\d{1,12})\s+(?:subscribers?|readers?|users?)\b|\bsubscribers?[=:]\s*(\d{1,12})(?![\w.])",
    re.IGNORECASE | re.ASCII,
)

#: A product token that can be stored: a word, with two digits at most.
_PRODUCT = re.compile(r"[A-Za-z](?:[A-Za-z_+-]*[0-9]?){0,2}[A-Za-z_+-]*", re.ASCII)

#: Longer names, and what reads like a hash, might be somebody's own.
_MAX_NAME_LENGTH = 24
_HASH = re.compile(r"[0-9a-f]{8,}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Agent:
    """A reader. ``subscribers``: how many people it reads for; ``None`` where it does not say."""

    name: str
    subscribers: int | None = None


def agent(user_agent: str) -> Agent:
    """Whose User-Agent it is. Never raises, and never gives more away than ``Agent`` says."""
    text = user_agent[:MAX_AGENT_LENGTH]
    return Agent(_name(text), _subscribers(text))


def _name(text: str) -> str:
    lowered = re.sub(r"\S*@\S*", " ", text.lower())  # whose mail it is says nothing of the reader
    keywords = {match[0] for match in _KNOWN.finditer(lowered)}
    for keyword, name in KNOWN.items():
        if keyword in keywords:
            return name
    return _product(text)


def _product(text: str) -> str:
    """The first product's name: of *Morning Paper/2.1 (...)*, *Paper*."""
    outside = re.sub(r"\([^()]*\)?", " ", text)
    if "@" in outside:
        return OTHER_READERS
    products = outside.replace("/", " / ").split()
    if "/" in products:
        products = products[: products.index("/")]
        name = products[-1] if products else ""
    else:
        name = products[0] if len(products) == 1 else ""
    is_word = _PRODUCT.fullmatch(name) and 2 < len(name) <= _MAX_NAME_LENGTH and not _HASH.search(name)
    return name if is_word and name.lower() != "mozilla" else OTHER_READERS


def _subscribers(text: str) -> int | None:
    match = _SUBSCRIBERS.search(text)
    return min(int(match[1] or match[2]), MAX_SUBSCRIBERS) if match else None
