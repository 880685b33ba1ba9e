"""Python client of the service, with typed answers and retries.

A request refused with 429 or 503 and `Retry-After`, or whose connection broke, is sent again. Appeals and reviews carry
an Idempotency-Key, so that the service takes them once. A request that timed out is not sent again, as that would add
to the load.
"""

from __future__ import annotations

import base64
import random
import time
import uuid
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from models.profile import IMAGE_FIELDS, Field, Profile
from serving.client_types import (
    Answer,
    AppealFiled,
    ClosedAccount,
    ClosedAccountRegistered,
    ClosedAccountRemoved,
    Decision,
    Enrolment,
    Error,
    Outcome,
    Policy,
    ReferenceOffer,
    ReferencePage,
    ReferenceShown,
    Removal,
    ReviewRecorded,
    WordChanged,
    WordOffer,
    WordPage,
)

TIMEOUT_SECONDS: Final = 35
"""Seconds to wait for an answer: a little more than the service's deadline, so that its refusal arrives."""

ATTEMPTS: Final = 4
"""Times that a request is sent at most."""

BACKOFF_SECONDS: Final = 0.25
"""Seconds before the second attempt after a broken connection; doubled for each further attempt."""

MAX_WAIT_SECONDS: Final = 30
"""Longest wait in seconds, whatever `Retry-After` asks for."""

RETRY_STATUSES: Final = frozenset({429, 503})

CONNECTION_ERRORS: Final = (httpx.ConnectTimeout, httpx.NetworkError, httpx.RemoteProtocolError)
"""After these the service may or may not have handled the request."""


class RefusedError(RuntimeError):
    """The service refused a request.

    Attributes:
        status: HTTP status.
        code: explained in `/docs`; empty if a proxy refused, and not the service.
        field: the field at fault, if it is one.
        request_id: names the request in the service's log.
    """

    def __init__(self, response: httpx.Response) -> None:
        detail = _detail(response)
        self.status, self.code, self.field = response.status_code, detail.get("code", ""), detail.get("field")
        self.request_id = response.headers.get("x-request-id")
        super().__init__(detail.get("message") or f"HTTP status {self.status}")


class Client:
    """A client of one service; may be used by several threads.

    Args:
        url: address of the service, such as "http://127.0.0.1:3000".
        key: an API key, where the service asks for one.
        timeout: seconds to wait for each attempt.

    All methods raise `RefusedError` where the service refuses, and `httpx.TransportError` where it cannot be reached.

    Example:
        >>> with Client("http://127.0.0.1:3000") as client:
        ...     client.classify(Profile("42", bio="稳赚不赔，➕V：abc12345"))["verdict"]
        'reject'
    """

    def __init__(self, url: str, key: str | None = None, timeout: float = TIMEOUT_SECONDS) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def classify(self, profile: Profile) -> Answer:
        """Judge one profile."""
        answer: Answer = self._ask("POST", "/v1/classify", json=_values(profile))
        return answer

    def classify_batch(self, profiles: Sequence[Profile]) -> list[Answer | Error]:
        """Judge at most 64 profiles: an answer or an error for each, in order."""
        body = {"profiles": [_values(profile) for profile in profiles]}
        answers: list[Answer | Error] = self._ask("POST", "/v1/classify_batch", json=body)["answers"]
        return answers

    def decision(self, decision_id: str) -> Decision:
        """A decision with its appeals and reviews."""
        found: Decision = self._ask("GET", _path("decisions", decision_id))
        return found

    def appeal(self, decision_id: str, reason: str) -> AppealFiled:
        """File a complaint by the account's owner."""
        path = f"{_path('decisions', decision_id)}/appeal"
        filed: AppealFiled = self._ask("POST", path, headers=_new_key(), json={"reason": reason})
        return filed

    def review(
        self, decision_id: str, outcome: Outcome, labels: Collection[str] | None = None, note: str = ""
    ) -> ReviewRecorded:
        """Record a reviewer's outcome and the labels that are right; None leaves the labels open."""
        body = {"outcome": outcome, "labels": None if labels is None else list(labels), "note": note}
        path = f"{_path('decisions', decision_id)}/review"
        recorded: ReviewRecorded = self._ask("POST", path, headers=_new_key(), json=body)
        return recorded

    def policy(self) -> Policy:
        """The active policy."""
        policy: Policy = self._ask("GET", "/v1/policy")
        return policy

    def references(self, label: str | None = None, limit: int = 100, offset: int = 0) -> ReferencePage:
        """A page of the references, in the order of the gallery."""
        chosen = {"limit": limit, "offset": offset, **({"label": label} if label else {})}
        page: ReferencePage = self._ask("GET", "/v1/references", params=chosen)
        return page

    def reference(self, reference_id: str) -> ReferenceShown:
        """A reference with its pictures and phrases."""
        shown: ReferenceShown = self._ask("GET", _path("references", reference_id))
        return shown

    def add_reference(self, offer: ReferenceOffer) -> Enrolment:
        """Enrol a picture of a reference, or a phrase that stands for it."""
        enrolled: Enrolment = self._ask("POST", "/v1/references", json=offer)
        return enrolled

    def remove_reference(self, reference_id: str) -> Removal:
        """Remove a reference with all its pictures."""
        removed: Removal = self._ask("DELETE", _path("references", reference_id))
        return removed

    def words(
        self, word_list: str | None = None, label: str | None = None, limit: int = 100, offset: int = 0
    ) -> WordPage:
        """A page of the platform's words: blocked, allowed, or both."""
        filters = {"list": word_list, "label": label}
        chosen = {"limit": limit, "offset": offset, **{name: value for name, value in filters.items() if value}}
        page: WordPage = self._ask("GET", "/v1/lists", params=chosen)
        return page

    def add_word(self, word: WordOffer) -> WordChanged:
        """Add a word to the platform's lists, or change its entry."""
        added: WordChanged = self._ask("POST", "/v1/lists", json=word)
        return added

    def remove_word(self, word: str) -> WordChanged:
        """Remove a word from the platform's lists."""
        removed: WordChanged = self._ask("DELETE", _path("lists", word))
        return removed

    def add_closed_account(self, account: ClosedAccount) -> ClosedAccountRegistered:
        """Register an account that was closed by law."""
        registered: ClosedAccountRegistered = self._ask("POST", "/v1/closed_accounts", json=account)
        return registered

    def remove_closed_account(self, account: str) -> ClosedAccountRemoved:
        """Remove a closed account, named by its id or by the key that its registration returned."""
        removed: ClosedAccountRemoved = self._ask("DELETE", _path("closed_accounts", account))
        return removed

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        """The JSON of the service's answer, after at most `ATTEMPTS` attempts."""
        attempt = 1
        while True:
            try:
                response = self._http.request(method, path, **content)
            except CONNECTION_ERRORS:
                if attempt == ATTEMPTS:
                    raise
                wait = BACKOFF_SECONDS * 2 ** (attempt - 1)
            else:
                if response.is_success:
                    return response.json()
                if attempt == ATTEMPTS or not _may_retry(response):
                    raise RefusedError(response)
                wait = _retry_after(response)
            time.sleep(wait * random.uniform(1, 1.5))  # noqa: S311 - jitter, so that clients do not return at once
            attempt += 1


def _may_retry(response: httpx.Response) -> bool:
    if _detail(response).get("code") == "deadline":
        return False
    is_in_work = _detail(response).get("code") == "request_in_progress"  # an earlier attempt, whose connection broke
    return is_in_work or (response.status_code in RETRY_STATUSES and "retry-after" in response.headers)


def _retry_after(response: httpx.Response) -> float:
    asked = response.headers.get("retry-after", "1")
    return min(float(asked) if asked.isdecimal() else BACKOFF_SECONDS, MAX_WAIT_SECONDS)


def _detail(response: httpx.Response) -> dict[str, Any]:
    """The error in the contract's shape; empty where a proxy answered."""
    try:
        detail: dict[str, Any] = dict(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        return {}
    return detail


def _new_key() -> dict[str, str]:
    return {"Idempotency-Key": uuid.uuid4().hex}


def _path(kind: str, name: str) -> str:
    return f"/v1/{kind}/{quote(name, safe='')}"


def _values(profile: Profile) -> dict[str, Any]:
    """A profile as JSON values, with images in base64."""
    content = {str(field): getattr(profile, field) for field in Field if getattr(profile, field) is not None}
    encoded = {str(name): base64.b64encode(content[name]).decode() for name in IMAGE_FIELDS if name in content}
    return {
        "account_id": profile.account_id,
        **content,
        **encoded,
        "entitlements": sorted(profile.entitlements),
    }
