"""Client of the service.

Generated: `make types` writes this file from `async_client.py`; do not edit it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote

import httpx

from huijian_client.attempts import Attempts
from huijian_client.profile import Profile
from huijian_client.types import (
    Answer,
    AppealFiled,
    ClosedAccount,
    ClosedAccountRegistered,
    ClosedAccountRemoved,
    Decision,
    DecisionPage,
    Enrolment,
    Error,
    KeptContents,
    Outcome,
    Policy,
    Preview,
    Readiness,
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

RETRY_SECONDS: Final = 90
"""Seconds in which a request is sent again: longer than a restart, and than the claim of a worker that was killed."""


class Client:
    """A client of one service; may be used by several threads.

    Args:
        url: address of the service, such as "http://127.0.0.1:3000".
        key: an API key, where the service asks for one.
        timeout: seconds to wait for each attempt.
        retry_seconds: time in which a request is sent again if the service is busy, restarts or hangs up; 0 for never.
        exactly_once: send an `Idempotency-Key` with judgements, so that one sent again is recorded once. False saves
            two database transactions a judgement, and lets the service judge while its database is down, where the
            policy allows that. Other POSTs have a key always.

    All methods raise `RefusedError` where the service refuses, and `UnreachableError` where no answer comes.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout: float = TIMEOUT_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
        exactly_once: bool = True,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout)
        self._retry_seconds, self._exactly_once = retry_seconds, exactly_once

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def ready(self) -> Readiness:
        """Whether the service can judge, by which versions, and which newer ones it refused."""
        readiness: Readiness = self._ask("GET", "/readyz")
        return readiness

    def classify(self, profile: Profile) -> Answer:
        """Judge one profile."""
        answer: Answer = self._ask("POST", "/v1/classify", json=profile.to_json())
        return answer

    def classify_batch(self, profiles: Sequence[Profile]) -> list[Answer | Error]:
        """Judge at most 64 profiles: an answer or an error for each, in order."""
        body = {"profiles": [profile.to_json() for profile in profiles]}
        answers: list[Answer | Error] = (self._ask("POST", "/v1/classify_batch", json=body))["answers"]
        return answers

    def decision(self, decision_id: str) -> Decision:
        """A decision with its appeals and reviews."""
        found: Decision = self._ask("GET", _path("decisions", decision_id))
        return found

    def decisions(self, limit: int = 100, after: str | None = None, **filters: Any) -> DecisionPage:
        """A page of decisions, newest first.

        Args:
            after: the `next` of the page before.
            filters: as in the OpenAPI document, such as `state="open"` and `label="qr_code"`.
        """
        chosen = _given(limit=limit, after=after, **filters)
        page: DecisionPage = self._ask("GET", "/v1/decisions", params=chosen)
        return page

    def contents(self, decision_id: str) -> KeptContents:
        """The texts of a decision and its pictures in base64, as long as they are kept."""
        kept: KeptContents = self._ask("GET", f"{_path('decisions', decision_id)}/contents")
        return kept

    def appeal(self, decision_id: str, reason: str) -> AppealFiled:
        """File a complaint by the account's owner."""
        path = f"{_path('decisions', decision_id)}/appeal"
        filed: AppealFiled = self._ask("POST", path, json={"reason": reason})
        return filed

    def review(
        self, decision_id: str, outcome: Outcome, labels: Collection[str] | None = None, note: str = ""
    ) -> ReviewRecorded:
        """Record a reviewer's outcome and the labels that are right; None leaves the labels open."""
        body = {"outcome": outcome, "labels": None if labels is None else list(labels), "note": note}
        path = f"{_path('decisions', decision_id)}/review"
        recorded: ReviewRecorded = self._ask("POST", path, json=body)
        return recorded

    def policy(self) -> Policy:
        """The active policy."""
        policy: Policy = self._ask("GET", "/v1/policy")
        return policy

    def references(self, label: str | None = None, limit: int = 100, offset: int = 0) -> ReferencePage:
        """A page of the references, in the order of the gallery."""
        chosen = _given(label=label, limit=limit, offset=offset)
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

    def preview_reference(self, offer: ReferenceOffer) -> Preview:
        """What a reference would catch, without enrolling it."""
        shown: Preview = (self._ask("POST", "/v1/references", params={"preview": "true"}, json=offer))["preview"]
        return shown

    def remove_reference(self, reference_id: str) -> Removal:
        """Remove a reference with all its pictures."""
        removed: Removal = self._ask("DELETE", _path("references", reference_id))
        return removed

    def words(
        self, word_list: str | None = None, label: str | None = None, limit: int = 100, offset: int = 0
    ) -> WordPage:
        """A page of the platform's words: blocked, allowed, or both."""
        chosen = _given(list=word_list, label=label, limit=limit, offset=offset)
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
        """The JSON of the service's answer."""
        is_keyed = method == "POST" and (self._exactly_once or not path.startswith("/v1/classify"))
        headers = {"Idempotency-Key": uuid.uuid4().hex} if is_keyed else {}
        attempts = Attempts(self._retry_seconds)
        while True:
            try:
                response = self._http.request(method, path, headers=headers, **content)
            except httpx.TransportError as error:
                wait = attempts.wait_after_error(error)
            else:
                if response.is_success:
                    return response.json()
                wait = attempts.wait_after_refusal(response)
            time.sleep(wait)


def _given(**parameters: Any) -> dict[str, Any]:
    """The parameters of a query that have a value."""
    return {name: value for name, value in parameters.items() if value is not None}


def _path(kind: str, name: str) -> str:
    return f"/v1/{kind}/{quote(name, safe='')}"
