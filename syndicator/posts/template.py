"""Templates: the text of a post as a newsroom writes it, in Jinja2, where ours is not what it wants.

https://jinja.palletsprojects.com/en/stable/sandbox/
"""

from __future__ import annotations

import traceback
from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicator.domain.article import Article
from syndicator.domain.errors import Misconfigured
from syndicator.posts.layout import Laid, Layout, Parts

#: The most that a template may grow the parts that it is given, in characters.
MAX_GROWTH_CHARS = 10_000

#: What templates fail with, by themselves or in what they call.
FAILURES = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)

#: Numbers that templates reckon with, at most.
MAX_NUMBER = 1_000_000

#: Filters and methods of texts that fill them up to a width, of any size, and what formats by one.
FILLING = frozenset(
    ("center", "expandtabs", "format", "format_map", "indent", "ljust", "rjust", "zfill", "xmlattr", "batch")
)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, in which nothing is made that is larger than what it is made of: that keeps secrets
    and files, and neither time nor memory."""

    intercepted_binops = frozenset(("*", "**", "%"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        are_small = all(isinstance(each, (int, float)) and abs(each) <= MAX_NUMBER for each in (left, right))
        if not are_small or operator == "**":
            raise TemplateRuntimeError(f"{operator} would make a text or number that is too large")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        is_filling = isinstance(obj, str) and attr in FILLING
        return not is_filling and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """``str.format`` is asked for here before it is judged as other methods are."""
        if super().wrap_str_format(value) is not None:
            raise TemplateRuntimeError("texts are put together with ~, not by format")


_environment = _Environment(undefined=StrictUndefined, autoescape=False)
_environment.globals.clear()  # no range() to loop for ever with
for _name in FILLING:
    _environment.filters.pop(_name, None)


@cache
def compiled(source: str) -> Template:
    """The template. Raises ``Misconfigured`` with the line of a mistake."""
    try:
        return _environment.from_string(source)
    except TemplateError as e:
        raise _mistake(e) from e


def rendered(source: str, parts: Parts, article: Article, layout: Layout) -> Laid:
    """The text of a template: its summary cut to what the rest leaves, then its headline. The link is added
    where the template has none. Raises ``Misconfigured`` where it does not work or makes too much."""
    template = compiled(source)

    def text(headline: str, summary: str) -> str:
        values = _values(parts, article, headline, summary)
        try:
            made = "\n".join(line.rstrip() for line in template.render(values).strip().splitlines())
        except FAILURES as e:
            raise _mistake(e) from e
        if len(made) > MAX_GROWTH_CHARS + len(article.content_html) + len(article.title):
            raise Misconfigured("the template makes a text without end: it is not used")
        return made if parts.link in made else f"{made}\n\n{parts.link}"

    def length(made: str) -> int:
        return layout.length(made, parts)

    headline, summary, omitted = parts.headline, parts.summary, []
    made = text(headline, summary)
    if length(made) > layout.room:
        summary = layout.cut(summary, layout.room - length(text(headline, "")))
        omitted.append(f"summary {'cut' if summary else 'left out'}: no room")
        made = text(headline, summary)
    over = length(made) - layout.room
    if over > 0:
        headline = layout.ruler.cut(headline, layout.measure(headline) - over, layout.language)
        omitted.append("headline cut: no room")
        made = text(headline, summary)
    if length(made) > layout.room:
        raise Misconfigured(
            f"the template's own words leave no room: {length(made)} {layout.unit}, "
            f"and {layout.room} are allowed"
        )
    return Laid(text=made, length=length(made), headline=headline, summary=summary, omitted=tuple(omitted))


def _values(parts: Parts, article: Article, headline: str, summary: str) -> dict[str, Any]:
    """What templates may name."""
    return {
        "headline": headline,
        "summary": summary,
        "correction": parts.correction,
        "credit": parts.credit,
        "byline": parts.byline or ", ".join(article.authors),
        "hashtags": " ".join(parts.hashtags),
        "link": parts.link,
        "section": article.section,
        "tags": article.tags,
        "places": article.places,
        "language": article.language,
        "urgent": article.urgent,
    }


def _line_within(error: Exception) -> int | None:
    """The template's line in which it failed: Jinja2 puts its lines into the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == "<template>"), None)


def _mistake(error: Exception) -> Misconfigured:
    line = getattr(error, "lineno", None) or _line_within(error)
    where = f"line {line} of the template" if line else "the template"
    return Misconfigured(f"{where}: {error}; mend it in [channels.NAME.post] templates")
