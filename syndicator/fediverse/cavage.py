"""Signatures by the old draft, which all servers of the fediverse write and read.

https://datatracker.ietf.org/doc/html/draft-cavage-http-signatures-12, in the form that
https://docs.joinmastodon.org/spec/security/ asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from syndicator.fediverse.signed import (
    MAX_HEADER_BYTES,
    Claim,
    SignedRequest,
    Unverified,
    check_digest,
    check_time,
    decoded,
    sha256_base64,
)

#: One parameter of the header (section 2.1).
PARAMETER = re.compile(r'([a-zA-Z]{1,20})=(?:"([^"]*)"|([0-9]{1,20}))')

#: Names of what is signed that is no header (section 2.3).
TARGET, CREATED, EXPIRES = "(request-target)", "(created)", "(expires)"

#: Algorithms of RSA with SHA-256: its name, the one that leaves it to the key, and none.
ALGORITHMS = ("rsa-sha256", "hs2019", "")

#: What is signed at most.
MAX_NAMES = 32


def claim(request: SignedRequest, now: datetime) -> Claim:
    """The signature of a request, read. Raises ``Unverified``."""
    parameters = _parameters(request.headers["signature"])
    algorithm = parameters.get("algorithm", "")
    if algorithm not in ALGORITHMS:
        raise Unverified(f"the algorithm {algorithm[:40]!r} is not known here: rsa-sha256 is")
    names = parameters.get("headers", "date").lower().split()
    _check_covered(names, request, algorithm)
    values = {
        name: parameters[key]
        for name, key in ((CREATED, "created"), (EXPIRES, "expires"))
        if key in parameters
    }
    _check_times(values, names, request, now)
    if request.body or "digest" in names:
        _check_digest(request)
    return Claim(
        key_id=_required(parameters, "keyId"),
        base=signing_string(request, names, values).encode("latin-1", "replace"),
        signature=decoded(_required(parameters, "signature")),
    )


def signed_headers(
    request: SignedRequest, key_id: str, sign: Callable[[bytes], str], now: datetime
) -> dict[str, str]:
    """The headers of a request with those that sign it. ``sign``: to a signature in base64."""
    headers = {
        **request.headers,
        "host": request.authority,
        "date": format_datetime(now.astimezone(UTC), usegmt=True),
    }
    names = [TARGET, "host", "date"]
    if request.body:
        headers["digest"] = f"SHA-256={sha256_base64(request.body)}"
        names.append("digest")
    signed = SignedRequest(method=request.method, url=request.url, headers=headers, body=request.body)
    signature = sign(signing_string(signed, names, {}).encode("latin-1"))
    headers["signature"] = (
        f'keyId="{key_id}",algorithm="rsa-sha256",headers="{" ".join(names)}",signature="{signature}"'
    )
    return headers


def signing_string(request: SignedRequest, names: Iterable[str], values: Mapping[str, str]) -> str:
    """What is signed (section 2.3): a line for each name. ``values``: of those that are no headers. Raises
    ``Unverified`` for a name that the request has nothing of."""
    known = {**request.headers, "host": request.authority, **values}
    known[TARGET] = f"{request.method.lower()} {request.target}"
    try:
        return "\n".join(f"{name}: {known[name].strip()}" for name in names)
    except KeyError as e:
        raise Unverified(
            f"the signature covers {str(e.args[0])[:40]!r}, which the request does not have"
        ) from e


def _parameters(header: str) -> dict[str, str]:
    """The parameters of a header. Raises ``Unverified`` where it is none, or has one twice."""
    if len(header) > MAX_HEADER_BYTES:
        raise Unverified("the signature's header is too long")
    found: dict[str, str] = {}
    for part in _split(header.strip()):
        match = PARAMETER.fullmatch(part.strip())
        if match is None or match[1] in found:
            raise Unverified("the signature's header cannot be read")
        found[match[1]] = match[3] if match[2] is None else match[2]
    return found


def _split(header: str) -> Iterable[str]:
    """The parts between commas that stand in no quotation marks."""
    start, is_quoted = 0, False
    for position, character in enumerate(header):
        if character == '"':
            is_quoted = not is_quoted
        elif character == "," and not is_quoted:
            yield header[start:position]
            start = position + 1
    yield header[start:]


def _required(parameters: Mapping[str, str], name: str) -> str:
    value = parameters.get(name)
    if not value:
        raise Unverified(f"the signature has no {name}")
    return value


def _check_covered(names: list[str], request: SignedRequest, algorithm: str) -> None:
    """Raises ``Unverified`` where the signature would as well fit another request."""
    if len(names) > MAX_NAMES or len(set(names)) != len(names):
        raise Unverified("the signature covers too much, or something twice")
    wanted = [TARGET, "host", *(["digest"] if request.body else [])]
    for name in wanted:
        if name not in names:
            raise Unverified(f"the signature does not cover {name}")
    if "date" not in names and CREATED not in names:
        raise Unverified("the signature covers neither date nor (created)")
    if algorithm.startswith("rsa") and not {CREATED, EXPIRES}.isdisjoint(names):
        raise Unverified(f"(created) and (expires) do not go with {algorithm} (section 2.3)")


def _check_times(values: Mapping[str, str], names: list[str], request: SignedRequest, now: datetime) -> None:
    if CREATED in names:
        check_time(_moment(values.get(CREATED, "")), now)
    if "date" in names:
        try:
            date = parsedate_to_datetime(request.headers.get("date", ""))
        except ValueError as e:
            raise Unverified("the date cannot be read") from e
        check_time(date if date.tzinfo else date.replace(tzinfo=UTC), now)
    if EXPIRES in values and _moment(values[EXPIRES]) < now:
        raise Unverified("the signature has expired")


def _moment(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as e:
        raise Unverified("a time of the signature is none") from e


def _check_digest(request: SignedRequest) -> None:
    """The header ``Digest`` (RFC 3230) has to have the SHA-256 of the body; others are not looked at."""
    for each in request.headers.get("digest", "").split(",")[:8]:
        algorithm, _, value = each.strip().partition("=")
        if algorithm.lower() == "sha-256":
            return check_digest(decoded(value), request.body)
    raise Unverified("there is no digest of the body with SHA-256")
