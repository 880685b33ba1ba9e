"""The text tower: a small open_clip transformer that puts a caption where the image tower puts its picture.

With the image tower it forms one open_clip model, described by `model_configs/huijian-lite0.json`; in an artefact
folder it is `text.onnx` with its `tokenizer.json`, beside the image tower's `model.onnx`, which stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnx
import onnxruntime
import open_clip
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor, nn
from torch.nn import functional

from models.runtime.artifact_files import ArtifactFile
from training.images.networks.export import MAX_DIFFERENCE, MIN_COSINE, OPSET, ExportError, with_int8_weights
from training.images.networks.tower import MODEL_NAME, PREPROCESS

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[END]")
PADDING, UNKNOWN, END = range(3)
"""Special tokens and their numbers, on which the configuration's `pad_id` and `eos_id` rely."""

CONTINUATION_PREFIX = "##"
"""Of a piece within a word."""


Array = np.ndarray


def create(dimension: int) -> nn.Module:
    """The whole open_clip model with new weights; only `text` and `logit_scale` are trained.

    Args:
        dimension: of the image tower's vectors.
    """
    model = open_clip.create_model(MODEL_NAME, force_preprocess_cfg=PREPROCESS, embed_dim=dimension)
    return cast(nn.Module, model)


def configuration() -> dict[str, Any]:
    """The model configuration's part on the text tower."""
    return cast(dict[str, Any], open_clip.get_model_config(MODEL_NAME)["text_cfg"])


def make_tokenizer(captions: Iterable[str]) -> Tokenizer:
    """Word pieces of these captions, Chinese by character, width and case of letters set aside.

    It pads and cuts to the tower's context by itself; what was cut off is in `Encoding.overflowing`.
    """
    captions = list(captions)
    untrained = _tokenizer(models.WordPiece(unk_token=SPECIAL_TOKENS[UNKNOWN]))
    # The trainer numbers letters within words in no order, and by these numbers chooses between pairs that are as
    # frequent. What it is given as special has a place of its own.
    words = (word for caption in captions for word in _words(untrained, caption))
    within = sorted({f"{CONTINUATION_PREFIX}{letter}" for word in words for letter in word[1:]})
    size, context = configuration()["vocab_size"], configuration()["context_length"]
    trainer = trainers.WordPieceTrainer(vocab_size=size, special_tokens=[*SPECIAL_TOKENS, *within], show_progress=False)
    untrained.train_from_iterator(captions, trainer)
    tokenizer = _tokenizer(models.WordPiece(untrained.get_vocab(), unk_token=SPECIAL_TOKENS[UNKNOWN]))
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    end = SPECIAL_TOKENS[END]
    tokenizer.post_processor = processors.TemplateProcessing(f"$A {end}", special_tokens=[(end, END)])
    tokenizer.enable_padding(length=context, pad_id=PADDING, pad_token=SPECIAL_TOKENS[PADDING])
    tokenizer.enable_truncation(context)
    return tokenizer


def _tokenizer(model: models.Model) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.BertNormalizer()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def _words(tokenizer: Tokenizer, caption: str) -> list[str]:
    normal = tokenizer.normalizer.normalize_str(caption)
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal)]


def tokens_of(tokenizer: Tokenizer, captions: Sequence[str]) -> Array:
    """Token numbers, int64 (captions, context)."""
    return np.array([encoding.ids for encoding in tokenizer.encode_batch(list(captions))], np.int64)


def embed(text: nn.Module, tokens: Tensor) -> Tensor:
    """Unit vectors, float32 (captions, dimension), of int64 (captions, context)."""
    mask = text.attn_mask
    # Padding comes after the end, where attention does not look: leaving it out is the same in a third of the time.
    longest = int((tokens != PADDING).sum(dim=1).max())
    text.attn_mask = mask[:longest, :longest]
    vectors = text(tokens[:, :longest])
    text.attn_mask = mask
    return functional.normalize(vectors.float(), dim=1)


def export(text: nn.Module, tokenizer: Tokenizer, directory: Path, samples: Sequence[str]) -> dict[str, float]:
    """Write `text.onnx` and `tokenizer.json`, having compared the graph with the tower.

    Args:
        text: on the CPU, in float32.
        directory: an encoder's artefact folder.
        samples: captions to compare on.

    Returns:
        Largest difference between torch and ONNX as a part of the largest value, and the mean cosine between vectors
        once the weights are in 8 bits.

    Raises:
        ExportError: one of the two is beyond what is accepted of the image tower.
    """
    tokens = torch.from_numpy(tokens_of(tokenizer, samples))
    text.eval()
    with torch.inference_mode():
        expected = text(tokens).numpy()
    torch.onnx.export(
        text,
        (tokens[:2],),
        str(directory / ArtifactFile.TEXT_TOWER),
        opset_version=OPSET,
        input_names=["tokens"],
        output_names=["vectors"],
        dynamic_axes={"tokens": {0: "phrases"}, "vectors": {0: "phrases"}},
        dynamo=False,
    )
    difference = float(
        np.abs(_run(directory / ArtifactFile.TEXT_TOWER, tokens) - expected).max() / np.abs(expected).max()
    )
    onnx.save(with_int8_weights(onnx.load(directory / ArtifactFile.TEXT_TOWER)), directory / ArtifactFile.TEXT_TOWER)
    given = _run(directory / ArtifactFile.TEXT_TOWER, tokens)
    lengths = np.linalg.norm(given, axis=1) * np.linalg.norm(expected, axis=1)
    cosine = float(((given * expected).sum(axis=1) / lengths).mean())
    if difference > MAX_DIFFERENCE or cosine < MIN_COSINE:
        raise ExportError(f"text: torch and ONNX differ by {difference:.2g}, in 8 bits the cosine is {cosine:.4f}")
    tokenizer.save(str(directory / ArtifactFile.TOKENIZER))
    return {"parity_max_relative_difference": difference, "cosine_with_8_bit_weights": cosine}


def _run(graph: Path, tokens: Tensor) -> Array:
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    return cast(Array, session.run(["vectors"], {"tokens": tokens.numpy()})[0])
