"""The localizer learns an emblem's box from augmented pictures."""

import shutil

import numpy as np
import pytest
import torch

from models.images.encoder.encoder import Encoder
from models.images.matching.localizer import LOCALIZER_GRID_SIDE, LOCALIZER_PIXEL_SIDE, MAX_EDGE_REACH, Localizer
from models.settings import Settings
from training.images.data.corpus import load_corpus
from training.images.data.localizer_regions import RegionSource, sample_localizer_regions
from training.images.fit import train_localizer
from training.images.fit.train_localizer import edge_loss, fit, flipped, measure
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
    """Logits that put each edge into one bin."""
    edges = torch.cat([boxes[:, :2], 1 - boxes[:, 2:]], dim=1)
    nearest = (edges[..., None] - LocalizerNetwork(3).bins).abs().argmin(dim=-1)
    return torch.full((len(boxes), 4, EDGE_BINS), -20.0).scatter(-1, nearest[..., None], 20.0)


def test_edges_are_predicted_inside_a_region_and_beyond_it():
    network = LocalizerNetwork(3)
    within = torch.linspace(0, 1, FEATURE_SIDE)
    boxes = torch.stack([torch.stack([within[4], within[6], within[16], within[20]]), torch.tensor([-1, -0.3, 1.1, 2])])
    assert torch.allclose(network.boxes(sharp(boxes)), boxes, atol=1e-3)


@pytest.mark.parametrize("box", [(4, 6, 16, 20), (-0.6, 6, 16, 20), (-0.3, -0.1, 1.3, 2.0), (4, -1.0, 1.6, 1.1)])
def test_the_loss_grows_with_the_distance_from_the_true_box(box):
    shown = torch.tensor([[edge / (FEATURE_SIDE - 1) if isinstance(edge, int) else edge for edge in box]])
    losses = [float(edge_loss(LocalizerNetwork(3), sharp(shown + by), shown)) for by in (0.0, 0.3, 0.7)]
    assert losses == sorted(losses) and losses[0] < 0.01 < losses[1]
    unsure = float(edge_loss(LocalizerNetwork(3), torch.zeros(1, 4, EDGE_BINS), shown))
    assert losses[0] < unsure < losses[-1]


@pytest.mark.parametrize("seed", range(8))
def test_boxes_are_flipped_with_their_regions(seed):
    cells, pixels = (
        torch.zeros(2, LOCALIZER_GRID_SIDE, LOCALIZER_GRID_SIDE, 1),
        torch.zeros(2, LOCALIZER_PIXEL_SIDE, LOCALIZER_PIXEL_SIDE, 3, dtype=torch.uint8),
    )
    boxes = torch.tensor([[2.0, 3.0, 7.0, 11.0], [0.0, 5.0, 4.0, 6.0]])
    for region, (left, top, right, bottom) in enumerate(boxes.int().tolist()):
        cells[region, top:bottom, left:right] = 1
        scale = LOCALIZER_PIXEL_SIDE // LOCALIZER_GRID_SIDE
        pixels[region, top * scale : bottom * scale, left * scale : right * scale] = 255
    cells, pixels, found = flipped(np.random.default_rng(seed), cells, pixels, boxes / LOCALIZER_GRID_SIDE)
    for region, (left, top, right, bottom) in enumerate((found * LOCALIZER_GRID_SIDE).round().int().tolist()):
        assert cells[region, top:bottom, left:right].sum() == cells[region].sum() == (right - left) * (bottom - top)
        scale = LOCALIZER_PIXEL_SIDE // LOCALIZER_GRID_SIDE
        assert pixels[region, top * scale : bottom * scale, left * scale : right * scale].float().mean() == 255


def test_the_exported_graph_agrees_with_the_network(run, tmp_path):
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
def test_regions_do_not_depend_on_the_number_of_threads(corpus, run):
    source = RegionSource.of(Encoder(run), corpus, corpus.kinds, (3,), LIMIT)
    regions, same = (sample_localizer_regions(source, 24, (3,), threads) for threads in (1, 2))
    for name in ("tokens", "pixels", "boxes", "anchors"):
        assert np.array_equal(getattr(regions, name), getattr(same, name))
    left, top, right, bottom = regions.boxes.T
    assert (left < right).all() and (top < bottom).all()


@pytest.mark.slow
def test_some_emblems_reach_beyond_their_region_within_the_limit(corpus, run):
    regions = sample_localizer_regions(RegionSource.of(Encoder(run), corpus, corpus.kinds, (4,), LIMIT), 60, (4,), 2)
    goes_on = (regions.boxes[:, :2].min(axis=1) < -0.1) | (regions.boxes[:, 2:].max(axis=1) > 1.1)
    assert 0.1 < goes_on.mean() < 0.9
    assert (regions.boxes[:, :2] < 1).all() and (regions.boxes[:, 2:] > 0).all()
    assert regions.boxes.min() >= -MAX_EDGE_REACH and regions.boxes.max() <= 1 + MAX_EDGE_REACH


@pytest.mark.slow
def test_edges_are_learnt_from_a_few_regions(corpus, run, monkeypatch):
    monkeypatch.setattr(train_localizer, "EPOCHS", 32)
    monkeypatch.setattr(train_localizer, "WARM_UP_STEPS", 1)
    torch.manual_seed(0)
    regions = sample_localizer_regions(RegionSource.of(Encoder(run), corpus, corpus.kinds, (1,), LIMIT), 24, (1,), 1)
    network = LocalizerNetwork(regions.tokens.shape[-1])
    before = measure(network, regions)["mean_overlap"]
    fit(network, regions, seed=0)
    assert measure(network, regions)["mean_overlap"] > before + 0.2


@pytest.mark.slow
def test_a_localizer_is_trained_and_measured_beside_its_encoder(corpus, run, tmp_path, monkeypatch):
    asked, real = [], train_localizer.sample_localizer_regions
    monkeypatch.setattr(
        train_localizer, "sample_localizer_regions", lambda *given: asked.append(given[0].kinds) or real(*given)
    )
    directory = shutil.copytree(run, tmp_path / "run")
    measured = train_localizer.train_localizer(directory, corpus, limit=LIMIT, threads=1)
    assert measured["places"] == measured["held_out_places"] == LIMIT
    assert 0 <= measured["overlap_of_three_quarters"] <= measured["overlap_of_half"] <= 1
    assert measured["parity_max_relative_difference"] < 1e-3
    assert Localizer.load(Encoder(directory)) is not None
    learnt, held_out = ({corpus.owners[n] for numbers in kinds.values() for n in numbers} for kinds in asked)
    assert learnt.isdisjoint(held_out) and learnt | held_out == set(corpus.owners)
