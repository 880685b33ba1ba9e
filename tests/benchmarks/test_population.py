"""Accounts with known answers: made from a seed, and the check that counts lost, doubled and wrong rows."""

import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.accounts import main
from benchmarks.population import pictures
from benchmarks.population.check import compare
from benchmarks.population.files import write_accounts
from benchmarks.population.rows import BLOCK_ROWS, Mix, account_name, block
from models.images.input.decode import decode
from models.profile import Field
from models.settings import Settings
from serving.batch.score import score

TEXTS = Mix(avatars=0, covers=0, violations=0.3, faults=0.15, repeats=0.1)
ROWS = 60


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """Accounts of texts with planted pictures, and the decisions on them."""
    folder = tmp_path_factory.mktemp("population")
    write_accounts(folder / "made", ROWS, TEXTS)
    score(str(folder / "made" / "accounts"), folder / "decisions", Settings(home=folder / "home"), workers=1)
    return folder / "made", folder / "decisions"


def changed(decisions, folder, change):
    """Decisions with a change to their rows, as one file."""
    table = pq.read_table(decisions)
    file = folder / "changed.parquet"
    pq.write_table(pa.Table.from_pylist(change(table.to_pylist()), table.schema), file)
    return file


def test_decisions_of_a_real_run_agree_with_known_answers(scored):
    result = compare(*scored)
    assert result.rows == ROWS and result.is_right and not result.examples
    assert result.planted.total() > 0 and result.clean > 0


def test_lost_and_doubled_rows_are_counted(scored, tmp_path):
    made, decisions = scored
    result = compare(made, changed(decisions, tmp_path, lambda rows: [*rows[2:], rows[5], rows[6], rows[7]]))
    assert (result.lost, result.doubled) == (2, 3)


def test_answers_under_another_account_are_wrong(scored, tmp_path):
    made, decisions = scored

    def rotated(rows):
        accounts = [row["account_id"] for row in rows]
        return [{**row, "account_id": account} for row, account in zip(rows, accounts[1:] + accounts[:1], strict=True)]

    assert compare(made, changed(decisions, tmp_path, rotated)).wrong.total() > ROWS / 5


def test_an_error_that_was_not_planted_is_wrong(scored, tmp_path):
    made, decisions = scored

    def failing(rows):
        first = next(row for row in rows if row["error"] is None)
        return [{**row, "error": "internal: failed"} if row is first else row for row in rows]

    assert list(compare(made, changed(decisions, tmp_path, failing)).wrong) == ["error internal instead of None"]


def test_check_command_ends_with_one_for_a_lost_row(scored, tmp_path, capsys):
    made, decisions = scored
    assert main(["check", str(made), str(decisions)]) == 0
    assert main(["check", str(made), str(changed(decisions, tmp_path, lambda rows: rows[1:]))]) == 1
    assert "lost 1" in capsys.readouterr().out


def digests(folder):
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.rglob("*.parquet"))}


def test_the_same_seed_makes_the_same_files(tmp_path):
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_accounts(tmp_path / name, 40, Mix(seed=seed, pictures=3))
    assert digests(tmp_path / "one") == digests(tmp_path / "again") != digests(tmp_path / "other")


def test_rows_do_not_depend_on_how_many_are_made():
    few, more = (list(block(TEXTS, BLOCK_ROWS, count)) for count in (50, 80))
    assert few == more[:50]


def test_default_avatars_repeat_and_own_bytes_do_not():
    mix = Mix(pictures=2, violations=0, faults=0, repeats=0, own_bytes=True)
    shown = [row[Field.AVATAR] for row, _ in block(mix, 0, 200) if row[Field.AVATAR]]
    defaults = {pictures.default_avatar(number) for number in range(12)}
    own = [picture for picture in shown if picture not in defaults and not picture.startswith(b"RIFF")]
    assert 0.2 < sum(picture in defaults for picture in shown) / len(shown) < 0.5
    assert own and len(set(own)) == len(own)


@pytest.mark.parametrize("number", range(6))
def test_pictures_with_own_bytes_show_the_same(number):
    picture = pictures.avatar(0, number)
    one, other = (decode(data, Field.AVATAR)[0].pixels for data in (picture, pictures.with_own_bytes(picture, 7)))
    assert (one == other).all()


def test_accounts_are_not_made_over_other_files(tmp_path):
    (tmp_path / "something").touch()
    with pytest.raises(FileExistsError, match="name a new folder"):
        write_accounts(tmp_path, 1, Mix())


def test_account_names_sort_by_number():
    assert sorted([account_name(9), account_name(123456789)]) == [account_name(9), account_name(123456789)]
