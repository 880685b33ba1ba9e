"""Plain presentations of core emblems: what they show, and that the released models report those that are known."""

import io
import json
from collections import Counter

import PIL.Image
import pytest

from models.inspector import Inspector
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from training.images.evaluation.core_emblems import GROUNDS, SIDES, evaluate_core, presentations
from training.images.sources.catalogue import own_drawings

KNOWN = ("arms.mo", "gov.court.emblem")
"""Core emblems that the released models report in every presentation."""


def drawings(*reference_ids):
    return [entry for entry in own_drawings() if entry.reference_id in reference_ids]


def opened(presentation):
    return PIL.Image.open(io.BytesIO(presentation.data))


@pytest.fixture(scope="module")
def customs():
    return list(presentations(drawings("gov.customs.emblem")[:2]))


def test_every_size_of_every_presentation_is_shown_once(customs):
    shown = Counter((one.kind, one.side) for one in customs)
    assert shown == Counter((kind, side) for kind in ("edge to edge", *GROUNDS) for side in SIDES)
    assert all((opened(one).format, max(opened(one).size)) == ("JPEG", one.side) for one in customs)


def test_drawings_of_an_emblem_take_turns(customs):
    assert Counter(one.drawing for one in customs) == {1: 10, 2: 10}


def test_presentations_are_the_same_every_time(customs):
    again = presentations(drawings("gov.customs.emblem")[:2])
    assert [one.data for one in again] == [one.data for one in customs]


@pytest.mark.parametrize("kind", GROUNDS)
def test_margins_have_the_colour_of_the_background(customs, kind):
    corner = next(opened(one) for one in customs if one.kind == kind and one.side == max(SIDES)).getpixel((3, 3))
    assert corner == pytest.approx(GROUNDS[kind], abs=4)


def test_backgrounds_that_hide_the_drawing_are_left_out():
    red = [entry for entry in drawings("party.cpc.emblem") if entry.image.endswith("party-emblem-red.svg")]
    assert {one.kind for one in presentations(red)} == {"edge to edge", "on white", "on blue"}


@pytest.mark.slow
def test_known_core_emblems_are_reported_in_every_presentation(tmp_path, capsys):
    inspector = Inspector.load(Settings(home=REPOSITORY / "no-home"))
    numbers = evaluate_core(inspector, drawings(*KNOWN), output=tmp_path / "numbers.json", page=tmp_path / "page.html")
    assert numbers["missed"] == [] and numbers["all"]["pictures"] == 40
    assert numbers["emblems"]["gov.court.emblem"]["presentations"]["on red"] == [5, 5]
    assert json.loads((tmp_path / "numbers.json").read_text("utf-8"))["macro"]["emblems"] == 2
    printed, page = capsys.readouterr().out, (tmp_path / "page.html").read_text("utf-8")
    assert "漏报 · Missed\n无 · none\n" in printed and "Missed: 0" in page
