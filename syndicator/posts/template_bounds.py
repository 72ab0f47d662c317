"""How much a template may do. Jinja2's sandbox keeps secrets and files, and neither time nor memory: a loop
within a loop within a loop over a headline of 300 letters turns 27 million times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from math import prod
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

#: Steps of all that a template does for one post, however often it is tried: turns of loops, calls, filters,
#: what is put out; and characters that count as one more.
MAX_STEPS, CHARS_A_STEP = 100_000, 100

#: Characters of what it works at, and the most that texts can make of one another at once.
MAX_CHARS, MAX_PRODUCT = 100_000, 10_000_000

#: Filters of our own, which stand in what a template has become.
TURNS, JOINED, SEEN = "_turns", "_joined", "_seen"


class TooMuch(Exception):
    """A template does more than any post needs."""


class _Steps:
    """What is left to a template."""

    left = MAX_STEPS

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TooMuch


_steps: ContextVar[_Steps] = ContextVar("_steps")


@contextmanager
def bounded() -> Iterator[None]:
    """What a template does within, it does for one post. Raises ``TooMuch``."""
    token = _steps.set(_Steps())
    try:
        yield
    finally:
        _steps.reset(token)


def spent(value: Any) -> Any:
    """A value that a template works at or has made, taken into account."""
    _steps.get().take(1 + _chars(value) // CHARS_A_STEP)
    return value


def counted(work: Any) -> Callable[..., Any]:
    """A filter or test that is taken into account, by what goes into it and comes out."""

    @wraps(work)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        check_growth(*args, *kwargs.values())
        return spent(work(*args, **kwargs))

    return wrapped


def check_growth(*values: Any) -> None:
    """Raises ``TooMuch`` where texts could make one without end of one another: one in place of each letter
    of another, say."""
    spent(values)
    if prod(max(1, _chars(value)) for value in values if isinstance(value, str | list | tuple)) > MAX_PRODUCT:
        raise TooMuch


def _chars(value: Any) -> int:
    """The characters that a value has as a text, roughly; lists may hold one another many times."""
    if isinstance(value, str):
        count = len(value)
    else:
        count, waiting = 0, [value]
        while waiting and count <= MAX_CHARS:
            each = waiting.pop()
            count += len(each) if isinstance(each, str) else 1
            if isinstance(each, Mapping):
                waiting.extend(each.values())
            elif isinstance(each, list | tuple):
                waiting.extend(each)
    if count > MAX_CHARS:
        raise TooMuch
    return count


def _turns(values: Iterable[Any]) -> Iterator[Any]:
    """What a loop turns over."""
    for value in values:
        _steps.get().take(1)
        yield value


def _joined(values: list[Any]) -> str:
    return "".join(map(str, spent(values)))


#: Those filters.
OWN_FILTERS: Mapping[str, Callable[..., Any]] = {TURNS: _turns, JOINED: _joined, SEEN: spent}


class Bounding(NodeTransformer):
    """Makes of a template one whose loops, joined texts and comparisons are taken into account."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - Jinja2's name for it
        self.generic_visit(node)
        node.iter = _filtered(node.iter, TURNS)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno, environment=node.environment), JOINED)

    def visit_Operand(self, node: nodes.Operand) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _filtered(node.expr, SEEN)
        return node


def _filtered(node: nodes.Node, name: str) -> nodes.Expr:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=node.environment)
