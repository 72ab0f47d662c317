"""feedparser's parser with a quicker dictionary for what it notes of the text that it is in: nothing else is
another. It asks that dictionary some hundred times for each entry, by names that none of its old ones stand
for, and copies it deeply, although there are only strings and numbers in it: a fifth of its time."""

from __future__ import annotations

from typing import Any

import feedparser.api


class _TextNotes(feedparser.FeedParserDict):  # type: ignore[misc]  # feedparser has no types
    """Type, language and base of a text, by their own names."""

    __getitem__ = dict.__getitem__
    __setitem__ = dict.__setitem__
    __contains__ = dict.__contains__
    get = dict.get

    def __deepcopy__(self, _memo: dict[int, Any]) -> feedparser.FeedParserDict:
        return feedparser.FeedParserDict(self)


class LeanParser(feedparser.api.StrictFeedParser):  # type: ignore[misc]  # likewise
    """Gives exactly what ``StrictFeedParser`` does."""

    def __init__(self, *context: str | None) -> None:
        super().__init__(*context)
        self.contentparams = _TextNotes()

    def push_content(self, *element: Any) -> None:
        super().push_content(*element)
        self.contentparams = _TextNotes(self.contentparams)
