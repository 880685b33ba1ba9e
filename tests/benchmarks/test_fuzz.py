"""A minute of fuzzing with a fixed seed, in all; `python -m benchmarks.fuzz` goes on for as long as one likes."""

import time
from mmap import mmap

import pytest
from hypothesis import strategies as st

from benchmarks.fuzz.__main__ import TARGETS, fuzz
from benchmarks.fuzz.pictures import check_decoding
from benchmarks.fuzz.runner import FuzzRun, Target
from benchmarks.fuzz.structures import FORMATS, SEEDS
from models.images.input.filetypes import kind_of

SEED, SECONDS = 38, 6
"""Seed of the inputs, and seconds for each target."""


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_the_contract_or_costs_too_much(name):
    result = fuzz(name, SECONDS, SEED)
    assert not result.finds
    assert result.tried >= 10


def fuzzed(folder, check, seconds=1.0, megabytes=100.0):
    run = FuzzRun(Target(st.binary(max_size=20), check, seconds, megabytes), folder, seed=1)
    run.round(1)  # a count of inputs, not of seconds: Hypothesis starts slowly on a busy machine
    return run


def test_smallest_failing_input_is_kept_once_per_fault(tmp_path):
    def check(data):
        assert len(data) < 3

    (find,) = fuzzed(tmp_path, check).finds
    assert find.startswith("AssertionError at test_fuzz.py")
    assert len((tmp_path / find.rpartition("/")[2]).read_bytes()) == 3


def test_input_over_the_limit_of_time_is_kept(tmp_path):
    def check(data):
        until = time.process_time() + 0.05 * (len(data) == 5)
        while time.process_time() < until:
            pass

    run = fuzzed(tmp_path, check, seconds=0.03)
    assert run.finds[0].startswith("took 0.")
    assert len((tmp_path / run.finds[0].rpartition("/")[2]).read_bytes()) == 5
    assert run.slowest >= 0.05


def test_input_over_the_limit_of_memory_is_kept(tmp_path):
    def check(data):
        size = 40_000_000 * (len(data) == 5) + 1
        with mmap(-1, size) as pages:  # from the kernel: an allocator may hand out what it has kept
            pages.write(bytes(size))

    run = fuzzed(tmp_path, check, megabytes=20)
    assert run.finds[0].endswith(" MB: " + run.finds[0].rpartition(": ")[2])
    assert run.dearest >= 35


def test_same_seed_gives_the_same_inputs(tmp_path):
    tried = ([], [])
    for inputs in tried:
        FuzzRun(Target(st.binary(), inputs.append, 1, 100), tmp_path).round(7)
    assert len(tried[0]) > 100
    assert tried[0] == tried[1]


@pytest.mark.parametrize("kind", FORMATS)
def test_parts_of_a_picture_joined_are_the_picture(kind):
    pictures = [seed for seed in SEEDS if kind_of(seed) == kind]
    split = [list(FORMATS[kind].split(data)) for data in pictures]
    for data, parts in zip(pictures, split, strict=True):
        assert len(parts) >= 2
        assert FORMATS[kind].repaired(b"".join(parts)) == data
        check_decoding(data)
    assert any(FORMATS[kind].dimensions(part) for parts in split for part in parts)
