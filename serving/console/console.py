"""Routes of the console: sign-in, language, static files, and the frame around every page.

The edge lets visitors of `/console` in without a bearer key; the pages recognise them by their session. Database work
runs in threads, as for the API.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.live import LiveInspector
from models.profile import ProfileError
from serving.console.cases import CasePages
from serving.console.dashboard import DashboardPages
from serving.console.folder import FolderPages
from serving.console.gallery import GalleryPages
from serving.console.log import LogPages
from serving.console.render import HERE, html
from serving.console.sessions import COOKIE, NoSession, Sessions
from serving.console.trial import TrialPages
from serving.console.visits import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    Form,
    Visit,
    check_same_site,
    check_token,
    language,
    own_page,
    parse_form,
    visit,
)
from serving.edge.admission import Admission
from serving.keys.keyring import Keyring
from serving.keys.scopes import CALLER_ENTRY, Scope
from serving.messages.errors import ERROR_CODES, headers_of, status_of
from serving.metrics.metrics import Metrics
from serving.routes.pool import Pool
from serving.routes.references import References
from serving.routes.store_faults import store_faults
from serving.store.store import Store
from serving.trials.trial import PolicyTrial

CONSOLE_THREADS, MAX_WAITING = 2, 32
"""Pages at once, and requests in all, per worker."""

YEAR_SECONDS: Final = 365 * 24 * 3600

FILES: Final = {"style.css": "text/css", "script.js": "text/javascript"}

SIGN_IN: Final = "/console/sign-in"

WRITTEN: Final = ("reason", "comment", "policy")
"""Fields of forms in which people write much."""

PAGE_DEPTHS: Final = {"cases": 4, "gallery": 3, "policy": 3}
"""Parts of the address of the page from which a form comes, by the second part; the queue's are two."""

Page = Callable[[Visit], Response]


class Console:
    """All routes under `/console`.

    Args:
        live: gives the gallery and the policy in force.
        store: of decisions and reviews.
        metrics: counts waiting requests.
        keyring: the active keys.
        admission: limits attempts to sign in.
        references: changes the gallery.
        trial: of a policy.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a service
        self,
        live: LiveInspector,
        store: Store,
        metrics: Metrics,
        keyring: Keyring,
        admission: Admission,
        references: References,
        trial: PolicyTrial,
    ) -> None:
        self._store, self._admission = store, admission
        self._sessions = Sessions(keyring, store.signature)
        self._pool = Pool("console", CONSOLE_THREADS, MAX_WAITING, metrics)
        self._cases, self._log = CasePages(store, live), LogPages(store)
        self._dashboard, self._trial = DashboardPages(store, trial), TrialPages(live, trial, store.trail)
        self._gallery, self._folder = GalleryPages(live, references), FolderPages(references)

    def routes(self) -> list[Route]:
        """The routes, for the application."""
        cases, case, folder = self._cases, "/console/cases/{decision_id}", self._folder
        return [
            Route("/console", self._page(cases.queue)),
            Route("/console/next", self._page(cases.next), methods=["POST"]),
            Route(case, self._page(cases.show)),
            Route(f"{case}/decide", self._page(cases.decide), methods=["POST"]),
            Route(f"{case}/comment", self._page(cases.comment), methods=["POST"]),
            Route(f"{case}/release", self._page(cases.release), methods=["POST"]),
            Route("/console/decisions", self._page(self._log.show)),
            Route("/console/decisions.csv", self._page(self._log.export)),
            Route("/console/dashboard", self._page(self._dashboard.show)),
            Route("/console/policy", self._page(self._trial.show)),
            Route("/console/policy/try", self._page(self._trial.begin, Scope.MANAGE), methods=["POST"]),
            Route("/console/policy/stop", self._page(self._trial.end, Scope.MANAGE), methods=["POST"]),
            Route("/console/gallery", self._page(self._gallery.show, Scope.MANAGE)),
            Route("/console/gallery/search", self._page(self._gallery.search, Scope.MANAGE), methods=["POST"]),
            Route("/console/gallery/preview", self._page(self._gallery.preview, Scope.MANAGE), methods=["POST"]),
            Route("/console/gallery/enrol", self._page(self._gallery.enrol, Scope.MANAGE), methods=["POST"]),
            Route("/console/gallery/folder/preview", self._page(folder.preview, Scope.MANAGE), methods=["POST"]),
            Route("/console/gallery/folder/enrol", self._page(folder.enrol, Scope.MANAGE), methods=["POST"]),
            Route("/console/gallery/rollout", self._page(self._gallery.roll_out, Scope.MANAGE), methods=["POST"]),
            Route("/console/gallery/retire", self._page(self._gallery.retire, Scope.MANAGE), methods=["POST"]),
            Route(SIGN_IN, self._sign_in, methods=["GET", "POST"]),
            Route("/console/sign-out", self._sign_out, methods=["POST"]),
            Route("/console/language/{language}", _set_language),
            *(_file(name, media_type) for name, media_type in FILES.items()),
            Route("/console/{rest:path}", self._nothing),
        ]

    def _page(self, show: Page, scope: Scope = Scope.REVIEW) -> Callable[[Request], object]:
        """A handler that lets only reviewers see a page."""

        async def handle(request: Request) -> Response:
            def work(content_type: str, body: bytes) -> Response:
                form = Form()
                try:
                    if request.method == "POST":
                        check_same_site(request.headers)
                        form = parse_form(content_type, body)
                    session = self._sessions.read(request.cookies)
                    request.scope[CALLER_ENTRY] = session.reviewer
                    if request.method == "POST":
                        check_token(session, form)
                    if scope not in session.scopes:
                        raise ProfileError("forbidden", f"this page needs a key with the scope {scope}")
                    with store_faults():
                        return show(visit(request, session, form))
                except NoSession as missing:
                    return self._ask_to_sign_in(request, missing.reason, form)
                except ProfileError as error:
                    return refusal_page(request, error)

            return await self._pool.run(request, work)

        return handle

    async def _sign_in(self, request: Request) -> Response:
        if request.method == "GET":
            return self._ask_to_sign_in(request, "none", Form(), status=200)

        def work(content_type: str, body: bytes) -> Response:
            try:
                check_same_site(request.headers)
                form = parse_form(content_type, body)
                key = self._admission.identify(request.scope, form.text("key").strip())
            except ProfileError as error:
                return self._ask_to_sign_in(request, error.code, Form())
            if key is not None and Scope.REVIEW not in key.scopes:
                return self._ask_to_sign_in(request, "scope", form)
            response = RedirectResponse(own_page(form.text("go_on")), 303)
            # Without an age of its own: an expired session must still be known as ours.
            response.set_cookie(
                COOKIE,
                self._sessions.open(key),
                path="/console",
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="strict",
            )
            return response

        return await self._pool.run(request, work)

    async def _sign_out(self, request: Request) -> Response:
        response = RedirectResponse(SIGN_IN, 303)
        response.delete_cookie(COOKIE, path="/console")
        return response

    async def _nothing(self, request: Request) -> Response:
        return refusal_page(request, ProfileError("not_found", "there is no such page"))

    def _ask_to_sign_in(self, request: Request, reason: str, form: Form, status: int = 401) -> Response:
        go_on = form.text("go_on") or request.query_params.get("go_on") or _page_of(request)
        return html(
            "sign-in.html",
            language(request),
            status,
            reason=reason,
            needs_key=self._sessions.needs_key,
            go_on=own_page(go_on),
            # Only what this browser just sent, in a session that was ours, is shown again.
            entered=next(filter(None, map(form.text, WRITTEN)), "") if reason == "expired" else "",
        )


def refusal_page(request: Request, error: ProfileError) -> Response:
    """A page that says why a request was refused, and when to try again."""
    code = ERROR_CODES.get(error.code)
    page = html("refusal.html", language(request), status_of(error), error=error, code=code)
    page.headers.update(headers_of(error))
    return page


def _page_of(request: Request) -> str:
    """The page to come back to: for a form the one that it is on."""
    path = request.url.path
    if path == SIGN_IN:
        return "/console"
    if request.method == "GET":
        return path + (f"?{request.url.query}" if request.url.query else "")
    parts = path.split("/")
    return "/".join(parts[: PAGE_DEPTHS.get(parts[2], 2)])


async def _set_language(request: Request) -> Response:
    response = RedirectResponse(own_page(request.query_params.get("go_on", "")), 303)
    chosen = request.path_params["language"]
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, path="/console", samesite="strict")
    return response


def _file(name: str, media_type: str) -> Route:
    content = (HERE / name).read_text(encoding="utf-8")

    async def serve(_: Request) -> Response:
        return Response(content, media_type=media_type)

    return Route(f"/console/{name}", serve)
