"""JSON answers, in UTF-8 as it is: Chinese stays readable."""

from __future__ import annotations

import json

from starlette.responses import Response


def json_response(value: object, status: int = 200) -> Response:
    """A JSON answer."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status, media_type="application/json")
