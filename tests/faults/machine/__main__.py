"""``./run faults``: see the package."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import time

from tests.faults.machine.run import SETTLE_S, Plan, run


def main() -> int:
    asked = _arguments()
    seed = asked.seed if asked.seed is not None else secrets.randbelow(1_000_000)
    began, is_good = time.monotonic(), True

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {line}", file=sys.stderr, flush=True)

    for number in (signal.SIGINT, signal.SIGTERM):  # everything that runs is ended first
        signal.signal(number, signal.default_int_handler)
    for setup in ("embedded", "servers") if asked.on == "both" else (asked.on,):
        plan = Plan(
            setup=setup,
            seconds=asked.seconds,
            seed=seed,
            settle_s=asked.settle,
            is_quick=asked.quick,
            only=asked.only,
            without=asked.without,
            keeps=asked.log,
        )
        try:
            report = run(plan, say)
        except KeyboardInterrupt:
            say("stopped")
            return 130
        print(
            report.json() if asked.json else report.markdown() if asked.markdown else report.text(),
            flush=True,
        )
        is_good &= report.is_good
    return 0 if is_good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run faults", description="The machine that tries to break it.")
    parser.add_argument("--seconds", type=float, default=600, help="how long things go wrong (default: 600)")
    parser.add_argument("--on", choices=["embedded", "servers", "both"], default="both")
    parser.add_argument("--seed", type=int, help="the same seed deals the same faults (default: any)")
    parser.add_argument(
        "--settle", type=float, default=SETTLE_S, help="seconds that it may take to come to rest afterwards"
    )
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORD", help="faults with this in their name"
    )
    parser.add_argument("--without", action="append", default=[], metavar="WORD", help="none of these")
    parser.add_argument("--quick", action="store_true", help="only faults that are over within seconds")
    parser.add_argument("--log", action="store_true", help="keep the program's log, whatever is found")
    parser.add_argument("--markdown", action="store_true", help="print the tables of docs/reliability.md")
    parser.add_argument("--json", action="store_true", help="print everything for scripts")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
