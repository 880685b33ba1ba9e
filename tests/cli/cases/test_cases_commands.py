"""From reviewed decisions to files of cases, over the command line, with a real store."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import small_corpus
import time_machine
import yaml
from judgements import QUOTED, rules, settle
from pictures import encoded, photo

from models.profile import Answer, Evidence, Field, Finding, Label, Profile, Severity
from models.settings import Settings
from serving.shadow.comparison import Comparison
from serving.store.comparisons import Comparisons
from serving.store.database import Database
from serving.store.secrets import Secrets
from serving.store.store import Store
from serving.store.variables import URL_VARIABLE

PICTURE = encoded(photo())
VERSIONS = {"text": "1", "policy": "1"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home whose policy allows to train on reviewed contents, and a small corpus."""
    policy = yaml.safe_load(Settings().policy.read_text(encoding="utf-8"))
    policy["store"]["training"]["use"] = "reviewed"
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    (tmp_path / "corpus").mkdir()
    small_corpus.install(tmp_path / "corpus", monkeypatch)
    for name, value in {
        **Secrets.fresh(),
        "HUIJIAN_HOME": tmp_path,
        "HUIJIAN_POLICY": tmp_path / "policy.yaml",
    }.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def store(home):
    opened = Store.from_environment(home, rules)
    yield opened
    opened.close()


def judge(store, account, bio, avatar=None, score=0.9):
    """A recorded decision on a bio with a contact, and perhaps an emblem; returns its id."""
    findings = []
    if QUOTED in bio:
        start = bio.find(QUOTED)
        evidence = Evidence(spans=((start, start + len(QUOTED)),), text=QUOTED)
        findings.append(Finding(Label.CONTACT_DIVERSION, Field.BIO, score, "c@1", evidence, severity=Severity.REJECT))
    if avatar:
        evidence = Evidence(reference_id="shop.x-y-z", owner_id="shop.x-y-z", box=(0.1, 0.1, 0.9, 0.9))
        findings.append(Finding(Label.ORGANIZATION_LOGO, Field.AVATAR, 0.9, "e@1", evidence, severity=Severity.REVIEW))
    answer = Answer(uuid.uuid4().hex, account, Severity.REJECT, tuple(findings), {}, {}, VERSIONS)
    store.record([(Profile(account, bio=bio, avatar=avatar), answer)], {}, "uploads")
    settle(store)
    return answer.decision_id


def lines(folder):
    return {
        file.name: [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for file in folder.glob("*.jsonl")
    }


def test_reviewed_decisions_become_cases_that_pass_the_check(store, home, huijian):
    upheld = judge(store, "u1", f"想了解的{QUOTED}，周一到周五", PICTURE)
    store.review(upheld, Severity.REJECT, "", "li.lei", [Label.CONTACT_DIVERSION, Label.ORGANIZATION_LOGO])
    appealed = judge(store, "u2", f"不是广告：{QUOTED} 是我的猫")
    store.appeal(appealed, "这是我家猫的名字", "u2")
    store.review(appealed, Severity.PASS, "", "han.meimei")
    judge(store, "u3", f"没有人看过的{QUOTED}")

    code, out, err = huijian("cases", "export", home / "out", "--test-share", "0")
    assert (code, err) == (0, "")
    written = lines(home / "out")
    assert written.keys() == {"texts-train.jsonl", "pictures-train.jsonl"} and "2 个样本" in out
    first, second = written["texts-train.jsonl"]
    assert (first["labels"], first["evidence"]) == (["contact_diversion"], {"contact_diversion": [QUOTED]})
    assert (second["labels"], second["provenance"]["appealed"]) == ([], True)
    (emblem,) = written["pictures-train.jsonl"]
    assert (emblem["reference_id"], emblem["group"]) == ("shop.x-y-z", first["group"])
    assert (home / "out" / emblem["image"]).read_bytes() == PICTURE
    for name in written:
        assert huijian("cases", "check", home / "out" / name) == (0, "没有问题 · nothing is wrong\n", "")


def test_who_decided_is_a_pseudonym_and_files_are_private(store, home, huijian):
    for number in range(2):
        store.review(judge(store, f"u{number}", f"店主{number * 7919}号{QUOTED}"), Severity.REJECT, "", "li.lei")
    huijian("cases", "export", home / "out", "--test-share", "0")
    content = (home / "out" / "texts-train.jsonl").read_text(encoding="utf-8")
    sources = {json.loads(line)["source"] for line in content.splitlines()}
    assert len(sources) == 1 and sources.pop().startswith("reviewer-")
    assert "li.lei" not in content and '"u0"' not in content
    assert (home / "out").stat().st_mode & 0o077 == 0


def test_policy_that_does_not_allow_training_exports_nothing(store, home, huijian, monkeypatch):
    store.review(judge(store, "u1", QUOTED), Severity.REJECT, "", "li.lei")
    monkeypatch.setenv("HUIJIAN_POLICY", str(Settings().policy))
    code, _, err = huijian("cases", "export", home / "out")
    assert code == 1 and "the policy does not allow to train on reviewed contents" in err
    assert not (home / "out").exists()


def test_decisions_past_retention_or_appealed_again_are_left_out(store, home, huijian):
    appealed = judge(store, "u1", f"先复核，后申诉：{QUOTED}")
    store.review(appealed, Severity.REJECT, "", "li.lei")
    store.appeal(appealed, "不同意", "u1")
    with time_machine.travel(datetime.now(UTC) - timedelta(days=31)):
        old = judge(store, "u2", f"上个月的事情了：{QUOTED}")
    store.review(old, Severity.REJECT, "", "li.lei")
    assert huijian("cases", "export", home / "out") == (1, "", "没有可导出的样本 · no case to export\n")


def test_export_is_in_the_audit_trail(store, home, huijian):
    store.review(judge(store, "u1", f"今天上新：{QUOTED}"), Severity.REJECT, "", "li.lei")
    assert huijian("cases", "export", home / "out")[0] == 0
    huijian("audit", "export", home / "audit.jsonl")
    events = [json.loads(line) for line in (home / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["details"] for one in events if one["kind"] == "cases_exported"] == [{"since": "", "decisions": 1}]
    assert huijian("audit", "verify")[0] == 0


def test_unclear_reviews_are_counted_with_the_reason(store, home, huijian):
    store.review(judge(store, "u1", f"两项都有：{QUOTED}", PICTURE), Severity.REJECT, "", "li.lei")
    code, _, err = huijian("cases", "export", home / "out")
    assert code == 1
    assert err.startswith("未采用 · left out, 1: rejected without labels, where not exactly one was found")


def test_existing_folder_is_not_replaced(home, huijian):
    (home / "out").mkdir()
    code, _, err = huijian("cases", "export", home / "out")
    assert code == 2 and "exists" in err


def test_import_names_what_it_left_out_and_ends_with_1(home, huijian):
    choice = {"type": "choices", "value": {"choices": ["联系方式引流"]}}
    annotation = {"completed_by": 3, "was_cancelled": False, "result": [choice]}
    answered = {"id": 1, "data": {"text": "加薇了解"}, "annotations": [annotation]}
    (home / "export.json").write_text(json.dumps([answered, {**answered, "id": 2, "annotations": []}]))
    code, out, err = huijian("cases", "import", home / "export.json", home / "new.jsonl", "--field", "bio")
    assert (code, err) == (1, "未采用 · left out: task 2: nobody has finished it\n")
    assert "1 个样本" in out
    assert huijian("cases", "check", home / "new.jsonl")[0] == 0


def test_check_lists_each_line_and_ends_with_1(home, huijian):
    (home / "bad.jsonl").write_text('{\n{"id": "1", "field": "bio", "text": "a", "labels": ["scam"]}\n')
    code, out, err = huijian("cases", "check", home / "bad.jsonl")
    assert code == 1 and err == "2 行有问题 · lines with problems\n"
    assert [line.split(": ")[0] for line in out.splitlines()] == ["bad.jsonl, line 1", "bad.jsonl, line 2"]


def test_suggested_decisions_are_unreviewed_doubtful_ones_first(store, home, huijian):
    assert huijian("cases", "suggest") == (0, "", "没有待复核的判定 · no decision waits for a review\n")
    done = judge(store, "u1", f"看过的一句：{QUOTED}")
    store.review(done, Severity.REJECT, "", "li.lei")
    sure, doubtful = (judge(store, f"s{score}", f"{score}折优惠 {QUOTED}", score=score) for score in (0.98, 0.55))
    code, out, _ = huijian("cases", "suggest", "--count", 5)
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == [doubtful, sure]
    assert out.splitlines()[0].endswith("存疑 · doubt 0.90 contact_diversion")
    assert store.cases.count_suggested() == 0
    huijian("cases", "suggest", "--count", 1, "--queue")
    ((queued, reason),) = [(row["decision_id"], row["suggestion"]) for row in store.cases.suggested(9)]
    assert (queued, reason) == (doubtful, {"doubt": 0.9, "label": "contact_diversion", "disputed": []})


def test_decision_that_the_challenger_disputes_is_suggested_first(store, home, huijian):
    disputed = judge(store, "s1", f"好物分享 {QUOTED}", score=0.98)
    doubtful = judge(store, "s2", f"周末市集 {QUOTED}", score=0.55)
    scores = {"contact_diversion": (0.98, 0.1)}
    one = Comparison(disputed, ("reject", "pass"), (frozenset({"contact_diversion"}), frozenset()), scores)
    database = Database.from_environment(home)
    Comparisons(database).add([one.to_row({"text": "2"})])
    database.close()
    lines = huijian("cases", "suggest")[1].splitlines()
    assert [line.split("  ")[0] for line in lines] == [disputed, doubtful]
    assert "候选模型不同意 · disputed contact_diversion" in lines[0]


def test_text_like_a_reviewed_one_is_suggested_last(store, home, huijian):
    store.review(judge(store, "u1", f"同一句话 {QUOTED}", score=0.55), Severity.REJECT, "", "li.lei")
    copy = judge(store, "u2", f"同一句话 {QUOTED}!", score=0.55)
    novel = judge(store, "u3", f"河边钓鱼，{QUOTED}，不见不散", score=0.7)
    assert [line.split("  ")[0] for line in huijian("cases", "suggest")[1].splitlines()] == [novel, copy]
