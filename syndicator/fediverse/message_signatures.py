"""Signatures by the standard, RFC 9421, as servers of the fediverse use it.

What Mastodon asks for (https://docs.joinmastodon.org/spec/security/#http-message-signatures): one signature
of RSA with PKCS #1 v1.5 and SHA-256, over ``@method``, ``@target-uri`` and, with a body, ``content-digest``
(RFC 9530), with the time at which it was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import http_sf

from syndicator.fediverse.signed import (
    MAX_HEADER_BYTES,
    Claim,
    SignedRequest,
    Unverified,
    check_digest,
    check_time,
    sha256_base64,
)

#: The one algorithm (section 3.3.2), which may go without saying.
ALGORITHM = "rsa-v1_5-sha256"

#: The label of our own.
LABEL = "sig1"

#: Signatures of a request that are looked at, and components of each.
MAX_SIGNATURES, MAX_COMPONENTS = 4, 32

#: Digests of bodies that are good enough (RFC 9530 section 5), by the names of ``hashlib``.
DIGESTS = {"sha-256": "sha256", "sha-512": "sha512"}

#: A header's name (RFC 9110 section 5.1), in lower case.
FIELD = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")


def claim(request: SignedRequest, now: datetime) -> Claim:
    """The first signature of a request that can be used, read. Raises ``Unverified``, for the reason that the
    first of them cannot."""
    inputs = _dictionary(request.headers["signature-input"])
    signatures = _dictionary(request.headers.get("signature", ""))
    first: Unverified | None = None
    for label, (components, parameters) in list(inputs.items())[:MAX_SIGNATURES]:
        try:
            return _claim(request, components, parameters, signatures.get(label), now)
        except Unverified as e:
            first = first or e
    raise first or Unverified("Signature-Input has no signature")


def signed_headers(
    request: SignedRequest, key_id: str, sign: Callable[[bytes], str], now: datetime
) -> dict[str, str]:
    """The headers of a request with those that sign it. ``sign``: to a signature in base64."""
    headers = {**request.headers, "host": request.authority}
    names = ["@method", "@target-uri"]
    if request.body:
        headers["content-digest"] = f"sha-256=:{sha256_base64(request.body)}:"
        names.append("content-digest")
    signed = SignedRequest(method=request.method, url=request.url, headers=headers, body=request.body)
    parameters = {"created": int(now.timestamp()), "keyid": key_id}
    input_text = _serialized([(name, {}) for name in names], parameters)
    signature = sign(signature_base(signed, names, input_text).encode("latin-1"))
    return {**headers, "signature-input": f"{LABEL}={input_text}", "signature": f"{LABEL}=:{signature}:"}


def signature_base(request: SignedRequest, names: Iterable[str], parameters: str) -> str:
    """What is signed (section 2.5): a line for each component, and one of the ``parameters`` as they are
    written. Raises ``Unverified`` for a component that the request does not have."""
    lines = [f'"{name}": {_component(request, name)}' for name in names]
    return "\n".join([*lines, f'"@signature-params": {parameters}'])


def _claim(
    request: SignedRequest, components: Any, parameters: dict[str, Any], signature: Any, now: datetime
) -> Claim:
    if not isinstance(components, list) or len(components) > MAX_COMPONENTS:
        raise Unverified("Signature-Input is no list of components, or a very long one")
    if any(settings for _, settings in components):
        raise Unverified("components with parameters (section 2.1) are not known here")
    names = [name for name, _ in components]
    _check_covered(names, request)
    if parameters.get("alg", ALGORITHM) != ALGORITHM:
        raise Unverified(f"the algorithm {str(parameters['alg'])[:40]!r} is not known here: {ALGORITHM} is")
    check_time(_moment(parameters.get("created")), now)
    if "expires" in parameters and _moment(parameters["expires"]) < now:
        raise Unverified("the signature has expired")
    key_id = parameters.get("keyid")
    if type(key_id) is not str or not key_id:
        raise Unverified("the signature has no keyid")
    if not (isinstance(signature, tuple) and isinstance(signature[0], bytes)):
        raise Unverified("Signature has no bytes under that label")
    if request.body or "content-digest" in names:
        _check_digest(request)
    base = signature_base(request, names, _serialized(components, parameters))
    return Claim(key_id=key_id, base=base.encode("latin-1", "replace"), signature=signature[0])


def _check_covered(names: list[Any], request: SignedRequest) -> None:
    """Raises ``Unverified`` where the signature would as well fit another request."""
    if not all(type(name) is str for name in names) or len(set(names)) != len(names):
        raise Unverified("the signature covers what is no component, or one twice")
    place = {"@target-uri"}, {"@authority", "@path", "@query"}, {"@authority", "@request-target"}
    if "@method" not in names or not any(each <= set(names) for each in _without_query(place, request)):
        raise Unverified("the signature does not cover @method and @target-uri")
    if request.body and "content-digest" not in names:
        raise Unverified("the signature does not cover content-digest")


def _without_query(places: Iterable[set[str]], request: SignedRequest) -> list[set[str]]:
    """The same components, less ``@query`` where there is none."""
    return list(places) if urlsplit(request.url).query else [each - {"@query"} for each in places]


def _component(request: SignedRequest, name: str) -> str:
    """The value of a component (sections 2.1 and 2.2)."""
    parts = urlsplit(request.url)
    match name:
        case "@method":
            return request.method.upper()
        case "@target-uri":
            return request.url
        case "@authority":
            return request.authority
        case "@scheme":
            return parts.scheme
        case "@request-target":
            return request.target
        case "@path":
            return parts.path or "/"
        case "@query":
            return f"?{parts.query}"
        case "host":
            return request.authority
        case _ if FIELD.fullmatch(name) and name in request.headers:
            return " ".join(request.headers[name].split("\n")).strip()
    raise Unverified(f"the signature covers {name[:40]!r}, which the request does not have")


def _dictionary(header: str) -> dict[str, Any]:
    """A header that is a dictionary (RFC 9651 section 3.2). Raises ``Unverified``."""
    if len(header) > MAX_HEADER_BYTES:
        raise Unverified("the signature's header is too long")
    try:
        parsed: Any = http_sf.parse(header.encode("latin-1", "replace"), tltype="dictionary")
    except (ValueError, http_sf.StructuredFieldError) as e:
        raise Unverified("the signature's header cannot be read") from e
    if not isinstance(parsed, dict) or not all(isinstance(each, tuple) for each in parsed.values()):
        raise Unverified("the signature's header cannot be read")
    return parsed


def _serialized(components: list[tuple[Any, Any]], parameters: dict[str, Any]) -> str:
    """The signature's parameters as they are signed (section 2.3)."""
    inner_list: Any = (components, parameters)
    return http_sf.ser([inner_list])


def _moment(seconds: object) -> datetime:
    """A time in seconds. Raises ``Unverified``."""
    try:
        if type(seconds) is not int:
            raise ValueError("no number")
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as e:
        raise Unverified("the signature does not say when it was made") from e


def _check_digest(request: SignedRequest) -> None:
    """``Content-Digest`` (RFC 9530) has to have a digest of the body that is still good."""
    found = _dictionary(request.headers.get("content-digest", ""))
    for name, algorithm in DIGESTS.items():
        match found.get(name):
            case (bytes() as digest, _):
                return check_digest(digest, request.body, algorithm)
    raise Unverified("there is no digest of the body with sha-256")
