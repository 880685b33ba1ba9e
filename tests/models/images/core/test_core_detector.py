"""The core detector finds emblems in forms that no drawing shows, and belongs to one encoder and gallery."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import tiny_encoder

from models.images.core.calibration import CoreCalibration
from models.images.core.detector import CoreDetector
from models.images.core.matcher import CoreMatcher
from models.images.encoder.encoder import Encoder, EncoderError
from models.images.gallery.gallery import Gallery
from models.images.matching.emblems import load_cohort
from models.images.matching.retrieval import Retriever
from models.runtime.artifact_files import ArtifactFile
from models.settings import Settings
from training.images.core.elements.holders import HOLDER_SIDE
from training.images.core.elements.surfaces import mark_of, relief
from training.images.sources.catalogue import CATALOGUE
from training.images.sources.pictures import load_picture
from training.images.synthesis.augmentations import paste

PARTY = {"party.cpc.emblem", "party.cpc.flag"}


@pytest.fixture(scope="module")
def encoder():
    return Encoder(Settings().released().encoder_directory())


@pytest.fixture(scope="module")
def detector(encoder):
    return CoreDetector.load(encoder)


@pytest.fixture(scope="module")
def gilded():
    """A gold relief of the party emblem, small on a red cover."""
    flag = np.asarray(load_picture("drawings/party-flag.svg", CATALOGUE.parent, HOLDER_SIDE).convert("RGBA"))
    mark = relief(np.random.default_rng(1), mark_of(flag))
    ground = np.full((300, 640, 3), (190, 20, 20), np.uint8)
    corners = np.array([(290, 120), (350, 120), (350, 180), (290, 180)], np.float64)
    return paste(ground, mark, corners)[0]


def test_gold_relief_is_found_where_it_is(detector, gilded):
    numbers = {names[0]: number for number, names in enumerate(detector.classes)}
    found, number = detector(gilded), numbers["party.cpc.emblem"]
    assert found.logits[number] == max(found.logits)
    left, top, right, bottom = found.boxes[number]
    assert left < 320 / 640 < right and top < 150 / 300 < bottom
    assert right - left < 0.3


def test_class_without_an_enrolled_emblem_is_silent(encoder, gilded):
    gallery = Gallery.load(Settings().released().gallery_directory(), encoder)
    embedding, retriever = encoder([gilded])[0], Retriever(gallery, load_cohort(encoder))

    def found(references):
        candidates, _ = CoreMatcher(encoder, retriever, references)(gilded, embedding)
        return {references[number].reference_id for number in candidates.references}

    assert PARTY & found(retriever.references)
    harmless = [
        replace(reference, harmless=reference.reference_id.startswith("party.")) for reference in retriever.references
    ]
    assert not PARTY & found(harmless)


def test_detector_of_another_encoder_is_refused_and_a_missing_one_is_none(encoder, tmp_path):
    tiny = Encoder(tiny_encoder.write(tmp_path))
    assert CoreDetector.load(tiny) is None
    shutil.copy(encoder.directory / ArtifactFile.CORE, tmp_path / ArtifactFile.CORE)
    with pytest.raises(EncoderError, match=f"{encoder.fingerprint}, not of {tiny.fingerprint}"):
        CoreDetector.load(tiny)


def test_detector_without_its_calibration_is_refused(encoder, tmp_path):
    for name in (ArtifactFile.MODEL, ArtifactFile.CONFIG, ArtifactFile.CORE):
        shutil.copy(encoder.directory / name, tmp_path / name)
    with pytest.raises(EncoderError, match="no calibration of the core detector"):
        CoreDetector.load(Encoder(tmp_path))
    (tmp_path / ArtifactFile.CORE_CALIBRATION).write_text(
        '{"slope": 1, "biases": {"a": 0}, "second_pass_from": 0}', encoding="utf-8"
    )
    with pytest.raises(EncoderError, match="its calibration 1"):
        CoreDetector.load(Encoder(tmp_path))


def test_calibration_rises_with_the_log_odds():
    calibration = CoreCalibration(1.5, np.array([-1.0, 1.0]), 0.0)
    low, high = calibration(np.array([0.0, 0.0])), calibration(np.array([2.0, 2.0]))
    assert low[0] < low[1] and (low < high).all()
    assert ((low > 0) & (high < 1)).all()
