"""Which texts are worth a reviewer's time."""

import numpy as np
import pytest

from models.profile import Label
from training.feedback.selection import doubt, most_informative
from training.feedback.suggestions import suggest

SCAM = ["三天包过不过退款", "三天包过，不过退款！", "三天包过不过全退款"]
OTHERS = ["海边的小店", "周末爬山看云"]
THRESHOLDS = dict.fromkeys(Label, 0.5) | {Label.MEDIA_LOGO: 0.85}


def test_doubt_is_one_at_the_threshold_and_none_where_scores_are_sure():
    scores = np.array([[0.0, 0.0], [0.5, 0.85], [1.0, 1.0], [0.25, 0.925]])
    assert doubt(scores, np.array([0.5, 0.85])) == pytest.approx(np.array([[0, 0], [1, 1], [0, 0], [0.5, 0.5]]))


def test_near_copies_wait_until_other_texts_were_taken():
    texts = [*SCAM, *OTHERS]
    chosen = most_informative(texts, np.array([1, 0.99, 0.98, 0.6, 0.5]), (), 5)
    assert chosen[0] == 0 and set(chosen[1:3]) == {3, 4}


def test_text_like_a_reviewed_one_comes_last():
    assert most_informative([SCAM[1], OTHERS[0]], np.array([1, 0.5]), [SCAM[0]], 2) == [1, 0]


def test_disputed_and_doubtful_decisions_come_before_sure_ones():
    scores = [{Label.EXAGGERATION: 0.99}, {Label.EXAGGERATION: 0.01}, {Label.MEDIA_LOGO: 0.8}]
    texts = ["海边的小店", "周末爬山看云", "新闻早知道"]
    found = suggest(texts, scores, [(), ("exaggeration",), ()], [], THRESHOLDS, 2)
    assert [(one.position, one.label) for one in found] == [(1, Label.EXAGGERATION), (2, Label.MEDIA_LOGO)]
    assert found[0].disputed == ("exaggeration",) and found[1].doubt == 0.94


def test_nothing_is_suggested_of_nothing():
    assert suggest([], [], [], [], THRESHOLDS, 3) == []
