"""Phrases as vectors in the space of the image encoder: "一枚警徽" may stand where a picture would.

A platform may want to watch for something of which it has no picture at hand. The text tower of the encoder's artefact
folder, where it has one, puts a phrase near the pictures that it describes.

Source: Radford et al. 2021 (CLIP); towers joined as in Zhai et al. 2022 (LiT).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
from tokenizers import Encoding, Tokenizer

from models.images.encoder.encoder import EncoderError
from models.runtime.artifact_files import ArtifactFile
from models.runtime.sessions import session

PHRASE_FEATURE = "above_mean"
"""What the calibration is a logistic function of: the best window's cosine with the phrase, less the mean cosine of all
harmless pictures with it."""

Array = np.ndarray


class PhraseError(ValueError):
    """A phrase that cannot be embedded: blank, too long, or of words that the text tower never met."""


class PhraseEncoder:
    """The text tower of an artefact folder (`text.onnx`, `tokenizer.json`).

    Args:
        directory: the encoder's artefact folder.

    Raises:
        EncoderError: the folder has no text tower, or a broken one.
    """

    def __init__(self, directory: Path) -> None:
        if not (directory / ArtifactFile.TEXT_TOWER).is_file():
            raise EncoderError("this encoder has no text tower: give an image")
        try:
            self._tokenizer = Tokenizer.from_file(str(directory / ArtifactFile.TOKENIZER))
            self._session = session(directory / ArtifactFile.TEXT_TOWER, threads=1)
        except Exception as error:  # neither library's errors have another class in common
            raise EncoderError(f"{directory} holds no usable text tower: {error}") from error
        self._unknown = self._tokenizer.token_to_id("[UNK]")

    def __call__(self, phrases: Sequence[str]) -> Array:
        """Unit vectors, float32 (phrases, dimension), in order.

        Args:
            phrases: Chinese or English, one to some twenty characters or words each.

        Raises:
            PhraseError: of one of them nothing can be said.
        """
        encodings = self._tokenizer.encode_batch(list(phrases))
        for phrase, encoding in zip(phrases, encodings, strict=True):
            self._check(phrase, encoding)
        tokens = np.array([encoding.ids for encoding in encodings], np.int64)
        vectors = self._session.run(["vectors"], {"tokens": tokens})[0]
        return cast(Array, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def _check(self, phrase: str, encoding: Encoding) -> None:
        if not phrase.strip():
            raise PhraseError("the phrase is blank")
        if encoding.overflowing:
            raise PhraseError(f"the phrase {phrase!r} is too long for the text tower")
        special = zip(encoding.ids, encoding.special_tokens_mask, strict=True)
        if all(is_special or token == self._unknown for token, is_special in special):
            raise PhraseError(f"the text tower knows no word of the phrase {phrase!r}: give an image")
