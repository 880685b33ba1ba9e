"""Bodies made to cost much: refused before they are parsed."""

import json
import time
import tracemalloc

import pytest

from models.profile import ProfileError
from serving.messages.bodies import MAX_VALUES, read_json
from serving.messages.json_limits import MAX_DEPTH, check_json
from serving.messages.schema import parse, parse_batch

JSON = "application/json"
FULL = 43_500_000
"""Bytes; just under the limit of a body."""


def filled(before, part, after):
    return before + part * (FULL // len(part)) + after


HOSTILE = {
    "lists": filled(b'{"account_id":"a","avatar":[', b"[],", b"[]]}"),
    "objects": filled(b'{"account_id":"a","avatar":[', b"{},", b"{}]}"),
    "numbers": filled(b'{"account_id":"a","avatar":[', b"0,", b"0]}"),
    "names": filled(b'{"avatar":0,', b'"a":1,', b'"b":1}'),
    "strings": filled(b'{"avatar":[', b'"",', b'""]}'),
    "depth": filled(b'{"avatar":', b"[", b""),
    "escaped quotes": filled(b'{"avatar":[[[[[[[[[[[[[[[[[["', rb"\"", b""),
    "closings": filled(b'{"avatar":[' + b"[]," * 20, b"]", b""),
    "adjacent strings": filled(b'{"avatar":[' + b"[]," * 20, b'""', b"]}"),
    "no picture": filled(b'{"account_id":"a","bio":"', b"a", b'"}'),
}


@pytest.mark.parametrize("read", [parse, parse_batch])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_body_is_refused_quickly_in_little_memory(name, read):
    began = time.process_time()
    with pytest.raises(ProfileError) as refused:
        read(JSON, HOSTILE[name])
    seconds = time.process_time() - began
    assert refused.value.code in {"malformed_json", "body_too_large", "unknown_field"}
    assert seconds < 1
    tracemalloc.start()  # after the clock, for tracing takes several times as long as reading
    with pytest.raises(ProfileError):
        read(JSON, HOSTILE[name])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6  # a copy of the body as text is the most


def test_appeal_may_not_be_large():
    with pytest.raises(ProfileError) as refused:
        read_json(JSON, json.dumps({"reason": "a" * 100_000}).encode(), max_plain=64_000)
    assert refused.value.code == "body_too_large"


def test_largest_allowed_profile_passes_escaped():
    values = {
        "account_id": "🌊" * 256,
        "name": "🌊" * 64,
        "bio": ",[{" * 666,
        "signature": "🌊" * 500,
        "entitlements": [f"{number:03}" + "🌊" * 253 for number in range(100)],
    }
    assert parse(JSON, json.dumps(values).encode()).bio == values["bio"]
    batch = {"profiles": [values] * 14 + [values | {"bio": None, "signature": None}] * 50}
    assert len(parse_batch(JSON, json.dumps(batch).encode())) == 64


def test_separators_within_strings_are_not_counted():
    check_json(json.dumps(["," * 10_000, '\\"[{:' * 10_000]).encode(), MAX_VALUES)


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1])
def test_depth_is_bounded(depth):
    body = b"[" * depth + b"]" * depth
    if depth > MAX_DEPTH:
        with pytest.raises(ProfileError, match="nested"):
            check_json(body, MAX_VALUES)
    else:
        check_json(body, MAX_VALUES)
