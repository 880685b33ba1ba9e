"""Phrases of a gallery are compared with pictures on their own scale, beside the emblems that have pictures."""

import json

import numpy as np
import pytest
import tiny_encoder
import tiny_text
from references import described, emblem, reference_file

from models.images.encoder.encoder import Encoder, EncoderError
from models.images.encoder.phrases import PHRASE_FEATURE, PhraseEncoder
from models.images.gallery.gallery import Gallery, build
from models.images.input.decode import Image
from models.images.matching.emblems import EmblemDetector
from models.images.matching.features import RERANKER_FEATURES, RETRIEVAL_FEATURES, VERIFICATION_FEATURES
from models.images.matching.phrase_matching import phrase_cohort_mean
from models.profile import Label

NEVER = {"first": {"weights": dict.fromkeys(RETRIEVAL_FEATURES, 0.0), "bias": -9.0}, "floor": 0.5}
SILENT = {"weights": [0.0], "bias": -9.0}
NEVER |= {
    "closer": {
        "hidden": {name: [0.0] for name in VERIFICATION_FEATURES if name not in RERANKER_FEATURES},
        "offsets": [0.0],
        "output": SILENT,
    }
}
"""A calibration that finds no emblem with a picture, so only phrases score."""


@pytest.fixture
def encoder(tmp_path):
    folder = tiny_text.write(tiny_encoder.write(tmp_path / "encoder"))
    cohort = np.random.default_rng(0).normal(size=(20, tiny_encoder.DIMENSION)).astype(np.float32)
    np.save(folder / "cohort.npy", cohort / np.linalg.norm(cohort, axis=1, keepdims=True))
    (folder / "calibration.json").write_text(json.dumps(NEVER))
    (folder / "phrase_calibration.json").write_text(json.dumps({"weights": {PHRASE_FEATURE: 4.0}, "bias": 1.0}))
    return Encoder(folder)


def gallery_with(directory, encoder, *phrases):
    source = reference_file(directory / "source", ["xinhua", "renmin"])
    lines = [json.dumps(described("police", text=text, label="government_emblem")) + "\n" for text in phrases]
    source.write_text(source.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")
    build(source, directory / "gallery", encoder)
    return Gallery.load(directory / "gallery", encoder)


@pytest.fixture
def picture():
    return Image(np.asarray(emblem(5).convert("RGB")))


def test_a_phrase_is_scored_by_its_own_calibration(tmp_path, encoder, picture):
    detector = EmblemDetector(encoder, gallery_with(tmp_path, encoder, "一枚警徽"))
    best, *others = detector([picture])[0]
    vector, windows = PhraseEncoder(encoder.directory)(["一枚警徽"])[0], encoder([picture.pixels])[0].vectors
    assert (best.reference_id, best.label) == ("police", Label.GOVERNMENT_EMBLEM)
    assert best.similarity == pytest.approx((windows @ vector).max(), abs=1e-5)
    usual = (np.load(encoder.directory / "cohort.npy") @ vector).mean()
    assert best.score == pytest.approx(1 / (1 + np.exp(-(4 * (best.similarity - usual) + 1))), abs=1e-4)
    assert {match.reference_id for match in others} == {"xinhua", "renmin"}
    assert all(match.score < 0.001 for match in others)


def test_a_reference_has_the_score_of_its_best_phrase(tmp_path, encoder, picture):
    both = EmblemDetector(encoder, gallery_with(tmp_path / "both", encoder, "警徽", "police badge"))([picture])[0]
    one, other = (
        EmblemDetector(encoder, gallery_with(tmp_path / text, encoder, text))([picture])[0][0].score
        for text in ("警徽", "police badge")
    )
    assert [match.reference_id for match in both].count("police") == 1
    assert both[0].score == pytest.approx(max(one, other))


def test_phrases_leave_the_scores_of_pictures_unchanged(tmp_path, encoder, picture):
    without = EmblemDetector(encoder, gallery_with(tmp_path / "without", encoder))([picture])[0]
    beside = EmblemDetector(encoder, gallery_with(tmp_path / "with", encoder, "国旗"))([picture])[0]
    assert [match for match in beside if match.reference_id != "police"] == without


def test_a_gallery_with_phrases_needs_their_calibration(tmp_path, encoder):
    gallery = gallery_with(tmp_path, encoder, "国旗")
    (encoder.directory / "phrase_calibration.json").unlink()
    with pytest.raises(EncoderError, match="no calibration for phrases"):
        EmblemDetector(encoder, gallery)
    EmblemDetector(encoder, gallery_with(tmp_path / "other", encoder))


def test_a_phrase_calibration_of_another_feature_is_refused(tmp_path, encoder):
    old = {"weights": {"normalized": 4.0}, "bias": 1.0}
    (encoder.directory / "phrase_calibration.json").write_text(json.dumps(old))
    with pytest.raises(EncoderError, match="no calibration for phrases"):
        EmblemDetector(encoder, gallery_with(tmp_path, encoder, "国旗"))


def test_a_phrases_cohort_mean_is_over_all_harmless_pictures():
    cohort = np.array([[1, 0], [0, 1], [0, -1], [0.6, 0.8]], np.float32)
    phrases = np.array([[1, 0], [0, 1]], np.float32)
    assert np.allclose(phrase_cohort_mean(phrases, cohort), [0.4, 0.2])
    assert phrase_cohort_mean(phrases[:0], cohort).shape == (0,)
