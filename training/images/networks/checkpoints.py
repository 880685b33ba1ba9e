"""Image towers of other people's CLIP models, in the form that our encoder takes.

A platform may have a larger model than ours, or one that it trained: any open_clip checkpoint, or a Chinese-CLIP one of
transformers. Such a model was trained to give one vector a picture; what it says of a part is read off its last tokens:
a cell of the grid is what the model's own pooling and projection make of that token alone. For a class token that is
the final norm and the projection, for a pooling head (SigLIP, CLIP's ResNets) attention to this one place, for averages
the projected feature itself.

Sources: Radford et al. 2021 (CLIP), Zhai et al. 2023 (SigLIP), Yang et al. 2022 (Chinese-CLIP); a pooling head applied
to one place at a time is from Zhou et al. 2022 (MaskCLIP).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
import transformers
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from open_clip.modified_resnet import ModifiedResNet
from open_clip.timm_model import TimmModel
from open_clip.transformer import VisionTransformer
from torch import Tensor, nn

from models.images.encoder.encoder import STEP
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.export import Shape, write_artifact

CHINESE_CLIP = "chinese_clip"
"""What `config.json` of a Chinese-CLIP checkpoint says of itself."""

Features = tuple[Tensor, Tensor]
"""Grid, float (batch, rows, columns, dimension), and global embedding, float (batch, dimension)."""


class CheckpointError(ValueError):
    """The checkpoint cannot be loaded or has no features of places; the message says why and what to do."""


class CheckpointTower(nn.Module):
    """A loaded image tower: pixels to features, not normalised to unit length.

    Args:
        features: from normalised pixels, float (batch, 3, height, width), to `Features`.
        mean, std: of the pixels that the checkpoint was trained with, in [0, 1], by channel.
        size: height and width in pixels that it was trained with.

    Attributes:
        dimension: length of a vector.
        is_free: it takes other heights and widths too (multiples of `STEP`), as convolutions do.

    Raises:
        CheckpointError: no grid comes out.
    """

    def __init__(self, features: nn.Module, mean: Any, std: Any, size: Shape) -> None:
        super().__init__()
        self.features, self.size = features, size
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1), persistent=False)
        self.eval().requires_grad_(False)
        self.dimension = _probed(self, size)[-1]
        self.is_free = _is_free(self)

    def forward(self, pixels: Tensor) -> Features:
        """Features of RGB pixels, uint8 (batch, height, width, 3)."""
        grid, whole = self.features((pixels.permute(0, 3, 1, 2).float() / 255 - self.mean) / self.std)
        return grid, whole

    @property
    def shapes(self) -> list[Shape]:
        """Heights and widths to compare an exported graph at; of a tower with fixed sides, the only one."""
        return [_multiple(self.size), (5 * STEP, 12 * STEP)] if self.is_free else [self.size, self.size]

    def config(self, name: str) -> dict[str, Any]:
        """What `config.json` of the artefact says."""
        height, width = self.shapes[0]
        return {"name": name, "dimension": self.dimension, **({"area": height * width} if self.is_free else {})}


def load_checkpoint(model: str, pretrained: str | None = None) -> CheckpointTower:
    """The image tower of a checkpoint, its text tower left behind.

    Args:
        model: an open_clip name ("ViT-B-16-SigLIP2"; "local-dir:FOLDER" with its own weights), or anything if
            `pretrained` is a Chinese-CLIP folder.
        pretrained: one of open_clip's tags for that name (downloaded), a file of weights, or a folder with a
            Chinese-CLIP model as `save_pretrained` writes it.

    Raises:
        CheckpointError: no such model or weights, weights of another model, or no features of places.
    """
    if pretrained and Path(pretrained).is_dir():
        return _chinese_clip(Path(pretrained))
    return _open_clip(model, pretrained)


def export_checkpoint(model: str, pretrained: str | None, directory: Path) -> dict[str, Any]:
    """Write a checkpoint's artefact folder, but for what calibration adds to it.

    Args:
        model, pretrained: as `load_checkpoint`.
        directory: created where missing.

    Returns:
        What `metrics.json` says: how near the graph is to the model, and in how many bits its weights are stored.

    Raises:
        CheckpointError, ExportError: it cannot be loaded, or its graph does not compute the same.
    """
    tower = load_checkpoint(model, pretrained)
    source = {"model": Path(model).name, "weights": Path(pretrained).name if pretrained else "its own"}
    write_artifact(tower, directory, tower.config(Path(model).name), tower.shapes, source)
    metrics: dict[str, Any] = json.loads((directory / ArtifactFile.METRICS).read_text(encoding="utf-8"))
    return metrics


def _open_clip(name: str, pretrained: str | None) -> CheckpointTower:
    _check_activation(name, pretrained)
    try:
        preprocess = _preprocessing(name, pretrained)
        clip = open_clip.create_model(name, pretrained, require_pretrained=True, force_preprocess_cfg=preprocess)
    except Exception as error:  # open_clip, torch and the download each have their own
        raise CheckpointError(f"{name} with weights {pretrained or 'not given (--pretrained)'}: {error}") from error
    visual = clip.visual
    size = visual.image_size if isinstance(visual.image_size, tuple) else (visual.image_size,) * 2
    return CheckpointTower(_features(visual), visual.image_mean, visual.image_std, size)


def _check_activation(name: str, pretrained: str | None) -> None:
    """Refuse weights trained with another activation, of which open_clip only warns: the vectors would be wrong."""
    weights = open_clip.get_pretrained_cfg(name, pretrained or "")
    if not weights:
        return
    quick = bool((open_clip.get_model_config(name) or {}).get("quick_gelu"))
    if bool(weights.get("quick_gelu")) != quick:
        other = name.removesuffix("-quickgelu") if quick else f"{name}-quickgelu"
        raise CheckpointError(f"the weights {pretrained} were trained with another activation: use --model {other}")


def _preprocessing(name: str, pretrained: str | None) -> dict[str, Any] | None:
    """How a file's weights want their pixels: as all published ones of that model do, for the file does not say.

    None leaves it to open_clip, which knows for a tag, and takes CLIP's for a model of which nothing is known.
    """
    if not pretrained or not Path(pretrained).is_file():
        return None
    published = [open_clip.get_pretrained_cfg(name, tag) for tag in open_clip.list_pretrained_tags_by_model(name)]
    known = {(tuple(config["mean"]), tuple(config["std"])) for config in published}
    return dict(zip(("mean", "std"), known.pop(), strict=True)) if len(known) == 1 else None


def _chinese_clip(directory: Path) -> CheckpointTower:
    try:
        kind = json.loads((directory / "config.json").read_text(encoding="utf-8")).get("model_type")
        if kind != CHINESE_CLIP:
            raise CheckpointError(f"its config.json is of model_type {kind!r}, not {CHINESE_CLIP!r}")
        model, loaded = transformers.ChineseCLIPModel.from_pretrained(
            directory, local_files_only=True, output_loading_info=True, dtype=torch.float32
        )
    except Exception as error:  # transformers, safetensors and torch each have their own
        raise CheckpointError(f"{directory} is not a Chinese-CLIP checkpoint: {error}") from error
    if loaded["missing_keys"]:
        raise CheckpointError(f"{directory} lacks weights: {', '.join(sorted(loaded['missing_keys'])[:3])} ...")
    mean, std = _normalisation(directory / "preprocessor_config.json")
    return CheckpointTower(_ChineseClip(model), mean, std, (model.config.vision_config.image_size,) * 2)


def _normalisation(path: Path) -> tuple[Any, Any]:
    """Mean and standard deviation beside a Chinese-CLIP model; CLIP's, with which all were trained, if not said."""
    values = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return values.get("image_mean", OPENAI_DATASET_MEAN), values.get("image_std", OPENAI_DATASET_STD)


def _features(visual: nn.Module) -> nn.Module:
    for kind, adapter in ((VisionTransformer, _Vit), (TimmModel, _Timm), (ModifiedResNet, _Resnet)):
        if isinstance(visual, kind):
            return adapter(visual)
    raise CheckpointError(f"image towers of type {type(visual).__name__} are not supported: they show no features")


def _probed(tower: CheckpointTower, shape: Shape) -> tuple[int, int, int]:
    """Rows, columns and dimension that come of a picture.

    Raises:
        CheckpointError: what comes is no grid.
    """
    try:
        with torch.inference_mode():
            grid, whole = tower(torch.zeros(1, *shape, 3, dtype=torch.uint8))
    except Exception as error:  # towers refuse with assertions, value errors and torch's own
        raise CheckpointError(f"the image tower gives no features of places: {error}") from error
    if grid.ndim != 4 or whole.shape != (1, grid.shape[-1]) or grid.shape[1] * grid.shape[2] < 2:
        found = f"{tuple(grid.shape)} and {tuple(whole.shape)}"
        raise CheckpointError(f"the image tower gives no features of places, but tensors of shapes {found}")
    return grid.shape[1], grid.shape[2], grid.shape[3]


def _is_free(tower: CheckpointTower) -> bool:
    """Whether a cell is `STEP` pixels of a picture of any shape."""
    try:
        return _probed(tower, (4 * STEP, 9 * STEP))[:2] == (4, 9)
    except CheckpointError:
        return False


def _multiple(size: Shape) -> Shape:
    height, width = (max(1, round(side / STEP)) * STEP for side in size)
    return height, width


def _alone(tokens: Tensor, copies: int) -> Tensor:
    """Every token of (batch, ..., channels) as a sequence of its own, (all tokens, copies, channels).

    The copies stand for the class token, which heads expect in front: norms, averages and attention over equal tokens
    give what one gives.
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
        pooled, _ = self.visual._pool(_alone(tokens, 2))
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
            alone = _alone(features[:, prefix:], 1 + prefix)
        else:
            channels_last = getattr(self.trunk, "output_fmt", "NCHW") == "NHWC"
            maps = features if channels_last else features.permute(0, 2, 3, 1)
            rows, columns = maps.shape[1:3]
            alone = maps.reshape(-1, 1, 1, maps.shape[-1])
            alone = alone if channels_last else alone.permute(0, 3, 1, 2)
        cells = self.head(self.trunk.forward_head(alone))
        return cells.view(-1, rows, columns, cells.shape[-1]), whole


class _Resnet(nn.Module):
    """CLIP's ResNet, whose attention pooling knows the places of one size only."""

    def __init__(self, visual: ModifiedResNet) -> None:
        super().__init__()
        self.visual = visual

    def forward(self, pixels: Tensor) -> Features:
        visual, head = self.visual, self.visual.attnpool
        features = visual.layer4(visual.layer3(visual.layer2(visual.layer1(visual.stem(pixels)))))
        places = head.positional_embedding[1:].unflatten(0, features.shape[2:])
        return head.c_proj(head.v_proj(features.permute(0, 2, 3, 1) + places)), head(features)


class _ChineseClip(nn.Module):
    """The vision transformer of a Chinese-CLIP model of transformers, with its projection."""

    def __init__(self, model: transformers.ChineseCLIPModel) -> None:
        super().__init__()
        self.vision, self.projection = model.vision_model, model.visual_projection
        self.side = model.config.vision_config.image_size // model.config.vision_config.patch_size

    def forward(self, pixels: Tensor) -> Features:
        found = self.vision(pixel_values=pixels)
        tokens = self.vision.post_layernorm(found.last_hidden_state[:, 1:])
        grid = self.projection(tokens).unflatten(1, (self.side, self.side))
        return grid, self.projection(found.pooler_output)
