"""Posts drawn as their networks would show them, near enough to judge by: a page for a browser."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from syndicator.domain.capabilities import Capabilities, LinkCard, LinkPlace
from syndicator.domain.post import Post, SpanKind

#: Bytes of a card's picture that are put into the page: networks take about as much.
MAX_CARD_BYTES = 5_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnPost:
    """One post of one channel. ``title``: what it is for, in words. ``post``: ``None`` where nothing is shown
    (any more). ``remark``: what happens there. ``card_picture``: the photo on the link's card."""

    channel: str
    title: str
    post: Post | None
    capabilities: Capabilities
    remark: str = ""
    card_picture: bytes = b""

    @property
    def is_skipped(self) -> bool:
        """Whether nothing is posted, since there is no photo and no post without one."""
        return self.capabilities.needs_photo and self.post is not None and self.post.photo is None

    @property
    def has_card(self) -> bool:
        """Whether the link is shown as a card."""
        if self.post is None or not self.post.link or self.capabilities.card is LinkCard.NONE:
            return False
        has_photo = self.post.photo is not None or self.has_photo_by_address
        return self.capabilities.card_beside_photo or not has_photo

    @property
    def has_link_beside(self) -> bool:
        """Whether the link is beside the text, and no card."""
        if self.post is None or not self.post.link or self.has_card or self.capabilities.is_notification:
            return False
        place = self.capabilities.place_of_link(has_photo=self.post.photo is not None)
        return place is LinkPlace.BESIDE

    @property
    def has_photo_by_address(self) -> bool:
        """Whether the network is told where the photo is, and fetches it."""
        return bool(self.capabilities.photo_by_address and self.post and self.post.named_photo)

    @property
    def headline(self) -> str:
        """What stands above the text of a notification, or all that a message shows."""
        stands_above = self.capabilities.is_notification or self.capabilities.is_mail
        return self.post.headline_and_rest[0] if self.post and stands_above else ""

    @property
    def text(self) -> Markup:
        """The text with its links, hashtags and mentions marked; without the headline that stands above."""
        if self.post is None:
            return Markup()
        text, parts = self.post.text, []
        end = len(text) - len(self.post.headline_and_rest[1]) if self.headline else 0
        bold = len(self.post.headline) if self._is_headline_bold(self.post) else 0
        if bold:
            parts.append(Markup("<strong>{}</strong>").format(text[:bold]))
            end = bold
        for span in self.post.spans:
            if span.start < end:
                continue
            parts.append(escape(text[end : span.start]))
            shown = escape(text[span.start : span.end])
            if span.kind is SpanKind.LINK:
                parts.append(Markup('<a href="{}" rel="noopener">{}</a>').format(span.target, shown))
            else:
                parts.append(Markup("<b>{}</b>").format(shown))
            end = span.end
        return Markup().join((*parts, escape(text[end:])))

    def _is_headline_bold(self, post: Post) -> bool:
        """Whether the text begins with its headline, in bold type and with nothing else marked in it."""
        is_first = self.capabilities.headline_bold and post.text.startswith(post.headline)
        return is_first and all(span.start >= len(post.headline) for span in post.spans)

    @property
    def photo_address(self) -> str:
        """The photo within the page."""
        photo = self.post.photo if self.post else None
        return _data(photo.media_type, photo.content) if photo and photo.content else ""

    @property
    def further_addresses(self) -> list[tuple[str, str]]:
        """The addresses of its further photos within the page, each with its alternative text."""
        further = self.post.further if self.post else ()
        return [(_data(each.media_type, each.content), each.alt) for each in further]

    @property
    def unseen(self) -> str:
        """What stands for a picture that is not at hand."""
        photo = self.post.photo if self.post else None
        if photo is None or not self.post or self.post.article.photo is None:
            return "a card of the headline"
        return f"the photo, {photo.width} x {photo.height}" if photo.width else "the photo"

    @property
    def card_address(self) -> str:
        """The card's picture within the page."""
        fits = 0 < len(self.card_picture) <= MAX_CARD_BYTES
        return _data("image/jpeg", self.card_picture) if fits else ""


def page(title: str, scenes: Sequence[DrawnPost]) -> str:
    """A page with all posts, for a browser; it needs nothing from elsewhere."""
    return _template().render(title=title, scenes=scenes)


@cache
def _template() -> Template:
    loader = PackageLoader("syndicator.posts", ".")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("drawing.html")


def _data(media_type: str, content: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
