"""Composition: the post of an article, as a careful editor would write it.

Parts in the order in which they stand: headline, summary, correction, credit, byline, hashtags, link. What
there is no room for goes in the opposite order of worth: link and headline never, then the correction, the
credit that a licence wants, the summary's first sentence, the rest of it, byline, hashtags.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.capabilities import ALT_CUT, Capabilities, LinkPlace
from syndicator.domain.keywords import place_of
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Post, Span, SpanKind, Style
from syndicator.domain.roundup import Roundup
from syndicator.posts.labels import is_labelled, labels
from syndicator.posts.layout import Laid, Parts, laid, layout_of
from syndicator.posts.links import cut_warning, link_text, warning_of, with_parameters
from syndicator.posts.own_words import own_words
from syndicator.posts.roundup import compose_roundup
from syndicator.posts.signs import Signs
from syndicator.posts.template import TemplateFailure, compiled, rendered
from syndicator.posts.wording import Wording, wording
from syndicator.posts.words import directed, legible, oddities, one_line, without_links
from syndicator.text.mentions import NO_MENTION

#: What is told of a template that says nothing of an article, and, with why, of one that cannot be had of it.
BLANK_TEMPLATE = "its template comes out blank: composed without it"
WITHOUT_TEMPLATE = "composed without its template: "

#: What is told of words for posts that are no more than the article's address.
ADDRESS_ALONE = "the words written for its posts say nothing beside its address: left out"

#: The style of a newsroom that has declared none.
PLAIN = Style()


def compose(
    article: Article,
    capabilities: Capabilities,
    style: Style = PLAIN,
    photo: PhotoFile | None = None,
    occasion: Occasion = Occasion.NEWS,
    *,
    site_title: str = "",
    site_url: str = "",
    roundup: Roundup | None = None,
) -> Post:
    """The post of an article on a channel, or of a ``roundup``, which the article stands for.
    ``site_title``: the site's name, which is no part of headlines; ``site_url``: its first page. Where the
    newsroom's template fails of this article, the post is as without it, and says so: its text must not stop
    all others. Raises ``Misconfigured`` where what is declared is no template."""
    if article.state is ArticleState.ROUNDUP:
        if roundup and roundup.members:
            return compose_roundup(
                article, roundup, capabilities, style, site_title=site_title, site_url=site_url
            )
        article = replace(article, title=labels(article.language).more_news)
    said = wording(
        article.title, article.summary, article.note, site_title, article.language, article.section
    )
    parts = _parts(article, said, capabilities, style, occasion, has_photo=photo is not None)
    # A notice stands where the post was, which may have been the words beside a photo.
    is_beside_photo = photo is not None or occasion is Occasion.RETRACTION
    warning, warning_cut = cut_warning(warning_of(article, style), capabilities, article.language)
    layout = layout_of(capabilities, article.language, has_photo=is_beside_photo, warning=warning)
    template = style.templates.get(article.section) or style.templates.get("*", "")
    shown, remarks = None, list(said.told)
    if occasion is Occasion.NEWS and (written := article.operator_words or article.social):
        remarks += oddities("text written for posts", written) if _own(article) else [ADDRESS_ALONE]
    if template and occasion is Occasion.NEWS:
        ready = compiled(template)
        try:
            shown = rendered(ready, parts, article, layout, capabilities.plain)
            remarks += [] if shown else [BLANK_TEMPLATE]
        except TemplateFailure as e:
            remarks.append(f"{WITHOUT_TEMPLATE}{e}")
    shown = shown or laid(layout, parts)
    # Words in paragraphs are no headline, for cards and the like.
    is_headline = not said.is_said and "\n" not in shown.headline
    alt, alt_omitted = _alt(article, photo, capabilities)
    return Post(
        article=article,
        text=shown.text,
        url=parts.url,
        headline=shown.headline if is_headline else said.headline,
        summary=shown.summary,
        alt=alt,
        credit=_credit(article),
        warning=warning,
        occasion=occasion,
        photo=photo,
        spans=tuple(_spans(shown, parts, capabilities, style)),
        length=shown.length,
        room=layout.room,
        omitted=(*remarks, *warning_cut, *shown.omitted, *alt_omitted),
        remark="; ".join([*remarks, *(line for line in alt_omitted if line == ALT_CUT)]),
    )


def _parts(
    article: Article,
    said: Wording,
    capabilities: Capabilities,
    style: Style,
    occasion: Occasion,
    *,
    has_photo: bool,
) -> Parts:
    language, own = article.language, _own(article)
    is_by_name = capabilities.has_mentions and capabilities.link_place is not LinkPlace.WORDS
    handles = dict(style.mentions) if is_by_name else {}
    hashtags = _hashtags(article, style)[: capabilities.most_hashtags]
    signs = Signs(capabilities, len(hashtags))

    def words(text: str) -> str:
        if not text:
            return ""
        plain = capabilities.plain(text)
        taken = [each for each in _named(handles, plain) if signs.may_mention()]
        for start, name in reversed(taken):
            account = handles.pop(name).removeprefix("@")  # who is mentioned once is told
            plain = f"{plain[:start]}@{account}{plain[start + len(name) :]}"
        return directed(signs.within(plain), language)

    headline, summary, correction = said.headline, said.summary, said.correction
    is_notice = occasion is Occasion.RETRACTION or (occasion is Occasion.CORRECTION and correction != "")
    if occasion is Occasion.RETRACTION:
        summary, correction = labels(language).withdrawn, ""
    elif is_notice:
        summary = ""
    elif occasion is Occasion.CORRECTION:  # nobody says of what: the headline is named as one
        headline, summary = (summary, "") if said.is_said else (headline, summary)
        headline = headline if is_labelled(headline) else f"{labels(language).correction}: {headline}"
    elif own:
        headline, summary = own, ""
    elif said.is_said:
        headline, summary = summary, ""
    url, place = with_parameters(article.url, style.utm), capabilities.place_of_link(has_photo=has_photo)
    is_by_address = capabilities.photo_by_address and not capabilities.carries_article
    is_shown = has_photo or is_by_address or capabilities.needs_photo
    credit = without_links(_credit(article)) if style.credit and is_shown else ""
    return Parts(
        headline=words(headline),
        summary=words(summary),
        correction=words(correction),
        credit=words(f"{labels(language).photo}: {credit}") if credit and occasion is Occasion.NEWS else "",
        byline=words(without_links(one_line(", ".join(article.authors)))) if style.byline else "",
        hashtags=hashtags,
        url=url,
        link="" if occasion is Occasion.RETRACTION else link_text(capabilities.address(url), place),
        is_notice=is_notice,
        is_written=headline == own != "",
    )


def _own(article: Article) -> str:
    """What was written for the article's posts."""
    return own_words(article.operator_words or article.social, article.url)


def _named(names: Collection[str], text: str) -> Iterator[tuple[int, str]]:
    """The names that stand in a text, and where, in their order; of those that overlap the first and
    longest."""
    found = ((_name_at(name, text), name) for name in names)
    end = 0
    for start, name in sorted(found, key=lambda each: (each[0], -len(each[1]))):
        if start >= end:
            yield start, name
            end = start + len(name)


def _name_at(name: str, text: str) -> int:
    """Where a text names somebody in whole words; -1: nowhere. Behind a sign of mentions it is a name of
    another network's."""
    start = place_of(name, text)
    return -1 if text[: max(start, 0)].endswith(("@", NO_MENTION)) else start


def _credit(article: Article) -> str:
    return one_line(article.photo.credit) if article.photo else ""


def _hashtags(article: Article, style: Style) -> tuple[str, ...]:
    """Hashtags, with their sign, that the newsroom has for the article's tags and section."""
    if not style.hashtags:
        return ()
    vocabulary = {word.casefold(): tag.removeprefix("#") for word, tag in style.hashtags.items()}
    topics = (*article.tags, article.section)
    found = (vocabulary[topic.casefold()] for topic in topics if topic.casefold() in vocabulary)
    return tuple(f"#{tag}" for tag in dict.fromkeys(found))[: style.most_hashtags]


def _alt(article: Article, file: PhotoFile | None, capabilities: Capabilities) -> tuple[str, tuple[str, ...]]:
    """What the newsroom says of the photo, and what is cut of it. Nothing where it says nothing: the headline
    in its place would be read out twice, and look like a description to whoever receives it. A picture that
    is no photo says itself what it is."""
    photo = article.photo
    whole = (file.alt if file else "") or (photo.alt or photo.caption if photo else "")
    whole, odd = legible(whole), tuple(oddities("alternative text", whole))
    if not whole:
        return "", odd
    if not capabilities.alt:
        return "", ("alternative text left out: this network has none",) if file else ()
    alt = capabilities.fitting_alt(whole, article.language)
    return alt, odd if alt == whole else (*odd, ALT_CUT)


def _spans(shown: Laid, parts: Parts, capabilities: Capabilities, style: Style) -> Iterator[Span]:
    """The links, hashtags and mentions in a text, in their order."""
    text = shown.text
    spans = [Span(start, start + len(parts.link), SpanKind.LINK, parts.url) for start in shown.links]
    is_placed = shown.hashtags is not None
    end = (shown.hashtags or 0) + len(" ".join(parts.hashtags)) if is_placed else len(text)
    for tag in reversed(parts.hashtags):  # they stand together
        if (start := text.rfind(tag, 0, end)) >= 0:
            spans.append(Span(start, start + len(tag), SpanKind.HASHTAG, tag[1:]))
            end = start
    for name, account in style.mentions.items() if capabilities.has_mentions else ():
        handle = account.removeprefix("@")
        words = name if capabilities.link_place is LinkPlace.WORDS else f"@{handle}"
        if (start := _name_at(words, text)) >= 0:
            spans.append(Span(start, start + len(words), SpanKind.MENTION, handle))
    if len(spans) < 2:
        yield from spans
        return
    end = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start >= end:
            yield span
            end = span.end
