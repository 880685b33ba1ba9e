import pytest
from scipy.stats import binomtest

from serving.shadow.comparison import Comparison
from serving.shadow.disagreement import DisagreementReport, interval

CONTACT, BOAST = "contact_diversion", "exaggeration"


def row(name, champion, challenger, verdicts=("review", "review"), scores=(0.9, 0.1)):
    labels = frozenset(champion), frozenset(challenger)
    one = Comparison(name, verdicts, labels, dict.fromkeys(sorted(labels[0] | labels[1]), scores))
    return one.to_row({"text": "2026.12.3"})


@pytest.fixture
def report():
    agreed = [row(f"agreed{n}", [CONTACT], [CONTACT]) for n in range(94)]
    missed = [row(f"missed{n}", [CONTACT], [], ("review", "pass"), (0.9, n / 10)) for n in range(5)]
    failed = row("failed", [CONTACT], [], ("review", "error"))
    return DisagreementReport([*agreed, *missed, row("found", [], [BOAST], ("pass", "review"), (None, 0.7)), failed])


def test_agreement_and_failures_are_counted(report):
    assert (report.judged, report.agreed, report.failed) == (100, 94, 1)
    assert "judged: 100; 失败 · failed: 1" in str(report)
    assert "text 2026.12.3" in str(report)
    assert "94.00% (95% 87.52% .. 97.22%)" in str(report)


def test_every_label_has_its_differences_in_both_directions_with_intervals(report):
    table, _ = str(report).split("待查看")
    lines = {line.split()[0]: line.split() for line in table.splitlines() if line}
    assert lines[CONTACT][1:3] == ["94", "5"]
    assert lines[BOAST][1:3] == ["0", "0"]
    assert lines[BOAST][-5:] == ["1.00%", "(95%", "0.18%", "..", "5.45%)"]


def test_changed_verdicts_say_in_which_direction(report):
    assert "更宽 · laxer: review -> pass 5 5.00%" in str(report)
    assert "更严 · stricter: pass -> review 1 1.00%" in str(report)


def test_the_decisions_whose_scores_are_furthest_apart_are_named(report):
    shown = [line.split()[-1] for line in str(report).splitlines() if "champion_only" in line]
    assert shown == ["missed0", "missed1", "missed2"]
    (found,) = [line.split() for line in str(report).splitlines() if "challenger_only" in line]
    assert found == [BOAST, "challenger_only", "-", "->", "0.700", "found"]


def test_a_verdict_that_changes_with_the_same_labels_is_shown():
    report = DisagreementReport([row("stricter", [CONTACT], [CONTACT], ("review", "reject"))])
    assert any(line.startswith("verdict") and line.endswith("stricter") for line in str(report).splitlines())


@pytest.mark.parametrize(("count", "total"), [(0, 1), (0, 50), (3, 50), (49, 50), (1000, 1000), (17, 100_000)])
def test_intervals_are_wilsons(count, total):
    expected = binomtest(count, total).proportion_ci(method="wilson")
    assert interval(count, total) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_report_of_nothing_says_so(huijian, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path))
    code, _, errors = huijian("shadow", "report")
    assert (code, "no challenger has been compared" in errors) == (1, True)
