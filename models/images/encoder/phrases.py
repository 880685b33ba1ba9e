"""Embeds phrases in the space of the image encoder, so that "一枚警徽" can be a reference without a picture.

The text tower of the encoder's artefact folder, where there is one, puts a phrase near the pictures that it describes.

Source: Radford et al. 2021 (CLIP); towers joined as in Zhai et al. 2022 (LiT).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
from tokenizers import Encoding, Tokenizer

from models.arrays import Float32
from models.images.encoder.encoder import EncoderError
from models.runtime.artifact_files import ArtifactFile
from models.runtime.sessions import session

PHRASE_FEATURE = "above_mean"
"""Feature of the phrase calibration: highest cosine over regions, minus the cohort mean of harmless pictures."""


class PhraseError(ValueError):
    """A phrase that cannot be embedded: blank, too long, or without any token of the text tower's vocabulary."""


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
        except Exception as error:  # the errors of both libraries share no narrower class
            raise EncoderError(f"{directory} holds no usable text tower: {error}") from error
        self._unknown = self._tokenizer.token_to_id("[UNK]")

    def __call__(self, phrases: Sequence[str]) -> Float32:
        """Unit vectors, float32 (phrases, dimension), in order.

        Args:
            phrases: Chinese or English, up to about twenty characters or words each.

        Raises:
            PhraseError: a phrase cannot be embedded.
        """
        encodings = self._tokenizer.encode_batch(list(phrases))
        for phrase, encoding in zip(phrases, encodings, strict=True):
            self._check(phrase, encoding)
        tokens = np.array([encoding.ids for encoding in encodings], np.int64)
        vectors = self._session.run(["vectors"], {"tokens": tokens})[0]
        return cast(Float32, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def _check(self, phrase: str, encoding: Encoding) -> None:
        if not phrase.strip():
            raise PhraseError("the phrase is blank")
        if encoding.overflowing:
            raise PhraseError(f"the phrase {phrase!r} is too long for the text tower")
        special = zip(encoding.ids, encoding.special_tokens_mask, strict=True)
        if all(is_special or token == self._unknown for token, is_special in special):
            raise PhraseError(f"the text tower knows no word of the phrase {phrase!r}: give an image")
