"""Sample pictures come from the checkout alone, are the same every time, and say what they imitate."""

import socket

import pytest

from models.images.input.decode import decode
from training.images.common.split import Fold, fold_of
from training.images.data.samples import held_out_drawings, samples


@pytest.fixture(scope="module")
def drawings():
    return held_out_drawings()


def test_only_our_drawings_of_owners_never_trained_on_are_imitated(drawings):
    assert len({entry.reference_id for entry in drawings}) >= 20
    assert all(entry.image.startswith("drawings/") for entry in drawings)
    assert {fold_of(entry.owner_id) for entry in drawings} == {Fold.TEST}


def test_half_of_the_pictures_are_imitations_and_all_can_be_judged(drawings):
    made = list(samples(12, drawings))
    assert [sample.emblem is None for sample in made] == [False, True] * 6
    assert all(decode(sample.data, sample.field)[0].pixels.std() > 0 for sample in made)


def test_the_same_seed_makes_the_same_pictures_and_another_makes_others(drawings):
    assert list(samples(4, drawings)) == list(samples(4, drawings)) != list(samples(4, drawings, seed=1))


def test_no_network_is_used(drawings, monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert len(list(samples(20, drawings, seed=3))) == 20
