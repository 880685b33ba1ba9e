"""No forged row passes, whoever may write to the database; what the outside attack did is among the cases."""

import copy
import os

import pytest
from forging import Forger, appended, chained_anew
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from judgements import judged, rules, settle, verified
from sqlalchemy.exc import DataError

from models.profile import Severity
from serving.shadow.comparison import Comparison
from serving.store.audit.trail import AuditBroken
from serving.store.comparisons import Comparisons
from serving.store.purge import purge
from serving.store.secrets import Secrets

NOW, LATE = "2026-12-02T04:00:00.000000Z", "9999-12-31T23:59:59.999999Z"
TIMES = (LATE, "2099-01-01T00:00:00.000000Z", "2020-02-29T12:00:00.000000Z", "9999", "")
KINDS = ("decisions", "appeal", "review", "comparisons", "purge", "purged", "read", "policy")
SEQUENCES = (0, -1, 1, 2, 3, 7, 9999)
ACTIONS = ("insert", "delete", "change", "reorder", "redate", "rekind", "renumber")


@pytest.fixture
def forger(home, open_store, database):
    """A store with a row of every kind in every table; yields the forger, the rows and the last row as anchor."""
    store = open_store(home)
    for _ in range(3):
        both = [judged(), judged()]
        store.record(both, {"judge": 1.5}, "uploads")
        settle(store)
    for _, answer in both:
        store.appeal(answer.decision_id, "申诉", "platform")
        store.review(answer.decision_id, Severity.PASS, "属实", "console", [])
    Comparisons(database).add([Comparison.of(answer, None).to_row({"text": "2"}) for _, answer in both])
    purge(database, rules(), "cron")
    store.decision(answer.decision_id, "console")
    store.close()
    anchor = verified(database, None, Secrets.load(home))
    forger = Forger(database)
    yield forger, forger.rows(), anchor
    forger.close()


def check_found(forger, database, home, forged, anchor):
    forger.replace(forged)
    with pytest.raises(AuditBroken):
        verified(database, anchor, Secrets.load(home))


def test_rows_that_are_put_back_unchanged_are_whole(forger, database, home):
    forge, honest, anchor = forger
    forge.replace(honest)
    assert verified(database, anchor, Secrets.load(home)) == anchor


@st.composite
def purge_rows(draw):
    """Kind, time and details of a self-made purge."""
    limit = draw(st.sampled_from((*TIMES, NOW)))
    details = {"contents_before": limit, "decisions_before": draw(st.sampled_from((*TIMES, NOW)))}
    return draw(st.sampled_from(("purge", "purged"))), draw(st.sampled_from((*TIMES, NOW))), details


def changed(value, draw):
    """Another value of the same type."""
    if isinstance(value, str):
        return draw(st.sampled_from(("", "pass", "f" * 32, value[1:], value[::-1])))
    if isinstance(value, bytes):
        return draw(st.sampled_from((b"", b"\0", value[:-1], value[::-1])))
    if isinstance(value, int):
        return draw(st.sampled_from(SEQUENCES))
    if isinstance(value, dict) and value:
        key = draw(st.sampled_from(sorted(value)))
        return {**value, key: draw(st.sampled_from((None, 0, "x", [])))}
    return draw(st.sampled_from(({}, [], ["party_emblem"], {"decision_id": "f" * 32})))


def act(draw, rows, is_sqlite):
    """Tamper once with a random row of a random table."""
    table = rows[draw(st.sampled_from(sorted(name for name in rows if rows[name])))]
    row = draw(st.sampled_from(table))
    key = "sequence" if "kind" in row else next(name for name in row if name.endswith("_id"))
    action = draw(st.sampled_from(ACTIONS))
    if action == "insert":
        new = copy.deepcopy(row)
        new[key] = draw(st.sampled_from((0, -1, 9999))) if "kind" in row else os.urandom(16).hex()
        if "kind" not in row and "sequence" in row:
            new["sequence"] = draw(st.sampled_from(SEQUENCES))
        table.append(new)
    elif action == "delete":
        table.remove(row)
    elif action == "change":
        column = draw(st.sampled_from(sorted(row)))
        row[column] = changed(row[column], draw)
    elif action == "reorder":
        other = draw(st.sampled_from(table))
        for column in ("sequence", "decision_id"):
            if (column in row and column != key) or ("kind" in row and column == "sequence"):
                row[column], other[column] = other[column], row[column]
    elif action == "redate" and "time" in row:
        row["time"] = draw(st.sampled_from(TIMES))
    elif action == "rekind" and "kind" in row:
        row["kind"] = draw(st.sampled_from(KINDS))
    elif action == "renumber" and "sequence" in row:
        row["sequence"] = draw(st.sampled_from((*SEQUENCES, "text") if is_sqlite else SEQUENCES))


def keys_are_free(rows):
    keys = ("audit", "sequence"), ("decisions", "decision_id"), ("comparisons", "decision_id")
    single = all(len({row[key] for row in rows[name]}) == len(rows[name]) for name, key in keys)
    pairs = {(row["decision_id"], row["field"]) for row in rows["contents"]}
    statements = [{row[f"{name[:-1]}_id"] for row in rows[name]} for name in ("appeals", "reviews")]
    return (
        single
        and len(pairs) == len(rows["contents"])
        and list(map(len, statements)) == [len(rows["appeals"]), len(rows["reviews"])]
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_random_tampering_passes(forger, database, home, data):
    forge, honest, anchor = forger
    forged = copy.deepcopy(honest)
    for _ in range(data.draw(st.integers(1, 3))):
        act(data.draw, forged, forge.is_sqlite)
    assume(keys_are_free(forged) and forged != honest)
    if data.draw(st.booleans()) and forged["audit"] and all(type(row["sequence"]) is int for row in forged["audit"]):
        forged["audit"] = chained_anew(sorted(forged["audit"], key=lambda row: row["sequence"]))
    for kind, time, details in data.draw(st.lists(purge_rows(), max_size=2)):
        if forged["audit"] and type(forged["audit"][-1]["sequence"]) is int:
            forged["audit"].append(appended(forged["audit"], kind, time, details))
    assume(keys_are_free(forged))
    try:
        check_found(forge, database, home, forged, anchor)
    except DataError:  # PostgreSQL itself refuses values that are too long
        reject()


@pytest.mark.parametrize("limit", [LATE, "9999", "2099-01-01T00:00:00.000000Z", NOW])
@pytest.mark.parametrize("time", [LATE, None])
def test_self_made_purge_hides_no_change(forger, database, home, limit, time):
    forge, forged, anchor = forger
    details = {"contents_before": limit, "decisions_before": limit}
    forged["audit"].append(appended(forged["audit"], "purge", time or forged["audit"][-1]["time"], details))
    for kept in ([{**row, "verdict": "pass"} for row in forged["decisions"]], []):
        check_found(forge, database, home, {**forged, "decisions": kept}, anchor)


def test_self_made_purge_alone_is_found(forger, database, home):
    forge, forged, anchor = forger
    details = {"contents_before": LATE, "decisions_before": LATE}
    forged["audit"].append(appended(forged["audit"], "purge", LATE, details))
    check_found(forge, database, home, forged, anchor)


@pytest.mark.parametrize("sequence", [0, -1, 9999, "text", "purge"])
def test_decision_at_a_row_that_is_no_group_is_found(forger, database, home, sequence):
    forge, forged, anchor = forger
    if sequence == "text" and not forge.is_sqlite:
        pytest.skip("PostgreSQL stores numbers only")
    if sequence == "purge":
        sequence = next(row["sequence"] for row in forged["audit"] if row["kind"] == "purge")
    forged["decisions"].append({**forged["decisions"][0], "decision_id": "f" * 32, "sequence": sequence})
    check_found(forge, database, home, forged, anchor)


@pytest.mark.parametrize("sequence", [0, -1, 9999])
def test_audit_row_outside_the_chain_is_found(forger, database, home, sequence):
    forge, forged, anchor = forger
    forged["audit"].append({**forged["audit"][-1], "sequence": sequence})
    check_found(forge, database, home, forged, anchor)


def test_contents_that_are_missing_are_found_without_keys(forger, database):
    forge, forged, anchor = forger
    forge.replace({**forged, "contents": forged["contents"][1:]})
    with pytest.raises(AuditBroken, match="was removed"):
        verified(database, anchor)


def test_contents_that_two_decisions_exchange_are_found(forger, database, home):
    forge, forged, anchor = forger
    one, other = [row for row in forged["contents"] if row["field"] == "words"][:2]
    one["sealed"], other["sealed"] = other["sealed"], Secrets.load(home).seal(b"[]")
    check_found(forge, database, home, forged, anchor)
