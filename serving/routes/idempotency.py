"""The Idempotency-Key of a POST: a request that is sent again is done once and has the same answer.

It follows draft-ietf-httpapi-idempotency-key-header. The claim, the work and its outcome are of one thread. So a client
that leaves before its answer, and sends the request again, finds that answer.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.responses import Response

from models.profile import ProfileError
from serving.keys.scopes import caller
from serving.routes.store_faults import store_faults
from serving.store.errors import KeyReused, RequestInProgress, StoreError
from serving.store.idempotency import KeptAnswer
from serving.store.store import Store

HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = {"Idempotency-Replayed": "true"}
"""Header of an answer that was given before."""

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Work = Callable[[str, bytes], Response]
"""Makes the answer to a request from its content type and body."""


def once(store: Store, request: Request, work: Work) -> Work:
    """The work of a request, done only if the same request was not answered within 24 hours.

    Requests without the header, and those that are no POST, are not affected.

    Raises:
        ProfileError: the key is malformed. The work also raises it if the key was used for another request, or the
            same request is in work.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return work
    if not _KEY.fullmatch(key):
        raise ProfileError("value_invalid", f"{HEADER}: must be 1 to 255 visible ASCII characters", HEADER)
    by, path = caller(request.scope), request.url.path

    def work_once(content_type: str, body: bytes) -> Response:
        with store_faults(), _key_faults():
            claim = store.requests.begin(by, key, [path.encode(), *_without_boundary(content_type, body)])
        if isinstance(claim, KeptAnswer):
            return Response(claim.body, claim.status, REPLAYED_HEADER, "application/json")
        try:
            response = work(content_type, body)
        except BaseException:
            with contextlib.suppress(StoreError):  # a claim without outcome ends by itself
                store.requests.failed(claim)
            raise
        with contextlib.suppress(StoreError):  # the work is done, and recorded, so it is answered
            store.requests.answered(claim, KeptAnswer(response.status_code, bytes(response.body).decode()))
        return response

    return work_once


def _without_boundary(content_type: str, body: bytes) -> tuple[bytes, bytes]:
    """Content type and body without the boundary of a form, which clients choose anew for each attempt."""
    media_type, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if media_type != b"multipart/form-data" or not boundary:
        return content_type.encode("utf-8", "surrogateescape"), body
    return media_type, body.replace(b"--" + boundary, b"--")


@contextlib.contextmanager
def _key_faults() -> Iterator[None]:
    try:
        yield
    except KeyReused as error:
        raise ProfileError("idempotency_key_reused", str(error), HEADER) from None
    except RequestInProgress as error:
        raise ProfileError("request_in_progress", str(error), HEADER) from None
