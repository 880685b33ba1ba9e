"""Scenes are measured like a folder of real pictures, are the same for a seed, and show their figures."""

import json

import numpy as np
import pytest

from benchmarks.scenes.__main__ import KINDS, MATERIALS, PLACES, write
from models.profile import Label
from training.images.core.classes import core_classes
from training.images.evaluation.real_pictures import read_real_pictures
from training.images.sources.backgrounds import Backgrounds
from training.images.sources.catalogue import CATALOGUE, read_catalogue


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("scenes") / "made"
    write(made, emblems=len(KINDS), harmless=3, seed=1, limit=1)
    return made


def disc():
    """A red disc with a gold cross, RGBA."""
    made = np.zeros((120, 120, 4), np.uint8)
    y, x = np.mgrid[-60:60, -60:60]
    made[np.hypot(x, y) < 58] = (200, 20, 20, 255)
    made[(np.abs(x) < 8) | (np.abs(y) < 8)] = (250, 220, 60, 255)
    return made


def test_folder_is_read_without_problems(folder):
    labels = {entry.reference_id: Label(entry.label) for entry in read_catalogue(CATALOGUE)}
    read = read_real_pictures(folder, labels)
    assert not read.problems
    assert len(read.pictures) == len(KINDS) + 3


def test_every_kind_takes_its_turn(folder):
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert {line["kind"] for line in lines if line["positive"]} == set(KINDS)
    known = {tuple(members) for members in core_classes().references}
    assert all(tuple(line["reference_ids"]) in known for line in lines if line["positive"])


def test_same_seed_gives_the_same_pictures(folder, tmp_path):
    write(tmp_path / "again", emblems=2, harmless=0, seed=1, limit=1)
    assert (tmp_path / "again" / "00001.jpg").read_bytes() == (folder / "00001.jpg").read_bytes()


@pytest.mark.parametrize("name", MATERIALS)
def test_material_shows_the_figure(name):
    made = MATERIALS[name](np.random.default_rng(2), disc())
    assert made.dtype == np.uint8
    assert made.shape[2] == 4
    assert made[..., :3][made[..., 3] > 0].std() > 5 or made[..., 3].std() > 5


@pytest.mark.parametrize("name", PLACES)
def test_place_shows_the_figure(name):
    bright, dark = (PLACES[name](np.random.default_rng(2), figure, Backgrounds(())) for figure in (disc(), disc() // 2))
    assert bright.dtype == np.uint8
    assert bright.shape == dark.shape
    assert (bright != dark).any()
