"""Addresses of people, as they type them: made one form each, and shown to operators without being told."""

from __future__ import annotations

import re

import idna

#: Characters of an address, and of what stands before its ``@`` (RFC 5321 section 4.5.3.1).
MAX_ADDRESS_CHARS, MAX_LOCAL_CHARS = 254, 64

#: What stands before the ``@``, unquoted (RFC 5321 section 4.1.2, ``Dot-string``): no server that people have
#: addresses at gives out others.
LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")

#: What looks like an address in a text.
ANY_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:@=]{1,64}@[A-Za-z0-9.-]{1,255}")

#: A domain as it is asked for in DNS, with a dot in it, and no number for its last label.
DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9-]{2,63}")


def mail_address(text: str) -> str:
    """The address in the form that it is kept and sent to: one for all ways to write it (letters' case, a
    domain in another script). Raises ``ValueError``."""
    local, _, domain = text.strip().rpartition("@")
    if len(text) <= 2 * MAX_ADDRESS_CHARS:
        local, domain = local.lower(), _in_dns(domain.lower())
        is_short = len(local) <= MAX_LOCAL_CHARS and len(local) + len(domain) < MAX_ADDRESS_CHARS
        if is_short and LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain):
            return f"{local}@{domain}"
    raise ValueError("this is no address of a mailbox")


def masked(address: str) -> str:
    """The address as logs show it: whose server it is at, and no more than a letter of who."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}"


def without_addresses(text: str) -> str:
    """A server's words with every address in them masked."""
    return ANY_ADDRESS.sub(lambda match: masked(match[0]), text)


def _in_dns(domain: str) -> str:
    """The domain in ASCII (RFC 5891); ``""`` for one that cannot be."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return ""
