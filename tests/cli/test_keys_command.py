import json

import pytest


@pytest.fixture
def file(monkeypatch, tmp_path):
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HUIJIAN_KEYS", raising=False)
    return tmp_path / "home" / "keys.jsonl"


def test_a_key_is_printed_once_and_only_its_hash_is_kept(huijian, file):
    code, secret, said = huijian("keys", "add", "app", "--scope", "classify", "--per-second", 50)
    assert (code, "from now on" in said.lower()) == (0, True)
    assert secret.strip() not in file.read_text()
    assert huijian("keys", "add", "office", "--scope", "review", "--scope", "audit", "--expires", "2099-01-31")[2] == ""
    listed = huijian("keys", "list")[1]
    assert listed.splitlines() == [
        "app\tclassify\t50/s\tfor good",
        "office\taudit,review\tno limit\tuntil 2099-01-31",
    ]
    assert secret.strip() not in listed


def test_removed_key_is_gone_and_without_keys_the_service_is_closed(huijian, file):
    huijian("keys", "add", "app", "--scope", "classify")
    code, _, said = huijian("keys", "remove", "app")
    assert (code, file.read_text()) == (0, "")
    assert "nobody may ask" in said


def test_failed_command_prints_one_line(huijian, file):
    huijian("keys", "add", "app", "--scope", "classify")
    for arguments in (["add", "app", "--scope", "audit"], ["add", "a b", "--scope", "audit"], ["remove", "nobody"]):
        code, _, said = huijian("keys", *arguments)
        assert (code, said.count("\n")) == (1, 1)
    file.write_text("{")
    assert huijian("keys", "list")[0] == 1


@pytest.mark.parametrize("arguments", [["add", "app"], ["add", "app", "--scope", "all"], ["add"], ["remove"]])
def test_key_without_a_name_or_a_known_scope_is_wrong_usage(huijian, file, arguments):
    assert huijian("keys", *arguments)[0] == 2
    assert not file.exists()


def test_another_file_may_be_named(huijian, file, monkeypatch, tmp_path):
    monkeypatch.setenv("HUIJIAN_KEYS", str(tmp_path / "elsewhere.jsonl"))
    huijian("keys", "add", "app", "--scope", "manage")
    assert json.loads((tmp_path / "elsewhere.jsonl").read_text())["name"] == "app"
    assert not file.exists()
