"""How a run ended, as a table for people and as JSON for scripts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.faults.machine.history import History
from tests.faults.machine.judge import compared, judgements

#: Findings of one kind that are printed.
SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class Report:
    """``faults``: how often each was met. ``left_out``: faults that could not be had, and why. ``unsettled``:
    deliveries that were still on their way when the time was over."""

    setup: str
    seed: int
    seconds: float
    settled_after: float
    history: History
    faults: Mapping[str, int]
    left_out: Mapping[str, str]
    unsettled: int

    @property
    def findings(self) -> Mapping[str, Sequence[str]]:
        return judgements(self.history)

    @property
    def is_good(self) -> bool:
        return not self.unsettled and not any(
            found for judgement, found in self.findings.items() if judgement != "unknown"
        )

    @property
    def _news(self) -> int:
        """Letters, each counted once for each recipient."""
        return len({(letter.recipient, letter.announcement) for letter in self.history.letters})

    @property
    def summary(self) -> str:
        """What was tried, in one paragraph."""
        acts, applied = Counter(a.verb for a in self.history.acts), self.history.applied
        channels = Counter(a.channel for a in applied)
        pairs = compared(self.history)
        accepted = ", ".join(f"{name} {count}" for name, count in sorted(channels.items()))
        return (
            f"`./run faults --on {self.setup} --seconds {self.seconds:g} --seed {self.seed}`: "
            f"{acts['publish']} articles, {acts['correct']} corrections, {acts['retract']} retractions; "
            f"{sum(self.faults.values())} faults of {sum(map(bool, self.faults.values()))} kinds; "
            f"accepted by channels: {accepted}; "
            f"{len(self.history.recipients)} recipients took {self._news} letters, and "
            f"{len(self.history.letters) - self._news} again under the same id; "
            f"{self.history.reads} feeds read; "
            f"{pairs} pairs of posts compared for their order; "
            f"all settled {self.settled_after:.0f} s after the last fault."
        )

    def markdown(self) -> str:
        """The tables of docs/reliability.md."""
        lines = [self.summary, "", "| judged | found |", "| --- | --- |"]
        lines += [f"| {judgement} | {len(found)} |" for judgement, found in self.findings.items()]
        lines += [f"| unsettled in the end | {self.unsettled} |"]
        lines += ["", "| fault | met |", "| --- | --- |"]
        lines += [f"| {fault} | {count} |" for fault, count in self.faults.items()]
        lines += [f"| {fault} | none: {why} |" for fault, why in self.left_out.items()]
        return "\n".join(lines)

    def text(self) -> str:
        lines = [self.summary.replace("`", ""), ""]
        width = max(map(len, [*self.faults, *self.left_out, *self.findings]))
        lines += [f"  {fault:<{width}}  {count:>5}" for fault, count in self.faults.items()]
        lines += [f"  {fault:<{width}}      -  {why}" for fault, why in self.left_out.items()]
        lines += [""]
        for judgement, found in self.findings.items():
            lines.append(f"  {judgement.upper():<{width}}  {len(found):>5}")
            lines += [f"      {finding}" for finding in found[:SHOWN]]
        lines.append(f"  {'UNSETTLED IN THE END':<{width}}  {self.unsettled:>5}")
        return "\n".join(lines)

    def json(self) -> str:
        return json.dumps(
            {
                "setup": self.setup,
                "seed": self.seed,
                "seconds": self.seconds,
                "settled_after": round(self.settled_after, 1),
                "acts": dict(Counter(a.verb for a in self.history.acts)),
                "accepted": dict(Counter(a.channel for a in self.history.applied)),
                "recipients": len(self.history.recipients),
                "letters": self._news,
                "letters_again": len(self.history.letters) - self._news,
                "reads": self.history.reads,
                "compared": compared(self.history),
                "faults": dict(self.faults),
                "left_out": dict(self.left_out),
                "findings": {name: list(found) for name, found in self.findings.items()},
                "unsettled": self.unsettled,
                "is_good": self.is_good,
            },
            indent=2,
        )
