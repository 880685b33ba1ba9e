"""Names of closed accounts: matching by keyed hashes, and rarity."""

import hashlib
import hmac
import json

import pytest

from models.accounts.keys import HASH_VARIABLE, KEPT_KEYS
from models.accounts.likelihood import name_log_ratio, prior_log_odds, probability
from models.accounts.names import Hasher, NameMatch, store_key
from models.accounts.rarity import bits
from models.accounts.segments import AccountsError
from models.runtime.paths import REPOSITORY
from models.text.normalize.normalize import normalize

HASHER = Hasher(bytes(range(32)))
OTHER_KEY = Hasher(bytes(32))


def nearness(remembered, asked):
    """Kind of match of a name with a stored one; None without a match."""
    known = HASHER.stored_hashes(remembered)
    return next((near for near, hashed in HASHER.query_hashes(normalize(asked)) if hashed in known), None)


@pytest.mark.parametrize(
    ("remembered", "asked", "near"),
    [
        ("海边的小店", "海边的小店", NameMatch.SAME),
        ("海边的小店", "✨海·边·的·小·店✨", NameMatch.SAME),
        ("海邊的小店", "海边的小店", NameMatch.SAME),
        ("海边的小店", "海边,的小店", NameMatch.SAME),
        ("海边的小店", "海边~·~·的小店!", NameMatch.SAME),
        ("✨海边的小店✨", "海边的小店", NameMatch.SAME),
        ("Ｍｏｍｏ小店", "momo小店", NameMatch.SAME),
        ("新华快讯", "亲斤华快讯", NameMatch.SHAPE),
        ("亲斤华快讯", "新华快讯", NameMatch.SHAPE),
        ("海边的小店", "海编的晓店", NameMatch.SOUND),
        ("海边小店", "hai bian xiao dian", NameMatch.SOUND),
        ("海边的小店", "海边的大店", None),
        ("海边的小店", "海边的小店铺", None),
        ("🌸🌸", "🌸🌸", NameMatch.SAME),
    ],
)
def test_name_matches_itself_its_shape_or_its_sound(remembered, asked, near):
    assert nearness(remembered, asked) == near


@pytest.mark.parametrize("name", ["", " ", "\u200b\u200b"])
def test_blank_name_is_neither_stored_nor_found(name):
    assert not HASHER.stored_hashes(name)
    assert not HASHER.query_hashes(normalize(name))


def test_hashes_are_hmac_sha256_and_depend_on_the_key():
    expected = hmac.new(HASHER.key, b"closed_account\0" + "账号42".encode(), hashlib.sha256).digest()[:8]
    assert HASHER.account_hash("账号42") == int.from_bytes(expected, "little")
    assert not HASHER.stored_hashes("海边的小店") & OTHER_KEY.stored_hashes("海边的小店")
    assert HASHER.check != OTHER_KEY.check


def test_key_comes_from_the_environment_or_the_store(tmp_path, monkeypatch):
    monkeypatch.delenv(HASH_VARIABLE, raising=False)
    assert store_key(tmp_path) is None
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "keys.env").write_text(f"{HASH_VARIABLE}={'ab' * 32}\nHUIJIAN_CONTENT_KEYS=x\n")
    assert store_key(tmp_path) == b"\xab" * 32
    monkeypatch.setenv(HASH_VARIABLE, "")  # as the store does, for which an empty variable is none
    assert store_key(tmp_path) == b"\xab" * 32
    monkeypatch.setenv(HASH_VARIABLE, "cd" * 32)
    assert store_key(tmp_path) == b"\xcd" * 32


@pytest.mark.parametrize("value", ["zz" * 32, "cd" * 31, "密钥"])
def test_malformed_key_is_refused_by_its_name(tmp_path, monkeypatch, value):
    monkeypatch.setenv(HASH_VARIABLE, value)
    with pytest.raises(AccountsError, match=f"{HASH_VARIABLE} must hold 64 hex digits"):
        store_key(tmp_path)
    monkeypatch.delenv(HASH_VARIABLE)
    (tmp_path / KEPT_KEYS).parent.mkdir()
    for kept in (f"{HASH_VARIABLE}={value}", value):
        (tmp_path / KEPT_KEYS).write_text(kept)
        with pytest.raises(AccountsError, match=f"{HASH_VARIABLE} must hold 64 hex digits"):
            store_key(tmp_path)


def score(name, remembered, bearers=1, near=NameMatch.SAME):
    said = name_log_ratio(near, bits(normalize(name), near), bearers, remembered)
    return probability(prior_log_odds(remembered) + said)


@pytest.mark.parametrize(
    "name", ["王建国", "李志强", "momo", "用户123", "kevin", "小可爱", "微信用户", "岁月静好", "哈哈哈哈"]
)
@pytest.mark.parametrize("remembered", [1, 1_000, 10_000_000])
def test_common_name_alone_is_no_finding(name, remembered):
    assert score(name, remembered) < 0.5


@pytest.mark.parametrize("name", ["晚风吹过麦田的收音机", "张家界土特产老覃", "Ethan_在路上漂流"])
def test_a_rare_name_alone_is_enough_among_thousands(name):
    assert score(name, 1_000) > 0.9
    assert score(name, 1_000) > score(name, 1_000, near=NameMatch.SHAPE) > score(name, 1_000, near=NameMatch.SOUND)


def test_name_of_many_closed_accounts_is_common_at_any_length():
    assert score("晚风吹过麦田的收音机", 1_000_000, bearers=1) > 0.5
    assert score("晚风吹过麦田的收音机", 1_000_000, bearers=300) < 0.1


def test_more_registered_accounts_require_more_evidence():
    scores = [score("晚风吹过麦田的", count) for count in (10, 1_000, 100_000, 10_000_000)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]


def test_most_names_of_other_people_are_rarer_than_common_ones():
    lines = (REPOSITORY / "datasets" / "bios" / "validation.jsonl").read_text(encoding="utf-8").splitlines()
    names = {case["text"] for case in map(json.loads, lines) if case["field"] == "name" and not case["labels"]}
    common = bits(normalize("王建国"))
    assert sum(bits(normalize(name)) > common for name in names) > 0.8 * len(names)
