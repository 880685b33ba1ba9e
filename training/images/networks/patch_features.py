"""Patch tokens of CLIP image towers, by applying a tower's own pooling and projection to each token alone.

For a class token that is the final norm and the projection. For an attention pooling head (SigLIP, CLIP's ResNets) it
is attention to one position; for average pooling it is the projected feature itself.

Source: Zhou et al. 2022 (MaskCLIP: a pooling head applied to one position at a time).
"""

from __future__ import annotations

import transformers
from open_clip.modified_resnet import ModifiedResNet
from open_clip.timm_model import TimmModel
from open_clip.transformer import VisionTransformer
from torch import Tensor, nn

Features = tuple[Tensor, Tensor]
"""Patch tokens, float (batch, rows, columns, dimension), and global embedding, float (batch, dimension)."""


class CheckpointError(ValueError):
    """The checkpoint cannot be loaded or has no patch tokens; the message says why and what to do."""


def patch_features(visual: nn.Module) -> nn.Module:
    """A module from normalised pixels, float (batch, 3, height, width), to `Features`.

    Args:
        visual: an open_clip image tower.

    Raises:
        CheckpointError: towers of this type are not supported.
    """
    for kind, adapter in ((VisionTransformer, _Vit), (TimmModel, _Timm), (ModifiedResNet, _Resnet)):
        if isinstance(visual, kind):
            return adapter(visual)
    raise CheckpointError(f"image towers of type {type(visual).__name__} are not supported: they give no patch tokens")


def _as_sequences(tokens: Tensor, copies: int) -> Tensor:
    """Each token of (batch, ..., channels) as a sequence of its own copies, (all tokens, copies, channels).

    Heads expect a class token in front; a copy stands for it. Norms, averages and attention over equal tokens give
    the same as over one.
    """
    return tokens.reshape(-1, 1, tokens.shape[-1]).expand(-1, copies, -1)


class _Vit(nn.Module):
    """open_clip's own vision transformer, with class token, average or attention pooling."""

    def __init__(self, visual: VisionTransformer) -> None:
        super().__init__()
        self.visual = visual

    def forward(self, pixels: Tensor) -> Features:
        found = self.visual.forward_intermediates(pixels, indices=1)
        tokens = found["image_intermediates"][0].permute(0, 2, 3, 1)
        pooled, _ = self.visual._pool(_as_sequences(tokens, 2))
        return (pooled @ self.visual.proj).view(*tokens.shape[:3], -1), found["image_features"]


class _Timm(nn.Module):
    """A timm trunk, transformer or convolutional, with its pooling and open_clip's projection."""

    def __init__(self, visual: TimmModel) -> None:
        super().__init__()
        self.trunk, self.head = visual.trunk, visual.head

    def forward(self, pixels: Tensor) -> Features:
        features = self.trunk.forward_features(pixels)
        whole = self.head(self.trunk.forward_head(features))
        if features.ndim == 3:
            prefix, (rows, columns) = self.trunk.num_prefix_tokens, self.trunk.patch_embed.grid_size
            alone = _as_sequences(features[:, prefix:], 1 + prefix)
        else:
            channels_last = getattr(self.trunk, "output_fmt", "NCHW") == "NHWC"
            maps = features if channels_last else features.permute(0, 2, 3, 1)
            rows, columns = maps.shape[1:3]
            alone = maps.reshape(-1, 1, 1, maps.shape[-1])
            alone = alone if channels_last else alone.permute(0, 3, 1, 2)
        tokens = self.head(self.trunk.forward_head(alone))
        return tokens.view(-1, rows, columns, tokens.shape[-1]), whole


class _Resnet(nn.Module):
    """CLIP's ResNet, whose attention pooling has position embeddings for one input size only."""

    def __init__(self, visual: ModifiedResNet) -> None:
        super().__init__()
        self.visual = visual

    def forward(self, pixels: Tensor) -> Features:
        visual, head = self.visual, self.visual.attnpool
        features = visual.layer4(visual.layer3(visual.layer2(visual.layer1(visual.stem(pixels)))))
        positions = head.positional_embedding[1:].unflatten(0, features.shape[2:])
        return head.c_proj(head.v_proj(features.permute(0, 2, 3, 1) + positions)), head(features)


class ChineseClipFeatures(nn.Module):
    """Features of a Chinese-CLIP model of transformers: its vision transformer and projection."""

    def __init__(self, model: transformers.ChineseCLIPModel) -> None:
        super().__init__()
        self.vision, self.projection = model.vision_model, model.visual_projection
        self.side = model.config.vision_config.image_size // model.config.vision_config.patch_size

    def forward(self, pixels: Tensor) -> Features:
        """Features of normalised pixels, float (batch, 3, height, width)."""
        found = self.vision(pixel_values=pixels)
        tokens = self.vision.post_layernorm(found.last_hidden_state[:, 1:])
        grid = self.projection(tokens).unflatten(1, (self.side, self.side))
        return grid, self.projection(found.pooler_output)
