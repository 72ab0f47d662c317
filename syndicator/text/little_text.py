"""LinkedIn's "little text", of which nothing is markup.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/little-text-format
"""

from __future__ import annotations

import re

from syndicator.domain.post import Post, SpanKind

#: Characters that are markup (.../little-text-format#text): at the first one that is not escaped, a text may
#: end, and the answer is a success.
RESERVED = re.compile(r"[\\|{}@\[\]()<>#*_~]")

#: Those of them that addresses have in another form (RFC 3986 section 2.1): escaped, they would end one.
IN_ADDRESS = re.compile(r"[\\|{}@\[\]()<>*_~]")


def escaped(text: str) -> str:
    """A text of which nothing is markup."""
    return RESERVED.sub(r"\\\g<0>", text)


def in_address(url: str) -> str:
    """An address without characters that would end it, or the text. Its fragment keeps its sign."""
    return IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", url)


def commentary(post: Post) -> str:
    """A post's text: addresses and hashtags are what they are, and nobody is mentioned, for names there have
    to be those of their pages."""
    parts, end = [], 0
    for span in post.spans:
        words = post.text[span.start : span.end]
        parts += [escaped(post.text[end : span.start])]
        parts += [escaped(words) if span.kind is SpanKind.MENTION else words]
        end = span.end
    return "".join([*parts, escaped(post.text[end:])])
