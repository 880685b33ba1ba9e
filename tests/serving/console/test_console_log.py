"""The log of decisions and its export."""

import csv
import io

from desks import decide

from serving.store.audit.trail import events
from serving.store.database import Database


def exported(page):
    assert page.headers["content-disposition"] == 'attachment; filename="decisions.csv"'
    return list(csv.DictReader(io.StringIO(page.content.decode("utf-8-sig"))))


def test_log_shows_decisions_with_their_reviewers(desk):
    one, two = desk.cases("review", "reject")
    client = desk.reviewer()
    decide(client, one)
    page = client.get("/console/decisions?state=reviewed").text
    assert f"/console/cases/{one}" in page and f"/console/cases/{two}" not in page and "<td>wang</td>" in page
    assert client.get("/console/decisions?since=nonsense").status_code == 422


def test_export_has_the_chosen_decisions_and_is_recorded(desk):
    (one,) = desk.cases("reject", bio="只为导出的简介，加V：abc12345")
    client = desk.reviewer()
    decide(client, one, "relabel", labels=["exaggeration"])
    rows = exported(client.get("/console/decisions.csv?outcome=reject&label=contact_diversion"))
    row = next(row for row in rows if row["decision_id"] == one)
    assert (row["verdict"], row["labels"], row["scores"]) == ("reject", "contact_diversion", "0.99")
    assert (row["outcome"], row["reviewers"], row["reviewed_labels"]) == ("reject", "wang", "exaggeration")
    assert all(row["outcome"] == "reject" for row in rows)
    database = Database.from_environment(desk.live.settings.home)
    last = [row for row, _ in events(database) if row["kind"] == "decisions_exported"][-1]
    database.close()
    assert (last["actor"], last["details"]) == (
        "wang",
        {"filters": {"outcome": "reject", "label": "contact_diversion"}},
    )


def test_cells_of_the_export_are_no_formulas(desk):
    made = desk.cases("review")
    desk.store.review(made[0], "reject", "", "=cmd|'/c calc'!A1", ["qr_code"])
    rows = exported(desk.reviewer().get("/console/decisions.csv"))
    assert next(row["reviewers"] for row in rows if row["decision_id"] == made[0]) == "'=cmd|'/c calc'!A1"
