"""The reranker learns from regions with the drawings that the search finds, the right one first."""

import shutil
from functools import partial
from itertools import chain

import numpy as np
import PIL.Image
import pytest
import torch

from models.images.encoder.encoder import Encoder
from models.images.gallery.gallery import Gallery
from models.images.input.transparency import on_clearest_background
from models.images.matching.emblems import EmblemDetector
from models.images.matching.reranker import (
    TOKEN_GRID_SIDE,
    TOKEN_PIXEL_SIDE,
    Patches,
    Reranker,
    drawing_patches,
    patches,
)
from models.settings import Settings
from training.images.common.split import owner_key
from training.images.data import cohort, reranker_regions, validation
from training.images.data.corpus import TRAINED_WORDMARKS, load_corpus
from training.images.data.patch_store import PatchStore
from training.images.data.pool import DrawingPool, PoolSearch
from training.images.fit import train_reranker
from training.images.networks.released import read_base
from training.images.networks.reranker import RerankerNetwork, export_reranker
from training.images.sources import graphics
from training.images.synthesis import flags, wordmarks
from training.precision import mixed_precision

LIMIT = 6
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The released encoder without its reranker."""
    directory = tmp_path_factory.mktemp("run")
    released = Settings().released().encoder_directory()
    for name in ("model.onnx", "config.json", "cohort.npy"):
        shutil.copy(released / name, directory / name)
    return directory


def test_loss_is_least_if_only_the_right_candidate_has_high_odds():
    right, wrong, none = (torch.tensor([odds]) for odds in ((6.0, -6.0), (-6.0, 6.0), (-6.0, -6.0)))
    loss = {
        shown: [float(train_reranker.candidate_loss(odds, torch.tensor([shown]))) for odds in (right, wrong, none)]
        for shown in (True, False)
    }
    assert np.argmin(loss[True]) == 0 and np.argmax(loss[True]) == 1
    assert np.argmin(loss[False]) == 2


def test_the_exported_graphs_judge_any_number_of_drawings_of_one_encoder(run, tmp_path):
    torch.manual_seed(0)
    encoder = Encoder(shutil.copytree(run, tmp_path / "copy"))
    network = RerankerNetwork(encoder.dimension)
    assert export_reranker(network, encoder.fingerprint, encoder.directory) < 1e-3
    reranker, rng = Reranker.load(encoder), np.random.default_rng(0)
    picture = rng.integers(0, 256, (192, 160, 3), dtype=np.uint8)
    grid = encoder.grids([picture])[0][0]
    drawn = [noise(rng, *size) for size in ((96, 128), (96, 96), (30, 128), (160, 40), (64, 80))]
    place, drawings = reranker.region_tokens(picture, grid), [reranker.drawing_tokens(drawing) for drawing in drawn]
    odds = reranker(place, [[tokens] for tokens in drawings])
    seen, known = patches(picture, grid), [drawing_patches(encoder, drawing) for drawing in drawn]
    with torch.inference_mode():
        given = [(torch.tensor(of.tokens[None]).float(), torch.tensor(of.pixels[None])) for of in (seen, *known)]
        exact = [network.tokens(*of)[0].numpy() for of in given]
        shown = torch.tensor(place[None]).float()
        pairs = [network.comparison(shown, torch.tensor(tokens[None]).float()) for tokens in drawings]
    for tokens, expected in zip((place, *drawings), exact, strict=True):
        assert np.allclose(tokens, expected, rtol=1e-3, atol=1e-4)  # kept in 16 bits
    assert odds == pytest.approx(torch.cat(pairs).numpy(), abs=1e-4)


def test_a_reranker_picks_candidates_but_hides_no_nearest_reference(tmp_path):
    released = Settings().released()
    detectors = []
    for seed in (0, 1):  # neither knows anything, and they disagree
        torch.manual_seed(seed)
        encoder = Encoder(shutil.copytree(released.encoder_directory(), tmp_path / str(seed)))
        network = RerankerNetwork(encoder.dimension)
        with torch.no_grad():
            network.comparison.judge[-1].weight.mul_(1e4)
        export_reranker(network, encoder.fingerprint, encoder.directory)
        gallery = Gallery.load(released.gallery_directory(), encoder)
        detectors.append(EmblemDetector(encoder, gallery))
    chosen = []
    for entry in range(0, len(gallery.entries), 400):
        pixels = on_clearest_background(PIL.Image.fromarray(gallery.drawing(entry)))
        chosen.append([verified(detector, pixels) for detector in detectors])
        assert all(gallery.entries[entry].reference.reference_id in found for found in chosen[-1])
    assert any(one != other for one, other in chosen)


def verified(detector, pixels):
    """Ids of the references that the verification stage compares."""
    _, verified = detector.candidates(pixels, detector.encoder([pixels])[0])
    return {detector.references[number].reference_id for number in verified.references}


def noise(rng, height, width):
    """An RGBA drawing of anything."""
    return PIL.Image.fromarray(rng.integers(0, 256, (height, width, 4), dtype=np.uint8))


@pytest.fixture(scope="module")
def corpus():
    return load_corpus(limit=LIMIT)


@pytest.fixture(scope="module")
def search(corpus, run):
    return PoolSearch(Encoder(run), DrawingPool.of(corpus, graphics.load_graphics(LIMIT), LIMIT), threads=1)


@pytest.mark.slow
def test_regions_show_their_first_drawing_or_none(search, monkeypatch):
    monkeypatch.setattr(reranker_regions, "ENROLLED_SHARE", (0.6, 1.0))  # of few drawings a part would be too few
    places, same = (reranker_regions.sample_regions(search, 30, seed=(3,), threads=threads) for threads in (1, 2))
    assert np.array_equal(places.drawings, same.drawings)
    count = len(places.drawings)
    for name in ("tokens", "pixels", "rows"):
        assert np.array_equal(*(getattr(of.patches, name)[:count] for of in (places, same)))
    assert places.shown.any() and not places.shown.all()
    found = search.pool.identities[places.drawings]
    assert (found[places.shown, 0] == places.identities[places.shown]).all()
    assert all(len(set(row)) == reranker_regions.CANDIDATES_PER_REGION for row in found.tolist())
    assert (np.diff(places.cosines[:, 1:]) <= 0).all()


@pytest.mark.slow
def test_other_regions_than_strips_are_kept_however_small_the_emblem(search, monkeypatch):
    monkeypatch.setattr(reranker_regions, "MIN_EMBLEM_SHARE", 2.0)  # more than any has
    strict = reranker_regions.sample_regions(search, 60, seed=(5,), threads=1)
    monkeypatch.setattr(reranker_regions, "MIN_EMBLEM_SHARE", 0.0)
    lax = reranker_regions.sample_regions(search, 60, seed=(5,), threads=1)
    squares = [(of.shown & (of.patches.rows[: len(of.shown)] == TOKEN_GRID_SIDE)).sum() for of in (strict, lax)]
    assert squares[0] == squares[1] > 0


EMBLEM = (0.2, 0.2, 0.6, 0.6)
CONTEXT_BOX = (0.1, 0.1, 0.7, 0.7)


@pytest.mark.parametrize(
    ("place", "is_located", "is_shown"),
    [
        (CONTEXT_BOX, False, True),
        ((0.2, 0.3, 0.6, 0.4), False, True),  # a strip of it
        ((0.1, 0.62, 0.7, 0.7), False, None),  # a strip of something else
        ((0.19, 0.2, 0.6, 0.62), True, True),
        ((0.3, 0.3, 0.4, 0.4), True, None),  # a detail of it
        ((0.0, 0.0, 1.0, 1.0), True, None),  # all of the picture
        ((0.7, 0.7, 0.9, 0.9), True, False),
        ((0.5, 0.2, 0.9, 0.6), True, None),  # a part of it beside something else
    ],
)
def test_a_region_is_positive_negative_or_left_out(place, is_located, is_shown):
    assert reranker_regions._is_shown(EMBLEM, CONTEXT_BOX, place, is_located) is is_shown
    assert reranker_regions._is_shown(None, CONTEXT_BOX, place, is_located) is False


def test_batched_comparison_equals_one_by_one_for_every_shape():
    torch.manual_seed(0)
    rng, dimension = np.random.default_rng(1), 8
    network = RerankerNetwork(dimension)
    with torch.no_grad():
        network.comparison.judge[-1].weight.mul_(20)
    shown, drawn = (mixed(rng, count, dimension) for count in (5, 9))
    drawings = rng.integers(0, 9, (5, 3))
    nothing = np.zeros(0)
    places = reranker_regions.RerankerRegions(shown, drawings, nothing, nothing, nothing)
    examples, chosen = train_reranker.RerankerExamples(places, drawn), np.array([4, 0, 2, 1])
    with torch.inference_mode(), mixed_precision():
        tokens = [
            [network.tokens(*next(store.batches_by_shape(np.array([number])))[1:]) for number in range(len(store.rows))]
            for store in (shown, drawn)
        ]
        expected = [
            [float(network.comparison(tokens[0][place], tokens[1][drawing])) for drawing in drawings[place]]
            for place in chosen
        ]
    with torch.inference_mode():
        found = examples.logits(network, chosen)
    assert np.allclose(found.numpy(), expected, atol=0.05) and np.ptp(expected) > 0.5


def mixed(rng, count, dimension):
    """Patches of anything, squares and strips in turn."""
    store = PatchStore(count, dimension)
    for number in range(count):
        rows, columns = (
            (TOKEN_GRID_SIDE, TOKEN_GRID_SIDE),
            (TOKEN_GRID_SIDE // 2, TOKEN_GRID_SIDE * 2),
            (TOKEN_GRID_SIDE * 2, TOKEN_GRID_SIDE // 2),
        )[number % 3]
        cells = rng.normal(0, 1, (rows, columns, dimension)).astype(np.float16)
        pixels = rng.integers(0, 256, (rows * TOKEN_PIXEL_SIDE, columns * TOKEN_PIXEL_SIDE, 3), dtype=np.uint8)
        store[number] = Patches(cells, pixels)
    return store


@pytest.mark.slow
def test_no_wrong_candidate_has_the_same_owner(search):
    places, pool = reranker_regions.sample_regions(search, 30, seed=(4,), threads=1), search.pool
    for drawings, identity in zip(places.drawings, places.identities, strict=True):
        own = set(pool.owners[pool.identities == identity])
        others = drawings[pool.identities[drawings] != identity]
        assert own.isdisjoint(pool.owners[others])


@pytest.mark.slow
def test_unseen_drawings_are_not_in_the_calibration_either(corpus, run, monkeypatch, tmp_path):
    monkeypatch.setattr(validation, "ENROLLED_LOGOS", 2)
    rendered = graphics.load_graphics(LIMIT)
    pool = DrawingPool.of(corpus, rendered, LIMIT)
    unseen = np.isin(pool.identities, np.concatenate(list(pool.unseen.values())))
    owners = set(pool.owners[unseen])
    assert {"logo", "invented flag", "wordmark"} <= pool.unseen.keys() and owners.isdisjoint(pool.owners[~unseen])
    _, judged = cohort.harmless_halves(rendered)
    _, enrolled = validation.calibration_gallery(Encoder(run), rendered, tmp_path, LIMIT)
    calibrated = [rendered.items[row].owner for row in judged] + [emblem.owner for emblem in enrolled.values()]
    assert owners.isdisjoint(map(owner_key, calibrated))
    usual, others = cohort.invented_negatives(rendered, LIMIT)
    known = {drawing.tobytes() for drawing in chain(usual, *others.values(), *corpus.drawings)}
    assert known.isdisjoint(pool.drawings[row].tobytes() for row in np.flatnonzero(unseen))


def test_no_invented_layout_is_in_two_sets():
    assert all(
        number % flags.FLAGS_PER_LAYOUT == 0
        for number in (*cohort.reserved_flag_numbers(None), *cohort.reserved_flag_numbers(5))
    )
    assert TRAINED_WORDMARKS % wordmarks.WORDMARKS_PER_SETTING == 0


@pytest.mark.slow
def test_a_reranker_is_trained_and_measured_beside_its_encoder(corpus, run):
    before = Encoder(run).version
    measured = train_reranker.train_reranker(run, corpus, limit=LIMIT, threads=1)
    assert measured["pictures"] == LIMIT and measured["parity_max_relative_difference"] < 1e-3
    encoder = Encoder(run)
    assert Reranker.load(encoder) is not None
    assert encoder.version != before and encoder.fingerprint in before
    assert measured["base"] is None


@pytest.mark.slow
def test_a_bases_reranker_is_trained_further_once_on_other_pictures(corpus, run, tmp_path, monkeypatch):
    base, asked, real = read_base(Settings().released().encoder_directory()), [], train_reranker.sample_regions
    monkeypatch.setattr(train_reranker, "sample_regions", lambda *given: asked.append(given[2]) or real(*given))
    monkeypatch.setattr(train_reranker, "fit", lambda *given: asked.append(given[4]))
    train = partial(train_reranker.train_reranker, shutil.copytree(run, tmp_path / "run"), corpus, limit=LIMIT, seed=7)
    measured = train(base=base)
    kept = read_base(tmp_path / "run")
    assert all(torch.equal(kept.reranker[name], values) for name, values in base.reranker.items())
    assert measured["base"] == base.fingerprint and kept.rounds == measured["rounds"] == base.rounds + 1
    train()
    further, once, first, twice = asked
    assert (once, twice) == (1, 2) and further != first
