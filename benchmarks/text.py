"""Time of one text on one core, detector by detector, and texts a second beside other runtimes.

All text detectors take part as the Inspector runs them. The other runtimes run the same architecture and
tokenizer on one batch of 32 texts, with random weights, on which time does not depend. Ours takes the same texts one
at a time, as it is served, so that no score depends on the other texts of a batch.

    .venv/bin/python -m benchmarks.text
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import torch
import transformers
from tokenizers import Tokenizer
from transformers import BertForSequenceClassification, BertModel, PreTrainedTokenizerFast

from benchmarks.clock import COLUMNS, Times, pin_to_one_core, state_of_machine
from benchmarks.profiles import texts
from models.arrays import Int64
from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Field
from models.runtime.artifact_files import ArtifactFile
from models.runtime.sessions import session
from models.settings import Settings
from models.text.classifier.classifier import TextClassifier
from models.text.classifier.windows import Window, Windows
from models.text.fusion import fuse
from models.text.normalize.normalize import FieldText
from training.text.data.examples import MAX_TOKENS
from training.text.evaluation.detectors import Detector, shipped_parts
from training.text.networks.base import PAD, architecture
from training.text.networks.model import TextModel

LIMITS_MS = {30: 8.0, 150: 25.0}
"""By number of characters, the most milliseconds of a text at the median, all detectors included."""

SIZE_LIMIT_MB = 40.0
"""Most megabytes of model, n-grams and tokenizer."""

TEXT_COUNT, ROUNDS, WARM_UP, BATCH_SIZE = 50, 4, 5, 32
"""Texts of a length, judgements of each, judgements before that do not count; texts of a batch."""

Run = Callable[[], object]
"""Scores the same texts once, in one of the runtimes compared."""


def main() -> None:
    """Measure and print."""
    pin_to_one_core()
    torch.set_num_threads(1)
    directory = Settings.from_environment().released().text_directory()
    print_size(directory)
    for length, limit in LIMITS_MS.items():
        print_stages(directory, length, limit)
    print_throughput(directory)
    print(f"\n{state_of_machine()}\n\n.venv/bin/python -m benchmarks.text")


def print_size(directory: Path) -> None:
    """Print the sizes of the files that the classifier reads, in megabytes."""
    not_read = (ArtifactFile.CARD, ArtifactFile.METRICS)
    sizes = {file.name: file.stat().st_size / 1e6 for file in sorted(directory.iterdir()) if file.name not in not_read}
    print("\n".join(f"{name:<44}{size:>9.2f}" for name, size in sizes.items()))
    print(f"{'MB in all':<44}{sum(sizes.values()):>9.2f}\n{'limit':<44}{SIZE_LIMIT_MB:>9.1f}")


def of_length(length: int, count: int) -> list[str]:
    """Texts of exactly so many characters: the test bios, joined and cut."""
    whole = "，".join(texts("bio"))
    return [whole[start : start + length] for start in range(0, length * count, length)]


def print_stages(directory: Path, length: int, limit: float) -> None:
    """Print the detectors' times for texts of one length, judged one at a time."""
    detectors = shipped_parts(directory, Policy.load(Settings().policy))
    stages = {name: Times() for name in ("normalise", *detectors, "fuse", "all")}
    samples = of_length(length, TEXT_COUNT)
    for text in [*samples[:WARM_UP], *samples * ROUNDS]:
        stages["all"].measure(partial(judge, text, detectors, stages))
    print(f"\n{f'a text of {length} characters, milliseconds':<44}{COLUMNS}")
    for name, times in stages.items():
        times.wall, times.processor = times.wall[WARM_UP:], times.processor[WARM_UP:]
        print(f"{name:<44}{times}")
    print(f"{'limit':<44}{limit:>9.1f}")


def judge(text: str, detectors: Mapping[str, Detector], stages: Mapping[str, Times]) -> object:
    """Judge one text as the Inspector does, noting the time of every stage."""
    field_text = stages["normalise"].measure(lambda: FieldText.of(Field.BIO, text))
    found = [stages[name].measure(partial(detector, [field_text])) for name, detector in detectors.items()]
    return stages["fuse"].measure(lambda: fuse(finding for results in found for finding in results[0]))


def print_throughput(directory: Path) -> None:
    """Print texts per second of the classifier as served, and of other runtimes, all on the same texts."""
    chosen = [FieldText.of(Field.BIO, text) for text in texts("bio")[:BATCH_SIZE]]
    runs: dict[str, Run] = {"ours, ONNX in 8 bits with n-grams, one by one": partial(TextClassifier(directory), chosen)}
    with tempfile.TemporaryDirectory() as scratch:
        runs |= other_runtimes(directory, chosen, Path(scratch))
        times = {name: Times() for name in runs}
        for number in range(ROUNDS + 1):  # in turn, so that a busy moment slows all of them
            for name, run in runs.items():
                (times[name] if number else Times()).measure(run)
    mean = np.mean([len(text.normalized.text) for text in chosen])
    print(
        f"\n{f'{BATCH_SIZE} texts of {mean:.0f} characters on average, texts/s':<50}{'wall':>9}{'CPU':>9}{'ours is':>9}"
    )
    ours = np.median(times["ours, ONNX in 8 bits with n-grams, one by one"].processor)
    for name, taken in times.items():
        wall, processor = np.median(taken.wall), np.median(taken.processor)
        print(
            f"{name:<50}{BATCH_SIZE / wall * 1000:>9.0f}{BATCH_SIZE / processor * 1000:>9.0f}{processor / ours:>8.2f}x"
        )


def other_runtimes(directory: Path, chosen: Sequence[FieldText], scratch: Path) -> dict[str, Run]:
    """Runtimes of the same architecture, by name; the transformers pipeline scores texts without their tokens."""
    tokenizer = Tokenizer.from_file(str(directory / ArtifactFile.TOKENIZER))
    windows, config = Windows(tokenizer, MAX_TOKENS), architecture(tokenizer.get_vocab_size())
    model = TextModel(BertModel(config, add_pooling_layer=False)).eval()
    plain_onnx(model, scratch / ArtifactFile.MODEL)
    exact = session(scratch / ArtifactFile.MODEL, threads=1)
    config.num_labels = len(CLASSIFIER_LABELS)
    pipeline = transformers.pipeline(
        "text-classification",
        model=BertForSequenceClassification(config),
        tokenizer=PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", model_max_length=MAX_TOKENS),
        batch_size=BATCH_SIZE,
        top_k=None,
        function_to_apply="sigmoid",
    )
    plain = [text.normalized.text for text in chosen]
    return {
        "ONNX in 32 bits": partial(run_onnx, exact, windows, chosen),
        "ONNX in 32 bits, one by one": lambda: [run_onnx(exact, windows, [text]) for text in chosen],
        "PyTorch eager": partial(run_torch, model, windows, chosen),
        "PyTorch eager, bfloat16": partial(run_torch, model, windows, chosen, lower=True),
        "transformers pipeline": partial(pipeline, plain, truncation=True),
    }


def plain_onnx(model: TextModel, path: Path) -> None:
    """Export the training form as it is, with free batch and length: `ids`, `mask` int64 (batch, length)."""
    example, free = torch.ones(2, 16, dtype=torch.int64), {0: "batch", 1: "length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing's remarks on shapes that are free in the file
        torch.onnx.export(
            model,
            (example, example),
            path,
            input_names=["ids", "mask"],
            output_names=["scores", "tokens"],
            dynamic_axes={"ids": free, "mask": free, "scores": {0: "batch"}, "tokens": free},
            opset_version=20,
            dynamo=False,
        )


def padded(windows: Sequence[Window]) -> dict[str, Int64]:
    """`ids` and `mask`, int64 (windows, longest)."""
    longest = max(len(window.ids) for window in windows)
    ids = np.array([window.ids + [PAD] * (longest - len(window.ids)) for window in windows], np.int64)
    return {"ids": ids, "mask": (ids != PAD).astype(np.int64)}


def run_onnx(exact: onnxruntime.InferenceSession, windows: Windows, chosen: Sequence[FieldText]) -> object:
    """Tokenise and score all texts in one pass."""
    return exact.run(["scores", "tokens"], padded([window for text in chosen for window in windows(text)]))


def run_torch(model: TextModel, windows: Windows, chosen: Sequence[FieldText], *, lower: bool = False) -> object:
    """Tokenise and score all texts in one pass, in bfloat16 if `lower`."""
    batch = padded([window for text in chosen for window in windows(text)])
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=lower):
        return model(torch.from_numpy(batch["ids"]), torch.from_numpy(batch["mask"]))


if __name__ == "__main__":
    main()
