"""Feeds, looked at before a partner or a validator does: what would be refused, what is trimmed, and what
is odd. From the record alone: nothing is fetched, and nothing changes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Literal, get_args

from syndicator.cli.declared import must_be_declared
from syndicator.domain.article import CLOCK_SKEW, Article, ArticleState
from syndicator.domain.feed import Feed, Filter
from syndicator.domain.keywords import folded, mentions, readable
from syndicator.domain.partner import Objection
from syndicator.formats.partner_fit import objections, shortened, trims
from syndicator.jobs.ports import History
from syndicator.jobs.routing import Editor
from syndicator.text.addresses import same_site
from syndicator.wiring import App

Verdict = Literal["refused", "trimmed", "advice", "warning"]
#: The worst first.
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

#: Where validators and formats say what is odd.
VALIDATOR = "https://validator.w3.org/feed/docs/{}.html"
JSON_FEED = "https://www.jsonfeed.org/version/1.1/"

#: Bytes of a document that readers fetch again and again without grumbling.
MAX_DOCUMENT_BYTES = 1_000_000

MARKUP = re.compile(r"<[a-zA-Z/!]|&(?:#\w+|[a-zA-Z]\w*);")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")

#: Conditions whose values may be misspelt. Sources are checked against their declarations.
SPELT = ("sections", "tags", "authors", "languages", "places")
KEYWORDS = "keywords"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing to know of a feed, or of an article in it (``url``, ``title``). ``refused``: it would not
    be taken. ``source``: the page with the rule."""

    verdict: Verdict
    rule: str
    found: str
    wanted: str = ""
    source: str = ""
    url: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedReport:
    """What there is to say of a feed. ``partner`` is empty where it is for everybody; ``entries``: how many
    a reader finds in it; ``articles``: how many there would be if none were left out."""

    feed: str
    partner: str
    entries: int
    articles: int
    findings: Sequence[Finding]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        return Counter(finding.verdict for finding in self.findings)

    @property
    def by_article(self) -> Sequence[Sequence[Finding]]:
        """Findings on one article, or on the feed as a whole (first), together; then what is worst first."""
        groups: dict[str, list[Finding]] = {"": []}
        for finding in self.findings:
            groups.setdefault(finding.url, []).append(finding)
        for group in groups.values():
            group.sort(key=_rank)
        whole, *others = groups.values()
        return [each for each in (whole, *sorted(others, key=lambda group: _rank(group[0]))) if each]


def _rank(finding: Finding) -> int:
    return VERDICTS.index(finding.verdict)


def inspect(app: App, names: Collection[str], now: datetime) -> list[FeedReport]:
    """Look at feeds, as a build made now would make them; all of them where none is named. Raises
    ``SyndicatorError`` where there is no such feed."""
    must_be_declared(names, app.feeds, "feed")
    feeds = [app.feeds[name] for name in names or app.feeds]
    record = _Record(Editor(site=app.site, feeds=feeds))
    record.read(app.store.on_file())
    return [_Inspector(app, feed, record, now).report() for feed in feeds]


def oddities(app: App) -> Iterator[tuple[str, str]]:
    """Feeds that carry nothing, and conditions that no article meets: the feed's name, and what. Nothing
    while there is no article at all."""
    record = _Record(app.editor)
    record.read(app.store.on_file())
    for feed in app.feeds.values() if record.count else ():
        for finding in record.oddities(feed):
            yield feed.name, f"{finding.rule}: {finding.found}"


class _Record:
    """What is on file: the newest articles of each feed of an editor's, and every value that an article
    has."""

    def __init__(self, editor: Editor) -> None:
        self.carried: dict[str, list[Article]] = {feed.name: [] for feed in editor.feeds}
        self._editor = editor
        self._values: dict[str, dict[str, str]] = {name: {} for name in SPELT}
        self._unmentioned = {folded(w) for f in editor.feeds for n, w in _spelt(f.only) if n == KEYWORDS}
        self.count = 0

    def read(self, articles: Iterable[Article]) -> None:
        """Take in articles, the newest first."""
        for article in articles:
            self.count += 1
            for name, values in _values(article).items():
                self._values[name].update((folded(value), value) for value in values if value)
            if self._unmentioned:
                text = readable(article.title, article.summary, article.content_html)
                self._unmentioned -= {word for word in self._unmentioned if mentions(text, word)}
            if article.state is ArticleState.LIVE:
                self._carry(article)

    def _carry(self, article: Article) -> None:
        """Few of many feeds are asked: those that may want it, and have room."""
        for name, feed in {feed.name: feed for feed in self._editor.candidates(article)}.items():
            carried = self.carried[name]
            if len(carried) < feed.length and feed.carries(article):
                carried.append(article)

    def oddities(self, feed: Feed) -> Iterator[Finding]:
        if not self.carried[feed.name]:
            why = "no article on file meets its conditions" if self.count else "no article is on file yet"
            yield Finding(verdict="warning", rule="empty", found=why)
        for name, value in dict.fromkeys(_spelt(feed.only)) if self.count else ():
            if not self._has(name, value):
                yield Finding(verdict="warning", rule=name, found=self._nobody(name, value))

    def _has(self, name: str, value: str) -> bool:
        wanted = folded(value)
        if name == KEYWORDS:
            return wanted not in self._unmentioned
        known = self._values[name]
        is_tag = name == "languages"
        return wanted in known or (is_tag and any(tag.startswith(f"{wanted}-") for tag in known))

    def _nobody(self, name: str, value: str) -> str:
        if name == KEYWORDS:
            return f"no article on file mentions {value!r}"
        nearest = get_close_matches(folded(value), self._values[name], n=1, cutoff=0.5)
        hint = f"; do you mean {self._values[name][nearest[0]]!r}?" if nearest else ""
        return f"no article on file has {value!r}{hint}"


def _values(article: Article) -> Mapping[str, tuple[str, ...]]:
    return {
        "sections": (article.section,),
        "tags": article.tags,
        "authors": article.authors,
        "languages": (article.language,),
        "places": article.places,
    }


def _spelt(chosen: Filter) -> Iterator[tuple[str, str]]:
    """Every value of a filter, however deep it stands."""
    for name in (*SPELT, KEYWORDS):
        for value in getattr(chosen, name):
            yield name, value
    for inner in (*chosen.any, *((chosen.exclude,) if chosen.exclude else ())):
        yield from _spelt(inner)


class _Inspector:
    """One feed at a time."""

    def __init__(self, app: App, feed: Feed, record: _Record, now: datetime) -> None:
        self.app, self.feed, self.now, self.record = app, feed, now, record
        self.language = feed.language or app.site.language
        self.findings: list[Finding] = []

    def report(self) -> FeedReport:
        self.findings += self.record.oddities(self.feed)
        carried = self.record.carried[self.feed.name]
        taken = [shown for each in carried if (shown := self._article(each))]
        heaviest = max((self._weigh(name, taken) for name in self.feed.formats), default=0)
        self._whole(taken, heaviest)
        partner = str(self.feed.partner or "")
        return FeedReport(
            feed=self.feed.name,
            partner=partner,
            entries=len(taken),
            articles=len(carried),
            findings=self.findings,
        )

    def _article(self, article: Article) -> Article | None:
        """The article as it is shown; ``None``: it is not taken."""
        if self._is_old(article):
            return None
        self._odd(article)
        partner, shown = self.feed.partner, article
        is_refused = False
        if partner:
            shown = shortened(partner, article)
            for trim in trims(partner, article):
                self._find("trimmed", article, trim.rule, trim.found, trim.shown, trim.source)
            for objection in objections(self.app.site, self.feed, shown):
                is_refused |= objection.is_refused
                self._object(objection, article)
        for name in self.feed.formats:
            try:
                self.app.formats[name].entry(self.app.site, self.feed, shown)
            except ValueError as e:
                is_refused = True
                self._find("refused", article, name, f"cannot be written: {e}")
        return None if is_refused else shown

    def _is_old(self, article: Article) -> bool:
        """Whether it has left the feed for its age. What a partner's rule is to blame for is told."""
        for objection in self.feed.partner.too_old(article, self.now) if self.feed.partner else ():
            self._object(objection, article)
        return self.feed.age is not None and self.now - article.published >= self.feed.age

    def _odd(self, article: Article) -> None:
        """What validators warn of, whoever reads it."""
        if MARKUP.search(article.title):
            where = VALIDATOR.format("warning/ContainsHTML")
            self._find("warning", article, "title", "looks like markup", "plain text", where)
        if article.published > self.now + CLOCK_SKEW:
            where = VALIDATOR.format("warning/ImplausibleDate")
            self._find(
                "warning", article, "date", f"{article.published:%Y-%m-%d %H:%M} UTC", "a past one", where
            )
        if not article.summary and not article.content_html:
            where = VALIDATOR.format("warning/MissingTextualContent")
            self._find("warning", article, "text", "nothing but a title", "a summary or a text", where)
        if article.language and not LANGUAGE.fullmatch(article.language):
            where = VALIDATOR.format("error/InvalidLanguage")
            self._find("warning", article, "language", article.language, "a language tag", where)

    def _weigh(self, name: str, taken: Sequence[Article]) -> int:
        """The bytes of a document."""
        form, site = self.app.formats[name], self.app.site
        entries = [form.entry(site, self.feed, each) for each in taken]
        return len(form.document(site, self.feed, taken, entries, History()))

    def _whole(self, taken: Sequence[Article], heaviest: int) -> None:
        feed, site = self.feed, self.app.site
        if heaviest > MAX_DOCUMENT_BYTES:
            found = f"{heaviest:,} bytes in one document"
            self._find("warning", None, "size", found, f"at most {MAX_DOCUMENT_BYTES:,}", JSON_FEED)
        if feed.partner:
            for objection in feed.partner.feed_objections(
                address=site.feeds_url,
                is_own=same_site(site.feeds_url, site.url),
                language=self.language,
                description=feed.description or feed.title,
                icon=site.icon,
                count=len(taken),
                length=heaviest,
            ):
                self._object(objection, None)

    def _object(self, objection: Objection, article: Article | None) -> None:
        verdict: Verdict = "refused" if objection.is_refused else "advice"
        self._find(verdict, article, objection.rule, objection.found, objection.wanted, objection.source)

    def _find(
        self,
        verdict: Verdict,
        article: Article | None,
        rule: str,
        found: str,
        wanted: str = "",
        source: str = "",
    ) -> None:
        named = {"url": article.url, "title": article.title} if article else {}
        self.findings.append(
            Finding(verdict=verdict, rule=rule, found=found, wanted=wanted, source=source, **named)
        )
