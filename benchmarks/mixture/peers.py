"""What other methods take for the same pictures: only the embedding of a large model, and a perceptual hash."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import PIL.Image
from tqdm import tqdm

from models.arrays import Pixels

Peer = Callable[[Pixels], object]
"""Takes a picture, RGB uint8 (height, width, 3)."""


def open_clip_embedding() -> Peer:
    """open_clip's ViT-B-32 in PyTorch, one thread; with random weights, which take the same time."""
    import open_clip  # noqa: PLC0415 - loads torch
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    model, _, preprocess = open_clip.create_model_and_transforms("ViT-B-32", pretrained=None)
    model.eval()

    def embed(pixels: Pixels) -> object:
        with torch.inference_mode():
            return model.encode_image(preprocess(PIL.Image.fromarray(pixels))[None])

    return embed


def pdq_hash() -> Peer:
    """PDQ, as Meta's hasher-matcher-actioner computes it, from its package `pdqhash`."""
    import pdqhash  # noqa: PLC0415

    return pdqhash.compute


PEERS: dict[str, Callable[[], Peer]] = {
    "open_clip ViT-B-32 in PyTorch, embedding alone": open_clip_embedding,
    "PDQ (hasher-matcher-actioner), hash alone": pdq_hash,
}


def times(peer: Peer, pictures: Sequence[Pixels]) -> list[float]:
    """Processor time of each picture in milliseconds, decoding left out, after one to warm up."""
    peer(pictures[0])
    spent = []
    for pixels in tqdm(pictures, "peer", leave=False, disable=None):
        started = time.process_time()
        peer(pixels)
        spent.append((time.process_time() - started) * 1000)
    return spent
