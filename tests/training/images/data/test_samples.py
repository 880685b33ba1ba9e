"""Sample pictures need only the checkout, are deterministic, and name the emblem that they imitate."""

import socket

import pytest

from models.images.input.decode import decode
from training.images.common.split import Fold, fold_of
from training.images.data.samples import held_out_drawings, samples


@pytest.fixture(scope="module")
def drawings():
    return held_out_drawings()


def test_samples_imitate_only_our_drawings_of_held_out_owners(drawings):
    assert len({entry.reference_id for entry in drawings}) >= 20
    assert all(entry.image.startswith("drawings/") for entry in drawings)
    assert {fold_of(entry.owner_id) for entry in drawings} == {Fold.TEST}


def test_samples_alternate_imitations_and_negatives_that_decode(drawings):
    made = list(samples(12, drawings))
    assert [sample.emblem is None for sample in made] == [False, True] * 6
    assert all(decode(sample.data, sample.field)[0].pixels.std() > 0 for sample in made)


def test_samples_depend_on_the_seed(drawings):
    assert list(samples(4, drawings)) == list(samples(4, drawings)) != list(samples(4, drawings, seed=1))


def test_samples_need_no_network(drawings, monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert len(list(samples(20, drawings, seed=3))) == 20
