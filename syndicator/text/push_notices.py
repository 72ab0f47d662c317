"""Push notices: what a browser is sent of an article, as a declarative push message.

Browsers that know those show them by themselves; in all others our service worker reads the same fields
(``web/scripts/push-worker.js``). https://www.w3.org/TR/push-api/#declarative-push-message
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syndicator.domain.errors import Refused
from syndicator.domain.post import Post
from syndicator.remarks import goes_without
from syndicator.text.rulers import Counting

#: What tells a declarative push message from other JSON.
DECLARATIVE = 8030

#: Bytes of a message: some services, which hand it on through others, take hardly 3,000
#: (https://pushpad.xyz/blog/web-push-errors-explained-with-http-status-codes/).
MAX_NOTICE_BYTES = 2800

#: Bytes of title and text in it: a phone shows some hundred letters, of which a Lao one takes three.
MAX_TEXT_BYTES = 1600


#: Why parts of a notice are left out.
TOO_LONG = "its addresses are too long for all of it"


def _json_bytes(text: str) -> int:
    """Bytes of a text in JSON: quotation marks and breaks count two."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")) - 2


JSON_BYTES = Counting(_json_bytes)


def push_notice(
    post: Post, *, tag: str, icon: str, site_title: str, site_url: str, is_replacing: bool = False
) -> dict[str, Any]:
    """The fields of a post's notification. ``tag``: one that is shown under it is replaced, without a sound
    where this one ``is_replacing``. What there is no room for, because its addresses are long, is left out
    and remarked: the photo, the icon, the end of the text. ``site_url``: where it leads, since it has to lead
    somewhere, if not to its article. Raises ``Refused`` where there is no room for the article's address."""
    title, text = post.headline_and_rest
    if not title:
        title, text = site_title, post.text
    at = post.article.updated if is_replacing else post.article.published
    notice = {
        "title": title,
        "navigate": post.link or site_url,
        "body": text,
        "tag": tag,
        "lang": post.language,
        "dir": "auto",  # as the text itself begins
        "icon": icon if _is_safe(icon) else "",
        "image": _image(post),
        "timestamp": int(at.timestamp() * 1000),
        "silent": is_replacing,
    }
    return _fitting({name: value for name, value in notice.items() if value}, post.url)


def push_message(notice: Mapping[str, Any]) -> bytes:
    """A notice as it is encrypted."""
    whole = {"web_push": DECLARATIVE, "notification": notice}
    # Letters as they are: escapes would double the length of a Lao text.
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _fitting(notice: dict[str, Any], url: str) -> dict[str, Any]:
    for name, part in (("image", "its photo"), ("icon", "its icon")):
        if name in notice and len(push_message(notice)) > MAX_NOTICE_BYTES:
            del notice[name]
            goes_without(part, TOO_LONG)
    excess = len(push_message(notice)) - MAX_NOTICE_BYTES
    if excess > 0:
        body = notice.get("body", "")
        notice["body"] = JSON_BYTES.cut(
            body, max(0, JSON_BYTES.measure(body) - excess), notice.get("lang", "")
        )
        goes_without("the end of its text", TOO_LONG)
        if len(push_message(notice)) > MAX_NOTICE_BYTES:
            raise Refused(f"its address is too long for a notification ({len(url):,} characters)")
    return notice


def _image(post: Post) -> str:
    """The address of the photo that is shown."""
    photo = post.named_photo
    if photo is None:
        return ""
    if _is_safe(photo.url):
        return photo.url
    goes_without("its photo", "browsers show only those at https addresses")
    return ""


def _is_safe(address: str) -> bool:
    """Whether a browser shows a picture at this address in a notification: pages that may be sent any are
    secure ones, and nothing else is loaded there (https://www.w3.org/TR/mixed-content/)."""
    return address.startswith("https://")
