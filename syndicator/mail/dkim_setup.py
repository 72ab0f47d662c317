"""DKIM as a newsroom declares it: keys by their selectors, and whether DNS has the other halves."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from syndicator.domain.errors import Misconfigured
from syndicator.mail.dkim import DkimKey, private_key
from syndicator.secret import Secret

#: A selector is a part of a domain's name (RFC 6376 section 3.1).
SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")

#: Seconds for an answer of DNS.
DNS_TIMEOUT_S = 5.0


def dkim_keys(declared: Mapping[str, Secret], domain: str) -> tuple[DkimKey, ...]:
    """The keys of a domain, by their selectors. Raises ``Misconfigured``."""
    keys = []
    for selector, secret in declared.items():
        try:
            keys.append(DkimKey(domain, selector, private_key(secret.reveal_lines())))
        except ValueError as e:
            raise Misconfigured(f"dkim: {secret.reference} {e}; openssl genpkey makes one") from e
    return tuple(keys)


def published(keys: Sequence[DkimKey]) -> str:
    """Where DNS has the keys, in a few words, or that it cannot be asked. Raises ``Misconfigured``, with what
    belongs there, where it lacks one or has another."""
    remarks = []
    for key in keys:
        records = _texts(key.place)
        if records is None:
            remarks.append(f"{key.place} (untried: DNS cannot be asked)")
            continue
        if _public(key.record) not in [_public(record) for record in records]:
            found = "another key" if records else "nothing"
            raise Misconfigured(
                f"dkim: DNS has {found} at {key.place}: make it a TXT record of {key.record!r}"
            )
        remarks.append(key.place)
    return f"signed for {', '.join(remarks)}" if remarks else "not signed (no dkim)"


def _public(record: str) -> str:
    """The key in a record (RFC 6376 section 3.6.1)."""
    tags = dict(tag.partition("=")[::2] for tag in re.sub(r"\s", "", record).split(";"))
    return tags.get("p", "")


def _texts(name: str) -> list[str] | None:
    """The TXT records of a name; ``None`` where DNS does not answer."""
    from dns.exception import DNSException  # noqa: PLC0415 - of use for checks alone
    from dns.resolver import NXDOMAIN, NoAnswer, resolve  # noqa: PLC0415 - likewise

    try:
        answer = resolve(name, "TXT", lifetime=DNS_TIMEOUT_S)
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException:
        return None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
