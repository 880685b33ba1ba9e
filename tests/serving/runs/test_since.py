"""`huijian score --since`: rows that did not change keep their decision, the others are judged; as a full run."""

import shutil
from dataclasses import replace

import pytest
from scored_accounts import ACCOUNTS, by_account, read, write_accounts, write_policy

from models.profile import Profile
from models.settings import Settings
from serving.batch import manifest
from serving.batch.carry import since as module
from serving.batch.carry.digests import digests
from serving.batch.carry.judges import changed_judges
from serving.batch.carry.since import Carrier, Since, write_index
from serving.batch.errors import InputError
from serving.batch.score import score
from serving.batch.storage.disk import DiskFolder
from serving.batch.stored import StoredRun

pytestmark = pytest.mark.slow

CHANGED = [
    {"account_id": "new", "bio": "新来的"},
    *(account for account in reversed(ACCOUNTS) if account["account_id"] not in ("contact", "word", "clean")),
    {"account_id": "contact", "bio": "稳赚不赔，➕V：abc12345", "signature": "每天不开心"},
    {"account_id": "clean", "name": "海边的小店", "bio": "喜欢旅行和摄影"},
]
"""The same accounts a week later: another order, one is new, one gone, one changed its signature."""

VOLATILE = {"decision_id": None}


def test_run_since_another_gives_the_answers_of_a_full_run(huijian, decided, tmp_path):
    source = write_accounts(tmp_path, CHANGED)
    code, printed, _ = huijian("score", source, tmp_path / "week", "--since", decided)
    score(str(source), tmp_path / "full", Settings.from_environment())
    assert (code, "3 judged now, 4 carried over" in printed) == (0, True), printed
    assert [row | VOLATILE for row in read(tmp_path / "week")] == [row | VOLATILE for row in read(tmp_path / "full")]
    before, after = by_account(decided), by_account(tmp_path / "week")
    kept = {name for name in after if before.get(name, {}).get("decision_id") == after[name]["decision_id"] != None}  # noqa: E711
    assert kept == {"clean", "state", "face", "boast"}
    assert not (tmp_path / "week" / "_since.npy").exists()
    again = huijian("score", source, tmp_path / "week", "--since", decided)[1]
    assert "0 judged now, 4 carried over, 3 judged in all, 7 before" in again


def test_changed_policy_judges_every_row_and_says_why(huijian, decided, accounts, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_POLICY", str(write_policy(tmp_path / "policy.yaml")))
    out = tmp_path / "out.parquet"
    printed = huijian("score", accounts, out, "--since", decided)[1]
    assert "0 carried over, 8 judged in all (changed since: policy)" in printed
    assert len({row["versions"]["policy"] for row in read(out)}) == 1


def test_out_itself_is_refused(huijian, decided, accounts):
    code, _, error = huijian("score", accounts, decided, "--since", decided)
    assert (code, "OUT itself" in " ".join(error.replace("│", "").split())) == (2, True)


@pytest.fixture
def carrier(decided, tmp_path):
    """Makes a carrier from the run, with judges that changed."""
    files = StoredRun.open(decided).files
    write_index(files, tmp_path / "index.npy")
    since = Since(decided, files, frozenset(), tmp_path / "index.npy")
    return lambda *changed, closed=None, lists=None: Carrier(replace(since, changed=frozenset(changed)), closed, lists)


def found(carrier, **profile):
    made = Profile(**profile)
    return carrier.find(made, digests(made)) is not None


CONTACT = {"account_id": "contact", "bio": "稳赚不赔，➕V：abc12345", "signature": "每天开心"}
STATE = {"account_id": "state", "name": "中国移动客服", "entitlements": frozenset(["org.china-mobile"])}


def face(accounts):
    return {"account_id": "face", "name": "小林", "avatar": (accounts.parent / "face.jpg").read_bytes()}


def test_every_change_of_content_is_judged(carrier, accounts):
    carrier = carrier()
    assert found(carrier, **CONTACT) and found(carrier, **STATE) and found(carrier, **face(accounts))
    assert not found(carrier, **CONTACT | {"bio": "稳赚不赔"})
    assert not found(carrier, **CONTACT | {"name": ""})
    assert not found(carrier, account_id="contact", bio=CONTACT["bio"])
    assert not found(carrier, **CONTACT | {"account_id": "other"})
    assert not found(carrier, **STATE | {"entitlements": frozenset()})
    assert not found(carrier, **face(accounts) | {"avatar": b"other"})
    assert not found(carrier, account_id="broken", avatar=b"")


@pytest.mark.parametrize("judge", ["encoder", "gallery", "ocr"])
def test_change_of_a_picture_judge_judges_pictures_alone(carrier, accounts, judge):
    assert found(carrier(judge), **CONTACT)
    assert not found(carrier(judge), **face(accounts))
    assert found(carrier(judge), **STATE) == (judge != "gallery"), "a warning names entitlements that a gallery lacks"


@pytest.mark.parametrize("judge", ["text", "policy", "code"])
def test_change_of_any_other_judge_judges_everything(carrier, judge):
    assert not found(carrier(judge), **CONTACT)


def test_change_of_the_closed_accounts_judges_names_and_avatars(carrier, accounts):
    carrier = carrier(closed="1-aaaaaaaa")
    assert found(carrier, **CONTACT)
    assert not found(carrier, **STATE) and not found(carrier, **face(accounts))


def test_change_of_the_word_lists_judges_texts(carrier, accounts):
    carrier = carrier(lists="1-aaaaaaaa")
    assert not found(carrier, **CONTACT) and not found(carrier, **STATE) and not found(carrier, **face(accounts))


def test_accounts_with_the_same_hash_are_told_apart(decided, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "account_hash", lambda account: 7)
    files = StoredRun.open(decided).files
    write_index(files, tmp_path / "index.npy")
    carrier = Carrier(Since(decided, files, frozenset(), tmp_path / "index.npy"), None, None)
    assert carrier.find(Profile(**CONTACT), digests(Profile(**CONTACT)))["account_id"] == "contact"


def test_run_without_judges_differs_in_all():
    assert changed_judges(None, {"text": "1", "code": "2"}) == {"text", "code"}
    assert changed_judges({"text": "1", "code": "2"}, {"text": "1", "code": "3", "lists": "4"}) == {"code", "lists"}


def test_digests_are_salted_with_the_account():
    profile = Profile("1", bio="b")
    assert digests(profile) == digests(profile) != digests(replace(profile, account_id="2"))


def test_unfinished_run_is_refused(decided, accounts, tmp_path):
    shutil.copytree(decided, tmp_path / "run")
    run = DiskFolder(tmp_path / "run")
    manifest.write(run, {name: value for name, value in manifest.read(run).items() if name != "rows"})
    with pytest.raises(InputError, match="has not ended"):
        score(str(accounts), tmp_path / "out", Settings.from_environment(), since=tmp_path / "run")
