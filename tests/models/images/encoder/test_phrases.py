"""Phrases are embedded beside pictures, or refused with a reason."""

import numpy as np
import pytest
import tiny_encoder
import tiny_text

from models.images.encoder.encoder import EncoderError
from models.images.encoder.phrases import PhraseEncoder, PhraseError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_text.write(tiny_encoder.write(tmp_path_factory.mktemp("encoder")))


@pytest.fixture(scope="module")
def phrases(folder):
    return PhraseEncoder(folder)


def test_phrases_become_unit_vectors_of_the_encoder_dimension_in_order(phrases):
    vectors = phrases(["一枚警徽", "police badge"])
    assert vectors.shape == (2, tiny_encoder.DIMENSION) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors, [phrases(["一枚警徽"])[0], phrases(["police badge"])[0]], atol=1e-6)


def test_equal_phrases_have_equal_vectors_and_others_differ(phrases):
    first, same, other = phrases(["警徽", "警徽", "国旗"])
    assert np.array_equal(first, same)
    assert first @ other < 0.9


def test_an_encoder_without_text_tower_asks_for_an_image(tmp_path):
    with pytest.raises(EncoderError, match="no text tower: give an image"):
        PhraseEncoder(tiny_encoder.write(tmp_path))


@pytest.mark.parametrize("name", ["text.onnx", "tokenizer.json"])
def test_a_broken_text_tower_is_refused(tmp_path, name):
    tiny_text.write(tmp_path)
    (tmp_path / name).write_bytes(b"{")
    with pytest.raises(EncoderError, match="no usable text tower"):
        PhraseEncoder(tmp_path)


@pytest.mark.parametrize(
    ("phrase", "reason"), [("", "blank"), ("\u3000", "blank"), ("一枚警徽" * 3, "too long"), ("☃ 龘", "knows no word")]
)
def test_phrase_that_cannot_be_embedded_is_refused(phrases, phrase, reason):
    with pytest.raises(PhraseError, match=reason):
        phrases(["警徽", phrase])
