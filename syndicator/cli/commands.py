"""What the command line's own commands do, beyond starting processes."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text
from sqlalchemy import select, update

from syndicator.cli.feed_report import Report, inspect
from syndicator.domain import decisions
from syndicator.domain.article import Article, New, Sighting, decide
from syndicator.domain.brakes import Decision, told
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import PhotoError, SyndicatorError
from syndicator.domain.post import Post, compose
from syndicator.jobs.ports import Source
from syndicator.photos.card import draw_card
from syndicator.store import schema
from syndicator.store.records import article_of
from syndicator.wiring import App, declare, inspect_app, keep_mark, open_app

FIELDS = (
    *("guid", "url", "title", "summary", "content_html", "published", "updated", "authors", "section"),
    *("tags", "places", "language"),
)

#: Columns that are nothing for people.
HIDDEN = ("memory", "token", "declaration", "past")


def watch(folder: Path, name: str, *, once: bool, as_json: bool) -> None:
    """Look at a source: once, or whenever it is due until interrupted."""
    newsroom = open_app(folder)
    _known(name, newsroom.sources, "source")
    while True:
        before = newsroom.store.count_articles()
        newsroom.watch(name)
        row = newsroom.store.source(name)
        found = {
            "source": name,
            "new": newsroom.store.count_articles() - before,
            "error": row.error,
            "problems": row.problems,
        }
        if as_json:
            print(json.dumps(found, ensure_ascii=False))
        else:
            Console().print(Text(f"{name}: {found['new']} new articles {row.error}".rstrip()))
            for problem in row.problems:
                Console().print(Text(f"  {problem}"))
        if once:
            if row.error:
                raise SyndicatorError(f"source {name}: {row.error}")
            return
        time.sleep(max(0.0, (row.next_look - datetime.now(UTC)).total_seconds()))


def build(folder: Path, names: Sequence[str]) -> None:
    """Build feeds, archives and all, whether or not anything has changed."""
    newsroom = open_app(folder)
    for name in names:
        _known(name, newsroom.feeds, "feed")
    chosen = list(names or newsroom.feeds)
    with newsroom.store.writing() as connection:
        wanted = schema.feed.c.name.in_(chosen)
        connection.execute(update(schema.feed).where(wanted).values(wants=schema.feed.c.wants + 1))
        archives = update(schema.archive).where(schema.archive.c.feed.in_(chosen))
        connection.execute(archives.values(wants=schema.archive.c.wants + 1))
    for name in track(chosen, "Building"):
        while newsroom.build(name):  # a long past is built in parts
            pass
    for name in chosen:
        row = _row(newsroom, schema.feed, name)
        Console().print(Text(f"{name}: {row.error or 'built'}"))


def deliver(folder: Path, names: Sequence[str]) -> None:
    """Deliver what is due."""
    newsroom = open_app(folder)
    for name in names:
        _known(name, newsroom.couriers, "channel")
    for name in track(list(names or newsroom.couriers), "Delivering"):
        newsroom.deliver(name)
    keep_mark(newsroom)
    status(folder, as_json=False)


def status(folder: Path, *, as_json: bool) -> None:
    """How everything stands."""
    newsroom = inspect_app(folder)
    store = newsroom.store
    processes = store.alive(datetime.now(UTC))
    with store.reading() as connection:
        tables = {
            table.name: [
                {k: v for k, v in row._mapping.items() if k not in HIDDEN}
                for row in connection.execute(select(table).where(table.c.is_declared))
            ]
            for table in (schema.source, schema.feed, schema.channel)
        }
    queue, audiences = store.standings(), store.audiences()
    if as_json:
        topics = [asdict(audience) for audience in audiences]
        said = {**tables, "deliveries": queue, "topics": topics, "processes": dict(processes)}
        print(json.dumps(said, default=str, ensure_ascii=False))
        return
    screen = Console()
    for row in tables["source"]:
        for line in told(row["held"]):
            screen.print(Text(f"source {row['name']}: {line}: syndicator allow {row['name']} [--forget]"))
    shown = {
        "source": ("name", "looked_at", "next_look", "found_at", "error"),
        "feed": ("name", "built_at", "error"),
        "channel": ("name", "posted_at", "paused_until", "is_paused", "is_stopped", "error"),
    }
    for name, columns in shown.items():
        table = Table(*columns, title=f"{name}s", title_justify="left")
        for row in tables[name]:
            table.add_row(*(_cell(row[column]) for column in columns))
        screen.print(table)
    table = Table("channel", *(s.value for s in Standing), title="deliveries", title_justify="left")
    for channel, counts in queue.items():
        table.add_row(channel, *(str(counts.get(s.value, 0)) for s in Standing))
    screen.print(table)
    table = Table("topic", "subscribers", "failing", "behind", title="subscribers", title_justify="left")
    for each in audiences:
        active = each.states.get("active", 0)
        table.add_row(each.topic, *(str(count) for count in (active, each.failing, each.owed)))
    screen.print(table)
    screen.print(Text(", ".join(f"{n} {kind}" for kind, n in processes.items()) or "no process is running"))


def allow(folder: Path, name: str, *, forget: bool) -> None:
    """Decide about all that is held at a source."""
    newsroom = inspect_app(folder)
    _known(name, newsroom.sources, "source")
    lines = told(_row(newsroom, schema.source, name).held)
    decision = Decision.FORGET if forget else Decision.ALLOW
    newsroom.store.decide(name, decision, datetime.now(UTC))
    for line in lines:
        _line(f"{name}: {line}")
    done = "is forgotten: articles stay as they are" if forget else "goes on"
    Console().print(Text(f"{name}: it {done} with the next look, which is due now"))


def _chosen(
    folder: Path, numbers: Sequence[int], channel: str, *standings: Standing
) -> tuple[App, Sequence[int]]:
    """Deliveries by number, and all of a channel that stand so. Raises ``SyndicatorError`` where none is
    named."""
    if not numbers and not channel:
        raise SyndicatorError("say which: delivery numbers, or --channel NAME")
    newsroom = inspect_app(folder)
    if channel:
        _known(channel, newsroom.couriers, "channel")
        table = schema.delivery
        stands_so = table.c.standing.in_([standing.value for standing in standings])
        with newsroom.store.reading() as connection:
            query = select(table.c.id).where(table.c.channel == channel, stands_so)
            numbers = [*numbers, *connection.scalars(query)]
    return newsroom, numbers


def retry(folder: Path, numbers: Sequence[int], channel: str) -> None:
    """Put refused and skipped deliveries back into the queue."""
    newsroom, numbers = _chosen(folder, numbers, channel, Standing.REFUSED, Standing.SKIPPED)
    for number in track(numbers, "Retrying"):
        newsroom.store.rule(number, decisions.retry, datetime.now(UTC), event="retried from the command line")
    Console().print(f"{len(numbers)} deliveries wait for their next attempt")


def decide_unknown(folder: Path, numbers: Sequence[int], channel: str, *, was_posted: bool) -> None:
    """Tell of deliveries whose outcome is unknown whether they were posted."""
    newsroom, numbers = _chosen(folder, numbers, channel, Standing.UNKNOWN)
    decided = decisions.was_posted(None) if was_posted else decisions.was_not_posted
    event = f"an operator says: it was {'' if was_posted else 'not '}posted"
    for number in track(numbers, "Deciding"):
        newsroom.store.rule(number, decided, datetime.now(UTC), event=event)
    Console().print(f"{len(numbers)} deliveries decided")


def restore(folder: Path) -> None:
    """Mark the moment at which a backup was put back."""
    newsroom = inspect_app(folder)
    declare(newsroom)  # channels that are younger than the backup are asked, too
    concerned = newsroom.store.restore(datetime.now(UTC))
    keep_mark(newsroom)
    for name, count in concerned.items():
        _line(f"channel {name}: {count} open deliveries are looked for there before they are posted")
    _line(
        "From now on the same holds for articles that are recorded anew. What a channel cannot tell is left "
        "to you (unknown, in the console or by `syndicator decide`). Posts since the backup whose articles "
        "are gone by now are not known any more: look through the channels' newest posts."
    )


def check_feeds(folder: Path, names: Sequence[str], *, as_json: bool) -> bool:
    """What partners and validators would say of feeds. True: nothing would be refused."""
    reports = inspect(inspect_app(folder), names, datetime.now(UTC))
    if as_json:
        said = [{**asdict(report), "counts": report.counts} for report in reports]
        print(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        for report in reports:
            _tell(report)
        total = sum((Counter(report.counts) for report in reports), Counter[str]())
        entries = sum(report.entries for report in reports)
        feeds = "1 feed" if len(reports) == 1 else f"{len(reports)} feeds"
        _line(f"{feeds}, {_entries(entries)}: {_counted(total)}")
    return not any(report.counts.get("refused") for report in reports)


def _tell(report: Report) -> None:
    whose = f" for {report.partner}" if report.partner else ""
    of = f"{report.entries} of " if report.entries != report.articles else ""
    _line(f"{report.feed}{whose}, {of}{_entries(report.articles)}: {_counted(report.counts)}")
    for findings in report.by_article:
        first = findings[0]
        _line(f"  {first.title} ({first.url})" if first.url else "  the feed as a whole")
        for finding in findings:
            wanted = f"; wanted: {finding.wanted}" if finding.wanted and finding.verdict != "trimmed" else ""
            shown = f"; shown: {finding.wanted!r}" if finding.wanted and finding.verdict == "trimmed" else ""
            _line(f"    {finding.verdict:8} {finding.rule}: {finding.found}{wanted}{shown}")
    said = sorted({(finding.source, finding.rule) for finding in report.findings if finding.source})
    for source, rules in groupby(said, key=itemgetter(0)):
        _line(f"  {', '.join(rule for _, rule in rules)}: see {source}")


def _line(text: str) -> None:
    """One line, however long, and nothing in it that a terminal would obey."""
    Console().print(Text(text), soft_wrap=True)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _counted(counts: Mapping[Any, int]) -> str:
    names = {"refused": "refused", "trimmed": "trimmed", "advice": "against advice", "warning": "odd"}
    return (
        ", ".join(f"{counts[each]} {name}" for each, name in names.items() if counts.get(each))
        or "all is well"
    )


def preview(folder: Path, what: str, *, source: str, url: str, cards: Path | None, as_json: bool) -> None:
    """An article as it would be recorded and posted."""
    newsroom = inspect_app(folder)
    article, origins, warnings = _article(newsroom, what, source, url)
    posts = {name: _post(newsroom, name, article) for name in newsroom.couriers}
    if cards:
        cards.mkdir(parents=True, exist_ok=True)
        for name, post in posts.items():
            (cards / f"{name}.png").write_bytes(draw_card(post))
    if as_json:
        said = {"article": as_dict(article), "posts": {n: _post_dict(p) for n, p in posts.items()}}
        print(json.dumps(said, ensure_ascii=False, indent=2))
        return
    _show(article, origins, warnings, posts, cards)


def as_dict(article: Article) -> dict[str, Any]:
    """An article as ``preview --json`` prints it."""
    photo = article.photo
    said = {name: getattr(article, name) for name in FIELDS}
    said |= {name: said[name].isoformat().replace("+00:00", "Z") for name in ("published", "updated")}
    said |= {"authors": list(article.authors), "tags": list(article.tags)}
    said |= {"places": list(article.places)}
    shown = ("url", "caption", "credit", "alt")
    return said | {"photo": {name: getattr(photo, name) for name in shown} if photo else None}


def _article(
    newsroom: App, what: str, source: str, url: str
) -> tuple[Article, Mapping[str, str], Sequence[str]]:
    known = newsroom.store.known([what]) or _by_guid(newsroom, what)
    if known and not source:
        return next(iter(known.values())), {}, ()
    now = datetime.now(UTC)
    path = Path(what)
    page = path.read_bytes() if "://" not in what and path.is_file() else None
    if page is None and "://" not in what:
        raise SyndicatorError(f"{what}: neither an address, nor a file, nor an article on record")
    address = url or (what if page is None else "")
    reader = _reader(newsroom, address, source)
    sighting = reader.read(address or _some_address(reader), now, page)
    sighting, problem = _measured(newsroom, sighting)
    decision = decide(None, replace(sighting, is_withdrawn=False), now, authority=newsroom.site.authority)
    assert isinstance(decision, New)  # noqa: S101 - nothing on file, nothing withdrawn
    return decision.article, sighting.origins, [*sighting.warnings, *([problem] if problem else [])]


def _measured(newsroom: App, sighting: Sighting) -> tuple[Sighting, str]:
    if sighting.photo is None:
        return sighting, ""
    try:
        return replace(sighting, photo=newsroom.photos.measure(sighting.photo)), ""
    except PhotoError as e:
        return sighting, f"photo {sighting.photo.url}: {e}"


def _by_guid(newsroom: App, guid: str) -> Mapping[str, Article]:
    with newsroom.store.reading() as connection:
        query = select(schema.article).where(schema.article.c.guid == guid)
        row = connection.execute(query).one_or_none()
        return {guid: article_of(row)} if row else {}


def _reader(newsroom: App, address: str, name: str) -> Source:
    if name:
        _known(name, newsroom.sources, "source")
        return newsroom.sources[name]
    readers = [s for s in newsroom.sources.values() if not address or s.reads(address)]
    if not readers:
        raise SyndicatorError(
            f"{address}: no declared source has articles with such an address; name one with --source"
        )
    return readers[0]


def _some_address(reader: Source) -> str:
    listings = getattr(reader, "listings", ())
    return str(listings[0].url) if listings else "https://example.org/"


def _post(newsroom: App, name: str, article: Article) -> Post:
    channel = newsroom.couriers[name].channel
    photo = None
    if article.photo and channel.limits.photo:
        try:
            photo = newsroom.photos.fit(article.photo, channel.limits.photo)
        except PhotoError as e:
            Console(stderr=True).print(Text(f"photo {article.photo.url}: {e}"))
    return compose(article, channel.limits, photo)


def _post_dict(post: Post) -> dict[str, Any]:
    photo = post.photo
    shown = photo and {
        "media_type": photo.media_type,
        "bytes": len(photo.content),
        "width": photo.width,
        "height": photo.height,
    }
    return {"text": post.text, "alt": post.alt, "language": post.language, "url": post.url, "photo": shown}


def _show(
    article: Article,
    origins: Mapping[str, str],
    warnings: Sequence[str],
    posts: Mapping[str, Post],
    cards: Path | None,
) -> None:
    screen = Console()
    table = Table("field", "value", "found in", show_lines=True)
    for name, value in as_dict(article).items():
        shown = "\n".join(f"{k}: {v}" for k, v in value.items() if v) if isinstance(value, dict) else value
        shown = ", ".join(shown) if isinstance(shown, list) else str(shown or "")
        table.add_row(name, Text(shown), origins.get(name, ""))
    screen.print(table)
    for warning in warnings:
        screen.print(Text(f"warning: {warning}"))
    for name, post in posts.items():
        screen.print(Text(f"\n{name}:\n{post.text}"))
        if post.photo:
            size = f"{post.photo.width} x {post.photo.height}, {len(post.photo.content):,} bytes"
            screen.print(Text(f"[photo: {size}; alt: {post.alt}]"))
        if cards:
            screen.print(Text(f"[card: {cards / f'{name}.png'}]"))


def _known(name: str, known: Mapping[str, object], noun: str) -> None:
    if name not in known:
        raise SyndicatorError(f"no {noun} {name!r} is declared; there are: {', '.join(known) or 'none'}")


def _row(newsroom: App, table: Any, name: str) -> Any:
    with newsroom.store.reading() as connection:
        return connection.execute(select(table).where(table.c.name == name)).one()


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value in (None, False) else str(value)
