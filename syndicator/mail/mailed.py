"""What mail shows of a post: taken from it once, and kept until it is sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Post, SpanKind
from syndicator.text.rulers import GRAPHEMES

#: The longest subject: phones show some forty graphemes, desktops some seventy.
MAX_SUBJECT = 120

#: A stretch of words, and where it leads (``""``: nowhere).
Words = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class MailedPost:
    """A post as mail shows it.

    ``text``: all of it, plain. ``headline``: as it stands in the text, and ``paragraphs`` the rest of it (all
    of it where there is no headline). ``title``: of the page. ``url``: where the headline leads (``""``:
    nowhere). ``source``: the article's address.
    """

    subject: str
    text: str
    title: str
    headline: str
    paragraphs: tuple[tuple[Words, ...], ...]
    url: str
    source: str
    language: str
    occasion: Occasion
    alt: str = ""
    photo: PhotoFile | None = None

    @classmethod
    def of(cls, post: Post) -> MailedPost:
        headline, _ = post.headline_and_rest
        return cls(
            subject=GRAPHEMES.cut(" ".join(_subject(post).split()), MAX_SUBJECT, post.language),
            text=post.text,
            title=headline or post.headline,
            headline=headline,
            paragraphs=_paragraphs(post, bool(headline)),
            url=post.link,
            source=post.article.url,
            language=post.language,
            occasion=post.occasion,
            alt=post.alt,
            photo=post.photo,
        )

    @property
    def payload(self) -> dict[str, Any]:
        """The same as JSON."""
        photo = self.photo and {
            "content": base64.b64encode(self.photo.content).decode(),
            "media_type": self.photo.media_type,
            "width": self.photo.width,
            "height": self.photo.height,
            "filename": self.photo.filename,
        }
        return {
            "subject": self.subject,
            "text": self.text,
            "title": self.title,
            "headline": self.headline,
            "paragraphs": self.paragraphs,
            "url": self.url,
            "source": self.source,
            "language": self.language,
            "occasion": self.occasion.value,
            "alt": self.alt,
            "photo": photo,
        }

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> MailedPost:
        """What ``payload`` has written."""
        photo = payload["photo"]
        return cls(
            **{
                **payload,
                "paragraphs": tuple(tuple((a, b) for a, b in each) for each in payload["paragraphs"]),
                "occasion": Occasion(payload["occasion"]),
                "photo": photo and PhotoFile(**{**photo, "content": base64.b64decode(photo["content"])}),
            }
        )


def _subject(post: Post) -> str:
    """A first post's headline; what answers one says in its first line what it is."""
    first = post.text.strip().partition("\n")[0]
    return first if post.reply_to else post.headline or first or post.article.title


def _paragraphs(post: Post, has_headline: bool) -> tuple[tuple[Words, ...], ...]:
    """The text's paragraphs for the page; the headline is left out, which leads to the article there."""
    pieces: list[Words] = []
    end = 0
    for span in post.linked(SpanKind.LINK):
        pieces += [(post.text[end : span.start], ""), (post.text[span.start : span.end], span.target)]
        end = span.end
    pieces.append((post.text[end:], ""))
    paragraphs: list[list[Words]] = [[]]
    for words, target in pieces:
        first, *others = words.split("\n\n")
        paragraphs[-1].append((first, target))
        paragraphs += [[(each, target)] for each in others]
    shown = [tuple(each) for each in paragraphs if any(words.strip() for words, _ in each)]
    return tuple(shown[1:] if has_headline else shown)
