"""What is declared of posts, tried: templates with articles of our own, and words that networks would not
take for what they are meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import regex

from syndicator.config.file import MAIN_FILE, read
from syndicator.config.lines import Place
from syndicator.domain.article import Article, Photo
from syndicator.domain.errors import Misconfigured
from syndicator.domain.photo import PhotoFile
from syndicator.domain.roundup import no_roundups
from syndicator.jobs.courier import Courier
from syndicator.posts.compose import BLANK_TEMPLATE, WITHOUT_TEMPLATE
from syndicator.wiring import App

#: What hashtags consist of: letters with their marks, digits and underscores, and between them the three
#: joining signs that networks know (``HASHTAG_RE`` in Mastodon's app/models/tag.rb; X's twitter-text,
#: ``hashtagSpecialChars``).
HASHTAG = regex.compile(r"[\p{L}\p{M}\p{Nd}_]+(?:[\u00b7\u30fb\u200c]+[\p{L}\p{M}\p{Nd}_]+)*")

SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)

#: An article with nothing but what every article has.
BARE = Article(
    guid="tag:example.org,2026:bare",
    source="sample",
    key="bare",
    url="https://example.org/bare",
    title="A headline",
    published=SOME_TIME,
    updated=SOME_TIME,
    first_seen=SOME_TIME,
)

#: An article with everything, and more of it than fits.
FULL = replace(
    BARE,
    title="A headline that is about as long as headlines are",
    summary="A sentence of a summary that goes on for a while. " * 20,
    note="What was wrong, and what is right.",
    authors=("Ann Author", "Ben Byline"),
    tags=("one", "two"),
    places=("Somewhere",),
    language="en",
    photo=Photo(url="https://example.org/a.jpg", alt="What it shows", credit="Ann Author"),
)

SOME_FILE = PhotoFile(content=b"", media_type="image/jpeg", width=1200, height=800)


def post_mistakes(app: App) -> Iterator[tuple[str, str, bool | None]]:
    """For each mistake in ``[channels.NAME.post]``, or a ``roundup`` that cannot be, the channel, what is
    wrong with file and line, and whether it stops posts (``False``) or is a remark (``None``)."""
    file = read(app.declared.folder / MAIN_FILE)
    for name, courier in app.couriers.items():
        place = ("channels", name, "post")
        if courier.roundup and (why := no_roundups(courier.channel.capabilities)):
            yield (
                name,
                file.remark(("channels", name, "roundup"), f"there is none on this channel: {why}"),
                False,
            )
        for inside, mistake, is_fine in _broken_templates(app, courier):
            yield name, file.remark((*place, *inside), mistake), is_fine
        for inside, remark in (*_hashtags(courier), *_without_effect(courier)):
            yield name, file.remark((*place, *inside), remark), None


def _broken_templates(app: App, courier: Courier) -> Iterator[tuple[Place, str, bool | None]]:
    """Templates that do not work (``False``) or say nothing (``None``) of a bare article or a full one."""
    capabilities, style = courier.channel.capabilities, courier.style
    for section, template in style.templates.items():
        alone = replace(style, templates={"*": template})
        try:
            for sample, file in ((FULL, SOME_FILE if capabilities.photo else None), (BARE, None)):
                article = replace(sample, section="Section" if section == "*" else section)
                remark = app.deliverer.compose(article, capabilities, alone, file).remark
                if WITHOUT_TEMPLATE in remark:
                    raise Misconfigured(remark.partition(WITHOUT_TEMPLATE)[2])
                if BLANK_TEMPLATE in remark:
                    whose = "any article" if sample is FULL else "an article that has only a headline"
                    why = f"comes out blank of {whose}, which is then posted as without it"
                    yield ("templates", section), why, None
                    break
        except Misconfigured as e:
            yield ("templates", section), str(e).partition("; mend it")[0], False


def _hashtags(courier: Courier) -> Iterator[tuple[Place, str]]:
    """Hashtags that networks would end before their end, or not see at all."""
    for word, declared in courier.style.hashtags.items():
        tag = declared.removeprefix("#")
        found = HASHTAG.match(tag)
        seen = found[0] if found else ""
        if not regex.search(r"\p{L}", seen):
            yield ("hashtags", word), f"{declared!r} is no hashtag to networks: it takes a letter"
        elif seen != tag:
            yield (
                ("hashtags", word),
                f"{declared!r} becomes #{seen} on networks: letters, digits and _ make a hashtag",
            )


def _without_effect(courier: Courier) -> Iterator[tuple[Place, str]]:
    """What this channel does not have."""
    style, capabilities = courier.style, courier.channel.capabilities
    for name, account in style.mentions.items():
        if not account.removeprefix("@") or regex.search(r"\s", account):
            yield ("mentions", name), f"{account!r} is no account"
    if style.mentions and not capabilities.has_mentions:
        yield ("mentions",), "has no effect: this channel mentions nobody, and its texts keep the names"
    if capabilities.most_hashtags is not None and style.most_hashtags > capabilities.most_hashtags:
        yield ("most_hashtags",), f"this channel takes {capabilities.most_hashtags} hashtags in a post"
    if style.warnings and not capabilities.has_warning:
        yield ("warnings",), "has no effect: this channel puts no post behind a warning"
    if style.card and capabilities.photo is None:
        yield ("card",), "has no effect: this channel shows no photo"
    shows_any = capabilities.photo is not None or capabilities.photo_by_address
    if style.photos > 1 and (capabilities.photos == 1 or not shows_any):
        shown = "one photo" if shows_any else "no photo"
        yield ("photos",), f"has no effect: this channel shows {shown}"
