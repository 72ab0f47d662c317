"""The first step of ``syndicator up``: reads declarations, makes tables, and prints the addresses."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from syndicator.config import Declared
from syndicator.domain.errors import DeclarationError, Misconfigured, SyndicatorError
from syndicator.processes.supervisor import DATABASE_FAILED, DATABASE_ONLY, MISCONFIGURED
from syndicator.store import Store, StoreError
from syndicator.store.engine import connect
from syndicator.store.soundness import must_be_complete, must_be_sound
from syndicator.wiring import declarations, inspect_app, open_app

#: Seconds for a look through SQLite's file: half a gigabyte or so.
SOUNDNESS_TIMEOUT_S = 5.0


def begin(folder: Path) -> str:
    """Read the declarations, and see whether all can begin. Returns the text for the terminal."""
    declared = declarations(folder)
    for listen in _addresses(declared):
        _must_be_free(listen)
    base = f"http://{declared.web.listen}"
    missing = [f"{each}; until then nothing is posted there" for each in declared.missing_secrets.values()]
    lines = [f"note: {warning}" for warning in (*declared.warnings, *missing)]
    lines += ["", f"  Feeds         {base}/", f"  Console       {base}/console"]
    if declared.example:
        lines += [
            f"  Example site  http://{declared.example.listen}/ (watched all the time)",
            "",
            "  ./run publish | correct | retract   in another terminal: see what happens",
        ]
    return "\n".join([*lines, "  Ctrl-C stops everything.", ""])


def prepare(folder: Path) -> None:
    """Do on record what several processes would otherwise do at once. Raises ``StoreError`` where the
    database does not answer or is damaged; then nothing was written to it."""
    store = Store(connect(declarations(folder).keep.database))
    must_be_sound(store, SOUNDNESS_TIMEOUT_S)
    store.engine.dispose()
    must_be_complete(inspect_app(folder).store)
    open_app(folder)


def _addresses(declared: Declared) -> list[tuple[str, str]]:
    addresses = [(declared.web.listen, "[web] listen")]
    return [*addresses, (declared.example.listen, "[example] listen")] if declared.example else addresses


def _must_be_free(address: tuple[str, str]) -> None:
    listen, key = address
    host, _, port = listen.rpartition(":")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as e:
            raise Misconfigured(
                f"syndicator.toml: {key}: {listen}: {e.strerror}; is Syndicator running already?"
            ) from e


def main() -> None:
    folder = Path(sys.argv[1])
    try:
        if DATABASE_ONLY not in sys.argv[2:]:
            print(begin(folder), flush=True)
        prepare(folder)
    except StoreError as e:
        sys.exit(_fail(e, DATABASE_FAILED))
    except (DeclarationError, Misconfigured) as e:
        sys.exit(_fail(e, MISCONFIGURED))
    except SyndicatorError as e:
        sys.exit(_fail(e, 1))


def _fail(error: SyndicatorError, status: int) -> int:
    print(error, file=sys.stderr)
    return status


if __name__ == "__main__":
    main()
