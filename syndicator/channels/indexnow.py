"""IndexNow: tells search engines which article is new, corrected or gone, so that they look at its page.

Protocol: https://www.indexnow.org/documentation
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlsplit

import requests
from yarl import URL

from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, Refused, TryLater
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange
from syndicator.text.addresses import check_server, web_address
from syndicator.text.rulers import CHARACTERS
from syndicator.throttled_log import ThrottledLog

#: A file whose name is its key (.../documentation, "Verifying ownership via the key": 8 to 128 characters).
KEY_FILE = re.compile(r"(/(?:[A-Za-z0-9._-]{1,100}/){0,8})([A-Za-z0-9-]{8,128})\.txt")

#: The status of a request whose key is yet to be looked at
#: (https://www.yandex.com/support/webmaster/en/indexnow/reference.md), and those of where nobody listens.
KEY_PENDING, NOT_LISTENING = 202, (404, 405)

_pending = ThrottledLog()


@dataclass(frozen=True, kw_only=True)
class IndexNow:
    """Search engines, which tell each other. The fields are the channel's settings.

    ``key_file``: the address of the key's file on the newsroom's site, named for the key. It counts for what
    is in its folder and below. ``server``: the engine that is told.
    """

    name: str
    key_file: str
    server: str = "https://api.indexnow.org"
    session: requests.Session = field(repr=False, compare=False)

    #: What is handed on is an address, for the engine to look at the page. ``gap_per_article``: one that is
    #: submitted more often is answered with 429, and may be taken for spam
    #: (https://github.com/EdiWang/Moonglade/issues/824).
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=CHARACTERS,
        unit="characters",
        text=0,
        link_place=LinkPlace.BESIDE,
        finds=False,
        key_memory=timedelta(days=3650),
        gap_per_article=timedelta(minutes=10),
        carries_article=True,
        verified="contract of IndexNow's documentation and Yandex's reference, August 2026",
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://api.indexnow.org")
        if not web_address(self.key_file) or not KEY_FILE.fullmatch(urlsplit(self.key_file).path):
            raise ValueError(
                "key_file: not the address of a key's file: write "
                '"https://news.example/KEY.txt", where KEY is 8 to 128 letters, digits and dashes'
            )

    @property
    def key(self) -> str:
        return urlsplit(self.key_file).path.rpartition("/")[2].removesuffix(".txt")

    @property
    def site_texts(self) -> dict[str, str]:
        """Files for our own web server, by their paths: where that answers for the newsroom's site."""
        return {urlsplit(self.key_file).path: self.key}

    def send(self, post: Post, *, key: str) -> Receipt:
        self._submit(post)
        return Receipt(remote_id=key, is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        self._submit(post)
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """The same again: the engine finds out that the page is gone."""
        self._submit(post)

    def find(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - the port's
        """A receipt as if it had been submitted: engines cannot be asked, and a page that is submitted again
        does no harm."""
        return Receipt(remote_id=key)

    def check(self) -> str:
        """Whether engines find the key in its file; they are not told anything."""
        reply = Exchange(self.session).ask("GET", self.key_file, accept=range(400, 500), unknown=TryLater)
        if reply.status != 200 or reply.body.strip() != self.key.encode():
            raise Misconfigured(
                f"{self.key_file} answers {reply.status}, and not the key alone: put it there"
            )
        return f"key in place on {reply.host}; {urlsplit(self.server).hostname} untried"

    def _submit(self, post: Post) -> None:
        """One address: all of a request would have to be of one host, and would be refused together."""
        page, file = URL(post.article.url), URL(self.key_file)
        folder = file.raw_path.rpartition("/")[0] + "/"
        if page.raw_host != file.raw_host or not page.raw_path.startswith(folder):
            raise Refused(f"{post.article.url} is not where {self.key_file} counts: in its folder, or below")
        fields = {
            "host": page.raw_host,
            "key": self.key,
            "keyLocation": str(file),
            "urlList": [str(page)],  # escaped, as RFC 3986 wants it
        }
        url = f"{self.server.rstrip('/')}/indexnow"
        reply = Exchange(self.session).ask("POST", url, json=fields, accept=(403, *NOT_LISTENING))
        if reply.status in NOT_LISTENING:
            raise Misconfigured(f"{reply.message}; does {self.server} know IndexNow?")
        if reply.status == 403:
            raise Misconfigured(f"{reply.message}; is the key in {self.key_file}? (syndicator check)")
        if reply.status == KEY_PENDING:
            _pending.warn("channel %s: %s has yet to look at the key", self.name, reply.host)
