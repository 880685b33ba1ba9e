"""Closed accounts over HTTP: register and remove. Changes are active in every worker within seconds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Final

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from models import profile
from models.live import LiveInspector
from models.profile import MAX_LENGTH, Profile, ProfileError
from serving.closed.registrar import Registrar, accounts_of
from serving.keys.scopes import caller
from serving.messages.bodies import Shape, read
from serving.messages.responses import json_response
from serving.messages.schema import Identifier, RequestBody, validated
from serving.metrics.metrics import Metrics
from serving.routes.idempotency import once
from serving.routes.pool import Pool
from serving.routes.store_faults import store_faults
from serving.store.store import Store

MAX_WAITING: Final = 16
"""Changes in one worker, in work or waiting; one is made at a time."""


class ClosedAccountRequest(RequestBody):
    """An account that was closed, with its last name and avatar."""

    account_id: Identifier
    name: Annotated[str, Field(max_length=MAX_LENGTH[profile.Field.NAME])] | None = None
    avatar: bytes | None = None


CLOSED_ACCOUNT_SHAPE: Final = Shape(names=tuple(ClosedAccountRequest.model_fields), images=("avatar",), lists=())


class ClosedAccountRoutes:
    """Handlers that change the closed accounts.

    Args:
        live: gives the active encoder, and settings with the register's place.
        store: its audit trail records changes.
        metrics: counts waiting changes.
    """

    def __init__(self, live: LiveInspector, store: Store, metrics: Metrics) -> None:
        self._live, self._store = live, store
        self._pool = Pool("closed_accounts", 1, MAX_WAITING, metrics)

    async def add(self, request: Request) -> Response:
        """Register an account.

        Raises:
            ProfileError: the request is refused, or the service or its store cannot take it now.
        """
        return await self._pool.run(request, once(self._store, request, partial(self._add, caller(request.scope))))

    async def remove(self, request: Request) -> Response:
        """Remove an account.

        Raises:
            ProfileError: there is no such account, or the service or its store cannot take it now.
        """
        return await self._pool.run(request, self._remove(request.path_params["account"], caller(request.scope)))

    def _add(self, by: str, content_type: str, body: bytes) -> Response:
        asked = validated(ClosedAccountRequest, read(content_type, body, CLOSED_ACCOUNT_SHAPE))
        encoder = self._live.current.encoder
        (account,) = accounts_of([Profile(asked.account_id, name=asked.name, avatar=asked.avatar)], encoder)
        if isinstance(account, ProfileError):
            raise account
        with store_faults():
            (key,) = self._registrar().add([account], encoder, by)
        return json_response({"account": key, "name": bool(account.name), "avatar": account.avatar is not None}, 201)

    def _remove(self, account: str, by: str) -> Callable[[str, bytes], Response]:
        def work(_content_type: str, _body: bytes) -> Response:
            with store_faults():
                removed = self._registrar().remove([account], by)
            if not removed:
                raise ProfileError("closed_account_unknown", "no account of this id or key is registered", "account")
            return json_response({"removed": True})

        return work

    def _registrar(self) -> Registrar:
        return Registrar(self._live.settings.home, self._store.trail)
