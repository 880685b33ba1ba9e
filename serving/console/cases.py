"""The queue of open cases, and the page on which one is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse, Response

from models.live import LiveInspector
from models.policy import Policy
from models.profile import Label, ProfileError, Severity
from serving.console import evidence
from serving.console.render import hours_left, page
from serving.console.visits import Visit
from serving.messages.query import DECISION_FILTERS
from serving.routes.decision_list import filters_of, position_of
from serving.routes.decisions import DECISION_ID, MAX_REASON
from serving.store.cases.handling import is_held, waits
from serving.store.cases.listing import Filters, Position, Row
from serving.store.errors import CaseDecided, CaseHeld, DecisionUnknown
from serving.store.store import Store

PAGE_ROWS: Final = 50
"""Cases of a page of the queue."""

MAX_COUNTED: Final = 100_000
"""Open cases are counted up to here; the index is read for each."""

QUEUE, SUGGESTED = "queue", "suggested"
"""Parameter of the queue that is looked at, and its value for suggested cases; none is the queue of open cases."""

CHOICES: Final = ("uphold", "overturn", "relabel")

REASONS: Final = (
    ("属实", "The finding is right"),
    ("正常使用，未违规", "Harmless use"),
    ("已核验授权", "Entitlement verified"),
    ("仅为提及，并非冒用", "A mention, no imitation"),
    ("图案相似但不是该标志", "Looks alike, but is not it"),
    ("标签应为其他类别", "Another label applies"),
)
"""Common reasons, chosen by the keys 1 to 6."""


@dataclass(frozen=True)
class Draft:
    """What a reviewer entered and could not be recorded.

    Attributes:
        choice: of `CHOICES`, or empty.
        reason: the text.
        labels: ticked for `relabel`.
        comment: a remark.
    """

    choice: str = ""
    reason: str = ""
    labels: Sequence[str] = ()
    comment: str = ""


class CasePages:
    """Pages of the queue and of its cases.

    Args:
        store: of decisions and reviews.
        live: gives the gallery and the policy in force.
    """

    def __init__(self, store: Store, live: LiveInspector) -> None:
        self._store, self._live = store, live

    def queue(self, visit: Visit) -> Response:
        """Open cases, oldest first; or those that are suggested, the one most worth a review first."""
        if visit.query.get(QUEUE) == SUGGESTED:
            return self._suggested(visit)
        filters = queue_filters(visit.query)
        found = self._store.cases.page(filters, PAGE_ROWS, position_of(visit.query), oldest_first=True)
        chosen = {name: value for name, value in visit.query.items() if name in DECISION_FILTERS}
        return page(
            "queue.html",
            visit,
            rows=self._listed(found.rows),
            total=self._store.cases.count(Filters(state="open"), MAX_COUNTED),
            suggested=self._store.cases.count_suggested(),
            chosen=chosen,
            back=urlencode(chosen),
            next=f"/console?{urlencode({**chosen, 'after': str(found.next)})}" if found.next else None,
            is_first="after" not in visit.query,
        )

    def _suggested(self, visit: Visit) -> Response:
        return page(
            "suggested.html",
            visit,
            rows=self._listed(self._store.cases.suggested(PAGE_ROWS)),
            total=self._store.cases.count(Filters(state="open"), MAX_COUNTED),
            suggested=self._store.cases.count_suggested(),
            back=urlencode({QUEUE: SUGGESTED}),
        )

    def next(self, visit: Visit) -> Response:
        """The oldest free case, kept for this reviewer from now on."""
        return self._to_next(visit, visit.form.text("back"))

    def show(self, visit: Visit) -> Response:
        """One case."""
        return self._case(visit, visit.path["decision_id"])

    def decide(self, visit: Visit) -> Response:
        """Record a decision and go on to the next case; refused ones come back with what was entered."""
        which, form = visit.path["decision_id"], visit.form
        draft = Draft(form.text("choice"), form.text("reason").strip(), form.all("labels"))
        if problem := _fault(visit, draft):
            return self._case(visit, which, draft, problem, 422)
        case = self._known(which)
        outcome, labels = _outcome(case, draft)
        seen = [one for one in form.text("seen").split(",") if one]
        try:
            self._store.review(which, outcome, draft.reason, visit.by, labels, seen=seen)
        except CaseDecided as error:
            told = visit.t(
                f"{error.by} 已先作出决定（{_named(visit, error.outcome)}）。您的决定没有登记，理由保留在下面。",
                f"{error.by} decided this case first ({error.outcome}). Your decision was not recorded; "
                "your reason is kept below.",
            )
            return self._case(visit, which, draft, told, 409)
        except CaseHeld as error:
            told = visit.t(
                f"此案正由 {error.by} 处理。您的决定没有登记，理由保留在下面。",
                f"{error.by} is working on this case. Your decision was not recorded; your reason is kept below.",
            )
            return self._case(visit, which, draft, told, 409)
        return self._to_next(visit, form.text("back"), done=which)

    def comment(self, visit: Visit) -> Response:
        """Record a comment."""
        which, text = visit.path["decision_id"], visit.form.text("comment").strip()
        if not 1 <= len(text) <= MAX_REASON:
            told = visit.t(f"备注须为 1 至 {MAX_REASON} 字。", f"A comment has 1 to {MAX_REASON} characters.")
            return self._case(visit, which, Draft(comment=text), told, 422)
        self._known(which)
        self._store.comment(which, text, visit.by)
        return RedirectResponse(_address(which, visit.form.text("back"), said=f"comment-{which}"), 303)

    def release(self, visit: Visit) -> Response:
        """Leave a case undecided, and go on to the one after it."""
        case = self._known(visit.path["decision_id"])
        self._store.cases.release(case["decision_id"], visit.by)
        return self._to_next(visit, visit.form.text("back"), skipped=case)

    def _to_next(self, visit: Visit, back: str, done: str = "", skipped: Row | None = None) -> Response:
        query = _choices(dict(parse_qsl(back)))
        found = self._next(query, visit.by, skipped)
        if found:
            return RedirectResponse(_address(found, urlencode(query), done=done), 303)
        return RedirectResponse(f"/console?{urlencode({**query, 'done': done, 'empty': 1})}", 303)

    def _next(self, query: Mapping[str, str], by: str, skipped: Row | None) -> str | None:
        """The next free case of a queue, kept for a reviewer; after the skipped one."""
        if query.get(QUEUE) == SUGGESTED:
            return self._store.cases.next_suggested(by, (skipped and skipped["suggested"]) or 0)
        position = Position(skipped["time"], skipped["decision_id"]) if skipped else None
        return self._store.cases.next(queue_filters(query), by, position)

    def _listed(self, rows: Sequence[Row]) -> list[Row]:
        return [{**row, "left": self._hours_left(row), "is_held": is_held(row)} for row in rows]

    def _case(
        self, visit: Visit, which: str, draft: Draft | None = None, problem: str = "", status: int = 200
    ) -> Response:
        case = self._known(which)
        held = waits(case) and self._store.cases.hold(which, visit.by)
        decision, kept = self._store.decision(which, visit.by), self._store.contents(which, visit.by)
        inspector = self._live.current
        case = self._known(which)
        return page(
            "case.html",
            visit,
            status,
            case=case,
            decision=decision,
            panels=evidence.panels(decision["answer"]["findings"], kept, inspector.gallery, inspector.policy),
            appeals=[{**appeal, **_state(appeal, decision, inspector.policy)} for appeal in decision["appeals"]],
            similar=self._store.cases.similar(case),
            seen=",".join(review["review_id"] for review in decision["reviews"]),
            waits=waits(case),
            locked=waits(case) and not held,
            draft=draft or Draft(),
            problem=problem,
            reasons=REASONS,
            back=urlencode(_choices(visit.query)) or visit.form.text("back"),
            done=visit.query.get("done", ""),
            counted=sorted({found["label"] for found in case["findings"] if found["counts"]}),
        )

    def _known(self, which: str) -> Row:
        case = self._store.cases.one(which) if DECISION_ID.fullmatch(which) else None
        if case is None:
            raise DecisionUnknown(f"there is no decision {which[:64]!r}, or it is no longer kept")
        return case

    def _hours_left(self, row: Row) -> int | None:
        return hours_left(row["appealed"], self._live.current.policy.appeals.days) if row["appealed"] else None


def queue_filters(query: Mapping[str, str]) -> Filters:
    """Filters of the queue: always of open cases.

    Raises:
        ProfileError: a value is not allowed.
    """
    state = "appealed" if query.get("state") == "appealed" else "open"
    return filters_of({**{name: query[name] for name in DECISION_FILTERS if query.get(name)}, "state": state})


def _choices(query: Mapping[str, str]) -> dict[str, str]:
    """The queue and the filters that a reviewer chose."""
    return {name: value for name, value in query.items() if name in (QUEUE, *DECISION_FILTERS)}


def _fault(visit: Visit, draft: Draft) -> str:
    if draft.choice not in CHOICES:
        return visit.t("请选择维持、改判或改标签。", "Choose to uphold, to overturn, or another label.")
    if not draft.reason:
        return visit.t("请填写理由。", "Give a reason.")
    if len(draft.reason) > MAX_REASON:
        return visit.t(f"理由至多 {MAX_REASON} 字。", f"A reason has at most {MAX_REASON} characters.")
    if draft.choice == "relabel" and not draft.labels:
        return visit.t("请勾选成立的标签。", "Tick the labels that apply.")
    return ""


def _outcome(case: Row, draft: Draft) -> tuple[Severity, list[Label]]:
    """The review that a choice stands for."""
    is_clean = case["verdict"] == Severity.PASS
    counted = sorted({Label(found["label"]) for found in case["findings"] if found["counts"]})
    if draft.choice == "relabel":
        try:
            return Severity.REJECT, [Label(label) for label in draft.labels]
        except ValueError:
            raise ProfileError("value_invalid", "there is no such label", "labels") from None
    if draft.choice == "uphold":
        return (Severity.PASS, []) if is_clean else (Severity.REJECT, counted)
    return (Severity.REJECT, counted) if is_clean else (Severity.PASS, [])


def _state(appeal: Mapping[str, Any], decision: Mapping[str, Any], policy: Policy) -> dict[str, Any]:
    """Whether an appeal was answered, and how long there is left."""
    is_answered = any(review["time"] > appeal["time"] for review in decision["reviews"])
    return {"is_answered": is_answered, "left": hours_left(appeal["time"], policy.appeals.days)}


def _address(which: str, back: str, **recorded: str) -> str:
    """The page of a case; the script forgets the drafts of what was recorded."""
    query = "&".join(filter(None, (back, urlencode({name: value for name, value in recorded.items() if value}))))
    return f"/console/cases/{which}" + (f"?{query}" if query else "")


def _named(visit: Visit, outcome: str) -> str:
    return visit.t("放行" if outcome == Severity.PASS else "违规", outcome)
