"""What is read of article pages, against gold and against other libraries, in one run.

    ./run bench extraction FOLDER [--every N] [--without-scripts] [--alone] [--show FIELD]

``FOLDER``: gold, in a layout that ``_gold`` knows (it says which, and where to get some: ``git clone`` of one
of three public repositories). ``--every N``: each nth page. ``--without-scripts``: pages as one without
JavaScript leaves them, so without JSON-LD. ``--alone``: without the peers. ``--show FIELD``: the pages on
which ours is not right (title, date, authors, image, body, links).

Ours has no declaration but a pattern of addresses, and takes the text of pages that are for members, too: the
peers know no locks. Of the peers, those take part that are installed:
trafilatura and htmldate always are; newspaper4k, goose3 and readability-lxml where you install them.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import regex

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from _gold import Gold, read  # noqa: E402 - the path comes first

from syndicator.domain.errors import SourceError  # noqa: E402 - as above
from syndicator.sources.page import Listing, PageSource  # noqa: E402 - as above
from syndicator.sources.pages.locks import LockPolicy  # noqa: E402 - as above
from syndicator.text.clean import fold, plain  # noqa: E402 - as above
from syndicator.text.encodings import decode  # noqa: E402 - as above
from syndicator.text.markup import parse_part, remove  # noqa: E402 - as above

NOW = datetime(2026, 11, 25, tzinfo=UTC)

#: Tokens of a shingle, and what a token is: a word, or a letter where words are not told apart.
SHINGLE_TOKENS = 4
TOKEN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|[\p{L}\p{M}\p{N}]+"
)

#: Hours by which a zone may shift a day.
ZONES = timedelta(hours=14)

SCRIPT = re.compile(rb"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)


@dataclass
class Reading:
    """What one library reads of a page; ``None``: it does not look for that. ``body`` as emitted, ``bare``
    without figures. ``links``: the texts of blocks that are nothing but a link. ``markup``: a text with its
    markup, of which these three are still to be taken (``told``)."""

    title: str | None = None
    date: str | None = None
    authors: Sequence[str] | None = None
    image: str | None = None
    body: str | None = None
    bare: str | None = None
    links: Sequence[str] | None = None
    markup: str | None = None


Reader = Callable[[bytes, str, str], Reading]


def ours(content: bytes, _markup: str, url: str) -> Reading:
    host = re.escape(urlsplit(url).netloc)
    address = rf"^https?://{host}/\S*(?:\d{{4}}|[^/\s]-[^/\s]+-[^/\s])[^/\s]*/?$"
    source = PageSource(
        name="gold",
        listings=(Listing(url=url),),
        article=address,
        locked=LockPolicy.TEXT,
        http=None,  # type: ignore[arg-type] # it fetches nothing
    )
    found = source.read(url, NOW, content)
    return Reading(
        title=found.title,
        date=found.published.isoformat() if found.published else "",
        authors=found.authors,
        image=found.photo.url if found.photo else "",
        markup=found.content_html,
    )


def told(reading: Reading) -> Reading:
    """A reading with what its markup says: no library's own work, and none of its time."""
    if reading.markup is None:
        return reading
    tree = parse_part(reading.markup)
    remove(tree, "figure")
    container = parse_part(reading.markup).css_first("div")
    blocks = [block for block in container.iter() if block.is_element_node] if container is not None else []
    return replace(
        reading,
        body=plain(reading.markup),
        bare=plain(tree.inner_html or ""),
        links=[bare(block.text()) for block in blocks if _is_link(block)],
    )


def trafilatura(_content: bytes, markup: str, url: str) -> Reading:
    document = importlib.import_module("trafilatura").bare_extraction(markup, url=url, with_metadata=True)
    if document is None:
        return Reading("", "", (), "", "", "")
    names = [name for name in (document.author or "").split("; ") if name]
    return Reading(
        document.title or "", document.date or "", names, document.image or "", document.text, document.text
    )


def htmldate(_content: bytes, markup: str, url: str) -> Reading:
    return Reading(
        date=importlib.import_module("htmldate").find_date(markup, url=url, original_date=True) or ""
    )


def newspaper(_content: bytes, markup: str, url: str) -> Reading:
    article = importlib.import_module("newspaper").Article(url, fetch_images=False)
    article.download(input_html=markup)
    article.parse()
    date = article.publish_date.isoformat() if article.publish_date else ""
    return Reading(article.title, date, article.authors, article.top_image or "", article.text, article.text)


def goose3(_content: bytes, markup: str, _url: str) -> Reading:
    found = importlib.import_module("goose3").Goose({"enable_image_fetching": False}).extract(raw_html=markup)
    image = str(found.opengraph.get("image", ""))
    return Reading(
        found.title, found.publish_date or "", found.authors, image, found.cleaned_text, found.cleaned_text
    )


def readability(_content: bytes, markup: str, _url: str) -> Reading:
    document = importlib.import_module("readability").Document(markup)
    return Reading(title=document.short_title(), markup=document.summary())


PEERS: dict[str, Reader] = {
    "trafilatura": trafilatura,
    "htmldate": htmldate,
    "newspaper": newspaper,
    "goose3": goose3,
    "readability": readability,
}


@dataclass
class Scores:
    """What one library has reached: numbers by measure, of which the mean is shown, and the pages on which
    it was not right."""

    numbers: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def judge(self, gold: Gold, reading: Reading) -> None:
        self._title(gold, reading.title)
        self._date(gold, reading.date)
        self._authors(gold, reading.authors)
        if gold.image and reading.image is not None:
            self._right("image", gold, reading.image, gold.image, reading.image == gold.image)
        if gold.body and reading.body is not None and reading.bare is not None:
            precision, recall, score = f1(shingles(reading.bare), shingles(gold.body))
            self._add(("body F1 bare", score), ("body P bare", precision), ("body R bare", recall))
            self._add(("body F1 as emitted", f1(shingles(reading.body), shingles(gold.body))[2]))
            self.faults["body"] += [f"{score:.3f} {gold.name} {gold.url}"]
        if reading.body is not None and (gold.pieces or gold.foreign_pieces):
            text = bare(reading.body)
            self._add(*(("pieces found", float(bare(piece) in text)) for piece in gold.pieces))
            self._add(*(("foreign pieces", float(bare(piece) in text)) for piece in gold.foreign_pieces))
        if reading.links is not None:
            foreign = [text for text in reading.links if text not in bare(gold.body)]  # else it is a source
            self._add(("pages with blocks of links", float(bool(reading.links))))
            self._add(("of them, not in gold", float(bool(foreign))))
            self.faults["links"] += [f"{len(foreign)} {gold.name} {gold.url}"] if foreign else []

    def fail(self, gold: Gold, error: Exception) -> None:
        """Note a page that was refused: a miss of whatever is looked for."""
        self._add(("refused", 1))
        self.faults["refused"].append(f"{gold.name} {gold.url}: {error}"[:300])
        self.judge(gold, Reading("", "", (), "", "", "", ()))

    def _title(self, gold: Gold, title: str | None) -> None:
        if gold.title and title is not None:
            a, b = bare(title), bare(gold.title)
            self._add(("title contains", float(bool(a) and (a in b or b in a))))
            self._right("title exact", gold, title, gold.title, a == b)

    def _date(self, gold: Gold, date: str | None) -> None:
        if gold.date and date is not None:
            is_right = bool(date) and is_day(date, gold.date[:10])
            self._right("date right", gold, date, gold.date, is_right)
            self._add(("date none", float(not date)), ("date wrong", float(bool(date) and not is_right)))

    def _authors(self, gold: Gold, names: Sequence[str] | None) -> None:
        if names is not None and gold.authors:
            ours, theirs = {bare(n) for n in names}, {bare(n) for n in gold.authors}
            self._add(("authors F1", f1(Counter(ours), Counter(theirs))[2]))
            self._right("authors exact", gold, names, gold.authors, ours == theirs)
            self._add(("authors none", float(not names)))

    def _right(self, measure: str, gold: Gold, value: Any, wanted: Any, is_right: bool) -> None:
        self._add((measure, float(is_right)))
        if not is_right:
            fault = f"{gold.name} {gold.url}\n    {value!r}\n    {wanted!r}"
            self.faults[measure.partition(" ")[0]].append(fault)

    def _add(self, *numbers: tuple[str, float]) -> None:
        for measure, number in numbers:
            self.numbers[measure].append(number)


def bare(text: str) -> str:
    """A text as it is compared: its words, in lower case."""
    return " ".join(TOKEN.findall(fold(text).casefold()))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    tokens = TOKEN.findall(text.casefold())
    size = min(SHINGLE_TOKENS, max(len(tokens), 1))
    return Counter(zip(*(tokens[start:] for start in range(size)), strict=False))


def f1(found: Counter[Any], wanted: Counter[Any]) -> tuple[float, float, float]:
    """Precision, recall, and their harmonic mean."""
    both = (found & wanted).total()
    precision = both / found.total() if found else float(not wanted)
    recall = both / wanted.total() if wanted else float(not found)
    return (
        precision,
        recall,
        2 * precision * recall / (precision + recall) if both else float(found == wanted),
    )


def is_day(date: str, day: str) -> bool:
    """Whether an instant is on that day anywhere on earth; a date without a time, whether it is that day."""
    if date[:10] == day:
        return True
    try:
        instant = datetime.fromisoformat(date)
    except ValueError:
        return False
    has_time = len(date) > len("2026-11-25") and (instant.hour, instant.minute) != (0, 0)
    return has_time and day in {(instant + shift).date().isoformat() for shift in (-ZONES, ZONES)}


def _is_link(block: Any) -> bool:
    links = block.css("a")
    text = bare(block.text())
    return bool(links) and bool(text) and text == bare(" ".join(link.text() for link in links))


def measured(readers: dict[str, Reader], pages: Iterator[Gold]) -> dict[str, Scores]:
    """The scores of each; their turns alternate, so that whatever else the machine does meets all alike."""
    scores = {name: Scores() for name in readers}
    for page in pages:
        markup = decode(page.markup).text
        for name, reader in readers.items():
            started = time.process_time()
            try:
                reading = reader(page.markup, markup, page.url)
            except SourceError as e:
                scores[name].fail(page, e)
                continue
            except Exception as e:  # noqa: BLE001 - peers raise whatever they like
                scores[name].fail(page, e)
                continue
            scores[name].numbers["ms"].append((time.process_time() - started) * 1000)
            scores[name].judge(page, told(reading))
    return scores


def report(scores: dict[str, Scores]) -> None:
    measures = list(dict.fromkeys(m for each in scores.values() for m in each.numbers if m != "ms"))
    print(f"{'':28}{''.join(f'{name:>13}' for name in scores)}")
    for measure in measures:
        cells = [each.numbers.get(measure) for each in scores.values()]
        count = max(len(cell or ()) for cell in cells)
        show = sum if measure == "refused" else statistics.mean
        line = "".join(f"{show(cell):13.3f}" if cell else f"{'-':>13}" for cell in cells)
        print(f"{measure:28}{line}   of {count}")
    times = [sorted(each.numbers["ms"]) or [0.0] for each in scores.values()]
    print(f"{'processor ms, median':28}{''.join(f'{statistics.median(t):13.1f}' for t in times)}")
    print(f"{'processor ms, 95 of 100':28}{''.join(f'{t[int(len(t) * 0.95)]:13.1f}' for t in times)}")
    if "trafilatura" in scores:
        alone = sum(scores["trafilatura"].numbers["ms"]) or 1.0
        print(f"{'processor, to trafilatura':28}{''.join(f'{sum(t) / alone:13.2f}' for t in times)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench extraction")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--without-scripts", action="store_true")
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--show", default="")
    options = parser.parse_args()
    if options.folder is None:
        print("extraction: left out; it needs a folder of gold (bench/_gold.py says which)")
        return
    installed = {name: reader for name, reader in PEERS.items() if importlib.util.find_spec(name)}
    readers = {"ours": ours, **({} if options.alone else installed)}
    pages = (page for index, page in enumerate(read(options.folder)) if index % options.every == 0)
    if options.without_scripts:
        pages = (replace(page, markup=SCRIPT.sub(b"", page.markup)) for page in pages)
    with patch(
        "syndicator.sources.sites.article_page.is_odd_html", return_value=False
    ):  # no other process's time
        scores = measured(readers, pages)
    report(scores)
    if options.show:
        print("\n".join(sorted(scores["ours"].faults[options.show])))


if __name__ == "__main__":
    print(json.dumps({"python": sys.version.split()[0]}))
    main()
