"""Evaluation disguises change the evidence alone, and are not those of training."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from models.profile import Field, Label
from training.text.data import disguises, evaluation_disguises
from training.text.data.corpus import Case, Split, read_split
from training.text.data.evaluation_disguises import TABLES, WAYS, disguised


def case(text, *evidence, field=Field.BIO):
    return Case("1", field, text, (Label.CONTACT_DIVERSION,), {Label.CONTACT_DIVERSION: evidence})


def test_only_the_evidence_is_rewritten_and_all_of_it():
    for seed in range(40):
        way, text = disguised(case("花店。加微信 abc123，再说一遍：加微信", "加微信"), np.random.default_rng(seed))
        assert text.startswith("花店。") and " abc123，再说一遍：" in text
        assert text.count("加微信") == 0, way


def test_the_same_seed_draws_the_same_disguise():
    one = case("加微信 abc123", "加微信 abc123")
    assert disguised(one, np.random.default_rng(3)) == disguised(one, np.random.default_rng(3))


def test_every_way_changes_some_violating_text_of_the_corpus():
    rng = np.random.default_rng(0)
    drawn = {result[0] for one in read_split(Split.VALIDATION) if one.labels and (result := disguised(one, rng))}
    assert drawn == set(WAYS)


def test_a_text_without_evidence_is_left_out():
    assert disguised(case("加微信"), np.random.default_rng(0)) is None


def test_no_text_becomes_too_long_for_its_field():
    name = case("加" * 60, "加" * 60, field=Field.NAME)
    for seed in range(20):
        _, text = disguised(name, np.random.default_rng(seed))
        assert len(text) <= 64


@pytest.mark.parametrize("way", WAYS)
def test_ways_leave_unknown_pieces_unchanged_or_only_insert(way):
    rewritten = WAYS[way]("？", np.random.default_rng(0))
    assert rewritten == "？" or rewritten.startswith("？")


@pytest.mark.parametrize("table", ["same_sound", "same_shape"])
def test_no_substitute_is_one_that_training_uses(table):
    instead = yaml.safe_load(TABLES.read_text(encoding="utf-8"))[table]
    shared = {one for one, others in instead.items() if set(others) & set(disguises.LOOK_ALIKES.get(one, ()))}
    assert not shared
    assert not any(one in others for one, others in instead.items())


def test_no_emoji_is_one_that_training_uses():
    instead = yaml.safe_load(TABLES.read_text(encoding="utf-8"))["emoji"]
    used = {*disguises.SEPARATORS, *(one for several in disguises.LOOK_ALIKES.values() for one in several)}
    assert not used & set(instead.values())


def test_nothing_is_imported_from_trainings_disguises():
    tree = ast.parse(Path(evaluation_disguises.__file__).read_text(encoding="utf-8"))
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports and not [line for line in imports if re.search(r"\bdisguises\b", line)]
    assert not set(evaluation_disguises.SYMBOLS) & set(disguises.SEPARATORS)
    assert not set(evaluation_disguises.INVISIBLE) & set(disguises.SEPARATORS)
