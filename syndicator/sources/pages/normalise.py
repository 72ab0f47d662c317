"""What an article needs, from what its page says: names, one language, one photo."""

from __future__ import annotations

import re

from syndicator.domain.article import Photo
from syndicator.sources.pages.credit import bare_credit, split_credit
from syndicator.sources.pages.extracted import Extracted
from syndicator.text.file_names import is_file_name
from syndicator.text.language import detect, is_language

#: Titles of pages that say that there is none, although their status is 200.
ERROR_TITLE = re.compile(
    r"(?:error\s*)?(?:404|410|50[0-4])(?:\s+error)?"
    r"(?:[\s:|–—-]+(?:page |file |article )?(?:not found|error|gone).*)?"
    r"|(?:the |sorry, )*(?:requested )?(?:page|file|article|url)\s+"
    r"(?:was |is |could |can)?not\s+(?:be )?found.*"
    r"|not found|runtime error.*|(?:internal )?server error.*|access denied.*|just a moment\W*",
    re.IGNORECASE,
)


def is_error_page(title: str) -> bool:
    """Whether a title is one of an error page."""
    return bool(ERROR_TITLE.fullmatch(title))


def authors(extracted: Extracted, agency: str) -> tuple[str, ...]:
    """The names of its authors; the agency where nobody is named."""
    names = extracted.tuple("authors")
    if names:
        return names
    extracted.offer("authors", "declared" if agency else "dateline", agency or extracted.get("agency"))
    return tuple(filter(None, [agency or extracted.get("agency")]))


def language(extracted: Extracted, declared: str, content: str) -> str:
    """The text's own language; navigation and ``<html lang>`` are often in another one. ``content``: what the
    article says, as plain text."""
    hint = declared or extracted.get("language").replace("_", "-")
    text = f"{extracted.get('title')} {extracted.get('summary')} {content}"
    detected = detect(text, hint)
    if hint and not is_language(hint):
        extracted.warnings.append(
            f"its language {hint[:20]!r} is none; by its text it is {detected or 'unknown'}"
        )
    if detected != hint:
        extracted.put("language", "detected", detected)
    elif declared:
        extracted.put("language", "declared", declared)
    return detected


def photo(extracted: Extracted) -> Photo | None:
    """The lead photo. The headline says nothing of it, wherever it stands."""
    url = extracted.values.get("photo", {}).get("url", "")
    if not url:
        return None
    caption, credit = split_credit(extracted.get("caption"))
    return Photo(
        url=url,
        caption=_words(extracted, "caption", caption),
        credit=bare_credit(extracted.get("credit")) or credit,
        rights=extracted.get("rights"),
        alt=_words(extracted, "alternative text", extracted.get("alt")),
        focus=extracted.values.get("focus"),
    )


def _words(extracted: Extracted, name: str, text: str) -> str:
    """What is said of the photo; nothing where it is the headline, or its file's name."""
    if text == extracted.get("title"):
        return ""
    if is_file_name(text):
        extracted.warnings.append(f"its photo's {name} {text[:60]!r} is the name of a file: left out")
        return ""
    return text
