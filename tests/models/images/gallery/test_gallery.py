"""A gallery is built, changed and searched; damaged, contradictory or foreign ones are refused."""

import json
import multiprocessing
import shutil
import uuid
from dataclasses import replace

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
import tiny_encoder
from pictures import HTML, encoded
from references import described, emblem, ids, reference_file

from models.images.encoder.encoder import Encoder
from models.images.encoder.prototypes import prototypes
from models.images.encoder.variants import variants
from models.images.gallery.gallery import (
    Drawing,
    Gallery,
    GalleryError,
    Reference,
    add,
    build,
    configure,
    read_references,
    remove,
)
from models.profile import Label
from models.runtime import versions


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return Encoder(tiny_encoder.write(tmp_path_factory.mktemp("encoder")))


def drawing(name, seed=None, **changes):
    fields = described(name) | changes
    reference = Reference(**(fields | {"label": fields["label"] and Label(fields["label"])}))
    return Drawing(reference, encoded(emblem(sum(name.encode()) if seed is None else seed)))


@pytest.fixture(scope="module")
def built(tmp_path_factory, encoder):
    directory = tmp_path_factory.mktemp("built")
    build(reference_file(directory / "source", ["xinhua", "renmin", "cctv"]), directory / "gallery", encoder)
    return directory / "gallery"


@pytest.fixture
def gallery(tmp_path, built):
    """A copy for one test to change."""
    return shutil.copytree(built, tmp_path / "gallery")


def test_built_gallery_lists_its_references_in_order(gallery, encoder):
    loaded = Gallery.load(gallery, encoder)
    assert [reference.reference_id for reference in loaded.references] == ["xinhua", "renmin", "cctv"]
    assert loaded.references[0].name_zh == "徽标"
    assert loaded.known_ids == {name for one in ("xinhua", "renmin", "cctv") for name in (one, f"owner.{one}")}


def test_every_variant_and_prototype_is_a_row_that_finds_its_reference(gallery, encoder):
    loaded = Gallery.load(gallery, encoder)
    looks = variants(np.array(emblem(sum(b"renmin"))))
    means = prototypes(encoder, loaded.drawing(1))
    assert loaded.vectors.shape == (3 * (len(looks) + len(means)), encoder.dimension)
    _, rows = loaded.search(np.stack(means), 1)
    assert {loaded.reference_of(row).reference_id for row in rows[:, 0]} == {"renmin"}
    similarities, rows = loaded.search(np.stack([found.vectors[0] for found in encoder(looks)]), 3)
    assert similarities[:, 0] == pytest.approx(1.0, abs=1e-3)
    assert {loaded.reference_of(row).reference_id for row in rows[:, 0]} == {"renmin"}
    assert loaded.vectors[rows[0, 0]] == pytest.approx(encoder(looks[:1])[0].vectors[0], abs=1e-3)


def test_every_picture_keeps_its_drawing_through_changes(gallery, encoder):
    add(gallery, encoder, [drawing("reuters")])
    remove(gallery, "renmin")
    loaded = Gallery.load(gallery, encoder)
    assert [entry.reference.reference_id for entry in loaded.entries] == ["xinhua", "cctv", "reuters"]
    for number, entry in enumerate(loaded.entries):
        kept = loaded.drawing(number).astype(int)
        meant = np.array(emblem(sum(entry.reference.reference_id.encode()))).astype(int)
        assert loaded.entries_of(entry.reference.reference_id) == [number]
        assert np.array_equal(kept[..., 3], meant[..., 3])
        assert np.abs(kept - meant)[meant[..., 3] == 255].mean() < 12
    with pytest.raises(GalleryError, match="no reference 'renmin'"):
        loaded.entries_of("renmin")


def test_large_drawing_is_kept_with_its_longer_side_at_192_pixels(gallery, encoder):
    tall = emblem(3).resize((300, 600))
    add(gallery, encoder, [Drawing(drawing("reuters").reference, encoded(tall))])
    assert Gallery.load(gallery, encoder).drawing(3).shape == (192, 96, 4)


def rewritten(version, change):
    """Change every line of `references.jsonl` and update the digests."""
    lines = [json.loads(line) for line in (version / "references.jsonl").read_text().splitlines()]
    (version / "references.jsonl").write_text("".join(json.dumps(change(line)) + "\n" for line in lines))
    config = json.loads((version / "config.json").read_text())
    config["files"]["references.jsonl"] = versions.digest(version / "references.jsonl")
    (version / "config.json").write_text(json.dumps(config))


def test_gallery_without_drawings_for_verification_is_refused(gallery, encoder):
    version = versions.current(gallery)
    rewritten(version, lambda line: {key: line[key] for key in line if key != "drawing_bytes"})
    with pytest.raises(GalleryError, match="no drawing of xinhua.*build it again"):
        Gallery.load(gallery, encoder)
    (version / "drawings.bin").unlink()
    config = json.loads((version / "config.json").read_text())
    del config["files"]["drawings.bin"]
    (version / "config.json").write_text(json.dumps(config))
    with pytest.raises(GalleryError, match="drawings.bin.*make it again"):
        Gallery.load(gallery, encoder)


def test_gallery_whose_counts_are_no_numbers_is_refused(gallery, encoder):
    rewritten(versions.current(gallery), lambda line: line | {"rows": "many"})
    with pytest.raises(GalleryError, match="not a whole gallery"):
        Gallery.load(gallery, encoder)


def test_more_neighbours_than_rows_are_not_invented(gallery, encoder):
    loaded = Gallery.load(gallery, encoder)
    _, rows = loaded.search(loaded.vectors[:1], 1_000)
    assert sorted(rows[0]) == list(range(len(loaded.vectors)))


def test_a_further_picture_of_a_reference_brings_no_further_prototypes(tmp_path, encoder):
    lines = [described("xinhua", image=name) for name in ("first.png", "second.png")]
    for seed, line in enumerate(lines):
        emblem(seed).save(tmp_path / line["image"])
    (tmp_path / "references.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    build(tmp_path / "references.jsonl", tmp_path / "gallery", encoder)
    first, second = Gallery.load(tmp_path / "gallery", encoder).entries
    assert first.rows > second.rows > 0


def test_pictures_that_share_an_id_are_one_reference(tmp_path, encoder):
    source = reference_file(tmp_path, ["xinhua", "renmin"])
    line = json.dumps(described("xinhua", image="renmin.png", source="another artist"))
    source.write_text(source.read_text() + line + "\n")
    build(source, tmp_path / "gallery", encoder)
    loaded = Gallery.load(tmp_path / "gallery", encoder)
    assert [reference.source for reference in loaded.references] == ["drawn for tests"] * 2
    assert loaded.reference_of(len(loaded.vectors) - 1).source == "another artist"


def test_version_can_be_loaded_by_its_own_directory(gallery, encoder):
    version = versions.current(gallery)
    assert Gallery.load(version, encoder).version == version.name


def test_references_keep_the_order_of_their_first_pictures(gallery, encoder):
    before = [reference.reference_id for reference in Gallery.load(gallery, encoder).references]
    add(gallery, encoder, [drawing(before[0], seed=901), drawing("latest", seed=902)], force=True)
    assert [reference.reference_id for reference in Gallery.load(gallery, encoder).references] == [*before, "latest"]


def lettered(text):
    picture = PIL.Image.new("RGBA", (420, 90), "white")
    PIL.ImageDraw.Draw(picture).text((14, 16), text, fill="black", font=PIL.ImageFont.load_default(32))
    return encoded(picture)


def test_inscription_is_read_at_enrolment_and_kept_through_changes(gallery, encoder):
    paper = Drawing(replace(drawing("paper").reference, reference_id="paper"), lettered("HARBOUR GAZETTE"))
    add(gallery, encoder, [paper], force=True)
    configure(gallery, "paper", threshold=0.9)
    add(gallery, encoder, [drawing("latest", seed=902)], force=True)
    said = {entry.reference.reference_id: entry.writing for entry in Gallery.load(gallery, encoder).entries}
    assert said["paper"] == ("harbourgazette",) and said["latest"] == ()


def test_added_reference_is_found_and_old_ones_stay(gallery, encoder):
    before = Gallery.load(gallery, encoder).version
    change = add(gallery, encoder, [drawing("reuters")])
    loaded = Gallery.load(gallery, encoder)
    assert loaded.version == change.version > before
    assert change.pictures == 1
    assert ids(gallery, encoder) == ["xinhua", "renmin", "cctv", "reuters"]


def test_a_picture_added_to_a_reference_with_prototypes_brings_none(gallery, encoder):
    add(gallery, encoder, [drawing("xinhua", seed=5), drawing("reuters")])
    loaded = Gallery.load(gallery, encoder)
    *_, further, new = loaded.entries
    assert (further.reference.reference_id, further.prototypes) == ("xinhua", 0)
    assert (new.reference.reference_id, new.prototypes) == ("reuters", loaded.entries[0].prototypes)
    assert len(loaded.vectors) == sum(entry.rows for entry in loaded.entries)
    assert loaded.vectors[-new.rows] == pytest.approx(
        encoder(variants(np.array(emblem(sum(b"reuters"))))[:1])[0].vectors[0], abs=1e-3
    )


def test_adding_the_same_picture_twice_changes_nothing(gallery, encoder):
    first = add(gallery, encoder, [drawing("reuters")])
    again = add(gallery, encoder, [drawing("reuters")])
    assert (again.version, again.pictures) == (first.version, 0)


def test_enrolled_picture_with_another_name_is_refused(gallery, encoder):
    add(gallery, encoder, [drawing("reuters")])
    with pytest.raises(GalleryError, match="another name_zh") as refused:
        add(gallery, encoder, [drawing("afp"), drawing("reuters", name_zh="路透社")])
    assert (refused.value.code, refused.value.field) == ("reference_conflict", "name_zh")
    assert "afp" not in ids(gallery, encoder)


def test_removed_reference_is_gone_and_the_others_stay(gallery, encoder):
    remove(gallery, "renmin")
    loaded = Gallery.load(gallery, encoder)
    assert ids(gallery, encoder) == ["xinhua", "cctv"]
    assert [loaded.reference_of(row).reference_id for row in (0, 8, 9, 17)] == ["xinhua", "xinhua", "cctv", "cctv"]
    assert "owner.renmin" not in loaded.known_ids


def test_removing_an_unknown_reference_is_an_error(gallery, encoder):
    with pytest.raises(GalleryError, match="no reference 'nobody'"):
        remove(gallery, "nobody")
    assert len(ids(gallery, encoder)) == 3


def test_the_last_emblem_cannot_be_removed(gallery):
    remove(gallery, "renmin")
    remove(gallery, "cctv")
    with pytest.raises(GalleryError, match="without any emblem"):
        remove(gallery, "xinhua")


def test_look_alike_of_another_owner_is_refused_by_name_unless_forced(gallery, encoder):
    copy = drawing("fake", seed=sum(b"xinhua"))
    before = Gallery.load(gallery, encoder).version
    with pytest.raises(GalleryError, match="fake is the same as xinhua of another owner, owner.xinhua"):
        add(gallery, encoder, [copy])
    assert Gallery.load(gallery, encoder).version == before
    (clash,) = add(gallery, encoder, [copy], force=True).clashes
    assert (clash.reference_id, clash.existing_id, clash.identical) == ("fake", "xinhua", True)
    assert clash.similarity == pytest.approx(1.0, abs=1e-3)


def test_nearly_identical_picture_of_another_owner_is_refused_too(gallery, encoder):
    redrawn = Drawing(drawing("fake").reference, encoded(emblem(sum(b"xinhua")).resize((160, 160))))
    with pytest.raises(GalleryError, match=r"fake looks like xinhua .* \(cosine 0.9[0-9]+\)") as refused:
        add(gallery, encoder, [redrawn])
    assert refused.value.code == "reference_clash"


def test_look_alike_of_the_same_owner_is_accepted(gallery, encoder):
    add(gallery, encoder, [drawing("xinhua-app", seed=sum(b"xinhua"), owner_id="owner.xinhua")])
    assert "xinhua-app" in ids(gallery, encoder)


def test_build_keeps_look_alikes_and_lists_them(tmp_path, encoder):
    source = reference_file(tmp_path, ["monaco"])
    source.write_text(source.read_text() + json.dumps(described("indonesia", image="monaco.png")) + "\n")
    change = build(source, tmp_path / "gallery", encoder)
    assert [(clash.reference_id, clash.existing_id) for clash in change.clashes] == [("indonesia", "monaco")]
    assert ids(tmp_path / "gallery", encoder) == ["monaco", "indonesia"]


def test_settings_of_a_reference_survive_every_change(tmp_path, encoder):
    source = reference_file(tmp_path, ["xinhua", "renmin"], threshold=0.8, rollout=0)
    build(source, tmp_path / "gallery", encoder)
    add(tmp_path / "gallery", encoder, [drawing("reuters", label=None, harmless=True)], force=True)
    remove(tmp_path / "gallery", "renmin")
    xinhua, reuters = Gallery.load(tmp_path / "gallery", encoder).references
    assert (xinhua.threshold, xinhua.rollout, xinhua.harmless) == (0.8, 0.0, False)
    assert (reuters.threshold, reuters.rollout, reuters.harmless, reuters.label) == (0.0, 1.0, True, None)


def test_a_rollout_is_widened_for_all_pictures_of_a_reference(gallery, encoder):
    add(gallery, encoder, [drawing("reuters", rollout=0), drawing("reuters", seed=8, rollout=0)])
    before = Gallery.load(gallery, encoder)
    assert configure(gallery, "reuters", rollout=0.5).pictures == 2
    after = Gallery.load(gallery, encoder)
    assert [entry.reference.rollout for entry in after.entries] == [1, 1, 1, 0.5, 0.5]
    assert after.version > before.version
    assert np.array_equal(after.vectors, before.vectors)
    with pytest.raises(GalleryError, match="no reference 'nobody'"):
        configure(gallery, "nobody", rollout=0.5)
    with pytest.raises(GalleryError, match="threshold: must lie in"):
        configure(gallery, "reuters", threshold=1.5)


def test_name_with_a_unicode_line_separator_is_kept(tmp_path, encoder):
    name = "a\u2028b\x85c\x0bd"
    build(reference_file(tmp_path, ["xinhua", "renmin"], name_en=name), tmp_path / "gallery", encoder)
    add(tmp_path / "gallery", encoder, [drawing("reuters", name_en=name)])
    assert {one.name_en for one in Gallery.load(tmp_path / "gallery", encoder).references} == {name}


def test_values_given_for_a_file_override_those_of_its_lines(tmp_path):
    source = reference_file(tmp_path, ["xinhua", "renmin"], label=None, rollout=1)
    references = [one.reference for one in read_references(source, harmless=True, rollout=None)]
    assert [reference.harmless for reference in references] == [True, True]


def test_gallery_of_harmless_look_alikes_alone_is_refused(tmp_path, encoder):
    source = reference_file(tmp_path, ["xinhua"], harmless=True)
    with pytest.raises(GalleryError, match="without any emblem"):
        build(source, tmp_path / "gallery", encoder)
    gallery = tmp_path / "gallery"
    build(reference_file(tmp_path, ["xinhua"]), gallery, encoder)
    add(gallery, encoder, [drawing("reuters", harmless=True)], force=True)
    with pytest.raises(GalleryError, match="without any emblem"):
        remove(gallery, "xinhua")


def without(name):
    return {key: value for key, value in described("ap", image="ap.png").items() if key != name}


BAD_LINES = [
    ('{"reference_id": "ap", ', "not JSON"),
    ("[]", "JSON object"),
    (json.dumps(described("ap", image="ap.png", label="qr_code")), "label: 'qr_code'"),
    (json.dumps(described("ap", image="ap.png", label="logo")), "label: 'logo'"),
    (json.dumps(described("ap", image="ap.png", name_zh=7)), "name_zh: expected text"),
    (json.dumps(described("ap", image="ap.png", owner_id=" ")), "owner_id: blank"),
    (json.dumps(described("ap", text="一枚警徽")), "text: this encoder has no text tower: give an image"),
    (json.dumps(described("ap", text="一枚警徽", image="ap.png")), "text: give an image or a text"),
    (json.dumps(described("ap", text="一枚警徽", harmless=True)), "text: a harmless look-alike needs an image"),
    (json.dumps(described("ap", text=" ")), "text: blank"),
    (json.dumps(described("xinhua", image="xinhua.png", owner_id="owner.other")), "another owner_id"),
    (json.dumps(described("ap", image="missing.png")), "image: "),
    (json.dumps(described("ap", image="ap.png", owner_id="o" * 257)), "owner_id: more than 256 characters"),
    (json.dumps(described("ap", image="ap.png", name_en="\ud800")), "name_en: a lone surrogate"),
    (json.dumps(described("ap", image="ap.png", threshold=1.2)), "threshold: must lie in [0, 1]"),
    (json.dumps(described("ap", image="ap.png", threshold=True)), "threshold: expected a number"),
    (json.dumps(described("ap", image="ap.png", rollout="0.5")), "rollout: expected a number"),
    (json.dumps(described("ap", image="ap.png", rollout=float("nan"))), "rollout: must lie in [0, 1]"),
    (json.dumps(described("ap", image="ap.png", harmless="yes")), "harmless: expected true or false"),
    (json.dumps(described("ap", image="ap.png", harmless=True, rollout=0)), "rollout: a harmless look-alike"),
    (json.dumps(described("xinhua", image="xinhua.png", rollout=0.5)), "another rollout"),
    *((json.dumps(without(name)), f"{name}: missing") for name in described("ap", image="ap.png")),
]


@pytest.mark.parametrize(("line", "words"), BAD_LINES)
def test_bad_line_is_refused_with_its_number(tmp_path, encoder, line, words):
    source = reference_file(tmp_path, ["xinhua"])
    source.write_text(source.read_text() + "\n" + line + "\n")
    with pytest.raises(GalleryError, match="line 3: ") as refused:
        build(source, tmp_path / "gallery", encoder)
    assert words in str(refused.value)
    assert not (tmp_path / "gallery" / versions.POINTER).exists()


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (b"", "no bytes"),
        (HTML, "web page"),
        (encoded(emblem(1))[:200], "cut short"),
        (encoded(emblem(1).resize((24, 24))), "at least 32"),
        (encoded(PIL.Image.new("RGB", (64, 64), "white")), "blank"),
        (encoded(PIL.Image.new("RGBA", (64, 64), (255, 0, 0, 0))), "blank"),
    ],
)
def test_bad_picture_is_refused_and_the_current_version_stays(gallery, encoder, image, words):
    before = Gallery.load(gallery, encoder).version
    with pytest.raises(GalleryError, match=words):
        add(gallery, encoder, [drawing("reuters"), Drawing(drawing("ap").reference, image)])
    assert Gallery.load(gallery, encoder).version == before


def test_reference_that_contradicts_the_gallery_is_refused(gallery, encoder):
    with pytest.raises(GalleryError, match="another owner_id"):
        add(gallery, encoder, [drawing("xinhua", seed=5, owner_id="owner.other")])


def test_empty_or_missing_references_file_is_refused(tmp_path):
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(GalleryError, match="lists no references"):
        read_references(tmp_path / "empty.jsonl")
    with pytest.raises(GalleryError, match="No such file"):
        read_references(tmp_path / "missing.jsonl")


def test_gallery_of_another_encoder_is_refused(gallery, encoder, tmp_path):
    other = Encoder(tiny_encoder.write(tmp_path / "other", seed=1))
    with pytest.raises(GalleryError, match=f"made by encoder {encoder.fingerprint}, not by {other.fingerprint}"):
        Gallery.load(gallery, other)
    with pytest.raises(GalleryError, match="build it again"):
        add(gallery, other, [drawing("reuters")])


@pytest.mark.parametrize("name", ["index.faiss", "references.jsonl", "drawings.bin"])
@pytest.mark.parametrize("harm", ["cut", "edit", "delete"])
def test_truncated_edited_or_missing_file_is_refused(gallery, encoder, name, harm):
    path = versions.current(gallery) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data[:-9] if harm == "cut" else data)
    if harm == "delete":
        path.unlink()
    with pytest.raises(GalleryError, match=name):
        Gallery.load(gallery, encoder)


@pytest.mark.parametrize("config", ["", "{", "[]", "{}", '{"files": {}}', '{"files": [], "encoder": 1, "vectors": 0}'])
def test_broken_config_is_refused(gallery, encoder, config):
    (versions.current(gallery) / "config.json").write_text(config)
    with pytest.raises(GalleryError, match="is not whole"):
        Gallery.load(gallery, encoder)


def test_directory_without_a_gallery_is_refused(tmp_path, encoder):
    for directory in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(GalleryError, match="build one first"):
            Gallery.load(directory, encoder)
    with pytest.raises(GalleryError, match="build one first"):
        add(tmp_path / "gallery", encoder, [drawing("reuters")])


def test_five_versions_are_kept_and_the_current_one_is_never_deleted(gallery, encoder):
    first = versions.current(gallery)
    (gallery / f".{first.name}.{uuid.uuid4().hex}").mkdir()
    for number in range(6):
        add(gallery, encoder, [drawing(f"agency{number}")], force=True)
    kept = [path for path in gallery.iterdir() if path.is_dir()]
    assert len(kept) == 5
    assert versions.current(gallery) in kept
    assert first not in kept
    assert len(ids(gallery, encoder)) == 9


def test_files_that_are_no_version_stay(gallery, encoder):
    others = [gallery / ".git", gallery / "models", gallery / "20261130-of-mine"]
    for other in others:
        other.mkdir()
        (other / "config.json").write_text("{}")
    for number in range(6):
        add(gallery, encoder, [drawing(f"agency{number}")], force=True)
    assert all((other / "config.json").exists() for other in others)


def _add_some(directory, encoder_directory, names):
    for name in names:
        add(directory, Encoder(encoder_directory), [drawing(name)], force=True)


def test_two_processes_that_add_at_once_lose_nothing(gallery, encoder):
    context = multiprocessing.get_context("spawn")
    names = [[f"left{number}" for number in range(5)], [f"right{number}" for number in range(5)]]
    writers = [context.Process(target=_add_some, args=(gallery, encoder.directory, some)) for some in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert set(ids(gallery, encoder)) == {"xinhua", "renmin", "cctv", *names[0], *names[1]}


def test_reader_keeps_its_version_while_a_new_one_is_published(gallery, encoder):
    loaded = Gallery.load(gallery, encoder)
    add(gallery, encoder, [drawing("reuters")])
    shutil.rmtree(gallery / loaded.version)
    assert loaded.search(loaded.vectors[:2], 1)[1].tolist() == [[0], [1]]
