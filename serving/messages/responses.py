"""JSON answers, in UTF-8 as it is: Chinese stays readable."""

from __future__ import annotations

import json

from starlette.responses import Response


def json_response(value: object, status: int = 200) -> Response:
    """A JSON answer; one that names a field which is not valid Unicode is escaped as a whole."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        body = content.encode()
    except UnicodeEncodeError:
        body = json.dumps(value).encode("ascii")
    return Response(body, status, media_type="application/json")
