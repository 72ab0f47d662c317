"""What must not be, from a history alone. Each judgement is a list of findings, one line each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from tests.faults.machine.history import Act, Applied, Entry, History, LetterTaken, Recorded, Shown, Trouble

#: Seconds around a fault in which nobody may expect any order.
MARGIN_S = 2.0

#: Seconds by which the time of a file that was written twice in a row may be wrong.
SLACK_S = 0.5


def judgements(history: History) -> Mapping[str, Sequence[str]]:
    """Findings by judgement, in the order of the table. ``unknown`` are deliveries that rightly wait for a
    person; all others must be empty."""
    found = {name: list(judge(history)) for name, judge in JUDGES.items()}
    return {**found, "unknown": [f"{r.channel}: {r.article}: {r.reason}" for r in _excused(history)]}


def is_clean(history: History) -> bool:
    """Whether nothing is wrong. What waits for a person, and rightly, is not wrong."""
    return not any(found for name, found in judgements(history).items() if name != "unknown")


def lost(history: History) -> Iterator[str]:
    """A live article that is missing on a channel, at one of its recipients, or in a feed."""
    on_channels = {(shown.channel, shown.article) for shown in history.shown if not shown.answers}
    in_feeds = {(entry.document, entry.article) for entry in history.entries}
    excused, first = _excused_places(history), history.first
    for act in _live(history):
        for channel in (*history.channels, *history.recipients):
            place = (channel, act.article)
            if not first[act.article].is_old and place not in on_channels | excused:
                yield f"{channel}: {_titled(act)} is not there"
        for document in history.documents:
            if (document, act.article) not in in_feeds:
                yield f"{document}: {_titled(act)} is not there"


def doubled(history: History) -> Iterator[str]:
    """An article that a channel ever accepted twice, or that stands twice anywhere; what a recipient was told
    under two ids, or again although nothing had gone wrong."""
    yield from _posted_twice(history)
    yield from _corrected_beside(history)
    yield from _told_twice(history)
    yield from _announced_twice(history)
    yield from _sent_again(history)
    for (document, article), count in Counter((e.document, e.article) for e in history.entries).items():
        if count > 1:
            yield f"{document}: {article} stands there {count} times"


def _posted_twice(history: History) -> Iterator[str]:
    posts: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    accepted = [applied for applied in history.applied if applied.verb == "post"]
    met = [(a.channel, a.article, a.remote_id) for a in accepted]
    met += [(s.channel, s.article, s.remote_id) for s in history.shown if not s.answers]
    for channel, article, remote_id in met:
        if channel not in history.told and article:
            posts[channel, article].add(remote_id)
    for (channel, article), remote_ids in posts.items():
        if len(remote_ids) > 1:
            yield f"{channel}: {article} was posted {len(remote_ids)} times: {', '.join(sorted(remote_ids))}"


def _corrected_beside(history: History) -> Iterator[str]:
    """A correction is named in a reply only where an edit was refused, and each version in one."""
    replies = [applied for applied in history.applied if applied.verb == "reply"]
    counts = Counter((a.channel, a.article, a.version) for a in replies)
    for (channel, article, version), count in counts.items():
        if count > 1:
            yield f"{channel}: {article}: version {version} was named in {count} replies"
        if (channel, article) not in _refused(history):
            yield f"{channel}: {article}: version {version} was named in a reply, and no edit was refused"


def _told_twice(history: History) -> Iterator[str]:
    told = [applied for applied in history.applied if applied.channel in history.told]
    counts = Counter((a.channel, a.article, a.verb, a.version) for a in told)
    for (channel, article, verb, version), count in counts.items():
        if count > 1:
            yield f"{channel}: {article}: {verb} of version {version} was told {count} times as news"


def _announced_twice(history: History) -> Iterator[str]:
    """A publication or deletion is one announcement; there may be several corrections of one version, as when
    a photo comes later."""
    names: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for letter in history.letters:
        if letter.verb != "Update":
            names[letter.recipient, letter.article, letter.verb].add(letter.announcement)
    for (recipient, article, verb), ids in names.items():
        if article and len(ids) > 1:
            yield f"{recipient}: {article}: {verb} came under {len(ids)} ids: {', '.join(sorted(ids))}"


def _sent_again(history: History) -> Iterator[str]:
    """Letters that came again under their id, which recipients see once, although no answer can have been
    lost, and nobody can have died who was to write it down."""
    first: dict[tuple[str, str], LetterTaken] = {}
    for letter in sorted(history.letters, key=lambda letter: letter.at):
        before = first.setdefault((letter.recipient, letter.announcement), letter)
        if before is not letter and not _has_reason(history, before, letter):
            yield f"{letter.recipient}: {letter.article}: {letter.announcement} came again for no reason"


def _has_reason(history: History, before: LetterTaken, again: LetterTaken) -> bool:
    channel = history.recipients.get(again.recipient, "")
    for trouble in history.troubles:
        if trouble.channel not in ("", channel):
            continue
        is_lost = trouble.loses_answers and trouble.article == again.article and trouble.began <= again.at
        is_between = trouble.began - MARGIN_S < again.at and before.at < trouble.ended + MARGIN_S
        if is_lost or (not trouble.article and is_between):
            return True
    return False


def stale(history: History) -> Iterator[str]:
    """An older text that stands, and under which no reply names the newest."""
    last, excused = history.last, _excused_places(history)
    for standing in _newest(history):
        act = last.get(standing.article)
        if act is None or act.verb == "retract" or standing.version == act.version:
            continue
        if (_place(standing), standing.article) not in excused:
            yield f"{_place(standing)}: {_titled(act)} stands there as version {standing.version}"


def orphaned(history: History) -> Iterator[str]:
    """What stands although its article was retracted, was never to be posted, or is on nobody's record."""
    last, first, excused = history.last, history.first, _excused_places(history)
    recorded = {(r.channel, name) for r in history.recorded for name in (r.remote_id, *r.replies)}
    for standing in _standing(history):
        place, act = _place(standing), last.get(standing.article)
        if act is None:
            yield f"{place}: what stands there leads to no article: {standing}"
        elif act.verb == "retract" and (place, act.article) not in excused:
            yield f"{place}: {act.article} was retracted and stands there"
        elif isinstance(standing, Shown):
            if first[act.article].is_old:
                yield f"{place}: {act.article} was old news and stands there"
            elif (
                history.recipients.get(place, place),
                standing.remote_id,
            ) not in recorded and place not in history.told:
                yield f"{place}: {act.article}: nobody has {standing.remote_id} on record"


def out_of_order(history: History) -> Iterator[str]:
    """Of one source's articles on one channel: a later one posted before an earlier one, although no fault
    met either of them, nor anything else in between; and of one article: a newer text followed by an older
    one, although no fault met it; and what a recipient was told sooner than what was announced before it,
    whatever had gone wrong."""
    for earlier, later in _pairs(history):
        if later.at < earlier.at - SLACK_S:
            lead = f"{earlier.at - later.at:.1f} s before {earlier.article}"
            yield f"{later.channel}: {later.article} was posted {lead}"
    newest: dict[tuple[str, str], int] = {}
    for applied in sorted(history.applied, key=lambda applied: applied.at):
        place = (applied.channel, applied.article)
        if applied.verb == "delete" or _is_touched(history, *place):
            continue
        if applied.version < newest.get(place, 0):
            versions = f"version {applied.version} came after {newest[place]}"
            yield f"{applied.channel}: {applied.article}: {versions}"
        newest[place] = max(applied.version, newest.get(place, 0))
    yield from _told_out_of_order(history)


def _told_out_of_order(history: History) -> Iterator[str]:
    ranks = {name: rank for rank, name in enumerate(history.announced)}
    newest: dict[str, LetterTaken] = {}
    known: set[tuple[str, str]] = set()
    for letter in sorted(history.letters, key=lambda letter: letter.at):
        name = (letter.recipient, letter.announcement)
        if name in known or letter.announcement not in ranks or _was_refused(history, letter):
            continue
        known.add(name)
        last = newest.setdefault(letter.recipient, letter)
        if ranks[letter.announcement] < ranks[last.announcement]:
            yield f"{letter.recipient}: {letter.announcement} came after {last.announcement}"
        else:
            newest[letter.recipient] = letter


def _was_refused(history: History, letter: LetterTaken) -> bool:
    """Whether who took a letter had refused it, too, when it was repeated because an answer was lost: it goes
    on with the next, and what was worked at all the same lands when it may."""
    place = (history.recipients.get(letter.recipient, ""), letter.article)
    was_lost = any(t.loses_answers and (t.channel, t.article) == place for t in history.troubles)
    return was_lost and (letter.recipient, letter.article) in history.turned_away


def compared(history: History) -> int:
    """How many pairs of posts ``out_of_order`` could say anything about."""
    return sum(1 for _ in _pairs(history))


def unreasoned(history: History) -> Iterator[str]:
    """Deliveries that wait for a person although nothing was ambiguous about them, or that were given up."""
    excused = {(r.channel, r.article) for r in _excused(history)}
    for recorded in history.recorded:
        if recorded.standing == "unknown" and (recorded.channel, recorded.article) not in excused:
            place = f"{recorded.channel}: {recorded.article}"
            yield f"{place} is unknown, and no answer was lost: {recorded.reason}"


JUDGES: Mapping[str, Callable[[History], Iterator[str]]] = {
    "lost": lost,
    "doubled": doubled,
    "stale": stale,
    "out of order": out_of_order,
    "orphaned": orphaned,
    "half or invalid feeds": lambda history: iter(history.broken),
    "unknown without a reason": unreasoned,
    "ended with status 0": lambda history: iter(history.quits),
}


def _live(history: History) -> list[Act]:
    return [act for act in history.last.values() if act.verb != "retract"]


def _titled(act: Act) -> str:
    return f"{act.article} (version {act.version})"


def _standing(history: History) -> list[Shown | Entry]:
    return [*history.shown, *history.entries]


def _newest(history: History) -> Iterator[Shown | Entry]:
    """What stands, and of posts with their replies the newest."""
    posts: dict[tuple[str, str], list[Shown]] = defaultdict(list)
    for shown in history.shown:
        posts[shown.channel, shown.article].append(shown)
    for group in posts.values():
        replies = [shown.version for shown in group if shown.answers]
        for shown in group:
            if not shown.answers:
                yield replace(shown, version=max([shown.version, *replies]))
    yield from history.entries


def _place(standing: Shown | Entry) -> str:
    return standing.channel if isinstance(standing, Shown) else standing.document


def _excused(history: History) -> list[Recorded]:
    """Deliveries of unknown outcome that are truly ambiguous: an answer about them was lost."""
    return [
        recorded
        for recorded in history.recorded
        if recorded.standing == "unknown"
        and any(
            trouble.loses_answers
            and trouble.channel in ("", recorded.channel)
            and trouble.article in ("", recorded.article)
            for trouble in history.troubles
        )
    ]


def _excused_places(history: History) -> set[tuple[str, str]]:
    """Where what stands of an article is not judged: it is truly ambiguous, who was told refused it, or the
    channel refused to delete it, so that it became a notice."""
    ambiguous = {(r.channel, r.article) for r in _excused(history)}
    told = {
        (name, article)
        for name, owner in history.recipients.items()
        for o, article in ambiguous
        if o == owner
    }
    notices = {(r.channel, r.article) for r in history.recorded if r.is_notice}
    return ambiguous | told | history.turned_away | (_refused(history) & notices)


def _refused(history: History) -> set[tuple[str, str]]:
    """Of which articles channels refused anything for good."""
    return {(trouble.channel, trouble.article) for trouble in history.troubles if trouble.refuses}


def _is_touched(history: History, channel: str, article: str) -> bool:
    return any(t.article == article and t.channel in ("", channel) for t in history.troubles)


def _is_quiet(troubles: Sequence[Trouble], channel: str, since: float, until: float) -> bool:
    """Whether nothing happened then that might have met anybody on a channel."""
    return not any(
        t.began - MARGIN_S < until and since < t.ended + MARGIN_S
        for t in troubles
        if not t.article and t.channel in ("", channel)
    )


def _pairs(history: History) -> Iterator[tuple[Applied, Applied]]:
    """First posts of two articles one of which was published next after the other, where order counts."""
    firsts: dict[tuple[str, str], Applied] = {}
    for applied in sorted(history.applied, key=lambda applied: applied.at):
        if applied.verb == "post":
            firsts.setdefault((applied.channel, applied.article), applied)
    published = sorted((act for act in history.acts if act.verb == "publish" and not act.is_old), key=_at)
    for channel in history.channels:
        for source in sorted({act.source for act in published}):
            row = [act for act in published if act.source == source and (channel, act.article) in firsts]
            row = [act for act in row if not _is_touched(history, channel, act.article)]
            for one, other in pairwise(row):
                earlier, later = firsts[channel, one.article], firsts[channel, other.article]
                until = max(earlier.at, later.at)
                # publication is told in whole seconds
                if int(one.at) < int(other.at) and _is_quiet(history.troubles, channel, one.at, until):
                    yield earlier, later


def _at(act: Act) -> float:
    return act.at
