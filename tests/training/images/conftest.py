from functools import partial
from pathlib import Path

import pytest
import torch
import yaml

from training import packages
from training.images.negatives import stripes
from training.images.networks import tower
from training.images.sources import captions, graphics
from training.images.synthesis import portraits


@pytest.fixture(scope="session", autouse=True)
def few_graphics():
    """Spare invented flags the rendering of ten thousand graphics, and portraits the check of each style's file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stripes, "load_graphics", partial(graphics.load_graphics, 6))
        patch.setattr(portraits, "PORTRAIT_STYLES", ("glass", "shapes", "thumbs"))
        yield


@pytest.fixture(scope="module")
def one_thread():
    """Let a network use one thread, as other tests run beside."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def subjects():
    """Captioned identities of six drawings of every package."""
    return captions.load_subjects(limit=6)


@pytest.fixture(scope="session")
def settled_tower():
    """Makes towers as after some training: a function from a seed, whose normalisations are of every sort."""

    def made(seed: int) -> tower.GridTower:
        torch.manual_seed(seed)
        model = tower.create(pretrained=False).eval()
        for _, norm in tower.convolutions_of(model.visual.trunk.net):
            norm.running_mean.normal_(0, 0.3)
            norm.running_var.uniform_(0.5, 2)
            torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
            with torch.no_grad():
                norm.weight[:2] *= -1
                norm.weight[2] = 0
            torch.nn.init.normal_(norm.bias, 0.5, 0.3)
        return model

    return made


@pytest.fixture
def pin(tmp_path, monkeypatch):
    """Pins packages in a table and a cache of the test's own; returns where the last of them is unpacked."""
    table = {}
    monkeypatch.setenv("HUIJIAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(packages, "PACKAGES_FILE", tmp_path / "packages.yaml")

    def pinned(key: str, version: str, registry: str = "npm") -> Path:
        table[key] = {"registry": registry, "name": key, "version": version, "licence": "CC0-1.0"}
        (tmp_path / "packages.yaml").write_text(yaml.safe_dump(table), encoding="utf-8")
        packages.packages.cache_clear()
        return packages.directory(key)

    yield pinned
    packages.packages.cache_clear()
