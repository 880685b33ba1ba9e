"""Real texts given as a folder: what can be measured is, the rest is named with file and line."""

import json

import pytest
from typer.testing import CliRunner

from cli.main import app
from models.settings import Settings

CONTACT = "加微信 wxid_a7k2m9 领资料"
CLEAN = "今天也要早睡"


def huijian(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path):
    lines = [
        {"field": "bio", "text": CONTACT, "source": "forum", "labels": ["contact_diversion"], "doubtful": False},
        {"field": "bio", "text": CLEAN, "source": "forum", "labels": []},
        {"field": "name", "text": "小雨", "source": "video"},
    ]
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return tmp_path


def test_flags_are_counted_by_file_source_field_and_label(folder, tmp_path):
    output = tmp_path / "numbers.json"
    code, out, _ = huijian("evaluate", "text", "--real", folder, "--output", output)
    numbers = json.loads(output.read_text(encoding="utf-8"))
    assert code == 0 and out.splitlines()[-1].startswith("huijian")
    assert numbers["flagged"]["texts · bio"]["share"] == 0.5
    assert numbers["flagged"]["texts · video"] == {
        "texts": 1,
        "share": 0.0,
        "interval": pytest.approx([0, 0.79], abs=0.01),
    }
    assert numbers["clean_flagged"]["texts"]["share"] == 0.0
    assert numbers["found"]["texts · 联系方式引流 · contact_diversion"]["share"] == 1.0
    assert numbers["right"]["联系方式引流 · contact_diversion"]["share"] == 1.0
    assert sum(row["texts"] for row in numbers["reliability"].values()) == 2 * 8
    assert CONTACT not in out


def test_of_near_duplicates_one_is_counted(folder):
    path = folder / "texts.jsonl"
    copies = [{"field": "bio", "text": CONTACT + "！" * n, "labels": ["contact_diversion"]} for n in range(1, 4)]
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(copy) + "\n" for copy in copies)
    _, out, _ = huijian("evaluate", "text", "--real", folder)
    found = out.split("Violations found")[1].splitlines()[1]
    assert found.split()[0] == "1"


def test_broken_lines_and_files_are_named_and_the_rest_is_measured(folder):
    with (folder / "texts.jsonl").open("a", encoding="utf-8") as file:
        file.write(
            '{"field": "bio", "text": "一", "labels": ["joke"]}\n{"field": "avatar", "text": "一"}\n{"field": "bi'
        )
    (folder / "other.jsonl").write_bytes(b"\xff\xfe")
    code, out, err = huijian("evaluate", "text", "--real", folder)
    assert code == 1 and "全部 · all" in out
    assert "texts.jsonl, line 4: labels" in err and "'joke'" in err
    assert "texts.jsonl, line 5: field" in err
    assert "texts.jsonl, line 6: Invalid JSON" in err
    assert "other.jsonl: not readable" in err


def test_a_folder_without_any_is_refused(tmp_path):
    code, _, err = huijian("evaluate", "text", "--real", tmp_path)
    assert code == 2 and "jsonl" in err
    assert huijian("evaluate", "text", "--real", tmp_path / "no")[0] == 2


def test_options_that_go_with_cases_are_refused_beside_real_texts(folder, tmp_path):
    page = tmp_path / "report.html"
    code, _, err = huijian("evaluate", "text", "--real", folder, "--report", page)
    assert code == 2 and "--report" in err and not page.exists()
    assert huijian("evaluate", "text", "--real", folder, "--model", Settings().text_directory())[0] == 0
