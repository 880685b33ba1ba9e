import yaml

from models.policy import Policy
from models.profile import CLASSIFIER_LABELS, Field, Label
from models.settings import Settings
from training.text.data.corpus import Case
from training.text.evaluation.detectors import TextJudgement
from training.text.evaluation.thresholds import choice_table, choose, policy_lines

POLICY = Policy.load(Settings().policy)
LABEL = Label.EXAGGERATION


def chosen(harmless, violating, most_flagged):
    """The choice for one label from the scores of harmless and of violating texts."""
    labels = [()] * len(harmless) + [(LABEL,)] * len(violating)
    cases = [Case(str(row), Field.BIO, "字", some, {}) for row, some in enumerate(labels)]
    judged = [TextJudgement(dict.fromkeys(CLASSIFIER_LABELS, score), []) for score in (*harmless, *violating)]
    return choose(cases, judged, POLICY, most_flagged)


def test_the_lowest_threshold_that_flags_few_enough_is_proposed():
    choice = chosen([0.1, 0.2, 0.6, 0.9], [0.3, 0.55, 0.95], 0.25)[LABEL]
    assert (choice.proposed.threshold, choice.proposed.flagged) == (0.601, 0.25)
    assert round(choice.proposed.recall, 3) == 0.333
    assert choice.current.threshold == POLICY.rules[LABEL].threshold and choice.current.flagged == 0.5


def test_a_goal_of_none_lets_no_harmless_text_pass():
    assert chosen([0.1, 0.9], [0.95], 0)[LABEL].proposed.flagged == 0


def test_proposals_are_lines_of_the_policy_and_a_table():
    choices = chosen([0.1], [0.9], 0.01)
    assert yaml.safe_load(policy_lines(choices))["rules"][LABEL] == {"threshold": 0.101}
    assert "0.101" in choice_table(choices)
