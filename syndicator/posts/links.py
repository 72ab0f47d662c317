"""Links of posts, and what their topics say of them: what posts of one article and of several share."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit, urlunsplit

from syndicator.domain.article import Article
from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.post import Style


def link_text(url: str, place: LinkPlace) -> str:
    """What stands in the text for the link."""
    match place:
        case LinkPlace.TEXT:
            return url
        case LinkPlace.WORDS:
            return (urlsplit(url).hostname or url).removeprefix("www.")
        case LinkPlace.BESIDE | LinkPlace.NOWHERE:
            return ""


def shown_link(capabilities: Capabilities, url: str) -> str:
    """What stands for a link in a text without a photo, whose card is of another one."""
    return link_text(capabilities.address(url), capabilities.link_place)


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The address with more parameters; those that it has already stay as they are, byte for byte."""
    if not parameters:
        return url
    parts = urlsplit(url)
    names = {pair.partition("=")[0] for pair in parts.query.split("&")}
    more = (f"{quote(k)}={quote(v)}" for k, v in parameters.items() if quote(k) not in names)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, *more)))))


def warning_of(article: Article, style: Style) -> str:
    """The words that an article of this topic is put behind."""
    if not style.warnings:
        return ""
    topics = {topic.casefold() for topic in (*article.tags, article.section)}
    return next((words for topic, words in style.warnings.items() if topic.casefold() in topics), "")


def cut_warning(words: str, capabilities: Capabilities, language: str) -> tuple[str, tuple[str, ...]]:
    """The warning that a channel's post stands behind, and what is told of it: where it counts, half of the
    room is the news's."""
    if not (words and capabilities.has_warning):
        return "", ()
    if not capabilities.warning_counts:
        return words, ()
    short = capabilities.ruler.cut(words, capabilities.text // 2, language)
    return short, () if short == words else ("warning cut: no room",)
