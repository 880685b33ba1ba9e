"""Export of public CLIP checkpoints as encoders: any open_clip model, or a Chinese-CLIP model of transformers.

A platform may have a larger model than ours, or one that it trained. Such a model gives one embedding a picture;
`patch_features` derives patch tokens from it.

Sources: Radford et al. 2021 (CLIP), Zhai et al. 2023 (SigLIP), Yang et al. 2022 (Chinese-CLIP).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
import transformers
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from torch import Tensor, nn

from models.images.encoder.encoder import INPUT_STRIDE
from models.runtime.artifact_files import ArtifactFile
from training.images.networks.export import Shape, write_artifact
from training.images.networks.patch_features import CheckpointError, ChineseClipFeatures, Features, patch_features

CHINESE_CLIP = "chinese_clip"
"""`model_type` in the `config.json` of a Chinese-CLIP checkpoint."""


class CheckpointTower(nn.Module):
    """A loaded image tower: pixels to features that are not normalised to unit length.

    Args:
        features: from normalised pixels, float (batch, 3, height, width), to `Features`.
        mean, std: the checkpoint's normalisation by channel, for pixels in [0, 1].
        size: height and width in pixels that it was trained with.

    Attributes:
        dimension: length of an embedding.
        is_free: it takes any height and width that are multiples of `STEP`, as convolutions do.

    Raises:
        CheckpointError: the tower gives no patch tokens.
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
        """Heights and widths to compare an exported graph at; the trained size, twice, if sides are fixed."""
        return [_multiple(self.size), (5 * INPUT_STRIDE, 12 * INPUT_STRIDE)] if self.is_free else [self.size, self.size]

    def config(self, name: str) -> dict[str, Any]:
        """Content of the artefact's `config.json`."""
        height, width = self.shapes[0]
        return {"name": name, "dimension": self.dimension, **({"area": height * width} if self.is_free else {})}


def load_checkpoint(model: str, pretrained: str | None = None) -> CheckpointTower:
    """The image tower of a checkpoint, without its text tower.

    Args:
        model: an open_clip name ("ViT-B-16-SigLIP2"; "local-dir:FOLDER" with its own weights), or anything if
            `pretrained` is a Chinese-CLIP folder.
        pretrained: one of open_clip's tags for that name (downloaded), a file of weights, or a folder with a
            Chinese-CLIP model as `save_pretrained` writes it.

    Raises:
        CheckpointError: no such model or weights, weights of another model, or no patch tokens.
    """
    if pretrained and Path(pretrained).is_dir():
        return _chinese_clip(Path(pretrained))
    return _open_clip(model, pretrained)


def export_checkpoint(model: str, pretrained: str | None, directory: Path) -> dict[str, Any]:
    """Write a checkpoint's artefact folder, except cohort and calibration.

    Args:
        model, pretrained: as `load_checkpoint`.
        directory: created if missing.

    Returns:
        Content of `metrics.json`: parity of graph and model, and the bits of the stored weights.

    Raises:
        CheckpointError, ExportError: it cannot be loaded, or its graph differs from the model.
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
    except Exception as error:  # open_clip, torch and downloads share no error class
        raise CheckpointError(f"{name} with weights {pretrained or 'not given (--pretrained)'}: {error}") from error
    visual = clip.visual
    size = visual.image_size if isinstance(visual.image_size, tuple) else (visual.image_size,) * 2
    return CheckpointTower(patch_features(visual), visual.image_mean, visual.image_std, size)


def _check_activation(name: str, pretrained: str | None) -> None:
    """Refuse weights trained with another activation: embeddings would be wrong, and open_clip only warns."""
    weights = open_clip.get_pretrained_cfg(name, pretrained or "")
    if not weights:
        return
    quick = bool((open_clip.get_model_config(name) or {}).get("quick_gelu"))
    if bool(weights.get("quick_gelu")) != quick:
        other = name.removesuffix("-quickgelu") if quick else f"{name}-quickgelu"
        raise CheckpointError(f"the weights {pretrained} were trained with another activation: use --model {other}")


def _preprocessing(name: str, pretrained: str | None) -> dict[str, Any] | None:
    """Normalisation for a file of weights, which does not record it: the one that all published weights share.

    Returns:
        "mean" and "std"; None leaves it to open_clip, which knows it for tags and falls back to CLIP's.
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
    except Exception as error:  # transformers, safetensors and torch share no error class
        raise CheckpointError(f"{directory} is not a Chinese-CLIP checkpoint: {error}") from error
    if loaded["missing_keys"]:
        raise CheckpointError(f"{directory} lacks weights: {', '.join(sorted(loaded['missing_keys'])[:3])} ...")
    mean, std = _normalisation(directory / "preprocessor_config.json")
    return CheckpointTower(ChineseClipFeatures(model), mean, std, (model.config.vision_config.image_size,) * 2)


def _normalisation(path: Path) -> tuple[Any, Any]:
    """Mean and standard deviation of a Chinese-CLIP model; CLIP's, which all were trained with, if not recorded."""
    values = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return values.get("image_mean", OPENAI_DATASET_MEAN), values.get("image_std", OPENAI_DATASET_STD)


def _probed(tower: CheckpointTower, shape: Shape) -> tuple[int, int, int]:
    """Rows, columns and dimension of a tower's patch tokens for a picture of a shape.

    Raises:
        CheckpointError: its output is no grid of patch tokens.
    """
    try:
        with torch.inference_mode():
            grid, whole = tower(torch.zeros(1, *shape, 3, dtype=torch.uint8))
    except Exception as error:  # towers raise assertion, value and torch errors
        raise CheckpointError(f"the image tower gives no patch tokens: {error}") from error
    if grid.ndim != 4 or whole.shape != (1, grid.shape[-1]) or grid.shape[1] * grid.shape[2] < 2:
        found = f"{tuple(grid.shape)} and {tuple(whole.shape)}"
        raise CheckpointError(f"the image tower gives no patch tokens, but tensors of shapes {found}")
    return grid.shape[1], grid.shape[2], grid.shape[3]


def _is_free(tower: CheckpointTower) -> bool:
    """True if the tower gives one token per `STEP` pixels for another shape than it was trained with."""
    try:
        return _probed(tower, (4 * INPUT_STRIDE, 9 * INPUT_STRIDE))[:2] == (4, 9)
    except CheckpointError:
        return False


def _multiple(size: Shape) -> Shape:
    height, width = (max(1, round(side / INPUT_STRIDE)) * INPUT_STRIDE for side in size)
    return height, width
