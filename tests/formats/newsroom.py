"""Articles for feeds: a plain one, and hypothesis strategies for tidy and for nasty ones."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from syndicator.domain.article import Article, Photo
from syndicator.domain.feed import Feed, Site
from syndicator.jobs.ports import Format, History
from syndicator.text.clean import fold

NINE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

SITE = Site(
    title="The River Ledger",
    url="https://ledger.example/",
    feeds_url="https://feeds.ledger.example/feeds",
    authority="ledger.example",
    language="en-GB",
    copyright="© 2026 The River Ledger",
    icon="https://ledger.example/icon.png",
    hubs=("https://hub.example/", "https://second-hub.example/"),
)

FEED = Feed(name="all", title="All news", description="Rivers & roads", channels=("wire",))

SHORT = Feed(name="short", title="All news in short", language="lo", content="summary")

PHOTO = Photo(
    url="https://ledger.example/photos/bridge.jpg",
    caption="The old bridge at noon",
    credit="S. Keo",
    alt="A tram on a bridge",
    width=1200,
    height=800,
    length=123_456,
    media_type="image/jpeg",
)


def article(key: str = "1", **changes: Any) -> Article:
    """An article as it is on file."""
    fields: dict[str, Any] = {
        "guid": f"tag:ledger.example,2026-03-01:page/{key}",
        "source": "page",
        "key": key,
        "url": f"https://ledger.example/{key}",
        "title": f"Bridge {key} reopens",
        "summary": "Trams cross the river again.",
        "content_html": '<p>Trams <a href="https://ledger.example/map">cross</a> the river again.</p>',
        "authors": ("Noi Vongsa", "Ben & Jo"),
        "section": "City",
        "tags": ("Trams", "Bridges & roads"),
        "language": "en",
        "published": NINE,
        "updated": NINE + timedelta(hours=1),
        "first_seen": NINE,
        "photo": PHOTO,
    }
    return Article(**fields | changes)


def written(
    form: Format,
    articles: Sequence[Article],
    feed: Feed = FEED,
    site: Site = SITE,
    history: History = History(),  # noqa: B008 - frozen
) -> bytes:
    """The whole document of these articles."""
    entries = [form.entry(site, feed, each) for each in articles]
    return form.document(site, feed, articles, entries, history)


#: One headline in each script, most of them read from left to right.
HEADLINES = {
    "am": "አሮጌው ድልድይ ተከፈተ",
    "ar": "الجسر القديم يعود إلى الخدمة بعد عامين",
    "bn": "পুরনো সেতু আবার খুলেছে",
    "de": "Brücke öffnet für 3 €",
    "el": "Η παλιά γέφυρα άνοιξε",
    "en": "R&D 5<6 “quoted” 🚋 👩‍👩‍👧‍👦 🏳️‍🌈",
    "fa": "پل قدیمی باز شد",
    "he": "הגשר הישן חוזר לפעול",
    "hi": "पुराना पुल फिर खुला",
    "hy": "Հին կամուրջը բացվեց",
    "ja": "古い橋が再開した",
    "ka": "ძველი ხიდი გაიხსნა",
    "km": "ស្ពានចាស់បើកវិញ",
    "ko": "오래된 다리가 다시 열렸다",
    "lo": "ຂົວເກົ່າເປີດຄືນ",
    "my": "တံတားဟောင်း ပြန်ဖွင့်ပြီ",
    "ru": "Старый мост снова открыт",
    "ta": "பழைய பாலம் திறந்தது",
    "th": "สะพานเก่าเปิดอีกครั้ง",
    "ur": "پرانا پل پھر کھل گیا",
    "zh-Hans": "旧桥重新开放",
    "zh-Hant": "舊橋重新開放",
    "": "No language at all",
}


def in_every_script() -> list[Article]:
    """A newsroom of the whole world, some of whose articles lack this or that, newest first."""
    return [
        article(
            str(n),
            url=f"https://ledger.example/{said}/{n}",
            title=said,
            summary=f"{said}. {said}" if n % 6 else "",
            content_html="" if n % 4 == 3 else f'<p dir="auto">{html.escape(said)} <b>{n}</b></p>',
            authors=(said, "B & C")[: n % 3],
            section=said if n % 2 else "",
            tags=(f"{said} {n}", "🙂"),
            language=language,
            published=NINE - timedelta(hours=n),
            updated=NINE - timedelta(hours=n % 7),
            note=f"{said} {n}" if n % 5 == 0 else "",
            photo=replace(PHOTO, url=f"https://ledger.example/{said}.jpg", caption=said) if n % 3 else None,
        )
        for n, (language, said) in enumerate(HEADLINES.items())
    ]


#: Times in any zone, since feeds began.
times = st.datetimes(
    datetime(1999, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours))),
).map(lambda moment: moment.replace(microsecond=0))


def looks_garbled(text: str) -> bool:
    """Whether it could be UTF-8 read as Latin-1: feedparser "repairs" what does."""
    try:
        return text.encode("latin-1").decode() != text
    except UnicodeError:
        return False


#: What sources deliver: one line, no markup, nothing illegal.
tidy = (
    st.lists(
        st.text(st.characters(categories=("L", "N", "Mn", "So"), include_characters="'’.,–!?"), min_size=1)
        | st.sampled_from(["&", "ສະພານ", "🚋", "5<6", "“quoted”", "R&D"]),
        min_size=1,
        max_size=6,
    )
    .map(" ".join)
    .map(fold)
    .filter(lambda text: any(map(str.isalnum, text)) and not looks_garbled(text))
)

FORBIDDEN = [
    *(
        "]]>",
        "</item></channel></rss>",
        "</entry></feed>",
        "<item>",
        "<entry ",
        "&amp;",
        "&#0;",
        "<!--",
        "<?x?>",
    ),
    *("\x00", "\x0b", "\ud800", "\udfff\ud83d", "\uffff", "\r\n", "\u2028", "\x85", "🙂", "ລາວ"),
]

#: What no source should deliver, and some will.
nasty = st.lists(
    st.text(st.characters(exclude_categories=()), max_size=8) | st.sampled_from(FORBIDDEN),
    max_size=5,
).map("".join)

#: Addresses as newsrooms have them, in any script ...
addresses = st.builds(
    lambda path: f"https://ledger.example/{path}",
    st.text(st.characters(categories=("L", "N"), include_characters="-_/?=&%#,;:()[]|'\" "), max_size=12),
).map(str.strip)

#: ... and as they should not.
nasty_addresses = st.builds(
    lambda path: f"https://ledger.example/{path}", st.text(st.characters(exclude_categories=()), max_size=12)
)


def paragraph(text: str) -> str:
    """As sanitised HTML where the text is tidy, and otherwise as nasty as it is."""
    escaped = re.sub(r"&(?![#\w]+;)", "&amp;", text).replace("5<6", "5&lt;6")
    return f"<p>{escaped}</p>"


def photos(text: st.SearchStrategy[str], address: st.SearchStrategy[str]) -> st.SearchStrategy[Photo]:
    sizes = st.none() | st.integers(1, 10_000)
    return st.builds(
        Photo,
        url=address,
        caption=text,
        credit=text,
        alt=text,
        width=sizes,
        height=sizes,
        length=st.none() | st.integers(0, 50_000_000),
        media_type=st.sampled_from(["image/jpeg", "image/png", ""]),
    )


def articles(
    text: st.SearchStrategy[str], address: st.SearchStrategy[str] = addresses
) -> st.SearchStrategy[Article]:
    """Articles whose words are of a kind."""
    return st.builds(
        article,
        key=st.uuids().map(str),
        url=address,
        title=text,
        summary=st.just("") | text,
        content_html=st.just("") | text.map(paragraph),
        authors=st.lists(text, max_size=3, unique=True).map(tuple),
        section=st.just("") | text,
        tags=st.lists(text, max_size=3).map(tuple),
        places=st.lists(text, max_size=2).map(tuple),
        language=st.sampled_from(["", "en", "lo", "pt-BR", "zh-Hant"]),
        photo=st.none() | photos(text, address),
        note=st.just("") | text,
        published=times,
        updated=times,
        revision=st.integers(1, 30),
    )


#: What newsrooms say, and what none should.
any_article = articles(nasty, nasty_addresses) | articles(tidy)

several = st.lists(any_article, max_size=3)

either_feed = st.sampled_from([FEED, SHORT])
