"""Error analysis: labelled texts and pictures, judged by the Inspector that serves, worst errors first.

Metrics say how often a model errs. Reading its worst errors says why, and which cases to label next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from tqdm import tqdm

from models.inspector import Inspector
from models.profile import Answer, Finding, Label, Profile, ProfileError
from training.images.data.samples import LabelledSample, held_out_drawings, samples
from training.text.data.corpus import Case, Split, read_cases, read_split

Subject = TypeVar("Subject")


@dataclass(frozen=True)
class JudgedCase(Generic[Subject]):
    """A labelled text or picture with the Inspector's answer."""

    subject: Subject
    answer: Answer


@dataclass(frozen=True)
class Prediction(Generic[Subject]):
    """The model's output for one label of a text, or for the emblem of a picture, beside the truth.

    Attributes:
        expected: the case has the label or the emblem.
        score: probability that it is there, in [0, 1].
        finding: the reported finding; None where the score is below the policy's threshold.
    """

    subject: Subject
    answer: Answer
    expected: bool
    score: float
    finding: Finding | None

    @property
    def wrong(self) -> bool:
        """A miss or a false alarm."""
        return self.expected == (self.finding is None)


def judged_texts(inspector: Inspector, count: int, seed: int = 0, file: Path | None = None) -> list[JudgedCase[Case]]:
    """Judge a random sample of the held-out texts, or of a file of cases.

    Args:
        count: at most this many.
        seed: of the sample.
        file: JSON Lines of cases; by default the test part of the corpus.

    Raises:
        CasesError: the file cannot be used.
        ProfileError: a text that cannot be judged.
    """
    cases = read_cases(file) if file else read_split(Split.TEST)
    chosen = np.random.default_rng(seed).permutation(len(cases))[:count]
    return judge(inspector, [cases[row] for row in chosen], lambda case: {case.field: case.text})


def judged_pictures(inspector: Inspector, count: int, seed: int = 0) -> list[JudgedCase[LabelledSample]]:
    """Judge imitations of those of our drawings that are in the active gallery, and as many harmless pictures.

    Raises:
        ValueError: none of our held-out drawings is in the gallery.
    """
    drawings = [entry for entry in held_out_drawings() if entry.reference_id in inspector.gallery.known_ids]
    if not drawings:
        raise ValueError(f"gallery {inspector.gallery.version} holds none of our held-out drawings")
    return judge(inspector, list(samples(count, drawings, seed)), lambda sample: {sample.field: sample.data})


def judge(
    inspector: Inspector, subjects: Sequence[Subject], content: Callable[[Subject], dict[str, Any]]
) -> list[JudgedCase[Subject]]:
    """Judge labelled texts or pictures one by one, in order.

    Args:
        content: the profile's fields for a subject, by their names.

    Raises:
        ProfileError: one cannot be judged.
    """
    judged = []
    for subject in tqdm(subjects, "判断 · judging", unit=""):
        (answer,) = inspector([Profile("case", **content(subject))])
        if isinstance(answer, ProfileError):
            raise answer
        judged.append(JudgedCase(subject, answer))
    return judged


def text_predictions(judged: Iterable[JudgedCase[Case]], label: Label) -> list[Prediction[Case]]:
    """The predictions for one label of the classifier, in the order of the texts."""
    return [
        Prediction(
            subject=one.subject,
            answer=one.answer,
            expected=label in one.subject.labels,
            score=one.answer.text_scores[one.subject.field][label],
            finding=next((found for found in one.answer.findings if found.label is label), None),
        )
        for one in judged
    ]


def picture_predictions(judged: Iterable[JudgedCase[LabelledSample]]) -> list[Prediction[LabelledSample]]:
    """For imitations the prediction of the imitated emblem, for harmless pictures that of any emblem."""
    return [_picture_prediction(one) for one in judged]


def worst_errors(
    predictions: Iterable[Prediction[Subject]], *, expected: bool, count: int
) -> list[Prediction[Subject]]:
    """The worst misses (`expected`) or the worst false alarms, worst first.

    Where there is none, the prediction nearest to an error, so that the reader sees the margin.
    """
    members = [prediction for prediction in predictions if prediction.expected is expected]
    members.sort(key=lambda prediction: prediction.score if expected else -prediction.score)
    return [prediction for prediction in members if prediction.wrong][:count] or members[:1]


def _picture_prediction(judged: JudgedCase[LabelledSample]) -> Prediction[LabelledSample]:
    emblem, answer = judged.subject.emblem, judged.answer
    matches = answer.matches[judged.subject.field]
    if emblem is not None:
        matches = tuple(match for match in matches if match.reference_id == emblem.reference_id)
    references = {match.reference_id for match in matches}
    finding = next((found for found in answer.findings if found.evidence.reference_id in references), None)
    score = max((match.score for match in matches), default=0.0)
    return Prediction(judged.subject, answer, emblem is not None, score, finding)
