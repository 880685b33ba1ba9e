"""The localizer learns from imitations where in a place their emblem is."""

import shutil

import numpy as np
import pytest
import torch

from models.images.encoder.encoder import Encoder
from models.images.matching.localizer import LOCALIZER_GRID_SIDE, LOCALIZER_PIXEL_SIDE, MAX_EDGE_REACH, Localizer
from models.settings import Settings
from training.images.data.corpus import load_corpus
from training.images.fit import train_localizer
from training.images.fit.train_localizer import distance, draw_places, fit, measure, source_of, turned
from training.images.networks.localizer import EDGE_BINS, FEATURE_SIDE, LocalizerNetwork, export_localizer

LIMIT = 6
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The released encoder alone."""
    directory = tmp_path_factory.mktemp("run")
    for name in ("model.onnx", "config.json"):
        shutil.copy(Settings().released().encoder_directory() / name, directory / name)
    return directory


def sharp(boxes):
    """Logits of edges that lie there for sure, at a bin each."""
    edges = torch.cat([boxes[:, :2], 1 - boxes[:, 2:]], dim=1)
    nearest = (edges[..., None] - LocalizerNetwork(3).bins).abs().argmin(dim=-1)
    return torch.full((len(boxes), 4, EDGE_BINS), -20.0).scatter(-1, nearest[..., None], 20.0)


def test_edges_are_told_within_a_place_and_beyond_it():
    network = LocalizerNetwork(3)
    within = torch.linspace(0, 1, FEATURE_SIDE)
    boxes = torch.stack([torch.stack([within[4], within[6], within[16], within[20]]), torch.tensor([-1, -0.3, 1.1, 2])])
    assert torch.allclose(network.boxes(sharp(boxes)), boxes, atol=1e-3)


@pytest.mark.parametrize("box", [(4, 6, 16, 20), (-0.6, 6, 16, 20), (-0.3, -0.1, 1.3, 2.0), (4, -1.0, 1.6, 1.1)])
def test_the_loss_is_least_for_the_emblem_and_greater_the_farther_a_box_lies_from_it(box):
    shown = torch.tensor([[edge / (FEATURE_SIDE - 1) if isinstance(edge, int) else edge for edge in box]])
    losses = [float(distance(LocalizerNetwork(3), sharp(shown + by), shown)) for by in (0.0, 0.3, 0.7)]
    assert losses == sorted(losses) and losses[0] < 0.01 < losses[1]
    unsure = float(distance(LocalizerNetwork(3), torch.zeros(1, 4, EDGE_BINS), shown))
    assert losses[0] < unsure < losses[-1]


@pytest.mark.parametrize("seed", range(8))
def test_places_that_are_turned_show_their_emblems_at_the_box_that_is_turned_with_them(seed):
    cells, pixels = (
        torch.zeros(2, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, 1),
        torch.zeros(2, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3, dtype=torch.uint8),
    )
    boxes = torch.tensor([[2.0, 3.0, 7.0, 11.0], [0.0, 5.0, 4.0, 6.0]])
    for place, (left, top, right, bottom) in enumerate(boxes.int().tolist()):
        cells[place, top:bottom, left:right] = 1
        scale = LOCALIZER_PIXEL_SIDE // LOCALIZER_GRID_SIDE
        pixels[place, top * scale : bottom * scale, left * scale : right * scale] = 255
    cells, pixels, found = turned(np.random.default_rng(seed), cells, pixels, boxes / LOCALIZER_GRID_SIDE)
    for place, (left, top, right, bottom) in enumerate((found * LOCALIZER_GRID_SIDE).round().int().tolist()):
        assert cells[place, top:bottom, left:right].sum() == cells[place].sum() == (right - left) * (bottom - top)
        scale = LOCALIZER_PIXEL_SIDE // LOCALIZER_GRID_SIDE
        assert pixels[place, top * scale : bottom * scale, left * scale : right * scale].float().mean() == 255


def test_the_exported_graph_tells_what_the_network_tells_for_any_number_of_places(run, tmp_path):
    torch.manual_seed(0)
    encoder = Encoder(shutil.copytree(run, tmp_path / "copy"))
    before, network = encoder.version, LocalizerNetwork(encoder.dimension)
    assert export_localizer(network, encoder.fingerprint, encoder.directory) < 1e-3
    assert Localizer.load(encoder) is not None
    assert Encoder(encoder.directory).version != before


@pytest.fixture(scope="module")
def corpus():
    return load_corpus(limit=LIMIT)


@pytest.mark.slow
def test_places_show_their_emblem_whatever_the_threads(corpus, run):
    source = source_of(Encoder(run), corpus, corpus.kinds, (3,), LIMIT)
    places, same = (draw_places(source, 24, (3,), threads) for threads in (1, 2))
    for name in ("cells", "pixels", "boxes", "begun"):
        assert np.array_equal(getattr(places, name), getattr(same, name))
    left, top, right, bottom = places.boxes.T
    assert (left < right).all() and (top < bottom).all()


@pytest.mark.slow
def test_emblems_go_on_beyond_some_places_as_far_as_is_told(corpus, run):
    places = draw_places(source_of(Encoder(run), corpus, corpus.kinds, (4,), LIMIT), 60, (4,), 2)
    goes_on = (places.boxes[:, :2].min(axis=1) < -0.1) | (places.boxes[:, 2:].max(axis=1) > 1.1)
    assert 0.1 < goes_on.mean() < 0.9
    assert (places.boxes[:, :2] < 1).all() and (places.boxes[:, 2:] > 0).all()
    assert places.boxes.min() >= -MAX_EDGE_REACH and places.boxes.max() <= 1 + MAX_EDGE_REACH


@pytest.mark.slow
def test_edges_are_learnt_from_a_few_places(corpus, run, monkeypatch):
    monkeypatch.setattr(train_localizer, "EPOCHS", 32)
    monkeypatch.setattr(train_localizer, "WARM_UP", 1)
    torch.manual_seed(0)
    places = draw_places(source_of(Encoder(run), corpus, corpus.kinds, (1,), LIMIT), 24, (1,), 1)
    network = LocalizerNetwork(places.cells.shape[-1])
    before = measure(network, places)["mean_overlap"]
    fit(network, places, seed=0)
    assert measure(network, places)["mean_overlap"] > before + 0.2


@pytest.mark.slow
def test_a_localizer_is_trained_and_measured_beside_its_encoder(corpus, run, tmp_path, monkeypatch):
    asked, real = [], train_localizer.draw_places
    monkeypatch.setattr(train_localizer, "draw_places", lambda *given: asked.append(given[0].kinds) or real(*given))
    directory = shutil.copytree(run, tmp_path / "run")
    measured = train_localizer.train_localizer(directory, corpus, limit=LIMIT, threads=1)
    assert measured["places"] == measured["held_out_places"] == LIMIT
    assert 0 <= measured["overlap_of_three_quarters"] <= measured["overlap_of_half"] <= 1
    assert measured["parity_max_relative_difference"] < 1e-3
    assert Localizer.load(Encoder(directory)) is not None
    learnt, held_out = ({corpus.owners[n] for numbers in kinds.values() for n in numbers} for kinds in asked)
    assert learnt.isdisjoint(held_out) and learnt | held_out == set(corpus.owners)
