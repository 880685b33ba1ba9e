"""The card of an encoder says what its numbers were measured with."""

import json

import pytest

from training.images.fit.card import write_card

SHARES = {"r@1": 0.9, "ok@1%": 0.8, "ok@.1%": 0.7, "recall@policy": 0.6}
ALL = {"pictures": 100, **SHARES, "ece": 0.05, "false@policy": 0.001}


def card(directory, evaluation, **made):
    metrics = {"pictures": 32, "identities": 3, "seconds": 60, "parity_max_relative_difference": 1e-6, **made}
    metrics["evaluation"] = {"emblems": {"labels": {}, "kinds": {}, **evaluation}}
    (directory / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    return write_card(directory).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("evaluation", "line"),
    [
        (
            {"all": {**ALL, "interval": {"false@policy": [0.0004, 0.0025]}}, "policy": "7+0123abcd"},
            "under the policy (7+0123abcd): 0.10% (95% 0.04% to 0.25%).",
        ),
        ({"all": {**ALL, "interval": {}}}, "under the policy (not recorded): 0.10%."),
    ],
)
def test_the_card_says_under_which_policy_it_was_measured(tmp_path, evaluation, line):
    assert line in card(tmp_path, evaluation)


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("0123456789ab", "weights of encoder `0123456789ab`"),
        (None, "ImageNet weights of the package `efficientnet-lite0"),
    ],
)
def test_the_card_says_what_the_run_started_from(tmp_path, base, said):
    assert said in card(tmp_path, {"all": {**ALL, "interval": {}}}, base=base)


def test_the_card_says_what_the_reranker_was_measured_at(tmp_path):
    measured = {"pictures": 40_000, "held_out_places": 1_234, "recall@1": 0.9, "recall@1_of_cosines": 0.8}
    measured |= {"recall_at_1%": 0.7, "recall_at_1%_of_cosines": 0.5}
    said = card(tmp_path, {"all": {**ALL, "interval": {}}}, reranker=measured)
    assert "40,000 pictures" in said and "1,234 places" in said and "0.900, by the search's cosines for 0.800" in said
    assert "were trained\non places" in said
    said = card(tmp_path, {"all": {**ALL, "interval": {}}}, reranker={**measured, "base": "0123456789ab"})
    assert "were trained, from those of encoder `0123456789ab` on,\non places" in said
    assert "## The reranker" not in card(tmp_path, {"all": {**ALL, "interval": {}}}, reranker={"held_out_places": 0})


def test_the_card_says_what_the_localizer_was_measured_at(tmp_path):
    measured = {"places": 16_000, "held_out_places": 1_500, "mean_overlap": 0.9, "overlap_of_half": 0.97}
    measured |= {"overlap_of_three_quarters": 0.89, "mean_overlap_begun_with": 0.53}
    said = card(tmp_path, {"all": {**ALL, "interval": {}}}, localizer=measured)
    assert "16,000 places" in said and "0.900 with those of the emblems, 0.970" in said and "0.530" in said
    assert "## The localizer" not in card(tmp_path, {"all": {**ALL, "interval": {}}})


def test_the_card_lists_what_wordmarks_are_set_in(tmp_path):
    listed = card(tmp_path, {"all": {**ALL, "interval": {}}})
    assert listed.count("| @fontsource/unifrakturcook |") == listed.count("| @expo-google-fonts/noto-sans-sc |") == 1
