"""A repository of the AT Protocol: one account's records of one collection, and the files that they refer to.

Calls: https://docs.bsky.app/docs/api/com-atproto-repo-put-record and its neighbours. Versions of records and
addresses of files are content identifiers (CIDs): the same content has the same one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import OutcomeUnknown, Refused, SyndicatorError, TryLater, photo_later
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.xrpc import XrpcAccount, error_name
from syndicator.remarks import goes_without, remark

#: Records in a page, the most that servers give, and pages that are read to find one.
#: https://docs.bsky.app/docs/api/com-atproto-repo-list-records
PAGE_RECORDS, MAX_PAGES = 100, 10

#: The letters of record keys: https://atproto.com/specs/tid
TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"

Record = dict[str, Any]


class OtherVersion(Exception):
    """The record is not in the version that was expected; nothing was written."""


@dataclass(frozen=True)
class Repository:
    """The records of a collection in an account's repository, within one exchange.

    All methods raise what ``Exchange.ask`` raises; ``TryLater`` for those that change nothing which readers
    see.
    """

    account: XrpcAccount
    exchange: Exchange
    collection: str

    def put(self, key: str, record: Record, *, version: str | None) -> None:
        """Writes a record in place of the one that has this version; ``None``: where there is none. One that
        is there already, and just the same, is left alone. Raises ``OtherVersion``; ``Refused`` for a record
        that the server does not take."""
        written = {**self._at(key), "record": record, "swapRecord": version}
        reply = self._call("POST", "com.atproto.repo.putRecord", json=written, counts_as=Spent.POINTS)
        match error_name(reply):
            case "InvalidSwap":
                raise OtherVersion
            case "BlobNotFound":  # files that no record refers to are dropped after a while
                raise photo_later(reply.message)
        _check_taken(reply)

    def get(self, key: str) -> Record | None:
        """A record, with ``uri``, ``cid`` (its version) and ``value``; ``None`` where there is none."""
        reply = self._call("GET", "com.atproto.repo.getRecord", unknown=TryLater, params=self._at(key))
        if reply.status == 400:
            # Servers before 2024 had no name for it.
            if error_name(reply) == "RecordNotFound" or "Could not locate record" in reply.message:
                self.account.check_active(self.exchange)
                return None
            raise TryLater(reply.message)
        return reply.read(_checked)

    def read_back(self, key: str, record: Record) -> list[str] | None:
        """Reads back a record that was written: the fields in which it is another one; ``None``, which is
        remarked: it cannot be read."""
        try:
            existing = self.get(key)
        except SyndicatorError as e:
            remark(f"it cannot be read back: {e}")
            return None
        return differences(existing["value"], record) if existing else ["everything"]

    def pages(self) -> Iterator[Sequence[Record]]:
        """The records, by their keys from the last to the first, page by page. Raises ``OutcomeUnknown``
        where there are more than are read."""
        query = {"repo": self.account.did, "collection": self.collection, "limit": str(PAGE_RECORDS)}
        for _ in range(MAX_PAGES):
            reply = self._call("GET", "com.atproto.repo.listRecords", unknown=TryLater, params=query)
            if reply.status == 400:
                raise TryLater(reply.message)
            records, query["cursor"] = reply.read(
                lambda page: ([_checked(each) for each in page["records"]], str(page.get("cursor") or ""))
            )
            yield records
            if not query["cursor"]:
                return
        count = MAX_PAGES * PAGE_RECORDS
        raise OutcomeUnknown(f"not among the account's latest {count} posts; there are more")

    def delete(self, key: str) -> None:
        """Deletes a record; one that is not there is no error."""
        _check_taken(
            self._call("POST", "com.atproto.repo.deleteRecord", json=self._at(key), counts_as=Spent.POINTS)
        )

    def upload(self, content: bytes, media_type: str) -> Any:
        """Uploads a file; what a record says to refer to it. Raises ``Refused`` for one that the server does
        not take."""
        reply = self._call(
            "POST",
            "com.atproto.repo.uploadBlob",
            unknown=photo_later,
            data=content,
            headers={"Content-Type": media_type},
            counts_as=Spent.PHOTOS,
        )
        _check_taken(reply)
        return reply.read(lambda uploaded: dict(uploaded["blob"]))

    def dids_of(self, handles: Iterable[str]) -> dict[str, str]:
        """By their handles, the permanent names of accounts that are to be mentioned; but for those that
        cannot be had, which is remarked."""
        dids = {}
        for handle in dict.fromkeys(handles):
            try:
                dids[handle] = self._did_of(handle)
            except (Refused, TryLater) as e:
                goes_without(f"the mention of {handle}", e)
        return dids

    def _did_of(self, handle: str) -> str:
        """Raises ``Refused`` where nobody has this name."""
        query = {"handle": handle}
        reply = self._call("GET", "com.atproto.identity.resolveHandle", unknown=TryLater, params=query)
        _check_taken(reply)
        return reply.read(lambda found: str(found["did"]))

    def _at(self, key: str) -> dict[str, str]:
        self.account.begin(self.exchange)
        return {"repo": self.account.did, "collection": self.collection, "rkey": key}

    def _call(self, http_method: str, name: str, **request: Any) -> RemoteReply:
        return self.account.call(self.exchange, http_method, name, **request)


def record_key(key: str, first_seen: datetime) -> str:
    """The record key of a post: a timestamp id (https://atproto.com/specs/tid) of the second in which its
    article was first seen, and of thirty bits of the delivery's key: the same at every attempt."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    number = (int(first_seen.timestamp()) * 1_000_000 + digest % 1_000_000) << 10 | (digest >> 40) % 1024
    return "".join(TID_LETTERS[number >> 5 * place & 31] for place in range(12, -1, -1))


def differences(existing: Record, record: Record, apart_from: tuple[str, ...] = ()) -> list[str]:
    """The names of the fields in which two records differ."""
    return sorted(
        name for name in {*existing, *record}.difference(apart_from) if existing.get(name) != record.get(name)
    )


def created_at(value: Record) -> datetime:
    """When a record says that it was made; the end of time where that cannot be read."""
    try:
        created_at = datetime.fromisoformat(str(value.get("createdAt")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return created_at if created_at.tzinfo else created_at.replace(tzinfo=UTC)


def _check_taken(reply: RemoteReply) -> None:
    if reply.status == 400:
        raise Refused(reply.message)


def _checked(record: Any) -> Record:
    """A record that has what we look at. Raises ``KeyError`` and others that ``RemoteReply.read`` knows."""
    return {"uri": str(record["uri"]), "cid": str(record["cid"]), "value": dict(record["value"])}
