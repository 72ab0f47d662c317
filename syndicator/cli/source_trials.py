"""A trial look at every source, for ``check``: thousands of them are shared among the processor's cores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pickle import PicklingError
from typing import NamedTuple

from syndicator.cli.address_report import address_lines
from syndicator.domain.errors import SyndicatorError
from syndicator.jobs.ports import Source

#: Looks at once in one process: most of a look's time goes by in waiting for its site.
LOOKS_AT_ONCE = 32

#: Sources that are worth a process: one takes as long to start (a second, at worst) as a few hundred looks.
SOURCES_PER_PROCESS = 300

#: Processes for trials at most: each has some 100 MB.
MAX_PROCESSES = 4


class Trial(NamedTuple):
    """A look that was tried: whether it succeeded, what it found or failed with, and what is to be seen of
    its addresses."""

    is_ok: bool
    report: str
    remarks: Sequence[str] = ()


@contextmanager
def source_trials(sources: Sequence[Source]) -> Iterator[Callable[[], list[Trial]]]:
    """What gives a trial of each source, in their order, when it is called. Nothing of it is recorded. To be
    entered before there are threads: other processes start to look then, and start sooner without them."""
    shares = _shares(sources)
    with ExitStack() as stack:
        futures: list[Future[list[Trial]]] = []
        if len(shares) > 1:
            gc.freeze()  # what is loaded is no garbage: looked through, each process would copy it all
            pool = stack.enter_context(ProcessPoolExecutor(len(shares) - 1, mp_context=_context()))
            futures = [pool.submit(_looks, share) for share in shares[1:]]

        def trials() -> list[Trial]:
            found = _looks(shares[0])
            for share, future in zip(shares[1:], futures, strict=True):
                found += _result(share, future)
            return found

        yield trials


def _context() -> multiprocessing.context.BaseContext:
    """How processes are made: as copies of this one, which has all modules already (a second each), where
    that is safe. It is not while other threads hold locks, nor on macOS, whose libraries have threads that
    nobody sees (https://docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods)."""
    is_safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if is_safe else "spawn")


def _shares(sources: Sequence[Source]) -> list[Sequence[Source]]:
    """Sources by process; the first share is this one's."""
    count = min(os.cpu_count() or 1, MAX_PROCESSES, len(sources) // SOURCES_PER_PROCESS) or 1
    size = -(-len(sources) // count)
    return [sources[n * size : (n + 1) * size] for n in range(count)]


def _result(share: Sequence[Source], future: Future[list[Trial]]) -> list[Trial]:
    """What another process found. What it could not be sent (a source of a plugin that cannot be pickled),
    or broke off, is looked at here."""
    try:
        return future.result()
    except (BrokenExecutor, PicklingError, TypeError, AttributeError):
        return _looks(share)


def _looks(sources: Sequence[Source]) -> list[Trial]:
    with ThreadPoolExecutor(LOOKS_AT_ONCE) as pool:
        return list(pool.map(_trial, sources))


def _trial(source: Source) -> Trial:
    try:
        look = source.look({}, datetime.now(UTC))
    except SyndicatorError as e:
        return Trial(False, str(e))
    if not look.sightings:
        return Trial(False, "; ".join(look.problems) or "nothing was found there")
    newest = max(look.sightings, key=lambda s: s.published or datetime.min.replace(tzinfo=UTC))
    problems = f"; {_counted(len(look.problems))}: {look.problems[0]}" if look.problems else ""
    lines = address_lines([s.url for s in look.sightings], getattr(source, "article", ""))
    count = len(look.sightings)
    return Trial(True, f"{count} article{'s' * (count != 1)}, the newest: {newest.title!r}{problems}", lines)


def _counted(problems: int) -> str:
    return f"{problems} problems, the first" if problems > 1 else "one problem"
