"""Where the models in force are wrong: labelled texts and pictures, judged by the Inspector that serves, worst first.

A table of measures says how often a model errs; reading its worst errors says why, and which cases to label next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from tqdm import tqdm

from models.inspector import Inspector
from models.profile import Answer, Finding, Label, Profile, ProfileError
from training.images.data.samples import LabelledSample, held_out_drawings, samples
from training.text.data.corpus import Case, Split, read_split

Subject = TypeVar("Subject", Case, LabelledSample)


@dataclass(frozen=True)
class JudgedCase(Generic[Subject]):
    """One labelled text or picture with the whole answer on it."""

    subject: Subject
    answer: Answer


@dataclass(frozen=True)
class Prediction(Generic[Subject]):
    """What should have been found in one text or picture, and what was.

    Attributes:
        wanted: it should have been found.
        score: how sure the model is that it is there, in [0, 1].
        finding: what was reported; None where the score did not pass the policy's threshold.
    """

    subject: Subject
    answer: Answer
    expected: bool
    score: float
    finding: Finding | None

    @property
    def wrong(self) -> bool:
        """Missed, or a false alarm."""
        return self.expected == (self.finding is None)


def judged_texts(inspector: Inspector, count: int, seed: int = 0) -> list[JudgedCase[Case]]:
    """Judge a random sample of the held-out texts.

    Args:
        count: at most this many.
        seed: the same one draws the same texts.

    Raises:
        ProfileError: a text that cannot be judged.
    """
    cases = read_split(Split.TEST)
    chosen = np.random.default_rng(seed).permutation(len(cases))[:count]
    return _judged(inspector, [cases[row] for row in chosen], lambda case: {case.field: case.text})


def judged_pictures(inspector: Inspector, count: int, seed: int = 0) -> list[JudgedCase[LabelledSample]]:
    """Judge imitations of those of our drawings that are in the gallery in force, and as many harmless pictures.

    Raises:
        ValueError: none of our held-out drawings is in the gallery.
    """
    drawings = [entry for entry in held_out_drawings() if entry.reference_id in inspector.gallery.known_ids]
    if not drawings:
        raise ValueError(f"gallery {inspector.gallery.version} holds none of our held-out drawings")
    return _judged(inspector, list(samples(count, drawings, seed)), lambda sample: {sample.field: sample.data})


def text_predictions(judged: Iterable[JudgedCase[Case]], label: Label) -> list[Prediction[Case]]:
    """What was to be said, and was said, of every text about one label of the classifier."""
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
    """Whether the imitated emblem was found in every imitation, and any emblem in every harmless picture."""
    return [_picture_prediction(one) for one in judged]


def worst_errors(
    predictions: Iterable[Prediction[Subject]], *, expected: bool, count: int
) -> list[Prediction[Subject]]:
    """The worst misses (`expected`) or the worst false alarms, worst first.

    Where there is none, the one that came nearest to being wrong, so that the reader sees how near.
    """
    members = [prediction for prediction in predictions if prediction.expected is expected]
    members.sort(key=lambda prediction: prediction.score if expected else -prediction.score)
    return [prediction for prediction in members if prediction.wrong][:count] or members[:1]


def _judged(
    inspector: Inspector, subjects: Sequence[Subject], content: Callable[[Subject], dict[str, Any]]
) -> list[JudgedCase[Subject]]:
    judged = []
    for subject in tqdm(subjects, "判断 · judging", unit=""):
        (answer,) = inspector([Profile("case", **content(subject))])
        if isinstance(answer, ProfileError):
            raise answer
        judged.append(JudgedCase(subject, answer))
    return judged


def _picture_prediction(judged: JudgedCase[LabelledSample]) -> Prediction[LabelledSample]:
    emblem, answer = judged.subject.emblem, judged.answer
    matches = answer.matches[judged.subject.field]
    if emblem is not None:
        matches = tuple(match for match in matches if match.reference_id == emblem.reference_id)
    references = {match.reference_id for match in matches}
    finding = next((found for found in answer.findings if found.evidence.reference_id in references), None)
    score = max((match.score for match in matches), default=0.0)
    return Prediction(judged.subject, answer, emblem is not None, score, finding)
