"""The text tower learns to embed captions near their pictures."""

import hashlib
import json

import numpy as np
import pytest
import torch

from models.images.encoder.encoder import Encoder
from models.images.encoder.phrases import PHRASE_FEATURE, PhraseEncoder
from models.runtime.artifact_files import ArtifactFile
from training.images.common.split import Fold
from training.images.data.caption_views import CaptionViews
from training.images.fit import caption_metrics, phrase_calibration, train_captions
from training.images.networks import tower
from training.images.networks.export import export

LIMIT = 6

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


def test_cross_entropy_accepts_several_targets():
    logits, truths = torch.tensor([[4.0, 4.0, -4.0]]), torch.tensor([[1.0, 1.0, 0.0]])
    loss = train_captions.shared_cross_entropy(logits, truths)
    assert loss == pytest.approx(np.log(2), abs=1e-3)
    assert loss < train_captions.shared_cross_entropy(logits, torch.tensor([[0.0, 1.0, 1.0]]))


def _views(subjects, dimension=32):
    """Pictures of each subject around a random direction of its own, after some harmless ones."""
    rng = np.random.default_rng(0)
    shown = np.concatenate([np.full(20, -1), np.repeat(np.arange(len(subjects)), 2)])
    vectors = rng.normal(size=(len(subjects) + 1, dimension))[shown] + 0.1 * rng.normal(size=(len(shown), dimension))
    return CaptionViews(
        tuple(subjects), (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), shown
    )


def test_training_moves_captions_towards_their_pictures(subjects, monkeypatch):
    monkeypatch.setattr(train_captions, "BATCH_SIZE", 48)
    views = _views([subject for subject in subjects if subject.fold is Fold.TRAIN][:60])
    model, tokenizer = train_captions.train(views, seed=0, steps=25)
    found = train_captions.measure(model.text, tokenizer, views, views)["recall"]
    assert np.mean([scores["r@10"] for kind in found.values() for scores in kind.values()]) > 0.5


def test_recall_is_one_for_captions_equal_to_their_pictures(subjects):
    views = _views(subjects[:12])

    def embed(phrases):
        first = {subject.chinese[0]: place for place, subject in enumerate(views.subjects) if subject.chinese}
        first |= {subject.english[0]: place for place, subject in enumerate(views.subjects) if subject.english}
        return np.stack([views.vectors[views.shown == first[phrase]][0] for phrase in phrases])

    found = caption_metrics.recall(embed, views)
    assert {scores["r@1"] for kind in found.values() for scores in kind.values()} == {1.0}


def test_train_captions_adds_a_text_tower_and_keeps_the_image_tower(tmp_path, monkeypatch):
    monkeypatch.setattr(train_captions, "BATCH_SIZE", 16)
    monkeypatch.setattr(
        phrase_calibration, "FITTED_PHRASES", 1_000
    )  # of so few pictures none has a right one among three
    torch.manual_seed(0)
    export(tower.create(pretrained=False), tmp_path)
    np.save(tmp_path / "cohort.npy", np.eye(256, dtype=np.float32)[:8])
    image_tower = hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest()
    metrics = train_captions.train_captions(tmp_path, limit=LIMIT, steps=2)
    assert hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest() == image_tower
    assert PhraseEncoder(tmp_path)(["一枚警徽"]).shape == (1, Encoder(tmp_path).dimension)
    assert set(json.loads((tmp_path / ArtifactFile.PHRASE_CALIBRATION).read_text())["weights"]) == {PHRASE_FEATURE}
    assert json.loads((tmp_path / "metrics.json").read_text())["captions"] == metrics
    assert (tmp_path / "text.onnx").stat().st_size < 5e6
