"""What a key must be for each route, and who asked: the words that the edge and the routes share.

`openapi.yaml` says the same to clients, as `x-scope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final


class Scope(StrEnum):
    """What a key may do."""

    CLASSIFY = "classify"
    MANAGE = "manage"
    REVIEW = "review"
    AUDIT = "audit"


SCOPES: Final[Mapping[str, Scope]] = {
    "/v1/classify": Scope.CLASSIFY,
    "/v1/classify_batch": Scope.CLASSIFY,
    "/v1/references": Scope.MANAGE,
    "/v1/references/{reference_id}": Scope.MANAGE,
    "/v1/closed_accounts": Scope.MANAGE,
    "/v1/closed_accounts/{account}": Scope.MANAGE,
    "/v1/decisions/{decision_id}": Scope.REVIEW,
    "/v1/decisions/{decision_id}/appeal": Scope.CLASSIFY,
    "/v1/decisions/{decision_id}/review": Scope.REVIEW,
}
"""By the route's template in `openapi.yaml`, for all its methods. What is not listed asks for any known key.

An owner's complaint comes through the platform that asked for the judgement, with the same key.
"""

CALLER: Final = "huijian.caller"
"""Where in an ASGI scope the edge leaves the name of the key that asked."""

LOCAL: Final = "local"
"""Who asks where no keys are configured: somebody on this machine."""


def caller(scope: Mapping[str, Any]) -> str:
    """The name of the key that asked, for the record."""
    return str(scope.get(CALLER, LOCAL))
