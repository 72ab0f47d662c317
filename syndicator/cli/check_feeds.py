"""``syndicator check feeds``: the findings of ``feed_report``, printed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from syndicator.cli.feed_report import FeedReport, Verdict, inspect
from syndicator.cli.terminal import print_line
from syndicator.wiring import inspect_app

#: What a person reads for each verdict, in this order.
COUNTED: Mapping[Verdict, str] = {
    "refused": "refused",
    "trimmed": "trimmed",
    "advice": "against advice",
    "warning": "odd",
}


def check_feeds(folder: Path, names: Sequence[str], *, as_json: bool) -> bool:
    """Print what partners and validators would say of feeds. True: nothing would be refused."""
    reports = inspect(inspect_app(folder), names, datetime.now(UTC))
    if as_json:
        result = [{**asdict(report), "counts": report.counts} for report in reports]
        print(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        for report in reports:
            _print(report)
        total = sum((Counter(report.counts) for report in reports), Counter[Verdict]())
        entries = sum(report.entries for report in reports)
        feeds = "1 feed" if len(reports) == 1 else f"{len(reports)} feeds"
        print_line(f"{feeds}, {_entries(entries)}: {_counted(total)}")
    return not any(report.counts.get("refused") for report in reports)


def _print(report: FeedReport) -> None:
    whose = f" for {report.partner}" if report.partner else ""
    of = f"{report.entries} of " if report.entries != report.articles else ""
    print_line(f"{report.feed}{whose}, {of}{_entries(report.articles)}: {_counted(report.counts)}")
    for findings in report.by_article:
        first = findings[0]
        print_line(f"  {first.title} ({first.url})" if first.url else "  the feed as a whole")
        for finding in findings:
            wanted = f"; wanted: {finding.wanted}" if finding.wanted and finding.verdict != "trimmed" else ""
            shown = f"; shown: {finding.wanted!r}" if finding.wanted and finding.verdict == "trimmed" else ""
            print_line(f"    {finding.verdict:8} {finding.rule}: {finding.found}{wanted}{shown}")
    pages = sorted({(finding.source, finding.rule) for finding in report.findings if finding.source})
    for source, rules in groupby(pages, key=itemgetter(0)):
        print_line(f"  {', '.join(rule for _, rule in rules)}: see {source}")


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _counted(counts: Mapping[Verdict, int]) -> str:
    found = [f"{counts[verdict]} {name}" for verdict, name in COUNTED.items() if counts.get(verdict)]
    return ", ".join(found) or "all is well"
