"""Simulates reviewers who label what `huijian cases suggest` would show them, beside texts taken at random.

A pool of the corpus' training texts hides its labels. Each round a linear model of n-grams chooses some, learns their
labels and is measured on the validation and test parts. Printed are the labels that each choice needs for the macro F1
that random choice reaches with all its labels.

    python -m training.text.evaluation.active_learning
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated

import numpy as np
import typer
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve
from tqdm import tqdm

from models.arrays import Bool, Float64, Int64
from models.profile import CLASSIFIER_LABELS
from training.feedback.selection import doubt, most_informative
from training.text.data.corpus import Case, Split, as_compared, read_split
from training.text.measures import label_matrix

FIRST, ROUND, LAST = 100, 100, 1_000
"""Labels taken at random at the start, labels of a round, and labels in the end."""

THRESHOLDS = np.full(len(CLASSIFIER_LABELS), 0.5)

Choice = Callable[[Sequence[str], Float64, Sequence[str], int, np.random.Generator], Sequence[int]]
"""Texts of the pool, scores of each, texts labelled already, how many to choose: their positions."""


def _random(texts: Sequence[str], _: Float64, __: Sequence[str], count: int, rng: np.random.Generator) -> Sequence[int]:
    return [int(one) for one in rng.choice(len(texts), count, replace=False)]


def _uncertain(
    _: Sequence[str], scores: Float64, __: Sequence[str], count: int, rng: np.random.Generator
) -> Sequence[int]:
    ranked = np.argsort(-doubt(scores, THRESHOLDS).max(axis=1))
    return [int(one) for one in ranked[:count]]


def _suggested(
    texts: Sequence[str], scores: Float64, known: Sequence[str], count: int, _: np.random.Generator
) -> Sequence[int]:
    return most_informative(texts, doubt(scores, THRESHOLDS).max(axis=1), known, count)


CHOICES: Mapping[str, Choice] = {"random": _random, "uncertain": _uncertain, "suggested": _suggested}


class Simulation:
    """Texts as features, with labels that are shown only when asked for.

    Args:
        pool: texts to choose from.
        tested: texts to measure on.
    """

    def __init__(self, pool: Sequence[Case], tested: Sequence[Case]) -> None:
        vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True, min_df=2, dtype=np.float32)
        self._texts = [case.text for case in pool]
        self._features: csr_matrix = vectorizer.fit_transform(map(as_compared, self._texts))
        self._tested: csr_matrix = vectorizer.transform([as_compared(case.text) for case in tested])
        self._labels = label_matrix([case.labels for case in pool])
        self._truth = label_matrix([case.labels for case in tested])

    def run(self, choice: Choice, seed: int, first: int = FIRST, step: int = ROUND, last: int = LAST) -> list[float]:
        """Macro F1 after each round, the start among them."""
        rng = np.random.default_rng(seed)
        chosen = [int(one) for one in rng.choice(len(self._texts), first, replace=False)]
        measured = []
        while True:
            scores, tested = self._fitted(np.array(chosen))
            measured.append(best_macro_f1(self._truth, tested))
            if len(chosen) >= last:
                return measured
            rest = np.setdiff1d(np.arange(len(self._texts)), chosen)
            texts, known = [self._texts[one] for one in rest], [self._texts[one] for one in chosen]
            chosen += [int(rest[one]) for one in choice(texts, scores[rest], known, step, rng)]

    def _fitted(self, chosen: Int64) -> tuple[Float64, Float64]:
        """Scores of the pool and of the tested texts by a model of the chosen ones."""
        fits = [_fit(self._features[chosen], labels) for labels in self._labels[chosen].T]
        both = [_scores(fits, features) for features in (self._features, self._tested)]
        return both[0], both[1]


def best_macro_f1(truth: Bool, scores: Float64) -> float:
    """Macro F1 over the labels that occur, each at its best threshold, as if calibrated on many texts."""
    best, occurring = [], truth.any(axis=0)
    for labelled, column in zip(truth.T[occurring], scores.T[occurring], strict=True):
        precision, recall, _ = precision_recall_curve(labelled, column)
        best.append((2 * precision * recall / np.maximum(precision + recall, np.finfo(float).eps)).max())
    return float(np.mean(best))


def _fit(features: csr_matrix, labelled: Bool) -> LogisticRegression | None:
    """A model of one label; None where none or all have it."""
    if labelled.all() or not labelled.any():
        return None
    return LogisticRegression(C=30, class_weight="balanced", solver="liblinear").fit(features, labelled)


def _scores(fits: Sequence[LogisticRegression | None], features: csr_matrix) -> Float64:
    columns = [np.zeros(features.shape[0]) if fit is None else fit.predict_proba(features)[:, 1] for fit in fits]
    return np.stack(columns, axis=1)


def labels_needed(curve: Sequence[float], goal: float, first: int = FIRST, step: int = ROUND) -> int | None:
    """Labels at which a curve first reaches a macro F1, between rounds interpolated; None if it does not."""
    for number, (before, after) in enumerate(pairwise(curve)):
        if after >= goal:
            share = 0.0 if before >= goal else (goal - before) / (after - before)
            return round(first + (number + share) * step)
    return None


def main(
    pool: Annotated[int, typer.Option(help="Texts to choose from.")] = 8_000,
    seeds: Annotated[int, typer.Option(help="Repetitions, each with another pool and start.")] = 5,
    clean: Annotated[float, typer.Option(help="Share of clean texts in the pool.")] = 0.9,
) -> None:
    """Print macro F1 by number of labels, and the labels needed, for each choice."""
    trained = read_split(Split.TRAIN)
    tested = [*read_split(Split.VALIDATION), *read_split(Split.TEST)]
    curves: dict[str, list[list[float]]] = {name: [] for name in CHOICES}
    for seed in tqdm(range(seeds), "simulations", disable=None):
        simulation = Simulation(_pool(trained, pool, clean, seed), tested)
        for name, choice in CHOICES.items():
            curves[name].append(simulation.run(choice, seed))
    means = {name: np.mean(runs, axis=0).tolist() for name, runs in curves.items()}
    goal = means["random"][-1]
    typer.echo(
        "labels    " + " ".join(f"{count:>6}" for count in range(FIRST, LAST + 1, ROUND)) + f"   for F1 {goal:.3f}"
    )
    for name, mean in means.items():
        needed = labels_needed(mean, goal) if name != "random" else LAST
        typer.echo(f"{name:<10}" + " ".join(f"{value:>6.3f}" for value in mean) + f"   {needed or f'over {LAST}'}")


def _pool(trained: Sequence[Case], size: int, clean: float, seed: int) -> list[Case]:
    rng = np.random.default_rng(seed)
    harmless = [case for case in trained if not case.labels]
    violating = [case for case in trained if case.labels]
    wanted = round(size * clean)
    parts = ((harmless, wanted), (violating, size - wanted))
    return [cases[one] for cases, count in parts for one in rng.choice(len(cases), count, replace=False)]


if __name__ == "__main__":
    typer.run(main)
