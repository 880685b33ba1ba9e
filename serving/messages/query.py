"""Query parameters: an unknown one is refused, as it may be a misspelt one or a mode that does not exist."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from starlette.datastructures import QueryParams
from starlette.routing import Match
from starlette.types import Scope

from models.profile import ProfileError
from serving.messages.bodies import MAX_QUOTED_NAME

CONTRACT_PATHS: Final = "/v1/"
"""Prefix of the paths whose parameters are checked; scrapers and browsers may add some to the others."""

DEFAULT_PAGE, MAX_PAGE = 100, 1_000
"""Items per page by default, and at most."""

DECISION_FILTERS: Final = (
    "verdict",
    "state",
    "outcome",
    "label",
    "field",
    "kind",
    "min_score",
    "max_score",
    "since",
    "until",
)
"""Filters of lists of decisions."""

PARAMETERS: Final[Mapping[tuple[str, str], Sequence[str]]] = {
    ("GET", "/v1/decisions"): (*DECISION_FILTERS, "order", "limit", "after"),
    ("GET", "/v1/lists"): ("list", "label", "limit", "offset"),
    ("GET", "/v1/references"): ("label", "limit", "offset"),
    ("POST", "/v1/references"): ("preview",),
}
"""Names by method and path, as in `openapi.yaml`; other requests have none."""


def check_query(scope: Scope) -> None:
    """Check the names of a request's query parameters; a request that no route takes is left to the routes.

    Raises:
        ProfileError: one is unknown or given twice; names it.
    """
    if not scope["path"].startswith(CONTRACT_PATHS) or not scope["query_string"]:
        return
    if not any(route.matches(scope)[0] is Match.FULL for route in scope["app"].routes):
        return
    names = [name for name, _ in QueryParams(scope["query_string"]).multi_items()]
    known = PARAMETERS.get((scope["method"], scope["path"]), ())
    for name in names:
        if name not in known:
            one_of = f"; the parameters are {', '.join(known)}" if known else ": there are none here"
            raise ProfileError("unknown_parameter", f"there is no such parameter{one_of}", name[:MAX_QUOTED_NAME])
    for name in known:
        if names.count(name) > 1:
            raise ProfileError("repeated_field", "the parameter is given more than once", name)


def page_of(query: Mapping[str, str]) -> slice:
    """The items that a request for a page asks for.

    Args:
        query: `limit` and `offset`, as text.

    Raises:
        ProfileError: a value is not allowed.
    """
    limit, offset = _number(query, "limit", DEFAULT_PAGE), _number(query, "offset", 0)
    if limit > MAX_PAGE:
        raise ProfileError("value_invalid", f"limit: must be at most {MAX_PAGE}", "limit")
    return slice(offset, offset + limit)


def choice_of(query: Mapping[str, str], name: str, choices: Collection[str]) -> str | None:
    """The value of a parameter that filters a page; None if it is absent.

    Raises:
        ProfileError: it is not one of the choices.
    """
    chosen = query.get(name)
    if chosen is not None and chosen not in choices:
        raise ProfileError("value_invalid", f"{name}: must be one of {', '.join(choices)}", name)
    return chosen


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise ProfileError("value_invalid", f"{name}: must be a whole number of at least 0", name)
    return int(text)
