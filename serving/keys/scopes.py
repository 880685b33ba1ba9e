"""Scopes of API keys per route, and the name of the calling key in an ASGI scope.

`openapi.yaml` documents the scopes for clients as `x-scope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final


class Scope(StrEnum):
    """A permission of a key."""

    CLASSIFY = "classify"
    MANAGE = "manage"
    REVIEW = "review"
    AUDIT = "audit"


SCOPES: Final[Mapping[str, Scope]] = {
    "/v1/classify": Scope.CLASSIFY,
    "/v1/classify_batch": Scope.CLASSIFY,
    "/v1/references": Scope.MANAGE,
    "/v1/references/{reference_id}": Scope.MANAGE,
    "/v1/lists": Scope.MANAGE,
    "/v1/lists/{word}": Scope.MANAGE,
    "/v1/closed_accounts": Scope.MANAGE,
    "/v1/closed_accounts/{account}": Scope.MANAGE,
    "/v1/decisions": Scope.REVIEW,
    "/v1/decisions/{decision_id}": Scope.REVIEW,
    "/v1/decisions/{decision_id}/contents": Scope.REVIEW,
    "/v1/decisions/{decision_id}/appeal": Scope.CLASSIFY,
    "/v1/decisions/{decision_id}/review": Scope.REVIEW,
}
"""By the route's template in `openapi.yaml`, for all its methods; other routes accept any known key.

An appeal needs the scope of a judgement: the platform that requested the judgement forwards it with the same key.
"""

CALLER_ENTRY: Final = "huijian.caller"
"""Entry of an ASGI scope in which the edge stores the name of the calling key."""

LOCAL_CALLER: Final = "local"
"""Caller on this machine while no keys are configured."""


def caller(scope: Mapping[str, Any]) -> str:
    """The name of the calling key, for the record."""
    return str(scope.get(CALLER_ENTRY, LOCAL_CALLER))
