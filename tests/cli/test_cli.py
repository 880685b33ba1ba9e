"""Output and exit codes of the command line."""

import io
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

HUIJIAN = Path(sys.executable).with_name("huijian")
COMMANDS = """
    serve, classify, score, rescore, diff, report,
    gallery build, gallery add, gallery set, gallery remove, gallery list, gallery search, gallery export,
    train text, train images, evaluate text, evaluate images, export, compare, promote, rollback, models list,
    shadow report,
    purge, audit verify, audit export, store migrate, store keys, store rotate
"""
BIO = "稳赚不赔，➕V：abc12345"


@pytest.fixture
def avatar(tmp_path):
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "avatar.jpg")
    return tmp_path / "avatar.jpg"


def test_help_answers_in_less_than_half_a_second_of_work():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([HUIJIAN, "--help"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


@pytest.mark.parametrize("command", COMMANDS.split(","))
def test_every_command_has_help_with_an_example(huijian, command):
    code, out, _ = huijian(*command.split(), "--help")
    assert (code, "Example: huijian" in out) == (0, True)


@pytest.mark.parametrize(
    "arguments", ["nonsense", "score", "classify", "classify --nonsense", "gallery search no.png", "gallery set x"]
)
def test_wrong_usage_ends_with_2(huijian, arguments):
    assert huijian(*arguments.split())[0] == 2


def test_profile_given_by_options_is_judged(huijian, avatar):
    code, out, _ = huijian("classify", "--account-id", "7", "--bio", BIO, "--avatar", avatar, "--entitlement", "x")
    answer = json.loads(out)
    assert (code, answer["account_id"], answer["verdict"]) == (0, "7", "reject")
    assert len(answer["matches"]["avatar"]) == 3


def test_profile_in_a_file_names_its_picture_relative_to_itself(huijian, avatar):
    (avatar.parent / "profile.json").write_text('{"account_id": "7", "avatar": "avatar.jpg"}')
    code, out, _ = huijian("classify", avatar.parent / "profile.json")
    assert (code, list(json.loads(out)["matches"])) == (0, ["avatar"])


def test_profile_is_read_from_stdin(huijian, monkeypatch):
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps({"account_id": "7", "bio": BIO}).encode()))
    )
    code, out, _ = huijian("classify", "-")
    assert (code, json.loads(out)["verdict"]) == (0, "reject")


@pytest.mark.parametrize("content", ["{oops", "[]", '{"account_id": "7", "bio": "b", "signatrue": "s"}'])
def test_file_that_is_no_profile_is_wrong_usage(huijian, tmp_path, content):
    (tmp_path / "profile.json").write_text(content)
    assert huijian("classify", tmp_path / "profile.json")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["classify", "--name", "名" * 65], "huijian: text_too_long: name: "),
        (["classify", "no-such-file.json"], "no-such-file.json"),
        (["classify", "--bio", "b", "--gallery", "no-such-gallery"], "no-such-gallery"),
    ],
)
def test_failure_is_one_line_on_stderr_and_ends_with_1(huijian, arguments, message):
    code, out, err = huijian(*arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert message in err


def test_picture_that_is_damaged_is_refused_with_its_field_named(huijian, avatar):
    avatar.write_bytes(avatar.read_bytes()[:500])
    code, _, err = huijian("classify", "--avatar", avatar)
    assert (code, err.startswith("huijian: image_undecodable:"), err.endswith("(avatar)\n")) == (1, True, True)


def test_input_of_another_format_is_wrong_usage(huijian, avatar, tmp_path):
    code, _, err = huijian("score", avatar, tmp_path / "out")
    assert (code, "parquet" in err) == (2, True)


def test_exit_code_tells_of_rows_that_a_later_run_could_judge(huijian, tmp_path):
    """The library of this object store is not installed, so the picture cannot be read."""
    rows = [{"account_id": "1", "avatar": "hdfs://nobody/a.jpg"}, {"account_id": "2", "avatar": "missing.jpg"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    code, out, _ = huijian("score", tmp_path / "a.jsonl", tmp_path / "out")
    assert (code, "image_unreadable" in out, "image_missing" in out) == (1, True, True)


def test_missing_training_requirement_says_what_installs_it(huijian, monkeypatch, tmp_path):
    monkeypatch.delitem(sys.modules, "training.text.train", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    code, _, err = huijian("train", "text", "--output", tmp_path)
    assert (code, err) == (1, "huijian: torch is not installed; `make training` installs what training needs\n")


def test_enrolled_emblem_is_listed_with_its_rollout_widened_and_removed(huijian, monkeypatch, tmp_path):
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    Image.effect_mandelbrot((128, 128), (-2, -1.5, 1, 1.5), 50).save(tmp_path / "mark.png")
    line = {"reference_id": "org.ocean", "label": "organization_logo", "image": "mark.png", "owner_id": "org.ocean"}
    line |= {"name_zh": "海洋协会", "name_en": "Ocean Association", "source": "drawn", "licence": "CC0-1.0"}
    (tmp_path / "ocean.jsonl").write_text(json.dumps(line), encoding="utf-8")

    def listed():
        lines = [line.split("\t") for line in huijian("gallery", "list")[1].splitlines()]
        return next((columns[1:] for columns in lines if columns[0] == "org.ocean"), None)

    names = ["organization_logo", "海洋协会", "Ocean Association", "org.ocean"]
    assert huijian("gallery", "add", tmp_path / "ocean.jsonl", "--rollout", "0", "--force")[0] == 0
    assert listed() == [*names, "rollout=0.0"]
    assert huijian("gallery", "set", "org.ocean", "--rollout", "0.5", "--threshold", "0.9")[0] == 0
    assert listed() == [*names, "threshold=0.9 rollout=0.5"]
    found = json.loads(huijian("gallery", "search", tmp_path / "mark.png")[1])
    assert found[0]["reference_id"] == "org.ocean"
    assert huijian("gallery", "remove", "org.ocean")[0] == 0
    assert listed() is None
