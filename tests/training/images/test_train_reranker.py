"""The reranker learns from what the search finds: places, the right drawing first, and others like it."""

import shutil

import numpy as np
import pytest
import torch

from models.images.encoder import Encoder
from models.images.reranker import DRAWING_SIDE, FILE, PLACE_SIDE, Reranker
from models.settings import Settings
from training.images import candidates, graphics, train_reranker
from training.images.corpus import load_corpus
from training.images.reranker import CellComparison, export_reranker

LIMIT = 6
pytestmark = pytest.mark.usefixtures("one_thread")


def test_the_right_candidate_and_only_that_should_have_high_odds():
    right, wrong, none = (torch.tensor([odds]) for odds in ((6.0, -6.0), (-6.0, 6.0), (-6.0, -6.0)))
    loss = {
        shown: [float(train_reranker.choice(odds, torch.tensor([shown]))) for odds in (right, wrong, none)]
        for shown in (True, False)
    }
    assert np.argmin(loss[True]) == 0 and np.argmax(loss[True]) == 1
    assert np.argmin(loss[False]) == 2


def test_the_exported_graph_judges_any_number_of_drawings(tmp_path):
    torch.manual_seed(0)
    network = CellComparison(16)
    assert export_reranker(network, tmp_path / FILE) < 1e-3
    draw = np.random.default_rng(0)
    place, drawings = draw.normal(size=(PLACE_SIDE**2, 16)), draw.normal(size=(5, DRAWING_SIDE**2, 16))
    odds = Reranker.load(tmp_path, 16)(place, drawings)
    with torch.inference_mode():
        expected = network(torch.tensor(place[None]).float(), torch.tensor(drawings[None]).float())[0]
    assert odds == pytest.approx(expected.numpy(), abs=1e-4)


@pytest.fixture(scope="module")
def corpus():
    return load_corpus(limit=LIMIT)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The released encoder without its reranker."""
    directory = tmp_path_factory.mktemp("run")
    released = Settings().released().encoder_directory()
    for name in ("model.onnx", "config.json", "cohort.npy"):
        shutil.copy(released / name, directory / name)
    return directory


@pytest.mark.slow
def test_places_show_their_first_drawing_or_none_of_all(corpus, run):
    pool = candidates.Pool.of(corpus, graphics.load(LIMIT), seed=0, limit=LIMIT)
    search = candidates.Search(Encoder(run), pool, threads=1)
    places, same = (candidates.draw_places(search, 12, seed=3, threads=threads) for threads in (1, 2))
    assert np.array_equal(places.drawings, same.drawings) and np.array_equal(places.cells, same.cells)
    assert places.shown.any() and not places.shown.all()
    found = pool.identities[places.drawings]
    own = found == places.identities[:, None]
    assert (
        own[places.shown, 0].all()
        and not own[places.shown, 1:][found[places.shown, 1:] != found[places.shown, :1]].any()
    )
    assert (np.diff(places.cosines[:, 1:]) <= 0).all()


@pytest.mark.slow
def test_no_unseen_drawing_is_trained_on_or_calibrated_with(corpus):
    rendered = graphics.load(LIMIT)
    pool = candidates.Pool.of(corpus, rendered, seed=0, limit=LIMIT)
    unseen = {
        pool.drawings[row].tobytes()
        for kind in pool.unseen.values()
        for row in np.flatnonzero(np.isin(pool.identities, kind))
    }
    learnt = {drawing.tobytes() for drawings in corpus.drawings for drawing in drawings}
    calibrated = {rendered.drawing(row).tobytes() for row in candidates.halves(rendered, np.random.default_rng(0))[1]}
    assert unseen and not unseen & learnt and not unseen & calibrated


@pytest.mark.slow
def test_a_reranker_is_trained_and_measured_beside_its_encoder(corpus, run):
    measured = train_reranker.train_reranker(run, corpus, limit=LIMIT, threads=1)
    assert measured["pictures"] == LIMIT and measured["parity_max_relative_difference"] < 1e-3
    encoder = Encoder(run)
    assert Reranker.load(run, encoder.dimension) is not None
    assert encoder.version != Encoder(Settings().released().encoder_directory()).version
