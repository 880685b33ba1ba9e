"""A challenger beside a champion, both with the released artefacts, over HTTP in this process."""

import base64
import os
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe
from pathlib import Path

import pytest
import yaml
from judgements import settle
from prometheus_client import CollectorRegistry
from services import client_of
from shadowing import challengers, wait

from models.images.gallery import gallery
from models.live import LiveInspector
from models.runtime.paths import REPOSITORY
from models.runtime.rollout import in_rollout
from models.settings import Settings
from serving.shadow import shadow
from serving.shadow.comparison import Comparison
from serving.shadow.disagreement import DisagreementReport
from serving.shadow.metrics import ShadowMetrics
from serving.shadow.profile_queue import MAX_PROFILES
from serving.shadow.shadow import ROLLOUT_SALT, Shadow
from serving.store.comparisons import Comparisons
from serving.store.database import Database
from serving.store.store import Store

FLAG = (REPOSITORY / "docs" / "example-avatar.png").read_bytes()
BIO = "稳赚不赔的项目，加➕V：abc12345"


class Service:
    """A service with a home of its own.

    Attributes:
        client: asks it.
        home: where its trial is.
    """

    def __init__(self, home):
        self.home, settings = home, Settings(home=home)
        live = LiveInspector(settings)
        self.store = Store.from_environment(home, lambda: live.current.policy.store)
        self.registry, self.database = CollectorRegistry(), Database.from_environment(home)
        self.shadow = Shadow(settings, Comparisons(self.database), ShadowMetrics(self.registry))
        self.client = client_of(live, self.store, self.shadow)

    def close(self):
        self.store.close()
        self.shadow.close()

    def answer(self, account, **content):
        response = self.client.post("/v1/classify", json={"account_id": account, **content})
        assert response.status_code == 200
        return response.json()

    def count(self, outcome):
        return self.registry.get_sample_value("huijian_shadow_profiles_total", {"outcome": outcome}) or 0

    def differences(self, direction):
        samples = next(metric.samples for metric in self.registry.collect() if metric.name == "huijian_shadow_labels")
        return {one.labels["label"] for one in samples if one.labels.get("direction") == direction and one.value}

    def stored(self, decision_id):
        """The comparison of a decision, once it is stored; None while it is not."""
        comparisons = Comparisons(self.database)
        rows = comparisons.of(comparisons.newest_trial() or "")
        return next((Comparison.from_row(row) for row in rows if row["decision_id"] == decision_id), None)

    def put_on_trial(self, changes=None, **trial):
        """Begin a trial of another policy, and wait until it judges; `changes` are new thresholds by label."""
        policy = yaml.safe_load(Settings().policy.read_text(encoding="utf-8"))
        for label, threshold in (changes or {}).items():
            policy["rules"][label]["threshold"] = threshold
        policy["version"] = f"trial-{time.monotonic()}"
        (self.home / "challenger.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
        (self.home / "shadow.yaml").write_text(yaml.safe_dump({"share": 1.0, "policy": "challenger.yaml", **trial}))
        wait(lambda: self.shadow.versions.get("policy", "").startswith(policy["version"]))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service that looks after its challenger often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shadow, "POLL_SECONDS", 0.1)
        patch.setattr(shadow, "RETRY_SECONDS", 0.5)
        running = Service(tmp_path_factory.mktemp("home"))
        yield running
        running.close()
    assert challengers() == []


def test_champion_answers_while_the_challenger_is_counted_and_stored(service):
    content = {"bio": BIO, "avatar": base64.b64encode(FLAG).decode()}
    before = service.answer("1", **content)
    gallery.configure(service.home / "galleries", "flag.cn", base=Settings().gallery_directory(), rollout=0.0)
    service.put_on_trial({"deceptive_claim": 1.0, "exaggeration": 0.0}, gallery="galleries")
    answer = service.answer("1", **content)
    assert {**answer, "decision_id": ""} == {**before, "decision_id": ""}
    wait(lambda: service.count("differed") == 1)
    assert service.differences("champion_only") == {"national_symbol", "deceptive_claim"}
    assert service.differences("challenger_only") == {"exaggeration"}
    settle(service.store)
    comparison = wait(lambda: service.stored(answer["decision_id"]))
    assert comparison.verdicts == ("reject", "reject")
    assert comparison.labels[0] == {found["label"] for found in answer["findings"]}
    report = DisagreementReport.of_newest_trial(Comparisons(service.database))
    assert (report.judged, report.agreed) == (1, 0)
    assert report.challenger.keys() == {"gallery", "policy"}
    assert answer["decision_id"] in str(report)


def test_only_accounts_in_the_share_are_judged_and_always_the_same(service):
    accounts = [str(number) for number in range(20)]
    inside = [account for account in accounts if in_rollout(account, 0.5, ROLLOUT_SALT)]
    service.put_on_trial(share=0.5)
    wait(lambda: service.registry.get_sample_value("huijian_shadow_share") == 0.5)
    before = service.count("agreed")
    profiles = [{"account_id": account, "name": "小鹿"} for account in accounts]
    for _ in range(2):
        service.client.post("/v1/classify_batch", json={"profiles": profiles})
    wait(lambda: service.count("agreed") >= before + 2 * len(inside))
    answered = service.answer(next(account for account in accounts if account in inside), name="小鹿")
    wait(lambda: service.stored(answered["decision_id"]))  # whatever was wrongly judged came before it
    assert service.count("agreed") == before + 2 * len(inside) + 1


def test_a_broken_challenger_is_refused_and_the_one_before_goes_on(service):
    service.put_on_trial()
    versions = service.shadow.versions
    (service.home / "challenger.yaml").write_text("rules: {}")
    wait(lambda: service.shadow.problem)
    assert service.registry.get_sample_value("huijian_shadow_refused") == 1
    before = service.count("agreed")
    service.answer("1", name="小鹿")
    wait(lambda: service.count("agreed") == before + 1)
    assert service.shadow.versions == versions


def test_answers_do_not_wait_and_dropped_profiles_are_counted(service):
    service.put_on_trial()
    (challenger,) = challengers()
    judged, dropped = service.count("agreed"), service.count("dropped")
    challenger.send_signal(signal.SIGSTOP)
    try:
        time.sleep(0.3)  # the look that comes every tenth of a second waits for it now
        for _ in range(MAX_PROFILES + 5):
            service.answer("1", name="小鹿")
        assert service.count("dropped") >= dropped + 4  # one may be on its way
    finally:
        challenger.send_signal(signal.SIGCONT)
    wait(lambda: service.count("agreed") + service.count("dropped") == judged + dropped + MAX_PROFILES + 5)


@pytest.mark.slow
def test_a_challenger_that_dies_is_started_again(service):
    service.put_on_trial()
    (challenger,) = challengers()
    challenger.kill()
    wait(lambda: service.shadow.versions == {})
    wait(lambda: service.shadow.versions)
    before = service.count("agreed")
    service.answer("1", name="小鹿")
    wait(lambda: service.count("agreed") == before + 1)


def test_a_trial_ends_with_its_file(service):
    service.put_on_trial()
    (service.home / "shadow.yaml").unlink()
    wait(lambda: not challengers())
    wait(lambda: service.registry.get_sample_value("huijian_shadow_share") == 0)
    before = service.count("agreed")
    service.answer("1", name="小鹿")
    assert service.count("agreed") == before


def test_challenger_has_lowest_priority_and_ends_with_its_service():
    ours, theirs = Pipe()
    command = [sys.executable, "-m", "serving.shadow", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=REPOSITORY)
    theirs.close()
    wait(lambda: os.getpriority(os.PRIO_PROCESS, process.pid) == 19, hurried=False)
    wait(lambda: Path(f"/proc/{process.pid}/oom_score_adj").read_text() == "1000\n", hurried=False)
    ours.close()
    assert process.wait(timeout=60) == 0
