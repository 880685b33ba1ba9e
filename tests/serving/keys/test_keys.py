import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from serving.keys import keys
from serving.keys.keys import Key, Keys, KeysError
from serving.keys.scopes import Scope

TODAY = datetime.now(UTC).date()
LINE = {"name": "app", "sha256": "0" * 64, "scopes": ["classify"]}


def lines(*changes):
    return "\n".join(json.dumps({**LINE, **change}) for change in changes)


def test_new_key_is_long_random_and_stored_as_its_hash():
    (one, key), (other, _) = (keys.new("app", [Scope.CLASSIFY], None, None) for _ in range(2))
    assert one != other
    assert len(one) >= 43
    assert key.sha256 == hashlib.sha256(one.encode()).hexdigest()
    assert one not in Keys((key,)).dump()


def test_key_is_found_by_its_secret_alone():
    made = [keys.new(name, [Scope.CLASSIFY], None, None) for name in ("a", "b", "c")]
    known = Keys(tuple(key for _, key in made))
    assert [known.find(secret).name for secret, _ in made] == ["a", "b", "c"]
    assert [known.find(wrong) for wrong in ("", "a", made[0][0][:-1], made[0][1].sha256, "\xff")] == [None] * 5


@pytest.mark.parametrize(("expires", "opens"), [(None, True), (TODAY + timedelta(1), True), (TODAY, False)])
def test_key_is_valid_until_the_day_it_expires(expires, opens):
    secret, key = keys.new("app", [Scope.CLASSIFY], expires, None)
    assert (Keys((key,)).find(secret) is not None) == opens


def test_dumped_keys_are_parsed_again():
    made = Keys(
        (
            keys.new("app", [Scope.MANAGE, Scope.CLASSIFY, Scope.MANAGE], TODAY, 0.5)[1],
            keys.new("auditor", [Scope.AUDIT], None, None)[1],
        )
    )
    assert Keys.parse(made.dump()) == made
    assert made.known[0].scopes == (Scope.CLASSIFY, Scope.MANAGE)
    assert Keys.parse("\n") == Keys()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        lines({"sha256": "A" * 64}),
        lines({"sha256": "hj_secret"}),
        lines({"scopes": []}),
        lines({"scopes": ["everything"]}),
        lines({"name": "a b"}),
        lines({"key": "hj_secret"}),
        lines({"per_second": 0}),
        lines({"expires": "soon"}),
        lines({}, {"sha256": "1" * 64}),
        lines({}, {"name": "other"}),
        lines({}) + '\n{"name": "cut',
    ],
)
def test_broken_file_is_refused_without_quoting_it(text):
    with pytest.raises(KeysError) as refused:
        Keys.parse(text)
    assert "hj_secret" not in str(refused.value)


def test_name_is_added_once_and_removed_once():
    known = Keys().add(Key.model_validate({**LINE, "scopes": ["classify"]}))
    with pytest.raises(KeysError, match="app"):
        known.add(known.known[0])
    assert known.remove("app") == Keys()
    with pytest.raises(KeysError, match="nobody"):
        known.remove("nobody")
