"""A folder is enrolled as one version: the good pictures enter, the others are named; processes change nothing."""

import os
import shutil

import numpy as np
import PIL.Image
import pytest
import tiny_encoder
from pictures import HTML, encoded, png_declaring
from references import emblem, ids, reference_file

from models.images.encoder.encoder import Encoder
from models.images.gallery.embedding import embedded
from models.images.gallery.folders import read_folder
from models.images.gallery.gallery import Gallery, GalleryError, add, add_valid, build, read_references
from models.images.input.decode import MAX_BYTES
from models.runtime import versions


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return Encoder(tiny_encoder.write(tmp_path_factory.mktemp("encoder")))


@pytest.fixture(scope="module")
def built(tmp_path_factory, encoder):
    directory = tmp_path_factory.mktemp("built")
    build(reference_file(directory / "source", ["xinhua", "renmin"]), directory / "gallery", encoder)
    return directory / "gallery"


@pytest.fixture
def gallery(tmp_path, built):
    """A copy for one test to change."""
    return shutil.copytree(built, tmp_path / "gallery")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "logos").mkdir()
    return tmp_path / "logos"


def save(folder, **seeds):
    for name, seed in seeds.items():
        emblem(seed).save(folder / f"{name}.png")


def enrolled(gallery, encoder, folder, force=False, **values):
    sources, faults = read_folder(folder, **({"label": "media_logo"} | values))
    assert not faults
    return add_valid(gallery, encoder, sources, force)


def test_good_pictures_enter_and_each_other_is_named_with_its_reason(gallery, encoder, folder):
    save(folder, good=1, better=2)
    contents = {
        "broken.png": encoded(emblem(3))[:200],
        "blank.png": encoded(PIL.Image.new("RGB", (64, 64), "white")),
        "bomb.png": png_declaring(50_000, 50_000),
        "tiny.png": encoded(emblem(4).resize((20, 20))),
        "empty.png": b"",
        "page.html": HTML,
        "twice.png": encoded(emblem(1)),
        "old.png": encoded(emblem(sum(b"xinhua"))),
        "notes.txt": b"these are our logos",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    with (folder / "huge.png").open("wb") as file:
        os.truncate(file.fileno(), MAX_BYTES + 1)
    before = Gallery.load(gallery, encoder).version
    change = enrolled(gallery, encoder, folder)
    assert ids(gallery, encoder) == ["xinhua", "renmin", "better", "good"]
    assert change.pictures == 2 and change.version > before
    reasons = dict(str(error).split(": ", 1) for error in change.refused)
    assert reasons.keys() == {*contents, "huge.png"}
    words = {
        "broken": "cut short",
        "blank": "blank",
        "bomb": "send a smaller picture",
        "tiny": "at least 32",
        "empty": "bytes",
    }
    words |= {"page": "web page", "twice": "good.png", "old": "xinhua, which is enrolled", "huge": "20,000,001 bytes"}
    said = {name.split(".")[0]: reason for name, reason in reasons.items()}
    assert [name for name, word in words.items() if word not in said[name]] == []


def test_a_second_run_enrols_nothing_and_says_so(gallery, encoder, folder):
    save(folder, good=1)
    first = enrolled(gallery, encoder, folder)
    again = enrolled(gallery, encoder, folder)
    assert (again.version, again.pictures) == (first.version, 0)
    assert list(map(str, again.refused)) == ["good.png: is enrolled already as good"]


def test_enrolled_picture_described_otherwise_is_named(gallery, encoder, folder):
    save(folder, good=1, other=2)
    enrolled(gallery, encoder, folder)
    (folder / "other.png").unlink()
    save(folder, third=3)
    change = enrolled(gallery, encoder, folder, licence="ours")
    assert change.pictures == 1
    assert [str(one).split(": remove")[0] for one in change.refused] == [
        "good.png: good is enrolled with another licence"
    ]


def test_picture_of_a_reference_with_another_owner_is_named(gallery, encoder, folder):
    save(folder, xinhua=1, good=2)
    change = enrolled(gallery, encoder, folder, owner_id="us")
    assert [str(one) for one in change.refused] == ["xinhua.png: xinhua has another owner_id elsewhere"]
    assert ids(gallery, encoder) == ["xinhua", "renmin", "good"]


def test_look_alike_is_named_with_all_pictures_of_its_emblem(gallery, encoder, folder):
    emblem(sum(b"xinhua")).resize((160, 160)).save(folder / "fake.png")
    save(folder, **{"fake@dark": 5, "good": 2})
    change = enrolled(gallery, encoder, folder)
    assert ids(gallery, encoder) == ["xinhua", "renmin", "good"]
    assert [str(one).split(":")[0] for one in change.refused] == ["fake.png", "fake@dark.png"]
    assert {one.code for one in change.refused} == {"reference_clash"}
    forced = enrolled(gallery, encoder, folder, force=True)
    assert forced.pictures == 2 and forced.clashes


def test_same_picture_of_two_references_enters_only_by_force(gallery, encoder, folder):
    save(folder, monaco=7, indonesia=7)
    assert enrolled(gallery, encoder, folder, owner_id="us").pictures == 1
    assert enrolled(gallery, encoder, folder, force=True, owner_id="us").pictures == 1
    assert ids(gallery, encoder)[2:] == ["indonesia", "monaco"]


def test_emblem_whose_first_picture_is_broken_has_prototypes(gallery, encoder, folder):
    save(folder, **{"good@dark": 5})
    (folder / "good.png").write_bytes(b"\x89PNG")
    assert enrolled(gallery, encoder, folder).pictures == 1
    assert Gallery.load(gallery, encoder).entries[-1].prototypes > 0


def test_path_with_a_zero_byte_in_a_table_is_named(gallery, encoder, folder):
    save(folder, good=1)
    (folder / "references.csv").write_text("image,reference_id\ngood.png,\na\0b.png,b\n")
    change = enrolled(gallery, encoder, folder)
    assert (change.pictures, len(change.refused)) == (1, 1)
    assert "references.csv, line 3" in str(change.refused[0])


def test_folder_without_a_good_picture_leaves_the_version(gallery, encoder, folder):
    (folder / "notes.txt").write_text("nothing here")
    before = versions.current(gallery)
    change = enrolled(gallery, encoder, folder)
    assert (change.pictures, len(change.refused), versions.current(gallery)) == (0, 1, before)


def many(folder, count):
    for number in range(count):
        emblem(number).save(folder / f"emblem{number // 2}@{number}.png")
    (folder / "emblem1@9.png").write_bytes(b"\x89PNG")
    return read_folder(folder, label="media_logo")[0]


def test_processes_change_neither_vectors_nor_their_order(encoder, folder):
    sources = many(folder, 20)
    results, refusals = [], []
    for processes in (1, 2):
        refused = []
        results.append(embedded(sources, encoder, refused.append, processes=processes))
        refusals.append(list(map(str, refused)))
    one, two = results
    assert [found.entry for found in one] == [found.entry for found in two]
    assert np.array_equal(*(np.concatenate([found.vectors for found in some]) for some in results))
    assert refusals[0] == refusals[1] and len(refusals[0]) == 1


def test_pictures_that_are_enrolled_are_not_embedded_again(gallery, tmp_path, encoder):
    """Embedding would fail: the file is there, but its picture cannot be decoded any more."""
    source = reference_file(tmp_path / "source", ["xinhua", "renmin"])
    sources = read_references(source)
    assert [one.sha256 for one in sources]
    for name in ("xinhua", "renmin"):
        (source.parent / f"{name}.png").write_bytes(b"\x89PNG")
    assert add(gallery, encoder, sources).pictures == 0


def test_encoder_that_worker_processes_cannot_load_is_an_error(folder, tmp_path):
    encoder = Encoder(tiny_encoder.write(tmp_path / "encoder"))
    (tmp_path / "encoder" / "model.onnx").unlink()
    with pytest.raises(GalleryError, match="process that embeds"):
        embedded(many(folder, 4), encoder, print, processes=2)
