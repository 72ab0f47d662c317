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


def missing_records(keys: Sequence[DkimKey]) -> str:
    """What DNS lacks of the keys, or has otherwise, in one line that says what belongs there; ``""``:
    nothing. Raises ``Misconfigured`` where DNS does not answer."""
    for key in keys:
        records = _texts(key.place)
        if _public(key.record) not in [_public(record) for record in records]:
            found = "another key" if records else "nothing"
            return f"dkim: DNS has {found} at {key.place}: make it a TXT record of {key.record!r}"
    return ""


def _public(record: str) -> str:
    """The key in a record (RFC 6376 section 3.6.1)."""
    tags = dict(tag.partition("=")[::2] for tag in re.sub(r"\s", "", record).split(";"))
    return tags.get("p", "")


def _texts(name: str) -> list[str]:
    """The TXT records of a name. Raises ``Misconfigured``."""
    from dns.exception import DNSException  # noqa: PLC0415 - of use for checks alone
    from dns.resolver import NXDOMAIN, NoAnswer, resolve  # noqa: PLC0415 - likewise

    try:
        answer = resolve(name, "TXT", lifetime=DNS_TIMEOUT_S)
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as e:
        raise Misconfigured(f"dkim: DNS cannot be asked for {name}: {type(e).__name__}") from e
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
