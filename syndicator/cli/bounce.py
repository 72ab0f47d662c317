"""``syndicator bounce``: a mail server's way to hand over what comes back from lists."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from syndicator.cli.terminal import print_line
from syndicator.domain.errors import SyndicatorError
from syndicator.mail.bounces import MAX_REPORT_BYTES, read_report
from syndicator.mail.desk import desks
from syndicator.mail.returned import obey
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.wiring import assemble, declarations
from syndicator.wiring.couriers import SilentBell, now

#: The exit status that has mail servers try again later (sysexits.h, ``EX_TEMPFAIL``).
TRY_AGAIN = 75

#: Bytes read at once of what is not looked at any more: a pipe that breaks would make a server try again.
REST_BYTES = 1_000_000

#: Where mail servers say whom a message was for: Postfix (local(8)), Exim, qmail and its relatives.
RECIPIENT_VARIABLES = ("ORIGINAL_RECIPIENT", "RECIPIENT")


def bounce(folder: Path, files: Sequence[Path], recipient: str, *, as_json: bool) -> int:
    """Obey the reports in files, or the one on standard input. Returns the exit status."""
    logging.getLogger("syndicator").setLevel(logging.WARNING)  # the lines below say it
    try:
        declared = declarations(folder)
        store = Store(connect(declared.keep.database))
        couriers = assemble(declared, store, SilentBell()).couriers
        known = desks({name: courier.channel for name, courier in couriers.items()}, store, now)
        for name, content in _messages(files):
            report = read_report(content, recipient or ("" if files else _recipient()))
            said = obey(known, report)
            if as_json:
                result = {
                    "file": name,
                    "verdict": report.verdict.value,
                    "status": report.status,
                    "said": said,
                }
                print(json.dumps(result, ensure_ascii=False), flush=True)
            else:
                print_line(f"{name}: {said}" if name else said)
    except SyndicatorError as e:
        print(f"syndicator bounce: {e}", file=sys.stderr)
        return TRY_AGAIN
    return 0


def _messages(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    if not files:
        yield "", _read(sys.stdin.buffer)
    for path in files:
        try:
            with path.open("rb") as file:
                yield str(path), _read(file)
        except OSError as e:
            raise SyndicatorError(f"{path} cannot be read: {e.strerror}") from e


def _read(file: IO[bytes]) -> bytes:
    content = file.read(MAX_REPORT_BYTES)
    while file.read(REST_BYTES):
        pass
    return content


def _recipient() -> str:
    return next((value for name in RECIPIENT_VARIABLES if (value := os.environ.get(name))), "")
