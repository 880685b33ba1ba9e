"""JSON answers in UTF-8 without escapes, so that Chinese stays readable."""

from __future__ import annotations

import json

from starlette.responses import Response


def json_response(value: object, status: int = 200) -> Response:
    """A JSON answer; escaped to ASCII if it quotes invalid Unicode, such as a field name."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        body = content.encode()
    except UnicodeEncodeError:
        body = json.dumps(value).encode("ascii")
    return Response(body, status, media_type="application/json")
