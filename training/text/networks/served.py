"""The trained network in its serving form: one text at a time, in fewer operations.

A batch of one needs no mask, and shapes that do not depend on a batch are constants of the graph. Queries, keys and
values are one product instead of three, whose input is quantized once. With unfused sums and norms
(`models/runtime/sessions.py`) this takes a seventh less time on one core (`benchmarks/text.py`).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from training.text.networks.model import TextModel


class Served(nn.Module):
    """Scores one text.

    Args:
        model: the trained model in evaluation mode; its encoder is changed in place.
    """

    def __init__(self, model: TextModel) -> None:
        super().__init__()
        self.encoder, self.scores, self.tokens = model.encoder, model.scores, model.tokens
        for block in [*self.encoder.modules()]:
            for name, part in block.named_children():
                if {"query", "key", "value"} <= dict(part.named_children()).keys():
                    setattr(block, name, JointAttention(part))

    def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits.

        Args:
            ids: int64 (1, length), none of them padding.

        Returns:
            Scores (1, labels) and tokens (1, length, labels), as of `TextModel`.
        """
        hidden = self.encoder(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
        pooled = torch.cat([hidden.mean(1), hidden.amax(1)], dim=1)
        return self.scores(pooled), self.tokens(hidden)


class JointAttention(nn.Module):
    """Self-attention of one text whose queries, keys and values are one product.

    Args:
        attention: of the BERT family: linear layers `query`, `key` and `value`, and `num_attention_heads`.
    """

    def __init__(self, attention: Any) -> None:
        super().__init__()
        parts = [attention.query, attention.key, attention.value]
        self.heads, self.width = attention.num_attention_heads, attention.query.out_features
        self.joint = nn.Linear(attention.query.in_features, 3 * self.width)
        self.joint.weight.data = torch.cat([part.weight.data for part in parts])
        self.joint.bias.data = torch.cat([part.bias.data for part in parts])
        scale = (self.width // self.heads) ** -0.5
        self.joint.weight.data[: self.width] *= scale
        self.joint.bias.data[: self.width] *= scale

    def forward(self, hidden: torch.Tensor, *_: object, **__: object) -> tuple[torch.Tensor, None]:
        """Attention output (1, length, width) of `hidden` (1, length, inputs), and None in place of the weights."""
        split = self.joint(hidden).reshape(1, -1, 3 * self.heads, self.width // self.heads).transpose(1, 2)
        query, key, value = split.split(self.heads, 1)
        mixed = (query @ key.transpose(-1, -2)).softmax(-1) @ value
        return mixed.transpose(1, 2).reshape(1, -1, self.width), None
