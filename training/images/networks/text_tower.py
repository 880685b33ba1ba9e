"""The text tower: a small open_clip transformer that maps a caption near its picture's embedding.

With the image tower it forms one open_clip model, configured by `model_configs/huijian-lite0.json`. In an artefact
folder it is `text.onnx` with `tokenizer.json`, beside the image tower's unchanged `model.onnx`.
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

from models.arrays import Float32, Int64
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.export import MAX_DIFFERENCE, MIN_COSINE, OPSET, ExportError, with_int8_weights
from training.images.networks.tower import MODEL_NAME, PREPROCESS

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[END]")
PADDING, UNKNOWN, END = range(3)
"""Special tokens and their ids; the configuration's `pad_id` and `eos_id` rely on them."""

CONTINUATION_PREFIX = "##"
"""Prefix of a word piece that continues a word."""


def create(dimension: int) -> nn.Module:
    """A whole open_clip model with new weights, of which only `text` and `logit_scale` are trained.

    Args:
        dimension: length of the image tower's embeddings.
    """
    model = open_clip.create_model(MODEL_NAME, force_preprocess_cfg=PREPROCESS, embed_dim=dimension)
    return cast(nn.Module, model)


def configuration() -> dict[str, Any]:
    """The text tower's part of the model configuration."""
    return cast(dict[str, Any], open_clip.get_model_config(MODEL_NAME)["text_cfg"])


def make_tokenizer(captions: Iterable[str]) -> Tokenizer:
    """A word-piece tokenizer trained on these captions: Chinese by character, letters folded in width and case.

    It pads and truncates to the tower's context; truncated tokens are in `Encoding.overflowing`.
    """
    captions = list(captions)
    untrained = _tokenizer(models.WordPiece(unk_token=SPECIAL_TOKENS[UNKNOWN]))
    # The trainer breaks ties between equally frequent pairs by letter ids, which it assigns in random order. Letters
    # that are given as special tokens have fixed ids, so training is reproducible.
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


def tokens_of(tokenizer: Tokenizer, captions: Sequence[str]) -> Int64:
    """Token ids, int64 (captions, context)."""
    return np.array([encoding.ids for encoding in tokenizer.encode_batch(list(captions))], np.int64)


def embed(text: nn.Module, tokens: Tensor) -> Tensor:
    """Unit embeddings, float32 (captions, dimension), of token ids, int64 (captions, context)."""
    mask = text.attn_mask
    # Attention never sees padding behind the end, so dropping it changes nothing and takes a third of the time.
    longest = int((tokens != PADDING).sum(dim=1).max())
    text.attn_mask = mask[:longest, :longest]
    vectors = text(tokens[:, :longest])
    text.attn_mask = mask
    return functional.normalize(vectors.float(), dim=1)


def export(text: nn.Module, tokenizer: Tokenizer, directory: Path, samples: Sequence[str]) -> dict[str, float]:
    """Compare the graph with the tower and write `text.onnx` and `tokenizer.json`.

    Args:
        text: the tower, on the CPU, in float32.
        tokenizer: the tower's.
        directory: an encoder's artefact folder.
        samples: captions to compare on.

    Returns:
        Largest difference between torch and ONNX relative to the largest value, and the mean cosine of embeddings
        with 32-bit and 8-bit weights.

    Raises:
        ExportError: either exceeds the limits of `training.images.networks.export`.
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


def _run(graph: Path, tokens: Tensor) -> Float32:
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    return cast(Float32, session.run(["vectors"], {"tokens": tokens.numpy()})[0])
