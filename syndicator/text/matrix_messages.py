"""Messages of Matrix: what posts are there, plain and as HTML.

https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes
"""

from __future__ import annotations

import json
from html import escape
from itertools import pairwise
from typing import Any

from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post, SpanKind
from syndicator.text.rulers import Counting

#: The content of an event.
Content = dict[str, Any]


def message(post: Post, kind: str, photo: Content | None = None) -> Content:
    """A message: text, or a photo whose caption it is (.../#media-captions). Nobody is mentioned but whom the
    newsroom has declared (.../#user-and-room-mentions)."""
    body, html = _words(post)
    users = [f"@{span.target}" for span in post.linked(SpanKind.MENTION)]
    return {
        **(photo or {"msgtype": kind}),
        "body": body,
        "format": "org.matrix.custom.html",
        "formatted_body": html,
        "m.mentions": {"user_ids": users} if users else {},
    }


def photo_fields(photo: PhotoFile, url: str) -> Content:
    """The fields of a photo at its address there (.../#mimage)."""
    size = {"size": len(photo.content), "w": photo.width, "h": photo.height}
    info = {"mimetype": photo.media_type, **size}
    return {"msgtype": "m.image", "url": url, "filename": photo.filename, "info": info}


def replacing(event_id: str, post: Post, kind: str, content: Content) -> Content:
    """What puts a message in another one's place (.../#event-replacements)."""
    return {
        "msgtype": kind,
        "body": f"* {post.headline}"[:200],  # for clients that know no replacements
        "m.mentions": {},
        "m.new_content": content,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def shown_part(content: Content) -> Content:
    """What readers see of a message: each upload of a photo has an address of its own."""
    return {name: value for name, value in content.items() if name not in ("url", "m.relates_to")}


def _words(post: Post) -> tuple[str, str]:
    """The text without formatting, with the addresses of its links, and as HTML, with the headline in bold
    (.../#mroommessage-msgtypes)."""
    headline = len(post.headline_and_rest[0])
    spans = {span.start: span for span in post.spans if span.kind is not SpanKind.HASHTAG}
    ends = (each for span in spans.values() for each in (span.start, span.end))
    body, html = "", "<strong>" if headline else ""
    for start, end in pairwise(sorted({0, headline, len(post.text), *ends})):
        words, span = post.text[start:end], spans.get(start)
        shown, plain = _html(words), words
        if span and span.kind is SpanKind.LINK:
            shown, plain = f'<a href="{escape(span.target)}">{shown}</a>', span.target
        elif span:
            shown = f'<a href="https://matrix.to/#/@{escape(span.target)}">{shown}</a>'
        body, html = body + plain, html + shown + ("</strong>" if end == headline else "")
    return body, html


def _html(text: str) -> str:
    """A text as HTML that shows it as it is."""
    return escape(text, quote=False).replace("\n", "<br>")


def _html_bytes(text: str) -> int:
    return len(json.dumps(_html(text), ensure_ascii=False).encode("utf-8", "surrogatepass")) - 2


#: Counts what texts take of an event.
HTML_BYTES = Counting(_html_bytes)
