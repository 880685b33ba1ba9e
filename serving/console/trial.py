"""The policy on trial: what it would change before it is in force; begun and ended by those who may manage."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from models.live import LiveInspector
from models.policy import PolicyError
from serving.console.render import page
from serving.console.visits import Upload, Visit
from serving.keys.scopes import Scope
from serving.runs.changes import UNDECIDED
from serving.runs.rejudge import Gap
from serving.store.audit.trail import Trail
from serving.trials import policy_file
from serving.trials.rejudging import OTHER_RELEASE, POLICY_UNKNOWN
from serving.trials.report import ABSENT, rule_changes
from serving.trials.trial import WINDOW, PolicyTrial

GAP_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    Gap.BELOW: (
        "新阈值更低，低于原阈值的概率没有保存",
        "Scores below the old threshold are not stored",
    ),
    Gap.HIDDEN: ("同一区域可能还有另一标志，没有保存", "Another emblem in the same region may not be stored"),
    Gap.ENTITLEMENT: ("账号持有授权，授权没有保存", "The account has entitlements, which are not stored"),
    Gap.BOUNDS: ("概率只存四位小数，恰在阈值处", "A score is at the threshold, within its four decimals"),
    Gap.IMAGE_TEXT: ("图中文字只有一方识别", "Only one of the policies reads text in pictures"),
    Gap.ROLLOUT: ("原策略只观察，生效比例没有保存", "The old policy only observed; the rollout is not stored"),
    Gap.KINDS: ("联系方式只保存最重的一类", "Only the severest kind of contact is stored"),
    Gap.BASE_RATES: ("违规比例不同，保存的分数无法换算", "Base rates differ, and stored scores cannot be moved"),
    Gap.LISTS: ("词表可能放行，词语没有保存", "A word list may allow the words, which are not stored"),
    OTHER_RELEASE: (
        "由其他版本的徽鉴判定，保存的内容不同",
        "Another release decided, and stored other values",
    ),
    POLICY_UNKNOWN: ("判定时的策略没有保存", "The policy of the decision is not kept"),
}


MAX_POLICY_BYTES: Final = 100_000
"""Bytes of an offered policy; the shipped one has 7 kB."""


class TrialPages:
    """The page of the policy on trial, and the forms that begin and end a trial.

    Args:
        live: gives the policy in force, and the home directory.
        trial: judges stored decisions.
        trail: records who begins and ends a trial.
    """

    def __init__(self, live: LiveInspector, trial: PolicyTrial, trail: Trail) -> None:
        self._live, self._trial, self._trail = live, trial, trail

    def show(self, visit: Visit) -> Response:
        """What the policy on trial would change."""
        return self._page(visit, self._text_in_force())

    def begin(self, visit: Visit) -> Response:
        """Put a policy on trial; a faulty one comes back with its faults."""
        offered = _offered(visit)
        if not offered.content.strip():
            return self._refused(
                visit, offered, [visit.t("请选择文件或粘贴策略。", "Choose a file, or paste a policy.")]
            )
        if len(offered.content) > MAX_POLICY_BYTES:
            most = MAX_POLICY_BYTES // 1_000
            return self._refused(visit, offered, [visit.t(f"大于 {most} kB。", f"It is larger than {most} kB.")])
        try:
            version = policy_file.begin(offered.content, offered.name, self._live.settings, self._trail, visit.by)
        except PolicyError as error:
            return self._refused(visit, Upload(error.name, offered.content), error.faults)
        except policy_file.TrialError as error:
            return self._refused(visit, offered, [str(error)])
        return RedirectResponse(f"/console/policy?{urlencode({'begun': version, 'done': 'policy'})}", 303)

    def end(self, visit: Visit) -> Response:
        """End the trial; one that has ended already stays so."""
        with contextlib.suppress(policy_file.TrialError):
            policy_file.end(self._live.settings, self._trail, visit.by)
        return RedirectResponse("/console/policy?ended=1", 303)

    def _refused(self, visit: Visit, offered: Upload, faults: Sequence[str]) -> Response:
        """The page with the faults of a policy, and its text to mend."""
        return self._page(visit, offered.content[:MAX_POLICY_BYTES].decode(errors="replace"), offered.name, faults)

    def _text_in_force(self) -> str:
        """The policy in force, from which another one is written."""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return self._live.settings.policy.read_text(encoding="utf-8")
        return ""

    def _page(self, visit: Visit, text: str, name: str = "", faults: Sequence[str] = ()) -> Response:
        is_on_trial = policy_file.trial_file(self._live.settings.home).exists()
        current, in_force = self._trial.current if is_on_trial else None, self._live.current.policy
        return page(
            "trial.html",
            visit,
            422 if faults else 200,
            is_on_trial=is_on_trial,
            may_manage=Scope.MANAGE in visit.session.scopes,
            text=text,
            name=name,
            faults=faults,
            trial=current,
            in_force=in_force.version,
            rules=list(rule_changes(in_force, current.policy)) if current else [],
            problem=self._trial.problem if is_on_trial else None,
            window=WINDOW,
            undecided=UNDECIDED,
            absent=ABSENT,
            gap_name=lambda gap: visit.t(*GAP_NAMES[gap]),
        )


def _offered(visit: Visit) -> Upload:
    """The policy of a form: its file, or else what was pasted."""
    chosen = next(iter(visit.form.files.get("file", ())), None)
    return chosen or Upload(visit.t("粘贴的文本", "as pasted"), visit.form.text("policy").encode())
