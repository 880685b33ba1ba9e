"""The card of an encoder names what its numbers were measured with."""

import json

import pytest

from training.images.fit.card import write_card

RATES = {"r@1": 0.9, "ok@1%": 0.8, "ok@.1%": 0.7, "recall@policy": 0.6}
ALL = {"pictures": 100, **RATES, "ece": 0.05, "false@policy": 0.001}


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
def test_the_card_names_the_policy_of_its_measurements(tmp_path, evaluation, line):
    assert line in card(tmp_path, evaluation)


@pytest.mark.parametrize(
    ("base", "text"),
    [
        ("0123456789ab", "weights of encoder `0123456789ab`"),
        (None, "ImageNet weights of the package `efficientnet-lite0"),
    ],
)
def test_the_card_names_the_start_of_the_run(tmp_path, base, text):
    assert text in card(tmp_path, {"all": {**ALL, "interval": {}}}, base=base)


def test_the_card_gives_the_rerankers_measurements(tmp_path):
    measured = {"pictures": 40_000, "held_out_places": 1_234, "recall@1": 0.9, "recall@1_of_cosines": 0.8}
    measured |= {"recall_at_1%": 0.7, "recall_at_1%_of_cosines": 0.5}
    text = card(tmp_path, {"all": {**ALL, "interval": {}}}, reranker=measured)
    assert "40,000 pictures" in text and "1,234 regions" in text
    assert "0.900; by the search's cosines\n0.800" in text and "0.700 and 0.500" in text
    assert "were trained on regions" in text
    text = card(tmp_path, {"all": {**ALL, "interval": {}}}, reranker={**measured, "base": "0123456789ab"})
    assert "were trained, starting from those of encoder `0123456789ab`, on regions" in text
    assert "## The reranker" not in card(tmp_path, {"all": {**ALL, "interval": {}}}, reranker={"held_out_places": 0})


def test_the_card_gives_the_localizers_measurements(tmp_path):
    measured = {"places": 16_000, "held_out_places": 1_500, "mean_overlap": 0.9, "overlap_of_half": 0.97}
    measured |= {"overlap_of_three_quarters": 0.89, "mean_overlap_begun_with": 0.53}
    text = card(tmp_path, {"all": {**ALL, "interval": {}}}, localizer=measured)
    assert "16,000 regions" in text and "predicted and true boxes is\n0.900" in text
    assert "0.970" in text and "0.530" in text
    assert "## The localizer" not in card(tmp_path, {"all": {**ALL, "interval": {}}})


def test_the_card_lists_the_typefaces_of_wordmarks(tmp_path):
    listed = card(tmp_path, {"all": {**ALL, "interval": {}}})
    assert listed.count("| @fontsource/unifrakturcook |") == listed.count("| @expo-google-fonts/noto-sans-sc |") == 1
