"""Loads another pretrained encoder of the BERT family to start from, in place of the project's own.

A platform may have a larger encoder, or one that was pretrained on its texts. A Hugging Face checkpoint directory of
BERT, RoBERTa-wwm, MacBERT, ELECTRA, ERNIE or XLM-R is trained, exported and served like the project's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel

from models.text.classifier.windows import Windows
from training.text.data.examples import MAX_TOKENS
from training.text.networks.base import PretrainedEncoder


class TextCheckpointError(ValueError):
    """A directory without an encoder to start from; the message says what is missing."""


def base_at(directory: Path) -> PretrainedEncoder:
    """The encoder and tokenizer of a checkpoint directory, float32; nothing is looked up online.

    Args:
        directory: as `save_pretrained` writes it: `config.json`, weights (`*.safetensors` or `*.bin`, without their
            head), and `tokenizer.json` or the vocabulary to make it from.

    Raises:
        TextCheckpointError: a part is missing, or the parts do not fit each other or this project.
    """
    try:
        encoder, tokenizer = _encoder(directory), _tokenizer(directory)
        _check_fit(encoder.config, tokenizer)
    except Exception as error:  # transformers raises errors of many types
        raise TextCheckpointError(f"{directory} is not a checkpoint to start from: {error}") from error
    return PretrainedEncoder(encoder, tokenizer, f"the checkpoint {directory.name} ({encoder.config.model_type})")


def blank(config: Path) -> PreTrainedModel:
    """An encoder of the architecture that a configuration file describes, with random weights."""
    return _without_pooler(AutoModel.from_config(AutoConfig.from_pretrained(config), attn_implementation="eager"))


def _encoder(directory: Path) -> PreTrainedModel:
    config = AutoConfig.from_pretrained(directory, local_files_only=True, attention_probs_dropout_prob=0.0)
    encoder, report = AutoModel.from_pretrained(
        directory,
        config=config,
        local_files_only=True,
        dtype=torch.float32,
        attn_implementation="eager",
        output_loading_info=True,
    )
    missing = sorted(name for name in report["missing_keys"] if not name.startswith("pooler."))
    if missing:
        raise ValueError(f"it lacks {len(missing)} of the encoder's weights, first {missing[0]}")
    return _without_pooler(encoder)


def _tokenizer(directory: Path) -> Tokenizer:
    tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True, use_fast=True).backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _without_pooler(encoder: Any) -> PreTrainedModel:
    """The same encoder without pooler: the text model has its own pooling."""
    encoder.pooler = None
    return encoder


def _check_fit(config: Any, tokenizer: Tokenizer) -> None:
    Windows(tokenizer, MAX_TOKENS)
    if len(set(tokenizer.encode("的一我不").ids)) < 4:  # start, end and one for the unknown
        raise ValueError("its tokenizer knows no Chinese characters, or its vocabulary is missing")
    if tokenizer.get_vocab_size() > config.vocab_size:
        raise ValueError(f"{tokenizer.get_vocab_size()} pieces in the tokenizer, {config.vocab_size} in the encoder")
    if config.max_position_embeddings < MAX_TOKENS:
        raise ValueError(f"it reads {config.max_position_embeddings} tokens, {MAX_TOKENS} are needed")
