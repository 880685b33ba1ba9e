"""What is left out of verification where it cannot change the answer."""

import numpy as np
import PIL.Image
import pytest
from references import emblem, reference_file

from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.matching.calibration import Calibration
from models.images.matching.emblems import OTHER_REGIONS_FROM, EmblemDetector
from models.images.matching.features import VERIFICATION_FEATURES
from models.images.matching.verifier import KEYPOINTS_FROM
from models.settings import Settings

NAMES = ["a", "b", "c", "d", "e", "f"]
DETAILS = list(VERIFICATION_FEATURES).index("details")


@pytest.fixture(scope="module")
def encoder():
    return Encoder(Settings().encoder_directory())


@pytest.fixture(scope="module")
def gallery(encoder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    galleries.build(reference_file(folder, NAMES), folder / "built", encoder)
    return Gallery.load(folder / "built", encoder)


@pytest.fixture(scope="module")
def cover():
    """Two emblems, far apart."""
    picture = PIL.Image.new("RGB", (900, 300), "white")
    for name, left in (("a", 40), ("b", 640)):
        drawing = emblem(sum(name.encode())).resize((220, 220))
        picture.paste(drawing, (left, 40), drawing)
    return np.asarray(picture)


def always(probability):
    return lambda features: np.full(len(features), probability)


@pytest.fixture
def verified(encoder, gallery, cover):
    def verify(retrieval, verification):
        calibration = Calibration(always(retrieval), always(verification), floor=0.0)
        detector = EmblemDetector(encoder, gallery, calibration)
        return detector.candidates(cover, encoder.embed_tiled([cover])[0])[1]

    return verify


def test_keypoints_are_compared_only_if_a_candidate_is_likely_without(verified):
    likely = verified(0.5, KEYPOINTS_FROM)
    unlikely = verified(0.5, KEYPOINTS_FROM - 0.001)
    assert likely.features[:, DETAILS].max() > np.log1p(5)
    assert unlikely.features[:, DETAILS].max() == 0
    assert likely.references.tolist() == unlikely.references.tolist()


def test_picture_that_is_hardly_likely_is_verified_in_one_region(verified):
    likely = verified(OTHER_REGIONS_FROM, 0.5)
    unlikely = verified(OTHER_REGIONS_FROM - 0.001, 0.5)
    assert len(likely.references) == 2 * len(unlikely.references)
    assert unlikely.references.tolist() == likely.references[: len(unlikely.references)].tolist()
