"""Profiles over HTTP: judged, recorded, and only then answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from models.live import LiveInspector
from models.microbatching import judge_all
from models.profile import Answer, Profile, ProfileError
from models.runtime.stages import Stages, stage
from serving.edge.allowance import take_further
from serving.keys.scopes import caller
from serving.messages.errors import error_body
from serving.messages.responses import json_response
from serving.messages.schema import parse, parse_batch
from serving.metrics.metrics import Metrics
from serving.routes.idempotency import once
from serving.routes.pool import Pool
from serving.routes.store_faults import store_faults
from serving.shadow.shadow import Shadow
from serving.store.store import Store

MAX_WAITING: Final = 32
"""Profiles in one worker, in work or waiting: one or two seconds of work. More are told to retry."""

MAX_BATCHES: Final = 2
"""Batches in one worker, in work or waiting; one is judged at a time, beside single profiles."""


class ProfileJudge:
    """Handlers that judge profiles.

    Args:
        live: the active Inspector.
        store: records every judgement before the answer.
        metrics: counts judgements.
        threads: single profiles judged at once.
        shadow: is offered every recorded judgement.
    """

    def __init__(
        self, live: LiveInspector, store: Store, metrics: Metrics, threads: int, shadow: Shadow | None = None
    ) -> None:
        self._live, self._store, self._metrics, self._shadow = live, store, metrics, shadow
        self._singles = Pool("judge", threads, MAX_WAITING, metrics)
        self._batches = Pool("batch", 1, MAX_BATCHES, metrics)

    async def classify(self, request: Request) -> Response:
        """The answer to one profile.

        Raises:
            ProfileError: the request is refused, or the service cannot take it now.
        """
        return await self._run(self._singles, self._one, request)

    async def classify_batch(self, request: Request) -> Response:
        """Answers to several profiles, in order; one that cannot be judged has an error in its place.

        Raises:
            ProfileError: the request as a whole is refused, or the service cannot take it now.
        """
        return await self._run(self._batches, self._many, request)

    async def _run(self, pool: Pool, work: Callable[[Scope, str, bytes], Response], request: Request) -> Response:
        with store_faults():
            self._store.check_accepts()  # before any work
        return await pool.run(request, once(self._store, request, partial(work, request.scope)))

    def _one(self, scope: Scope, content_type: str, body: bytes) -> Response:
        with Stages() as stages:
            with stage("parse"):
                profile = parse(content_type, body)
            with stage("judge"):
                (answer,) = self._live.current([profile])
            if isinstance(answer, ProfileError):
                raise answer
            self._record([(profile, answer)], stages, caller(scope))
        return json_response(answer.to_dict())

    def _many(self, scope: Scope, content_type: str, body: bytes) -> Response:
        with Stages() as stages:
            with stage("parse"):
                rows = parse_batch(content_type, body)
            take_further(scope, len(rows) - 1)
            profiles = [row for row in rows if isinstance(row, Profile)]
            with stage("judge"):
                outcomes = judge_all(self._live.current, profiles)
            judged = zip(profiles, outcomes, strict=True)
            answered = [(profile, outcome) for profile, outcome in judged if isinstance(outcome, Answer)]
            self._record(answered, stages, caller(scope))
        rest = iter(outcomes)
        return json_response({"answers": [_row(next(rest) if isinstance(row, Profile) else row) for row in rows]})

    def _record(self, judged: Sequence[tuple[Profile, Answer]], stages: Stages, by: str) -> None:
        with stage("store"), store_faults():
            self._store.record(judged, stages.milliseconds, by)
        self._metrics.spent(stages.milliseconds)
        for _, answer in judged:
            self._metrics.judged(answer)
        if self._shadow:
            self._shadow.offer(judged)


def _row(outcome: Answer | ProfileError) -> dict[str, Any]:
    return outcome.to_dict() if isinstance(outcome, Answer) else error_body(outcome)
