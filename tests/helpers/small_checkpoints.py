"""Randomly initialised checkpoints of public CLIP architectures with few, narrow layers."""

import json
from functools import cache

import open_clip
import timm
import torch
import transformers

TEXT = {"context_length": 8, "vocab_size": 64, "width": 32, "heads": 2, "layers": 1}
VIT = {"layers": 2, "width": 64, "image_size": 64}
RESNET = {"layers": [1, 1, 1, 1], "width": 16, "image_size": 64}
TIMM_VIT = {"embed_dim": 64, "depth": 2, "num_heads": 2, "img_size": 64}
TIMM_OTHERS = {"convnext_tiny": "test_convnext"}


@cache
def write(name, folder):
    """A checkpoint; gives what `--model` and `--pretrained` take (open_clip's names have "small-" in front)."""
    torch.manual_seed(0)
    return _chinese_clip(folder / name) if name == "chinese-clip" else _open_clip(name, folder)


def _open_clip(name, folder):
    small, config = f"small-{name}", open_clip.get_model_config(name)
    config["text_cfg"], vision = TEXT, config["vision_cfg"]
    if "timm_model_name" in vision:
        vision |= {"timm_model_name": _small_trunk(vision["timm_model_name"]), "image_size": 64}
        config["embed_dim"] = TIMM_VIT["embed_dim"]
    else:
        vision |= RESNET if isinstance(vision["layers"], list) else VIT
    (folder / f"{small}.json").write_text(json.dumps(config))
    open_clip.add_model_config(folder / f"{small}.json")
    open_clip.pretrained._PRETRAINED[small] = open_clip.pretrained._PRETRAINED.get(name, {})
    weights = folder / f"{small}.pt"
    torch.save(open_clip.create_model(small).state_dict(), weights)
    return small, str(weights)


def _small_trunk(name):
    """timm's model of that name with smaller sizes, or its test model."""
    if name in TIMM_OTHERS:
        return TIMM_OTHERS[name]
    original = timm.models.model_entrypoint(name)

    def small(pretrained=False, **options):
        return original(pretrained=pretrained, **TIMM_VIT, **options)

    small.__name__, small.__module__ = f"small_{name}", original.__module__
    timm.models.register_model(small)
    return small.__name__


def _chinese_clip(folder):
    sizes = {"num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    vision = sizes | {"hidden_size": 64, "image_size": 64, "patch_size": 16}
    text = sizes | {"hidden_size": 32, "vocab_size": 64}
    config = transformers.ChineseCLIPConfig(vision_config=vision, text_config=text, projection_dim=32)
    transformers.ChineseCLIPModel(config).save_pretrained(folder)
    return "chinese-clip", str(folder)
