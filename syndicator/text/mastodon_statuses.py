"""Statuses as servers that speak Mastodon's API take and hand them out.

https://docs.joinmastodon.org/entities/Status/
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from syndicator.domain.delivery import Receipt
from syndicator.domain.post import Post, SpanKind
from syndicator.remarks import remark
from syndicator.text.addresses import is_web_address
from syndicator.text.posted_html import has_text, links_to
from syndicator.text.rulers import CHARACTERS
from syndicator.text.shown import differences, same_words


def status_fields(post: Post, media_ids: list[str], most_warning: int | None) -> dict[str, Any]:
    """The fields of a status (https://docs.joinmastodon.org/methods/statuses/#form-data-parameters).
    ``most_warning``: the code points that the server takes of a warning (``None``: all)."""
    language = post.language.partition("-")[0].lower()  # an ISO 639 code
    warning = _warning_within(post, most_warning)
    return {
        "status": post.text,
        "media_ids": media_ids,
        **({"language": language} if language else {}),
        **({"spoiler_text": warning} if warning else {}),
        **({"in_reply_to_id": post.reply_to.remote_id} if post.reply_to else {}),
    }


def shown_receipt(status: Any, post: Post) -> Receipt:
    """The receipt of a status that answers a request, held against what that was to show."""
    return replace(receipt(status, post), differs=_shown_otherwise(status, post))


def receipt(status: Any, post: Post | None = None) -> Receipt:
    """The receipt of a status; a current one, if it has the post's text."""
    url = str(status.get("url") or "")
    return Receipt(
        remote_id=str(status["id"]),
        url=url if is_web_address(url) else "",
        is_current=post is not None and bool(post.text) and has_text(_content(status), post.text),
    )


def checked(statuses: Any) -> list[Any]:
    """The statuses of a page, if each has what we look at: a reply of another form proves no absence. Raises
    ``TypeError`` and others that ``RemoteReply.read`` knows."""
    if not isinstance(statuses, list):
        raise TypeError("no list of statuses")
    for status in statuses:
        receipt(status), created_at(status), str(status["content"])
    return statuses


def created_at(status: Any) -> datetime:
    """When a status was made. Raises ``ValueError`` where its time has no zone."""
    moment = datetime.fromisoformat(status["created_at"])
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _warning_within(post: Post, most: int | None) -> str:
    """That it is cut is remarked."""
    if most is None or (short := CHARACTERS.cut(post.warning, most, post.language)) == post.warning:
        return post.warning
    remark(f"warning cut to {CHARACTERS.measure(short)} characters: the server takes {most}")
    return short


def _shown_otherwise(status: Any, post: Post) -> str:
    """What a status shows otherwise than the post that it was made of, in words, as far as its server says.
    Accounts are shown without their server, so that a text which mentions some is not held against ours."""
    content, media = _content(status), status.get("media_attachments")
    photos = [each for each in media if isinstance(each, dict)] if isinstance(media, list) else []
    return differences(
        text=not content or bool(post.linked(SpanKind.MENTION)) or has_text(content, post.text),
        link=not content or post.url not in post.text or links_to(content, post.addresses),
        photo=not isinstance(media, list) or bool(photos) == (post.photo is not None),
        alternative_text=not photos or same_words(str(photos[0].get("description") or ""), post.alt),
    )


def _content(status: Any) -> str:
    return str(status.get("content") or "")
