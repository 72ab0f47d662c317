"""Reading a form that anybody may have sent: of a measured size, and of one kind.

https://url.spec.whatwg.org/#application/x-www-form-urlencoded
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

#: Bytes of a form.
MAX_FORM_BYTES = 16_384

#: Fields of a form.
MAX_FIELDS = 32

FORM = "application/x-www-form-urlencoded"


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The body of a request. Raises ``HTTPException`` (413), and ``ClientDisconnect`` where the client leaves
    before it is whole."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most_bytes:
            raise HTTPException(413, f"the body is larger than {most_bytes:,} bytes")
    return bytes(body)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a request's form, each as it is given first. Raises ``HTTPException`` (400, 413, 415),
    and ``ClientDisconnect`` where the client leaves before it is whole."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise HTTPException(415, f"the body must be a form: Content-Type: {FORM}")
    body = await read_body(request, MAX_FORM_BYTES)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError as e:  # UnicodeDecodeError is one
        raise HTTPException(400, f"the body is no form of {MAX_FIELDS} fields at most, in UTF-8") from e
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
