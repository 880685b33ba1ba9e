"""Pictures with text drawn as outlines, which needs no font, and one without text."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import PIL.Image
import resvg_py

DRAWINGS = Path(__file__).with_suffix("")


@cache
def png(name: str) -> bytes:
    """contact (加微信 abc12345 领福利), claim (内部渠道操作 / 保证录取重点名校), harmless (今天也要好好吃饭 / 早睡早起
    慢慢生活) or name (小满家)."""
    return bytes(resvg_py.svg_to_bytes(svg_path=str(DRAWINGS / f"{name}.svg"), width=900))


def pixels(name: str) -> np.ndarray:
    return np.array(PIL.Image.open(io.BytesIO(png(name))).convert("RGB"))


def scenery() -> PIL.Image.Image:
    noise = np.random.default_rng(3).integers(40, 220, (6, 10, 3), dtype=np.uint8)
    return PIL.Image.fromarray(noise).resize((900, 540), PIL.Image.Resampling.BICUBIC)
