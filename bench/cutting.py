"""Where texts are cut, against gold of word boundaries.

    ./run bench cutting FOLDER [--show N]

``FOLDER``: files named after their language, ``lo-news.txt``; a text a line, its words set apart by ``|``.
Whoever measures brings them: segmented corpora (a CoNLL-U's forms, joined) or what another segmenter makes of
a text. Each text is cut at every room of 20 to 300 graphemes; a cut is right where the gold has a boundary.
``--show N``: the commonest N places that are none.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import regex

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.text.rulers import GRAPHEMES  # noqa: E402 - the path comes first

ROOMS = range(20, 301)

#: What stands between words, and belongs to none.
BETWEEN = regex.compile(r"[^\p{L}\p{M}\p{N}]+")

PAIRS = {"“": "”", "「": "」", "『": "』", "(": ")", "（": "）", "《": "》", "«": "»"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench cutting")
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    if options.folder is None:
        print("cutting: name a folder of gold (bench/cutting.py says what it holds)")
        return
    print(
        "gold             cuts  in grapheme  too long  on boundary  sentence  quote open  room used   µs each"
    )
    for path in sorted(options.folder.glob("*.txt")):
        report(path, options.show)


def report(path: Path, show: int) -> None:
    """One row of the table for one file of gold."""
    language = path.stem.partition("-")[0]
    tally: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    used = seconds = 0.0
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.replace("|", "")
        boundaries = set(_boundaries(line))
        graphemes = {match.end() for match in regex.finditer(r"\X", text)}
        for room in ROOMS:
            started = time.perf_counter()
            short = GRAPHEMES.cut(text, room, language)
            seconds += time.perf_counter() - started
            if short == text:
                continue
            is_broken_off = not text.startswith(short)
            kept = short.rstrip("…") if is_broken_off else short
            tally["cuts"] += 1
            tally["in grapheme"] += len(kept) not in graphemes
            tally["too long"] += GRAPHEMES.measure(short) > room
            tally["sentence"] += not is_broken_off
            tally["quote open"] += any(kept.count(one) != kept.count(other) for one, other in PAIRS.items())
            used += GRAPHEMES.measure(short) / room
            if _is_right(len(kept), text, boundaries):
                tally["on boundary"] += 1
            else:
                end = len(kept)
                missed[f"{text[max(0, end - 8) : end]}…|{text[end : end + 8]}"] += 1
    cuts = tally["cuts"] or 1
    print(
        f"{path.stem:14}{tally['cuts']:7}{tally['in grapheme']:13}{tally['too long']:10}"
        f"{tally['on boundary'] / cuts:12.1%} {tally['sentence'] / cuts:9.0%}"
        f"{tally['quote open'] / cuts:12.0%}{used / cuts:11.0%}{seconds / cuts * 1e6:11.0f}"
    )
    for place, times in missed.most_common(show):
        print(f"    {times:4} {place}")


def _boundaries(line: str) -> Iterator[int]:
    end = 0
    for word in line.split("|"):
        yield end
        end += len(word)
    yield end


def _is_right(end: int, text: str, boundaries: set[int]) -> bool:
    """Whether a cut stands on a boundary; what is between words counts as neither's."""
    behind = BETWEEN.match(text, end)
    return bool(behind) or end in boundaries


if __name__ == "__main__":
    main()
