"""Embeddings that batch runs keep: once for every different picture, over runs and accounts."""

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from models.content import Judgement
from models.profile import Contact, ContactKind, Evidence, Field, Finding, Label, Match
from models.settings import Settings
from serving.batch.embeddings.judgements import packed, unpacked
from serving.batch.embeddings.known import KnownPictures
from serving.batch.embeddings.layout import EmbeddingsFolder
from serving.batch.embeddings.locations import Trust
from serving.batch.embeddings.merge import merge
from serving.batch.errors import InputError, RunError
from serving.batch.score import score

DIMENSION = 256


def picture(shade, side=96):
    stream = io.BytesIO()
    Image.fromarray(np.add.outer(np.arange(side), np.full(side, shade)).astype(np.uint8)).convert("RGB").save(
        stream, "PNG"
    )
    return stream.getvalue()


def write_accounts(folder, accounts):
    """Accounts by id, each with an avatar of a shade and an optional cover of another."""
    folder.mkdir(exist_ok=True)
    lines = []
    for account, shades in accounts.items():
        for shade in shades:
            (folder / f"{shade}.png").write_bytes(picture(shade))
        fields = zip(("avatar", "cover"), shades, strict=False)
        lines.append({"account_id": account, **{field: f"{shade}.png" for field, shade in fields}})
    file = folder / "accounts.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def run(file, out, embeddings, **options):
    settings = Settings(home=out.parent / "home")
    return score(str(file), out, settings, workers=1, keep_embeddings=embeddings, **options)


def decisions(out):
    return [{**row, "decision_id": None, "account_id": None, "digests": None} for row in pq.read_table(out).to_pylist()]


def accounts_of(embeddings):
    rows = [row for file in embeddings.glob("accounts/*.parquet") for row in pq.read_table(file).to_pylist()]
    return {(row["account_id"], row["field"]): row for row in rows}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two accounts that share a picture; then others upload the same pictures, and one changes its own."""
    folder = tmp_path_factory.mktemp("kept")
    embeddings = folder / "embeddings"
    first = run(write_accounts(folder / "in", {"a": (10, 90), "b": (10,)}), folder / "first", embeddings)
    later = {"a": (90,), "c": (10, 90), "d": (10,)}
    second = run(write_accounts(folder / "later", later), folder / "second", embeddings)
    return folder, first, second


def test_a_picture_of_two_accounts_is_kept_once(runs):
    _, first, _ = runs
    assert (first.kept.pictures, first.kept.new, first.kept.accounts) == (2, 2, 3)


def test_pictures_of_an_earlier_run_are_not_judged_again(runs):
    # 90 was a cover before; only as an avatar is it judged anew.
    _, _, second = runs
    assert (second.kept.pictures, second.kept.new) == (2, 1)
    assert second.kept.accounts == 5


def test_recalled_judgements_give_the_same_decisions(runs):
    folder, _, _ = runs
    run(folder / "later" / "accounts.jsonl", folder / "plain", None)
    assert decisions(folder / "second") == decisions(folder / "plain")


def test_pictures_that_are_known_by_name_are_not_read(runs):
    folder, _, _ = runs
    file = write_accounts(folder / "named", {"a": (10, 90), "b": (10,)})
    run(file, folder / "read", folder / "named-embeddings", trust=Trust.NAME)
    for read in file.parent.glob("*.png"):
        read.unlink()
    done = run(file, folder / "unread", folder / "named-embeddings", trust=Trust.NAME, since=folder / "read")
    assert done.carried == 2
    assert pq.read_table(folder / "unread").equals(pq.read_table(folder / "read"))


def test_the_newest_picture_of_an_account_replaces_the_older(runs):
    folder, _, _ = runs
    known = accounts_of(folder / "embeddings")
    assert known["a", "avatar"]["sha256"] == known["c", "cover"]["sha256"] != known["b", "avatar"]["sha256"]
    assert Path(known["a", "avatar"]["file"]) == folder / "later" / "accounts.jsonl"
    assert (known["d", "avatar"]["row"], known["b", "avatar"]["row"]) == (2, 1)


def test_rows_whose_pictures_are_not_kept_are_not_carried(runs):
    folder, _, _ = runs
    file = write_accounts(folder / "carried", {"a": (30,), "b": (60,)})
    run(file, folder / "week-1", None)
    done = run(file, folder / "week-2", folder / "fresh", since=folder / "week-1")
    assert (done.carried, done.kept.pictures) == (0, 2)
    again = run(file, folder / "week-3", folder / "fresh", since=folder / "week-2")
    assert (again.carried, again.kept.new, again.kept.accounts) == (2, 0, 2)


def test_a_run_does_not_change_its_folder_of_embeddings(runs):
    folder, _, _ = runs
    with pytest.raises(RunError, match="another embeddings"):
        run(folder / "in" / "accounts.jsonl", folder / "first", folder / "elsewhere")


def test_embeddings_of_another_encoder_are_refused_by_name(runs, tmp_path):
    folder, _, _ = runs
    made = EmbeddingsFolder.open(folder / "embeddings")
    EmbeddingsFolder.open_or_make(tmp_path / "other", "0123456789ab", DIMENSION)
    with pytest.raises(InputError, match=f"embeddings of encoder 0123456789ab, but {made.encoder} is in force"):
        run(folder / "in" / "accounts.jsonl", tmp_path / "out", tmp_path / "other")


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match="holds no kept embeddings"):
        EmbeddingsFolder.open_or_make(tmp_path, "0123456789ab", DIMENSION)


def hash_of(number):
    """A SHA-256 in the first partition."""
    return bytes([0]) + hashlib.sha256(number.to_bytes(8)).digest()[1:]


def made_pictures(folder, numbers, judges="now", field="avatar"):
    """Rows of pictures whose hashes all begin with zero."""
    judgement = packed(Judgement([], (Match("media.xinhua", Label.MEDIA_LOGO, 0.3, 0.01, (0.1, 0.2, 0.3, 0.4)),) * 3))
    rng = np.random.default_rng(0)
    sizes = {"vectors": folder.vectors * DIMENSION, "scales": 10, "means": 10, "boxes": 20}
    return [
        {"sha256": hash_of(number), **{name: rng.bytes(size) for name, size in sizes.items()}}
        | {"judges": judges, field: judgement}
        for number in numbers
    ]


def write_incoming(folder, part, rows):
    file = folder.incoming("run") / f"pictures-{part:06d}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, folder.picture_schema), file)


@pytest.fixture
def empty(tmp_path):
    return EmbeddingsFolder.open_or_make(tmp_path / "embeddings", "0123456789ab", DIMENSION)


def test_a_picture_takes_at_most_three_kilobytes(empty):
    write_incoming(empty, 0, made_pictures(empty, range(2_000)))
    kept = merge(empty, "run")
    assert kept.pictures == 2_000
    assert kept.bytes / kept.pictures < 2_000


def test_merging_again_after_a_crash_keeps_every_picture_once(empty):
    for _ in range(2):
        write_incoming(empty, 0, made_pictures(empty, range(5)))
        write_incoming(empty, 1, made_pictures(empty, range(3, 8)))
        kept = merge(empty, "run")
    assert kept.pictures == 8


def test_many_runs_leave_few_files(empty):
    for number in range(20):
        write_incoming(empty, 0, made_pictures(empty, [number]))
        merge(empty, "run")
    assert len(empty.segments("00")) <= 8
    known = KnownPictures(empty)
    assert all(known.holds(hash_of(number)) for number in range(20))
    assert not known.holds(hash_of(20))


def test_judgements_of_other_judges_and_fields_are_not_recalled(empty):
    write_incoming(empty, 0, made_pictures(empty, [1], judges="before", field="cover"))
    merge(empty, "run")
    write_incoming(empty, 0, made_pictures(empty, [1]))
    merge(empty, "run")
    known, sha256 = KnownPictures(empty), hash_of(1)
    assert known.judgement(sha256, Field.AVATAR, "now")
    assert known.judgement(sha256, Field.COVER, "now") is None
    assert known.judgement(sha256, Field.AVATAR, "before") is None


def test_a_judgement_is_unpacked_as_it_was():
    contact = Contact(ContactKind.NUMBER, (1, 4), ("138",), frozenset({"b", "a"}))
    spans = Evidence(spans=((0, 2), (3, 4)), text="加V", kind=ContactKind.ID)
    emblem = Evidence("media.xinhua", "新华社", "media", 0.5, (0.0, 0.1, 0.2, 0.3), 2, ("flag.cn",))
    findings = [
        Finding(Label.MEDIA_LOGO, Field.AVATAR, 0.123456789, "emblem@1", emblem, threshold=0.5, rollout=0.1),
        Finding(Label.CONTACT_DIVERSION, Field.AVATAR, 1.0, "contacts@1", spans, contacts=(contact,)),
    ]
    match = Match("flag.cn", Label.NATIONAL_SYMBOL, 0.4, 0.2, (0.0, 0.0, 1.0, 1.0), "中国", "state.cn", 1, 0.2, 0.5)
    judgement = Judgement(findings, (match, replace(match, frame=None)), cached=True)
    assert unpacked(packed(judgement)) == judgement
