"""The work list on real databases: filters, pages, leases, and what happens to a case."""

import pytest
from judgements import BIO, judged, purge_after, settle, verified

from models.profile import Severity
from serving.store.cases import handling
from serving.store.cases.listing import Filters, Position
from serving.store.cases.suggestions import Suggestion
from serving.store.errors import CaseDecided, CaseHeld

OPEN = Filters(state="open")


@pytest.fixture
def store(home, open_store):
    return open_store(home)


def recorded(store, *verdicts, bio=BIO):
    """Ids of new decisions, in the order of time."""
    ids = []
    for verdict in verdicts:
        profile, answer = judged(verdict, bio)
        store.record([(profile, answer)], {}, "uploads")
        ids.append(answer.decision_id)
    settle(store)
    return ids


def ids(page):
    return [row["decision_id"] for row in page.rows]


def test_pages_hold_every_decision_once_while_others_arrive(store):
    before = recorded(store, *[Severity.REVIEW] * 5)
    first = store.cases.page(Filters(), 2, oldest_first=True)
    recorded(store, Severity.REJECT)
    rest = store.cases.page(Filters(), 9, first.next, oldest_first=True)
    assert (ids(first) + ids(rest))[:5] == before
    assert (first.next, rest.next) == (Position(first.rows[1]["time"], before[1]), None)
    assert ids(store.cases.page(Filters(), 9))[::-1] == ids(first) + ids(rest)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), [0, 1, 2]),
        (Filters(verdict="reject"), [1]),
        (OPEN, [0, 1]),
        (Filters(label="contact_diversion"), [0, 1, 2]),
        (Filters(label="qr_code"), []),
        (Filters(field="bio", min_score=0.98, max_score=0.99), [0, 1, 2]),
        (Filters(field="avatar"), []),
        (Filters(state="open", label="contact_diversion", verdict="review"), [0]),
        (Filters(kind="group"), []),
        (Filters(since="2000-01-01T00:00:00.000000Z", until="2001-01-01T00:00:00.000000Z"), []),
        (Filters(since="2000-01-01T00:00:00.000000Z"), [0, 1, 2]),
    ],
)
def test_filters_must_all_be_met(store, filters, expected):
    made = recorded(store, Severity.REVIEW, Severity.REJECT, Severity.PASS)
    assert ids(store.cases.page(filters, 9, oldest_first=True)) == [made[number] for number in expected]
    assert store.cases.count(filters, 2) == min(2, len(expected))


def test_review_closes_a_case_and_an_appeal_opens_it(store):
    (one,) = recorded(store, Severity.REJECT)
    store.review(one, Severity.REJECT, "", "wang")
    assert ids(store.cases.page(OPEN, 9)) == ids(store.cases.page(Filters(state="open", field="bio"), 9)) == []
    assert ids(store.cases.page(Filters(state="reviewed", outcome="reject"), 9)) == [one]
    store.appeal(one, "这是我的店", "platform")
    for filters in (OPEN, Filters(state="appealed"), Filters(state="open", field="bio")):
        assert ids(store.cases.page(filters, 9)) == [one]


def test_no_case_is_handed_to_two_reviewers(store):
    one, two = recorded(store, Severity.REVIEW, Severity.REVIEW)
    assert [store.cases.next(OPEN, by) for by in ("wang", "li", "zhao")] == [one, two, None]
    assert store.cases.next(OPEN, "wang") == one
    assert not store.cases.hold(one, "li")
    store.cases.release(one, "wang")
    assert store.cases.next(OPEN, "zhao") == one


def test_lease_expires(store, monkeypatch):
    (one,) = recorded(store, Severity.REVIEW)
    monkeypatch.setattr(handling, "LEASE", -handling.LEASE)
    assert store.cases.hold(one, "wang")
    assert store.cases.hold(one, "li")


def test_second_decision_on_one_case_is_refused_with_the_first(store):
    (one,) = recorded(store, Severity.REVIEW)
    assert store.cases.hold(one, "wang")
    with pytest.raises(CaseHeld, match="wang"):
        store.review(one, Severity.PASS, "", "li", seen=())
    first = store.review(one, Severity.REJECT, "", "wang", seen=())
    with pytest.raises(CaseDecided, match="wang decided .* reject"):
        store.review(one, Severity.PASS, "", "li", seen=())
    store.review(one, Severity.PASS, "", "li", seen=[first["review_id"]])
    assert [review["actor"] for review in store.decision(one, "x")["reviews"]] == ["wang", "li"]


def test_similar_decisions_share_account_content_or_reference(store):
    one, two = recorded(store, Severity.REVIEW, Severity.REVIEW)
    (other,) = recorded(store, Severity.REVIEW, bio="另一段简介加V：abc12345")
    similar = store.cases.similar(store.cases.one(one))
    assert {kind: [row["decision_id"] for row in rows] for kind, rows in similar.items()} == {
        "account": [other, two],
        "content": [two],
        "reference": [],
    }


def test_comments_are_sealed_recorded_and_purged_with_all_else(store, database):
    (one,) = recorded(store, Severity.REVIEW)
    store.comment(one, "请法务再看", "wang")
    assert [comment["text"] for comment in store.decision(one, "x")["comments"]] == ["请法务再看"]
    assert verified(database).sequence
    assert purge_after(database, 200).decisions == 1
    assert store.cases.page(Filters(), 9).rows == [] and store.cases.one(one) is None


def suggested(*ids):
    return [Suggestion(one, 0.9, "exaggeration", ()) for one in ids]


def test_suggested_cases_have_leases_and_end_with_their_review(store):
    opened, passed, other = recorded(store, Severity.REVIEW, Severity.PASS, Severity.PASS)
    assert not store.cases.hold(passed, "wang")
    store.cases.suggest(suggested(passed, opened))
    assert [row["decision_id"] for row in store.cases.suggested(9)] == [passed, opened]
    assert [store.cases.next_suggested(by) for by in ("wang", "li", "zhao")] == [passed, opened, None]
    assert store.cases.next(OPEN, "zhao") is None
    store.cases.release(opened, "li")
    assert store.cases.next_suggested("wang", after=store.cases.one(passed)["suggested"]) == opened
    with pytest.raises(CaseHeld, match="wang"):
        store.review(passed, Severity.PASS, "", "li", seen=())
    store.review(passed, Severity.REJECT, "", "wang", seen=())
    assert [row["decision_id"] for row in store.cases.suggested(9)] == [opened]
    store.cases.suggest(suggested(other))
    assert (store.cases.count_suggested(), store.cases.one(opened)["suggestion"]) == (1, None)
