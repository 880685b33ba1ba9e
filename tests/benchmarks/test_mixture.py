"""The mix of uploads is what its page says, the same for a seed, and timed by stage."""

import io
from collections import Counter

import PIL.Image
import pytest

from benchmarks.mixture.inspecting import judge_pictures, percentiles, profiles_of
from benchmarks.mixture.pictures import HARMLESS, PHOTOGRAPHIC, SHARES, uploads
from models.inspector import Inspector
from models.profile import Field
from models.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mix():
    return uploads(60, 1)


def test_shares_of_the_kinds_add_up_to_one():
    assert sum(share for share, _ in SHARES.values()) == pytest.approx(1)
    assert sum(SHARES[kind][0] for kind in HARMLESS) == pytest.approx(0.95)


def test_same_seed_gives_the_same_uploads(mix):
    assert uploads(12, 1) == mix[:12]
    assert uploads(12, 2) != mix[:12]


def test_third_of_the_uploads_came_before(mix):
    seen = set()
    for upload in mix:
        assert upload.repeated == (upload.data in seen)
        seen.add(upload.data)
    assert 12 <= sum(upload.repeated for upload in mix) <= 28


def test_uploads_have_the_formats_and_shapes_of_platforms(mix):
    formats = Counter()
    for upload in mix:
        picture = PIL.Image.open(io.BytesIO(upload.data))
        formats[picture.format] += 1
        assert picture.width == picture.height * (3 if upload.field is Field.COVER else 1)
        assert not (picture.format == "PNG" and upload.kind in PHOTOGRAPHIC)
    assert set(formats) == {"JPEG", "PNG", "WEBP"}


def test_judgements_are_timed_by_stage_and_repeated_ones_hardly_cost(mix):
    first = next(upload for upload in mix if upload.kind in HARMLESS)
    again = type(first)(first.kind, first.field, first.data, repeated=True)
    new, known = judge_pictures(Inspector.load(Settings()), [first, again])
    assert {"decode", "encode", "search", "codes", "core", "ocr", "other"} <= set(new.stages)
    assert sum(new.stages.values()) == pytest.approx(new.milliseconds)
    assert known.milliseconds < new.milliseconds / 5
    assert percentiles([new, known])[0] == pytest.approx((new.milliseconds + known.milliseconds) / 2)


def test_profiles_pair_avatars_with_covers(mix):
    profiles = profiles_of(mix, ["名"], ["简介一", "简介二"])
    assert len(profiles) == sum(upload.field is Field.COVER for upload in mix)
    assert all(profile.avatar and profile.cover and profile.name == "名" for profile in profiles)
