"""Which entries of a feed are one article, and by what they are known: ids and addresses as far as they tell
articles apart there, else title, date and text, as the leading readers do.

An id tells an entry from others by the specifications (RSS 2.0 ``guid``, RFC 4287 section 4.2.6, JSON Feed
1.1 ``id``), and an address nearly always. Where two articles of one edition share one, it does not, and the
source remembers that. So it does where one takes it over from another with which it has nothing in common.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

from syndicator.domain.addresses import place
from syndicator.domain.article import MIN_TELLING_CHARS
from syndicator.text.addresses import web_address
from syndicator.text.clean import plain
from syndicator.text.tracking import clean_url, full_url

#: Entries that are remembered, and ids and addresses that tell nothing apart.
MAX_RECORDS, MAX_SHARED = 500, 500

#: A time of the day, in a date as written; midnight stands for the day alone.
TIME = re.compile(r"\d\d?:\d\d")
MIDNIGHT = re.compile(r"\b00:00")


@dataclass(frozen=True, kw_only=True)
class Named:
    """An entry and what it is known by. ``key``: the source's own id of the article. ``url``: its address;
    ``is_url_shared``: other articles have that too. ``aliases``: other names."""

    entry: Mapping[str, Any]
    key: str
    url: str
    is_url_shared: bool
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Identities:
    """The distinct entries of an edition, in its order. ``memory``: for the next one. ``problems``: what does
    not tell them apart, a line for each kind."""

    entries: Sequence[Named]
    memory: Mapping[str, Any]
    problems: Sequence[str]


def identify(
    entries: Sequence[Mapping[str, Any]], *, source: str, base: str, home: str, memory: Mapping[str, Any]
) -> Identities:
    """The distinct entries of an edition. ``base``: the address that theirs are relative to; ``home``: the
    channel's own link, for those without one; ``memory``: what the edition before has left."""
    facts = [_Facts.of(entry, base, home) for entry in entries]
    return _Identification(source, _distinct(facts), memory).identities()


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What an entry has to tell it by. ``addresses``: its own, from the shortest that may do; none: it has
    none, and ``url`` is the channel's."""

    entry: Mapping[str, Any]
    id: str
    url: str
    addresses: tuple[str, ...]
    title: str
    date: str
    text: str

    @classmethod
    def of(cls, entry: Mapping[str, Any], base: str, home: str) -> _Facts:
        entry_id, link = str(entry.get("id") or ""), str(entry.get("url") or "").strip()
        if link == entry_id and not re.search(r"[/?#]", link):
            link = ""  # an id that calls itself a permalink (RSS 2.0), and is none
        url = web_address(link, base) if link else ""
        addresses: tuple[str, ...] = ()
        if url:
            addresses = (clean_url(url),)
            if re.search(r"[?#]", url):  # else the finer ones are the same
                finer = (full_url(url, tracking=False), full_url(url, fragment=False), full_url(url))
                addresses = tuple(dict.fromkeys((*addresses, *finer)))
        text = " ".join(plain(str(entry.get("content") or entry.get("summary") or "")).split())
        return cls(
            entry=entry,
            id=entry_id,
            url=addresses[0] if addresses else web_address(home, base) if home else "",
            addresses=addresses,
            title=" ".join(plain(str(entry.get("title") or "")).split()),
            date=str(entry.get("published") or entry.get("updated") or "").strip(),
            text=text,
        )

    @cached_property
    def content(self) -> tuple[str, str, str]:
        return self.title, self.date, self.text

    @cached_property
    def telling(self) -> Mapping[str, str]:
        """What of the content is particular enough to know the entry by once the rest has changed."""
        is_time = TIME.search(self.date) and not MIDNIGHT.search(self.date)
        parts = {
            "title": self.title,
            "date": self.date if is_time else "",
            "text": self.text if len(self.text) >= MIN_TELLING_CHARS else "",
        }
        return {name: value for name, value in parts.items() if value}

    @property
    def short(self) -> str:
        """The shortest of its addresses; "": it has none."""
        return self.addresses[0] if self.addresses else ""

    @cached_property
    def record(self) -> list[str]:
        """What is remembered of it: hashes of its names, and of title, date and text as far as they tell."""
        parts = (self.telling.get(name, "") for name in ("title", "date", "text"))
        return [_hash(value) if value else "" for value in (self.id, self.short, *parts)]

    @property
    def has_counter_id(self) -> bool:
        """Whether its id is its address with a counter (``https://news.example/4711#2``)."""
        head, sign, counter = self.id.partition("#")
        return bool(sign and counter.isdigit()) and place(head) == place(self.short)


def _distinct(facts: Sequence[_Facts]) -> list[_Facts]:
    """One of each that are the same: they share an id or an address and say the same, or they share all but
    their text; or they are versions of one entry (RFC 4287 section 4.1.1), of which the latest counts."""
    groups = _Groups(len(facts))
    first: dict[tuple[str, ...], int] = {}
    for index, each in enumerate(facts):
        names = [("id", each.id)] * bool(each.id) + [("address", each.short)] * bool(each.short)
        same: list[tuple[str, ...]] = [(*name, *each.content) for name in names or [("nothing", "")]]
        if each.id and each.short and each.date:
            same.append(("all but text", each.id, each.short, each.title, each.date))
            if each.entry.get("updated") and each.entry.get("published"):
                same.append(("version", each.id, each.short, each.date))
        for key in same:
            groups.join(first.setdefault(key, index), index)
    members: dict[int, list[_Facts]] = defaultdict(list)
    for index, each in enumerate(facts):
        members[groups.root(index)].append(each)
    return [max(group, key=_rank) if len(group) > 1 else group[0] for group in members.values()]


def _rank(facts: _Facts) -> tuple[str, ...]:
    """An order in which the latest version is the last, whichever order the feed has."""
    return str(facts.entry.get("updated") or ""), facts.id, *facts.addresses[-1:], *facts.content


class _Groups:
    """Sets of numbers, joined one by one."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def root(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = number = self._above[self._above[number]]
        return number

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._above[high] = low


class _Identification:
    """The distinct entries of one edition beside what is remembered of those before: of each its ``record``,
    and the hashes of the names that tell nothing apart (``shared``)."""

    def __init__(self, source: str, facts: Sequence[_Facts], memory: Mapping[str, Any]) -> None:
        self.source, self.facts = source, facts
        self.records: Sequence[Sequence[str]] = memory.get("records", ())
        self.shared_before: Sequence[str] = memory.get("shared", ())
        self._shared_hashes = frozenset(self.shared_before)
        self._records_by_name: dict[str, list[Sequence[str]]] = defaultdict(list)
        for record in self.records:
            for name in filter(None, record[:2]):
                self._records_by_name[name].append(record)
        self._records_by_mark: dict[tuple[Any, ...], list[Sequence[str]]] = defaultdict(list)
        for record in self.records:
            for mark in _marks(record):
                self._records_by_mark[mark].append(record)
        #: How many have each id or address: one's id may be another's address.
        self.counts = Counter(name for each in facts for name in {each.id, *each.addresses} - {""})
        self.taken_over = frozenset(self._taken_over())
        #: Ids and addresses that tell their entry from all others.
        self.own = {
            name
            for name, count in self.counts.items()
            if count < 2 and name not in self.taken_over and _hash(name) not in self._shared_hashes
        }

    def identities(self) -> Identities:
        chosen = [(each, self._address(each)) for each in self.facts]
        nameless = [each for each, address in chosen if not address and not self._has_own_id(each)]
        names = Counter(name for each in nameless for name in set(self._content_names(each)))
        return Identities(
            entries=[self._named(each, address, names) for each, address in chosen],
            memory=self._memory(),
            problems=self._problems(chosen, len(nameless)),
        )

    def _named(self, each: _Facts, address: str, names: Mapping[str, int]) -> Named:
        aliases = self._names_before(each)
        if self._has_own_id(each):
            key = each.id
        elif address:
            key = f"{each.id}#{address}" if each.id else address
        else:
            key = f"{each.id or each.url}~{_hash(*each.content, digits=16)}"
            aliases += [name for name in self._content_names(each) if names[name] == 1]
        return Named(
            entry=each.entry,
            key=key,
            url=address or self._shared_address(each),
            is_url_shared=not address,
            aliases=tuple(dict.fromkeys(aliases)),
        )

    def _has_own_id(self, each: _Facts) -> bool:
        return each.id in self.own

    def _address(self, each: _Facts) -> str:
        """The shortest of its addresses that no other has; "": it has none."""
        return next(filter(self.own.__contains__, each.addresses), "")

    def _shared_address(self, each: _Facts) -> str:
        """The address of one that has none of its own: with its fragment, which may tell readers where to
        look."""
        return full_url(each.addresses[-1], tracking=False) if each.addresses else each.url

    def _taken_over(self) -> Iterator[str]:
        """Names that an entry of an edition before had, and has one now that has nothing else in common with
        it."""
        for each in self.facts:
            own = each.record
            for index, name in enumerate((each.id, each.short)):
                before = self._records_by_name.get(own[index], ()) if name else ()
                is_other = bool(before) and not any(
                    own[1 - index] == record[1 - index] or any(_agreements(own, record)) for record in before
                )
                if is_other and not (name == each.short and each.has_counter_id):
                    yield name

    def _names_before(self, each: _Facts) -> list[str]:
        """What it was called before, where that tells nothing apart from this edition on."""
        names = [name for name in (each.id, *each.addresses) if name and name not in self.own]
        lost = [name for name in names if _hash(name) not in self._shared_hashes]
        if not lost or not self._is_remembered(each):
            return []
        return [f"{self.source}:{key}" for name in lost for key in (name, f"{each.id}#{name}")]

    def _is_remembered(self, each: _Facts) -> bool:
        """Whether it is the entry that one of before has become, rather than any other that is like it."""
        return any(self._heirs[tuple(record)] is each for record in self._like(each))

    def _like(self, each: _Facts) -> Iterator[Sequence[str]]:
        """What is remembered under one of its names, and says the same but for one part."""
        for mark in _marks(each.record):
            yield from self._records_by_mark.get(mark, ())

    @cached_property
    def _heirs(self) -> Mapping[tuple[str, ...], _Facts]:
        """The entry that is the most like what is remembered, for each of that."""
        heirs: dict[tuple[str, ...], tuple[int, _Facts]] = {}
        for each in self.facts:
            for record in self._like(each):
                likeness = sum(_agreements(each.record, record))
                if likeness > heirs.get(tuple(record), (0, each))[0]:
                    heirs[tuple(record)] = likeness, each
        return {record: each for record, (_, each) in heirs.items()}

    def _content_names(self, each: _Facts) -> list[str]:
        """Names made of what it says, one for each pair of its parts: where one changes, the others stay. Of
        one without a date each part is a name."""
        parts = list(each.telling.items())
        chosen = combinations(parts, 2) if "date" in each.telling else ((part,) for part in parts)
        return [f"{self.source}~{_hash(each.id, each.url, repr(part), digits=32)}" for part in chosen]

    def _memory(self) -> Mapping[str, Any]:
        names = [name for name, count in self.counts.items() if count > 1]
        shared = [_hash(name) for name in (*names, *sorted(self.taken_over))]
        records = [each.record for each in self.facts]
        known = {tuple(record[:2]) for record in records}
        records += [list(record) for record in self.records if tuple(record[:2]) not in known]
        return {
            "shared": list(dict.fromkeys([*shared, *self.shared_before]))[:MAX_SHARED],
            "records": records[:MAX_RECORDS],
        }

    def _problems(self, chosen: Sequence[tuple[_Facts, str]], nameless: int) -> list[str]:
        by_address = [each for each, address in chosen if each.id and address and not self._has_own_id(each)]
        homeless = [each for each in self.facts if each.url and not each.addresses]
        lines = [
            by_address
            and f"{len(by_address)} of {len(chosen)} entries have the id of another"
            f" ({by_address[0].id[:100]!r}): told apart by their addresses: with another address it is new",
            nameless
            and f"{nameless} of {len(chosen)} entries have neither an id nor an address of their own:"
            " told apart by title, date and text: where two of these change at once it is new",
            homeless
            and f"{len(homeless)} of {len(chosen)} entries have no address: they link to the feed's page,"
            f" {homeless[0].url}",
        ]
        return [line for line in lines if isinstance(line, str)]


def _marks(record: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """What two records have in common that are of one entry, although a part of it has changed: a name, and
    two parts that tell, or the only one."""
    parts = [(index, part) for index, part in enumerate(record[2:]) if part]
    for name in filter(None, record[:2]):
        for pair in combinations(parts, min(2, len(parts))) if parts else ():
            yield (name, *pair)


def _agreements(record: Sequence[str], other: Sequence[str]) -> list[bool]:
    """Of title, date and text whether they are there and the same."""
    return [bool(one) and one == two for one, two in zip(record[2:], other[2:], strict=True)]


def _hash(*texts: str, digits: int = 8) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:digits]
