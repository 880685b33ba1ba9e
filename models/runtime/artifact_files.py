"""File names in artefact folders, spelt once.

An artefact is a folder (an encoder, a text model, a gallery version, a segment of closed accounts) that code reads by
these names. Released folders carry them on disk, so a name never changes.
"""

from __future__ import annotations

from enum import StrEnum


class ArtifactFile(StrEnum):
    """A file of an artefact folder, as in `folder / ArtifactFile.CONFIG`.

    A member is its file name. Python 3.11's `Path.with_name` and `Path.glob` refuse members: give them `.value`.
    """

    CONFIG = "config.json"
    """Description of the artefact, with the SHA-256 of its files."""
    MODEL = "model.onnx"
    """The network: an encoder's image tower or a text classifier."""
    METRICS = "metrics.json"
    """Measurements that were taken while it was made."""
    CARD = "card.md"
    """The model card, for people."""

    CALIBRATION = "calibration.json"
    """Encoder: weights that turn retrieval and verification features into a probability."""
    CLOSED_CALIBRATION = "closed_calibration.json"
    """Encoder: weights that turn avatar likeness into the odds of one person."""
    COHORT = "cohort.npy"
    """Encoder: embeddings of harmless pictures, for score normalisation."""
    CORE = "core.onnx"
    """Encoder: the core detector, which finds the emblems that it was trained on."""
    CORE_CALIBRATION = "core_calibration.json"
    """Encoder: weights that turn the core detector's log odds into probabilities."""
    LOCALIZER = "localizer.onnx"
    """Encoder: finds an emblem's box from patch tokens."""
    PHRASE_CALIBRATION = "phrase_calibration.json"
    """Encoder: weights that turn phrase similarities into a probability."""
    RERANKER = "reranker.onnx"
    """Encoder: compares the tokens of a region and of a reference."""
    RERANKER_TOKENS = "reranker_tokens.onnx"
    """Encoder: makes the tokens that the reranker compares."""
    TEXT_TOWER = "text.onnx"
    """Encoder: the text tower, for references that are phrases."""

    TOKENIZER = "tokenizer.json"
    """Text tower or text classifier: Hugging Face's fast tokenizer."""
    NGRAMS = "ngrams.npz"
    """Text classifier: weights of character n-grams."""
    SEEN = "seen.npz"
    """Text classifier: digests of the texts that it was trained and calibrated on."""

    INDEX = "index.faiss"
    """Gallery: embeddings of every variant."""
    REFERENCES = "references.jsonl"
    """Gallery: one enrolled picture or phrase a line."""
    DRAWINGS = "drawings.bin"
    """Gallery: the enrolled pictures."""

    ACCOUNTS = "accounts.npy"
    """Closed accounts: keyed hashes of account ids."""
    NAME_HASHES = "name_hashes.npy"
    """Closed accounts: keyed hashes of names, sorted."""
    NAME_ROWS = "name_rows.npy"
    """Closed accounts: the account of each name hash."""
    AVATAR_ROWS = "avatar_rows.npy"
    """Closed accounts: the account of each avatar embedding."""
    AVATARS = "avatars.faiss"
    """Closed accounts: avatar embeddings."""
