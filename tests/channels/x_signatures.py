"""Signatures of OAuth 1.0a, computed anew as RFC 5849 says."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, unquote

from tests.channels.local_server import Request


def sent_with(request: Request) -> dict[str, str]:
    """The parameters of a request's signature (RFC 5849 section 3.5.1)."""
    scheme, _, rest = request.headers.get("Authorization", "").partition(" ")
    pairs = [pair.strip().partition("=") for pair in rest.split(",")] if scheme == "OAuth" else []
    return {name: unquote(value.strip('"')) for name, _, value in pairs}


def signature_of(request: Request, sent: Mapping[str, str], key_secret: str, token_secret: str) -> str:
    """The signature that a request is to have: RFC 5849, section 3.4."""
    parameters = [*request.query.items()]
    parameters += [(name, value) for name, value in sent.items() if name != "oauth_signature"]
    if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        parameters += parse_qsl(request.body.decode(), keep_blank_values=True)
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in parameters)
    listed = "&".join(f"{name}={value}" for name, value in encoded)
    url = f"http://{request.headers['Host']}{request.path}"
    base = "&".join(quote(part, safe="~") for part in (request.method, url, listed))
    key = f"{quote(key_secret, safe='')}&{quote(token_secret, safe='')}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()
