"""The default gallery's catalogue is valid, its drawings render, and faults are reported with their line."""

import json
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from models.profile import Label
from models.runtime.paths import DATASETS
from training.images.drawings.china import badges, emblem, forces, party, state
from training.images.sources.catalogue import CatalogueError, read_catalogue, render_catalogue
from training.images.sources.pictures import PictureError, load_picture
from training.packages import packages

EMBLEMS = DATASETS / "emblems"
DRAWINGS = EMBLEMS / "drawings"

LINE = {
    "reference_id": "flag.xx",
    "label": "national_symbol",
    "image": str(DRAWINGS / "national-flag.svg"),
    "name_zh": "某国国旗",
    "name_en": "A flag",
    "owner_id": "state.xx",
    "source": "drawn by us",
    "licence": "CC0-1.0",
}


@pytest.fixture(scope="module")
def entries():
    return read_catalogue(EMBLEMS / "catalogue.jsonl")


@pytest.fixture
def catalogue(tmp_path):
    def write(*lines):
        path = tmp_path / "catalogue.jsonl"
        path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
        return path

    return write


@pytest.fixture
def package_cache(tmp_path, monkeypatch):
    """A cache that holds two tiny packages, so that nothing is downloaded."""
    monkeypatch.setenv("HUIJIAN_CACHE", str(tmp_path))

    def unpack(key, files):
        package = packages()[key]
        name = package.name.replace("/", "-")
        root = tmp_path / "packages" / f"{package.registry}-{name}-{package.version}"
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(content)

    square = '<path d="M0 0h8v8H0z"/>'
    icons = {"width": 16, "height": 16, "icons": {"square": {"body": square}, "wide": {"body": square, "width": 32}}}
    unpack("openmoji", {"package/icons.json": json.dumps(icons)})
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">{square}</svg>'
    brand = json.dumps([{"slug": "brand", "hex": "FF8000"}])
    unpack("simple-icons", {"package/data/simple-icons.json": brand, "package/icons/brand.svg": svg})


def test_the_default_gallery_has_at_least_600_references(entries):
    assert len({entry.reference_id for entry in entries}) >= 600


def test_default_gallery_has_every_kind_of_emblem_of_the_regulations(entries):
    counts = Counter(label for _, label in {(entry.reference_id, entry.label) for entry in entries})
    assert counts[Label.NATIONAL_SYMBOL] >= 400
    assert counts[Label.MEDIA_LOGO] >= 150
    assert counts[Label.GOVERNMENT_EMBLEM] >= 20
    assert counts[Label.INTERNATIONAL_ORG_EMBLEM] >= 20
    assert counts[Label.PARTY_EMBLEM] >= 6


def test_entries_have_chinese_or_brand_names_and_english_names(entries):
    known_by_latin_letters = {Label.ORGANIZATION_LOGO, Label.MEDIA_LOGO}
    for entry in entries:
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in entry.name_zh)
        assert chinese or entry.label in known_by_latin_letters, entry.reference_id
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in entry.name_en), entry.reference_id


def test_flags_are_drawn_by_several_artists(entries):
    artists = {entry.source for entry in entries if entry.reference_id == "flag.fr"}
    assert len(artists) >= 5


def test_packaged_pictures_have_their_packages_licence(entries):
    licences = {key: package.licence for key, package in packages().items()}
    for entry in entries:
        if entry.image.startswith("package:"):
            key = entry.image.removeprefix("package:").split("#")[0].split("/")[0]
            assert entry.licence == licences[key], entry.image


def test_every_drawing_is_in_the_catalogue(entries):
    listed = {entry.image for entry in entries}
    assert [path.name for path in DRAWINGS.iterdir() if f"drawings/{path.name}" not in listed] == []


def test_drawings_need_no_font_and_stay_small():
    drawings = list(DRAWINGS.glob("*.svg"))
    assert len(drawings) >= 30
    assert not [path.name for path in drawings if "<text" in path.read_text(encoding="utf-8")]
    assert sum(path.stat().st_size for path in drawings) < 5_000_000


def test_all_drawings_render_without_any_package(entries, catalogue, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIJIAN_CACHE", str(tmp_path / "nothing-here"))
    drawn = [entry for entry in entries if entry.image.startswith("drawings/")]
    lines = [entry.model_dump() | {"image": str(EMBLEMS / entry.image)} for entry in drawn]
    references = render_catalogue(catalogue(*lines), tmp_path / "out")
    rendered = [json.loads(line) for line in references.read_text(encoding="utf-8").splitlines()]
    assert [line["reference_id"] for line in rendered] == [entry.reference_id for entry in drawn]
    for line in rendered:
        with Image.open(references.parent / line["image"]) as picture:
            assert picture.mode == "RGBA"
            assert max(picture.size) == 512


def test_transparency_is_kept(tmp_path):
    picture = load_picture("party-emblem.svg", DRAWINGS, 64)
    assert picture.getpixel((0, 0))[3] == 0


def test_rendering_is_deterministic(catalogue, tmp_path):
    path = catalogue(LINE)
    first, second = render_catalogue(path, tmp_path / "a"), render_catalogue(path, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    name = json.loads(first.read_text())["image"]
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_iconify_icon_keeps_its_proportions(package_cache):
    assert load_picture("package:openmoji#square", Path(), 32).size == (32, 32)
    assert load_picture("package:openmoji#wide", Path(), 32).size == (32, 16)


def test_a_brand_is_drawn_in_its_own_colour(package_cache):
    assert load_picture("package:simple-icons#brand", Path(), 32).getpixel((4, 4)) == (255, 128, 0, 255)


def test_unknown_icon_is_refused_with_its_name(package_cache):
    with pytest.raises(PictureError, match="package:openmoji#circle"):
        load_picture("package:openmoji#circle", Path(), 32)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{not json", "line 2: .*JSON"),
        ({**LINE, "label": "qr_code"}, "line 2: label: .*not one of"),
        ({**LINE, "label": "emblem"}, "line 2: label"),
        ({key: value for key, value in LINE.items() if key != "name_zh"}, "line 2: name_zh: Field required"),
        ({**LINE, "name_en": ""}, "line 2: name_en"),
        ({**LINE, "owner_id": "France"}, "line 2: owner_id"),
        ({**LINE, "colour": "red"}, "line 2: colour"),
        ({**LINE, "image": "package:no-such-package#x"}, "line 2: package 'no-such-package'"),
        ({**LINE, "image": "drawings/none.svg"}, "line 2: image drawings/none.svg is not there"),
        (LINE, "line 2: image .* is that of line 1"),
        (
            {**LINE, "image": str(DRAWINGS / "party-flag.svg"), "owner_id": "state.yy"},
            "line 2: flag.xx has another label, name or owner than on line 1",
        ),
    ],
)
def test_fault_is_refused_with_its_line_named(catalogue, line, fault):
    with pytest.raises(CatalogueError, match=fault):
        read_catalogue(catalogue(LINE, line))


def test_all_faults_are_reported_at_once(catalogue):
    with pytest.raises(CatalogueError, match=r"line 1: label(.|\n)*line 2: owner_id"):
        read_catalogue(catalogue({**LINE, "label": "x"}, {**LINE, "owner_id": "x"}))


def test_an_empty_catalogue_is_refused(catalogue):
    with pytest.raises(CatalogueError, match="no entries"):
        read_catalogue(catalogue())


def test_blank_picture_is_refused_with_its_line_named(catalogue, tmp_path):
    Image.new("RGBA", (40, 40), "white").save(tmp_path / "blank.png")
    with pytest.raises(CatalogueError, match="line 1: blank.png is one colour all over"):
        render_catalogue(catalogue({**LINE, "image": "blank.png"}), tmp_path / "out")


def test_duplicate_pictures_are_refused(catalogue, tmp_path):
    copy = tmp_path / "copy.svg"
    copy.write_bytes((DRAWINGS / "national-flag.svg").read_bytes())
    with pytest.raises(CatalogueError, match=r"line 2: copy.svg looks the same as line 1"):
        render_catalogue(catalogue(LINE, {**LINE, "image": "copy.svg"}), tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        ("party-emblem", party.party_emblem),
        ("party-flag", party.party_flag),
        ("national-flag", state.national_flag),
        ("national-emblem", emblem.national_emblem),
        ("navy-flag", forces.navy_flag),
        ("police-badge", badges.police_badge),
    ],
)
def test_committed_drawings_equal_the_codes_output(name, draw):
    assert (DRAWINGS / f"{name}.svg").read_text(encoding="utf-8") == draw()
