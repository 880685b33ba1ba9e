"""`huijian score`: whole files, with the real models."""

import fcntl
import io
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from models.inspector import Inspector
from models.profile import Profile
from models.settings import Settings
from models.text.lists.files import ListFiles
from models.text.lists.words import parse_word
from serving.batch import decisions
from serving.batch.errors import InputError, RunError
from serving.batch.score import score
from serving.batch.work import PartSize

pytestmark = pytest.mark.slow

BIO = "稳赚不赔，➕V：abc12345"
HUIJIAN = Path(sys.executable).with_name("huijian")


def picture():
    stream = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(stream, "JPEG")
    return stream.getvalue()


def write_jsonl(path, rows):
    path.write_text("".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows))
    return path


def read(out):
    return pq.read_table(out).to_pylist()


def without_nulls(value):
    """A decision without null fields, as `Answer.to_dict` returns it."""
    if isinstance(value, dict):
        return {key: without_nulls(part) for key, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def run(source, out, **options):
    return score(str(source), out, Settings.from_environment(), **{"part_size": PartSize(rows=4), **options})


BAD = {
    "truncated": {"avatar": "truncated.jpg"},
    "missing": {"avatar": "missing.jpg"},
    "address": {"cover": "https://example.com/a.png"},
    "long": {"name": "名" * 65},
    "type": {"bio": 5},
    "empty": {},
    "surrogate": {"bio": "\ud83d"},
}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """One profile in every format, its picture by path, bytes and base64, and every kind of bad row."""
    folder = tmp_path_factory.mktemp("input")
    (folder / "faces").mkdir()
    (folder / "faces" / "a.jpg").write_bytes(picture())
    (folder / "truncated.jpg").write_bytes(picture()[:400])
    by_path = {"bio": BIO, "avatar": "faces/a.jpg", "entitlements": ["nobody"]}
    bad = [{"account_id": f"bad-{name}", **row} for name, row in BAD.items()]
    nameless = [{"bio": "no account"}, {"account_id": "\ud83d", "bio": "b"}]
    lines = [{"account_id": "jsonl", **by_path}, "{oops\n", *nameless, {"account_id": "jsonl"}, *bad]
    write_jsonl(folder / "a.jsonl", lines)
    (folder / "b.csv").write_text(f"account_id,bio,avatar,entitlements\ncsv,{BIO},faces/a.jpg,nobody\nshort\n")
    parquet = {"account_id": "parquet", "bio": BIO, "avatar": picture(), "entitlements": ["nobody"]}
    pq.write_table(pa.Table.from_pylist([parquet]), folder / "c.parquet")
    return folder


@pytest.fixture(scope="module")
def out(source, tmp_path_factory):
    out = tmp_path_factory.mktemp("scored") / "decisions"
    run(source, out)
    return out


def test_every_row_has_one_decision_in_the_order_of_the_input(out):
    bad = [f"bad-{name}" for name in BAD]
    assert [row["account_id"] for row in read(out)] == [
        "jsonl",
        None,
        None,
        None,
        "jsonl",
        *bad,
        "csv",
        None,
        "parquet",
    ]


@pytest.mark.parametrize("account", ["jsonl", "csv", "parquet"])
def test_decision_is_the_answer_of_the_inspector_whatever_the_format(out, account):
    inspector = Inspector.load(Settings.from_environment())
    profile = Profile(account, bio=BIO, avatar=picture(), entitlements=frozenset(["nobody"]))
    expected = inspector([profile])[0].to_dict()
    found = next(row for row in read(out) if row["account_id"] == account)
    assert set(without_nulls(found.pop("digests"))) == {"bio", "avatar", "entitlements"}
    assert without_nulls({**found, "decision_id": ""}) == {**expected, "decision_id": ""}


def test_bad_row_says_why_names_its_field_and_never_passes(out):
    rows = [row for row in read(out) if row["error"]]
    assert all(row["verdict"] is None and row["findings"] == [] and row["versions"]["text"] for row in rows)
    assert [
        (row["account_id"], row["error"].split(":")[0], re.findall(r"\((\w+)\)$", row["error"])) for row in rows
    ] == [
        (None, "row_invalid", []),
        (None, "missing_field", ["account_id"]),
        (None, "text_invalid", ["account_id"]),
        ("jsonl", "account_repeated", ["account_id"]),
        ("bad-truncated", "image_undecodable", ["avatar"]),
        ("bad-missing", "image_missing", ["avatar"]),
        ("bad-address", "image_url_refused", ["cover"]),
        ("bad-long", "text_too_long", ["name"]),
        ("bad-type", "wrong_type", ["bio"]),
        ("bad-empty", "missing_content", []),
        ("bad-surrogate", "text_invalid", ["bio"]),
        (None, "row_invalid", []),
    ]


def test_decisions_have_the_schema_of_the_contract(out):
    assert pq.read_table(out).schema.equals(decisions.SCHEMA)


def test_finished_run_judges_nothing_again_and_reports_the_same(out, source):
    before = read(out)
    summary = run(source, out)
    assert (summary.effort.rows, summary.counts.rows) == (0, len(before))
    assert summary.counts.errors.total() == 12
    assert read(out) == before


def test_part_that_is_missing_is_the_only_one_judged_again(out, source):
    before = read(out)
    (out / "part-0000001.parquet").unlink()
    assert run(source, out).effort.rows == 4
    after = read(out)
    assert [row["decision_id"] for row in after[8:]] == [row["decision_id"] for row in before[8:]]
    assert [row["account_id"] for row in after] == [row["account_id"] for row in before]


def test_one_file_is_written_where_out_is_one(source, out, tmp_path):
    single = tmp_path / "decisions.parquet"
    run(source, single, workers=1)
    assert [row["account_id"] for row in read(single)] == [row["account_id"] for row in read(out)]
    assert run(source, single).effort.rows == 0
    assert [file.name for file in tmp_path.iterdir()] == ["decisions.parquet"]


def test_changed_input_is_refused_until_restarted(tmp_path):
    source = write_jsonl(tmp_path / "a.jsonl", [{"account_id": "1", "bio": "a"}])
    run(source, tmp_path / "out")
    write_jsonl(source, [{"account_id": "1", "bio": "a"}, {"account_id": "2", "bio": "b"}])
    with pytest.raises(RunError, match="another input.*--restart"):
        run(source, tmp_path / "out")
    assert run(source, tmp_path / "out", restart=True).counts.rows == 2


def test_changed_policy_is_refused(tmp_path, monkeypatch):
    source = write_jsonl(tmp_path / "a.jsonl", [{"account_id": "1", "bio": "a"}])
    run(source, tmp_path / "out")
    policy = tmp_path / "policy.yaml"
    policy.write_bytes(Settings().policy.read_bytes() + b"# changed\n")
    monkeypatch.setenv("HUIJIAN_POLICY", str(policy))
    with pytest.raises(RunError, match="another versions"):
        run(source, tmp_path / "out")


def test_word_lists_judge_rows_and_are_named_in_them(tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    word = {"word": "青柠", "list": "blocked", "label": "prohibited_content", "severity": "review"}
    version = ListFiles(tmp_path / "home").add([parse_word(word)]).version
    rows = [{"account_id": "1", "bio": "喜欢青·柠味"}, {"account_id": "2", "bio": "喜欢晒太阳"}]
    run(write_jsonl(tmp_path / "in.jsonl", rows), tmp_path / "out")
    found = read(tmp_path / "out")
    assert [row["verdict"] for row in found] == ["review", "pass"]
    assert found[0]["findings"][0]["detector"] == f"lists@{version}"
    assert {row["versions"]["lists"] for row in found} == {version}


def test_files_of_others_are_never_thrown_away(tmp_path):
    source = write_jsonl(tmp_path / "a.jsonl", [{"account_id": "1", "bio": "a"}])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "part-0000000.parquet").write_text("mine")
    with pytest.raises(RunError, match="something else"):
        run(source, tmp_path / "out", restart=True)
    assert (tmp_path / "out" / "part-0000000.parquet").read_text() == "mine"


@pytest.mark.parametrize("name", ["a.jsonl", "."])
def test_out_that_holds_the_input_is_refused(tmp_path, name):
    source = write_jsonl(tmp_path / "a.jsonl", [{"account_id": "1", "bio": "a"}])
    with pytest.raises(InputError, match="the input itself"):
        run(source, tmp_path / name, restart=True)


def test_out_that_is_the_input_is_refused_and_leaves_it_as_it_is(tmp_path):
    table = pa.table({"account_id": ["1"], "bio": ["a"]}).replace_schema_metadata({"huijian.run": "{}"})
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(InputError, match="the input itself"):
        run(tmp_path / "a.parquet", tmp_path / "a.parquet", restart=True)
    assert pq.read_table(tmp_path / "a.parquet") == table and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["out", "out.parquet"])
def test_out_within_the_folder_of_the_input_is_refused(tmp_path, name):
    write_jsonl(tmp_path / "a.jsonl", [{"account_id": "1", "bio": "a"}])
    with pytest.raises(InputError, match="lies in the folder of the input"):
        run(tmp_path, tmp_path / name)


def test_column_name_that_is_not_unicode_spoils_only_its_own_row(tmp_path):
    odd = '{"account_id": "1", "\\ud800": 1, "\\ud800": 2}\n'
    (tmp_path / "a.jsonl").write_text(odd + '{"account_id": "2", "bio": "a", "\\ud800": 1}\n')
    summary = run(tmp_path / "a.jsonl", tmp_path / "out")
    first, second = pq.read_table(tmp_path / "out").to_pylist()
    assert first["error"] and second["verdict"] == "pass"
    assert str(summary).encode()


def test_second_run_into_the_same_output_is_refused_meanwhile(tmp_path):
    source = write_jsonl(tmp_path / "a.jsonl", [{"account_id": "1", "bio": "a"}])
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / "_lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunError, match="another run"):
            run(source, tmp_path / "out")


def test_empty_input_gives_an_empty_table_of_decisions(tmp_path):
    (tmp_path / "a.csv").write_text("account_id,bio\n")
    assert run(tmp_path / "a.csv", tmp_path / "out").counts.rows == 0
    assert pq.read_table(tmp_path / "out").schema.equals(decisions.SCHEMA)


def test_run_killed_in_the_middle_ends_with_every_row_once(tmp_path):
    rows = [{"account_id": str(number), "bio": BIO} for number in range(60)]
    source, out = write_jsonl(tmp_path / "a.jsonl", rows), tmp_path / "out"
    killed = subprocess.Popen([HUIJIAN, "score", source, out, "--part-rows", "4"], stderr=subprocess.DEVNULL)
    while killed.poll() is None and not (out / "part-0000003.parquet").exists():
        time.sleep(0.01)
    killed.kill()
    assert killed.wait() == -9
    kept = {row["account_id"]: row["decision_id"] for row in read(out)}
    assert 0 < len(kept) < len(rows)
    assert run(source, out, workers=1).counts.rows == len(rows)
    found = {row["account_id"]: row["decision_id"] for row in read(out)}
    assert sorted(found) == sorted(row["account_id"] for row in rows)
    assert pq.read_table(out).num_rows == len(rows)
    assert kept.items() <= found.items()


def test_detector_that_fails_on_a_row_spoils_only_its_decision(tmp_path, monkeypatch):
    judge = Inspector.load(Settings.from_environment())

    class Fragile:
        versions = judge.versions

        def __call__(self, profiles):
            if any(profile.account_id == "2" for profile in profiles):
                raise ZeroDivisionError
            return judge(profiles)

    monkeypatch.setattr(Inspector, "load", lambda settings, **_: Fragile())
    rows = [{"account_id": str(number), "bio": "a"} for number in range(4)]
    run(write_jsonl(tmp_path / "a.jsonl", rows), tmp_path / "out")
    assert [(row["error"] or "judged").split(":")[0] for row in read(tmp_path / "out")] == [
        "judged",
        "judged",
        "internal",
        "judged",
    ]
