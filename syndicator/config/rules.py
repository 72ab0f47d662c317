"""Rules for single values, as annotated types. Each raises ``ValueError`` that says what to write instead,
and never shows a value that may hold a password."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, StringConstraints, ValidationInfo

from syndicator import brokers
from syndicator.config.shapes import Scope, referred, unknown
from syndicator.domain.errors import Misconfigured
from syndicator.domain.keywords import folded
from syndicator.text import addresses

#: Names of sources, channels and feeds: part of addresses, guids and file names.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

LISTEN = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(?P<port>\d{1,5})")
DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
)
PASSWORD = re.compile(r"//[^/@]*:[^/@]+@")


def _language(tag: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*", tag):
        raise ValueError('must be a language tag, such as "en" or "lo-LA"')
    return tag


def web_address(url: str) -> str:
    """An address of the web."""
    if not addresses.web_address(url) or re.search(r"\s", url):
        raise ValueError('must be a web address, such as "https://news.example/"')
    # As feeds' ids have to be, which are compared letter by letter: RFC 3986 sections 6.2.2.1 and 6.2.3
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    host = place.lower().removesuffix({"http": ":80", "https": ":443"}[parts.scheme])
    return parts._replace(netloc=user + at + host).geturl()


def _domain(name: str) -> str:
    if not DOMAIN.fullmatch(name):
        raise ValueError('must be a domain name, such as "news.example"')
    return name.lower()


def zone(name: str) -> str:
    """A time zone that exists."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as e:  # no name at all, a folder, or not known
        raise ValueError('must be an IANA time zone, such as "Asia/Vientiane"') from e
    return name


def _listen(address: str) -> str:
    match = LISTEN.fullmatch(address)
    if not match or not 1 <= int(match["port"]) <= 65_535:
        raise ValueError('must be HOST:PORT, such as "127.0.0.1:8000"')
    return address


def _reachable(entry: str) -> str:
    """An entry of ``[fetch] allow``, as ``http.client.AddressGuard`` compares them."""
    try:
        if "/" in entry:
            return str(ip_network(entry))
        return str(ip_address(entry))
    except ValueError as e:
        host, _, port = entry.partition(":")
        if not DOMAIN.fullmatch(host) or (":" in entry and not port.isdigit()):
            raise ValueError(
                'must be HOST, HOST:PORT or a network, such as "cms.internal", "127.0.0.1:8001", "10.0.0.0/8"'
            ) from e
    return entry.lower()


def _network(entry: str) -> str:
    """An address or a network, as ``web.callers.Callers`` compares them."""
    try:
        return str(ip_network(entry))
    except ValueError as e:
        raise ValueError('must be an address or a network, such as "127.0.0.1" or "10.0.0.0/8"') from e


def _revealed(declared: str, info: ValidationInfo[Scope]) -> str:
    """An address that may stand somewhere else, because it may hold a password."""
    if declared.startswith(("env:", "file:")):
        try:
            return referred(declared, info).reveal()
        except Misconfigured as e:
            raise ValueError(str(e)) from e
    if PASSWORD.search(declared):
        raise ValueError(
            'holds a password, which is not written here: refer to all of it, "env:NAME" or "file:PATH"'
        )
    return declared


def _database(declared: str, info: ValidationInfo[Scope]) -> str:
    url = _revealed(declared, info)
    path = url.removeprefix("sqlite:///")
    if path not in ("", url):
        return f"sqlite:///{info.context.folder / path}"
    if not url.startswith(("postgresql://", "postgresql+psycopg://")):
        raise ValueError('must be "sqlite:///PATH" or "postgresql://..."')
    return url


def _broker(declared: str, info: ValidationInfo[Scope]) -> str:
    return brokers.address(_revealed(declared, info), info.context.folder)


def _documents(declared: str, info: ValidationInfo[Scope]) -> str:
    """A folder, or a bucket with or without a prefix."""
    if "://" not in declared:
        return str(info.context.folder / Path(declared).expanduser())
    return _bucket(declared, "a folder, or a bucket:")


def _bucket(declared: str, what: str = "a bucket:") -> str:
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9!_.*'()-]+)*/?", declared):
        raise ValueError(f'must be {what} "s3://BUCKET" or "s3://BUCKET/PREFIX"')
    return declared.rstrip("/")


def _declared(noun: str) -> Callable[[str, ValidationInfo[Scope]], str]:
    def check(name: str, info: ValidationInfo[Scope]) -> str:
        known = info.context.names.get(f"{noun}s")
        if known is not None and name not in known:
            raise ValueError(unknown(known, name, f"there is no {noun} {name!r}"))
        return name

    return check


def _keyword(word: str) -> str:
    if not any(map(str.isalnum, folded(word))):
        raise ValueError('must be a word or a phrase, such as "coffee" or "rice mill"')
    return word


def _colour(colour: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", colour):
        raise ValueError('must be a colour, such as "#9c3b2e"')
    return colour


def _format(name: str, info: ValidationInfo[Scope]) -> str:
    try:
        info.context.format(name)
    except LookupError as e:
        raise ValueError(e.args[0]) from e
    return name


Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Colour = Annotated[str, AfterValidator(_colour)]
Keyword = Annotated[str, AfterValidator(_keyword)]
Language = Annotated[str, AfterValidator(_language)]
WebAddress = Annotated[str, AfterValidator(web_address)]
Domain = Annotated[str, AfterValidator(_domain)]
Zone = Annotated[str, AfterValidator(zone)]
Listen = Annotated[str, AfterValidator(_listen)]
Network = Annotated[str, AfterValidator(_network)]
Reachable = Annotated[str, AfterValidator(_reachable)]
Database = Annotated[str, AfterValidator(_database)]
Broker = Annotated[str, AfterValidator(_broker)]
Bucket = Annotated[str, AfterValidator(lambda declared: declared and _bucket(declared))]
DocumentsPlace = Annotated[str, StringConstraints(min_length=1), AfterValidator(_documents)]
SourceName = Annotated[str, AfterValidator(_declared("source"))]
ChannelName = Annotated[str, AfterValidator(_declared("channel"))]
PartnerName = Annotated[str, AfterValidator(_declared("profile"))]
FormatName = Annotated[str, AfterValidator(_format)]
