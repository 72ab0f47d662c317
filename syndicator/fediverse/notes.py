"""Posts as notes.

A ``Note``, and no ``Article``: Mastodon shows an article as its title and a link, and long took no correction
of one (https://github.com/mastodon/mastodon/pull/36322); a note it shows whole, and corrects.
https://docs.joinmastodon.org/spec/activitypub/#payloads
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from itertools import pairwise
from types import MappingProxyType
from urllib.parse import urlsplit

from syndicator.domain.article import Photo
from syndicator.domain.post import Post, Span, SpanKind
from syndicator.fediverse.accounts import RemoteAccount
from syndicator.fediverse.actor import Actor
from syndicator.fediverse.vocabulary import ACTIVITY_STREAMS, EXTENSIONS, PUBLIC, Document, moment

#: Characters of an address that are shown, as Mastodon shows its own.
MAX_SHOWN_CHARS = 30

#: No account.
NOBODY: Mapping[str, RemoteAccount] = MappingProxyType({})


def note(
    actor: Actor,
    post_id: str,
    post: Post,
    published: datetime,
    updated: datetime | None,
    accounts: Mapping[str, RemoteAccount] = NOBODY,
) -> Document:
    """A post as it is published. ``updated``: when it was last corrected. ``accounts``: those it mentions, by
    their handles."""
    html = content(actor, post, accounts)
    mentioned = dict.fromkeys(account.id for account in accounts.values())
    document: Document = {
        "id": actor.post(post_id),
        "type": "Note",
        "attributedTo": actor.id,
        "to": [PUBLIC],
        "cc": [actor.followers, *mentioned],
        "published": moment(published),
        "url": actor.post(post_id),
        "content": html,
        "sensitive": bool(post.warning),
    }
    if updated:
        document["updated"] = moment(updated)
    if language := post.language:
        document["contentMap"] = {language: html}
    if post.warning:  # of a note, this is a content warning
        document["summary"] = post.warning
    if post.reply_to:
        document["inReplyTo"] = post.reply_to.url
    if tags := list(_tags(actor, post, accounts)):
        document["tag"] = tags
    if attachments := list(_photos(post)):
        document["attachment"] = attachments
    return document


def with_context(document: Document) -> Document:
    """A document that stands by itself."""
    return {"@context": [ACTIVITY_STREAMS, EXTENSIONS], **document}


def content(actor: Actor, post: Post, accounts: Mapping[str, RemoteAccount] = NOBODY) -> str:
    """A post's text as HTML, in what servers let through: paragraphs, breaks and links
    (https://docs.joinmastodon.org/spec/activitypub/#sanitization)."""
    html = "".join(_stretches(actor, post, accounts)).replace("\n\n", "</p><p>").replace("\n", "<br>")
    return f"<p>{html}</p>"


def _stretches(actor: Actor, post: Post, accounts: Mapping[str, RemoteAccount]) -> Iterator[str]:
    """What stands between spans, and those; who was not found is mentioned by words alone."""
    spans = {s.start: s for s in post.spans if s.kind is not SpanKind.MENTION or s.target in accounts}
    ends = (each for span in spans.values() for each in (span.start, span.end))
    for start, end in pairwise(sorted({0, len(post.text), *ends})):
        words, span = post.text[start:end], spans.get(start)
        yield _link(actor, span, words, accounts) if span else escape(words, quote=False)


def _link(actor: Actor, span: Span, words: str, accounts: Mapping[str, RemoteAccount]) -> str:
    if span.kind is SpanKind.MENTION:
        name = escape(words.removeprefix("@"), quote=False)
        page = escape(accounts[span.target].page)
        return f'<span class="h-card"><a href="{page}" class="u-url mention">@<span>{name}</span></a></span>'
    if span.kind is SpanKind.HASHTAG:
        tag = escape(words.removeprefix("#"), quote=False)
        target = escape(actor.tag(span.target))
        return f'<a href="{target}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    shown = _shortened(words) if words == span.target else escape(words, quote=False)
    return f'<a href="{escape(span.target)}" rel="nofollow noopener">{shown}</a>'


def _shortened(address: str) -> str:
    """An address with only its beginning shown, where pages know these classes, as those of Mastodon do."""
    scheme, separator, rest = address.partition("://")
    rest = rest.removeprefix("www.")
    hidden, shown, left = address[: len(address) - len(rest)], rest[:MAX_SHOWN_CHARS], rest[MAX_SHOWN_CHARS:]
    if not (scheme and separator):
        return escape(address, quote=False)
    parts = [
        f'<span class="invisible">{escape(hidden, quote=False)}</span>',
        f'<span class="{"ellipsis" if left else ""}">{escape(shown, quote=False)}</span>',
        f'<span class="invisible">{escape(left, quote=False)}</span>' if left else "",
    ]
    return "".join(parts)


def _tags(actor: Actor, post: Post, accounts: Mapping[str, RemoteAccount]) -> Iterator[Document]:
    """https://docs.joinmastodon.org/spec/activitypub/#Mention and the like."""
    for handle, account in accounts.items():
        yield {"type": "Mention", "href": account.id, "name": f"@{handle}"}
    for span in post.linked(SpanKind.HASHTAG):
        yield {"type": "Hashtag", "href": actor.tag(span.target), "name": f"#{span.target}"}


def _photos(post: Post) -> Iterator[Document]:
    """The lead photo and those beside it, at their addresses on the newsroom's site, where servers fetch
    them."""
    if photo := post.named_photo:
        yield _attachment(photo, post.alt)
    for further in post.further_by_address:
        yield _attachment(further, further.alt)


def _attachment(photo: Photo, alt: str) -> Document:
    """A photo. Its alternative text is said twice: Mastodon has read it of one, and of the other."""
    media_type = photo.media_type or mimetypes.guess_type(urlsplit(photo.url).path)[0] or ""
    size = {"width": photo.width, "height": photo.height} if photo.width and photo.height else {}
    return {
        "type": "Image",
        "url": photo.url,
        **({"mediaType": media_type} if media_type else {}),
        **({"name": alt, "summary": alt} if alt else {}),
        **size,
    }
