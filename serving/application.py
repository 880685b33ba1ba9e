"""The ASGI application: all routes of the HTTP contract.

The event loop only reads and writes. Parsing, decoding and judging run in a small pool of threads, so that health
checks answer while profiles are judged.
"""

from __future__ import annotations

from typing import Any, Final

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.live import LiveInspector
from models.profile import ProfileError
from serving import docs
from serving.console.console import Console, refusal_page
from serving.edge.admission import Admission, is_console
from serving.edge.deadlines import deadline
from serving.edge.edge import Edge
from serving.edge.rates import Rates
from serving.keys.keyring import Keyring
from serving.messages.errors import ErrorResponse
from serving.messages.responses import json_response
from serving.metrics.metrics import Metrics
from serving.routes.closed_accounts import ClosedAccountRoutes
from serving.routes.decisions import Decisions
from serving.routes.judging import ProfileJudge
from serving.routes.references import References
from serving.routes.word_lists import WordListRoutes
from serving.shadow.shadow import Shadow
from serving.store.store import Store
from serving.trials.trial import PolicyTrial


def application(  # noqa: PLR0913 - the parts of a service
    live: LiveInspector,
    store: Store,
    metrics: Metrics,
    keyring: Keyring,
    *,
    threads: int,
    shadow: Shadow | None = None,
    trial: PolicyTrial | None = None,
) -> Starlette:
    """The ASGI application.

    Args:
        live: the active Inspector.
        store: records decisions.
        metrics: counters.
        keyring: the active API keys.
        threads: profiles judged at once.
        shadow: passes the profiles to a challenger as well.
        trial: judges stored decisions with the policy on trial; one that nobody runs if None.
    """

    def readyz(_: Request) -> Response:
        return json_response(readiness(live, keyring))

    judge = ProfileJudge(live, store, metrics, threads, shadow)
    references, decisions = References(live, store, metrics), Decisions(store, metrics)
    closed, lists = ClosedAccountRoutes(live, store, metrics), WordListRoutes(live, store, metrics)
    admission = Admission(keyring, Rates.of_this_server("rates"))
    console = Console(live, store, metrics, keyring, admission, references, trial or PolicyTrial(live.settings, store))
    app = Starlette(
        routes=[
            Route("/", lambda _: RedirectResponse("/docs")),
            Route("/v1/classify", judge.classify, methods=["POST"]),
            Route("/v1/classify_batch", judge.classify_batch, methods=["POST"]),
            Route("/v1/references", references.all, methods=["GET", "POST"]),
            Route("/v1/references/{reference_id:path}", references.one, methods=["GET", "DELETE"]),
            Route("/v1/lists", lists.all, methods=["GET", "POST"]),
            Route("/v1/lists/{word:path}", lists.remove, methods=["DELETE"]),
            Route("/v1/closed_accounts", closed.add, methods=["POST"]),
            Route("/v1/closed_accounts/{account:path}", closed.remove, methods=["DELETE"]),
            Route("/v1/decisions", decisions.all),
            Route("/v1/decisions/{decision_id}", decisions.show),
            Route("/v1/decisions/{decision_id}/contents", decisions.contents),
            Route("/v1/decisions/{decision_id}/appeal", decisions.appeal, methods=["POST"]),
            Route("/v1/decisions/{decision_id}/review", decisions.review, methods=["POST"]),
            Route("/v1/policy", lambda _: json_response(live.current.policy.model_dump(mode="json"))),
            Route("/livez", lambda _: json_response({"alive": True})),
            Route("/readyz", readyz),
            Route("/metrics", lambda _: Response(metrics.render(), media_type=CONTENT_TYPE_LATEST)),
            *docs.routes(),
            *console.routes(),
        ],
        middleware=[
            Middleware(Edge, admission=admission, metrics=metrics, deadline=deadline(), refusal_page=refusal_page)
        ],
        exception_handlers={HTTPException: _refuse},
    )
    app.router.redirect_slashes = False
    return app


def readiness(live: LiveInspector, keyring: Keyring) -> dict[str, Any]:
    """The body of /readyz: active versions, and newer ones that were refused."""
    refusals = [*live.refusals, *filter(None, [keyring.refusal])]
    refused = [
        {"part": refusal.part, "since": refusal.since.isoformat(), "reason": refusal.reason} for refusal in refusals
    ]
    return {
        "ready": True,
        "versions": dict(live.current.current_versions()),
        "update_refused": bool(refused),
        "refused": refused,
    }


ROUTING_ERRORS: Final = {
    404: ("not_found", "there is nothing at this address; /docs lists what there is"),
    405: ("method_not_allowed", "this address has no such method; /docs lists what there is"),
}
"""Code and message for Starlette's own refusals, by status."""


def _refuse(request: Request, error: Exception) -> Response:
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (400, None)
    code, message = ROUTING_ERRORS.get(status, ("malformed_request", "the request cannot be understood"))
    refused = ProfileError(code, message)
    response = refusal_page(request, refused) if is_console(request.scope) else ErrorResponse(refused)
    response.headers.update(headers or {})
    return response
