"""The text classifier in its training form: a pretrained encoder, a head for the text, and one for its evidence."""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel

from models.profile import CLASSIFIER_LABELS


class TextModel(nn.Module):
    """Scores every label for a text and for each of its tokens.

    A violation is often a few words in a harmless text, so tokens are pooled by mean and by maximum. The token head
    learns the cases' evidence spans.

    Args:
        encoder: pretrained module, (ids, mask) -> last_hidden_state.
    """

    def __init__(self, encoder: PreTrainedModel) -> None:
        super().__init__()
        hidden = encoder.config.hidden_size
        self.encoder = encoder
        self.dropout = nn.Dropout(0.1)
        self.scores = nn.Linear(2 * hidden, len(CLASSIFIER_LABELS))
        self.tokens = nn.Linear(hidden, len(CLASSIFIER_LABELS))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits.

        Args:
            ids: int64 (batch, length).
            mask: int64 (batch, length), 1 for a token and 0 for padding.

        Returns:
            Scores (batch, labels) and tokens (batch, length, labels).
        """
        hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        present = mask[:, :, None].to(hidden.dtype)
        mean = (hidden * present).sum(1) / present.sum(1)
        highest = (hidden - (1 - present) * 1e4).amax(1)
        pooled = self.dropout(torch.cat([mean, highest], dim=1))
        return self.scores(pooled), self.tokens(self.dropout(hidden))
