"""Features are columns by name, and text counts where it stands."""

import numpy as np

from models.boxes import WHOLE_PICTURE
from models.images.matching.features import (
    RETRIEVAL_FEATURES,
    TEXT_FEATURES,
    VERIFICATION_FEATURES,
    stacked,
    text_features,
)
from models.images.ocr.inscriptions import UNREAD, FoldedLine, Inscription, Inscriptions, PictureText


def test_features_are_stacked_as_columns_by_name():
    assert stacked({"b": np.array([2.0, 3.0]), "a": np.array([0.0, 1.0])}, ("a", "b")).tolist() == [[0, 2], [1, 3]]


def test_verification_features_begin_with_those_of_retrieval():
    assert [*VERIFICATION_FEATURES][: len(RETRIEVAL_FEATURES)] == [*RETRIEVAL_FEATURES]
    assert len(VERIFICATION_FEATURES) == 35


def test_words_count_only_in_the_region_that_shows_them():
    box = (0.6, 0.6, 0.9, 0.7)
    read = PictureText({0: Inscription(0.9, 11.0, box)}, [FoldedLine("morninggram", box)])
    references, known = np.arange(3), Inscriptions([("morningtelegram",), ("gazette",), ()])
    found = text_features((0.5, 0.5, 1.0, 1.0), references, read, known)
    assert found["reading"].tolist() == [0.9, 0.0, 0.0]
    assert found["letters"].tolist() == [np.log1p(11.0), 0.0, 0.0]
    assert found["unlike_in_letters"].tolist() == [0.0, np.log1p(11.0), 0.0]  # a drawing without text lacks none
    assert found["lettering"].tolist() == np.log1p([15.0, 7.0, 0.0]).tolist()
    elsewhere = text_features((0.0, 0.0, 0.7, 0.7), references, read, known)
    assert not any(np.any(elsewhere[name]) for name in ("reading", "letters", "unlike_in_letters"))


def test_a_drawings_text_is_missed_only_in_pictures_that_were_read():
    references, known = np.array([0]), Inscriptions([("gazette",)])
    unread = text_features(WHOLE_PICTURE, references, UNREAD, known)
    assert not any(np.any(unread[name]) for name in TEXT_FEATURES)
    assert text_features(WHOLE_PICTURE, references, PictureText({}, []), known)["lettering"] > 0
