"""A mailing list of our own: an alert for each article, or digests, to people who have signed up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import requests

from syndicator.domain.capabilities import ALWAYS, NEVER, Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Refused
from syndicator.domain.feed import Site
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Occasion, Post
from syndicator.domain.recipient import Letter
from syndicator.jobs.broadcast_ports import Announcements, LetterGroup
from syndicator.mail.digest_times import DigestTimes, time_zone
from syndicator.mail.dkim import DkimKey
from syndicator.mail.dkim_setup import SELECTOR, dkim_keys, published
from syndicator.mail.letters import ListPost, MailingRun
from syndicator.mail.list_contents import ListNames
from syndicator.mail.mailbox import Mailbox
from syndicator.mail.mailed import MailedPost
from syndicator.mail.mailing import Letterhead, notice
from syndicator.mail.message import address, post_id
from syndicator.mail.relay import Relay
from syndicator.secret import Secret
from syndicator.text.rulers import GRAPHEMES

#: How long an alert, and a digest, is sent to readers whose server did not take it at once.
ALERT_LIFE, DIGEST_LIFE = timedelta(days=1), timedelta(days=3)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class MailingList:
    """A mailing list. The fields are the channel's settings.

    ``sender``: an address, with a name or without; ``reply_to``: likewise. ``relay``, ``user``, ``password``:
    as of ``mail``. ``title``: the list's name (the site's, if there is none); ``language``: of its pages and
    digests (the site's). ``digest``: when one goes out, ``daily 07:00`` or ``weekly monday 07:00`` by the
    clocks of ``timezone`` (the site's); none: an alert for each article, at once. ``bounces``: an address
    whose mail is handed to ``syndicator bounce``, with ``+`` and more in it, too; or waits in a ``mailbox``
    (``mail.mailbox``) of ``mailbox_user`` and ``mailbox_password``. ``dkim``: by selector, the private key.
    """

    name: str
    sender: str
    relay: str
    user: str = ""
    password: Secret | None = None
    title: str = ""
    language: str = ""
    reply_to: str = ""
    digest: str = ""
    timezone: str = "UTC"
    bounces: str = ""
    mailbox: str = ""
    mailbox_user: str = ""
    mailbox_password: Secret | None = None
    dkim: Mapping[str, Secret] = field(default_factory=dict)
    session: requests.Session = field(repr=False, compare=False)
    site: Site = field(repr=False, compare=False)
    announcements: Announcements = field(repr=False, compare=False)

    #: Its pages (``web.channel_pages``).
    web_pages: ClassVar[str] = "syndicator.web.mailing_list:list_routes"

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "Ask whoever runs the newsroom's mail for an account that may send as the sender, to many, and for\n"
        "the relay's address: the secret is that account's password."
    )

    def __post_init__(self) -> None:
        for setting in ("sender", "reply_to", "bounces"):
            value = getattr(self, setting)
            try:
                if value or setting == "sender":
                    address(value)
            except ValueError as e:
                raise ValueError(f"{setting}: {e}") from None
        if "<" in self.bounces or "+" in self.bounces:
            raise ValueError('bounces: an address alone, and without "+": write "bounces@news.example"')
        for setting, made in (("relay", self._relay), ("mailbox", lambda: self.returned_mail)):
            try:
                made()
            except ValueError as e:
                raise ValueError(f"{setting}: {e}") from None
        for selector in self.dkim:
            if not SELECTOR.fullmatch(selector):
                raise ValueError(f"dkim: {selector!r} is no selector: letters, figures and hyphens make one")
        time_zone(self.timezone)
        if self.digest:
            DigestTimes.read(self.digest, self.timezone)

    @property
    def capabilities(self) -> Capabilities:
        """What it can do. Nothing is changed of what was sent; of a digest, everything until it goes out, and
        then the next one tells. ``photo``: as of ``mail``, and small in digests. There is no ``key_memory``:
        the record is asked, which knows when it was put back."""
        is_digest = bool(self.digest)
        return Capabilities(
            ruler=GRAPHEMES,
            unit="graphemes",
            text=1000 if is_digest else 5000,
            photo=PhotoLimits(side=480, length=30_000)
            if is_digest
            else PhotoLimits(side=1200, length=150_000),
            alt=1000,
            has_language=True,
            is_mail=True,
            edit_within=ALWAYS if is_digest else NEVER,
            delete_within=NEVER,
            replies=not is_digest,
            verified="a real relay (aiosmtpd 1.4); Postfix 3.7 with Dovecot 2.3",
        )

    @property
    def joins(self) -> bool:
        """Whether a letter brings all that is due."""
        return bool(self.digest)

    def send(self, post: Post, *, key: str) -> Receipt:
        """Puts a post on record for all readers. One that answers another is in its thread."""
        base = post_id(key)
        answers = post.reply_to.remote_id if post.reply_to else ""
        first = answers if post.occasion is not Occasion.NEWS and answers else base
        self._put(base, first, post, answers=answers)
        return Receipt(remote_id=base, is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Changes what a digest will say; once it has gone out, the next one says it, where the newsroom has
        named the correction. Raises ``Refused`` for an alert."""
        if not self.digest:
            raise Refused("mail that was sent cannot be edited")
        if post.occasion is Occasion.NEWS:
            if self.announcements.is_out(receipt.remote_id) and not post.article.note:
                return receipt  # nobody is told of silent changes twice
            post = replace(post, occasion=Occasion.CORRECTION)
        base = post_id(f"{receipt.remote_id} {post.article.revision} {post.occasion}")
        self._put(base, receipt.remote_id, post)
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Raises ``Refused``."""
        raise Refused("mail that was sent cannot be deleted")

    def find(self, post: Post, *, key: str) -> Receipt | None:
        """What is on record under the key. Raises ``OutcomeUnknown`` after a backup was put back."""
        found = self.announcements.find(post_id(key), post.article.published)
        return Receipt(remote_id=found.key, is_current=True) if found else None

    def broadcast(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        """Sends letters. Raises ``TryLater`` or ``Misconfigured``."""
        run = MailingRun(
            head=self._letterhead(),
            names=self.names,
            pages=self.pages,
            bounces=self.bounces,
            is_digest=self.joins,
            date=now().astimezone(time_zone(self.timezone)),
        )
        yield from run.sent(self._relay(), letters)

    def check(self) -> str:
        """Whether relay and mailbox let us in, and DNS has the keys; nothing is sent, nor marked as read."""
        signed = published(self._keys())
        self._relay().check()
        returned = self.returned_mail
        unread = f"; {returned.host} has {returned.check()} unread" if returned else ""
        way_out = "" if self.pages.startswith("https:") else ", which is no https: no one-click unsubscribing"
        what = f"a digest {self.digest} {self.timezone}" if self.digest else "alerts"
        return (
            f"{what} from {self.sender}, by {self._relay().host}, which lets us in{unread}; {signed}; "
            f"readers sign up at {self.pages}{way_out}"
        )

    def write(self, address: str, subject: str, text: str) -> None:
        """Sends one message, about signing up. Raises ``TryLater``, ``Refused``, ``Misconfigured`` or
        ``OutcomeUnknown``."""
        head = self._letterhead()
        content = notice(head, address, subject, text, self.names.language, now())
        self._relay().send(content, self.bounces or head.sender.addr_spec, address)

    @property
    def names(self) -> ListNames:
        """What the list is called."""
        return ListNames(
            title=self.title or self.site.title,
            language=self.language or self.site.language,
            site_title=self.site.title,
            home=self.site.url,
        )

    @property
    def returned_mail(self) -> Mailbox | None:
        """Where bounces wait to be read. Raises ``ValueError`` where the settings of it do not belong
        together."""
        if not (self.mailbox or self.mailbox_user or self.mailbox_password):
            return None
        if not (self.mailbox_user and self.mailbox_password):
            raise ValueError("a mailbox, mailbox_user and mailbox_password go together")
        if not self.bounces:
            raise ValueError("declare bounces, too: by its address, a reader is known")
        return Mailbox(address=self.mailbox, user=self.mailbox_user, password=self.mailbox_password)

    @property
    def pages(self) -> str:
        """Where readers sign up; the pages to confirm and leave are below."""
        return f"{self.site.web_url}/lists/{self.name}"

    def _put(self, base: str, first: str, post: Post, answers: str = "") -> None:
        mailed = ListPost(post=MailedPost.of(post), answers=answers)
        begins = now()
        due = DigestTimes.read(self.digest, self.timezone).next_after(begins) if self.digest else None
        life = DIGEST_LIFE if self.digest else ALERT_LIFE
        self.announcements.put(
            key=base,
            post=first,
            occasion=post.occasion,
            payload=mailed.payload,
            due=due,
            expires=(due or begins) + life,
        )

    def _letterhead(self) -> Letterhead:
        sender = address(self.sender)
        return Letterhead(
            sender=sender,
            list_id=f"{self.name}.{sender.domain}",
            list_title=self.names.title,
            reply_to=address(self.reply_to) if self.reply_to else None,
            keys=self._keys(),
        )

    def _keys(self) -> tuple[DkimKey, ...]:
        return dkim_keys(self.dkim, address(self.sender).domain)

    def _relay(self) -> Relay:
        return Relay(address=self.relay, user=self.user, password=self.password)
