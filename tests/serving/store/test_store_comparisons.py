import pytest
from judgements import judged, purge_after, settle

from serving.shadow.comparison import Comparison
from serving.shadow.disagreement import DisagreementReport
from serving.store.comparisons import Comparisons
from serving.store.errors import StoreError
from serving.store.purge import Purged


@pytest.fixture
def comparisons(database):
    return Comparisons(database)


def compared(answer, **challenger):
    return Comparison.of(answer, None).to_row(challenger)


@pytest.fixture
def decided(home, open_store, database):
    """Three decisions that are stored."""
    judgements = [judged() for _ in range(3)]
    store = open_store(home)
    store.record(judgements, {}, "uploads")
    settle(store)
    return [answer for _, answer in judgements]


def test_comparisons_wait_for_their_decisions_and_are_kept_once(comparisons, decided):
    rows = [compared(answer, text="2") for answer in decided]
    early = compared(judged()[1], text="2")
    assert comparisons.add([rows[0], early]) == [early]
    assert comparisons.add([*rows, early]) == [early]
    kept = {row["decision_id"]: row for row in comparisons.of(rows[0]["trial"])}
    assert kept == {row["decision_id"]: row for row in rows}


def test_the_newest_trial_is_reported(comparisons, decided):
    comparisons.add([compared(decided[0], text="3")])
    comparisons.add([compared(answer, text="2") for answer in decided[1:]])
    report = DisagreementReport.of_newest_trial(comparisons)
    assert (report.challenger, report.failed) == ({"text": "2"}, 2)


def test_comparisons_are_deleted_with_their_decisions(comparisons, decided, database):
    comparisons.add([compared(answer, text="2") for answer in decided])
    assert purge_after(database, 184).decisions == 0
    assert comparisons.newest_trial()
    gone = purge_after(database, 186)
    assert gone == Purged(0, 3)
    with pytest.raises(StoreError, match="no challenger"):
        DisagreementReport.of_newest_trial(comparisons)
