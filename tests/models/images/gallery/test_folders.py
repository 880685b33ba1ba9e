"""A folder of pictures is read as references, by file names or by a table."""

import os

import pytest
from references import emblem

from models.images.gallery.folders import read_folder
from models.images.gallery.references import Drawing, GalleryError


def pictures(folder, *names):
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        emblem(number).save(folder / name)
    return folder


def table(folder, *lines, name="references.csv", encoding="utf-8"):
    (folder / name).write_text("\n".join(lines) + "\n", encoding=encoding)
    return folder / name


def by_id(sources):
    return {source.reference.reference_id: source.reference for source in sources}


def test_file_names_and_sub_folders_give_ids_names_and_owners(tmp_path):
    folder = pictures(tmp_path / "logos", "ocean.png", "media/gazette.png", "media/cn/海港报.webp")
    sources, faults = read_folder(folder, label="media_logo")
    references = by_id(sources)
    assert list(references) == ["ocean", "media.gazette", "media.cn.海港报"] and not faults
    gazette, harbour = references["media.gazette"], references["media.cn.海港报"]
    assert (gazette.name_zh, gazette.name_en, gazette.owner_id) == ("", "gazette", "media.gazette")
    assert (harbour.name_zh, harbour.name_en, harbour.label) == ("海港报", "", "media_logo")
    assert gazette.source == "logos/media/gazette.png"


def test_what_follows_an_at_sign_tells_pictures_of_one_emblem_apart(tmp_path):
    folder = pictures(tmp_path, "ocean.png", "ocean@dark.png", "ocean@2x.webp", "ocean-2.png")
    sources, _ = read_folder(folder, label="media_logo")
    assert [source.reference.reference_id for source in sources] == ["ocean-2", "ocean", "ocean", "ocean"]


def test_name_without_anything_before_the_at_sign_is_refused(tmp_path):
    sources, (fault,) = read_folder(pictures(tmp_path, "media/@dark.png"), label="media_logo")
    assert (sources, str(fault)) == ([], "media/@dark.png: reference_id: blank")


def test_values_given_for_a_folder_hold_for_all_its_pictures(tmp_path):
    values = {"label": "landmark", "owner_id": "us", "source": "press kit", "licence": "ours", "rollout": 0.0}
    sources, _ = read_folder(pictures(tmp_path, "a.png", "b.png"), **values)
    assert [{name: getattr(one.reference, name) for name in values} for one in sources] == [values, values]


def test_hidden_files_are_ignored(tmp_path):
    folder = pictures(tmp_path, "a.png", ".b.png", ".cache/c.png")
    sources, faults = read_folder(folder, label="landmark")
    assert (list(by_id(sources)), faults) == (["a"], [])


def test_links_to_folders_and_pipes_are_named_and_not_read(tmp_path):
    folder = pictures(tmp_path, "a.png")
    (folder / "again").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    sources, faults = read_folder(folder, label="landmark")
    assert list(by_id(sources)) == ["a"]
    assert sorted(map(str, faults)) == ["again: a link to a folder is not followed", "pipe.png: this is no file"]


def test_name_that_is_not_unicode_is_refused_printably(tmp_path):
    folder = pictures(tmp_path, "a.png")
    (folder / "a.png").rename(folder / os.fsdecode(b"\xff.png"))
    _, (fault,) = read_folder(folder, label="landmark")
    assert "lone surrogate" in str(fault) and str(fault).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_table_in_the_folder_says_more_than_file_names(tmp_path, encoding):
    folder = pictures(tmp_path, "1.png", "sub/2.png")
    lines = ("image,reference_id,label,name_zh,threshold", "1.png,media.gazette,media_logo,海港报,0.9", "sub/2.png,,,,")
    table(folder, *lines, encoding=encoding)
    sources, (fault,) = read_folder(folder)
    (gazette,) = by_id(sources).values()
    assert (gazette.reference_id, gazette.name_zh, gazette.threshold) == ("media.gazette", "海港报", 0.9)
    assert (gazette.owner_id, gazette.name_en) == ("media.gazette", "")
    assert str(fault) == "sub/2.png (references.csv, line 3): label: missing"


def test_table_elsewhere_names_pictures_relative_to_the_folder(tmp_path):
    folder = pictures(tmp_path / "logos", "1.png")
    given = table(tmp_path, "image,harmless,owner_id", "1.png,TRUE,us", name="list.csv")
    (source,), faults = read_folder(folder, given)
    assert isinstance(source, Drawing) and source.image == folder / "1.png" and not faults
    assert (source.reference.harmless, source.reference.label, source.reference.owner_id) == (True, None, "us")


def test_picture_that_the_table_does_not_list_is_named(tmp_path):
    folder = pictures(tmp_path, "1.png", "2.png")
    table(folder, "image", "1.png")
    sources, (fault,) = read_folder(folder, label="landmark")
    assert (list(by_id(sources)), str(fault)) == (["1"], "2.png: references.csv does not list it")


def test_phrase_in_a_table_is_read_and_needs_its_fields(tmp_path):
    head = "reference_id,text,owner_id,name_zh,name_en,source,licence"
    table(tmp_path, head, "police,一枚警徽,police,警徽,Badge,ours,CC0", "navy,一枚军徽,,,,,")
    (phrase,), (fault,) = read_folder(tmp_path, label="government_emblem")
    assert (phrase.text, phrase.reference.owner_id) == ("一枚警徽", "police")
    assert str(fault) == "references.csv, line 3: name_zh: missing"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("much,", "threshold: expected a number"), ("2,", "threshold: must lie"), (",yes", "harmless: expected true")],
)
def test_cell_that_is_no_number_or_flag_is_refused_with_its_line(tmp_path, cell, reason):
    table(pictures(tmp_path, "1.png"), "image,threshold,harmless", f"1.png,{cell}")
    _, (fault,) = read_folder(tmp_path, label="landmark")
    assert str(fault).startswith(f"1.png (references.csv, line 2): {reason}")


@pytest.mark.parametrize("content", [b"", b"name,label\na,landmark\n", "image,name_zh\n1.png,报\n".encode("gbk")])
def test_table_without_pictures_or_not_in_utf8_is_refused_whole(tmp_path, content):
    (pictures(tmp_path, "1.png") / "references.csv").write_bytes(content)
    with pytest.raises(GalleryError, match=r"references\.csv"):
        read_folder(tmp_path, label="landmark")


def test_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(GalleryError, match="holds no pictures"):
        read_folder(tmp_path, label="landmark")
