"""Decisions over HTTP: lists, lookup, kept contents, appeals of account owners, reviews by people (Art. 19)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from models import profile
from models.profile import Label, ProfileError, Severity
from serving.keys.scopes import caller
from serving.messages.bodies import read_json
from serving.messages.responses import json_response
from serving.messages.schema import RequestBody, validated
from serving.metrics.metrics import Metrics
from serving.routes.decision_list import listed
from serving.routes.idempotency import once
from serving.routes.pool import Pool
from serving.routes.store_faults import store_faults
from serving.store.store import Store

DECISION_THREADS, MAX_WAITING = 2, 32
"""Requests at once, and requests in all, per worker; an unreachable database holds each for seconds."""

MAX_REASON: Final = 2_000
"""Characters of an appeal or a note: as long as a bio."""

MAX_BYTES: Final = 64_000
"""Bytes of an appeal or a review; `MAX_REASON` characters, all escaped, have 24 kB."""

DECISION_ID = re.compile("[0-9a-f]{32}")


class AppealRequest(RequestBody):
    """An appeal of the account's owner against a decision."""

    reason: Annotated[str, Field(min_length=1, max_length=MAX_REASON)]


class ReviewRequest(RequestBody):
    """A person's decision in place of the automatic one."""

    outcome: Literal["pass", "reject"]
    labels: list[Annotated[Label, Field(strict=False)]] | None = None
    note: Annotated[str, Field(max_length=MAX_REASON)] = ""


class Decisions:
    """Handlers that read decisions and add appeals and reviews.

    Args:
        store: of the decisions.
        metrics: counts waiting requests.
    """

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._pool = Pool("decisions", DECISION_THREADS, MAX_WAITING, metrics)

    async def all(self, request: Request) -> Response:
        """A page of decisions that meet the filters of the query.

        Raises:
            ProfileError: a parameter is refused, or the store cannot be used now.
        """
        query = dict(request.query_params)

        def work(_content_type: str, _body: bytes) -> Response:
            with store_faults():
                return json_response(listed(self._store, query))

        return await self._pool.run(request, work)

    async def show(self, request: Request) -> Response:
        """A decision with its appeals and reviews.

        Raises:
            ProfileError: there is no such decision, or the store cannot be used now.
        """

        def show(which: str, by: str, _: dict[str, Any]) -> dict[str, Any]:
            found = self._store.decision(which, by)
            words = {"appeals": "reason", "reviews": "note", "comments": "text"}
            statements = {name: [_with_words(one, word) for one in found[name]] for name, word in words.items()}
            return {**found, **statements}

        return await self._run(request, 200, show)

    async def contents(self, request: Request) -> Response:
        """The texts and pictures that were judged, as long as they are kept.

        Raises:
            ProfileError: there is no such decision, or the store cannot be used now.
        """

        def show(which: str, by: str, _: dict[str, Any]) -> dict[str, Any]:
            kept = self._store.contents(which, by)
            return {"decision_id": which, "contents": {field: _as_json(field, kept[field]) for field in kept}}

        return await self._run(request, 200, show)

    async def appeal(self, request: Request) -> Response:
        """File an appeal.

        Raises:
            ProfileError: the request is refused, there is no such decision, or the store cannot be used now.
        """

        def file(which: str, by: str, body: dict[str, Any]) -> dict[str, Any]:
            return self._store.appeal(which, validated(AppealRequest, body).reason, by)

        return await self._run(request, 201, file)

    async def review(self, request: Request) -> Response:
        """Record a review.

        Raises:
            ProfileError: the request is refused, there is no such decision, or the store cannot be used now.
        """

        def decide(which: str, by: str, body: dict[str, Any]) -> dict[str, Any]:
            review = validated(ReviewRequest, body)
            return self._store.review(which, Severity(review.outcome), review.note, by, review.labels)

        return await self._run(request, 201, decide)

    async def _run(
        self, request: Request, status: int, ask: Callable[[str, str, dict[str, Any]], dict[str, Any]]
    ) -> Response:
        which, by = request.path_params["decision_id"], caller(request.scope)

        def work(content_type: str, body: bytes) -> Response:
            values = read_json(content_type, body, max_plain=MAX_BYTES) if request.method == "POST" else {}
            if not DECISION_ID.fullmatch(which):
                raise ProfileError("decision_unknown", "a decision_id has 32 hexadecimal digits", "decision_id")
            with store_faults():
                return json_response(ask(which, by, values), status)

        return await self._pool.run(request, once(self._store, request, work))


def _as_json(field: profile.Field, content: bytes) -> str:
    """A text, or a picture in base64."""
    if field in profile.IMAGE_FIELDS:
        return base64.b64encode(content).decode("ascii")
    return content.decode("utf-8", "surrogatepass")


def _with_words(statement: dict[str, Any], name: str) -> dict[str, Any]:
    """An appeal or a review with its text under the field name of the request."""
    return {name: statement["text"], **{key: value for key, value in statement.items() if key != "text"}}
