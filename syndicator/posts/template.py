"""Templates: the text of a post as a newsroom writes it, in Jinja2, where ours is not what it wants.

https://jinja.palletsprojects.com/en/stable/sandbox/
"""

from __future__ import annotations

import re
import traceback
from bisect import bisect_left
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Self

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from syndicator.domain.article import Article
from syndicator.domain.errors import Misconfigured, SyndicatorError
from syndicator.posts.layout import GAP, Laid, Layout, Parts
from syndicator.posts.template_bounds import (
    OWN_FILTERS,
    Bounding,
    TooMuch,
    bounded,
    check_growth,
    counted,
    spent,
)
from syndicator.posts.words import one_line, paragraphs, without_links

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

#: Marks around the link and around the hashtags while a text is made: characters that no text has
#: (https://www.unicode.org/faq/private_use.html#noncharacters).
LINK_MARK, HASHTAGS_MARK = "\ufdd0", "\ufdd1"
MARKED = re.compile("(\ufdd0[^\ufdd0]*\ufdd0|\ufdd1[^\ufdd1]*\ufdd1)")

#: Numbers that templates reckon with, at most.
MAX_NUMBER = 1_000_000

#: Filters and methods of texts that fill them up to a width, of any size, and what formats by one; and what
#: makes many texts or figures of one.
FILLING = frozenset(
    ("center", "expandtabs", "format", "format_map", "indent", "ljust", "rjust", "zfill", "xmlattr")
) | {"batch", "slice", "round", "translate"}


class TemplateFailure(SyndicatorError):
    """A template that fails of one article, as far as anybody knows."""


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, in which nothing is made that is larger than what it is made of: that keeps secrets
    and files, and neither time nor memory."""

    intercepted_binops = frozenset(("*", "**", "%", "+"))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        made: nodes.Template = Bounding().visit(super()._parse(source, name, filename))
        return made

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        check_growth(getattr(obj, "__self__", None), *args, *kwargs.values())
        return spent(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "+":
            return spent(super().call_binop(context, operator, left, right))
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


_environment = _Environment(undefined=StrictUndefined, autoescape=False, finalize=spent)
_environment.globals.clear()  # no range() to loop for ever with
for _name in FILLING:
    _environment.filters.pop(_name, None)
for _table in (_environment.filters, _environment.tests):
    _table.update({name: counted(work) for name, work in _table.items()})
_environment.filters.update(OWN_FILTERS)


@cache
def compiled(source: str) -> Template:
    """The template. Raises ``Misconfigured`` with the line of a mistake."""
    try:
        with bounded():
            return _environment.from_string(source)
    except TemplateError as e:
        raise Misconfigured(_mistake(e)) from e


class Placed(str):
    """A part of a post that shows where a template puts it: it comes with marks around it."""

    __slots__ = ("mark",)
    mark: str

    def __new__(cls, text: str, mark: str) -> Self:
        made = super().__new__(cls, text)
        made.mark = mark
        return made

    def __str__(self) -> str:
        return self.mark + self[:] + self.mark if self else ""

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)


class Rendered(NamedTuple):
    """What a template makes. ``links``: from where on the link stands in it; ``hashtags``: the hashtags
    (``None``: they do not)."""

    text: str
    links: tuple[int, ...]
    hashtags: int | None


def rendered(
    template: Template, parts: Parts, article: Article, layout: Layout, plain: Callable[[str], str] = str
) -> Laid | None:
    """``_rendered``, within what a template may do. Raises ``TemplateFailure`` beyond it, too."""
    try:
        with bounded():
            return _rendered(template, parts, article, layout, plain)
    except TooMuch as e:
        raise TemplateFailure("it does more than any post needs") from e


def _rendered(
    template: Template, parts: Parts, article: Article, layout: Layout, plain: Callable[[str], str]
) -> Laid | None:
    """The text of a template, cleaned as an article's words are: its summary cut to what the rest leaves,
    then its headline, each as often as it stands there. The link is added where the template has none;
    ``None`` where nothing comes out. ``plain``: what the channel lets names of authors, tags and the like
    say. Raises ``TemplateFailure`` where it does not work, makes too much or leaves no room."""

    def marked(headline: str, summary: str) -> str:
        values = _values(parts, article, headline, summary, plain)
        try:
            made = template.render(values)
        except FAILURES as e:
            raise TemplateFailure(_mistake(e)) from e
        if len(made) > MAX_GROWTH_CHARS + len(article.content_html) + len(article.title):
            raise TemplateFailure("the template makes a text without end")
        return paragraphs(made)

    def text(headline: str, summary: str) -> Rendered:
        return _with_link(marked(headline, summary), parts)

    def fits(headline: str, summary: str) -> bool:
        return layout.length(text(headline, summary).text, parts) <= layout.room

    headline, summary, omitted = parts.headline, parts.summary, []
    if not marked(headline, summary):
        return None
    if not fits(headline, summary):
        summary = _fitting(summary, layout.measure, layout.cut, lambda cut: fits(headline, cut))
        omitted.append(f"summary {'cut' if summary else 'left out'}: no room")
    if not fits(headline, summary):
        whole, headline = (
            headline,
            _fitting(
                headline,
                layout.measure,
                lambda text, room: layout.ruler.cut(text, room, layout.language),
                lambda cut: fits(cut, summary),
            ),
        )
        omitted.append("headline cut: no room")
        if whole and not headline:
            length = layout.length(text("", summary).text, parts)
            raise TemplateFailure(
                f"the template's own words leave no room: {length} {layout.unit} without the headline, "
                f"and {layout.room} are allowed"
            )
    made = text(headline, summary)
    return Laid(
        text=made.text,
        length=layout.length(made.text, parts),
        headline=headline,
        summary=summary,
        links=made.links,
        hashtags=made.hashtags,
        omitted=tuple(omitted),
    )


def _fitting(
    part: str, measure: Callable[[str], int], cut: Callable[[str, int], str], fits: Callable[[str], bool]
) -> str:
    """As much of a part as the whole text has room for; nothing where there is none."""
    rooms = range(1, measure(part))
    most = bisect_left(rooms, True, key=lambda room: not fits(cut(part, room)))
    short = cut(part, most)
    return short if fits(short) else ""


def _with_link(marked: str, parts: Parts) -> Rendered:
    """The text without its marks, and with the link."""
    text, places = "", {LINK_MARK: list[int](), HASHTAGS_MARK: list[int]()}
    whole = {LINK_MARK: parts.link, HASHTAGS_MARK: " ".join(parts.hashtags)}
    for piece in MARKED.split(marked):
        mark = piece[:1]
        if mark in whole and piece[1:-1] == whole[mark]:
            places[mark].append(len(text))
        text += piece.replace(LINK_MARK, "").replace(HASHTAGS_MARK, "")
    links = places[LINK_MARK]
    if not links and "://" in parts.link and (start := text.rfind(parts.link)) >= 0:
        links.append(start)  # a filter has made a plain text of it
    if parts.link and not links:
        text += GAP
        links.append(len(text))
        text += parts.link
    return Rendered(text, tuple(links), next(iter(places[HASHTAGS_MARK]), None))


def _values(
    parts: Parts, article: Article, headline: str, summary: str, plain: Callable[[str], str]
) -> dict[str, Any]:
    """What templates may name."""

    def words(text: str) -> str:
        return plain(without_links(one_line(text)))

    return {
        "headline": headline,
        "summary": summary,
        "correction": parts.correction,
        "credit": parts.credit,
        "byline": parts.byline or words(", ".join(article.authors)),
        "hashtags": Placed(" ".join(parts.hashtags), HASHTAGS_MARK),
        "link": Placed(parts.link, LINK_MARK),
        "section": words(article.section),
        "tags": tuple(map(words, article.tags)),
        "places": tuple(map(words, article.places)),
        "language": article.language,
        "urgent": article.urgent,
    }


def _line_within(error: Exception) -> int | None:
    """The template's line in which it failed: Jinja2 puts its lines into the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if frame.filename == "<template>"), None)


def _mistake(error: Exception) -> str:
    line = getattr(error, "lineno", None) or _line_within(error)
    where = f"line {line} of the template" if line else "the template"
    return f"{where}: {error}; mend it in [channels.NAME.post] templates"
